package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// mostRewardPools is how many pools the rows of a campaign through disk may tell apart.
const mostRewardPools = 1 << 15

// astraStream is astra-rewards/v1 through disk. The rows of all inputs are sorted together, so that what is known of an entrant stands side by side, in the
// order in which it is needed: whether it is in cool-down, its history by lock and time, its stakes, its election.
type astraStream struct {
	shareStream
	rule   *astra        // settings only
	number int           // bytes of the digits of a number in a record
	inputs []*astraInput // by the number that their rows are about

	history, cooldown, takes *astraInput // nil: there is none
	pools                    []*astraInput

	scale  int // of stakes, the largest of all pools
	scores map[Entrant]*astraScores

	own       astraEntrant
	overdraft refusals // of the present entrant
	batch     astraBatch
	sums      []total // of stakes, by pool

	rewards   *rewards
	flooring  flooring
	fees      total
	locked    total // claims of those who restake, and what they get of the fees
	shared    total // of the fees
	restakers []*settledChain
	restaked  int64
	table     *tempFile
}

// astraInput is one input of the rule. Its place among them is the number that its rows are about.
type astraInput struct {
	in      *campaign.Input
	role    string
	columns []column
	chain   int // which of columns
	blame   int // which of columns has the place of a fault about the row
	number  int // bytes of the digits of a number in canonical rows
	about   int // bytes of what stands before it, 0: nothing
	read    func(src *source, row *astraRow) (ok bool)
	visit   func(c *chainRows, record []byte)

	rows     int
	sums     *scaleSum // of numbers, where the input has a sum
	scale    int
	repeated laterFaults // accounts that were there before
	wrong    laterFaults // what else is wrong with accepted rows
}

// astraRow is an accepted row of an input.
type astraRow struct {
	e      Entrant
	digits merkle.Amount
	scale  uint8
	mark   byte // in a record: the scale; whether the row is a withdrawal; whether it takes
	lock   uint8
	time   int64
	about  []byte // what stands before the number in a canonical row, with a comma behind, and a minus
}

// The record: about the input (2 bytes), and of a history the lock (1) and the time (8); behind the row's number its digits and mark.
const astraAbout = 2 + 1 + 8

func newAstraStream(s *stream, number int) *astraStream {
	set := s.c.Rule.Astra
	a := &astraStream{shareStream: newShareStream(s, 256+64*int64(len(set.Pools))), rule: &astra{set: set, precisions: quotaBits()}, number: number,
		scores: map[Entrant]*astraScores{}, sums: make([]total, len(set.Pools))}
	a.ends = a.flush
	for i := range s.c.Assert {
		if as := &s.c.Assert[i]; as.Figure == "score" || as.Figure == "multiplier" {
			for chain := range s.chains {
				a.scores[Entrant{as.Account, uint16(chain)}] = new(astraScores)
			}
		}
	}
	return a
}

// read reads the inputs one after the other.
func (s *astraStream) read() (err error) {
	a, set := s.rule, s.rule.set
	if a.at, err = campaign.Instant([]byte(set.At)); err != nil {
		s.faults.Addf(s.c.Rule.Pos, "at %q: %w", set.At, err)
	}
	if s.sorters, err = s.openChains("rows", astraAbout, s.number+1, s.x.Memory/2); err != nil {
		return err
	}
	s.batch.history = new(historyRows)
	s.batch.most, s.batch.mostRows = s.most, max(256, int(s.x.Memory/8/96))
	s.cooldown, s.history, s.pools, s.takes = s.cooldownInput(), s.historyInput(), s.poolInputs(), s.takeInput()
	if err := s.readInput(s.history); err != nil {
		return err
	}
	if s.batch.scoring, err = newScorings(set, s.batch.history, a.at); err != nil {
		s.faults.Addf(s.c.Rule.Pos, "tiers or locks: %w", err)
	}
	for _, x := range append(s.pools, s.cooldown, s.takes) {
		if err := s.readInput(x); err != nil {
			return err
		}
	}
	for _, x := range s.pools {
		s.scale = max(s.scale, x.scale)
	}
	return nil
}

func (s *astraStream) open(x *astraInput) (*source, error) {
	return s.stream.open(x.in, x.role, x.columns)
}

