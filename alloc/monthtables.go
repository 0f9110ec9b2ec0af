package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// publish makes the tables that the next month goes on from, and the report of voting power.
func (m *months) publish(r *reading, out *Allocation, after []merkle.Amount) {
	paid := new(paidRows)
	for e, v := range after {
		if !v.IsZero() {
			paid.entrants, paid.amounts = append(paid.entrants, uint32(e)), append(paid.amounts, v)
		}
	}
	if m.prev != nil {
		out.Previous = Previous{m.prev.manifest.Campaign.ID, m.prev.ref.Manifest}
	}
	out.Tables = append(out.Tables, PublishedTable{"paid", columnNames(paidColumns), int64(len(paid.entrants)), r.amountRows(paid.entrants, paid.amounts)})
	rows := 0
	m.passed(func(*positionRows, int) { rows++ })
	out.Tables = append(out.Tables, PublishedTable{"positions", columnNames(positionColumns), int64(rows), func(emit func([]byte) error) error {
		which := make([]uint32, 0, rows) // rows of in, then of fresh
		m.passed(func(p *positionRows, i int) {
			if p == &m.fresh {
				i += m.in.len()
			}
			which = append(which, uint32(i))
		})
		row := func(i int) (*positionRows, int) {
			if n := int(which[i]); n >= m.in.len() {
				return &m.fresh, n - m.in.len()
			}
			return m.in, int(which[i])
		}
		entrant := func(i int) uint32 { p, n := row(i); return p.entrants[n] }
		rest := func(dst []byte, i int) []byte { p, n := row(i); return p.rest(r, dst, n) }
		return r.byAccount(rows, entrant, rest, emit)
	}})
	power := m.powers(r)
	holders := power.holders()
	out.Tables = append(out.Tables, PublishedTable{"voting-power", []string{"account", "chain", "power"}, int64(len(holders)), func(emit func([]byte) error) error {
		decimals := int(r.c.Tokens[0].Decimals)
		return r.byAccount(len(holders), func(i int) uint32 { return holders[i] }, func(dst []byte, i int) []byte {
			dst = append(r.chainCell(dst, true, holders[i]), ',')
			return power.append(dst, holders[i], decimals)
		}, emit)
	}})
}

// votingPower is the power of each entrant: Σ s·V·g over its positions, as a sum of s·n over one denominator that all positions share.
type votingPower struct {
	rows  byEntrant
	row   func(i int) (e uint32, stake merkle.Amount, k aged)
	terms map[aged]*big.Int // numerators over den
	den   *big.Int
}

// aged is what the power of a token depends on: months run, and the period.
type aged struct{ t, period int }

// powers gathers what has voting power.
func (m *months) powers(r *reading) *votingPower {
	p := &votingPower{den: big.NewInt(1), terms: map[aged]*big.Int{}}
	n := 0
	if m.staked != nil { // Open Staking counts this month's stakes, not the rewards
		n, p.row = m.staked()
	} else {
		var which []uint32 // rows of in, then of fresh
		for i := range m.in.entrants {
			if m.open(i) && m.in.periods[i] > 0 && !m.in.exited[i] {
				which = append(which, uint32(i))
			}
		}
		for i := range m.fresh.entrants {
			if m.fresh.periods[i] > 0 && !m.fresh.exited[i] {
				which = append(which, uint32(m.in.len()+i))
			}
		}
		n = len(which)
		p.row = func(i int) (uint32, merkle.Amount, aged) {
			q, at := m.in, int(which[i])
			if at >= m.in.len() {
				q, at = &m.fresh, at-m.in.len()
			}
			return q.entrants[at], q.allocations[at], aged{m.month - int(q.months[at]), int(q.periods[at])}
		}
	}
	entrants := make([]uint32, n)
	exact := map[aged]*big.Rat{}
	for i := range entrants {
		var k aged
		if entrants[i], _, k = p.row(i); exact[k] == nil {
			exact[k] = m.power(k)
			g := new(big.Int).GCD(nil, nil, p.den, exact[k].Denom())
			p.den = new(big.Int).Mul(p.den, g.Quo(exact[k].Denom(), g))
		}
	}
	for k, x := range exact {
		v := new(big.Int).Quo(p.den, x.Denom())
		p.terms[k] = v.Mul(v, x.Num())
	}
	p.rows = groupRows(entrants, r.roll.len())
	return p
}

// power is V·g a unit of the position; of a stake in Open Staking only g.
func (m *months) power(k aged) *big.Rat {
	at := k.t
	if m.set.VotingPower.Reading == "committed" {
		at = k.period
	}
	g := m.table.curve.months(at, m.set.VotingPower.Full)
	if m.staked != nil {
		return g
	}
	return g.Mul(g, m.table.curve.months(min(k.t, k.period), m.table.full))
}

// holders are the entrants with at least one row.
func (p *votingPower) holders() []uint32 {
	var out []uint32
	for e := range len(p.rows.starts) - 1 {
		if p.rows.starts[e] < p.rows.starts[e+1] {
			out = append(out, uint32(e))
		}
	}
	return out
}

// of is the power of an entrant over p.den, in base units.
func (p *votingPower) of(e uint32) *big.Int {
	short, long := p.sum(e)
	sum := short.big()
	if long != nil {
		sum.Add(sum, long)
	}
	return sum
}

// sum is of in two parts: that of terms of 64 bits, and that of longer ones, nil where there are none.
func (p *votingPower) sum(e uint32) (short total, long *big.Int) {
	for _, i := range p.rows.of(e) {
		_, stake, k := p.row(int(i))
		if term := p.terms[k]; term.IsUint64() {
			short.addProduct(stake, term.Uint64())
			continue
		} else if long == nil {
			long = new(big.Int)
		}
		long.Add(long, new(big.Int).Mul(stake.Big(), p.terms[k]))
	}
	return short, long
}

// append appends the floor of an entrant's power, in tokens.
func (p *votingPower) append(dst []byte, e uint32, decimals int) []byte {
	v, long := p.whole(e)
	if long != nil {
		return append(dst, decimalText(long, decimals)...)
	}
	return appendDecimal(dst, v, decimals)
}

// whole is the floor of an entrant's power, in base units: long, where that is not nil.
func (p *votingPower) whole(e uint32) (v merkle.Amount, long *big.Int) {
	if p.den.IsUint64() {
		if short, long := p.sum(e); long == nil {
			if v, ok := short.over(p.den.Uint64()); ok {
				return v, nil
			}
		}
	}
	long = p.of(e)
	return v, long.Quo(long, p.den)
}
