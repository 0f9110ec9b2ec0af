package lists

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// Dumps of @openzeppelin/merkle-tree: {format, leafEncoding, values: [{value, treeIndex}], tree}. values stand in input order.
var dumpForms = []form{
	{Kind: Kind{"oz-dump", "dump of @openzeppelin/merkle-tree, standard-v1 or simple-v1", false}, json: isDump, open: openDump},
	{Kind: Kind{"sablier", "Sablier campaign JSON: merkle_tree holds a dump as a text", false}, json: isSablier, open: openSablier},
}

func isDump(d *document, _ Options) bool {
	if len(d.roots) > 1 || d.kind(0) != object {
		return false
	}
	f := d.member(0, "format")
	return f >= 0 && slices.Contains([]string{"standard-v1", "simple-v1"}, string(d.str(f)))
}

func isSablier(d *document, _ Options) bool {
	return len(d.roots) == 1 && d.kind(0) == object && d.member(0, "merkle_tree") >= 0 && d.member(0, "recipients") >= 0
}

// openSablier reads the dump inside: its values have the index, which recipients has not.
func openSablier(d *document, o Options, l *List, faults *merkle.Faults) {
	inner := d.member(0, "merkle_tree")
	if inner < 0 || !d.isText(inner) {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: fmt.Errorf("no member merkle_tree with a dump as a text")})
		return
	}
	dump := parse(d.name+" merkle_tree", d.str(inner), faults)
	if dump == nil {
		return
	}
	if !isDump(dump, o) {
		faults.Add(&merkle.Fault{Pos: d.at(inner), Err: fmt.Errorf("merkle_tree is no dump of @openzeppelin/merkle-tree")})
		return
	}
	if l.Root == "" {
		l.Root = dump.statedRoot()
	}
	openDump(dump, o, l, faults)
}

func openDump(d *document, o Options, l *List, faults *merkle.Faults) {
	values := d.member(0, "values")
	if values < 0 || d.kind(values) != array {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: fmt.Errorf("no member values with the leaves")})
		return
	}
	rows, _ := d.rowsOf(values)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(values), Err: errNoRows})
		return
	}
	types := d.member(0, "leafEncoding")
	if types < 0 { // simple-v1
		g := newGrid(d, faults, rows, "leaf")
		g.fill = func(g *grid, row int) bool {
			v := d.member(row, "value")
			if v < 0 || !d.isText(v) {
				g.fault(row, "value", fmt.Errorf("missing, or no text"))
				return false
			}
			return g.set(0, v, d.str(v))
		}
		l.Types, l.Rows = []string{"leaf:bytes32"}, g
		return
	}
	var list []string
	d.items(types, func(item int) bool { list = append(list, string(d.str(item))); return true })
	names, fault := dumpNames(list, o)
	if fault != nil {
		faults.Add(&merkle.Fault{Pos: d.at(types), Err: fault})
		return
	}
	for i, name := range names {
		l.Types = append(l.Types, name+":"+list[i])
	}
	l.Rows = typedPositions(d, faults, rows, names, list, func(row int) int { return d.member(row, "value") })
}

// dumpNames names the values of a dump, which has types only: after the profile's fields where these are fixed, else by
// the usual arrangements.
func dumpNames(types []string, o Options) ([]string, error) {
	if len(o.Fields) > 0 {
		names := fieldNames(o.Fields)
		if len(names) != len(types) {
			return nil, fmt.Errorf("leafEncoding has %d types, the leaf of the profile has %d fields", len(types), len(names))
		}
		for i, f := range o.Fields {
			_, want, _ := strings.Cut(f, ":")
			// A narrower integer has the same bytes in abi.encode; whether the value fits is checked with the row.
			if normal(types[i]) != normal(want) && !(whole(types[i]) && whole(want)) {
				return nil, fmt.Errorf("leafEncoding says %s for value %d, the profile's field %s is %s", types[i], i+1, names[i], want)
			}
		}
		return names, nil
	}
	shape := make([]string, len(types))
	for i, t := range types {
		shape[i] = t
		if whole(t) {
			shape[i] = "uint"
		}
	}
	switch strings.Join(shape, ",") {
	case "address,uint":
		return []string{"account", "amount"}, nil
	case "address,address,uint":
		return []string{"account", "token", "amount"}, nil
	case "uint,address,uint":
		return []string{"index", "account", "amount"}, nil
	}
	names := make([]string, len(types))
	for i := range types {
		names[i] = fmt.Sprintf("value%d", i)
	}
	return names, nil
}

func normal(t string) string {
	if t == "uint" || t == "int" {
		return t + "256"
	}
	return t
}

func whole(t string) bool { return strings.HasPrefix(t, "uint") && !strings.Contains(t, "[") }

// typedPositions is positions with the types of the values.
func typedPositions(d *document, faults *merkle.Faults, rows []int, names, types []string, values func(row int) int) *grid {
	g := newGrid(d, faults, rows, names...)
	g.fill = func(g *grid, row int) bool {
		at := values(row)
		if at < 0 || d.kind(at) != array {
			g.fault(row, "value", fmt.Errorf("missing, or no array of %d values", len(names)))
			return false
		}
		i, ok := 0, true
		d.items(at, func(item int) bool {
			if i < len(names) {
				cell, fits := d.appendTyped(nil, item, types[i], false)
				if !fits {
					g.fault(item, names[i], fmt.Errorf("not a value of type %s", types[i]))
				}
				ok = ok && fits && g.set(i, item, cell)
			}
			i++
			return true
		})
		if i != len(names) {
			g.fault(at, "value", fmt.Errorf("%d values, want %d", i, len(names)))
			return false
		}
		return ok
	}
	return g
}
