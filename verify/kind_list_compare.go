package verify

import (
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"
)

// treeRow is where an account stands in the trees of a group.
type treeRow struct {
	l   *listing
	row int
}

// treeGroup is one tree among the files, or the trees of one split, which have one list together.
type treeGroup struct {
	trees []*listing
	rows  map[[32]byte]treeRow
	count int
}

// treeGroups are the trees whose files state a root or proofs, each alone, and those of a split together before.
func (p *filePass) treeGroups(fam family) (groups []*treeGroup) {
	single := func(l *listing) bool {
		return l.column("account") >= 0 && l.column("amount") >= 0 && len(l.rows) > 0 && l.rows[0].acct.fam == fam && (l.root != "" || l.rows[0].proof >= 0)
	}
	for _, split := range p.splits {
		if len(split) > 1 && single(split[0]) {
			groups = append(groups, newTreeGroup(split))
		}
	}
	for _, l := range p.listings {
		if single(l) {
			groups = append(groups, newTreeGroup([]*listing{l}))
		}
	}
	// Trees with several rows of one account, such as one a token, cannot be held against a list by accounts alone.
	return slices.DeleteFunc(groups, func(g *treeGroup) bool {
		return len(g.trees) == 1 && len(g.rows) < g.count && g.trees[0].column("token") >= 0
	})
}

func newTreeGroup(list []*listing) *treeGroup {
	g := &treeGroup{trees: list, rows: map[[32]byte]treeRow{}}
	for _, l := range list {
		g.count += len(l.rows)
		for i := range l.rows {
			if _, twice := g.rows[l.rows[i].acct.raw]; !twice {
				g.rows[l.rows[i].acct.raw] = treeRow{l, i}
			}
		}
	}
	return g
}

func (g *treeGroup) String() string {
	var names []string
	for _, l := range g.trees {
		names = append(names, l.name)
	}
	return strings.Join(names, ", ")
}

// beside is a list among the files of a tree, in the reading under which most of its rows are those of the tree.
type beside struct {
	fl   *foundList
	u    listUnits
	list *listing
	g    *treeGroup
	same int
}

// compareLists holds lists against the trees among the files and returns those that share no account with any. A list that is the tree's own in most rows must be
// so in all; lists that only together are the tree's, such as parts that were added up, are found by their sum; any other is named as a list that is not the
// tree's input.
func (p *filePass) compareLists(lists []*foundList) (alone []*foundList) {
	groups := map[family][]*treeGroup{evm: p.treeGroups(evm), solana: p.treeGroups(solana)}
	var parts []*beside
	for _, fl := range lists {
		b := p.besideOf(fl, groups[fl.fam])
		if b == nil || 2*b.same <= len(b.list.rows) {
			b = p.otherColumns(fl.t, groups, b)
		}
		switch {
		case b == nil:
			alone = append(alone, fl)
		case b.same*2 > max(b.g.count, len(b.list.rows)):
			p.reportBeside(b)
		default:
			parts = append(parts, b)
		}
	}
	for len(parts) > 0 {
		var own, rest []*beside
		for _, b := range parts {
			if b.g == parts[0].g {
				own = append(own, b)
			} else {
				rest = append(rest, b)
			}
		}
		parts = rest
		if len(own) > 1 && p.reportSum(own) {
			continue
		}
		for _, b := range own {
			p.reportOther(b)
		}
	}
	return alone
}

// besideOf finds the tree, and the reading of the list, that agree in most rows; of several, one in the folder of the list. It is nil when no account is in a tree.
func (p *filePass) besideOf(fl *foundList, groups []*treeGroup) (best *beside) {
	if len(groups) == 0 {
		return nil
	}
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
	near := func(b *beside) bool { return path.Dir(b.g.trees[0].rows[0].src.name) == path.Dir(fl.t.src.name) }
	for _, d := range units {
		l := quiet.listOf(fl, listUnits{d, true}, false)
		any := false
		for _, g := range groups {
			b, shared := &beside{fl: fl, u: listUnits{d, true}, list: l, g: g}, 0
			for i := range l.rows {
				if t, ok := g.rows[l.rows[i].acct.raw]; ok {
					shared++
					if rowDiffers(l, &l.rows[i], t) == "" {
						b.same++
					}
				}
			}
			any = any || shared > 0
			if shared > 0 && (best == nil || b.same > best.same || b.same == best.same && near(b) && !near(best)) {
				best = b
			}
		}
		if !any && len(l.rows) > 0 || best != nil && best.same*10 > 9*len(best.list.rows) || p.ctx.Err() != nil {
			break
		}
	}
	return best
}

