package verify

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// largest file that is read, unpacked. Larger ones are refused before they fill memory.
const maxFileText = 3 << 30

// source is one file as it was read. Values and rows keep places in text, so nothing is copied out of it before it is needed.
type source struct {
	name  string
	text  string
	doc   *jdoc // nil when the text is not JSON
	taken bool  // read by a kind
	bad   *badFile

	once     sync.Once
	lines    []int // line ends before each block of text, for place
	newlines int   // in all
}

type badFile struct{ where, what string }

// readSource reads a file whole. Text that begins like JSON and is not JSON is kept with bad set; any other text is a table for the kinds that read such.
func readSource(f File) (*source, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	z, name, stop, err := decompress(f.Name, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	defer stop()
	var b strings.Builder
	if name == f.Name && f.Size > 0 && f.Size < maxFileText {
		b.Grow(int(f.Size) + 1)
	}
	n, err := io.Copy(&b, io.LimitReader(z, maxFileText+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	if n > maxFileText {
		return nil, fmt.Errorf("%s: more than %d bytes", f.Name, int64(maxFileText))
	}
	return newSource(name, b.String()), nil
}

func newSource(name, text string) *source {
	s := &source{name: name, text: text}
	start := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	if start == "" {
		s.bad = &badFile{name, "an empty file"}
		return s
	}
	if start[0] != '{' && start[0] != '[' {
		return s
	}
	doc, err := parseFileJSON(text)
	if err != nil {
		s.bad = &badFile{s.place(err.at), err.what}
		return s
	}
	s.doc = doc
	return s
}

// repeated are the keys that an object of the file has more than once.
func (s *source) repeated() []jkey {
	if s.doc == nil {
		return nil
	}
	return s.doc.twice
}

// lineBlock is how many bytes of the text one count of lines is for.
const lineBlock = 1 << 12

// place is name:line:col of a byte of the text, lines and columns from 1.
func (s *source) place(at int) string {
	s.once.Do(func() {
		for i := 0; i < len(s.text); i += lineBlock {
			s.lines = append(s.lines, s.newlines)
			s.newlines += strings.Count(s.text[i:min(i+lineBlock, len(s.text))], "\n")
		}
	})
	at = max(0, min(at, len(s.text)))
	line := s.newlines
	if block := at / lineBlock; block < len(s.lines) {
		line = s.lines[block] + strings.Count(s.text[block*lineBlock:at], "\n")
	}
	col := at - strings.LastIndexByte(s.text[:at], '\n')
	return fmt.Sprintf("%s:%d:%d", s.name, line+1, col)
}

// top is the value of a JSON file; the zero value of others.
func (s *source) top() jval {
	if s.doc == nil {
		return jval{}
	}
	return s.doc.top()
}
