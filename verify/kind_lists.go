package verify

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// listKinds are lists without a tree, which come after all files that have one.
func listKinds() []fileKind { return []fileKind{{"list", tryLists}} }

// foundList is a list and what its columns are.
type foundList struct {
	t      *listTable
	f      columnSet
	kind   string
	fam    family
	places int  // decimals of amounts in whole tokens; -1: base units, or not known
	merge  bool // the tool of the list adds up rows of one wallet
	hex    bool // amounts in strings are hex digits without 0x, as bn.js writes JSON
}

// listUnits is one reading of a list.
type listUnits struct {
	places int // -1: base units
	merged bool
}

// tryLists takes CSV and JSON lists. Lists with accounts of a tree among the files are held against that tree; any other is built into a tree itself.
func tryLists(p *filePass) bool {
	var lists []*foundList
	for _, s := range p.free() {
		fl, bad := p.findList(s)
		if fl == nil {
			continue
		}
		p.take(fl.kind, s)
		for _, b := range bad {
			p.fault(FileMalformed, b.where, b.what, "")
		}
		lists = append(lists, fl)
	}
	for _, fl := range p.compareLists(lists) {
		u, first := p.chooseUnits(fl)
		l := p.listOf(fl, u, true)
		l.tries = p.listTries(fl.t, fl.f, fl.fam)
		if first != nil {
			l.tries = slices.Insert(l.tries, 0, *first)
		}
		p.add(l)
	}
	p.compareReports()
	return len(lists) > 0
}

// findList recognises a list by its columns.
func (p *filePass) findList(s *source) (*foundList, []badFile) {
	var t *listTable
	var bad []badFile
	if s.doc == nil {
		t, bad = csvTable(s)
	} else if t = jsonTable(s, s.top(), "row"); t == nil || !listColumns(t.fields()) || !t.startsWithAccount() {
		t = nil
		s.top().each(func(m jmember) bool {
			if inner := jsonTable(s, m.val, m.name); inner != nil && listColumns(inner.fields()) && inner.startsWithAccount() {
				t = inner
			}
			return t == nil
		})
	}
	if t == nil || len(t.rows) == 0 && bad == nil || !listColumns(t.fields()) && p.o.Profile == "" {
		return nil, nil
	}
	fl := &foundList{t: t, f: t.fields(), kind: "list", places: p.o.Decimals}
	if i, ok := fl.f["account"]; ok && len(t.rows) > 0 {
		if c := t.rows[0].cells[i]; c.val.kind() == '[' || !strings.HasPrefix(strings.TrimSpace(c.text), "0") {
			fl.fam = solana
		}
	} else if fl.f.has("ecosystem", "identity") {
		fl.fam = solana
	}
	fl.recognise()
	return fl, bad
}

// listColumns reports columns that a list of claims has.
func listColumns(f columnSet) bool {
	return f.has("account", "amount") || f.has("ecosystem", "identity", "amount")
}

// startsWithAccount reports whether the first row pays something that is an account.
func (t *listTable) startsWithAccount() bool {
	i, ok := t.fields()["account"]
	if !ok {
		return t.fields().has("ecosystem", "identity")
	}
	if len(t.rows) == 0 {
		return false
	}
	c := t.rows[0].cells[i]
	text := strings.TrimSpace(c.text)
	if _, _, ok := solanaKeyText(text); ok {
		return true
	}
	if c.val.kind() == '[' {
		_, _, ok := solanaKey(c.val)
		return ok
	}
	_, ok = hashOf(text, 20)
	return ok
}

// recognise tells whose list it is by the names of its columns.
func (fl *foundList) recognise() {
	names := make([]string, len(fl.t.names))
	for i, n := range fl.t.names {
		names[i] = strings.ToLower(strings.TrimSpace(n))
	}
	has := func(want ...string) bool {
		for _, w := range want {
			if !slices.Contains(names, w) {
				return false
			}
		}
		return true
	}
	switch {
	case has("pubkey", "amount_unlocked", "amount_locked", "category"):
		fl.kind, fl.merge = "csv-jito", true
		if fl.places < 0 {
			fl.places = 9 // fixed in the tool, whole tokens
		}
	case has("pubkey", "amount", "locked_amount"):
		fl.kind, fl.merge = "csv-jupiter", true
	case has("pubkey", "amount"):
		fl.kind, fl.merge = "csv-bam", true
	case fl.f.has("account", "durationWeeks", "startDate", "amount"):
		fl.kind = "csv-safe"
	case fl.t.src.doc == nil && has("address", "amount"):
		fl.kind = "csv-address-amount"
	}
	if fl.t.src.doc != nil {
		fl.kind = strings.Replace(fl.kind, "csv-", "list-", 1)
	}
}

