package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// closeEntrant is the present account on a chain, and the present one of its trees, while records are met.
type closeEntrant struct {
	tree    int // -1: none
	leaves  int // in that tree
	leaf    uint32
	amount  merkle.Amount // of the leaf
	claimed bool
	claim   uint32 // the row that has claimed it

	e     Entrant
	met   bool        // it has a leaf in some tree
	first uint32      // the first of its leaves
	twice laterFaults // of its leaves
	sums  []merkle.Amount
	err   error
}

// merge brings the records of each account together, and makes claims and the table of what was not claimed. Of a round that is refused only leaves are met.
func (s *closeStream) merge() (err error) {
	if s.rule.round != nil {
		if err := s.openOutputs(); err != nil {
			return err
		}
	}
	x := &s.own
	x.tree = -1
	for _, c := range s.sorters {
		family := s.chains[c.chain].Family()
		x.e = Entrant{Chain: c.chain}
		err := s.eachRecord(c, func(r []byte) {
			if x.e.Account.IsZero() && x.err == nil {
				x.e.Account, x.err = merkle.NewAccount(family, c.raw(r))
			}
			s.meet(c, r)
		}, func(raw []byte) error {
			s.endTree()
			err := errors.Join(x.err, s.end(raw))
			x.tree, x.met, x.twice, x.err, x.e.Account = -1, false, laterFaults{}, nil, merkle.Account{}
			clear(x.sums)
			return err
		})
		if err = errors.Join(err, c.sorter.Close()); err != nil {
			return err
		}
	}
	return nil
}

// openOutputs makes the files of claims and of the table.
func (s *closeStream) openOutputs() (err error) {
	s.unclaimed, err = s.newTextRows(tableRole(tableUnclaimed), 2+32, s.x.Memory/4, func(dst []byte, chain uint16, kept []byte) []byte {
		dst = append(append(append(append(dst, ','), s.chains[chain]...), ','), s.c.Tokens[binary.BigEndian.Uint16(kept)].ID...)
		return getAmount(kept[2:]).AppendText(append(dst, ','))
	})
	for k := range s.c.Tokens {
		s.to = append(s.to, make([]*claimWriter, len(s.chains)))
		for chain := range s.chains {
			if _, there := s.unit(k, uint16(chain)); !there || err != nil {
				continue
			}
			s.to[k][chain], err = s.newClaims(k, uint16(chain), claimForm{}, 0, nil)
		}
	}
	return err
}

// meet takes a record.
func (s *closeStream) meet(c *chainRows, r []byte) {
	x, row := &s.own, c.rowOf(r)
	if tree := c.number(r); tree != x.tree {
		s.endTree()
		x.tree, x.leaves, x.claimed = tree, 0, false
	}
	amount := getAmount(r[c.restAt():])
	if r[c.aboutAt()+2] == ofClaim {
		s.judgeClaim(row, amount)
		return
	}
	if !x.met || row < x.first {
		x.first = row
	}
	x.met = true
	if x.leaves++; x.leaves == 1 {
		x.leaf, x.amount = row, amount
		return
	}
	account, tree := x.e.Account, s.bundle.manifest.Trees[x.tree].ID
	before := x.leaves - 1 // one fault for each of them
	for range min(before, merkle.MaxFaults) {
		x.twice.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), make: func([2]merkle.Pos) *merkle.Fault {
			b := s.bundle
			return &merkle.Fault{Pos: b.ref.Pos, Field: "bundle", Value: b.ref.Dir, Err: fmt.Errorf("%w: %w", ErrBundle, fmt.Errorf(severalLeaves, account, tree))}
		}})
	}
	x.twice.count += max(0, before-merkle.MaxFaults)
}

