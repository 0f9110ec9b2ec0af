package alloc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// shareStream is a rule that shares pools out, through disk: rows are settled into one record an entitled entrant, and the records are read again
// for shares, piece by piece, with the arithmetic of Compute.
type shareStream struct {
	*stream
	by      sharing
	sorters []*chainRows
	settled []*settledChain
	most    int // entrants of a piece
	budgets []budget
	caps    []*capping                   // by token; nil: no cap
	extra   []*oneMore                   // by token; nil: nobody gets one unit more
	counted *big.Int                     // sum of all shares in the pass in which claims are made; nil: nobody compares it
	writers []*claimWriter               // until they are handed over
	payload []byte                       // what is settled of the present entrant
	ends    func(to *settledChain) error // called after the last entrant on a chain; nil: nothing is to be done
}

// sharing is what rules differ in.
type sharing interface {
	streamed
	parse(p *piece, from *bufio.Reader) error // reads what is settled of one entrant
	vector(p *piece) *shares
	floor(p *piece, budgets []budget) error // the claims of a piece
	split() error                           // sets budgets, and what was earned
	proven() error                          // compares counted
}

// settledChain is the file of the entitled entrants on one chain, by their keys.
type settledChain struct {
	file    *tempFile
	chain   uint16
	account int
	family  merkle.Family
	len     int
}

// piece is some settled entrants.
type piece struct {
	out     Allocation // entrants and claims
	weights []merkle.Amount
	votes   ballots
	ids     []uint32 // 0, 1, 2, …
	sum     *big.Int // of numerators, after floor
	gaining int      // which entrant takes residuals; -1: none of these
	rewards rewardPiece
}

// capping is a cap of a token: entrants of a weight from edge get the cap.
type capping struct {
	most  *big.Int
	edge  merkle.Amount
	count int64 // of those; 0: nobody reaches it
}

func newShareStream(s *stream, inputs int64) shareStream {
	tokens := len(s.c.Tokens)
	n := s.x.Memory / 4 / (96*int64(tokens) + inputs)
	return shareStream{stream: s, most: int(min(max(n, 64), 1<<16)), caps: make([]*capping, tokens), extra: make([]*oneMore, tokens)}
}

func (s *shareStream) close() error {
	err := closeChains(s.sorters)
	for _, c := range s.settled {
		err = errors.Join(err, c.file.Close())
	}
	for _, w := range s.writers {
		err = errors.Join(err, w.f.Close())
	}
	return err
}

// settle merges the rows on every chain: entrant is called with an account after visit has seen its records, and calls keep for those that are entitled.
func (s *shareStream) settle(visit func(c *chainRows, record []byte), entrant func(to *settledChain, raw []byte) error) error {
	for _, c := range s.sorters {
		to, err := s.newSettled("settled", c.chain)
		if err != nil {
			return err
		}
		s.settled = append(s.settled, to)
		if err := s.eachRecord(c, func(r []byte) { visit(c, r) }, func(raw []byte) error {
			if s.refuses {
				account, err := merkle.NewAccount(to.family, raw)
				if err != nil {
					return err
				}
				s.judge(Entrant{account, to.chain})
			}
			return entrant(to, raw)
		}); err != nil {
			return err
		}
		if s.gaining.due(c.chain, nil) {
			if err := s.gain(to); err != nil {
				return err
			}
		}
		if s.ends != nil {
			if err := s.ends(to); err != nil {
				return err
			}
		}
		if err := errors.Join(to.file.Flush(), c.sorter.Close()); err != nil {
			return err
		}
	}
	return nil
}

// newSettled makes the file of entrants on a chain.
func (s *shareStream) newSettled(name string, chain uint16) (*settledChain, error) {
	file, err := s.scratch(fmt.Sprintf("%s-%d", name, chain))
	family := s.chains[chain].Family()
	return &settledChain{file: file, chain: chain, account: family.Width(), family: family}, err
}

