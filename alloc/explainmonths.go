package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func (a *noonActive) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	t := &r.c.Tokens[0]
	scale := a.points.scale + a.points.factor
	if a.listed[id] {
		for i, e := range a.points.entrants {
			if e != id {
				continue
			}
			f := a.points.products[a.points.factors[i]]
			line := string(appendDecimal(nil, a.points.numbers.amount(a.points.digits[i]), int(a.points.scales[i])))
			if f.scale > 0 || f.digits.Cmp(big.NewInt(1)) != 0 {
				line += " × " + decimalText(f.digits, f.scale)
			}
			x.say("points %s (%s)", line, a.points.places.at(a.set.Points.File, i))
		}
		own := a.weights[id].Big()
		if a.sum.Sign() == 0 {
			x.say("nobody has points, so the pool is unallocated")
		} else {
			share := new(big.Rat).SetFrac(own, a.sum)
			exact := new(big.Rat).Mul(share, new(big.Rat).SetInt(t.Pool.Big()))
			x.say("weight %s of %s: share %s", decimalText(own, scale), decimalText(a.sum, scale), share.RatString())
			x.say("allocation: pool %s × share = %s, floored to %s", t.Pool.Tokens(t.Decimals), fractionTokens(exact, t), whole(a.allocations[id], t))
		}
	} else {
		x.say("no points of this month")
	}
	a.explainElections(r, id, x)
	a.explainPositions(r, id, x)
	return nil
}

// whole is an amount in tokens with its base units.
func whole(v merkle.Amount, t *campaign.Token) string {
	return fractionTokens(new(big.Rat).SetInt(v.Big()), t)
}

// explainElections repeats the division of each allocation of an entrant, with its numbers.
func (a *noonActive) explainElections(r *reading, id uint32, x *Explanation) {
	t := &r.c.Tokens[0]
	elected := false
	a.elections.groups(r.roll.len(), a.month, func(e uint32, month int, rows []uint32) {
		if e != id || month == a.month && !a.listed[e] {
			return
		}
		s := a.allocations[e]
		if month != a.month {
			s = a.in.allocations[a.unelected(r, e, month)]
		} else {
			elected = true
		}
		sum := new(big.Rat)
		var used merkle.Amount
		for _, row := range rows {
			part := a.elections.shares[a.elections.parts[row]]
			upTo := s
			if len(rows) > 1 {
				upTo = a.calc.of(s, sum.Add(sum, part.value), r.unitOf(e))
			}
			own := less(upTo, used)
			used = upTo
			c := int(a.elections.choices[row])
			got := a.entitlement(r, e, own, c)
			f := a.table.fraction(c)
			place := a.elections.places.at(a.set.Elections.File, int(row))
			if c == 0 {
				x.say("allocation of %s, part %s = %s claimed at once: × %s = %s paid, %s unvested, to %s (%s)", campaign.MonthText(month), part.text, whole(own, t), percent(f), whole(got, t),
					whole(less(own, got), t), a.months.set.Roll, place)
			} else {
				x.say("allocation of %s, part %s = %s staked for %d months: × %s = %s locked until the end of %s, %s unvested, to %s at %s (%s)", campaign.MonthText(month), part.text, whole(own, t), c, percent(f), whole(got, t),
					campaign.MonthText(a.month+c), whole(less(own, got), t), a.months.set.Roll, a.months.set.RollAt, place)
			}
		}
	})
	if !elected && a.listed[id] && !a.allocations[id].IsZero() {
		x.say("no election: the allocation of %s stays open", whole(a.allocations[id], t))
	}
}

// percent is a fraction as a fraction and in percent.
func percent(f *big.Rat) string {
	p := new(big.Rat).Mul(f, big.NewRat(100, 1))
	text := roundRat(p, 6, "floor")
	if new(big.Rat).Mul(p, new(big.Rat).SetInt(pow10(6))).IsInt() {
		return f.RatString() + " (" + decimalText(new(big.Rat).Mul(p, new(big.Rat).SetInt(pow10(6))).Num(), 6) + " %)"
	}
	return f.RatString() + " (" + text + "… %)"
}

