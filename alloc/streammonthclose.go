package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// monthTotals is what the ledger of a month adds up.
type monthTotals struct {
	claims, locked, unelected total
	given, unvested, forgone  big.Int
	chains                    []total // claims
}

// powerSize is how many bytes voting power is kept in: 2^32 amounts fit.
const powerSize = 36

// The tables, by name.
const (
	tablePaid = iota
	tablePositions
	tablePower
)

var tableNames = [3]string{"paid", "positions", "voting-power"}

// widths are how many bytes the amounts of positions, and those of claims and of what has been paid, have at most.
func (s *monthStream) widths() (open, paid int) {
	most := s.supply()
	open = max(s.number, (most.BitLen()+7)/8)
	most.Add(most, s.carried.big())
	most.Add(most, s.before.big())
	return open, min(max(1, (most.BitLen()+7)/8), 32)
}

// supply is the month's pool with what rolls in.
func (s *monthStream) supply() *big.Int {
	supply := s.c.Tokens[0].Pool.Big()
	return supply.Add(supply, s.m.rolledIn.Big())
}

// claims computes the month piece by piece, and writes claims and tables.
func (s *monthStream) claims() (_ []*claimWriter, err error) {
	open, width := s.widths()
	s.totals.chains = make([]total, len(s.chains))
	decimals := int(s.c.Tokens[0].Decimals)
	for i, t := range [3]struct {
		kept int
		rest func(dst []byte, chain uint16, kept []byte) []byte
	}{tablePaid: {width, s.paidText}, tablePositions: {positionSize(open), s.positionText}, tablePower: {powerSize, func(dst []byte, chain uint16, kept []byte) []byte {
		return append(append(s.chainText(dst, true, chain), ','), decimalText(new(big.Int).SetBytes(kept), decimals)...)
	}}} {
		if s.texts[i], err = s.newTextRows("table-"+tableNames[i], t.kept, s.x.Memory/8, t.rest); err != nil {
			return nil, err
		}
	}
	s.texts[tablePositions].lead = monthSize
	form, names, split := claimForm{width: width}, 0, s.m.tranches()
	if split {
		form.text, names = true, 1
		if s.unlocks.file, err = s.temp("unlocks"); err != nil {
			return nil, err
		}
	}
	for chain := range s.chains {
		w, err := s.newClaims(0, uint16(chain), form, names, s.unlocks.file)
		if err != nil {
			return nil, err
		}
		s.writers = append(s.writers, w)
		if !split {
			continue
		}
		if w, err = s.newAmounts("sums", 0, uint16(chain), claimForm{width: width}, 0, nil); err != nil {
			return nil, err
		}
		s.sums = append(s.sums, w)
	}
	if err := s.pieces(s.month); err != nil {
		return nil, err
	}
	s.tally.judge()
	for _, w := range slices.Concat(s.writers, s.sums) {
		w.f.cutWide()
		if err := w.out.Flush(); err != nil {
			return nil, err
		}
	}
	if split {
		if err := s.unlocks.file.Flush(); err != nil {
			return nil, err
		}
	}
	list := s.writers
	s.writers = nil
	return list, nil
}

// month computes the month of a piece with the engine of Compute, and writes what comes of it.
func (s *monthStream) month(p *monthPiece) error {
	r := *s.reading
	r.roll, r.o.Progress = &roll{entrants: p.entrants}, nil // pieces tell how far it is
	m := *s.m
	m.in, m.status, m.fresh, m.rows = &p.in, p.status, positionRows{}, nil
	m.unvested, m.forgone = total{}, total{}
	if err := s.rule.share(&r, &m, p); err != nil {
		return err
	}
	x := &s.totals
	x.given.Add(&x.given, p.given)
	x.unvested.Add(&x.unvested, m.unvested.big())
	x.forgone.Add(&x.forgone, m.forgone.big())
	if err := s.pay(&r, &m, p); err != nil {
		return err
	}
	if err := s.passOn(&m, p); err != nil {
		return err
	}
	if err := s.empower(&r, &m, p); err != nil {
		return err
	}
	for e, who := range p.entrants {
		if s.asked[who] {
			as, _ := s.roll.lookup(who)
			s.remember(&m, p, uint32(e), as)
		}
	}
	return nil
}

