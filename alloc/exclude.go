package alloc

import (
	"errors"
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// ErrReason is the cause when a row of an exclusion list gives no reason.
var ErrReason = errors.New("a reason is needed")

// exclusion is one list as it was read. Lists are short beside the rule's rows.
type exclusion struct {
	role    string
	reasons []string
	places  []merkle.Pos
	rows    map[excluded]int // -> index of reasons
}

// excluded is what a row of a list names. Chain is empty for every chain; it may be one on which no token of the campaign is,
// which matches nobody.
type excluded struct {
	account merkle.Account
	chain   merkle.Chain
}

// readExclusions reads all lists and marks the entrants of the roll that they take out.
func (r *reading) readExclusions() ([]exclusion, []ExclusionResult, error) {
	var lists []exclusion
	var results []ExclusionResult
	for i := range r.c.Exclude {
		list, err := r.readExclusion(i)
		if err != nil {
			return nil, nil, err
		}
		lists = append(lists, list)
		results = append(results, ExclusionResult{Role: list.role, List: r.c.Exclude[i].List, Version: r.c.Exclude[i].Version, Accounts: len(list.reasons)})
	}
	for id, e := range r.roll.entrants {
		for i := range lists {
			if _, _, found := lists[i].find(e.Account, r.chains[e.Chain]); found {
				r.out[id] = uint16(i + 1)
				results[i].Matched++
				break
			}
		}
	}
	return lists, results, nil
}

// find returns the reason why a list takes an account on a chain out, and its place.
func (x *exclusion) find(a merkle.Account, chain merkle.Chain) (reason string, place merkle.Pos, found bool) {
	i, found := x.rows[excluded{a, chain}]
	if !found {
		i, found = x.rows[excluded{a, ""}]
	}
	if !found {
		return "", merkle.Pos{}, false
	}
	return x.reasons[i], x.places[i], true
}

func (r *reading) readExclusion(i int) (exclusion, error) {
	x := exclusion{role: "exclude-" + strconv.Itoa(i), rows: map[excluded]int{}}
	const account, reason, chain = 0, 1, 2
	s, err := r.open(&r.c.Exclude[i].Input, x.role, []column{{"account", false}, {"reason", false}, {"chain", true}})
	if s == nil {
		return x, err
	}
	canon := new(texts)
	var row []byte
	for s.next() {
		a, err := s.read()
		if err != nil {
			s.no(account, err)
			continue
		}
		if len(s.cell(reason)) == 0 {
			s.no(reason, ErrReason)
			continue
		}
		who := excluded{account: a}
		row = appendCell(append(a.AppendText(row[:0]), ','), s.cell(reason))
		if s.has(chain) {
			if who.chain, err = merkle.ParseChain(string(s.cell(chain))); err == nil && who.chain.Family() != a.Family() {
				err = merkle.ErrFamily
			}
			if err != nil {
				s.no(chain, err)
				continue
			}
			row = append(append(row, ','), who.chain...)
		}
		if was, twice := x.rows[who]; twice {
			s.no(account, fmt.Errorf("%w, already listed at %s", ErrDuplicate, x.places[was]))
			continue
		}
		x.rows[who] = len(x.reasons)
		x.reasons, x.places = append(x.reasons, string(s.cell(reason))), append(x.places, s.Pos(s.col[account]))
		canon.add(row)
	}
	return x, s.close("sorted", "", canon.emitSorted)
}
