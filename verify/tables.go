package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// recomputedTable is a table that the rule publishes, as it must be.
type recomputedTable struct {
	name    string
	columns []string
	rows    iter.Seq[[]byte] // lines without their newline, sorted by their bytes; a line is valid until the next
}

// tableNames are the tables of the campaign's rule, by their bytes.
func (c *campaign) tableNames() []string {
	switch {
	case c.rule.months != nil:
		return []string{"paid", "positions", "voting-power"}
	case c.rule.astra != nil && c.rule.astra.early:
		return []string{"restaked"}
	case c.rule.close != nil:
		return []string{"unclaimed"}
	}
	return nil
}

func tableColumns(name string) []string {
	switch name {
	case "positions":
		return positionColumns()
	case "voting-power":
		return []string{"account", "chain", "power"}
	case "unclaimed":
		return []string{"account", "chain", "token", "amount"}
	}
	return []string{"account", "chain", "amount"}
}

// byText lists the entrants in the order in which lines that begin with account and chain are sorted.
func byText(ents []entrant) []int32 {
	keys := make([]string, len(ents))
	order := make([]int32, len(ents))
	for i := range ents {
		keys[i], order[i] = ents[i].acct.text()+","+ents[i].chain+",", int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare(keys[x], keys[y]) })
	return order
}

// amountTable is a table of account, chain and one more cell, left out where it is empty.
func amountTable(name string, ents []entrant, order []int32, cell func(i int) string) *recomputedTable {
	return &recomputedTable{name, tableColumns(name), func(yield func([]byte) bool) {
		var line []byte
		for _, i := range order {
			if s := cell(int(i)); s != "" {
				line = fmt.Appendf(line[:0], "%s,%s,%s", ents[i].acct.text(), ents[i].chain, s)
				if !yield(line) {
					return
				}
			}
		}
	}}
}

// tables prepares the tables of a month.
func (e *monthEngine) tables(a *allocation) {
	order := byText(a.ents)
	e.start = append(e.start, len(e.opened))
	paid := amountTable("paid", a.ents, order, func(i int) string {
		if e.paid[i].Sign() == 0 {
			return ""
		}
		return e.paid[i].String()
	})
	decimals := e.c.tokens[0].decimals
	power := amountTable("voting-power", a.ents, order, func(i int) string {
		if e.voting[i] == nil {
			return ""
		}
		return decimalText(floorRat(e.voting[i]), decimals)
	})
	positions := &recomputedTable{"positions", positionColumns(), func(yield func([]byte) bool) {
		var lines []string
		for _, i := range order {
			lines = lines[:0]
			for _, j := range e.byPosition.of(e.rank[i]) {
				if p := &e.d.positions[j]; !p.allocation.isZero() {
					lines = append(lines, p.line(&a.ents[i]))
				}
			}
			for j := e.start[i]; j < e.start[i+1]; j++ {
				lines = append(lines, e.opened[j].line(&a.ents[i]))
			}
			slices.Sort(lines)
			for _, s := range lines {
				if !yield([]byte(s)) {
					return
				}
			}
		}
	}}
	a.tables = []*recomputedTable{paid, positions, power}
}

func (p *position) line(en *entrant) string {
	period := ""
	if p.period > 0 {
		period = strconv.Itoa(int(p.period))
	}
	return fmt.Sprintf("%s,%s,%s,%s,%s,%s,%s", en.acct.text(), en.chain, p.month, period, &p.allocation, &p.entitlement, yes(p.exited))
}

