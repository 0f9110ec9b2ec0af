package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/pages"
)

// What may be wrong with a row of the list of fixed/v1.
var (
	ErrToken     = errors.New("not a token of the campaign")
	ErrIndex     = errors.New("an index is a whole number below 2^64")
	ErrUnit      = errors.New("not a multiple of what the chain can pay")
	ErrPool      = errors.New("from this row on the amounts are more than the pool")
	ErrListToken = errors.New("with several tokens a column token is needed")
)

// listRows are the rows of the list as flat columns.
type listRows struct {
	entrants []uint32
	tokens   []uint16
	amounts  []uint64 // codes of numbers
	locked   []uint64 // nil without the column
	scales   []uint8  // of amounts: digits·10^-scale in tokens, or whole base units
	lscales  []uint8  // of locked
	index    []uint64 // nil without the column
	own      []texts  // the trees' own columns
	names    []string // of own
	places   places   // of the account
	apart    places   // of the amount
	numbers  numbers
	chain    bool // the file has a chain column
	token    bool // the file has a token column
}

const (
	listAccount = iota
	listAmount
	listToken
	listChain
	listIndex
	listLocked
	listOwn
)

// ownColumns are the leaf fields of the trees that are neither part of every claim nor constants.
func (r *reading) ownColumns() []string {
	names := r.o.LeafColumns
	if names == nil {
		names = statedColumns
	}
	var list []string
	for i := range r.c.Trees {
		for _, name := range names(&r.c.Trees[i]) {
			if !slices.Contains(list, name) && !slices.Contains([]string{"account", "amount", "token", "chain", "index", "locked"}, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// statedColumns are the names in a tree's fields that are no constants.
func statedColumns(t *campaign.Tree) (list []string) {
	for _, f := range t.Fields {
		name, _, _ := strings.Cut(f, ":")
		if _, constant := t.Constants[name]; !constant {
			list = append(list, name)
		}
	}
	return list
}

func (r *reading) readList() (*listRows, error) {
	rule := r.c.Rule.Fixed
	l := &listRows{names: r.ownColumns()}
	want := []column{{"account", false}, {"amount", false}, {"token", true}, {"chain", true}, {"index", true}, {"locked", true}}
	for _, name := range l.names {
		want = append(want, column{name, false})
	}
	l.own = make([]texts, len(l.names))
	s, err := r.open(&rule.List, "list", want)
	if s == nil {
		return l, err
	}
	l.chain, l.token = s.has(listChain), s.has(listToken)
	if !l.token && len(r.c.Tokens) > 1 {
		s.fault(s.heads[0], "", "", ErrListToken)
	}
	tokens := make(map[string]int, len(r.c.Tokens))
	for k := range r.c.Tokens {
		tokens[r.c.Tokens[k].ID] = k
	}
	if s.has(listIndex) {
		l.index = []uint64{} // not nil, also of a list without rows
	}
	l.reserve(r, s)
	var sum scaleSum
	finest := 0
	for s.next() {
		k, ok := 0, true
		if l.token {
			if k, ok = tokens[string(s.cell(listToken))]; !ok {
				s.no(listToken, ErrToken)
			}
		}
		e, good := s.account(listAccount, listChain)
		if ok && good {
			if _, there := r.unit(k, e.Chain); !there {
				s.no(listAccount, r.shadowed(k, e))
				good = false
			}
		}
		ok = ok && good
		amount, scale, good := l.number(s, listAmount, k, e, ok)
		ok = ok && good
		var locked merkle.Amount
		var lscale uint8
		if s.has(listLocked) {
			locked, lscale, good = l.number(s, listLocked, k, e, ok)
			ok = ok && good
		}
		var index uint64
		if s.has(listIndex) {
			a, err := merkle.ParseAmountBytes(s.cell(listIndex))
			if err == nil {
				if index, good = a.Uint64(); !good {
					err = ErrIndex
				}
			}
			if err != nil {
				s.no(listIndex, err)
				ok = false
			}
		}
		if !ok || s.full(listAccount, len(l.amounts)) {
			continue
		}
		id, fresh := r.roll.add(e)
		if fresh {
			r.out = append(r.out, 0)
		}
		code := l.numbers.code(amount)
		sum[scale].addCode(&l.numbers, code)
		finest = max(finest, int(scale))
		l.entrants, l.tokens = append(l.entrants, id), append(l.tokens, uint16(k))
		l.amounts, l.scales = append(l.amounts, code), append(l.scales, scale)
		if s.has(listLocked) {
			l.locked, l.lscales = append(l.locked, l.numbers.code(locked)), append(l.lscales, lscale)
		}
		if s.has(listIndex) {
			l.index = append(l.index, index)
		}
		for i := range l.own {
			l.own[i].add(s.cell(listOwn + i))
		}
		l.places.add(s.cells[s.col[listAccount]])
		l.apart.add(s.cells[s.col[listAmount]])
	}
	rows := func(emit func([]byte) error) error { return l.canonical(r, emit) }
	return l, s.close("file", decimalText(sum.at(finest), finest), rows)
}

// reserve makes room for the rows that the campaign declares.
func (l *listRows) reserve(r *reading, s *source) {
	n := int(min(s.total, maxReserve))
	if n <= 0 {
		return
	}
	l.entrants, l.tokens = pages.MakeCap[uint32](0, n), pages.MakeCap[uint16](0, n)
	l.amounts, l.scales = pages.MakeCap[uint64](0, n), pages.MakeCap[uint8](0, n)
	if s.has(listLocked) {
		l.locked, l.lscales = pages.MakeCap[uint64](0, n), pages.MakeCap[uint8](0, n)
	}
	if s.has(listIndex) {
		l.index = pages.MakeCap[uint64](0, n)
	}
	l.places, l.apart = reservePlaces(n), reservePlaces(n)
	if len(r.c.Tokens) == 1 { // a row is an account then, nearly always
		r.roll.reserve(n)
		r.out = make([]uint16, 0, n)
	}
}

// number reads amount or locked. With the row's token and chain known (judge) it also refuses what cannot be paid there.
func (l *listRows) number(s *source, col, k int, e Entrant, judge bool) (digits merkle.Amount, scale uint8, ok bool) {
	rule, most := s.r.c.Rule.Fixed, 0
	if rule.Unit == "token" {
		if most = int(s.r.c.Tokens[k].Decimals); rule.Precision != "" && rule.Precision != "exact" {
			most = maxFraction
		}
	}
	digits, scale, err := parseDecimal(s.cell(col), most)
	if err == nil && judge && rule.Precision != "floor-sum" {
		var base merkle.Amount
		if base, err = l.base(s.r, k, digits, scale); err == nil {
			err = s.r.payable(k, e, base)
		}
	}
	if rule.Unit == "base" && errors.Is(err, merkle.ErrNoFraction) {
		err = fmt.Errorf("%w, base units are whole; unit: token reads whole-token decimals", err)
	}
	if err != nil {
		s.no(col, err)
	}
	return digits, scale, err == nil
}

// base is an amount of token k in its base units, floored.
func (l *listRows) base(r *reading, k int, digits merkle.Amount, scale uint8) (merkle.Amount, error) {
	if r.c.Rule.Fixed.Unit != "token" {
		return digits, nil
	}
	decimals := int(r.c.Tokens[k].Decimals)
	if int(scale) > decimals {
		return cutDigits(digits, int(scale)-decimals), nil
	}
	v, ok := shift(digits, decimals-int(scale))
	if !ok {
		return v, merkle.ErrOverflow
	}
	return v, nil
}

// payable refuses base units of token k that the chain of e cannot pay whole.
func (r *reading) payable(k int, e Entrant, base merkle.Amount) error {
	unit, _ := r.unit(k, e.Chain)
	if unit.IsUint64() && unit.Uint64() == 1 {
		return nil
	}
	if new(big.Int).Rem(base.Big(), unit).Sign() != 0 {
		return fmt.Errorf("%w: %s pays multiples of %s base units", ErrUnit, r.chains[e.Chain], unit)
	}
	return nil
}

func (l *listRows) canonical(r *reading, emit func([]byte) error) error {
	return emitLines(len(l.entrants), func(dst []byte, i int) []byte {
		if i%touched == 0 {
			r.roll.touchEntrants(l.entrants[i:min(i+touched, len(l.entrants))])
		}
		e := &r.roll.entrants[l.entrants[i]]
		dst = append(e.Account.AppendText(dst), ',')
		dst = appendDecimal(dst, l.numbers.amount(l.amounts[i]), int(l.scales[i]))
		if l.token {
			dst = appendCell(append(dst, ','), r.c.Tokens[l.tokens[i]].ID)
		}
		if l.chain {
			dst = append(append(dst, ','), r.chains[e.Chain]...)
		}
		if l.index != nil {
			dst = merkle.NewAmount(l.index[i]).AppendText(append(dst, ','))
		}
		if l.locked != nil {
			dst = appendDecimal(append(dst, ','), l.numbers.amount(l.locked[i]), int(l.lscales[i]))
		}
		for j := range l.own {
			dst = appendCell(append(dst, ','), l.own[j].at(i))
		}
		return dst
	}, emit)
}
