package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// tryFei takes redemptions of the shape of Fei's: balances by token and account, a root by token, proofs by token and account, each in a file of its own, and
// balances that were merged of several such files. Every token has a tree.
func tryFei(p *filePass) bool {
	f := feiFiles{p: p}
	for _, s := range p.free() {
		switch feiShape(s.top()) {
		case "balances":
			f.balances = append(f.balances, s)
		case "proofs":
			f.proofs = append(f.proofs, s)
		case "roots":
			f.roots = append(f.roots, s)
		}
	}
	if len(f.balances) == 0 || len(f.roots) == 0 && len(f.proofs) == 0 {
		return false
	}
	for _, list := range [][]*source{f.balances, f.proofs, f.roots} {
		p.take("fei", list...)
	}
	f.run()
	return true
}

// feiShape tells the files apart by what stands under the first token and account.
func feiShape(v jval) (shape string) {
	if v.kind() != '{' {
		return ""
	}
	v.each(func(m jmember) bool {
		if _, ok := hashOf(strings.TrimSpace(m.name), 20); !ok {
			return false
		}
		switch m.val.kind() {
		case '"':
			if _, ok := hashOf(m.val.text(), 32); ok {
				shape = "roots"
			}
			return false
		case '{':
			m.val.each(func(in jmember) bool {
				if _, ok := hashOf(strings.TrimSpace(in.name), 20); !ok {
					return false
				}
				if in.val.kind() == '[' {
					shape = "proofs"
				} else if _, _, ok := integer(in.val); ok {
					shape = "balances"
				}
				return false
			})
			return shape == ""
		}
		return false
	})
	return shape
}

type feiFiles struct {
	p                       *filePass
	balances, proofs, roots []*source
	spelled                 [][2]*feiToken // tokens of one address in two spellings
}

// feiToken is what one file, or several merged, say of one token.
type feiToken struct {
	key  string // as the file spells it
	at   int
	src  *source
	rows []fileRow // cells: account, amount
	by   map[[32]byte]int
}

// feiSheet holds tokens in the order of their file.
type feiSheet struct {
	name   string
	tokens []*feiToken
	by     map[[20]byte]*feiToken
	count  int
	again  [][2]fileRow // of merged sheets: a balance, and the later one that took its place
}

func (t *feiSheet) token(key [20]byte, name string, at int, src *source) *feiToken {
	x := t.by[key]
	if x == nil {
		x = &feiToken{key: name, at: at, src: src, by: map[[32]byte]int{}}
		t.by[key] = x
		t.tokens = append(t.tokens, x)
	}
	return x
}

func newFeiSheet(name string) *feiSheet { return &feiSheet{name: name, by: map[[20]byte]*feiToken{}} }

// read reads the balances of one file.
func (f *feiFiles) read(s *source) *feiSheet {
	t := newFeiSheet(s.name)
	s.top().each(func(m jmember) bool {
		key, ok := f.tokenKey(s, m)
		if !ok {
			return true
		}
		if before := t.by[key]; before != nil {
			f.p.remark(RowSpelling, s.place(m.at), quotedText(m.name), "one spelling of a token: "+before.key+" is the same")
		}
		x := t.token(key, m.name, m.at, s)
		l := &listing{src: s, path: quotedText(m.name)}
		q := f.p.rowsOf(l)
		m.val.each(func(in jmember) bool {
			r := q.begin(s, in.at, in.name)
			ok := q.account(r, in.name, in.at)
			amount, ok1 := q.number(r, in.val, "")
			if !ok || !ok1 {
				return true
			}
			r.cells = []string{hex0x(r.acct.raw[:20]), amount}
			if before, twice := x.by[r.acct.raw]; twice {
				f.p.fault(RowDuplicate, l.where(r, 0, ""), checksumText(r.acct.raw[:20]), "once; it is at "+l.where(&x.rows[before], 0, "")+" before, and both cannot be paid")
				return true
			}
			x.by[r.acct.raw] = len(x.rows)
			x.rows = append(x.rows, *r)
			t.count++
			return true
		})
		return true
	})
	return t
}

// tokenKey reads the name of a member as a token.
func (f *feiFiles) tokenKey(s *source, m jmember) (key [20]byte, ok bool) {
	a, ok := f.p.evmAccount(m.name, s.place(m.at))
	copy(key[:], a.raw[:20])
	return key, ok
}

