package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// astra is astra-rewards/v1 (docs/rules/astra-rewards-v1.md).
type astra struct {
	set      *campaign.Astra
	at       int64
	history  *historyRows
	pools    []*poolRows
	cooldown *accountRows
	takes    *takeRows
	scoring  *scoring

	out    []bool     // by entrant number: excluded or in cool-down
	listed []bool     // by entrant number: has stakes that count
	scale  int        // of amounts, the largest of all pools
	stakes [][]uint64 // by pool, by entrant number: codes of numbers, in 10^-scale
	num    []uint64   // by entrant number: RM, codes of numbers
	den    []uint64
	codes  numbers // of stakes and RM

	precisions [3]uint // of quotas

	ids     []uint32 // numbers of the entitled, in entrant order
	rewards *rewards
	claims  []merkle.Amount // c, by index of ids
	fees    []merkle.Amount // by index of ids; nil without elections
	more    []merkle.Amount // part of the fees, by index of ids
	takeRow []uint32        // by entrant number: 1 + row of takes, or 0
}

// widestStake is how many bits a stake may have, so that the sum over pools fits.
const widestStake = 240

func (a *astra) read(r *reading) error {
	a.set, a.precisions = r.c.Rule.Astra, quotaBits()
	var err error
	if a.at, err = campaign.Instant([]byte(a.set.At)); err != nil {
		r.faults.Addf(r.c.Rule.Pos, "at %q: %w", a.set.At, err)
	}
	if a.history, err = r.readHistory(a.set, a.at); err != nil {
		return err
	}
	if a.scoring, err = newScoring(a.set, a.history, a.at); err != nil {
		r.faults.Addf(r.c.Rule.Pos, "tiers or locks: %w", err)
	}
	for i := range a.set.Pools {
		rows, err := r.readPool(&a.set.Pools[i])
		if err != nil {
			return err
		}
		a.pools = append(a.pools, rows)
		a.scale = max(a.scale, rows.scale)
	}
	if a.cooldown, err = r.readCooldown(a.set.Cooldown); err != nil {
		return err
	}
	a.takes, err = r.readTakes(a.set.Elections)
	return err
}

func (a *astra) refine(r *reading, keepRows bool) {
	n := r.roll.len()
	if a.set.History != nil {
		a.history.sort(r, a.set.History.File)
	}
	a.out, a.listed = make([]bool, n), make([]bool, n)
	for e := range a.out {
		a.out[e] = r.out[e] > 0
	}
	if a.set.Cooldown != nil {
		r.once(a.cooldown.entrants, &a.cooldown.places, a.set.Cooldown.File)
	}
	for _, e := range a.cooldown.entrants {
		a.out[e] = true
	}
	for q, rows := range a.pools {
		in := &a.set.Pools[q].Stakes
		r.once(rows.entrants, &rows.places, in.File)
		stakes := make([]uint64, n)
		for i, e := range rows.entrants {
			if a.out[e] {
				continue
			}
			v, ok := shift(rows.numbers.amount(rows.digits[i]), a.scale-int(rows.scales[i]))
			if !ok {
				r.faults.Add(&merkle.Fault{Pos: rows.places.at(in.File, i), Field: "account", Value: r.roll.entrants[e].Account.String(), Err: errWide})
				continue
			}
			if v.BitLen() > widestStake {
				r.faults.Add(&merkle.Fault{Pos: rows.places.at(in.File, i), Field: "account", Value: r.roll.entrants[e].Account.String(), Err: errWide})
				continue
			}
			a.listed[e] = true
			stakes[e] = a.codes.code(v)
		}
		a.stakes = append(a.stakes, stakes)
	}
	if a.set.Elections != nil {
		r.once(a.takes.entrants, &a.takes.places, a.set.Elections.File)
		a.takeRow = make([]uint32, n)
	}
	for i, e := range a.takes.entrants {
		a.takeRow[e] = uint32(i) + 1
		if !a.listed[e] && !a.out[e] {
			r.faults.Add(&merkle.Fault{Pos: a.takes.places.at(a.set.Elections.File, i), Field: "account", Value: r.roll.entrants[e].Account.String(), Err: ErrNoStake})
		}
	}
}

