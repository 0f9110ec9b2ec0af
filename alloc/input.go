package alloc

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

// Input is what was read of one data file, in a form that does not depend on the file's container.
type Input struct {
	Role    string   // proposals, votes, weights, list, exclude-0, exclude-1, ...
	Columns []string // our names of the columns read, in the order of the rule's page
	Order   string   // of the canonical form: sorted or file
	Rows    int64    // data rows
	Sum     string   // exact sum of the value column without trailing fraction zeros; empty where there is none

	// rows calls emit with one or more canonical rows, joined by newlines, in canonical order. The bytes are valid during the call.
	rows func(emit func(row []byte) error) error
}

// WriteTo streams the canonical form of export/FORMAT.md section 6.
func (in *Input) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	out := bufio.NewWriterSize(counted, 1<<16)
	var head []byte
	for i, name := range in.Columns {
		if i > 0 {
			head = append(head, ',')
		}
		head = appendCell(head, name)
	}
	out.Write(append(head, '\n'))
	err := in.rows(func(row []byte) error {
		out.Write(row)
		return out.WriteByte('\n')
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return counted.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// appendCell quotes by RFC 4180, only where it must.
func appendCell[T string | []byte](dst []byte, text T) []byte {
	quote := false
	for i := range len(text) {
		if c := text[i]; c == ',' || c == '"' || c == '\r' || c == '\n' {
			quote = true
			break
		}
	}
	if !quote {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for i := range len(text) {
		if text[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

// texts keeps many short texts end to end.
type texts struct {
	bytes []byte
	ends  []int
}

func (t *texts) add(text []byte) {
	t.bytes = append(t.bytes, text...)
	t.ends = append(t.ends, len(t.bytes))
}

func (t *texts) len() int { return len(t.ends) }

func (t *texts) at(i int) []byte {
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.bytes[from:t.ends[i]]
}

// emitSorted emits rows by their bytes.
func (t *texts) emitSorted(emit func([]byte) error) error {
	order := make([]int, t.len())
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(t.at(a), t.at(b)) })
	for _, i := range order {
		if err := emit(t.at(i)); err != nil {
			return err
		}
	}
	return nil
}

// emit emits rows as they were added.
func (t *texts) emit(emit func([]byte) error) error {
	for i := range t.len() {
		if err := emit(t.at(i)); err != nil {
			return err
		}
	}
	return nil
}
