package verify

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// jdoc is the JSON text of a file of another tool: any JSON, or several values one after another (JSON Lines). Values are read off the text where they stand,
// so that numbers stay the exact text they are and every value knows its place.
type jdoc struct {
	s     string
	tops  []int        // where the values begin
	twice []jkey       // keys that their object has once more
	stale map[int]bool // places of values whose key comes again
	long  []span       // objects and arrays of at least longSpan bytes, by their beginnings
}

// span is where a value begins and the place behind it.
type span struct{ at, end int }

// longSpan is from how many bytes the end of an object or array is remembered, so that it need not be looked for again.
const longSpan = 1 << 10

// jkey is the name of a member and where it stands.
type jkey struct {
	name string
	at   int
}

// jval is one value of a document. The zero jval is no value.
type jval struct {
	d  *jdoc
	at int // of its first byte; -1: all values of a document of JSON Lines
}

// jmember is one member of an object.
type jmember struct {
	name string
	at   int // of the name
	val  jval
}

const maxFileDepth = 48

type jerror struct {
	at   int
	what string
}

func (e *jerror) Error() string { return e.what }

// parseFileJSON checks the whole text against the grammar of JSON.
func parseFileJSON(s string) (*jdoc, *jerror) {
	if !utf8.ValidString(s) {
		at := 0
		for i, c := range s {
			if c == utf8.RuneError {
				if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
					at = i
					break
				}
			}
		}
		return nil, &jerror{at, "invalid UTF-8"}
	}
	d := &jdoc{s: s, stale: map[int]bool{}}
	i := d.space(0)
	if strings.HasPrefix(s, "\ufeff") {
		i = d.space(3)
	}
	for i < len(s) {
		end, err := d.check(i, 0)
		if err != nil {
			return nil, err
		}
		d.tops = append(d.tops, i)
		if i = d.space(end); i == end && i < len(s) {
			return nil, &jerror{i, "something after the value"}
		}
	}
	if len(d.tops) == 0 {
		return nil, &jerror{0, "an empty file"}
	}
	return d, nil
}

// top is the one value of the document, or all of them as a list of kind 'l'.
func (d *jdoc) top() jval {
	if len(d.tops) == 1 {
		return jval{d, d.tops[0]}
	}
	return jval{d, -1}
}

func (d *jdoc) space(i int) int {
	for i < len(d.s) && (d.s[i] == ' ' || d.s[i] == '\t' || d.s[i] == '\n' || d.s[i] == '\r') {
		i++
	}
	return i
}

// check reads one value and returns the place behind it.
func (d *jdoc) check(i, depth int) (int, *jerror) {
	if i >= len(d.s) {
		return i, &jerror{i, "the value ends early"}
	}
	if depth > maxFileDepth {
		return i, &jerror{i, "nested too deeply"}
	}
	switch c := d.s[i]; {
	case c == '"':
		return d.checkString(i)
	case c == '{' || c == '[':
		place := len(d.long)
		d.long = append(d.long, span{at: i})
		inside := d.checkArray
		if c == '{' {
			inside = d.checkObject
		}
		end, err := inside(i, depth)
		if end-i >= longSpan {
			d.long[place].end = end
		} else {
			d.long = d.long[:place] // what is inside it is shorter still
		}
		return end, err
	case c == '-' || c >= '0' && c <= '9':
		return d.checkNumber(i)
	}
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(d.s[i:], word) {
			return i + len(word), nil
		}
	}
	return i, &jerror{i, "no JSON value begins like this"}
}

func (d *jdoc) checkArray(i, depth int) (int, *jerror) {
	i = d.space(i + 1)
	if i < len(d.s) && d.s[i] == ']' {
		return i + 1, nil
	}
	for {
		end, err := d.check(i, depth+1)
		if err != nil {
			return end, err
		}
		i = d.space(end)
		if i < len(d.s) && d.s[i] == ']' {
			return i + 1, nil
		}
		if i >= len(d.s) || d.s[i] != ',' {
			return i, &jerror{i, "expected , or ]"}
		}
		i = d.space(i + 1)
	}
}

