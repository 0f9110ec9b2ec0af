package tree

import (
	"fmt"
	"strings"
)

// cell is a run of bytes in a drawing.
type cell struct {
	bytes int // 0: any number
	name  string
	what  string
}

// strip is one line of boxes. at is the offset of its first byte, -1 when that depends on the row.
type strip struct {
	at    int
	cells []cell
}

// preimage is the fields that are hashed to a leaf, with their types, and the bytes that they have: exactly so many, or open for at least.
func (p *Profile) preimage() (fields []Field, types []*fieldType, size int, open bool) {
	for i, f := range p.Fields {
		if f.Source == SourceDomain || i == 0 && p.Grouping == GroupingTwoLevel {
			continue
		}
		t, _ := parseType(f.Type) // Validate has read it
		if isText(p.Encoding) && len(fields) > 0 {
			size++
		}
		fields, types = append(fields, f), append(types, t)
		size += t.minSize(p.Encoding)
		open = open || t.free(p.Encoding)
	}
	return fields, types, size, open
}

// drawing is the leaf's pre-image: a strip a word for abi, as many fields as fit on a line for the other encodings.
func (p *Profile) drawing() (out []strip, scale int) {
	fields, types, _, _ := p.preimage()
	switch formOf(p.Encoding) {
	case words:
		return abiStrips(fields, types), 2
	case spelt:
		return []strip{p.textStrip(fields, types)}, 1
	}
	at, line := 0, strip{}
	add := func(c cell, open bool) {
		if line.cells = append(line.cells, c); boxWidth(line, 1) > 100 && len(line.cells) > 1 {
			line.cells = line.cells[:len(line.cells)-1]
			out, line = append(out, line), strip{at, []cell{c}}
		}
		at += c.bytes
		if open || at < 0 {
			out, line, at = append(out, line), strip{at: -1}, -1<<30
		}
	}
	for i, f := range fields {
		t := types[i]
		if t.kind == nestedKind && t.dynamic() {
			add(cell{32, "offset of " + f.Name, "uint256, always 32"}, false)
			if inner := t.elem; inner.kind != arrayKind || inner.count < 0 {
				add(cell{32, "length of " + f.Name, "uint256"}, false)
			}
			add(cell{0, f.Name, t.elem.String() + " as abi.encode"}, true)
			continue
		}
		add(p.cellOf(f, t), t.dynamic())
	}
	if len(line.cells) > 0 {
		out = append(out, line)
	}
	return out, 1
}

// cellOf is one value of an encoding that sets values end to end.
func (p *Profile) cellOf(f Field, t *fieldType) cell {
	c := cell{t.minSize(p.Encoding), f.Name, t.String()}
	switch {
	case t.kind == identityKind:
		return cell{0, f.Name, "20 or 32 bytes, or u32 LE and so many bytes"}
	case t.dynamic():
		return cell{0, f.Name, t.String() + ", any length"}
	case formOf(p.Encoding) == little && (t.kind == uintKind || t.kind == intKind):
		c.what = t.String() + " LE"
	case t.kind == arrayKind:
		c.what += ", a word each"
	case t.kind == nestedKind:
		c.what = t.elem.String() + " as abi.encode"
	}
	return c
}

func (p *Profile) textStrip(fields []Field, types []*fieldType) (line strip) {
	between := map[string]string{EncodingText: "blank", EncodingTextColon: "colon"}[p.Encoding]
	for i, f := range fields {
		if i > 0 {
			line.cells = append(line.cells, cell{1, between, ""})
		}
		c := cell{0, f.Name, "decimal digits"}
		switch types[i].kind {
		case addressKind:
			c = cell{types[i].minText(), f.Name, "0x, lower-case hex"}
		case pubkeyKind:
			c.what = "base58, 32 to 44"
		}
		line.cells = append(line.cells, c)
	}
	return line
}

func abiStrips(fields []Field, types []*fieldType) (out []strip) {
	at := 0
	add := func(size int, cells ...cell) {
		out = append(out, strip{at, cells})
		if at += size; size == 0 {
			at = -1
		}
	}
	for i, t := range types {
		name := fields[i].Name
		switch {
		case t.dynamic():
			add(32, cell{32, "offset of " + name, "where it begins, from byte 0"})
		case t.kind == arrayKind, t.kind == tupleKind:
			add(t.headSize(), cell{t.headSize(), name, fmt.Sprintf("%s, %d words", t, t.headSize()/32)})
		default:
			add(32, t.abiWord(name)...)
		}
	}
	for i, t := range types {
		name := fields[i].Name
		switch {
		case !t.dynamic():
		case t.kind == bytesKind, t.kind == stringKind:
			out = append(out, strip{at, []cell{{32, "length of " + name, "uint256, bytes"}}})
			at = -1
			add(0, cell{0, name, t.String() + ", filled with zeros to whole words"})
		default:
			if t.kind == arrayKind && t.count < 0 {
				out = append(out, strip{at, []cell{{32, "length of " + name, "uint256, elements"}}})
				at = -1
			}
			add(0, cell{0, name, t.String() + ", element after element"})
		}
	}
	return out
}

// abiWord is one 32-byte word with the zeros, or sign bytes, that fill it.
func (t *fieldType) abiWord(name string) []cell {
	fill, value := cell{32 - t.size, "zeros", ""}, cell{t.size, name, t.String()}
	switch {
	case t.size == 32:
		return []cell{value}
	case t.kind == fixedKind:
		return []cell{value, fill}
	case t.kind == intKind:
		fill.name = "sign"
	}
	return []cell{fill, value}
}

func (c cell) lines() [3]string {
	size := fmt.Sprintf("%d bytes", c.bytes)
	switch c.bytes {
	case 0:
		size = ""
	case 1:
		size = "1 byte"
	}
	return [3]string{c.name, c.what, size}
}

func (c cell) width(scale int) int {
	w := min(c.bytes, 32) * scale
	if scale == 2 && c.bytes >= 32 {
		w++ // as wide as two cells with an edge between them
	}
	for _, l := range c.lines() {
		w = max(w, len(l)+2)
	}
	return w
}

func boxWidth(s strip, scale int) (w int) {
	for _, c := range s.cells {
		w += c.width(scale) + 1
	}
	return w + 1
}

// draw writes strips as boxes; the number before a line is the offset of its first byte.
func draw(b *strings.Builder, strips []strip, scale int) {
	edges := func(s strip) map[int]bool {
		at, out := 0, map[int]bool{}
		for _, c := range s.cells {
			out[at] = true
			at += c.width(scale) + 1
			out[at] = true
		}
		return out
	}
	border := func(label string, above, below strip) {
		up, down := edges(above), edges(below)
		fmt.Fprintf(b, "%8s  ", label)
		for i := range max(boxWidth(above, scale), boxWidth(below, scale)) {
			if up[i] || down[i] {
				b.WriteByte('+')
			} else {
				b.WriteByte('-')
			}
		}
		b.WriteByte('\n')
	}
	before := strip{}
	for _, s := range strips {
		label := ""
		if s.at >= 0 {
			label = fmt.Sprint(s.at)
		}
		border(label, before, s)
		for k := range 3 {
			line := "          |"
			for _, c := range s.cells {
				line += fmt.Sprintf(" %-*s|", c.width(scale)-1, c.lines()[k])
			}
			b.WriteString(line + "\n")
		}
		before = s
	}
	border("", before, strip{})
}