// repeats reports whether an account is there twice.
func (fl *foundList) repeats() bool {
	i, ok := fl.f["account"]
	if !ok {
		return false
	}
	seen := make(map[string]bool, len(fl.t.rows))
	for _, r := range fl.t.rows {
		if seen[r.cells[i].text] && r.cells[i].text != "" {
			return true
		}
		seen[r.cells[i].text] = true
	}
	return false
}

// longestFraction is the most fraction digits of an amount.
func (fl *foundList) longestFraction() (most int) {
	for _, name := range []string{"amount", "locked"} {
		if i, ok := fl.f[name]; ok {
			for _, r := range fl.t.rows {
				if _, frac, dot := strings.Cut(r.cells[i].text, "."); dot {
					most = max(most, len(frac))
				}
			}
		}
	}
	return most
}

// readings are the ways in which the amounts of a list may be meant, the likeliest first.
func (fl *foundList) readings(p *filePass) (list []listUnits) {
	var units []int
	switch frac := fl.longestFraction(); {
	case fl.places >= 0:
		units = []int{fl.places}
	case frac == 0:
		units = []int{-1}
		if p.knownRoot() {
			units = append(units, 18, 6, 9, 8)
		}
	default:
		units = []int{min(frac, 77)}
		if p.knownRoot() {
			units = append(units, 18, 6, 9, 8)
		}
	}
	if p.knownRoot() && fl.places < 0 && len(fl.t.rows) <= 20000 {
		for d := range 25 {
			if !slices.Contains(units, d) {
				units = append(units, d)
			}
		}
	}
	twice := fl.repeats()
	for _, d := range units {
		list = append(list, listUnits{d, fl.merge && twice})
	}
	if twice {
		for _, d := range units {
			list = append(list, listUnits{d, !fl.merge})
		}
	}
	return list
}

// knownRoot reports whether there is a root to find a reading by.
func (p *filePass) knownRoot() bool { return p.o.Root != "" || len(p.roots) > 0 }

// chooseUnits finds the reading, and the candidate, that gives the root which is known, or the leaf hash that the list states. Without either it is the likeliest.
func (p *filePass) chooseUnits(fl *foundList) (listUnits, *candidate) {
	list := fl.readings(p)
	quiet := &filePass{ctx: p.ctx, o: p.o, faults: newCollector(), remarks: newCollector()}
	tries := p.listTries(fl.t, fl.f, fl.fam)
	for _, u := range list {
		l := quiet.listOf(fl, u, false)
		if len(l.rows) == 0 {
			continue
		}
		j, cache := &judge{p: quiet, l: l, amount: l.column("amount")}, map[string]*builtList{}
		for _, c := range tries {
			if p.ctx.Err() != nil {
				return list[0], nil
			}
			if l.rows[0].leaf != "" && j.leafAgrees(c) {
				return u, &c
			}
			if !p.knownRoot() {
				continue
			}
			b := j.build(c, cache)
			if b.tree == nil || b.err != nil || len(b.bad) > 0 {
				continue
			}
			got := b.rule.hashText(&b.tree.root)
			ok := sameHash(got, p.o.Root)
			for _, r := range p.roots {
				ok = ok || sameHash(got, r.text)
			}
			if ok {
				if fl.places < 0 && u.places >= 0 {
					p.check("%s: amounts in whole tokens of %d decimals give the root", fl.t.src.name, u.places)
				}
				return u, &c
			}
		}
	}
	if fl.places < 0 && fl.longestFraction() > 0 {
		p.skip("%s: the decimals of the token, which are not given: read as %d, the longest fraction in the list", fl.t.src.name, list[0].places)
	}
	return list[0], nil
}

// leafAgrees reports whether the candidate's leaf of the first rows is the one that the list states.
func (j *judge) leafAgrees(c candidate) bool {
	short := *j.l
	short.rows = short.rows[:min(3, len(short.rows))]
	b := (&judge{p: j.p, l: &short, amount: j.amount}).build(c, map[string]*builtList{})
	for i, r := range b.rows {
		if len(b.leaves) > i && sameHash(r.leaf, hex0x(b.leaves[i][:])) {
			return true
		}
	}
	return false
}

