package alloc

import (
	"errors"
	"math/big"
	"sync"

	merkle "github.com/merkle-drop/merkle"
)

// quotas share rewards by amount × multiplier, where each entrant's multiplier is a fraction of its own: a mixed stake has the
// denominator Σ B. Their exact sum would need the least common multiple of all denominators. While that is short it is used, and everything
// is exact. Else totals are known between two bounds that are as close as need be: a claim is a floor, and where the floors of both bounds
// agree it is certain; where they do not, the bounds are narrowed, in the end to the exact sum.
type quotas struct {
	n      int                              // entrants
	ratio  func(e int) (num, den uint64)    // the multiplier, as codes of numbers
	codes  *numbers                         // of ratio
	amount func(q, e int) (v merkle.Amount) // amount of entrant e in pool q; 0 if none
	pools  int
	plan   func(totals []*big.Int) (mul []*big.Int, div *big.Int) // see quotaBounds

	// Of entrants on disk only some are at hand: all visits the whole of them, part by part, and whole, of such a part, has the bounds.
	all   func(visit func(part *quotas) error) error // nil: q has all entrants
	whole *quotas                                    // nil: q itself

	bits   [3]uint // the precisions that are tried: a common denominator of at most so many bits, or bounds of that many; the last is 0, the exact sum
	once   [3]sync.Once
	bounds [3]*quotaBounds
	errs   [3]error // why bounds are not there: what is on disk could not be read
}

// errLong ends the search for a common denominator.
var errLong = errors.New("alloc: a common denominator is longer than wanted")

func (q *quotas) parts(visit func(part *quotas) error) error {
	if q.all == nil {
		return visit(q)
	}
	return q.all(visit)
}

// failed is why floors are not to be had: nil when they are. It is called when nobody asks for floors.
func (q *quotas) failed() error { return errors.Join(q.errs[:]...) }

// quotaBits are the usual precisions. Bounds of 1024 bits leave a floor open in one of 2^700 cases.
func quotaBits() [3]uint { return [3]uint{1024, 8192, 0} }

// quotaBounds is one precision. Entrant e with multiplier m has x = m·Σ over pools of mul(q)·amount(q,e) ÷ div, for the totals at their lower
// and at their upper bound. Totals are Σ amount·m over the pool, times scale.
type quotaBounds struct {
	exact bool
	scale *big.Int
	low   []*big.Int // totals by pool
	high  []*big.Int
	mul   [2][]*big.Int // with the totals low, high
	div   [2]*big.Int

	short quotaShort
}

// common is the least common multiple of all denominators; ok is false when it is longer than most bits (0: any length is fine).
func (q *quotas) common(most uint) (_ *big.Int, ok bool, err error) {
	all := big.NewInt(1)
	var rem, den big.Int
	err = q.parts(func(p *quotas) error {
		last := uint64(0)
		for e := range p.n {
			_, code := p.ratio(e)
			if code == last {
				continue
			}
			last = code
			den.Set(p.codes.amount(code).Big())
			if rem.Rem(all, &den).Sign() == 0 {
				continue
			}
			g := new(big.Int).GCD(nil, nil, all, &den)
			if all.Mul(all, den.Quo(&den, g)); most > 0 && uint(all.BitLen()) > most {
				return errLong
			}
		}
		return nil
	})
	if errors.Is(err, errLong) {
		return nil, false, nil
	}
	return all, err == nil, err
}

// at returns the bounds of a precision, made once; nil when what is on disk cannot be read: see failed.
func (q *quotas) at(level int) *quotaBounds {
	if q.whole != nil {
		return q.whole.at(level)
	}
	q.once[level].Do(func() {
		bits := q.bits[level]
		b := &quotaBounds{}
		var err error
		if b.scale, b.exact, err = q.common(bits); !b.exact {
			b.scale = new(big.Int).Lsh(big.NewInt(1), bits)
		}
		b.low, b.high = make([]*big.Int, q.pools), make([]*big.Int, q.pools)
		for p := range q.pools {
			b.low[p], b.high[p] = new(big.Int), new(big.Int)
		}
		if err == nil {
			err = q.sum(b)
		}
		if q.errs[level] = err; err != nil {
			return
		}
		b.mul[0], b.div[0] = q.plan(b.low)
		b.mul[1], b.div[1] = b.mul[0], b.div[0]
		if !b.exact {
			b.mul[1], b.div[1] = q.plan(b.high)
		}
		b.short.set(b)
		q.bounds[level] = b
	})
	return q.bounds[level]
}