// explainPositions says what becomes of each row that an entrant brings from the month before, and what is paid in all.
func (m *months) explainPositions(r *reading, id uint32, x *Explanation) {
	t := &r.c.Tokens[0]
	for i, e := range m.in.entrants {
		if e != id {
			continue
		}
		month, period := int(m.in.months[i]), int(m.in.periods[i])
		s, own := m.in.allocations[i], m.in.entitlements[i]
		name := campaign.MonthText(month)
		switch {
		case period == 0 && m.status[i] == elected:
		case period == 0:
			x.say("allocation of %s: %s still without an election", name, whole(s, t))
		case m.status[i] == left:
			paid, lost := m.exit(r, i)
			q := m.table.completed(m.month - month)
			x.say("position of %s for %d months, allocation %s, entitlement %s: left after %d months, last completed period %d (%s): %s paid, %s forgone, to %s", name, period, whole(s, t), whole(own, t),
				m.month-month, q, percent(m.table.fraction(q)), whole(paid, t), whole(lost, t), m.set.Roll)
			if m.atEnd {
				x.say("that is paid at the end of %s", campaign.MonthText(month+period))
			}
		case m.in.exited[i]:
			x.say("position of %s for %d months, left earlier: %s is paid at the end of %s", name, period, whole(own, t), campaign.MonthText(month+period))
		case month+period == m.month:
			x.say("position of %s for %d months is complete: its entitlement of %s is paid", name, period, whole(own, t))
		default:
			x.say("position of %s for %d months: %s of %s is locked until the end of %s", name, period, whole(own, t), whole(s, t), campaign.MonthText(month+period))
		}
	}
	x.say("paid this month: %s", whole(m.payments[id], t))
	if m.set.Claims == "cumulative" {
		before := new(big.Int)
		for i, e := range m.paid.entrants {
			if e == id {
				before.Add(before, m.paid.amounts[i].Big())
			}
		}
		x.say("paid before: %s; the leaf holds the sum", fractionTokens(new(big.Rat).SetInt(before), t))
	}
	power := m.powers(r)
	if rows := power.rows.of(id); len(rows) > 0 {
		exact := new(big.Rat).SetFrac(power.of(id), power.den)
		x.say("voting power at the close (%s, %d months): %s", m.set.VotingPower.Reading, m.set.VotingPower.Full, fractionTokens(exact, t))
	}
}

func (o *noonOpen) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	t := &r.c.Tokens[0]
	pool, _ := t.Pool.Add(o.rolledIn)
	for i, b := range o.rolled {
		x.say("rolled in from %s: %s", b.manifest.Campaign.ID, whole(o.taken[i], t))
	}
	x.say("pool: %s and %s rolled in", t.Pool.Tokens(t.Decimals), o.rolledIn.Tokens(t.Decimals))
	if !o.listed[id] {
		x.say("no stake of this month")
	}
	for i, e := range o.stakes.entrants {
		if e != id || !o.counts[i] {
			continue
		}
		place := o.stakes.places.at(o.set.Stakes.File, i)
		if o.sum.Sign() == 0 {
			x.say("nobody has a stake above 0, so the pool is unallocated (%s)", place)
			continue
		}
		share := new(big.Rat).SetFrac(o.stakes.amounts[i].Big(), o.sum)
		exact := new(big.Rat).Mul(share, new(big.Rat).SetInt(pool.Big()))
		p := int(o.stakes.periods[i])
		got := o.entitlement(r, e, o.parts[i], p)
		x.say("stake of %s of %s for %d months: share %s, %s, floored to %s (%s)", o.stakes.amounts[i].Tokens(t.Decimals), decimalText(o.sum, int(t.Decimals)), p, share.RatString(),
			fractionTokens(exact, t), whole(o.parts[i], t), place)
		x.say("× %s = %s locked until the end of %s, %s unvested, to %s at %s", percent(o.table.fraction(p)), whole(got, t), campaign.MonthText(o.month+p), whole(less(o.parts[i], got), t),
			o.months.set.Roll, o.months.set.RollAt)
	}
	o.explainPositions(r, id, x)
	return nil
}
