package verify

import (
	"fmt"
	"slices"
)

// columnMap says where the columns of a role stand in a file.
type columnMap struct {
	all []string // required and optional, in the order of the page
	at  []int    // place in the file, -1: not there
	row [][]byte
}

func (c *campaign) mapColumns(d *inputDecl, header []string, isCopy bool) (*columnMap, error) {
	required, optional := c.roleColumns(d.role)
	m := &columnMap{all: append(slices.Clone(required), optional...)}
	used := map[string]bool{}
	for i, ours := range m.all {
		theirs := ours
		if to, ok := d.rename[ours]; ok && !isCopy {
			theirs = to
		}
		at := slices.Index(header, theirs)
		if at < 0 && (i < len(required) || d.role == "list" && i > 5) {
			return nil, fmt.Errorf("line 1: no column %q", theirs)
		}
		if at >= 0 && slices.Contains(header[at+1:], theirs) {
			return nil, fmt.Errorf("line 1: column %q stands twice", theirs)
		}
		used[theirs] = true
		m.at = append(m.at, at)
	}
	for _, name := range header {
		if !used[name] && (isCopy || !slices.Contains(d.ignore, name)) {
			return nil, fmt.Errorf("line 1: column %q is not known", name)
		}
	}
	m.row = make([][]byte, len(m.all))
	return m, nil
}

func (m *columnMap) names() (out []string) {
	for i, name := range m.all {
		if m.at[i] >= 0 {
			out = append(out, name)
		}
	}
	return out
}

func (m *columnMap) has(name string) bool { return m.at[slices.Index(m.all, name)] >= 0 }

// cells are the cells of the row that t stands on, in page order; nil for a column that the file does not have.
func (m *columnMap) cells(t *table) [][]byte {
	for i, at := range m.at {
		m.row[i] = nil
		if at >= 0 {
			m.row[i] = t.cell(at)
		}
	}
	return m.row
}
