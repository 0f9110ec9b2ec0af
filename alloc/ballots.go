package alloc

import (
	"cmp"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// ballots are the votes that count: by entrant, at most one a proposal, excluded entrants without any. Votes of entrant e
// are at from[e] to from[e+1].
type ballots struct {
	from      []uint32
	proposals []uint16
	powers    []uint64 // codes of numbers
	rows      []uint32 // the row of the vote (of the first, with duplicates: sum); nil unless it was asked for
	numbers   *numbers
}

// cast applies the duplicates setting. Rows of excluded entrants are left out before.
func (v *voteRows) cast(r *reading, p *proposals, keepRows bool) *ballots {
	policy := r.c.Rule.JupiterASR.Duplicates
	b := &ballots{from: make([]uint32, 1, r.roll.len()+1), numbers: &v.numbers}
	starts := make([]uint32, r.roll.len()+1)
	for _, e := range v.entrants {
		starts[e+1]++
	}
	order := scatter(starts, len(v.entrants), func(i int) uint32 { return v.entrants[i] }, nil)
	b.proposals, b.powers = make([]uint16, 0, len(order)), make([]uint64, 0, len(order))
	var group []uint32
	byProposal := func(x, y uint32) int {
		return cmp.Or(cmp.Compare(v.proposals[x], v.proposals[y]), cmp.Compare(x, y))
	}
	for from := 0; from < len(order); {
		e, to := v.entrants[order[from]], from
		for to < len(order) && v.entrants[order[to]] == e {
			to++
		}
		group = append(group[:0], order[from:to]...)
		from = to
		for len(b.from) <= int(e) { // entrants all of whose rows were refused
			b.from = append(b.from, uint32(len(b.powers)))
		}
		if r.out[e] > 0 {
			continue
		}
		slices.SortFunc(group, byProposal)
		for len(group) > 0 {
			n := 1
			for n < len(group) && v.proposals[group[n]] == v.proposals[group[0]] {
				n++
			}
			row, power := v.choose(r, p, policy, group[:n])
			b.proposals, b.powers = append(b.proposals, v.proposals[row]), append(b.powers, power)
			if keepRows {
				b.rows = append(b.rows, row)
			}
			group = group[n:]
		}
	}
	for len(b.from) <= r.roll.len() {
		b.from = append(b.from, uint32(len(b.powers)))
	}
	return b
}

// choose picks among rows of one entrant in one proposal, in file order, as the duplicates setting says.
func (v *voteRows) choose(r *reading, p *proposals, policy string, rows []uint32) (row uint32, power uint64) {
	row = rows[0]
	if len(rows) == 1 {
		return row, v.powers[row]
	}
	switch policy {
	case "first", "last":
		byTime := slices.Clone(rows)
		slices.SortStableFunc(byTime, v.earlier)
		for i := 1; i < len(byTime); i++ {
			if v.earlier(byTime[i-1], byTime[i]) == 0 {
				v.duplicate(r, p, byTime[i-1], byTime[i], ErrSameTime)
			}
		}
		if row = byTime[0]; policy == "last" {
			row = byTime[len(byTime)-1]
		}
	case "max":
		for _, other := range rows[1:] {
			if v.numbers.compare(v.powers[other], v.powers[row]) > 0 {
				row = other
			}
		}
	case "sum":
		var sum total
		for _, other := range rows {
			sum.addCode(&v.numbers, v.powers[other])
		}
		if power, ok := merkle.AmountFromBig(sum.big()); ok {
			return row, v.numbers.code(power)
		}
		v.duplicate(r, p, row, rows[len(rows)-1], merkle.ErrOverflow)
	default:
		for _, other := range rows[1:] {
			v.duplicate(r, p, row, other, ErrDuplicate)
		}
	}
	return row, v.powers[row]
}

// of returns the range of e's votes.
func (b *ballots) of(e uint32) (from, to uint32) { return b.from[e], b.from[e+1] }
