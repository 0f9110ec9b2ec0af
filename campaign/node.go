package campaign

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	merkle "github.com/merkle-drop/merkle"
)

// kind is what a value of the file is. Text that is not in quotes and reads as a number is a number: "6" and 6 differ.
type kind uint8

const (
	text    kind = iota // quoted, or plain and not readable as anything else
	number              // plain 6, 1.5, 0x10, .inf
	word                // plain true, false
	none                // null or nothing at all
	refused             // a fault already; nothing more is said about it
	object
	list
)

func (k kind) String() string {
	return [...]string{"text", "a number", "true or false", "nothing", "refused", "an object", "a list"}[k]
}

// node is a value with its place.
type node struct {
	pos   merkle.Pos
	kind  kind
	text  string // of a scalar: text without quotes, numbers as written
	pairs []pair // of an object, as written
	items []*node
}

type pair struct {
	key   string
	pos   merkle.Pos // of the key
	value *node
}

// numeric is what people mean as a number. The library reads some of it as text: exponents, and what does not fit in 64 bits.
var numeric = regexp.MustCompile(`^[-+]?\.?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?$`)

// node converts what the YAML library read. Features that make a file mean something else than it seems (anchors, aliases, merge keys, tags)
// are faults.
func (r *reader) node(n ast.Node, depth int) *node {
	if n == nil {
		return &node{pos: merkle.Pos{File: r.name}, kind: none}
	}
	out := &node{pos: r.place(n)}
	if depth > maxDepth {
		r.faults.Addf(out.pos, "nested more than %d deep", maxDepth)
		out.kind = refused
		return out
	}
	switch v := n.(type) {
	case *ast.StringNode:
		out.kind, out.text = text, v.Value
		if v.GetToken().Type == token.StringType {
			r.unquoted(out)
		}
	case *ast.LiteralNode:
		out.kind, out.text = text, v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.kind, out.text = number, n.GetToken().Value
	case *ast.BoolNode:
		out.kind, out.text = word, n.GetToken().Value
	case *ast.NullNode:
		out.kind = none
	case *ast.SequenceNode:
		out.kind = list
		for _, item := range v.Values {
			out.items = append(out.items, r.node(item, depth+1))
		}
	case *ast.MappingNode:
		out.kind = object
		for _, value := range v.Values {
			r.pair(out, value, depth)
		}
	case *ast.MappingValueNode:
		out.kind = object
		r.pair(out, v, depth)
	default:
		r.faults.Addf(out.pos, "%s", forbidden(n))
		out.kind = refused
	}
	return out
}

// place is where a value begins. The library's place of a block of keys is its first colon; here it is the first key.
func (r *reader) place(n ast.Node) merkle.Pos {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return r.at(v.Values[0].Key.GetToken())
		}
	case *ast.MappingValueNode:
		return r.at(v.Key.GetToken())
	}
	return r.at(n.GetToken())
}

// unquoted judges text without quotes: numbers are numbers, and what the library takes for text where a comma or line end is missing is a fault.
func (r *reader) unquoted(n *node) {
	if numeric.MatchString(n.text) {
		n.kind = number
	}
	if strings.Contains(n.text, ": ") || strings.HasSuffix(n.text, ":") {
		r.fault(n.pos, "text", n.text, errors.New("has a colon: put it in quotes, or is a comma or line end missing?"))
		n.kind = refused
	}
}

func (r *reader) pair(out *node, v *ast.MappingValueNode, depth int) {
	p := pair{pos: r.at(v.Key.GetToken())}
	switch k := v.Key.(type) {
	case *ast.StringNode:
		p.key = k.Value
		if k.GetToken().Type == token.StringType && r.tight(v.Start) {
			r.fault(p.pos, "key", p.key, errors.New("write a blank after the colon"))
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		r.faults.Addf(p.pos, "key %s: put it in quotes", v.Key.GetToken().Value)
		return
	default:
		r.faults.Addf(p.pos, "%s", forbidden(v.Key))
		return
	}
	p.value = r.node(v.Value, depth+1)
	out.pairs = append(out.pairs, p)
}

// tight reports whether a colon has no blank after it. YAML then takes a:b for text, the library in braces for a key.
func (r *reader) tight(colon *token.Token) bool {
	if colon.Type != token.MappingValueType {
		return false
	}
	at := r.at(colon)
	line := r.lines[at.Line-1]
	return at.Col < len(line) && line[at.Col] != ' '
}

func forbidden(n ast.Node) string {
	switch n.(type) {
	case *ast.AnchorNode:
		return "anchors (&) are not used in campaign files: write the value out"
	case *ast.AliasNode:
		return "aliases (*) are not used in campaign files: write the value out"
	case *ast.MergeKeyNode:
		return "merge keys (<<) are not used in campaign files: write the keys out"
	case *ast.TagNode:
		return "tags (!) are not used in campaign files: put text in quotes"
	case *ast.MappingKeyNode:
		return "explicit keys (?) are not used in campaign files"
	}
	return fmt.Sprintf("%s is not used in campaign files", n.Type())
}