func (d *jdoc) checkObject(i, depth int) (int, *jerror) {
	i = d.space(i + 1)
	if i < len(d.s) && d.s[i] == '}' {
		return i + 1, nil
	}
	var names []string
	var places []int
	var seen map[string]int // name to place in names, once there are many
	for {
		if i >= len(d.s) || d.s[i] != '"' {
			return i, &jerror{i, "expected a member name"}
		}
		end, err := d.checkString(i)
		if err != nil {
			return end, err
		}
		name, at := unquote(d.s[i:end]), i
		i = d.space(end)
		if i >= len(d.s) || d.s[i] != ':' {
			return i, &jerror{i, "expected :"}
		}
		i = d.space(i + 1)
		before := -1
		if seen != nil {
			if k, ok := seen[name]; ok {
				before = k
			}
			seen[name] = len(names)
		} else {
			before = slices.Index(names, name)
		}
		if before >= 0 {
			d.twice = append(d.twice, jkey{name, at})
			d.stale[places[before]] = true
			if seen == nil {
				names[before] = "\xff" // no name: names are valid UTF-8
			}
		}
		names, places = append(names, name), append(places, i)
		if seen == nil && len(names) > 16 {
			seen = make(map[string]int, 64)
			for k, n := range names {
				seen[n] = k
			}
		}
		if end, err = d.check(i, depth+1); err != nil {
			return end, err
		}
		i = d.space(end)
		if i < len(d.s) && d.s[i] == '}' {
			return i + 1, nil
		}
		if i >= len(d.s) || d.s[i] != ',' {
			return i, &jerror{i, "expected , or }"}
		}
		i = d.space(i + 1)
	}
}

func (d *jdoc) checkString(i int) (int, *jerror) {
	for j := i + 1; j < len(d.s); j++ {
		switch c := d.s[j]; {
		case c == '"':
			return j + 1, nil
		case c < 0x20:
			return j, &jerror{j, "control character in a string"}
		case c == '\\':
			j++
			if j >= len(d.s) {
				break
			}
			if d.s[j] == 'u' {
				for k := 1; k <= 4; k++ {
					if j+k >= len(d.s) {
						return j, &jerror{j, "the string ends early"}
					}
					if _, _, ok := nibble(d.s[j+k]); !ok {
						return j, &jerror{j, "bad \\u escape"}
					}
				}
				j += 4
			} else if strings.IndexByte(`"\/bfnrt`, d.s[j]) < 0 {
				return j, &jerror{j, "unknown escape"}
			}
		}
	}
	return i, &jerror{i, "the string ends early"}
}

func (d *jdoc) checkNumber(i int) (int, *jerror) {
	digits := func(j int) int {
		for j < len(d.s) && d.s[j] >= '0' && d.s[j] <= '9' {
			j++
		}
		return j
	}
	j := i
	if d.s[j] == '-' {
		j++
	}
	end := digits(j)
	if end == j || d.s[j] == '0' && end > j+1 {
		return j, &jerror{i, "not a number of JSON"}
	}
	j = end
	if j < len(d.s) && d.s[j] == '.' {
		if end = digits(j + 1); end == j+1 {
			return j, &jerror{i, "not a number of JSON"}
		}
		j = end
	}
	if j < len(d.s) && (d.s[j] == 'e' || d.s[j] == 'E') {
		j++
		if j < len(d.s) && (d.s[j] == '+' || d.s[j] == '-') {
			j++
		}
		if end = digits(j); end == j {
			return j, &jerror{i, "not a number of JSON"}
		}
		j = end
	}
	return j, nil
}

// end is the place behind the value at i, of text that check has read.
func (d *jdoc) end(i int) int {
	switch d.s[i] {
	case '"':
		return d.stringEnd(i)
	case '{', '[':
		if k, there := slices.BinarySearchFunc(d.long, i, func(l span, at int) int { return l.at - at }); there {
			return d.long[k].end
		}
		for depth := 0; ; i++ {
			switch d.s[i] {
			case '"':
				i = d.stringEnd(i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	for ; i < len(d.s); i++ { // a number or a word: on to a blank or one of ,]}:
		if c := d.s[i]; c <= ' ' || c == ',' || c == ']' || c == '}' || c == ':' {
			break
		}
	}
	return i
}

func (d *jdoc) stringEnd(i int) int {
	for i++; ; {
		n := strings.IndexByte(d.s[i:], '"')
		back := 0
		for n-back > 0 && d.s[i+n-back-1] == '\\' {
			back++
		}
		i += n + 1
		if back%2 == 0 {
			return i
		}
	}
}

// unquote reads a JSON string with its quotes; the text was checked.
func unquote(s string) string {
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	r := &jsonReader{s: s + `"`, i: strings.IndexByte(s, '\\')}
	if out, err := r.escaped(0); err == nil {
		return out
	}
	return s // half of a surrogate pair: left as it is written
}
