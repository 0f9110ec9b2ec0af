package alloc

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// closeStream is close-round/v1 through disk: the leaves of the round and the rows of what was claimed are sorted together, by account and tree, so that a
// leaf and its claims stand side by side.
type closeStream struct {
	*stream
	rule    *closing // settings and the round; no rows
	number  int      // bytes of an amount in a record
	sorters []*chainRows
	bundle  *bundle // the round, also when it is refused for its leaves

	leaves int
	sum    total          // of leaves, in base units of their chains
	said   *merkle.Faults // about the list of what was claimed
	rows   int            // of it

	own       closeEntrant
	twice     laterFaults // leaves beside another one of the same account and tree
	wrong     laterFaults // rows of what was claimed, for what they say of leaves
	broken    error       // the first leaf that cannot be paid in base units of its token
	brokenAt  uint32
	to        [][]*claimWriter // by token, then chain, until they are handed over
	claimed   []total          // by token
	unclaimed *textRows
}

// What a record is about behind its tree: leaves come before claims.
const (
	ofLeaf  = 0
	ofClaim = 1
)

// roundAbout is the bytes of that: the tree, and what it is.
const roundAbout = 2 + 1

func newCloseStream(s *stream, number int) *closeStream {
	tokens := len(s.c.Tokens)
	x := &closeStream{stream: s, rule: &closing{set: s.c.Rule.Close}, number: number, said: new(merkle.Faults), claimed: make([]total, tokens)}
	x.own.sums = make([]merkle.Amount, tokens)
	return x
}

// read is closing.read.
func (s *closeStream) read() (err error) {
	if s.sorters, err = s.openChains("rows", roundAbout, s.number, s.x.Memory/2); err != nil {
		return err
	}
	if s.bundle, err = s.rule.open(s.reading); err != nil {
		return err
	}
	var round *Input
	if s.bundle != nil {
		if round, err = s.readRound(); err != nil {
			return err
		}
	}
	if err := s.readClaimed(nil); err != nil {
		return err
	}
	if round != nil {
		s.entries = append(s.entries, *round)
	}
	return nil
}

// readRound reads the leaves. It returns nil when the round is refused.
func (s *closeStream) readRound() (_ *Input, err error) {
	text, err := s.roundText()
	if err != nil {
		return nil, err
	}
	defer text.close()
	before := len(s.faults.List) + s.faults.More
	ranks := s.treeRanks()
	err = s.bundle.readLeaves(s.reading, func(tree int, e Entrant, amount merkle.Amount) error {
		switch {
		case amount.BitLen() > 8*s.number:
			return errWideNumber
		case uint64(s.leaves) >= maxEntrants:
			return fmt.Errorf("%s: %w", s.bundle.ref.Dir, ErrTooManyRows)
		}
		s.sum.add(amount)
		err := s.record(ofLeaf, tree, e, s.leaves, amount)
		s.leaves++
		return errors.Join(err, text.add(ranks[tree], e, amount, 0, nil))
	})
	if err != nil {
		return nil, err
	}
	rows, err := text.finish()
	if err != nil || before != len(s.faults.List)+s.faults.More {
		return nil, err
	}
	s.rule.round = s.bundle
	in := roundInput(int64(s.leaves), s.sum.big().String(), rows)
	return &in, nil
}

// record adds a record to the sorters: about the tree, then whether it is a leaf or a claim; the rest is the amount.
func (s *closeStream) record(kind byte, tree int, e Entrant, row int, amount merkle.Amount) error {
	c := s.sorters[e.Chain]
	rest := c.begin(e.Account, tree, uint32(row))
	c.record[c.aboutAt()+2] = kind
	putAmount(rest, amount)
	return c.sorter.Add(c.record)
}

// treeRanks are the places of the trees among all, as rows that begin with their names are sorted.
func (s *closeStream) treeRanks() []int {
	trees := s.bundle.manifest.Trees
	order := make([]int, len(trees))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(trees[a].ID+",", trees[b].ID+",") })
	ranks := make([]int, len(trees))
	for rank, i := range order {
		ranks[i] = rank
	}
	return ranks
}

// roundText makes the canonical form of the leaves.
func (s *closeStream) roundText() (*canonicalText, error) {
	trees := s.bundle.manifest.Trees
	for i := range trees {
		if len(trees) > mostTexts || strings.ContainsAny(trees[i].ID, ",\n") { // rows are not sorted tree by tree
			return nil, fmt.Errorf("a round of %d trees, with one named %q, %w", len(trees), trees[i].ID, ErrInMemory)
		}
	}
	t, err := s.newText("round", false, s.number)
	if err != nil {
		return nil, err
	}
	t.cells, t.tails = make([][]byte, len(trees)), make([][]byte, len(trees))
	for i, rank := range s.treeRanks() {
		x := &trees[i]
		t.cells[rank], t.tails[rank] = []byte(x.ID+","), []byte(","+string(x.Chain)+","+x.Tokens[0])
	}
	return t, t.sort(s.x.Memory / 2)
}

