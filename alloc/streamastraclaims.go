package alloc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// rewardPiece is what is known of some entrants with stakes.
type rewardPiece struct {
	takes    []uint64 // 1 + age of the stake of those who take their claim, else 0
	num, den []uint64 // RM, codes
	stakes   []uint64 // entrant by entrant, by pool: codes
	claims   []merkle.Amount
	codes    numbers
}

func (p *rewardPiece) clear() {
	p.takes, p.num, p.den, p.stakes, p.claims, p.codes.wide = p.takes[:0], p.num[:0], p.den[:0], p.stakes[:0], p.claims[:0], p.codes.wide[:0]
}

// number reads a number and returns its code.
func (p *rewardPiece) number(from *bufio.Reader, err *error) uint64 {
	if *err != nil {
		return 0
	}
	var v merkle.Amount
	v, *err = readNumber(from)
	return p.codes.code(v)
}

// parse reads what flush has written.
func (s *astraStream) parse(p *piece, from *bufio.Reader) error {
	r := &p.rewards
	take, err := binary.ReadUvarint(from)
	r.takes = append(r.takes, take)
	r.num, r.den = append(r.num, r.number(from, &err)), append(r.den, r.number(from, &err))
	for range s.sums {
		r.stakes = append(r.stakes, r.number(from, &err))
	}
	return err
}

// parseRestaker reads what restake has written.
func (s *astraStream) parseRestaker(p *piece, from *bufio.Reader) (err error) {
	r := &p.rewards
	r.num, r.den = append(r.num, r.number(from, &err)), append(r.den, r.number(from, &err))
	r.stakes = append(r.stakes, r.number(from, &err))
	if err == nil {
		var c merkle.Amount
		c, err = readNumber(from)
		r.claims = append(r.claims, c)
	}
	return err
}

// quotas are those of the entrants of a piece, which have so many stakes each: in one pool, or in all where it is below 0. whole has the bounds.
func (p *piece) quotas(precisions [3]uint, stakes, pool int, whole *quotas) *quotas {
	r := &p.rewards
	q := &quotas{n: len(r.num), bits: precisions, pools: stakes, codes: &r.codes, whole: whole,
		ratio:  func(i int) (num, den uint64) { return r.num[i], r.den[i] },
		amount: func(q, i int) merkle.Amount { return r.codes.amount(r.stakes[i*stakes+q]) }}
	if pool >= 0 {
		q.pools, q.amount = 1, func(_, i int) merkle.Amount { return r.codes.amount(r.stakes[i*stakes+pool]) }
	}
	return q
}

// shared are the quotas of all entrants in one pool, or in all where it is below 0.
func (s *astraStream) quotas(pool int) *quotas {
	pools := len(s.sums)
	q := &quotas{bits: s.rule.precisions, pools: pools, all: func(visit func(*quotas) error) error {
		return s.piecesOf(s.settled, "", s.parse, func(p *piece) error { return visit(p.quotas(s.rule.precisions, pools, pool, nil)) })
	}}
	if pool >= 0 {
		q.pools = 1
	}
	return q
}

// of are the rewards for the entrants of a piece.
func (w *rewards) of(p *piece, precisions [3]uint) *rewards {
	own := *w
	if pools := len(w.sums); w.whole != nil {
		own.whole = p.quotas(precisions, pools, -1, w.whole)
	} else {
		own.single = make([]*quotas, pools)
		for q := range own.single {
			own.single[q] = p.quotas(precisions, pools, q, w.single[q])
		}
	}
	return &own
}

// ready makes the first bounds, and tells why they cannot be made.
func (w *rewards) ready() error {
	list := w.single
	if w.whole != nil {
		list = []*quotas{w.whole}
	}
	var errs []error
	for _, q := range list {
		q.at(0)
		errs = append(errs, q.failed())
	}
	return errors.Join(errs...)
}

// claims makes the claims: rewards, fees of those who take them now, and then what the others get of the fees.
func (s *astraStream) claims() (_ []*claimWriter, err error) {
	s.rewards = rewardsOf(s.rule.set, s.c.Tokens[0].Pool.Big(), s.poolSums(), s.quotas)
	s.earned[0] = s.rewards.earned
	if err := s.rewards.ready(); err != nil {
		return nil, err
	}
	for chain := range s.chains {
		w, err := s.newClaims(0, uint16(chain), claimForm{}, 0, nil)
		if err != nil {
			return nil, err
		}
		s.writers = append(s.writers, w)
		if s.rule.set.Elections == nil {
			continue
		}
		c, err := s.newSettled("restakers", uint16(chain))
		if err != nil {
			return nil, err
		}
		s.restakers = append(s.restakers, c)
	}
	if err := s.piecesOf(s.settled, "rewards", s.parse, s.pay); err != nil {
		return nil, err
	}
	s.tally.judge()
	for _, w := range s.writers {
		w.f.cutWide()
		if err := w.out.Flush(); err != nil {
			return nil, err
		}
	}
	if s.rule.set.Elections != nil {
		if err := s.early(); err != nil {
			return nil, err
		}
	}
	list := s.writers
	s.writers = nil
	return list, nil
}

