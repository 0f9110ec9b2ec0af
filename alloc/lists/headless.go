package lists

import (
	"bufio"
	"io"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
)

// headless is a table whose header is told and stands in no file: lines are counted from the first row.
type headless struct {
	*alloc.Table
	seen   *merkle.Faults // as the table counts
	faults *merkle.Faults
}

func openHeadless(r *bufio.Reader, name string, columns []string, faults *merkle.Faults) (Rows, error) {
	if mark, _ := r.Peek(3); string(mark) == "\ufeff" {
		if _, err := r.Discard(3); err != nil {
			return nil, err
		}
	}
	h := &headless{seen: new(merkle.Faults), faults: faults}
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	var err error
	if h.Table, err = alloc.OpenTable(io.MultiReader(strings.NewReader(strings.Join(cells, ",")+"\n"), r), name, "csv", h.seen); err != nil {
		return nil, err
	}
	h.pass()
	return h, nil
}

// pass hands on the table's faults.
func (h *headless) pass() {
	for _, f := range h.seen.List {
		f.Pos = up(f.Pos)
		h.faults.Add(f)
	}
	h.faults.More += h.seen.More
	h.seen.List, h.seen.More = nil, 0
}

func up(p merkle.Pos) merkle.Pos {
	if p.Line--; p.Line < 1 { // the header, which is told on the command line
		return merkle.Pos{File: p.File}
	}
	return p
}

func (h *headless) Next() bool {
	ok := h.Table.Next()
	if len(h.seen.List) > 0 {
		h.pass()
	}
	return ok
}

func (h *headless) Pos(i int) merkle.Pos       { return up(h.Table.Pos(i)) }
func (h *headless) HeaderPos(i int) merkle.Pos { return merkle.Pos{File: h.Table.HeaderPos(i).File} }