// judgeClaim takes a row of what was claimed, behind the leaf that it is about.
func (s *closeStream) judgeClaim(row uint32, amount merkle.Amount) {
	x := &s.own
	no := func(field string, err error, first uint32) {
		s.wrong.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
			if errors.Is(err, ErrDuplicate) {
				return &merkle.Fault{Field: field, Err: fmt.Errorf("%w, first at %s", err, at[1])}
			}
			return &merkle.Fault{Field: field, Err: err}
		}})
	}
	switch {
	case x.leaves == 0:
		no("account", ErrNoLeaf, row)
	case x.claimed:
		no("account", ErrDuplicate, x.claim)
	case s.rule.claims.has && amount != x.amount:
		no("amount", fmt.Errorf("%w, %s", ErrLeafAmount, x.amount), row)
	default:
		x.claimed, x.claim = true, row
	}
}

// endTree adds the present leaf to what its account has claimed, or to what nobody did.
func (s *closeStream) endTree() {
	x := &s.own
	if x.tree < 0 || x.leaves == 0 || s.rule.round == nil || x.err != nil {
		return
	}
	k, v, ok := s.rule.inToken(s.reading, x.tree, x.e.Chain, x.amount)
	switch {
	case !ok:
		s.breakAt(x.leaf, s.rule.unpayable(x.e.Account, x.tree))
	case !x.claimed:
		kept := s.unclaimed.begin(x.e)
		binary.BigEndian.PutUint16(kept, uint16(k))
		putAmount(kept[2:], v)
		x.err = s.unclaimed.add()
	default:
		s.claimed[k].add(v)
		if x.sums[k], ok = x.sums[k].Add(v); !ok {
			s.breakAt(x.leaf, fmt.Errorf("%w: a claim above 256 bits", errInternal))
		}
	}
}

// breakAt keeps the error about the first leaf.
func (s *closeStream) breakAt(leaf uint32, err error) {
	if s.broken == nil || leaf < s.brokenAt {
		s.broken, s.brokenAt = err, leaf
	}
}

// end writes the claims of the present account.
func (s *closeStream) end(raw []byte) error {
	x := &s.own
	if !x.met || x.err != nil {
		return nil
	}
	s.judge(x.e)
	s.enrolled++
	x.twice.cut()
	for _, f := range x.twice.list {
		f.key = append(binary.BigEndian.AppendUint32(nil, x.first), f.key...)
		s.twice.add(f)
	}
	s.twice.count += x.twice.count - len(x.twice.list)
	if s.rule.round == nil || s.broken != nil {
		return nil
	}
	one, has := claim{raw: raw, account: x.e.Account}, false
	for k, v := range x.sums {
		s.find(x.e, k, v)
		if v.IsZero() {
			continue
		}
		has, one.paid = true, v
		if err := s.to[k][x.e.Chain].add(&one); err != nil {
			return err
		}
	}
	if has {
		s.tally.meet(x.e)
	}
	return nil
}

// told names the round and the table.
func (s *closeStream) told(out *Outline) error {
	b := s.rule.round
	out.Previous = Previous{b.manifest.Campaign.ID, b.ref.Manifest}
	rows, err := s.unclaimed.finish()
	out.Tables = []PublishedTable{{tableUnclaimed, unclaimedColumns(), s.unclaimed.rows, rows}}
	out.canonical[tableRole(tableUnclaimed)] = s.unclaimed.file
	return err
}

// closeLedger is what closing.allocate does for a token.
func (s *closeStream) closeLedger(out *Outline, _ []*claimWriter, k int) error {
	t := &out.Tokens[k]
	claims, fits := s.claimed[k].amount()
	if !fits {
		return fmt.Errorf("%w: token %s: claims above 256 bits", errInternal, t.Token.ID)
	}
	if err := s.rule.roll(s.reading, t, claims); err != nil {
		return err
	}
	for _, f := range out.of(k) {
		if f.Len == 0 {
			continue
		}
		paid, _ := merkle.AmountFromBig(f.inUnits(f.Amount))
		t.Ledger.Chains = append(t.Ledger.Chains, ChainLine{f.Chain, paid, f.Len})
		t.Ledger.Leaves += f.Len
	}
	if err := out.prove(k); err != nil {
		return err
	}
	return s.look(out, k)
}