// floors calls do for the entrants of a piece on all processors.
func (s *astraStream) floors(p *piece, do func(w *quotaRoom, i int)) error {
	quiet := *s.reading
	quiet.o.Progress = nil // pieces tell how far it is
	return quiet.eachQuota(len(p.ids), "", do)
}

// pay makes the claims of a piece and writes what is paid of them now.
func (s *astraStream) pay(p *piece) error {
	claims, own := p.out.Tokens[0].Amounts, s.rewards.of(p, s.rule.precisions)
	err := s.floors(p, func(w *quotaRoom, i int) {
		claims[i], _ = merkle.AmountFromBig(own.floor(w, i, s.units[p.out.Entrants[i].Chain])) // at most the pool
	})
	if err = errors.Join(err, s.rewards.ready()); err != nil {
		return err
	}
	x := claim{raw: make([]byte, 0, 32)}
	for i, e := range p.out.Entrants {
		if x.paid = claims[i]; s.rule.set.Elections != nil {
			if x.paid, err = s.elect(p, i); err != nil {
				return err
			}
		}
		s.find(e, 0, x.paid)
		if claims[i].IsZero() {
			s.drop(0, false)
		}
		if x.paid.IsZero() {
			continue
		}
		x.raw, x.account = e.Account.AppendBytes(x.raw[:0]), e.Account
		if err := s.writers[e.Chain].add(&x); err != nil {
			return err
		}
		s.tally.meet(e)
	}
	return nil
}

// elect is what an entrant of a piece is paid now: its claim less a fee, or nothing when it restakes.
func (s *astraStream) elect(p *piece, i int) (merkle.Amount, error) {
	r, e, c := &p.rewards, p.out.Entrants[i], p.out.Tokens[0].Amounts[i]
	if age := r.takes[i]; age > 0 {
		fee := s.flooring.part(c, big.NewInt(max(0, int64(s.rule.set.FeePercent)-int64(age-1))), big.NewInt(100), s.units[e.Chain])
		s.fees.add(fee)
		return less(c, fee), nil
	}
	s.locked.add(c)
	var stake merkle.Amount
	for q := range s.sums {
		stake, _ = stake.Add(r.codes.amount(r.stakes[i*len(s.sums)+q])) // at most widestStake bits each
	}
	dst := s.batch.payload[:0]
	for _, v := range []merkle.Amount{r.codes.amount(r.num[i]), r.codes.amount(r.den[i]), stake, c} {
		dst = appendNumber(dst, v)
	}
	s.batch.payload = dst
	return merkle.Amount{}, s.restakers[e.Chain].put(e.Account.Bytes(), dst)
}

// early shares the fees among those who restake, and makes the table of what is locked.
func (s *astraStream) early() error {
	for _, c := range s.restakers {
		if err := c.file.Flush(); err != nil {
			return err
		}
	}
	var q *quotas
	if s.rule.set.Redistribute != "next" {
		q = &quotas{bits: s.rule.precisions, pools: 1, plan: planOfOne(s.fees.big()), all: func(visit func(*quotas) error) error {
			return s.piecesOf(s.restakers, "", s.parseRestaker, func(p *piece) error { return visit(p.quotas(s.rule.precisions, 1, 0, nil)) })
		}}
		if q.at(0); q.failed() != nil {
			return q.failed()
		}
	}
	text, err := s.newText(tableRole("restaked"), true, 32)
	if err != nil {
		return err
	}
	defer text.close()
	text.first = true
	if err := text.sort(s.x.Memory / 2); err != nil {
		return err
	}
	err = s.piecesOf(s.restakers, "fees", s.parseRestaker, func(p *piece) error {
		more := p.out.Tokens[0].Amounts
		if q != nil {
			own := p.quotas(s.rule.precisions, 1, 0, q)
			err := s.floors(p, func(w *quotaRoom, i int) {
				more[i], _ = merkle.AmountFromBig(own.floor(w, i, s.units[p.out.Entrants[i].Chain])) // at most the fees
			})
			if err = errors.Join(err, q.failed()); err != nil {
				return err
			}
		}
		for i, e := range p.out.Entrants {
			s.shared.add(more[i])
			s.locked.add(more[i])
			v, ok := p.rewards.claims[i].Add(more[i])
			if !ok {
				return fmt.Errorf("%w: a claim above 256 bits", errInternal)
			}
			if v.IsZero() {
				continue
			}
			s.restaked++
			if err := text.add(0, e, v, 0, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.table = text.file
	_, err = text.finish()
	return err
}
