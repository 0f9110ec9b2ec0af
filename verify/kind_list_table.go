package verify

import (
	"fmt"
	"strings"
)

// listTable is a list without a tree: CSV, JSON Lines, an array of objects, or an object keyed by account. Cells keep their places.
type listTable struct {
	src   *source
	path  string // of the rows, for places
	names []string
	rows  []tableRow
	keyed bool // the first column is the name of a member
}

type tableRow struct {
	at    int
	key   string
	n     int
	cells []tableCell // aligned with names; a cell that is not there is zero
}

type tableCell struct {
	text string
	at   int
	val  jval // of JSON lists; zero in CSV
}

func (c tableCell) empty() bool { return c.text == "" && c.val.d == nil }

// csvTable reads RFC 4180 with LF or CRLF, parted by commas, or by semicolons or tabs where the first line has no comma. Lines without any character are passed over.
// The second result is what is wrong, by place.
func csvTable(s *source) (*listTable, []badFile) {
	r := csvReader{s: s.text, comma: ','}
	if strings.HasPrefix(r.s, "\ufeff") {
		r.i = len("\ufeff")
	}
	first, _, _ := strings.Cut(r.s[r.i:], "\n")
	for _, c := range []byte{';', '\t'} {
		if strings.IndexByte(first, ',') < 0 && strings.IndexByte(first, c) >= 0 {
			r.comma = c
		}
	}
	t := &listTable{src: s, path: "row"}
	var bad []badFile
	for r.i < len(r.s) {
		at := r.i
		cells, err := r.record()
		switch {
		case err != "":
			return t, append(bad, badFile{s.place(r.i), err})
		case len(cells) == 1 && cells[0].text == "" && !r.quoted:
			continue
		case t.names == nil && !headerless(cells):
			for _, c := range cells {
				t.names = append(t.names, strings.TrimSpace(c.text))
			}
			continue
		case t.names == nil:
			t.names = []string{"account", "amount"}[:min(2, len(cells))]
		}
		if len(cells) != len(t.names) {
			bad = append(bad, badFile{s.place(at), fmt.Sprintf("a row of %d cells, the first line has %d", len(cells), len(t.names))})
			continue
		}
		t.rows = append(t.rows, tableRow{at: at, n: len(t.rows), cells: cells})
	}
	return t, bad
}

// headerless reports a first line that is a row: its first cell is an account.
func headerless(cells []tableCell) bool {
	text := strings.TrimSpace(cells[0].text)
	if _, _, ok := solanaKeyText(text); ok {
		return true
	}
	return len(text) == 42 && strings.EqualFold(text[:2], "0x")
}

type csvReader struct {
	s      string
	i      int
	comma  byte
	quoted bool // the last record had a cell in quotes
}

// record reads one line, or more when a cell in quotes holds line ends.
func (r *csvReader) record() (cells []tableCell, bad string) {
	r.quoted = false
	for {
		c, bad := r.cell()
		if bad != "" {
			return nil, bad
		}
		cells = append(cells, c)
		if r.i >= len(r.s) {
			return cells, ""
		}
		switch r.s[r.i] {
		case r.comma:
			r.i++
		case '\n':
			r.i++
			return cells, ""
		default:
			return nil, "something after a closing quote"
		}
	}
}