// keep writes an entitled entrant.
func (s *shareStream) keep(to *settledChain, raw, payload []byte) error {
	if s.gaining.due(to.chain, raw) {
		if err := s.gain(to); err != nil {
			return err
		}
	}
	if s.gaining.is(to.chain, raw) {
		s.gaining.met = true
	}
	return s.put(to, raw, payload)
}

// gain writes the account that takes residuals, which is not entitled to anything else.
func (s *shareStream) gain(to *settledChain) error {
	s.gaining.added = true
	return s.put(to, s.gaining.raw, s.nothing())
}

// nothing is what is settled of an account without a share: a weight, or a number of votes, of 0, which both are one byte of 0.
func (s *shareStream) nothing() []byte { return []byte{0} }

func (s *shareStream) put(to *settledChain, raw, payload []byte) error {
	s.enrolled++
	return to.put(raw, payload)
}

func (c *settledChain) put(raw, payload []byte) error {
	c.len++
	if _, err := c.file.Write(raw); err != nil {
		return err
	}
	_, err := c.file.Write(payload)
	return err
}

// appendNumber appends an amount as its length and as many bytes, the highest first.
func appendNumber(dst []byte, a merkle.Amount) []byte {
	n := (a.BitLen() + 7) / 8
	dst = append(dst, byte(n))
	dst = append(dst, make([]byte, n)...)
	putAmount(dst[len(dst)-n:], a)
	return dst
}

// readNumber reads what appendNumber has made.
func readNumber(from *bufio.Reader) (merkle.Amount, error) {
	n, err := from.ReadByte()
	if err != nil || n > 32 {
		return merkle.Amount{}, errors.Join(err, io.ErrUnexpectedEOF)
	}
	text, err := from.Peek(int(n)) // reading into an array of ours would be an allocation a number
	if err != nil {
		return merkle.Amount{}, errors.Join(err, io.ErrUnexpectedEOF)
	}
	v := getAmount(text)
	_, err = from.Discard(len(text))
	return v, err
}

// pieces calls visit for the settled entrants, piece by piece, those of one chain after the other.
func (s *shareStream) pieces(stage string, visit func(p *piece) error) error {
	return s.piecesOf(s.settled, stage, s.by.parse, visit)
}

// piecesOf is pieces of other entrants, which are told by parse. An empty stage is not told of.
func (s *shareStream) piecesOf(settled []*settledChain, stage string, parse func(p *piece, from *bufio.Reader) error, visit func(p *piece) error) error {
	p := new(piece)
	p.out.Tokens = make([]TokenAllocation, len(s.c.Tokens))
	raw := make([]byte, 32)
	done, all := int64(0), int64(0)
	for _, c := range settled {
		all += int64(c.len)
	}
	for _, c := range settled {
		from := bufio.NewReaderSize(io.NewSectionReader(c.file.file, 0, c.file.at), s.block(4))
		for left := c.len; left > 0; {
			if err := s.ctx.Err(); err != nil {
				return err
			}
			n := 0
			p.clear(min(left, s.most))
			for ; n < min(left, s.most) && len(p.votes.powers) < 16*s.most; n++ {
				if _, err := io.ReadFull(from, raw[:c.account]); err != nil {
					return fmt.Errorf("%s: %w", c.file.file.Name(), err)
				}
				account, err := merkle.NewAccount(c.family, raw[:c.account])
				if err == nil {
					err = parse(p, from)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", c.file.file.Name(), err)
				}
				if s.gaining.is(c.chain, raw[:c.account]) {
					p.gaining = n
				}
				p.out.Entrants = append(p.out.Entrants, Entrant{account, c.chain})
				p.ids = append(p.ids, uint32(n))
			}
			for k := range p.out.Tokens {
				p.out.Tokens[k].Amounts = p.out.Tokens[k].Amounts[:n]
			}
			if err := visit(p); err != nil {
				return err
			}
			left -= n
			done += int64(n)
			if stage != "" {
				s.progress(stage, done, all)
			}
		}
	}
	return nil
}