// pay writes the claims of a piece.
func (s *monthStream) pay(r *reading, m *months, p *monthPiece) error {
	var split Allocation // for its tranches
	to := s.writers
	if m.tranches() {
		ids := make([]uint32, len(p.entrants))
		for i := range ids {
			ids[i] = uint32(i)
		}
		m.unlocks(r, &split, ids)
		to = s.sums
	}
	x := claim{raw: make([]byte, 0, 32)}
	paid := s.texts[tablePaid]
	for i, e := range p.entrants {
		now := m.payments[i]
		after, fits := p.before[i].Add(now)
		if !fits {
			return fmt.Errorf("%w: %s has been paid more than 256 bits", errInternal, e.Account)
		}
		if !after.IsZero() {
			putAmount(paid.begin(e), after)
			if err := paid.add(); err != nil {
				return err
			}
		}
		leaf := now
		if m.set.Claims == "cumulative" {
			leaf = after
		}
		s.totals.claims.add(now)
		s.totals.chains[e.Chain].add(now)
		if p.dropped[i] {
			s.dropped[0]++
		}
		if p.listed[i] || !leaf.IsZero() {
			s.enrolled++
			s.find(e, 0, leaf)
		}
		if leaf.IsZero() {
			continue
		}
		s.tally.meet(e)
		x.raw, x.account, x.paid = e.Account.AppendBytes(x.raw[:0]), e.Account, leaf
		if err := to[e.Chain].add(&x); err != nil {
			return err
		}
	}
	for i := range split.Tranches {
		t := &split.Tranches[i]
		e := p.entrants[t.Entrant]
		x.raw, x.account, x.paid = e.Account.AppendBytes(x.raw[:0]), e.Account, t.Amount
		var err error
		if x.text, err = s.unlocks.text(t.Unlock); err == nil {
			err = s.writers[e.Chain].add(&x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unlockColumn is the leaf field of tranches.
const unlockColumn = "unlock"

// unlockTexts are the few different instants at which tranches can be claimed, in a file that claims refer to.
type unlockTexts struct {
	file *tempFile
	at   map[int64][12]byte
}

// text is where an instant stands, as claim.text has it.
func (u *unlockTexts) text(unlock int64) (at [12]byte, err error) {
	if at, known := u.at[unlock]; known {
		return at, nil
	}
	digits := strconv.FormatInt(unlock, 10)
	text := append(binary.AppendUvarint(nil, uint64(len(digits))), digits...)
	binary.BigEndian.PutUint64(at[:], uint64(u.file.at))
	binary.BigEndian.PutUint32(at[8:], uint32(len(text)))
	if u.at == nil {
		u.at = map[int64][12]byte{}
	}
	u.at[unlock] = at
	_, err = u.file.Write(text)
	return at, err
}

// passOn writes the rows that the next month begins with.
func (s *monthStream) passOn(m *months, p *monthPiece) (err error) {
	t, x := s.texts[tablePositions], &s.totals
	m.passed(func(rows *positionRows, i int) {
		row := position{int(rows.months[i]), int(rows.periods[i]), rows.allocations[i], rows.entitlements[i], rows.exited[i]}
		if row.period == 0 {
			x.unelected.add(row.allocation)
		} else {
			x.locked.add(rows.carried(i, m.completion()))
		}
		putPosition(t.begin(p.entrants[rows.entrants[i]]), &row)
		err = errors.Join(err, t.add())
	})
	return err
}

// empower writes the voting power of a piece.
func (s *monthStream) empower(r *reading, m *months, p *monthPiece) error {
	t := s.texts[tablePower]
	power := m.powers(r)
	for _, e := range power.holders() {
		v, long := power.whole(e)
		if long == nil {
			long = v.Big()
		} else if long.BitLen() > 8*powerSize {
			return fmt.Errorf("%w: a voting power of %d bits", errInternal, long.BitLen())
		}
		long.FillBytes(t.begin(p.entrants[e]))
		if err := t.add(); err != nil {
			return err
		}
	}
	return nil
}

// remember keeps the rows of an entrant whom a printed figure is about.
func (s *monthStream) remember(m *months, p *monthPiece, e, as uint32) {
	copyRow := func(to, from *positionRows, i int) {
		to.add(as, int(from.months[i]), int(from.periods[i]), from.allocations[i], from.entitlements[i], from.exited[i])
	}
	for i, of := range m.in.entrants {
		if of == e {
			copyRow(s.m.in, m.in, i)
			s.m.status = append(s.m.status, m.status[i])
		}
	}
	for i, of := range m.fresh.entrants {
		if of == e {
			copyRow(&s.m.fresh, &m.fresh, i)
		}
	}
	s.rule.watch(p, e, as)
}

// told makes the tables, and names the month before.
func (s *monthStream) told(out *Outline) error {
	if b := s.m.prev; b != nil {
		out.Previous = Previous{b.manifest.Campaign.ID, b.ref.Manifest}
	}
	if s.m.tranches() {
		out.Columns = []string{unlockColumn}
	}
	columns := [3][]string{columnNames(paidColumns), columnNames(positionColumns), {"account", "chain", "power"}}
	for i, t := range s.texts {
		rows, err := t.finish()
		if err != nil {
			return err
		}
		out.Tables = append(out.Tables, PublishedTable{tableNames[i], columns[i], t.rows, rows})
		out.canonical[tableRole(tableNames[i])] = t.file
	}
	return nil
}

// closeLedger is months.ledger.
func (s *monthStream) closeLedger(out *Outline, _ []*claimWriter, k int) error {
	x, t := &s.totals, &out.Tokens[k]
	l := &t.Ledger
	l.Pool, l.RolledIn = t.Token.Pool, s.m.rolledIn
	l.ResidualTo, l.RolledTo = s.c.Rounding.Residual.To, s.m.set.Roll
	supply, earned := s.supply(), new(big.Int)
	if s.sum.Sign() > 0 {
		earned.Set(supply)
	}
	ok := true
	set := func(to *merkle.Amount, v *big.Int) {
		a, fits := merkle.AmountFromBig(v)
		*to, ok = a, ok && fits
	}
	set(&l.CarriedIn, s.carried.big())
	set(&l.Locked, x.locked.big())
	set(&l.Unelected, x.unelected.big())
	set(&l.Claims, x.claims.big())
	if s.m.set.Claims == "cumulative" {
		set(&l.PaidBefore, s.before.big())
	}
	set(&l.Unvested, &x.unvested)
	set(&l.Forgone, &x.forgone)
	set(&l.Unallocated, supply.Sub(supply, earned))
	set(&l.Residual, new(big.Int).Sub(earned, &x.given))
	if !ok {
		return fmt.Errorf("%w: a ledger line does not fit", errInternal)
	}
	l.Dropped = s.dropped[k]
	for _, f := range out.of(k) {
		if f.Len == 0 {
			continue
		}
		chain, _ := slices.BinarySearch(s.chains, f.Chain)
		sum, _ := x.chains[chain].amount()
		l.Chains = append(l.Chains, ChainLine{f.Chain, sum, f.Len})
		l.Leaves += f.Len
	}
	if err := out.prove(k); err != nil {
		return err
	}
	if !s.m.tranches() {
		return s.look(out, k)
	}
	whole := &Outline{Allocation: out.Allocation, Sizes: out.Sizes} // what an entrant is paid in all
	for _, w := range s.sums {
		whole.Sorted = append(whole.Sorted, w.f)
	}
	return s.look(whole, k)
}

func (s *monthStream) close() error {
	err := s.shareStream.close()
	for _, t := range s.texts {
		err = errors.Join(err, t.close())
	}
	for _, w := range s.sums {
		err = errors.Join(err, w.f.Close())
	}
	return err
}
