package verify

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// treeRow is where an account stands in the trees among the files.
type treeRow struct {
	l   *listing
	row int
}

// treeRows are the rows, by account, of all trees whose files state a root or proofs; nil when an account is there more than once, so that a list cannot be held
// against it row by row.
func (p *filePass) treeRows(fam family) map[[32]byte]treeRow {
	out := map[[32]byte]treeRow{}
	for _, l := range p.listings {
		if l.column("account") < 0 || l.column("amount") < 0 || len(l.rows) == 0 || l.rows[0].acct.fam != fam || l.root == "" && l.rows[0].proof < 0 {
			continue
		}
		for i := range l.rows {
			if _, twice := out[l.rows[i].acct.raw]; !twice {
				out[l.rows[i].acct.raw] = treeRow{l, i}
			}
		}
	}
	return out
}

// beside is a list among the files of a tree, in the reading under which most of its rows are those of the tree.
type beside struct {
	fl   *foundList
	u    listUnits
	list *listing
	same int
}

// compareLists holds lists against the trees among the files and returns those that share no account with any. A list that is the tree's own in most rows must be
// so in all; lists that only together are the tree's, such as parts that were added up, are found by their sum; any other is named as a list that is not the
// tree's input.
func (p *filePass) compareLists(lists []*foundList) (alone []*foundList) {
	var parts []*beside
	for _, fl := range lists {
		rows := p.treeRows(fl.fam)
		b := p.besideOf(fl, rows)
		switch {
		case b == nil:
			alone = append(alone, fl)
		case b.same*2 > b.treeLeaves(rows):
			p.reportBeside(b, rows)
		default:
			parts = append(parts, b)
		}
	}
	if len(parts) > 1 && p.reportSum(parts) {
		return alone
	}
	for _, b := range parts {
		p.reportOther(b, p.treeRows(b.fl.fam))
	}
	return alone
}

// besideOf reads a list in the way that agrees with the trees in most rows; nil when no account is in a tree.
func (p *filePass) besideOf(fl *foundList, rows map[[32]byte]treeRow) (best *beside) {
	quiet := &filePass{ctx: p.ctx, o: p.o, faults: newCollector(), remarks: newCollector()}
	units := []int{-1, 18, 6, 9, 8, 0}
	if fl.places >= 0 {
		units = []int{fl.places}
	} else {
		for d := range 25 {
			if !slices.Contains(units, d) {
				units = append(units, d)
			}
		}
	}
	for _, d := range units {
		l := quiet.listOf(fl, listUnits{d, true}, false)
		b, shared := &beside{fl: fl, u: listUnits{d, true}, list: l}, 0
		for i := range l.rows {
			if t, ok := rows[l.rows[i].acct.raw]; ok {
				shared++
				if rowDiffers(l, &l.rows[i], t) == "" {
					b.same++
				}
			}
		}
		if d == units[0] && shared == 0 && len(l.rows) > 0 {
			return nil
		}
		if shared > 0 && (best == nil || b.same > best.same) {
			best = b
		}
		if best != nil && best.same*10 > 9*len(best.list.rows) || p.ctx.Err() != nil {
			break
		}
	}
	return best
}

// treeLeaves is how many rows the trees have in which the list has a row that agrees, or is the longer of the two.
func (b *beside) treeLeaves(rows map[[32]byte]treeRow) int {
	n := 0
	for _, l := range b.trees(rows) {
		n += len(l.rows)
	}
	return max(n, len(b.list.rows))
}

// trees are the trees that the list shares an account with, in the order of its rows.
func (b *beside) trees(rows map[[32]byte]treeRow) (list []*listing) {
	for i := range b.list.rows {
		if t, ok := rows[b.list.rows[i].acct.raw]; ok && !slices.Contains(list, t.l) {
			list = append(list, t.l)
		}
	}
	return list
}

// rowDiffers compares a row of a list with one of a tree, by the values that both have; "" when they agree.
func rowDiffers(l *listing, r *fileRow, t treeRow) string {
	other := &t.l.rows[t.row]
	for _, name := range []string{"amount", "locked", "beneficiary"} {
		a, b := l.column(name), t.l.column(name)
		switch {
		case a >= 0 && b >= 0 && r.cells[a] != other.cells[b]:
			return fmt.Sprintf("%s %s, in the tree %s", name, r.cells[a], other.cells[b])
		case name == "locked" && a >= 0 && b < 0 && r.cells[a] != "0":
			return fmt.Sprintf("locked %s, in the tree none", r.cells[a])
		}
	}
	return ""
}

// reportBeside names every row in which a list and its tree differ.
func (p *filePass) reportBeside(b *beside, rows map[[32]byte]treeRow) {
	l := p.listOf(b.fl, b.u, true)
	listed := map[[32]byte]bool{}
	wrong, ordered, last := 0, true, -1
	for i := range l.rows {
		r := &l.rows[i]
		listed[r.acct.raw] = true
		t, ok := rows[r.acct.raw]
		if !ok {
			wrong++
			p.fault(ListDiffers, l.where(r, 0, ""), r.acct.text()+" is in the list", "not in the tree")
			continue
		}
		ordered = ordered && t.row > last
		last = t.row
		if d := rowDiffers(l, r, t); d != "" {
			wrong++
			p.fault(ListDiffers, l.where(r, 0, ""), d, "the same as at "+t.l.where(&t.l.rows[t.row], 0, ""))
		}
	}
	trees := b.trees(rows)
	var names []string
	for _, tree := range trees {
		names = append(names, tree.name)
		for i := range tree.rows {
			if !listed[tree.rows[i].acct.raw] {
				wrong++
				p.fault(ListDiffers, tree.where(&tree.rows[i], 0, ""), tree.rows[i].acct.text()+" is in the tree", "not in "+l.name)
			}
		}
	}
	order := "in the same order"
	if !ordered {
		order = "in another order"
	}
	p.check("%s is the list of %s: %d of %d rows agree, %s, amounts in %s", l.name, strings.Join(names, ", "), b.same, len(l.rows), order, b.u)
}

