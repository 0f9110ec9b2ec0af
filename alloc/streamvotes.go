package alloc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// voteStream is jupiter-asr/v1 through disk.
type voteStream struct {
	shareStream
	rule   *asr // settings, proposals and totals; the votes of one entrant, or of one piece
	number int  // bytes of a power in a record
	known  bool // proposals are without fault
	timed  bool // times decide between votes
	rows   int
	sum    total
	wrong  laterFaults

	all, good []total // by proposal: power that counts, and that of those who passed
	own       ballots // of the present entrant
	poll      poll    // of the present entrant and proposal
	refusals  refusals
}

// voteRow is an accepted row of the votes.
type voteRow struct {
	e        Entrant
	excluded bool
	proposal int
	power    merkle.Amount // in 10^-decimals
	sec      int64
	nano     int32
	account  cell
}

func newVoteStream(s *stream, number int) *voteStream {
	v := &voteStream{shareStream: newShareStream(s, 1<<10), rule: &asr{set: s.c.Rule.JupiterASR}, number: number}
	v.by, v.own.numbers = v, new(numbers)
	v.rule.votes = &v.own
	return v
}

func (s *voteStream) open() (*source, error) {
	return s.stream.open(&s.rule.set.Votes, "votes", []column{{"proposal", false}, {"account", false}, {"power", false}, {"chain", true}, {"time", true}})
}

// read is readProposals and readVotes.
func (s *voteStream) read() (err error) {
	if s.rule.props, err = s.readProposals(); err != nil {
		return err
	}
	s.known = len(s.faults.List) == 0
	src, err := s.open()
	if src == nil {
		return err
	}
	set := s.rule.set
	choice := set.Duplicates == "first" || set.Duplicates == "last"
	s.timed = choice && src.has(voteTime)
	order := "sorted"
	if choice && !s.timed {
		order = "file"
	}
	text, err := s.newCanonical(src, "votes", voteChain, s.number)
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	defer text.close()
	ranks := text.begin(s.rule.props.ids, order == "file")
	if text.time = src.has(voteTime); order == "sorted" {
		err = text.sort(s.x.Memory / 2)
	}
	if err == nil {
		s.sorters, err = s.openChains("rows", 2+12*btoi(s.timed), s.number, s.x.Memory/2)
	}
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	err = s.scan(src, func(row *voteRow) error {
		s.sum.add(row.power)
		if row.power.BitLen() > 8*s.number {
			return errWideNumber
		}
		var time []byte
		if text.time {
			time = src.cell(voteTime)
		}
		if err := text.add(ranks[row.proposal], row.e, row.power, set.Decimals, time); err != nil || row.excluded {
			return err
		}
		return s.add(row)
	})
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	rows, err := text.finish()
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	return src.close(order, decimalText(s.sum.big(), int(set.Decimals)), rows)
}

// begin sets what rows begin with, and returns the rank of each: of the cells by their bytes, or as they are where rows are not sorted.
func (t *canonicalText) begin(ids []string, unsorted bool) (ranks []int) {
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	cell := func(i int) []byte { return append(appendCell(nil, ids[i]), ',') }
	if !unsorted {
		slices.SortFunc(order, func(a, b int) int { return slices.Compare(cell(a), cell(b)) })
	}
	ranks, t.cells = make([]int, len(ids)), make([][]byte, len(ids))
	for rank, i := range order {
		ranks[i], t.cells[rank] = rank, cell(i)
	}
	return ranks
}

// add makes the record of a row: it is about a proposal and, where times decide, a time.
func (s *voteStream) add(row *voteRow) error {
	c := s.sorters[row.e.Chain]
	rest := c.begin(row.e.Account, row.proposal, uint32(s.rows))
	if s.timed {
		at := c.record[c.aboutAt()+2:]
		binary.BigEndian.PutUint64(at, uint64(row.sec)+1<<63) // ascends with the signed number
		binary.BigEndian.PutUint32(at[8:], uint32(row.nano))
	}
	putAmount(rest, row.power)
	return c.sorter.Add(c.record)
}

