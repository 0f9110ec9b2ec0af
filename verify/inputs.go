package verify

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// inputData is one input as it was read, and what is compared of it.
type inputData struct {
	role    string
	columns []string // of the canonical form
	order   string
	rows    int
	sum     string
	sha     digest
}

// roleColumns are the columns of a role in the order of the rule's page.
func (c *campaign) roleColumns(role string) (required, optional []string) {
	open := c.rule.months != nil && c.rule.months.open
	switch role {
	case "points":
		return []string{"account", "points"}, []string{"source", "time", "chain"}
	case "stakes":
		switch {
		case open:
			return []string{"account", "amount", "period"}, []string{"chain"}
		case c.rule.stake != nil && c.rule.stake.intervals:
			return []string{"account", "from", "to", "amount"}, []string{"chain"}
		}
		return []string{"account", "day", "amount"}, []string{"chain"}
	case "elections":
		if c.rule.astra != nil {
			return []string{"account", "choice", "age"}, []string{"chain"}
		}
		return []string{"account", "choice"}, []string{"part", "month", "chain"}
	case "exits":
		return []string{"account", "month", "period"}, []string{"chain"}
	case "positions":
		return positionColumns(), nil
	case "paid":
		return paidColumns(), nil
	case "rolled":
		return []string{"id", "manifest", "amount"}, nil
	case "history":
		return []string{"account", "time", "lock", "change"}, []string{"chain"}
	case "cooldown":
		return []string{"account"}, []string{"chain"}
	case "claimed":
		return []string{"account", "tree"}, []string{"amount", "chain"}
	case "round":
		return []string{"tree", "account", "chain", "token", "amount"}, nil
	case "proposals":
		return []string{"id", "weight"}, nil
	case "votes":
		return []string{"proposal", "account", "power"}, []string{"chain", "time"}
	case "weights":
		return []string{"account", "weight"}, []string{"chain"}
	case "list":
		return []string{"account", "amount"}, append([]string{"token", "chain", "index", "locked"}, c.own...)
	}
	if strings.HasPrefix(role, "stakes-") {
		return []string{"account", "amount"}, []string{"chain"}
	}
	return []string{"account", "reason"}, []string{"chain"}
}

func positionColumns() []string {
	return []string{"account", "chain", "month", "period", "allocation", "entitlement", "exited"}
}

func paidColumns() []string { return []string{"account", "chain", "amount"} }

// ownColumns are the columns of a list that the trees' leaves take over, as their fields or profiles name them, in the order of the trees. The list must have them.
func (c *campaign) ownColumns() (out []string) {
	for _, t := range c.trees {
		fields := t.fields
		if p := profileByName(t.profile); p != nil && !p.freeFields() {
			fields = slices.DeleteFunc(p.fields, func(f field) bool { return f.source != "column" })
		}
		for _, f := range fields {
			_, constant := t.constants[f.name]
			if !constant && !slices.Contains([]string{"account", "amount", "token", "chain", "index", "locked"}, f.name) && !slices.Contains(out, f.name) {
				out = append(out, f.name)
			}
		}
	}
	return out
}

// sortedForm tells whether the canonical form of a role is sorted.
func (c *campaign) sortedForm(role string, columns []string) bool {
	switch role {
	case "proposals", "list", "rolled":
		return false
	case "votes":
		return !((c.rule.duplicates == "first" || c.rule.duplicates == "last") && !slices.Contains(columns, "time"))
	}
	return true
}

// readInputs reads every input, raw where Options.Inputs has it and else from its copy in the bundle, and compares its digest, rows and sum with the manifest's. A copy is
// also read where there is a raw file, since both must have one canonical form.
func (k *checker) readInputs() {
	if k.camp == nil {
		k.skipped = append(k.skipped, "inputs, and the allocation from them: without the campaign nothing says what they mean")
		return
	}
	decls := append(slices.Clone(k.camp.rule.inputs), k.camp.exclude...)
	if k.man != nil && !k.sameRoles(decls) {
		k.skipped = append(k.skipped, "inputs, and the allocation from them: the manifest lists other inputs than the campaign")
		return
	}
	data := newRuleData(k.camp)
	complete, copies, raws := true, 0, 0
	for i := range decls {
		d := &decls[i]
		var stated *manInput
		if k.man != nil {
			stated = &k.man.inputs[i]
		}
		read := false
		raw := k.o.Inputs != nil && !d.derived
		if raw && strings.HasPrefix(d.file, "../") {
			raw = false
			k.skipped = append(k.skipped, fmt.Sprintf("the raw file of input %q: %s is outside the folder of inputs", d.role, clip(d.file)))
		}
		if stated != nil && stated.file != "" {
			into := data
			if raw { // the raw file is what is computed from
				into = data.apart(d.role)
			}
			read = k.readOne(d, stated, into, true)
			copies++
		}
		if raw {
			read = k.readOne(d, stated, data, false)
			raws++
		}
		if d.derived {
			read = k.readDerived(d, stated, data, read)
		}
		if !read {
			complete = false
			if stated != nil {
				k.checkStated(d, stated)
			}
			if !raw && (stated == nil || stated.file == "") {
				k.skipped = append(k.skipped, fmt.Sprintf("input %q: the bundle has only its digest, and %s given", d.role, notGiven(d)))
			}
		}
	}
	k.checked = append(k.checked, fmt.Sprintf("%d copies and %d raw files of inputs: canonical digests, rows, sums", copies, raws))
	if k.o.Inputs == nil {
		k.skipped = append(k.skipped, "whether the raw inputs are those that were published elsewhere, and the sha256 the campaign may declare of them: no raw inputs were given")
	}
	if !complete {
		k.skipped = append(k.skipped, "the allocation (who is due how much), the ledger's unallocated, residual and dropped, exclusion counts and published figures: not all inputs were read")
		return
	}
	k.data = data
}