func (u listUnits) String() string {
	if u.places < 0 {
		return "base units"
	}
	return fmt.Sprintf("whole tokens of %d decimals", u.places)
}

// reportOther says of a list that shares accounts with a tree, and is not its input, what differs first.
func (p *filePass) reportOther(b *beside, rows map[[32]byte]treeRow) {
	first, where := "", ""
	for i := range b.list.rows {
		r := &b.list.rows[i]
		t, ok := rows[r.acct.raw]
		if first = "not in the tree"; ok {
			first = rowDiffers(b.list, r, t)
		}
		if first != "" {
			where = b.list.where(r, 0, "")
			break
		}
	}
	if where == "" { // every row agrees, and the tree has more
		for _, tree := range b.trees(rows) {
			where, first = tree.name, fmt.Sprintf("%d rows, the list has %d of them", len(tree.rows), len(b.list.rows))
		}
	}
	var names []string
	for _, tree := range b.trees(rows) {
		names = append(names, tree.name)
	}
	p.remark(ListDiffers, where, first, fmt.Sprintf("%s is not the input of %s: %d of its %d rows agree with the tree, read as %s, and this is the first that does not",
		b.list.name, strings.Join(names, ", "), b.same, len(b.list.rows), b.u))
}

// reportSum looks whether lists are the tree's only together, as parts of each account's amount.
func (p *filePass) reportSum(parts []*beside) bool {
	fam := parts[0].fl.fam
	rows := p.treeRows(fam)
	type summed struct {
		amount *big.Int
		first  *fileRow
		l      *listing
	}
	sums, order := map[[32]byte]*summed{}, [][32]byte{}
	var names []string
	for _, b := range parts {
		names = append(names, b.list.name)
		at := b.list.column("amount")
		if b.fl.fam != fam || at < 0 || b.u.places >= 0 && b.fl.places < 0 {
			if b.u.places >= 0 { // read as whole tokens by chance: parts are in base units
				b.u.places = -1
				b.list = (&filePass{ctx: p.ctx, o: p.o, faults: newCollector(), remarks: newCollector()}).listOf(b.fl, b.u, false)
			}
			if b.fl.fam != fam || at < 0 {
				return false
			}
		}
		for i := range b.list.rows {
			r := &b.list.rows[i]
			n, ok := new(big.Int).SetString(r.cells[at], 10)
			if !ok {
				return false
			}
			s := sums[r.acct.raw]
			if s == nil {
				s = &summed{new(big.Int), r, b.list}
				sums[r.acct.raw] = s
				order = append(order, r.acct.raw)
			}
			s.amount.Add(s.amount, n)
		}
	}
	agree := 0
	differs := func(key [32]byte) string {
		t, ok := rows[key]
		if !ok {
			return "not in the tree"
		}
		if got := t.l.rows[t.row].cells[t.l.column("amount")]; got != sums[key].amount.String() {
			return fmt.Sprintf("together %s, in the tree %s", sums[key].amount, got)
		}
		return ""
	}
	for _, key := range order {
		if differs(key) == "" {
			agree++
		}
	}
	if agree*2 <= len(rows) {
		return false
	}
	for _, key := range order {
		s := sums[key]
		if d := differs(key); d != "" {
			p.fault(ListDiffers, s.l.where(s.first, 0, ""), s.first.acct.text()+": "+d, "the sum of "+strings.Join(names, ", "))
		}
	}
	p.sumBeneficiaries(parts, rows)
	for _, l := range p.listings {
		for i := range l.rows {
			if _, ours := rows[l.rows[i].acct.raw]; ours && sums[l.rows[i].acct.raw] == nil {
				p.fault(ListDiffers, l.where(&l.rows[i], 0, ""), l.rows[i].acct.text()+" is in the tree", "in one of "+strings.Join(names, ", "))
			}
		}
	}
	p.check("%s added up are the list of the tree: %d of %d accounts agree", strings.Join(names, ", "), agree, len(order))
	return true
}

// sumBeneficiaries names rows of parts whose beneficiary is another than the tree's.
func (p *filePass) sumBeneficiaries(parts []*beside, rows map[[32]byte]treeRow) {
	for _, b := range parts {
		c := b.list.column("beneficiary")
		for i := range b.list.rows {
			r := &b.list.rows[i]
			t, ok := rows[r.acct.raw]
			if !ok || c < 0 || t.l.column("beneficiary") < 0 {
				continue
			}
			if got := t.l.rows[t.row].cells[t.l.column("beneficiary")]; got != r.cells[c] {
				p.fault(ListDiffers, b.list.where(r, 0, "beneficiary"), r.cells[c], got+" as in the tree")
			}
		}
	}
}
