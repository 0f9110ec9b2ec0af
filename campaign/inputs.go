package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// placeholder may stand for a sum or digest that is not known yet; it declares nothing.
const placeholder = "…"

var inputKeys = [...]string{"file", "format", "columns", "ignore", "rows", "sum", "sha256"}

// input reads the description of a data file; a nil node is an input that is missing and has been reported.
func (r *reader) input(n *node, info InputInfo) Input {
	if n == nil {
		return Input{}
	}
	k := r.object(n, info.Key, inputKeys[:]...)
	return r.inputOf(k, info)
}

func (r *reader) inputOf(k keys, info InputInfo) Input {
	in := Input{Pos: k.pos}
	if k.broken {
		return in
	}
	file := k.need("file")
	in.File = r.file(file)
	in.Format = r.choice(k.get("format"), "format", formatOf(in.File), "csv", "jsonl", "parquet")
	if in.File != "" && in.Format == "" && k.get("format") == nil {
		r.fault(file.pos, "file", in.File, errors.New("is neither .csv nor .jsonl (also with .gz or .zst) nor .parquet: write format: csv, format: jsonl or format: parquet"))
	}
	r.columns(k, info, &in)
	in.Rows = r.rows(k.get("rows"))
	if n := k.get("sum"); n != nil && info.Sum == "" {
		r.faults.Addf(n.pos, "%s has no column of amounts, so sum cannot be declared", k.what)
	} else if n != nil && n.text != placeholder {
		in.Sum = r.decimal(n, "sum", 77)
	}
	if n := k.get("sha256"); n != nil && n.text != placeholder {
		if v, ok := r.str(n, "sha256"); ok {
			in.SHA256 = strings.ToLower(v)
			if len(v) != 64 || strings.Trim(in.SHA256, "0123456789abcdef") != "" {
				r.fault(n.pos, "sha256", v, errors.New("is not 64 hex digits"))
			}
		}
	}
	return in
}

// file reads the name of a data file: a clean relative path with /, in the campaign's folder or in one beside it. Whoever gets the campaign and
// its folder can then read it on any system.
func (r *reader) file(n *node) string {
	v, ok := r.str(n, "file")
	if !ok {
		return ""
	}
	var err error
	inner := strings.TrimPrefix(v, "../")
	switch parts := strings.Split(inner, "/"); {
	case strings.HasPrefix(v, "/"), strings.HasPrefix(v, "~"), len(v) > 1 && v[1] == ':':
		err = errors.New("must be relative to the campaign file")
	case strings.Contains(v, `\`):
		err = errors.New(`has a \: write / between folders`)
	case slices.Contains(parts, ".."):
		err = errors.New("must be in the campaign's folder or in one beside it (at most one ../, in front)")
	case slices.Contains(parts, ""), slices.Contains(parts, "."):
		err = errors.New("has an empty part or a part . in it: write the path in its shortest form")
	default:
		return v
	}
	r.fault(n.pos, "file", v, err)
	return ""
}

func formatOf(file string) string {
	file = strings.TrimSuffix(strings.TrimSuffix(file, ".gz"), ".zst")
	switch {
	case strings.HasSuffix(file, ".csv"):
		return "csv"
	case strings.HasSuffix(file, ".jsonl"):
		return "jsonl"
	case strings.HasSuffix(file, ".parquet"):
		return "parquet"
	}
	return ""
}

// rows is the one count that may be written with or without quotes.
func (r *reader) rows(n *node) string {
	if n == nil {
		return ""
	}
	if n.kind == refused {
		return ""
	}
	if n.kind != number && n.kind != text {
		r.faults.Addf(n.pos, "rows %w: %s where a count is needed", ErrKind, n.kind)
		return ""
	}
	if err := merkle.CheckDecimal(n.text, 0); err != nil {
		r.fault(n.pos, "rows", n.text, err)
		return ""
	}
	return n.text
}

// columns reads the renaming of columns and the columns to ignore. Columns that trees name in their fields are checked when those are known.
func (r *reader) columns(k keys, info InputInfo, in *Input) {
	ours := append(slices.Clone(info.Columns), info.Optional...)
	if n := k.get("columns"); n != nil {
		in.Columns = make(map[string]string, len(n.pairs))
		for _, p := range r.entries(n, "columns", "{our column: theirs}") {
			if !info.Own && !slices.Contains(ours, p.key) {
				r.fault(p.pos, "column", p.key, fmt.Errorf("%s has no such column, but %s", info.Key, strings.Join(ours, ", ")))
				continue
			}
			if v, ok := r.str(p.value, "column "+p.key); ok {
				in.Columns[p.key] = v
			}
		}
	}
	r.readOnce(k.get("columns"), ours, in)
	ignore := k.get("ignore")
	if in.Ignore = r.names(ignore, "ignore"); ignore == nil {
		return
	}
	for _, item := range ignore.items {
		for _, name := range ours {
			if item.kind == text && item.text == in.theirs(name) {
				r.fault(item.pos, "ignore", item.text, fmt.Errorf("is the column %s, which is read", name))
			}
		}
	}
}

// theirs is the name in the file of one of our columns.
func (in *Input) theirs(ours string) string {
	if v, renamed := in.Columns[ours]; renamed {
		return v
	}
	return ours
}

// readOnce refuses a renaming by which two of our columns would be read from the same column of the file.
func (r *reader) readOnce(n *node, ours []string, in *Input) {
	if n == nil {
		return
	}
	for _, p := range n.pairs {
		if in.Columns[p.key] != p.value.text || p.value.kind != text {
			continue
		}
		for _, name := range ours {
			if name != p.key && in.theirs(name) == p.value.text {
				r.fault(p.value.pos, "column "+p.key, p.value.text, fmt.Errorf("is also where %s is read from", name))
			}
		}
	}
}

// exclusions reads the lists of accounts that get nothing.
func (r *reader) exclusions(n *node, c *Campaign) {
	if n != nil && c.Rule.Close != nil {
		r.faults.Addf(n.pos, "exclude: close-round/v1 has no exclusion lists")
	}
	for _, item := range r.list(n, "exclude") {
		k := r.object(item, "exclusion list", append(inputKeys[:len(inputKeys):len(inputKeys)], "list", "version")...)
		e := Exclusion{Input: r.inputOf(k, InputInfo{Key: "exclusion list", Columns: []string{"account", "reason"}, Optional: []string{"chain"}})}
		e.List, _ = r.str(k.need("list"), "list")
		e.Version, _ = r.str(k.get("version"), "version")
		c.Exclude = append(c.Exclude, e)
	}
}