// sameRoles checks that the manifest lists the campaign's inputs in its order.
func (k *checker) sameRoles(decls []inputDecl) bool {
	var got, want []string
	for _, in := range k.man.inputs {
		got = append(got, in.role)
	}
	for i, d := range decls {
		want = append(want, d.role)
		if i < len(k.man.inputs) && d.role == k.man.inputs[i].role {
			file := ""
			if k.man.publish.inputs == "copy" {
				file = "inputs/" + d.role + ".csv"
			}
			if k.man.inputs[i].file != file {
				k.f.add(InputList, fmt.Sprintf("manifest.json inputs[%d].file", i), strconv.Quote(k.man.inputs[i].file), strconv.Quote(file))
			}
		}
	}
	if !slices.Equal(got, want) {
		k.f.add(InputList, "manifest.json inputs", strings.Join(got, ","), strings.Join(want, ","))
		return false
	}
	return true
}

// checkStated checks the form of what the manifest says of an input that could not be read.
func (k *checker) checkStated(d *inputDecl, s *manInput) {
	at := "manifest.json input " + d.role
	if m, err := k.camp.mapColumns(&inputDecl{role: d.role}, s.columns, true); err != nil || !slices.Equal(m.names(), s.columns) {
		k.f.add(InputColumns, at, fmt.Sprint(s.columns), "the columns of the rule's page, in its order")
	} else if want := k.camp.sortedForm(d.role, s.columns); (s.order == "sorted") != want || (s.order == "file") == want {
		k.f.add(InputColumns, at, strconv.Quote(s.order), "the order that follows from the columns")
	}
	var sum digest
	if !unhex(sum[:], s.sha256) {
		k.f.add(InputDigest, at, strconv.Quote(s.sha256), "64 lower-case hex digits")
	}
	if _, ok := parseCount(s.rows); !ok || (d.rows != "" && d.rows != s.rows) {
		k.f.add(InputRows, at, strconv.Quote(s.rows), or(d.rows, "decimal digits"))
	}
	_, _, err := splitDecimal(s.sum)
	if hasSum(d.role) != (err == nil) || (err == nil && trimDecimal(s.sum) != s.sum) {
		k.f.add(InputSum, at, strconv.Quote(s.sum), "a decimal without trailing zeros, empty for inputs without a value")
	} else if d.sum != "" && trimDecimal(d.sum) != s.sum {
		k.f.add(InputSum, at, strconv.Quote(s.sum), trimDecimal(d.sum))
	}
}

// readOne reads a raw file or a copy and compares what it says with the manifest and with the campaign's declarations.
func (k *checker) readOne(d *inputDecl, stated *manInput, data *ruleData, isCopy bool) bool {
	name, where := d.file, d.file
	var fsys fs.FS = k.o.Inputs
	if isCopy {
		name, where, fsys = stated.file, stated.file, k.bundle
	}
	if !fs.ValidPath(name) {
		k.f.add(InputMissing, where, "not a path below the inputs", "")
		return false
	}
	file, err := fsys.Open(name)
	if err != nil {
		k.f.add(InputMissing, where, errText(err), "")
		return false
	}
	defer file.Close()
	in, rawSum, err := k.readTable(d, file, data, isCopy)
	if err != nil {
		k.f.add(InputRefused, where, err.Error(), "")
		return false
	}
	if isCopy && rawSum != in.sha {
		k.f.add(InputCopy, where, "bytes with digest "+hexText(rawSum[:]), "its canonical form, with digest "+hexText(in.sha[:]))
	}
	if !isCopy {
		if d.sha256 != "" && d.sha256 != hexText(rawSum[:]) {
			k.f.add(InputDeclared, where+" sha256", hexText(rawSum[:]), d.sha256)
		}
	}
	k.compareInput(d, stated, in, where)
	return true
}

