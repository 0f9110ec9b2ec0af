package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	merkle "github.com/merkle-drop/merkle"
)

// Limits of a campaign file. The largest real ones have a few hundred lines; the parser's work grows faster than its input, so what it is
// given is bounded first.
const (
	MaxBytes  = 16 << 20 // largest file that is read
	maxMarks  = 400_000  // lines, and YAML indicator characters, which bound the tokens
	maxTokens = 60_000
	maxDepth  = 32 // nested lists and objects
)

// Read reads and checks the campaign file at path. Inputs are not opened. What is wrong with the file is a *merkle.Faults; other errors
// are those of opening and reading it.
func Read(path string) (*Campaign, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(source, path)
}

// Parse is Read for bytes that are already there; name stands in places and becomes Campaign.Path. It keeps source.
func Parse(source []byte, name string) (*Campaign, error) {
	r := &reader{name: name}
	if root := r.load(source); root != nil {
		c := r.campaign(root)
		c.Path, c.Source = name, source
		if r.faults.Err() == nil {
			return c, nil
		}
	}
	return nil, r.faults.Err()
}

// load turns source into nodes, or adds at least one fault and returns nil.
func (r *reader) load(source []byte) *node {
	text := bytes.TrimPrefix(source, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) // the parser counts a comment's CRLF as two lines
	if len(source) > MaxBytes {
		r.faults.Addf(merkle.Pos{File: r.name}, "larger than %d MiB", MaxBytes>>20)
		return nil
	}
	if json.Valid(text) { // tabs in JSON stand between values only; the parser would miscount them
		text = bytes.ReplaceAll(text, []byte("\t"), []byte(" "))
	}
	if bytes.Count(text, []byte("\n")) > maxMarks {
		r.faults.Addf(merkle.Pos{File: r.name}, "too many lines for a campaign file")
		return nil
	}
	r.lines = bytes.Split(text, []byte("\n"))
	if !r.checkCharacters() {
		return nil
	}
	file := r.parse(string(text))
	if file == nil {
		return nil
	}
	body := r.document(file)
	if body == nil || len(r.faults.List) > 0 {
		return nil
	}
	return r.node(body, 0)
}

// checkCharacters refuses what cannot be read as text, line by line.
func (r *reader) checkCharacters() bool {
	marks := 0
	for i, line := range r.lines {
		at := func(col int) merkle.Pos { return merkle.Pos{File: r.name, Line: i + 1, Col: col + 1} }
		if !utf8.Valid(line) {
			r.faults.Addf(at(invalidAt(line)), "not UTF-8")
		}
		if c := bytes.IndexFunc(line, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }); c >= 0 {
			r.faults.Addf(at(c), "control character %#02x", line[c])
		}
		if c := bytes.IndexByte(line, '\t'); c >= 0 && !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) && !bytes.Contains(line[:c], []byte(" #")) {
			r.faults.Addf(at(c), "tab: use blanks")
		}
		for _, c := range line {
			if strings.IndexByte("-?:,[]{}#&*!|>'\"%@`", c) >= 0 {
				marks++
			}
		}
	}
	if marks > maxMarks {
		r.faults.Addf(merkle.Pos{File: r.name}, "too many entries for a campaign file")
	}
	return len(r.faults.List) == 0
}

func invalidAt(line []byte) int {
	i := 0
	for i < len(line) {
		c, n := utf8.DecodeRune(line[i:])
		if c == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// checkTokens bounds what the parser will see, since it descends one call a bracket.
func (r *reader) checkTokens(tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		r.faults.Addf(r.at(tokens[maxTokens]), "too many entries for a campaign file")
		return false
	}
	depth, openers, line := 0, 0, 0 // brackets that are open; tokens of this line that open a level without one
	for _, t := range tokens {
		if t.Position.Line != line {
			line, openers = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth = max(depth-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			openers++
		case token.MappingValueType: // many on a line of JSON, but one opens at most in a line of blocks
			if depth == 0 {
				openers++
			}
		}
		if depth > maxDepth || openers > maxDepth {
			r.faults.Addf(r.at(t), "nested more than %d deep", maxDepth)
			return false
		}
	}
	return true
}

// errParser stands for a panic of the YAML library, which has had some on hostile input.
var errParser = errors.New("not readable as YAML")

// parse returns nil when it has added a fault.
func (r *reader) parse(text string) (file *ast.File) {
	defer func() {
		if recover() != nil {
			r.syntax(errParser)
			file = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	if !r.checkTokens(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	return file
}

func (r *reader) syntax(err error) {
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &at) && at.GetToken() != nil {
		r.faults.Addf(r.at(at.GetToken()), "%s", at.GetMessage())
		return
	}
	r.faults.Addf(merkle.Pos{File: r.name}, "%w", errParser)
}

// document returns the body of the one document of the file.
func (r *reader) document(file *ast.File) ast.Node {
	var body ast.Node
	for _, d := range file.Docs {
		switch {
		case d.Body == nil && d.Start == nil:
		case d.Body != nil && d.Body.Type() == ast.DirectiveType:
			r.faults.Addf(r.place(d.Body), "YAML directives are not used in campaign files")
		case body != nil && d.Start != nil:
			r.faults.Addf(r.at(d.Start), "a second document: a campaign file has one")
		case body != nil:
			r.faults.Addf(r.place(d.Body), "a second document: a campaign file has one")
		default:
			body = d.Body
		}
	}
	if body == nil && len(r.faults.List) == 0 {
		r.faults.Addf(merkle.Pos{File: r.name}, "empty: a campaign file is an object with the key format: %s", Format)
	}
	return body
}

// at is the place of a token. The library counts characters; places count bytes. Its line is one of the file.
func (r *reader) at(t *token.Token) merkle.Pos {
	line, column := t.Position.Line, t.Position.Column
	if line < 1 || line > len(r.lines) {
		return merkle.Pos{File: r.name, Line: len(r.lines)}
	}
	if line != r.last.line || column < r.last.column { // places are asked for nearly in order, and JSON may be one long line
		r.last = place{line: line, column: 1, byte: 1}
	}
	for rest := r.lines[line-1][min(r.last.byte-1, len(r.lines[line-1])):]; r.last.column < column; r.last.column++ {
		_, n := utf8.DecodeRune(rest)
		rest = rest[n:]
		r.last.byte += max(n, 1)
	}
	return merkle.Pos{File: r.name, Line: line, Col: r.last.byte}
}

// place is a column counted in characters and in bytes, both from 1.
type place struct{ line, column, byte int }