// sum adds amount × multiplier of all entrants.
func (q *quotas) sum(b *quotaBounds) error {
	var num, den, v, term, low, rem big.Int
	var words [3][]big.Word
	var code []uint64
	return q.parts(func(part *quotas) error {
		for e := range part.n {
			n, d := part.ratio(e)
			code = part.codes.words(code, n)
			words[0] = setWords(&num, words[0], code)
			code = part.codes.words(code, d)
			words[1] = setWords(&den, words[1], code)
			low.QuoRem(term.Mul(&num, b.scale), &den, &rem)
			for p := range q.pools {
				w := part.amount(p, e).Words()
				words[2] = appendWords(words[2][:0], w[:]...)
				if len(words[2]) == 0 {
					continue
				}
				v.SetBits(words[2])
				b.low[p].Add(b.low[p], term.Mul(&v, &low))
				b.high[p].Add(b.high[p], &term)
				if rem.Sign() > 0 {
					b.high[p].Add(b.high[p], &v)
				}
			}
		}
		return nil
	})
}

// quotaRoom is one goroutine's room.
type quotaRoom struct {
	sum, term, v, num, den, q, r big.Int
	words                        []big.Word
	code                         []uint64
	wide, multiplier             big.Int // of quotaShort
	divisor                      big.Int
	room                         [2][]big.Word
}

// floor is ⌊x/unit⌋·unit of entrant e; with entrants on disk see failed.
func (q *quotas) floor(w *quotaRoom, e int, unit *big.Int) *big.Int {
	var first big.Int
	for level := range q.bits {
		b := q.at(level)
		if b == nil {
			return &w.q
		}
		if !b.short.usable {
			continue // a pool of which the smaller totals are nothing bounds no claim from above; the last precision has none
		}
		if level == 0 && q.shortly(w, &b.short, e, unit) {
			return &w.q
		}
		q.bound(w, b, 1, e, unit) // larger totals: the lower bound of x
		if b.exact {
			return &w.q
		}
		first.Set(&w.q)
		if q.bound(w, b, 0, e, unit); first.Cmp(&w.q) == 0 {
			return &w.q
		}
	}
	return &w.q // not reached: the last precision is exact
}

// bound sets w.q to the floor of x with the totals of one side.
func (q *quotas) bound(w *quotaRoom, b *quotaBounds, side, e int, unit *big.Int) {
	w.sum.SetInt64(0)
	for p := range q.pools {
		if b.mul[side][p] == nil {
			continue
		}
		v := q.amount(p, e).Words()
		w.words = appendWords(w.words[:0], v[:]...)
		w.sum.Add(&w.sum, w.term.Mul(w.v.SetBits(w.words), b.mul[side][p]))
	}
	n, d := q.ratio(e)
	if w.sum.Sign() == 0 {
		w.q.SetInt64(0)
		return
	}
	w.code = q.codes.words(w.code, n)
	w.words = setWords(&w.v, w.words, w.code)
	w.term.Mul(&w.sum, &w.v)
	w.num.Mul(&w.term, b.scale)
	w.code = q.codes.words(w.code, d)
	w.words = setWords(&w.v, w.words, w.code)
	w.den.Mul(b.div[side], &w.v)
	w.q.QuoRem(&w.num, &w.den, &w.r)
	if unit != nil && unit.BitLen() > 1 {
		w.q.Sub(&w.q, w.r.Rem(&w.q, unit))
	}
}
