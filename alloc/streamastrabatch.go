package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// astraEntrant is what is known of the present entrant.
type astraEntrant struct {
	begun    bool
	e        Entrant
	excluded bool
	cooling  bool
	listed   bool            // has stakes that count
	take     uint64          // 1 + age of the stake when it takes its claim, else 0
	stakes   []merkle.Amount // by pool, in 10^-scale
	kind     int             // of the last row that is not of the history
	first    uint32          // the first row of that input
	from     int             // of the batch's history: rows before
	wide     int             // and wide numbers
}

func (o *astraEntrant) out() bool { return o.excluded || o.cooling }

// astraBatch is some entrants with stakes, who are measured together on all processors. It holds a history as it is, entrant after entrant.
type astraBatch struct {
	most, mostRows int // entrants, rows of history

	history *historyRows
	rows    []uint32 // of the input
	order   []uint32 // 0, 1, 2, …
	scoring []*scoring
	measured
}

// measured is what is measured, by entrant of the batch.
type measured struct {
	raw     []byte // accounts, end to end
	takes   []uint64
	stakes  []merkle.Amount // entrant by entrant, by pool
	from    []int           // their rows: from, to
	to      []int
	num     []merkle.Amount // RM
	den     []merkle.Amount
	payload []byte
}

// newScorings makes a scoring for each part of a batch.
func newScorings(set *campaign.Astra, h *historyRows, at int64) ([]*scoring, error) {
	list := make([]*scoring, sortParts)
	for i := range list {
		var err error
		if list[i], err = newScoring(set, h, at); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// entrant takes an entrant whose rows have been met, and puts it into the batch when it has stakes.
func (s *astraStream) entrant(to *settledChain, raw []byte) error {
	o, b := &s.own, &s.batch
	rows := b.order[o.from:len(b.rows)]
	sound := s.check(rows) && b.scoring != nil // else the campaign is refused, and what is below 0 has no score
	if o.out() {
		rows = nil
	}
	if x := s.scores[o.e]; x != nil && sound {
		m := b.scoring[0]
		m.measure(rows)
		x.met, x.score, x.rm = true, m.scoreRat(), m.multiplier()
	}
	if o.begun = false; !o.listed || !sound {
		b.cut(o.from, o.wide)
		return nil
	}
	b.raw, b.takes, b.stakes = append(b.raw, raw...), append(b.takes, o.take), append(b.stakes, o.stakes...)
	b.from, b.to = append(b.from, o.from), append(b.to, len(b.rows))
	for q, v := range o.stakes {
		s.sums[q].add(v)
	}
	if len(b.takes) >= b.most || len(b.rows) >= b.mostRows {
		return s.flush(to)
	}
	return nil
}

// cut forgets rows of the history, and wide numbers, from those places on.
func (b *astraBatch) cut(from, wide int) {
	h := b.history
	h.times, h.locks, h.minus, h.amounts, b.rows = h.times[:from], h.locks[:from], h.minus[:from], h.amounts[:from], b.rows[:from]
	h.numbers.wide = h.numbers.wide[:wide]
}

// check refuses balances below 0, and reports whether there are none.
func (s *astraStream) check(rows []uint32) bool {
	set, account := s.rule.set, s.own.e.Account
	s.batch.history.overdrawn(rows, func(lock uint8, out merkle.Amount, last uint32) {
		row := s.batch.rows[last]
		s.overdraft.count++
		s.overdraft.list = append(s.overdraft.list, laterFault{rows: [2]uint32{row, row}, make: func(at [2]merkle.Pos) *merkle.Fault {
			return overdraft(set, at[0], account, lock, out)
		}})
	})
	if s.history == nil {
		return true
	}
	sound := s.overdraft.count == 0
	s.overdraft.tell(&s.history.wrong)
	return sound
}

// flush measures the entrants of the batch and writes them.
func (s *astraStream) flush(to *settledChain) error {
	b := &s.batch
	n := len(b.takes)
	b.num, b.den = append(b.num[:0], make([]merkle.Amount, n)...), append(b.den[:0], make([]merkle.Amount, n)...)
	var errs [sortParts]error
	inParts(sortParts, func(part int) {
		for i := part * n / sortParts; i < (part+1)*n/sortParts && errs[part] == nil; i++ {
			b.num[i], b.den[i], errs[part] = s.multiplier(b.scoring[part], b.order[b.from[i]:b.to[i]])
		}
	})
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	pools := len(s.sums)
	for i := range n {
		dst := binary.AppendUvarint(b.payload[:0], b.takes[i])
		dst = appendNumber(appendNumber(dst, b.num[i]), b.den[i])
		for _, v := range b.stakes[i*pools : (i+1)*pools] {
			dst = appendNumber(dst, v)
		}
		b.payload = dst
		if err := s.put(to, b.raw[i*to.account:(i+1)*to.account], dst); err != nil {
			return err
		}
	}
	b.raw, b.takes, b.stakes, b.from, b.to = b.raw[:0], b.takes[:0], b.stakes[:0], b.from[:0], b.to[:0]
	b.cut(0, 0)
	return nil
}

// multiplier is RM of an entrant with these rows.
func (s *astraStream) multiplier(m *scoring, rows []uint32) (num, den merkle.Amount, err error) {
	if s.rule.set.Multiplier == "none" {
		return merkle.NewAmount(1), merkle.NewAmount(1), nil
	}
	m.measure(rows)
	return m.amounts()
}

// amounts are RM as amounts.
func (s *scoring) amounts() (num, den merkle.Amount, err error) {
	num, ok1 := merkle.AmountFromBig(&s.rmNum)
	den, ok2 := merkle.AmountFromBig(&s.rmDen)
	if !ok1 || !ok2 {
		err = fmt.Errorf("%w: a multiplier of %d over %d bits", errInternal, s.rmNum.BitLen(), s.rmDen.BitLen())
	}
	return num, den, err
}

// total of the stakes of each pool.
func (s *astraStream) poolSums() []*big.Int {
	list := make([]*big.Int, len(s.sums))
	for q := range s.sums {
		list[q] = s.sums[q].big()
	}
	return list
}
