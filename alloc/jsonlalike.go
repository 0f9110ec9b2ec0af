package alloc

import "bytes"

// learn keeps the text between the values of the present line, which is accepted, so that lines with the same text there are read by alike.
// Nothing is learnt when the keys are in another order than the header's, or when a string has an escape.
func (t *Table) learn(text []byte) {
	if t.learnt = len(t.quoted) == 0; t.between == nil {
		t.between = make([][]byte, len(t.cells)+1)
	}
	from := 0
	for i, c := range t.cells {
		if !t.learnt || c.col < from {
			t.learnt = false
			return
		}
		t.between[i] = append(t.between[i][:0], text[from:c.col]...) // with the value's opening quote
		from = c.col + len(c.text)
	}
	t.between[len(t.cells)] = append(t.between[len(t.cells)][:0], text[from:]...)
}

// alike reads a line that has the same text between its values as the learnt one. It reports false for every other line, and for one with
// anything but printable ASCII in it, or an escape: those are read, and judged, key by key.
func (t *Table) alike(text []byte) bool {
	if !t.learnt || !plain(text, '\\') {
		return false
	}
	t.cells = t.cells[:0]
	line, at, last := t.lines.line, 0, len(t.between)-1
	for _, b := range t.between[:last] {
		if !bytes.HasPrefix(text[at:], b) {
			return false
		}
		at += len(b)
		n := bytes.IndexByte(text[at:], '"')
		if n < 0 {
			return false
		}
		t.cells = append(t.cells, cell{text[at : at+n], line, at})
		at += n
	}
	return string(text[at:]) == string(t.between[last])
}