// clear makes room for n entrants.
func (p *piece) clear(n int) {
	p.out.Entrants, p.ids, p.weights, p.gaining = p.out.Entrants[:0], p.ids[:0], p.weights[:0], -1
	p.rewards.clear()
	codes := p.votes.numbers
	if codes == nil {
		codes = new(numbers)
	}
	codes.wide = codes.wide[:0]
	p.votes = ballots{from: append(p.votes.from[:0], 0), proposals: p.votes.proposals[:0], powers: p.votes.powers[:0], numbers: codes}
	for k := range p.out.Tokens {
		t := &p.out.Tokens[k]
		if cap(t.Amounts) < n {
			t.Amounts = make([]merkle.Amount, n)
		}
		t.Amounts = t.Amounts[:n]
		clear(t.Amounts)
	}
}

// capped are the budgets for a piece, each with those of its entrants that get the cap.
func (s *shareStream) capped(p *piece) []budget {
	list := make([]budget, len(s.budgets))
	copy(list, s.budgets)
	for k, c := range s.caps {
		if c == nil || c.count == 0 {
			continue
		}
		list[k].cap, list[k].capped = c.most, make([]bool, len(p.weights))
		for i, w := range p.weights {
			list[k].capped[i] = w.Cmp(c.edge) >= 0
		}
	}
	return list
}

// whole are the claims of a piece with one rounding an entrant and token.
func (s *shareStream) whole(p *piece, budgets []budget) (err error) {
	amounts := make([][]merkle.Amount, len(budgets))
	for k := range amounts {
		amounts[k] = p.out.Tokens[k].Amounts
	}
	p.sum, err = s.by.vector(p).floor(s.ctx, budgets, p.out.Entrants, amounts, nil)
	return err
}

// claims makes the claims of all tokens.
func (s *shareStream) claims() (_ []*claimWriter, err error) {
	if err := s.by.split(); err != nil {
		return nil, err
	}
	if s.c.Rounding.Method == "largest-remainder" {
		if err := s.findExtra(); err != nil {
			return nil, err
		}
	}
	to := make([][]*claimWriter, len(s.c.Tokens)) // by token, then chain
	for k := range s.c.Tokens {
		to[k] = make([]*claimWriter, len(s.chains))
		for chain := range s.chains {
			if _, there := s.unit(k, uint16(chain)); !there {
				continue
			}
			w, err := s.newClaims(k, uint16(chain), claimForm{}, 0, nil)
			if err != nil {
				return nil, err
			}
			to[k][chain] = w
			s.writers = append(s.writers, w)
		}
	}
	if err := s.pieces("shares", func(p *piece) error { return s.write(p, to) }); err != nil {
		return nil, err
	}
	if err := s.by.proven(); err != nil {
		return nil, err
	}
	s.tally.judge()
	for _, w := range s.writers {
		w.f.cutWide()
		if err := w.out.Flush(); err != nil {
			return nil, err
		}
	}
	list := s.writers
	s.writers = nil
	return list, nil
}

// write makes the claims of a piece and writes those above 0.
func (s *shareStream) write(p *piece, to [][]*claimWriter) error {
	budgets := s.capped(p)
	if err := s.by.floor(p, budgets); err != nil {
		return err
	}
	if s.counted != nil {
		s.counted.Add(s.counted, p.sum)
	}
	for k, x := range s.extra {
		if x != nil {
			if err := x.give(s, p, k, &budgets[k]); err != nil {
				return err
			}
		}
	}
	x := claim{raw: make([]byte, 0, 32)}
	for i, e := range p.out.Entrants {
		x.raw, x.account = e.Account.AppendBytes(x.raw[:0]), e.Account
		gains, has := i == p.gaining, false
		for k := range s.c.Tokens {
			x.paid = p.out.Tokens[k].Amounts[i]
			s.find(e, k, x.paid)
			if w := to[k][e.Chain]; !x.paid.IsZero() || gains && w != nil {
				if err := w.add(&x); err != nil {
					return err
				}
			}
			switch {
			case !x.paid.IsZero():
				has = true
			case !gains || s.gaining.met:
				s.drop(k, gains)
			}
		}
		if has && !gains {
			s.tally.meet(e)
		}
	}
	return nil
}