// merge lays sheets over each other: an account that is there again has its later balance.
func mergeFei(list []*feiSheet) *feiSheet {
	out := newFeiSheet("")
	var names []string
	for _, t := range list {
		names = append(names, t.name)
		for _, x := range t.tokens {
			var key [20]byte
			d, _ := hashOf(strings.TrimSpace(x.key), 20)
			copy(key[:], d[:20])
			into := out.token(key, x.key, x.at, x.src)
			for _, r := range x.rows {
				if i, ok := into.by[r.acct.raw]; ok {
					out.again = append(out.again, [2]fileRow{into.rows[i], r})
					into.rows[i] = r
					continue
				}
				into.by[r.acct.raw] = len(into.rows)
				into.rows = append(into.rows, r)
				out.count++
			}
		}
	}
	out.name = strings.Join(names, " and ")
	return out
}

// run settles which balances the trees are of: the largest file, when it has most of what the others have, which then are its parts; else all merged.
func (f *feiFiles) run() {
	var sheets []*feiSheet
	for _, s := range f.balances {
		sheets = append(sheets, f.read(s))
	}
	largest := 0
	for i, t := range sheets {
		if t.count > sheets[largest].count {
			largest = i
		}
	}
	roots := f.readRoots()
	main := sheets[largest]
	if len(sheets) > 1 {
		rest := mergeFei(slices.Delete(slices.Clone(sheets), largest, largest+1))
		all := mergeFei(slices.Concat([]*feiSheet{main}, slices.Delete(slices.Clone(sheets), largest, largest+1)))
		if shared := sharedFei(main, rest); 2*shared >= rest.count {
			f.compare(main, rest)
		} else {
			f.p.check("%s merged: %d balances", all.name, all.count)
			for _, r := range all.again {
				if r[0].cells[1] != r[1].cells[1] {
					f.p.remark(ListDiffers, r[1].src.place(r[1].at)+" "+quotedText(r[1].key), r[1].cells[1], r[0].cells[1]+" as at "+r[0].src.place(r[0].at)+": the later one counts")
				}
			}
			main = all
		}
	}
	for _, t := range sheets {
		for key, x := range t.by {
			if y := main.by[key]; y != nil && y.key != x.key && strings.TrimSpace(x.key) != y.key {
				f.spelled = append(f.spelled, [2]*feiToken{x, y})
			}
		}
	}
	slices.SortFunc(f.spelled, func(a, b [2]*feiToken) int {
		return cmp.Or(strings.Compare(a[0].src.name, b[0].src.name), a[0].at-b[0].at)
	})
	for _, x := range f.spelled {
		f.p.remark(RowSpelling, x[0].src.place(x[0].at), quotedText(x[0].key), quotedText(x[1].key)+" as in "+x[1].src.name+": a reader that compares texts takes them for two tokens")
	}
	f.trees(main, roots)
}

// sameFei reports equal balances.
func sameFei(a, b *feiSheet) bool {
	if a.count != b.count {
		return false
	}
	for key, x := range a.by {
		y := b.by[key]
		if y == nil || len(x.rows) != len(y.rows) {
			return false
		}
		for acct, i := range x.by {
			if k, ok := y.by[acct]; !ok || y.rows[k].cells[1] != x.rows[i].cells[1] {
				return false
			}
		}
	}
	return true
}

// compare names what differs between the merged balances and their parts.
func (f *feiFiles) compare(main, parts *feiSheet) {
	differ := func(a, b *feiSheet, both bool) {
		for _, x := range a.tokens {
			d, _ := hashOf(strings.TrimSpace(x.key), 20)
			y := b.by[[20]byte(d[:20])]
			l := &listing{src: x.src, path: quotedText(x.key)}
			for i := range x.rows {
				r := &x.rows[i]
				k, ok := 0, y != nil
				if ok {
					k, ok = y.by[r.acct.raw]
				}
				switch {
				case !ok:
					l.src = r.src
					f.p.fault(ListDiffers, l.where(r, 0, ""), r.cells[1], "not in "+b.name)
				case both && y.rows[k].cells[1] != r.cells[1]:
					f.p.fault(ListDiffers, l.where(r, 0, ""), r.cells[1], y.rows[k].cells[1]+" as in "+b.name)
				}
			}
		}
	}
	if sameFei(main, parts) {
		f.p.check("%s is %s merged: %d balances of %d tokens", main.name, parts.name, main.count, len(main.tokens))
		return
	}
	differ(main, parts, true)
	differ(parts, main, false)
}

type feiRoot struct {
	src  *source
	at   int
	text string
	key  string
}

