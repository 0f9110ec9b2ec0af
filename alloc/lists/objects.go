package lists

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// holders are members under which files keep their claims.
var holders = []string{
	"claims", "tree_nodes", "treeNodes", "nodeRewards", "addresses", "recipients", "entries", "leaves", "users", "balances", "rewards", "claimants",
	"accounts", "holders", "allocations", "airdrop", "list", "data", "tree", "values", "rows", "snapshot", "distribution",
}

// claims finds the value that holds the rows: the member that is asked for, the file's own object or array, or a usual member.
func (d *document) claims(key string) (n int, ok bool) {
	root := d.roots[0]
	if len(d.roots) > 1 {
		return root, false
	}
	if key != "" {
		for name := range strings.SplitSeq(key, ".") {
			if root = d.memberLike(root, name); root < 0 {
				return 0, false
			}
		}
		return root, d.kind(root) == array || d.kind(root) == object
	}
	if d.kind(root) == array || d.kind(root) == object && d.keyed(root) {
		return root, true
	}
	for _, name := range holders {
		if at := d.member(root, name); at >= 0 && (d.kind(at) == array && d.listed(at) || d.kind(at) == object && d.keyed(at)) {
			return at, true
		}
	}
	return root, d.single(root)
}

// single reports whether a file of lines has one line only: an object with an account among its values, and no list inside.
func (d *document) single(n int) bool {
	is := false
	if len(d.roots) == 1 && n == d.roots[0] && d.kind(n) == object && !d.keyed(n) {
		d.members(n, func(_, value int) bool {
			is = d.isText(value) && accountLike(d.str(value))
			return !is
		})
	}
	return is
}

// memberLike is the member of that name; keys that are addresses are compared as such.
func (d *document) memberLike(n int, name string) int {
	if at := d.member(n, name); at >= 0 || d.kind(n) != object {
		return at
	}
	found := -1
	d.members(n, func(key, value int) bool {
		if sameAccount(d.str(key), []byte(name)) {
			found = value
		}
		return found < 0
	})
	return found
}

// keyed reports whether an object's keys are accounts: the first is one, whatever blanks and letter case it has.
func (d *document) keyed(n int) bool {
	is := false
	d.members(n, func(key, _ int) bool {
		is = accountLike(d.str(key))
		return false
	})
	return is
}

func accountLike(text []byte) bool {
	_, err := looseAccount(text)
	return err == nil
}

// listed reports whether an array's items are objects or arrays: rows, and not hashes.
func (d *document) listed(n int) bool {
	is := false
	d.items(n, func(item int) bool {
		is = d.kind(item) == object || d.kind(item) == array
		return false
	})
	return is
}

// rowsOf are the rows of an array (items), an object (keys; the value follows) or a file of lines.
func (d *document) rowsOf(n int) (rows []int, keyed bool) {
	if len(d.roots) > 1 || d.single(n) {
		return d.roots, false
	}
	if d.kind(n) == object {
		d.members(n, func(key, _ int) bool { rows = append(rows, key); return true })
		return rows, true
	}
	d.items(n, func(item int) bool { rows = append(rows, item); return true })
	if !slices.ContainsFunc(rows, func(item int) bool { return !d.lone(item) }) { // [{account: …}, {account: …}]
		for i := range rows {
			rows[i]++
		}
		return rows, len(rows) > 0
	}
	return rows, false
}

// lone reports whether an item is an object of one member under an account.
func (d *document) lone(item int) bool {
	return d.kind(item) == object && d.keyed(item) && d.nodes[item+2].next == d.nodes[item].next
}

// objectForms are files of no tool in particular.
var objectForms = []form{
	{Kind: Kind{"map", "JSON {account: amount} or {account: {…}}, also under a member", false}, json: isMap, open: openObjects},
	{Kind: Kind{"rows", "JSON [{…}], also under a member, or one object a line", false}, json: isRows, open: openObjects},
}

func isMap(d *document, o Options) bool {
	n, ok := d.claims(o.Key)
	return ok && d.kind(n) == object && !d.single(n)
}

func isRows(d *document, o Options) bool {
	if len(d.roots) > 1 {
		return d.kind(0) == object
	}
	n, ok := d.claims(o.Key)
	return ok && (d.kind(n) == array && (d.listed(n) || len(o.Fields) == 1) || d.single(n))
}

func openObjects(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.claims(o.Key)
	if !ok && len(d.roots) == 1 {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: ErrClaims})
		return
	}
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	if len(o.Fields) == 1 && !keyed && d.scalar(rows[0]) { // the leaf's one value, a row each
		g := newGrid(d, faults, rows, fieldNames(o.Fields)...)
		g.fill = func(g *grid, row int) bool {
			if !d.scalar(row) {
				g.fault(row, "", fmt.Errorf("not a value"))
				return false
			}
			return g.set(0, row, d.str(row))
		}
		l.Rows = g
		return
	}
	if d.kind(valueOf(rows[0], keyed)) == array {
		openPositions(d, o, l, faults, rows, keyed)
		return
	}
	g := open(d, l, faults, rows, keyed)
	l.Types = d.statedTypes()
	if slices.Contains(g.header, "amountInWei") && slices.Contains(g.header, "amount") {
		l.Reports = append(l.Reports, "amount") // the same in whole tokens, with the token's name behind it
	}
}

// statedTypes are the fields, as name:type, that our own file of proofs states for profiles with any type list; nil in other files.
func (d *document) statedTypes() (types []string) {
	format, list := d.member(0, "format"), d.member(0, "types")
	if format < 0 || list < 0 || string(d.str(format)) != "merkle-proofs/v1" || d.kind(list) != array {
		return nil
	}
	d.items(list, func(item int) bool {
		types = append(types, string(d.str(item)))
		return true
	})
	return types
}

