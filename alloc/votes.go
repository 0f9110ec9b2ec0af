package alloc

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/pages"
)

// What may be wrong with a vote.
var (
	ErrProposal  = errors.New("not a proposal of the proposals file")
	ErrTime      = errors.New("a time is RFC 3339 with offset, or a whole number below 2^63")
	ErrTimeKinds = errors.New("the times above it are of the other kind (RFC 3339 or whole number)")
	ErrSameTime  = errors.New("same time as another vote of this account in this proposal")
)

// voteRows are the rows of the votes file as flat columns, 20 bytes a row; times only when the file has them.
type voteRows struct {
	entrants  []uint32
	proposals []uint16
	powers    []uint64 // codes of numbers, in 10^-decimals
	places    places
	numbers   numbers

	secs  []int64 // since 1970, or the whole number itself
	nanos []int32
	times texts // as written
}

const (
	voteProposal = iota
	voteAccount
	votePower
	voteChain
	voteTime
)

func (r *reading) readVotes(p *proposals) (*voteRows, error) {
	v := new(voteRows)
	rule := r.c.Rule.JupiterASR
	known := len(r.faults.List) == 0 // else a vote in an unknown proposal may not be the vote's fault
	s, err := r.open(&rule.Votes, "votes", []column{{"proposal", false}, {"account", false}, {"power", false}, {"chain", true}, {"time", true}})
	if s == nil {
		return v, err
	}
	decimals := int(rule.Decimals)
	if n := int(min(s.total, maxReserve)); n > 0 { // declared: saves growing
		v.entrants, v.proposals, v.powers = pages.MakeCap[uint32](0, n), pages.MakeCap[uint16](0, n), pages.MakeCap[uint64](0, n)
		v.places = reservePlaces(n)
	}
	var sum total
	whole, zoned := false, false
	last, prop := "", -1 // a file is nearly always proposal by proposal
	for s.next() {
		ok := true
		if text := s.cell(voteProposal); prop < 0 || string(text) != last {
			var found bool
			if prop, found = p.index[string(text)]; !found {
				prop = -1
			} else {
				last = p.ids[prop]
			}
		}
		if prop < 0 {
			if known {
				s.no(voteProposal, ErrProposal)
			}
			ok = false
		}
		e, good := s.account(voteAccount, voteChain)
		ok = ok && good
		digits, scale, err := parseDecimal(s.cell(votePower), decimals)
		if err == nil {
			if digits, good = shift(digits, decimals-int(scale)); !good {
				err = merkle.ErrOverflow
			}
		}
		if errors.Is(err, merkle.ErrNoFraction) || errors.Is(err, merkle.ErrPrecision) {
			err = fmt.Errorf("%w: the key decimals of the rule says how many fraction digits a power has, here %d", err, decimals)
		}
		if err != nil {
			s.no(votePower, err)
			ok = false
		}
		var sec int64
		var nano int32
		if s.has(voteTime) {
			var isWhole bool
			sec, nano, isWhole, err = parseTime(s.cell(voteTime))
			if err == nil && (whole || zoned) && isWhole != whole {
				err = ErrTimeKinds
			}
			if err != nil {
				s.no(voteTime, err)
				ok = false
			} else {
				whole, zoned = isWhole, !isWhole
			}
		}
		if !ok {
			continue
		}
		id, good := r.enter(s, voteAccount, e)
		if !good || s.full(voteAccount, len(v.powers)) {
			continue
		}
		code := v.numbers.code(digits)
		sum.addCode(&v.numbers, code)
		v.entrants, v.proposals, v.powers = append(v.entrants, id), append(v.proposals, uint16(prop)), append(v.powers, code)
		v.places.add(s.cells[s.col[voteAccount]])
		if s.has(voteTime) {
			v.secs, v.nanos = append(v.secs, sec), append(v.nanos, nano)
			v.times.add(s.cell(voteTime))
		}
	}
	order := "sorted"
	if d := rule.Duplicates; (d == "first" || d == "last") && !s.has(voteTime) {
		order = "file"
	}
	rows := func(emit func([]byte) error) error {
		return v.canonical(r, p, s.has(voteChain), order == "sorted", decimals, emit)
	}
	return v, s.close(order, decimalText(sum.big(), decimals), rows)
}

// enter numbers the entrant of a row of a computed rule, and refuses it when a token could not be paid there.
func (r *reading) enter(s *source, col int, e Entrant) (id uint32, ok bool) {
	id, fresh := r.roll.add(e)
	if !fresh {
		return id, true
	}
	r.out = append(r.out, 0)
	if uint64(r.roll.len()) > maxEntrants {
		s.no(col, ErrTooManyRows)
		return 0, false
	}
	for k := range r.c.Tokens {
		if _, there := r.unit(k, e.Chain); !there {
			s.no(col, r.shadowed(k, e))
			return id, false
		}
	}
	return id, true
}

// parseTime reads RFC 3339 with offset or a whole number.
func parseTime(text []byte) (sec int64, nano int32, whole bool, err error) {
	if v, scale, ok := parseShort(text, 0); ok && scale == 0 && v <= math.MaxInt64 {
		return int64(v), 0, true, nil
	}
	var t time.Time
	if err := t.UnmarshalText(text); err != nil {
		return 0, 0, false, ErrTime
	}
	return t.Unix(), int32(t.Nanosecond()), false, nil
}