// readInput reads an input: its canonical form, and a record a row into the sorters.
func (s *astraStream) readInput(x *astraInput) error {
	if x == nil {
		return nil
	}
	src, err := s.open(x)
	if src == nil {
		return err
	}
	text, err := s.newCanonical(src, x.role, x.chain, x.number)
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	defer text.close()
	text.time, text.before, text.joined, text.longest = x.about > 0, x.about > 0, x.about > 0, x.about
	if err := text.sort(s.x.Memory / 2); err != nil {
		return errors.Join(err, src.abandon())
	}
	err = s.scan(x, src, func(row *astraRow, _ cell) error {
		if row.digits.BitLen() > 8*s.number {
			return errWideNumber
		}
		if x.sums != nil {
			x.sums[row.scale].add(row.digits)
			x.scale = max(x.scale, int(row.scale))
		}
		if err := text.add(0, row.e, row.digits, row.scale, row.about); err != nil {
			return err
		}
		return s.add(x, row)
	})
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	rows, err := text.finish()
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	sum := ""
	if x.sums != nil {
		sum = decimalText(x.sums.at(x.scale), x.scale)
	}
	return src.close("sorted", sum, rows)
}

// add makes the record of a row.
func (s *astraStream) add(x *astraInput, row *astraRow) error {
	c := s.sorters[row.e.Chain]
	rest := c.begin(row.e.Account, s.kind(x), uint32(x.rows))
	at := c.record[c.aboutAt()+2:]
	at[0] = row.lock
	binary.BigEndian.PutUint64(at[1:], uint64(row.time)+1<<63) // ascends with the signed number
	putAmount(rest[:s.number], row.digits)
	rest[s.number] = row.mark
	return c.sorter.Add(c.record)
}

// scan calls visit for every accepted row, with the cell that is to blame for what is wrong with it.
func (s *astraStream) scan(x *astraInput, src *source, visit func(row *astraRow, blame cell) error) error {
	var row astraRow
	x.rows = 0
	for src.next() {
		row.about = row.about[:0]
		if !x.read(src, &row) {
			continue
		}
		if _, ok := s.enters(src, 0, row.e); !ok || src.full(0, x.rows) {
			continue
		}
		if err := visit(&row, src.cells[src.col[x.blame]]); err != nil {
			return err
		}
		x.rows++
	}
	return nil
}

// refine merges the rows of each entrant, measures those with stakes, and tells what is wrong with rows, in the order of Compute.
func (s *astraStream) refine() error {
	if err := s.settle(s.visit, s.entrant); err != nil {
		return err
	}
	list := append([]*astraInput{s.history, s.cooldown}, s.pools...)
	for _, x := range append(list, s.takes) {
		if err := s.diagnose(x); err != nil {
			return err
		}
	}
	return nil
}

// diagnose tells what is wrong with the rows of an input, with places.
func (s *astraStream) diagnose(x *astraInput) error {
	if x == nil || x.repeated.count+x.wrong.count == 0 {
		return nil
	}
	places := map[uint32]merkle.Pos{}
	x.repeated.places(places)
	x.wrong.places(places)
	err := s.again(func() (*source, error) { return s.open(x) }, func(src *source) error {
		return s.scan(x, src, func(_ *astraRow, blame cell) error {
			if _, wanted := places[uint32(x.rows)]; wanted {
				places[uint32(x.rows)] = placeOf(src.name, blame)
			}
			return nil
		})
	})
	x.repeated.tell(s.faults, places)
	x.wrong.tell(s.faults, places)
	return err
}

func (s *astraStream) close() error {
	err := s.shareStream.close()
	for _, c := range s.restakers {
		err = errors.Join(err, c.file.Close())
	}
	return err
}

// told fills what the ledger has besides claims, and names the table.
func (s *astraStream) told(out *Outline) error {
	l := &out.Tokens[0].Ledger
	l.RolledTo = s.rule.set.Roll
	if s.rule.set.Elections == nil {
		return nil
	}
	fees, shared := s.fees.big(), s.shared.big()
	var ok1, ok2 bool
	l.Locked, ok1 = s.locked.amount()
	l.Forgone, ok2 = merkle.AmountFromBig(new(big.Int).Sub(fees, shared))
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: fees of %s, %s shared", errInternal, fees, shared)
	}
	out.Tables = append(out.Tables, PublishedTable{"restaked", columnNames(paidColumns), s.restaked, s.table.lines})
	return nil
}

// astraScores are the figures of an account that a printed one is about.
type astraScores struct {
	met       bool // it stands in an input
	score, rm *big.Rat
}

// astraFigures is the rule for printed figures.
type astraFigures struct {
	*astra
	scores map[Entrant]*astraScores
}

func (s *astraStream) ruled() rule { return astraFigures{s.rule, s.scores} }

func (a astraFigures) scoreFigure(r *reading, as *campaign.Assertion) (*big.Rat, error) {
	e, found, err := r.entrantAmong(as, func(e Entrant) bool { return a.scores[e].met })
	switch {
	case as.Figure == "score" && found:
		return a.scores[e].score, nil
	case as.Figure == "score":
		return new(big.Rat), err
	case !found || a.set.Multiplier == "none":
		return big.NewRat(1, 1), err
	}
	return a.scores[e].rm, nil
}