// compareInput compares an input as it was read with the manifest and with the campaign's declarations.
func (k *checker) compareInput(d *inputDecl, stated *manInput, in *inputData, where string) {
	if d.rows != "" && d.rows != strconv.Itoa(in.rows) {
		k.f.add(InputDeclared, where+" rows", strconv.Itoa(in.rows), d.rows)
	}
	if d.sum != "" && trimDecimal(d.sum) != in.sum {
		k.f.add(InputDeclared, where+" sum", in.sum, d.sum)
	}
	if stated == nil {
		return
	}
	if !slices.Equal(stated.columns, in.columns) || stated.order != in.order {
		k.f.add(InputColumns, "manifest.json input "+d.role, fmt.Sprint(stated.columns, " ", stated.order), fmt.Sprint(in.columns, " ", in.order))
	}
	if stated.rows != strconv.Itoa(in.rows) {
		k.f.add(InputRows, "manifest.json input "+d.role, stated.rows, strconv.Itoa(in.rows))
	}
	if stated.sum != in.sum {
		k.f.add(InputSum, "manifest.json input "+d.role, strconv.Quote(stated.sum), strconv.Quote(in.sum))
	}
	if stated.sha256 != hexText(in.sha[:]) {
		k.f.add(InputDigest, "manifest.json input "+d.role, stated.sha256, hexText(in.sha[:])+" of "+where)
	}
}

// readTable reads all rows of a file into data. A raw file's columns may be renamed and others ignored; a copy has exactly ours.
func (k *checker) readTable(d *inputDecl, r io.Reader, data *ruleData, isCopy bool) (in *inputData, rawSum digest, err error) {
	h := sha256.New()
	name, jsonl := "x.csv", false
	var t *table
	if !isCopy && isParquet(d) {
		if t, rawSum, err = newParquetTable(r, d); err != nil {
			return nil, rawSum, err
		}
	} else if isCopy {
		r = io.TeeReader(r, h)
	} else {
		var done func()
		if r, name, done, err = decompress(d.file, r); err != nil {
			return nil, rawSum, err
		}
		defer done()
		r = io.TeeReader(r, h)
		jsonl = d.format == "jsonl" || (d.format == "" && !strings.HasSuffix(name, ".csv"))
	}
	if t == nil {
		if t, err = newTable(r, jsonl); err != nil {
			return nil, rawSum, err
		}
	}
	var m *columnMap
	var form *canonical
	more := false
	if t.parquet == nil { // of which the header is known, and the columns are chosen by it
		if more, err = t.read(); err != nil {
			return nil, rawSum, err
		}
	}
	if t.header == nil {
		return nil, rawSum, fmt.Errorf("line 1: an empty file")
	}
	if m, err = k.camp.mapColumns(d, t.header, isCopy); err != nil {
		return nil, rawSum, err
	}
	if err := t.parquet.readable(t.header, m.at); err != nil {
		return nil, rawSum, err
	}
	if t.parquet != nil {
		if more, err = t.read(); err != nil {
			return nil, rawSum, err
		}
	}
	in = &inputData{role: d.role, columns: m.names(), order: "file"}
	sorted := k.camp.sortedForm(d.role, in.columns)
	if sorted {
		in.order = "sorted"
	}
	form = newCanonical([]byte(strings.Join(in.columns, ",")), sorted, !isCopy)
	rows := data.rows(d.role, m)
	var line []byte
	present := make([][]byte, 0, len(m.at))
	for ; more; more, err = t.read() {
		if t.rows%65536 == 0 {
			k.progress("input "+d.role, int64(t.rows), -1)
			if k.ctx.Err() != nil {
				return nil, rawSum, k.ctx.Err()
			}
		}
		cells := m.cells(t)
		if err := rows(cells); err != nil {
			return nil, rawSum, t.fail(err.Error())
		}
		present = present[:0]
		for i, c := range cells {
			if m.at[i] >= 0 {
				present = append(present, c)
			}
		}
		line = canonRow(line[:0], present)
		form.add(line)
	}
	if err != nil {
		return nil, rawSum, err
	}
	if form.broken {
		k.f.add(InputCopy, d.role, "rows that are not sorted", "rows sorted by their bytes")
	}
	in.rows, in.sum, in.sha = t.rows, data.sum(d.role), form.sum()
	if err := data.finish(d.role); err != nil {
		return nil, rawSum, err
	}
	if t.parquet != nil {
		return in, rawSum, nil
	}
	io.Copy(io.Discard, r)
	return in, digest(h.Sum(nil)), nil
}

func notGiven(d *inputDecl) string {
	if d.derived {
		return "the bundle it comes from was not"
	}
	return "no raw inputs were"
}