// canonical emits the rows in the order of export/FORMAT.md section 6. Sorted order is that of the rendered rows by
// their bytes: proposal cells are compared with the comma behind them, accounts by their text, and the rest as text.
func (v *voteRows) canonical(r *reading, p *proposals, chain, sorted bool, decimals int, emit func([]byte) error) error {
	accounts := r.roll.allTexts()
	cells := make([][]byte, len(p.ids))
	for i, id := range p.ids {
		cells[i] = append(appendCell(nil, id), ',')
	}
	tail := func(dst []byte, row uint32) []byte {
		dst = appendDecimal(dst, v.numbers.amount(v.powers[row]), decimals)
		if chain {
			dst = append(append(dst, ','), r.chains[r.roll.entrants[v.entrants[row]].Chain]...)
		}
		if v.times.len() > 0 {
			dst = appendCell(append(dst, ','), v.times.at(int(row)))
		}
		return dst
	}
	write := func(dst []byte, i uint32) []byte {
		dst = append(dst, cells[v.proposals[i]]...)
		return tail(append(accounts.append(dst, v.entrants[i]), ','), i)
	}
	if !sorted {
		return emitLines(len(v.powers), func(dst []byte, i int) []byte { return write(dst, uint32(i)) }, emit)
	}
	ranks := accounts.ranks
	order := v.byProposal(cells, v.byRank(ranks))
	var a, b []byte
	for from := 0; from < len(order); {
		i, to := order[from], from+1
		for ; to < len(order) && v.proposals[order[to]] == v.proposals[i] && ranks[v.entrants[order[to]]] == ranks[v.entrants[i]]; to++ {
		}
		if to-from > 1 {
			slices.SortFunc(order[from:to], func(x, y uint32) int {
				a, b = tail(a[:0], x), tail(b[:0], y)
				return slices.Compare(a, b)
			})
		}
		from = to
	}
	return emitLines(len(order), func(dst []byte, i int) []byte {
		if i%touched == 0 {
			v.touch(accounts, order[i:min(i+touched, len(order))])
		}
		return write(dst, order[i])
	}, emit)
}

// touch brings rows into the cache that are read in another order than theirs, and their entrants, as roll.touch does.
//
//go:noinline
func (v *voteRows) touch(accounts *accountTexts, rows []uint32) (sum uint64) {
	var ids [touched]uint32
	for i, row := range rows {
		ids[i] = v.entrants[row]
		sum += uint64(v.proposals[row]) + v.powers[row]
	}
	return sum + accounts.touch(ids[:len(rows)])
}

// byRank is a counting sort of the rows by rank of their entrant.
func (v *voteRows) byRank(ranks []uint32) []uint32 {
	starts := make([]uint32, len(ranks)+1)
	for _, e := range v.entrants {
		starts[ranks[e]+1]++
	}
	return scatter(starts, len(v.entrants), func(i int) uint32 { return ranks[v.entrants[i]] }, nil)
}

// byProposal is a stable counting sort of rows by their proposal's cell.
func (v *voteRows) byProposal(cells [][]byte, order []uint32) []uint32 {
	ids := make([]int, len(cells))
	for i := range ids {
		ids[i] = i
	}
	slices.SortFunc(ids, func(a, b int) int { return slices.Compare(cells[a], cells[b]) })
	rank := make([]uint32, len(cells))
	for i, id := range ids {
		rank[id] = uint32(i)
	}
	starts := make([]uint32, len(cells)+1)
	for _, p := range v.proposals {
		starts[rank[p]+1]++
	}
	return scatter(starts, len(order), func(i int) uint32 { return rank[v.proposals[i]] }, order)
}

// scatter puts items into their buckets: starts[b+1] holds the size of bucket b before, and is used up. order nil is
// 0, 1, 2, …
func scatter(starts []uint32, n int, bucket func(i int) uint32, order []uint32) []uint32 {
	for b := 1; b < len(starts); b++ {
		starts[b] += starts[b-1]
	}
	out := pages.Make[uint32](n)
	for i := range n {
		item := uint32(i)
		if order != nil {
			item = order[i]
		}
		b := bucket(int(item))
		out[starts[b]] = item
		starts[b]++
	}
	return out
}

// earlier compares two rows by time, without times by place in the file.
func (v *voteRows) earlier(a, b uint32) int {
	if v.times.len() == 0 {
		return cmp.Compare(a, b)
	}
	return cmp.Or(cmp.Compare(v.secs[a], v.secs[b]), cmp.Compare(v.nanos[a], v.nanos[b]))
}

func (v *voteRows) duplicate(r *reading, p *proposals, first, second uint32, err error) {
	file := r.c.Rule.JupiterASR.Votes.File
	account := r.roll.entrants[v.entrants[second]].Account.String()
	r.faults.Add(&merkle.Fault{Pos: v.places.at(file, int(second)), Field: "account", Value: account,
		Err: fmt.Errorf("%w, in proposal %q, first at %s", err, p.ids[v.proposals[second]], v.places.at(file, int(first)))})
}