// claimedText makes the canonical form of the list of what was claimed: a row keeps its tree and its amount.
func (s *closeStream) claimedText() (*textRows, error) {
	c := s.rule
	return s.newInputText("claimed", 2+s.number, func(dst []byte, chain uint16, kept []byte) []byte {
		dst = append(append(dst, ','), c.round.manifest.Trees[binary.BigEndian.Uint16(kept)].ID...)
		if c.claims.has {
			dst = getAmount(kept[2:]).AppendText(append(dst, ','))
		}
		if c.claims.chain {
			dst = append(append(dst, ','), s.chains[chain]...)
		}
		return dst
	})
}

// readClaimed reads the list of what was claimed into the sorters. With again it is only looked at: for every row that would have gone there, and its number.
// Its faults are kept apart: those of another reading replace them.
func (s *closeStream) readClaimed(again func(src *source, row int)) (err error) {
	faults := s.faults
	s.said = new(merkle.Faults)
	s.faults = s.said
	defer func() { s.faults = faults }()
	src, err := s.rule.openClaimed(s.reading)
	if src == nil {
		return err
	}
	var text *textRows
	if again == nil && s.rule.round != nil {
		if text, err = s.claimedText(); err != nil {
			return errors.Join(err, text.close(), src.abandon())
		}
	}
	if err := s.scanClaimed(src, text, again); err != nil {
		return errors.Join(err, text.close(), src.abandon())
	}
	var rows func(emit func([]byte) error) error
	if text != nil {
		if rows, err = text.finish(); err != nil {
			return errors.Join(err, src.abandon())
		}
	}
	return src.close("sorted", "", rows)
}

// scanClaimed reads its rows.
func (s *closeStream) scanClaimed(src *source, text *textRows, again func(src *source, row int)) error {
	s.rows = 0
	for src.next() {
		x, ok := s.rule.claimedRow(s.reading, src)
		switch {
		case !ok:
			continue
		case x.other:
			src.no(claimedAccount, ErrNoLeaf)
			continue
		case src.full(claimedAccount, s.rows):
			continue
		case again != nil:
			again(src, s.rows)
		case x.amount.BitLen() > 8*s.number:
			return errWideNumber
		default:
			kept := text.begin(x.e)
			binary.BigEndian.PutUint16(kept, uint16(x.tree))
			putAmount(kept[2:], x.amount)
			if err := errors.Join(text.add(), s.record(ofClaim, x.tree, x.e, s.rows, x.amount)); err != nil {
				return err
			}
		}
		s.rows++
	}
	return nil
}

// refine brings leaves and claims together, and tells what is wrong with either.
func (s *closeStream) refine() error {
	if s.bundle != nil {
		if err := s.merge(); err != nil {
			return err
		}
	}
	if err := s.tell(); err != nil {
		return err
	}
	for _, f := range s.said.List {
		s.faults.Add(f)
	}
	s.faults.More += s.said.More
	return nil
}

// tell tells of leaves that are there twice: the list of what was claimed is then read for its form only. Else it tells what is wrong with rows of that, in
// their order, which takes a second reading.
func (s *closeStream) tell() error {
	entries, opened := s.entries, s.stream.opened
	defer func() { s.entries, s.stream.opened = entries, opened }()
	if s.twice.count > 0 {
		s.twice.cut()
		s.twice.tell(s.faults, nil)
		if s.rule.round == nil {
			return nil // it was read so
		}
		s.rule.round = nil
		return s.readClaimed(func(*source, int) {})
	}
	if s.wrong.count == 0 {
		return nil
	}
	s.wrong.cut()
	wrong, firsts := map[int]*laterFault{}, map[uint32]merkle.Pos{}
	for i := range s.wrong.list {
		f := &s.wrong.list[i]
		wrong[int(f.rows[0])], firsts[f.rows[1]] = f, merkle.Pos{}
	}
	err := s.readClaimed(func(src *source, row int) {
		if _, wanted := firsts[uint32(row)]; wanted {
			firsts[uint32(row)] = placeOf(src.name, src.cells[src.col[claimedAccount]])
		}
		if f := wrong[row]; f != nil {
			x := f.make([2]merkle.Pos{{}, firsts[f.rows[1]]})
			src.no(slices.IndexFunc(src.want, func(c column) bool { return c.name == x.Field }), x.Err)
		}
	})
	s.said.More += s.wrong.count - len(s.wrong.list)
	return err
}

func (s *closeStream) ruled() rule { return s.rule }

func (s *closeStream) close() error {
	err := errors.Join(closeChains(s.sorters), s.unclaimed.close())
	for _, w := range slices.Concat(s.to...) {
		if w != nil {
			err = errors.Join(err, w.f.Close())
		}
	}
	return err
}

// claims hands the claims over, which were made when leaves and claims were brought together.
func (s *closeStream) claims() (list []*claimWriter, err error) {
	if s.broken != nil {
		return nil, s.broken
	}
	s.tally.judge()
	for _, w := range slices.Concat(s.to...) {
		if w == nil {
			continue
		}
		w.f.cutWide()
		err = cmp.Or(err, w.out.Flush())
		list = append(list, w)
	}
	s.to = nil
	return list, err
}