// listOf makes rows of a table. With say, what is cut off, added up or spelled oddly is noted.
func (p *filePass) listOf(fl *foundList, u listUnits, say bool) *listing {
	t := fl.t
	l := &listing{name: t.src.name, src: t.src, path: t.path, readProof: bufferProof}
	q := p.rowsOf(l)
	q.n = len(t.rows)
	var from []int // column of the table for each column of the listing
	for i, name := range t.names {
		f := columnField(name)
		for _, known := range []string{"account", "amount"} { // a report may have them under any name
			if c, ok := fl.f[known]; ok && c == i {
				f = known
			}
		}
		if c, ok := fl.f[f]; ok && c == i && f != "leaf" && f != "proof" && f != "category" {
			l.columns, from = append(l.columns, f), append(from, i)
		}
	}
	rank, row := len(l.columns), len(l.columns)+1
	l.columns = append(l.columns, "rank", "row")
	first, spelled := map[[32]byte]int{}, map[[32]byte]string{}
	cut, cutAt := 0, ""
	for k := range t.rows {
		tr := &t.rows[k]
		r := newRow(t.src, tr.at, tr.key, tr.n)
		r.cells = make([]string, len(l.columns))
		good := true
		for c, i := range from {
			text, lost, ok := p.listCell(fl, q, &r, l.columns[c], tr.cells[i], u)
			if lost != "" {
				if cut++; cut == 1 {
					cutAt = l.where(&r, tr.cells[i].at, l.columns[c])
				}
				if say {
					p.remark(RowCut, l.where(&r, tr.cells[i].at, l.columns[c]), tr.cells[i].text,
						fmt.Sprintf("%s base units of %d decimals: the digits %s behind them are lost", text, u.places, lost))
				}
			}
			r.cells[c], good = text, good && ok
		}
		if i, ok := fl.f["category"]; say && ok && fl.kind == "csv-jito" {
			switch text := tr.cells[i].text; text {
			case "Staker", "Validator", "Searcher":
			default:
				p.remark(RowSpelling, l.where(&r, tr.cells[i].at, "category"), quotedText(text), "Staker, Validator or Searcher: Jito's tool stops at any other category")
			}
		}
		if i, ok := fl.f["leaf"]; ok && !tr.cells[i].empty() {
			r.leaf, r.leafAt = tr.cells[i].text, tr.cells[i].at
		}
		if i, ok := fl.f["proof"]; ok && tr.cells[i].val.d != nil && tr.cells[i].val.kind() != 'n' {
			r.proof = tr.cells[i].at
		}
		if !good {
			continue
		}
		before, twice := first[r.acct.raw]
		if at, ok := fl.f["account"]; twice && say && ok {
			if a, b := strings.TrimSpace(tr.cells[at].text), strings.TrimSpace(spelled[r.acct.raw]); a != b {
				p.remark(RowSpelling, l.where(&r, tr.cells[at].at, ""), quotedText(a), quotedText(b)+" as at "+l.where(&l.rows[before], 0, "")+": one account in two spellings")
			}
		}
		if twice && u.merged {
			l.mergeRow(before, &r)
			if say {
				p.remark(RowRepeated, l.where(&r, 0, ""), r.acct.text(), "added to "+l.where(&l.rows[before], 0, "")+", as the tool of this list does")
			}
			continue
		}
		if at, ok := fl.f["account"]; ok && !twice {
			first[r.acct.raw], spelled[r.acct.raw] = len(l.rows), tr.cells[at].text
		}
		l.rows = append(l.rows, r)
	}
	if say && cut > 0 {
		p.check("%s: %d amounts have more than %d decimals, the first at %s", l.name, cut, u.places, cutAt)
	}
	if say {
		q.close()
	}
	l.number(rank, row, fl, p.ranked(fl))
	return l
}

// mergeRow adds the amounts of a row to an earlier one.
func (l *listing) mergeRow(before int, r *fileRow) {
	for _, name := range []string{"amount", "locked"} {
		if i := l.column(name); i >= 0 {
			a, ok1 := new(big.Int).SetString(l.rows[before].cells[i], 10)
			b, ok2 := new(big.Int).SetString(r.cells[i], 10)
			if ok1 && ok2 {
				l.rows[before].cells[i] = a.Add(a, b).String()
			}
		}
	}
}

// ranked reports whether a profile that the list can be for has an index by the rank of the account's text.
func (p *filePass) ranked(fl *foundList) bool {
	return slices.ContainsFunc(p.listTries(fl.t, fl.f, fl.fam), func(c candidate) bool { return slices.Contains(c.columns, "rank") })
}