// multipliers measures every entrant that has stakes, on all processors: in parts, whose wide numbers are then joined in order.
func (a *astra) multipliers(r *reading) error {
	n := r.roll.len()
	a.num, a.den = make([]uint64, n), make([]uint64, n)
	var codes [sortParts]numbers
	var errs [sortParts]error
	report := r.stage("scores")
	var mu sync.Mutex
	done := 0
	inParts(sortParts, func(part int) {
		from, to := part*n/sortParts, (part+1)*n/sortParts
		errs[part] = a.multiply(r, from, to, &codes[part])
		if report != nil {
			mu.Lock()
			defer mu.Unlock()
			done += to - from
			report(int64(done), int64(n))
		}
	})
	for part := range codes {
		base := uint64(len(a.codes.wide))
		a.codes.wide = append(a.codes.wide, codes[part].wide...)
		for e := part * n / sortParts; e < (part+1)*n/sortParts; e++ {
			if a.num[e] >= wideCode {
				a.num[e] += base
			}
			if a.den[e] >= wideCode {
				a.den[e] += base
			}
		}
	}
	return errors.Join(errs[:]...)
}

// multiply measures the entrants from..to; codes become those of codes.
func (a *astra) multiply(r *reading, from, to int, codes *numbers) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	s, err := newScoring(a.set, a.history, a.at)
	if err != nil {
		return err // was made once before
	}
	for e := from; e < to; e++ {
		a.num[e], a.den[e] = 1, 1
		if !a.listed[e] || a.set.Multiplier == "none" {
			continue
		}
		s.measure(a.rowsOf(uint32(e)))
		num, den, err := s.amounts()
		if err != nil {
			return err
		}
		a.num[e], a.den[e] = codes.code(num), codes.code(den)
	}
	return nil
}

// measure leaves the score and multiplier of an entrant in a.scoring.
func (a *astra) measure(e uint32) { a.scoring.measure(a.rowsOf(e)) }

// rowsOf are the rows of an entrant's history that count.
func (a *astra) rowsOf(e uint32) []uint32 {
	if a.set.History == nil || a.out[e] {
		return nil
	}
	return a.history.by.of(e)
}

func (a *astra) scoreFigure(r *reading, as *campaign.Assertion) (*big.Rat, error) {
	id, found, err := r.entrantOf(as)
	if err != nil || !found {
		if as.Figure == "multiplier" {
			return big.NewRat(1, 1), err
		}
		return new(big.Rat), err
	}
	a.measure(id)
	if as.Figure == "score" {
		return a.scoring.scoreRat(), nil
	}
	if a.set.Multiplier == "none" {
		return big.NewRat(1, 1), nil
	}
	return a.scoring.multiplier(), nil
}

func (a *astra) allocate(r *reading, out *Allocation) error {
	if err := a.multipliers(r); err != nil {
		return err
	}
	a.ids = out.enrol(r, func(e uint32) bool { return a.listed[e] })
	a.rewards = a.newRewards(r.c.Tokens[0].Pool.Big())
	a.claims = make([]merkle.Amount, len(a.ids))
	err := r.eachQuota(len(a.ids), "rewards", func(w *quotaRoom, i int) {
		a.claims[i], _ = merkle.AmountFromBig(a.rewards.floor(w, i, r.unitOf(a.ids[i]))) // at most the pool
	})
	if err != nil {
		return err
	}
	t := &out.Tokens[0]
	copy(t.Amounts, a.claims)
	given := sumAmounts(a.claims)
	l := &t.Ledger
	l.Pool, l.ResidualTo, l.RolledTo = t.Token.Pool, r.c.Rounding.Residual.To, a.set.Roll
	earned := a.rewards.earned
	left := new(big.Int).Sub(l.Pool.Big(), earned)
	rest := new(big.Int).Sub(earned, given)
	if left.Sign() < 0 || rest.Sign() < 0 {
		return fmt.Errorf("%w: claims of %s, earned %s of %s", errInternal, given, earned, l.Pool)
	}
	l.Unallocated, _ = merkle.AmountFromBig(left)
	l.Residual, _ = merkle.AmountFromBig(rest)
	if a.set.Elections != nil {
		if err := a.early(r, out); err != nil {
			return err
		}
	}
	if l.Claims, err = t.sum(); err != nil {
		return err
	}
	out.countLeaves(r, 0, func(i int) bool { return a.claims[i].IsZero() })
	out.checkCaps(r, 0)
	return out.prove(0)
}

// stake is the amount of entrant i of ids in pool q, in 10^-scale.
func (a *astra) stake(q, i int) merkle.Amount { return a.codes.amount(a.stakes[q][a.ids[i]]) }

// eachQuota calls do for 0 … n−1 on all processors.
func (r *reading) eachQuota(n int, stage string, do func(w *quotaRoom, i int)) error {
	s := &shares{n: n}
	_, err := s.eachReporting(r.ctx, r.stage(stage), func(w *worker, i int) error {
		if w.quota == nil {
			w.quota = new(quotaRoom)
		}
		do(w.quota, i)
		return nil
	})
	return err
}