func (f *feiFiles) readRoots() map[[20]byte]feiRoot {
	out := map[[20]byte]feiRoot{}
	for _, s := range f.roots {
		s.top().each(func(m jmember) bool {
			key, ok := f.tokenKey(s, m)
			if !ok {
				return true
			}
			d, ok := hashValue(m.val, 32)
			if !ok {
				f.p.fault(FileMember, s.place(m.val.at), clip(m.val.raw()), "a root of 32 bytes")
				return true
			}
			if before, twice := out[key]; twice {
				f.p.fault(FileKeyTwice, s.place(m.at), quotedText(m.name), "each token once; it is at "+before.src.place(before.at)+" before")
				return true
			}
			out[key] = feiRoot{s, m.val.at, hex0x(d[:]), m.name}
			return true
		})
	}
	return out
}

// sharedFei counts the balances of parts whose token and account the larger sheet has too. When it has the most of them it is the parts merged, else one of them.
func sharedFei(main, parts *feiSheet) (n int) {
	for key, x := range parts.by {
		y := main.by[key]
		if y == nil {
			continue
		}
		for acct := range x.by {
			if _, ok := y.by[acct]; ok {
				n++
			}
		}
	}
	return n
}

// feiProof is where the proof of an account of a token stands.
type feiProof struct {
	src  *source
	at   int // of the account's name
	val  int
	name string
	used bool
}

// trees hands the tree of every token to the judge. Rows stand where their proofs stand, when there are any.
func (f *feiFiles) trees(t *feiSheet, roots map[[20]byte]feiRoot) {
	proofs, order := f.readProofs()
	for _, x := range t.tokens {
		d, _ := hashOf(strings.TrimSpace(x.key), 20)
		key := [20]byte(d[:20])
		l := &listing{name: "token " + x.key, src: x.src, path: quotedText(x.key), columns: []string{"account", "amount"}, rows: x.rows,
			tries: []candidate{{profile: "address-amount-packed-v1"}}}
		if len(f.roots) > 0 {
			root, ok := roots[key]
			if !ok {
				f.p.fault(ListDiffers, x.src.place(x.at), "token "+x.key+" has balances", "a root in "+f.roots[0].name)
			}
			l.root, l.rootAt = root.text, root.at
			if ok {
				l.src = root.src
				if root.key != x.key {
					f.p.remark(RowSpelling, root.src.place(root.at), quotedText(root.key), quotedText(x.key)+" as in "+x.src.name+": a reader that compares texts finds no root")
				}
			}
			delete(roots, key)
		}
		for i := range l.rows {
			r := &l.rows[i]
			if pr := proofs[feiKey{key, r.acct.raw}]; pr != nil {
				pr.used = true
				r.src, r.at, r.key, r.proof = pr.src, pr.at, pr.name, pr.val
			} else if len(f.proofs) > 0 {
				f.p.fault(RowProofAbsent, l.where(r, 0, ""), "no proof", "one in "+f.proofs[0].name)
			}
		}
		f.p.add(l)
	}
	for _, key := range order {
		if pr := proofs[key]; !pr.used {
			f.p.fault(ListDiffers, pr.src.place(pr.at), "a proof for "+quotedText(pr.name), "a balance of this account and token")
		}
	}
	for _, s := range f.roots {
		s.top().each(func(m jmember) bool {
			d, _ := hashOf(strings.TrimSpace(m.name), 20)
			if _, left := roots[[20]byte(d[:20])]; left {
				f.p.fault(ListDiffers, s.place(m.at), "a root for token "+quotedText(m.name), "balances of this token")
			}
			return true
		})
	}
	f.p.check("%d tokens, a tree each", len(t.tokens))
}

type feiKey struct {
	token [20]byte
	acct  [32]byte
}

func (f *feiFiles) readProofs() (map[feiKey]*feiProof, []feiKey) {
	out := map[feiKey]*feiProof{}
	var order []feiKey
	for _, s := range f.proofs {
		s.top().each(func(m jmember) bool {
			token, ok := f.tokenKey(s, m)
			if !ok {
				return true
			}
			m.val.each(func(in jmember) bool {
				where := fmt.Sprintf("%s %s[%s]", s.place(in.at), quotedText(m.name), quotedText(in.name))
				a, ok := f.p.evmAccount(in.name, where)
				if !ok {
					return true
				}
				key := feiKey{token, a.raw}
				if out[key] != nil {
					f.p.fault(FileKeyTwice, where, quotedText(in.name), "each account once")
					return true
				}
				out[key] = &feiProof{src: s, at: in.at, val: in.val.at, name: in.name}
				order = append(order, key)
				return true
			})
			return true
		})
	}
	return out, order
}