// checkTables checks the form of each table of the bundle, and compares it with the recomputed one where there is one.
func (k *checker) checkTables() {
	if k.man == nil || k.camp == nil {
		return
	}
	var got []string
	for _, t := range k.man.tables {
		got = append(got, t.name)
	}
	want := k.camp.tableNames()
	if !slices.Equal(got, want) {
		k.f.add(TableList, "manifest.json tables", strings.Join(got, ","), strings.Join(want, ","))
	}
	checked, compared := 0, 0
	for i := range k.man.tables {
		t := &k.man.tables[i]
		if !slices.Contains(want, t.name) || slices.Contains(got[:i], t.name) {
			continue
		}
		if t.file != "tables/"+t.name+".csv" {
			k.f.add(TableList, fmt.Sprintf("manifest.json tables[%d].file", i), strconv.Quote(t.file), strconv.Quote("tables/"+t.name+".csv"))
			continue
		}
		if k.tableForm(t, fmt.Sprintf("manifest.json tables[%d]", i)) {
			checked++
		}
		if k.alloc == nil {
			k.skipped = append(k.skipped, "the rows of table "+strconv.Quote(t.name)+": the allocation was not recomputed")
			continue
		}
		for _, r := range k.alloc.tables {
			if r.name == t.name {
				k.compareTable(t, r)
				compared++
			}
		}
	}
	if len(want) > 0 {
		k.checked = append(k.checked, fmt.Sprintf("%d tables: digest, columns, number and order of rows; %d of them byte for byte against the recomputed ones", checked, compared))
	}
}

// tableForm reads a table once: digest, header, sorted rows and their number.
func (k *checker) tableForm(t *manTable, at string) bool {
	file, err := k.bundle.Open(t.file)
	if err != nil {
		k.f.add(FileMissing, t.file, errText(err), "")
		return false
	}
	defer file.Close()
	h := sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(file, h), 1<<16)
	rows := -1
	var last, line []byte
	good := true
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err == bufio.ErrBufferFull && len(line) <= maxRecord {
			continue
		}
		if err == io.EOF && len(line) == 0 {
			break
		}
		if err != nil {
			k.f.add(TableForm, t.file, fmt.Sprintf("line %d: no newline at the end, or more than 1 MiB", rows+2), "lines that end in a newline")
			return false
		}
		switch {
		case rows < 0:
			if want := strings.Join(tableColumns(t.name), ",") + "\n"; string(line) != want {
				k.f.add(TableForm, t.file+": line 1", strconv.Quote(clip(string(line))), strconv.Quote(want))
				good = false
			}
		case rows > 0 && bytes.Compare(last, line) >= 0 && good:
			k.f.add(TableForm, fmt.Sprintf("%s: line %d", t.file, rows+2), "a line that is not after the one before it", "lines sorted by their bytes, each once")
			good = false
		}
		last = append(last[:0], line...)
		line = line[:0]
		rows++
	}
	if rows < 0 {
		k.f.add(TableForm, t.file, "an empty file", "a header line")
		return false
	}
	sum := digest(h.Sum(nil))
	k.compareDigest(k.f, t.file, sum)
	if t.sha256 != hexText(sum[:]) {
		k.f.add(TableDigest, at+".sha256", t.sha256, hexText(sum[:])+" of "+t.file)
		good = false
	}
	if !slices.Equal(t.columns, tableColumns(t.name)) || t.rows != strconv.Itoa(rows) {
		k.f.add(TableRows, at, fmt.Sprint(t.columns, " ", t.rows, " rows"), fmt.Sprint(tableColumns(t.name), " ", rows, " rows"))
		good = false
	}
	return good
}

// compareTable compares a table line by line with the recomputed one and reports the first difference.
func (k *checker) compareTable(t *manTable, r *recomputedTable) {
	file, err := k.bundle.Open(t.file)
	if err != nil {
		return // reported
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	n := 0
	next := func() []byte { // a line without its newline; nil at the end
		n++
		line, err := in.ReadBytes('\n')
		if err != nil && len(line) == 0 {
			return nil
		}
		return bytes.TrimSuffix(line, []byte("\n"))
	}
	next() // the header is compared elsewhere
	for want := range r.rows {
		if got := next(); !bytes.Equal(got, want) {
			k.f.add(TableContent, fmt.Sprintf("%s: line %d", t.file, n), string(got), string(want))
			return
		}
	}
	if got := next(); got != nil {
		k.f.add(TableContent, fmt.Sprintf("%s: line %d", t.file, n), string(got), "the end of the table")
	}
}