// otherColumns reads a CSV by other columns than those that its names say, as reports beside a tree have them: the column that has the most accounts of a tree, and
// each column of numbers as its amounts. It returns what agrees in more rows than best.
func (p *filePass) otherColumns(t *listTable, groups map[family][]*treeGroup, best *beside) *beside {
	if t.src.doc != nil || len(t.rows) == 0 {
		return best
	}
	for _, fam := range []family{evm, solana} {
		account, most := -1, 0
		for i := range t.names {
			n := 0
			for _, r := range t.rows {
				if a, err := parseAccount(strings.TrimSpace(r.cells[i].text)); err == nil && a.fam == fam && slices.ContainsFunc(groups[fam], func(g *treeGroup) bool {
					_, ok := g.rows[a.raw]
					return ok
				}) {
					n++
				}
			}
			if n > most {
				account, most = i, n
			}
		}
		for i := range t.names {
			if account < 0 || i == account {
				continue
			}
			if _, _, err := humanUnits(strings.TrimSpace(t.rows[0].cells[i].text), 0); err != nil {
				continue
			}
			fl := &foundList{t: t, f: columnSet{"account": account, "amount": i}, kind: "report", fam: fam, places: p.o.Decimals}
			if b := p.besideOf(fl, groups[fam]); b != nil && (best == nil || b.same > best.same) {
				best = b
			}
		}
	}
	return best
}

// compareReports holds CSVs that no kind knows against the trees, when a column of theirs has accounts of one.
func (p *filePass) compareReports() {
	groups := map[family][]*treeGroup{evm: p.treeGroups(evm), solana: p.treeGroups(solana)}
	if len(groups[evm])+len(groups[solana]) == 0 {
		return
	}
	for _, s := range p.free() {
		if s.doc != nil || s.bad != nil {
			continue
		}
		t, bad := csvTable(s)
		if len(bad) > 0 || len(t.names) < 2 {
			continue
		}
		b := p.otherColumns(t, groups, nil)
		if b == nil {
			continue
		}
		p.take("report", s)
		if b.same*2 > max(b.g.count, len(b.list.rows)) {
			p.reportBeside(b)
		} else {
			p.reportOther(b)
		}
	}
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
func (p *filePass) reportBeside(b *beside) {
	l := p.listOf(b.fl, b.u, true)
	listed := map[[32]byte]bool{}
	ordered, last := true, treeRow{row: -1}
	for i := range l.rows {
		r := &l.rows[i]
		listed[r.acct.raw] = true
		t, ok := b.g.rows[r.acct.raw]
		if !ok {
			p.fault(ListDiffers, l.where(r, 0, ""), r.acct.text()+" is in the list", "not in the tree")
			continue
		}
		ordered = ordered && (t.l != last.l || t.row > last.row)
		last = t
		if d := rowDiffers(l, r, t); d != "" {
			p.fault(ListDiffers, l.where(r, 0, ""), d, "the same as at "+t.l.where(&t.l.rows[t.row], 0, ""))
		}
	}
	for _, tree := range b.g.trees {
		for i := range tree.rows {
			if !listed[tree.rows[i].acct.raw] {
				p.fault(ListDiffers, tree.where(&tree.rows[i], 0, ""), tree.rows[i].acct.text()+" is in the tree", "not in "+l.name)
			}
		}
	}
	order := "in the same order"
	if !ordered {
		order = "in another order"
	}
	p.check("%s is the list of %s: %d of %d rows agree, %s, amounts in %s", l.name, b.g, b.same, len(l.rows), order, b.u)
}

func (u listUnits) String() string {
	if u.places < 0 {
		return "base units"
	}
	return fmt.Sprintf("whole tokens of %d decimals", u.places)
}

// reportOther says of a list that shares accounts with a tree, and is not its input, what differs first.
func (p *filePass) reportOther(b *beside) {
	first, where := "", ""
	for i := range b.list.rows {
		r := &b.list.rows[i]
		t, ok := b.g.rows[r.acct.raw]
		if first = "not in the tree"; ok {
			first = rowDiffers(b.list, r, t)
		}
		if first != "" {
			where = b.list.where(r, 0, "")
			break
		}
	}
	if where == "" { // every row agrees, and the tree has more
		where, first = b.g.String(), fmt.Sprintf("%d rows, the list has %d of them", b.g.count, len(b.list.rows))
	}
	p.remark(ListDiffers, where, fmt.Sprintf("%s, the first difference of a list that is not the input of %s: %d of its %d rows agree with the tree, read as %s",
		first, b.g, b.same, len(b.list.rows), b.u), "")
}

// reportSum looks whether lists are the tree's only together, as parts of each account's amount.
func (p *filePass) reportSum(parts []*beside) bool {
	fam := parts[0].fl.fam
	rows := parts[0].g.rows
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
	for _, l := range parts[0].g.trees {
		for i := range l.rows {
			if sums[l.rows[i].acct.raw] == nil {
				p.fault(ListDiffers, l.where(&l.rows[i], 0, ""), l.rows[i].acct.text()+" is in the tree", "in one of "+strings.Join(names, ", "))
			}
		}
	}
	p.check("%s added up are the list of %s: %d of %d accounts agree", strings.Join(names, ", "), parts[0].g, agree, len(order))
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
