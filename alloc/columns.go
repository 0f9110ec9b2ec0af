package alloc

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/pages"
)

// What may be wrong with a header.
var (
	ErrMissingColumn = errors.New("column is missing")
	ErrUnknownColumn = errors.New("not a column of this input; list it under ignore to leave it unread")
)

// column is one that a rule reads.
type column struct {
	name     string // ours
	optional bool
}

// maxColumns is how many columns a file with unknown ones may have for its rows to be looked at as well.
const maxColumns = 256

// bind finds the columns of a table: for each of want its place in a row, or -1. It reports false when it is of no use to
// read rows; an unknown column alone does not keep their faults from being found in the same run.
func (t *Table) bind(in *campaign.Input, want []column) (places []int, ok bool) {
	before, unknown := t.bad, int64(0)
	theirs := make(map[string]int, len(want)) // name in the file -> index in want
	for i, w := range want {
		name := w.name
		if other, renamed := in.Columns[name]; renamed {
			name = other
		}
		if j, twice := theirs[name]; twice {
			t.faults.Addf(in.Pos, "columns: %s and %s are both read from %q", want[j].name, w.name, name)
			t.bad++
		}
		theirs[name] = i
	}
	for _, ours := range slices.Sorted(maps.Keys(in.Columns)) {
		if !slices.ContainsFunc(want, func(w column) bool { return w.name == ours }) {
			t.faults.Addf(in.Pos, "columns: %q is not a column of this input, which has %s", ours, names(want))
			t.bad++
		}
	}
	places = slices.Repeat([]int{-1}, len(want))
	for i, name := range t.header {
		if w, known := theirs[name]; known {
			if places[w] < 0 {
				places[w] = i
			}
			continue
		}
		if slices.Contains(in.Ignore, name) {
			continue
		}
		what := ErrUnknownColumn
		for _, w := range want {
			if strings.EqualFold(w.name, name) {
				what = fmt.Errorf("%w (the column is %q)", ErrUnknownColumn, w.name)
			}
		}
		t.fault(t.heads[i], "column", name, what)
		unknown++
	}
	for i, w := range want {
		if places[i] < 0 && (!w.optional || in.Columns[w.name] != "") {
			name := w.name
			if other := in.Columns[name]; other != "" {
				name = other
			}
			at := cell{line: 1, col: 1}
			if t.parquet != nil {
				at = cell{}
			}
			t.fault(at, "column", name, ErrMissingColumn)
		}
	}
	return places, t.bad == before+unknown && (unknown == 0 || len(t.header) <= maxColumns)
}

func names(want []column) string {
	list := make([]string, len(want))
	for i, w := range want {
		list[i] = w.name
	}
	return strings.Join(list, ", ")
}

// present are our names of the columns that the file has, in the order of want.
func present(want []column, places []int) []string {
	var list []string
	for i, w := range want {
		if places[i] >= 0 {
			list = append(list, w.name)
		}
	}
	return list
}

// places are positions inside one file in 6 bytes each; a column beyond 65535 is kept as 0, which is not printed.
type places struct {
	lines []uint32
	cols  []uint16
}

// maxReserve is the most rows for which room is made because a campaign declares them: what it says may be wrong.
const maxReserve = 1 << 24

func reservePlaces(n int) places {
	return places{pages.MakeCap[uint32](0, n), pages.MakeCap[uint16](0, n)}
}

func (p *places) add(c cell) {
	col := c.col
	if col > 1<<16-1 {
		col = 0
	}
	p.lines, p.cols = append(p.lines, uint32(c.line)), append(p.cols, uint16(col))
}

func (p *places) at(file string, i int) merkle.Pos {
	return merkle.Pos{File: file, Line: int(p.lines[i]), Col: int(p.cols[i])}
}