// scan calls visit for every accepted row, as readVotes accepts them.
func (s *voteStream) scan(src *source, visit func(row *voteRow) error) error {
	var row voteRow
	decimals := int(s.rule.set.Decimals)
	whole, zoned := false, false
	last, known := "", false // a file is nearly always proposal by proposal
	s.rows = 0
	for src.next() {
		if text := src.cell(voteProposal); !known || string(text) != last {
			if row.proposal, known = s.rule.props.index[string(text)]; known {
				last = string(text)
			}
		}
		ok := known
		if !known && s.known {
			src.no(voteProposal, ErrProposal)
		}
		var good bool
		row.e, good = src.account(voteAccount, voteChain)
		ok = ok && good
		var scale uint8
		var err error
		row.power, scale, err = parseDecimal(src.cell(votePower), decimals)
		if err == nil {
			if row.power, good = shift(row.power, decimals-int(scale)); !good {
				err = merkle.ErrOverflow
			}
		}
		if errors.Is(err, merkle.ErrNoFraction) || errors.Is(err, merkle.ErrPrecision) {
			err = fmt.Errorf("%w: the key decimals of the rule says how many fraction digits a power has, here %d", err, decimals)
		}
		if err != nil {
			src.no(votePower, err)
			ok = false
		}
		if src.has(voteTime) {
			var isWhole bool
			row.sec, row.nano, isWhole, err = parseTime(src.cell(voteTime))
			if err == nil && (whole || zoned) && isWhole != whole {
				err = ErrTimeKinds
			}
			if err != nil {
				src.no(voteTime, err)
				ok = false
			} else {
				whole, zoned = isWhole, !isWhole
			}
		}
		if !ok {
			continue
		}
		if row.excluded, ok = s.enters(src, voteAccount, row.e); !ok || src.full(voteAccount, s.rows) {
			continue
		}
		row.account = src.cells[src.col[voteAccount]]
		if err := visit(&row); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// refine is asr.refine, and measures who is eligible.
func (s *voteStream) refine() error {
	a, set := s.rule, s.rule.set
	if e := set.Eligibility; e != nil {
		a.min = s.minimum(e, int(set.Decimals), int(set.Decimals), "max-power", "mean-power", "last-power", "each-vote")
	}
	s.all, s.good = make([]total, len(a.props.ids)), make([]total, len(a.props.ids))
	s.own.from = make([]uint32, 2)
	err := s.settle(s.vote, s.entrant)
	a.powers, a.earned = make([]*big.Int, len(s.all)), make([]*big.Int, len(s.all))
	for p := range s.all {
		a.earned[p] = s.good[p].big()
		if a.powers[p] = a.earned[p]; set.Eligibility != nil && set.Eligibility.Denominator == "before" {
			a.powers[p] = s.all[p].big()
		}
	}
	return errors.Join(err, s.diagnose())
}

// entrant takes the votes of an entrant.
func (s *voteStream) entrant(to *settledChain, raw []byte) error {
	s.cast()
	s.refusals.tell(&s.wrong)
	a, own := s.rule, &s.own
	n := uint32(len(own.powers))
	own.from[1] = n
	passed := a.eligible(0, n)
	payload := binary.AppendUvarint(s.payload[:0], uint64(n))
	for i, p := range own.proposals {
		s.all[p].addCode(own.numbers, own.powers[i])
		if passed && a.counts(uint32(i)) {
			s.good[p].addCode(own.numbers, own.powers[i])
		}
		payload = appendNumber(binary.AppendUvarint(payload, uint64(p)), own.numbers.amount(own.powers[i]))
	}
	own.proposals, own.powers, own.numbers.wide = own.proposals[:0], own.powers[:0], own.numbers.wide[:0]
	s.payload = payload
	if !passed {
		return nil
	}
	return s.keep(to, raw, payload)
}

// parse reads what entrant has kept.
func (s *voteStream) parse(p *piece, from *bufio.Reader) error {
	n, err := binary.ReadUvarint(from)
	for ; n > 0 && err == nil; n-- {
		var proposal uint64
		if proposal, err = binary.ReadUvarint(from); err == nil && proposal >= uint64(len(s.all)) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			break
		}
		var power merkle.Amount
		power, err = readNumber(from)
		p.votes.proposals, p.votes.powers = append(p.votes.proposals, uint16(proposal)), append(p.votes.powers, p.votes.numbers.code(power))
	}
	p.votes.from = append(p.votes.from, uint32(len(p.votes.powers)))
	return err
}

// of is the rule with the votes of a piece.
func (s *voteStream) of(p *piece) *asr {
	a := *s.rule
	a.votes = &p.votes
	return &a
}

func (s *voteStream) vector(p *piece) *shares { return s.of(p).shares(p.ids) }

func (s *voteStream) split() error {
	a := s.rule
	a.weigh()
	v := a.shares(nil)
	s.budgets = s.reading.budgets(v.den)
	sum, part, factor := new(big.Int), new(big.Int), new(big.Int)
	for p, f := range a.factors {
		if f != nil {
			setWords(factor, nil, f)
			sum.Add(sum, part.Mul(factor, a.earned[p]))
		}
	}
	for k := range s.budgets {
		if s.earned[k] = new(big.Int); v.den != nil {
			s.earned[k].Quo(part.Mul(sum, s.budgets[k].pool), v.den)
		}
	}
	s.counted = new(big.Int)
	return nil
}

// floor is how asr.allocate rounds.
func (s *voteStream) floor(p *piece, budgets []budget) (err error) {
	at := s.c.Rounding.At
	if at != "sub-pool" && at != "floored-sub-pool" {
		return s.whole(p, budgets)
	}
	a := s.of(p)
	if p.sum, err = a.shares(p.ids).sum(s.ctx, nil); err != nil {
		return err
	}
	quiet := *s.reading
	quiet.o.Progress = nil // pieces tell how far it is
	return a.floorSubPools(&quiet, p.ids, &p.out, budgets, at == "floored-sub-pool")
}

// proven compares the sum of all shares, entrant by entrant, with that by proposal.
func (s *voteStream) proven() error { return s.rule.proveShares(s.counted) }

func (s *voteStream) told(out *Outline) error {
	s.rule.note(out.Allocation)
	return nil
}

func (s *voteStream) ruled() rule { return s.rule }
