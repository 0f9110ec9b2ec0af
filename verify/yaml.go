package verify

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML reads one YAML document into mappings, sequences and scalars as written (the text of a number is kept). Anchors, aliases, merge keys, tags and
// directives are refused: they would let one text mean what its reader does not see.
func parseYAML(data []byte) (v value, err error) {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	if err := boundYAML(text); err != nil {
		return v, err
	}
	defer func() { // the parser is not ours, and the file may be hostile
		if p := recover(); p != nil {
			err = fmt.Errorf("not YAML: %v", p)
		}
	}()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return v, errors.New(strings.SplitN(err.Error(), "\n", 2)[0])
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return v, errors.New("more than one document")
		}
		body = doc.Body
	}
	if body == nil {
		return v, errors.New("no document")
	}
	return fromYAML(body, 0)
}

func fromYAML(n ast.Node, depth int) (v value, err error) {
	if depth > maxJSONDepth {
		return v, errors.New("nested too deeply")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		v.kind = jsonObject
		for _, pair := range n.Values {
			if err := addPair(&v, pair, depth); err != nil {
				return v, err
			}
		}
		return v, nil
	case *ast.MappingValueNode:
		v.kind = jsonObject
		return v, addPair(&v, n, depth)
	case *ast.SequenceNode:
		v.kind = jsonArray
		for _, item := range n.Values {
			e, err := fromYAML(item, depth+1)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, e)
		}
		return v, nil
	case *ast.StringNode:
		v.text = n.Value
		return v, nil
	case *ast.LiteralNode:
		v.text = n.Value.Value
		return v, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.text = n.GetToken().Value
		return v, nil
	}
	return v, fmt.Errorf("line %d: %s is not allowed", n.GetToken().Position.Line, n.Type())
}

func addPair(v *value, pair *ast.MappingValueNode, depth int) error {
	key, err := fromYAML(pair.Key, depth+1)
	if err != nil {
		return err
	}
	if key.kind != jsonString {
		return fmt.Errorf("line %d: a key must be text", pair.GetToken().Position.Line)
	}
	for _, name := range v.names {
		if name == key.text {
			return fmt.Errorf("line %d: repeated key %q", pair.GetToken().Position.Line, name)
		}
	}
	item, err := fromYAML(pair.Value, depth+1)
	if err != nil {
		return err
	}
	v.names, v.items = append(v.names, key.text), append(v.items, item)
	return nil
}
