package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

const daySeconds = 86400

// scoring is the staking score and reward multiplier of docs/rules/astra-rewards-v1.md, entrant by entrant, in exact integers.
type scoring struct {
	set *campaign.Astra
	h   *historyRows
	at  int64

	den     *big.Int   // scores are numerators over den·10^stakeDecimals
	weights []*big.Int // by lock: what a token-second (a token, where the window is 0) counts over den
	edges   []*big.Int // by tier: from, in the unit of scores times 10^finer
	finer   *big.Int   // what scores are multiplied with before they are compared, when tiers have more digits
	tiers   []*big.Int // by tier: factor in 10^-scale; the first stands for no tier
	locks   []*big.Int // by lock: factor in 10^-scale
	one     *big.Int   // 10^scale

	// of the present entrant
	score        big.Int   // numerator
	balances     []big.Int // by lock
	deposits     int       // open ones
	depositSum   big.Int   // of their locks' factors
	product, own big.Int
	plus, minus  big.Int
	words        [2][]big.Word // of plus and minus
	open         []deposit
	held, sum    big.Int
	ssm, gcd     big.Int
	rmNum, rmDen big.Int
}

type deposit struct {
	t    int64
	left merkle.Amount
}

func newScoring(set *campaign.Astra, h *historyRows, at int64) (*scoring, error) {
	s := &scoring{set: set, h: h, at: at, den: big.NewInt(1), balances: make([]big.Int, len(set.Locks))}
	for _, l := range set.Locks {
		if l.Window > 0 {
			w := big.NewInt(int64(l.Window) * daySeconds)
			g := new(big.Int).GCD(nil, nil, s.den, w)
			s.den = new(big.Int).Mul(s.den, w.Quo(w, g))
		}
	}
	scale, deepest := 0, int(set.StakeDecimals)
	type decimal struct {
		digits *big.Int
		scale  int
	}
	read := func(text string, deep *int) (decimal, error) {
		d, n, err := parseDecimal([]byte(text), 36)
		*deep = max(*deep, int(n))
		return decimal{d.Big(), int(n)}, err
	}
	var factors, edges []decimal
	for _, t := range set.Tiers {
		f, err := read(t.Factor, &scale)
		if err != nil {
			return nil, err
		}
		e, err := read(t.From, &deepest)
		if err != nil {
			return nil, err
		}
		factors, edges = append(factors, f), append(edges, e)
	}
	var locks []decimal
	for _, l := range set.Locks {
		f, err := read(l.Factor, &scale)
		if err != nil {
			return nil, err
		}
		locks = append(locks, f)
		w := new(big.Int).Set(s.den)
		if l.Window > 0 {
			w.Quo(w, big.NewInt(int64(l.Window)*daySeconds))
		}
		s.weights = append(s.weights, w)
	}
	s.one = pow10(scale)
	s.tiers = []*big.Int{s.one}
	for _, f := range factors {
		s.tiers = append(s.tiers, f.digits.Mul(f.digits, pow10(scale-f.scale)))
	}
	for _, f := range locks {
		s.locks = append(s.locks, f.digits.Mul(f.digits, pow10(scale-f.scale)))
	}
	if deepest > int(set.StakeDecimals) {
		s.finer = pow10(deepest - int(set.StakeDecimals))
	}
	for _, e := range edges {
		e.digits.Mul(e.digits, pow10(deepest-e.scale))
		s.edges = append(s.edges, e.digits.Mul(e.digits, s.den))
	}
	return s, nil
}

// measure computes score, balances and multiplier of an entrant with these rows, which are by lock, then time.
func (s *scoring) measure(rows []uint32) {
	s.score.SetInt64(0)
	s.deposits = 0
	s.depositSum.SetInt64(0)
	for i := range s.balances {
		s.balances[i].SetInt64(0)
	}
	s.h.runs(rows, func(lock uint8, rows []uint32) {
		s.own.SetInt64(0)
		if s.set.Score == "deposit-age" || s.set.LVM == "mean-tenths" {
			s.age(lock, rows)
		}
		if s.set.Score != "deposit-age" {
			s.own.SetInt64(0)
			s.trail(lock, rows)
		}
		s.score.Add(&s.score, s.product.Mul(&s.own, s.weights[lock]))
	})
	s.multiply()
}

// setDifference sets z to in − out.
func (s *scoring) setDifference(z *big.Int, in, out *total) {
	s.words[0] = setWords(&s.plus, s.words[0], in.w[:])
	s.words[1] = setWords(&s.minus, s.words[1], out.w[:])
	z.Sub(&s.plus, &s.minus)
}

// trail adds the integral of one lock's balance over its window: every change counts for the time from it, or from the window's start, to the end.
// A time is below 2^63 seconds, so a change counts less than 2^319; see total.addProduct.
func (s *scoring) trail(lock uint8, rows []uint32) {
	window := int64(s.set.Locks[lock].Window) * daySeconds
	var in, out, age, gone total
	for _, row := range rows {
		v := s.h.numbers.amount(s.h.amounts[row])
		seconds := uint64(1)
		if window > 0 {
			seconds = uint64(s.at - max(s.h.times[row], s.at-window)) // no row is after at
		}
		if s.h.minus[row] {
			out.add(v)
			gone.addProduct(v, seconds)
		} else {
			in.add(v)
			age.addProduct(v, seconds)
		}
	}
	s.setDifference(&s.balances[lock], &in, &out)
	s.setDifference(&s.own, &age, &gone)
}