func (r *csvReader) cell() (c tableCell, bad string) {
	c.at = r.i
	if r.i < len(r.s) && r.s[r.i] == '"' {
		r.quoted = true
		var b strings.Builder
		for i := r.i + 1; i < len(r.s); i++ {
			if r.s[i] != '"' {
				b.WriteByte(r.s[i])
				continue
			}
			if i+1 < len(r.s) && r.s[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			if r.i = i + 1; r.i < len(r.s) && r.s[r.i] == '\r' && (r.i+1 == len(r.s) || r.s[r.i+1] == '\n') {
				r.i++
			}
			c.text = b.String()
			return c, ""
		}
		return c, "a quoted cell does not end"
	}
	end := r.i
	for end < len(r.s) && r.s[end] != r.comma && r.s[end] != '\n' {
		if r.s[end] == 0 {
			r.i = end
			return c, "a NUL byte"
		}
		end++
	}
	c.text = r.s[r.i:end]
	if end == len(r.s) || r.s[end] == '\n' {
		c.text = strings.TrimSuffix(c.text, "\r")
	}
	r.i = end
	return c, ""
}

// jsonTable reads an array or JSON Lines of objects, or an object whose members are named by accounts and are objects or amounts; nil for other values. The columns
// are the members of the first row.
func jsonTable(s *source, v jval, path string) *listTable {
	t := &listTable{src: s, path: path}
	if named := singleMembers(v); named != nil {
		return namedTable(s, named, path)
	}
	switch {
	case v.isList() && v.first().kind() == '{':
		t.names = memberNames(v.first())
	case v.kind() == '{':
		t.keyed = true
		t.names = []string{"account"}
		switch first := v.first(); first.kind() {
		case '{':
			if _, _, ok := integer(first); ok {
				t.names = append(t.names, "amount")
			} else {
				t.names = append(t.names, memberNames(first)...)
			}
		case '"', '0':
			t.names = append(t.names, "amount")
		default:
			return nil
		}
	default:
		return nil
	}
	columns := map[string]int{}
	for i, name := range t.names {
		columns[name] = i
	}
	scalar := t.keyed && (v.first().kind() != '{' || len(t.names) == 2 && !has(v.first(), t.names[1]))
	row := func(r tableRow, item jval) {
		r.cells = make([]tableCell, len(t.names))
		if t.keyed {
			r.cells[0] = tableCell{text: r.key, at: r.at}
		}
		if scalar {
			r.cells[1] = tableCell{item.text(), item.at, item}
		} else {
			item.each(func(m jmember) bool {
				if i, ok := columns[m.name]; ok && !(t.keyed && i == 0) {
					r.cells[i] = tableCell{m.val.text(), m.val.at, m.val}
				}
				return true
			})
		}
		t.rows = append(t.rows, r)
	}
	v.items(func(i int, item jval) bool {
		row(tableRow{at: item.at, n: i}, item)
		return true
	})
	v.each(func(m jmember) bool {
		row(tableRow{at: m.at, key: m.name, n: len(t.rows)}, m.val)
		return true
	})
	return t
}

func memberNames(v jval) (names []string) {
	v.each(func(m jmember) bool {
		names = append(names, m.name)
		return true
	})
	return names
}

// singleMembers are the members of a list of objects that have one member each, named by an account, as Saber's script writes claims; nil for other lists. An entry
// that is not so has no name, which is a fault of its row.
func singleMembers(v jval) (list []jmember) {
	if !v.isList() {
		return nil
	}
	v.items(func(i int, item jval) bool {
		m := item.members()
		if len(m) == 1 && m[0].val.kind() == '{' {
			if _, _, ok := solanaKeyText(m[0].name); ok || i > 0 {
				list = append(list, m[0])
				return true
			}
		}
		if i > 0 {
			list = append(list, jmember{at: item.at, val: item})
		}
		return i > 0
	})
	return list
}

// namedTable is the table of members named by accounts.
func namedTable(s *source, list []jmember, path string) *listTable {
	t := &listTable{src: s, path: path, keyed: true, names: append([]string{"account"}, memberNames(list[0].val)...)}
	for n, m := range list {
		r := tableRow{at: m.at, key: m.name, n: n, cells: make([]tableCell, len(t.names))}
		r.cells[0] = tableCell{text: m.name, at: m.at}
		for i, name := range t.names[1:] {
			if v, ok := m.val.get(name); ok {
				r.cells[i+1] = tableCell{v.text(), v.at, v}
			}
		}
		t.rows = append(t.rows, r)
	}
	return t
}
