package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// reader walks one file and collects its faults.
type reader struct {
	name   string
	lines  [][]byte
	last   place // where at has been
	faults merkle.Faults
}

// keys is an object whose keys have been checked. One made from something that is not an object is broken: it has no keys and demands none.
type keys struct {
	r      *reader
	what   string // in messages: "tree", "token JUP"
	pos    merkle.Pos
	pairs  []pair
	broken bool
}

// object checks that n is an object with allowed keys only, each once and spelled as allowed.
func (r *reader) object(n *node, what string, allowed ...string) keys {
	k := keys{r: r, what: what, pos: n.pos, broken: n.kind != object}
	if k.broken && n.kind != refused {
		r.faults.Addf(n.pos, "%s: %s where an object is needed with the keys %s", what, n.kind, strings.Join(allowed, ", "))
	}
	for _, p := range r.once(n, what) {
		if slices.Contains(allowed, p.key) {
			k.pairs = append(k.pairs, p)
			continue
		}
		if near := nearest(p.key, allowed); near != "" {
			r.fault(p.pos, "key", p.key, fmt.Errorf("unknown in %s; did you mean %s?", what, near))
		} else {
			r.fault(p.pos, "key", p.key, fmt.Errorf("unknown in %s, which has the keys %s", what, strings.Join(allowed, ", ")))
		}
	}
	return k
}

// once returns the pairs of an object without repetitions, which are faults.
func (r *reader) once(n *node, what string) []pair {
	first := make(map[string]merkle.Pos, len(n.pairs))
	out := make([]pair, 0, len(n.pairs))
	for _, p := range n.pairs {
		if at, seen := first[p.key]; seen {
			r.fault(p.pos, "key", p.key, fmt.Errorf("repeated in %s, first at %s", what, at))
			continue
		}
		first[p.key] = p.pos
		out = append(out, p)
	}
	return out
}

// entries returns the pairs of an object whose keys the author chooses; need says in words what it holds.
func (r *reader) entries(n *node, field, need string) []pair {
	if n.kind != object {
		if n.kind != refused {
			r.faults.Addf(n.pos, "%s %w: %s where an object %s is needed", field, ErrKind, n.kind, need)
		}
		return nil
	}
	return r.once(n, field)
}

// get is the value of a key, nil when the file does not have it.
func (k keys) get(key string) *node {
	for _, p := range k.pairs {
		if p.key == key {
			return p.value
		}
	}
	return nil
}

// need is get for a key without a default: its absence is a fault.
func (k keys) need(key string) *node {
	n := k.get(key)
	if n == nil && !k.broken {
		k.r.faults.Addf(k.pos, "%s: the key %s is required", k.what, key)
	}
	return n
}

// fault adds a fault with the value that it is about.
func (r *reader) fault(p merkle.Pos, field, value string, err error) {
	r.faults.Add(&merkle.Fault{Pos: p, Field: field, Value: value, Err: err})
}

// What may be wrong with a value as such.
var (
	ErrQuotes = errors.New("must be in quotes: numbers in campaign files are text, so that no digit is lost")
	ErrKind   = errors.New("is of the wrong kind")
	ErrChoice = errors.New("is not allowed")
	ErrRange  = errors.New("is out of range")
	ErrName   = errors.New("is not a name in kebab-case: lower-case letters and digits, parts joined by -, at most 64 characters")
	ErrTwice  = errors.New("is already used")
)