func valueOf(row int, keyed bool) int {
	if keyed {
		return row + 1
	}
	return row
}

// maxMembers bounds the columns of a list.
const maxMembers = 1000

// open makes rows of objects, or of scalars under keys. Columns are the members that hold one value, in the order of their
// first appearance; the key of an object is the column account.
func open(d *document, l *List, faults *merkle.Faults, rows []int, keyed bool) *grid {
	g := &grid{d: d, rows: rows, faults: faults}
	columns := map[string]int{}
	add := func(name string, node int) {
		columns[name] = len(g.header)
		g.header, g.heads = append(g.header, name), append(g.heads, node)
	}
	if keyed { // not under its name in columns: a member of that name is another column
		g.header, g.heads, l.KeyOf = append(g.header, "account"), append(g.heads, rows[0]), 0
	}
	for _, row := range rows {
		if len(g.header)+len(l.Unread) > maxMembers {
			g.fault(row, "", fmt.Errorf("the rows have more than %d different members", maxMembers))
			break
		}
		v := valueOf(row, keyed)
		if d.kind(v) != object {
			if _, known := columns["amount"]; keyed && d.scalar(v) && !known {
				add("amount", v)
			}
			continue
		}
		d.members(v, func(key, value int) bool {
			name := d.str(key)
			if _, known := columns[string(name)]; known || len(g.header)+len(l.Unread) > maxMembers || slices.Contains(l.Unread, string(name)) {
				return true
			}
			switch _, single := d.value(value); {
			case keyed && string(name) == "account": // the key is the account; a member of that name is compared with it
				add("account ", value)
				columns["account"] = columns["account "]
			case single:
				add(string(name), value)
			case d.kind(value) != null && d.kind(value) != passed:
				l.Unread = append(l.Unread, string(name))
			}
			return true
		})
	}
	g.cells = make([]cell, len(g.header))
	g.fill = func(g *grid, row int) bool {
		v := valueOf(row, keyed)
		if keyed {
			g.set(0, row, d.str(row))
		}
		if d.kind(v) != object {
			if !keyed || !d.scalar(v) {
				g.fault(v, "", fmt.Errorf("not a claim"))
				return false
			}
			return g.set(columns["amount"], v, d.str(v))
		}
		ok := true
		d.members(v, func(key, value int) bool {
			if column, known := columns[string(d.str(key))]; known {
				if text, single := d.value(value); single {
					ok = g.set(column, value, text) && ok
				}
			}
			return true
		})
		return ok
	}
	l.Rows = g
	return g
}

// openPositions makes rows of arrays, whose items are the leaf's fields in order.
func openPositions(d *document, o Options, l *List, faults *merkle.Faults, rows []int, keyed bool) {
	if keyed {
		faults.Add(&merkle.Fault{Pos: d.at(rows[0]), Err: ErrClaims})
		return
	}
	width := 0
	d.items(rows[0], func(int) bool { width++; return true })
	names := fieldNames(o.Fields)
	if len(names) == 0 && width == 2 { // a profile that takes any type list has these two when none is given
		names = []string{"account", "amount"}
	}
	if len(names) != width {
		faults.Add(&merkle.Fault{Pos: d.at(rows[0]), Err: fmt.Errorf("a row of %d values, the leaf has %d fields", width, len(names))})
		return
	}
	l.Rows = positions(d, faults, rows, names, func(row int) int { return row })
}

// positions is a grid of arrays; values is the array of a row.
func positions(d *document, faults *merkle.Faults, rows []int, names []string, values func(row int) int) *grid {
	g := newGrid(d, faults, rows, names...)
	g.fill = func(g *grid, row int) bool {
		at := values(row)
		if at < 0 || d.kind(at) != array {
			g.fault(row, "", fmt.Errorf("not an array of %d values", len(names)))
			return false
		}
		i, ok := 0, true
		d.items(at, func(item int) bool {
			if i < len(names) {
				text, single := d.valueIn(item)
				if !single {
					g.fault(item, names[i], fmt.Errorf("not a value"))
				}
				ok = ok && single && g.set(i, item, text)
			}
			i++
			return true
		})
		if i != len(names) {
			g.fault(at, "", fmt.Errorf("%d values, want %d", i, len(names)))
			return false
		}
		return ok
	}
	return g
}

// valueIn is value without the reading of 32 numbers as a key, which are an array inside typed leaves.
func (d *document) valueIn(n int) (text []byte, ok bool) {
	if d.kind(n) == array {
		return d.appendArray(nil, n)
	}
	return d.value(n)
}

func fieldNames(fields []string) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i], _, _ = strings.Cut(f, ":")
	}
	return names
}

// statedRoot is the root that a file states for its claims, empty when it states none.
func (d *document) statedRoot() string {
	if len(d.roots) > 1 || d.kind(0) != object {
		return ""
	}
	for _, name := range []string{"merkleRoot", "merkle_root", "root", "tree"} {
		n := d.member(0, name)
		switch {
		case n < 0:
		case d.isText(n):
			return rootText(d.str(n))
		case d.kind(n) == array:
			if raw, is := d.bytes32(n); is {
				return fmt.Sprintf("0x%x", raw)
			}
			if int(d.nodes[n].next) > n+1 && d.isText(n+1) { // a dump's tree begins with the root
				return rootText(d.str(n + 1))
			}
		}
	}
	return ""
}

// rootText is a hash as 0x and lower-case hex, empty for other text.
func rootText(text []byte) string {
	digits := strings.ToLower(strings.TrimPrefix(string(text), "0x"))
	if len(digits)%2 != 0 || len(digits) < 32 || len(digits) > 64 || strings.Trim(digits, "0123456789abcdef") != "" {
		return ""
	}
	return "0x" + digits
}