// number fills in the indexes that follow from a list: the place of a row, and the rank of its account's text where that is asked for.
func (l *listing) number(rank, row int, fl *foundList, ranked bool) {
	if !ranked || !fl.f.has("account") {
		for i := range l.rows {
			l.rows[i].cells[row] = fmt.Sprint(i)
		}
		return
	}
	accounts := make([]account, len(l.rows))
	for i := range l.rows {
		accounts[i] = l.rows[i].acct
	}
	rule := "eip55-sort"
	if fl.fam == solana {
		rule = "base58-sort"
	}
	for i, n := range ranks(rule, accounts) {
		l.rows[i].cells[rank], l.rows[i].cells[row] = fmt.Sprint(n), fmt.Sprint(i)
	}
}

// listCell reads one cell as leaf rules take it; lost are fraction digits that were cut off.
func (p *filePass) listCell(fl *foundList, q *rowReader, r *fileRow, column string, c tableCell, u listUnits) (text, lost string, ok bool) {
	where := func() string { return q.l.where(r, c.at, column) }
	switch column {
	case "account":
		if fl.fam == solana {
			v := c.val
			if v.d == nil || v.kind() == '"' || fl.t.keyed {
				return p.listKey(c.text, where(), r)
			}
			r.acct, text, ok = p.solanaAccount(v, where())
			return text, "", ok
		}
		ok = q.account(r, c.text, c.at)
		return hex0x(r.acct.raw[:20]), "", ok
	case "amount", "locked":
		return p.listAmount(fl, c, u, where)
	case "startDate":
		n, err := instantSeconds(strings.TrimSpace(c.text))
		if err != nil {
			p.fault(RowValue, where(), quotedText(c.text), err.Error())
		}
		return fmt.Sprint(n), "", err == nil
	case "token", "beneficiary", "currency":
		if strings.HasPrefix(strings.TrimSpace(c.text), "0") && fl.fam == evm {
			a, ok := p.evmAccount(c.text, where())
			return hex0x(a.raw[:20]), "", ok
		}
		return strings.TrimSpace(c.text), "", true
	}
	if c.val.kind() == '[' || c.val.kind() == '{' {
		return arrayCell(c.val), "", true
	}
	text = strings.TrimSpace(c.text)
	if strings.HasPrefix(text, "0x") {
		text = strings.ToLower(text)
	}
	return text, "", true
}

// listKey reads a Solana key of a list and notes blanks around it.
func (p *filePass) listKey(s, where string, r *fileRow) (text, lost string, ok bool) {
	bare := strings.TrimSpace(s)
	if bare != s {
		p.remark(RowSpelling, where, quotedText(s), "without the blanks")
	}
	if r.acct, text, ok = solanaKeyText(bare); !ok {
		p.fault(RowAccount, where, quotedText(s), "a Solana key: base58 of 32 bytes or 64 hex digits")
	}
	return text, "", ok
}

func (p *filePass) listAmount(fl *foundList, c tableCell, u listUnits, where func() string) (text, lost string, ok bool) {
	s := strings.TrimSpace(c.text)
	if fl.hex && c.val.kind() == '"' {
		s = "0x" + strings.TrimPrefix(s, "0x")
	} else if c.val.d != nil && (u.places < 0 || c.val.kind() == '{') {
		text, ok = p.amount(c.val, func(int) string { return where() })
		return text, "", ok
	}
	if u.places < 0 {
		n, odd, ok := integerText(s)
		if !ok {
			var err error
			if n, lost, err = humanUnits(s, 0); err != nil || lost != "" {
				p.fault(RowValue, where(), quotedText(c.text), "a whole number of base units")
				return "", "", false
			}
		}
		if odd != "" {
			p.remark(RowSpelling, where(), quotedText(c.text), n.String()+": "+odd)
		}
		if n.BitLen() > 256 {
			p.fault(RowWidth, where(), n.String(), "at most 256 bits")
			return "", "", false
		}
		return n.String(), "", true
	}
	if fl.kind == "csv-jito" && strings.Contains(s, ".") {
		p.fault(RowValue, where(), quotedText(c.text), "whole tokens without a fraction, which the tool of this list reads")
		return "", "", false
	}
	n, lost, err := humanUnits(s, u.places)
	if err != nil || n.BitLen() > 256 {
		p.fault(RowValue, where(), quotedText(c.text), errAmountText.Error())
		return "", "", false
	}
	return n.String(), lost, true
}

// arrayCell writes a JSON list as leaf rules take arrays: [a,b].
func arrayCell(v jval) string {
	var parts []string
	v.items(func(_ int, item jval) bool {
		if item.isList() {
			parts = append(parts, arrayCell(item))
		} else {
			parts = append(parts, strings.ToLower(item.text()))
		}
		return true
	})
	return "[" + strings.Join(parts, ",") + "]"
}