// str reads text: not empty, no control characters. A nil node (a key that is missing) is "" and false without a fault.
func (r *reader) str(n *node, field string) (string, bool) {
	switch {
	case n == nil || n.kind == refused:
		return "", false
	case n.kind == number || n.kind == word:
		r.fault(n.pos, field, n.text, ErrQuotes)
		return "", false
	case n.kind != text:
		r.faults.Addf(n.pos, "%s %w: %s where text is needed", field, ErrKind, n.kind)
		return "", false
	case n.text == "":
		r.fault(n.pos, field, "", merkle.ErrEmpty)
		return "", false
	case strings.ContainsFunc(n.text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.fault(n.pos, field, n.text, errors.New("has a line end or another control character"))
		return "", false
	}
	return n.text, true
}

// choice reads one of the allowed words; a nil node is fallback, which may be "".
func (r *reader) choice(n *node, field, fallback string, allowed ...string) string {
	if n == nil {
		return fallback
	}
	v, ok := r.str(n, field)
	if ok && !slices.Contains(allowed, v) {
		r.fault(n.pos, field, v, fmt.Errorf("%w; allowed: %s", ErrChoice, strings.Join(allowed, ", ")))
		return ""
	}
	return v
}

// whole reads a plain number without a sign, least to most; a nil node is 0.
func (r *reader) whole(n *node, field string, least, most int) int {
	if n == nil || n.kind == refused {
		return 0
	}
	if n.kind == text {
		r.fault(n.pos, field, n.text, fmt.Errorf("%w: write a whole number, without quotes", ErrKind))
		return 0
	}
	if n.kind != number {
		r.faults.Addf(n.pos, "%s %w: %s where a whole number is needed", field, ErrKind, n.kind)
		return 0
	}
	if err := merkle.CheckDecimal(n.text, 0); err != nil {
		r.fault(n.pos, field, n.text, fmt.Errorf("write a whole number in decimal digits: %w", err))
		return 0
	}
	v, err := strconv.Atoi(n.text)
	if err != nil || v < least || v > most {
		r.fault(n.pos, field, n.text, fmt.Errorf("%w: %d to %d", ErrRange, least, most))
		return 0
	}
	return v
}

// decimal reads a decimal in quotes with at most that many fraction digits; it is kept as text.
func (r *reader) decimal(n *node, field string, fraction int) string {
	v, ok := r.str(n, field)
	if !ok {
		return ""
	}
	if err := merkle.CheckDecimal(v, fraction); err != nil {
		r.fault(n.pos, field, v, err)
		return ""
	}
	return v
}

// tokens reads an amount in whole tokens.
func (r *reader) tokens(n *node, field string, decimals uint8) merkle.Amount {
	v, ok := r.str(n, field)
	if !ok {
		return merkle.Amount{}
	}
	a, err := merkle.ParseTokens(v, decimals)
	if err != nil {
		r.fault(n.pos, field, v, err)
	}
	return a
}

// kebab reads a kebab-case name.
func (r *reader) kebab(n *node, field string) string {
	v, ok := r.str(n, field)
	if ok && !isKebab(v) {
		r.fault(n.pos, field, v, ErrName)
		return ""
	}
	return v
}

func isKebab(v string) bool {
	for part := range strings.SplitSeq(v, "-") {
		if part == "" || strings.ContainsFunc(part, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') }) {
			return false
		}
	}
	return len(v) <= 64
}

// list returns the items of a list; a nil node has none.
func (r *reader) list(n *node, field string) []*node {
	if n == nil || n.kind == refused {
		return nil
	}
	if n.kind != list {
		r.faults.Addf(n.pos, "%s %w: %s where a list is needed", field, ErrKind, n.kind)
		return nil
	}
	return n.items
}

// names reads a list of texts, each once.
func (r *reader) names(n *node, field string) []string {
	var out []string
	for _, item := range r.list(n, field) {
		v, ok := r.str(item, field)
		if !ok {
			continue
		}
		if slices.Contains(out, v) {
			r.fault(item.pos, field, v, fmt.Errorf("%w in this list", ErrTwice))
			continue
		}
		out = append(out, v)
	}
	return out
}

func (r *reader) account(n *node, field string) (merkle.Account, bool) {
	v, ok := r.str(n, field)
	if !ok {
		return merkle.Account{}, false
	}
	a, err := merkle.ParseAccount(v)
	if err != nil {
		r.fault(n.pos, field, v, err)
	}
	return a, err == nil
}

func (r *reader) chain(n *node) merkle.Chain {
	v, ok := r.str(n, "chain")
	if !ok {
		return ""
	}
	c, err := merkle.ParseChain(v)
	if err != nil {
		r.fault(n.pos, "chain", v, err)
	}
	return c
}