// age goes through one lock's deposits: withdrawals take from the oldest or newest open ones, and what is open counts by its age.
func (s *scoring) age(lock uint8, rows []uint32) {
	s.open = s.open[:0]
	first := 0
	s.h.instants(rows, func(t int64, in, out merkle.Amount, _ uint32) bool {
		if in.Cmp(out) >= 0 {
			if in, _ = in.Sub(out); !in.IsZero() {
				s.open = append(s.open, deposit{t, in})
			}
			return true
		}
		out, _ = out.Sub(in)
		for first < len(s.open) && !out.IsZero() {
			at := first
			if s.set.Withdraw == "newest" {
				at = len(s.open) - 1
			}
			d := &s.open[at]
			if d.left.Cmp(out) > 0 {
				d.left, _ = d.left.Sub(out)
				return true
			}
			out, _ = out.Sub(d.left)
			if s.set.Withdraw == "newest" {
				s.open = s.open[:at]
			} else {
				first++
			}
		}
		return true
	})
	window := int64(s.set.Locks[lock].Window) * daySeconds
	var balance, age, none total
	for _, d := range s.open[first:] {
		seconds := uint64(1)
		if window > 0 {
			seconds = uint64(min(s.at-d.t, window)) // no deposit is after at
		}
		balance.add(d.left)
		age.addProduct(d.left, seconds)
	}
	s.setDifference(&s.balances[lock], &balance, &none)
	s.setDifference(&s.own, &age, &none)
	n := len(s.open) - first
	s.depositSum.Add(&s.depositSum, s.product.Mul(s.gcd.SetInt64(int64(n)), s.locks[lock]))
	s.deposits += n
}

// tier is the index into tiers that the present score reaches.
func (s *scoring) tier() int {
	score := &s.score
	if s.finer != nil {
		score = s.product.Mul(score, s.finer)
	}
	n := 0
	for n < len(s.edges) && score.Cmp(s.edges[n]) >= 0 {
		n++
	}
	return n
}

// lvm is the lock multiplier as a fraction of one·den.
func (s *scoring) lvm() (num, den *big.Int) {
	held, sum, best := &s.held, &s.sum, s.one
	held.SetInt64(0)
	sum.SetInt64(0)
	kinds, only := 0, 0
	for i := range s.balances {
		if s.balances[i].Sign() == 0 {
			continue
		}
		kinds, only = kinds+1, i
		held.Add(held, &s.balances[i])
		sum.Add(sum, s.product.Mul(&s.balances[i], s.locks[i]))
		if s.locks[i].Cmp(best) > 0 {
			best = s.locks[i]
		}
	}
	switch {
	case kinds == 0:
		return s.one, big.NewInt(1)
	case s.set.LVM == "max":
		return best, big.NewInt(1)
	case s.set.LVM == "mean-tenths":
		m := new(big.Int).Mul(&s.depositSum, big.NewInt(10))
		m.Quo(m, sum.Mul(s.one, big.NewInt(int64(s.deposits))))
		return m.Mul(m, s.one), big.NewInt(10)
	case kinds == 1:
		return s.locks[only], big.NewInt(1)
	}
	return sum, held
}

// multiply sets RM = SSM + LVM − 1 as a fraction in lowest terms.
func (s *scoring) multiply() {
	num, den := s.lvm()
	s.ssm.Sub(s.tiers[s.tier()], s.one)
	s.rmNum.Add(num, s.ssm.Mul(&s.ssm, den))
	s.rmDen.Mul(den, s.one)
	if s.rmNum.IsUint64() && s.rmDen.IsUint64() {
		n, d := s.rmNum.Uint64(), s.rmDen.Uint64()
		g := gcdWord(n, d)
		s.rmNum.SetUint64(n / g)
		s.rmDen.SetUint64(d / g)
		return
	}
	if g := s.gcd.GCD(nil, nil, &s.rmNum, &s.rmDen); g.BitLen() > 1 {
		s.rmNum.Quo(&s.rmNum, g)
		s.rmDen.Quo(&s.rmDen, g)
	}
}

// gcdWord is the greatest common divisor; b is above 0.
func gcdWord(a, b uint64) uint64 {
	for a != 0 {
		a, b = b%a, a
	}
	return b
}

// scoreRat is the present score in tokens.
func (s *scoring) scoreRat() *big.Rat {
	return new(big.Rat).SetFrac(&s.score, new(big.Int).Mul(s.den, pow10(int(s.set.StakeDecimals))))
}

func (s *scoring) multiplier() *big.Rat { return new(big.Rat).SetFrac(&s.rmNum, &s.rmDen) }
