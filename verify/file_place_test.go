package verify

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Places are counted from blocks of text: they are those that counting from the beginning gives, at block borders too.
func TestSource_place(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, lineBlock - 1, lineBlock, lineBlock + 1, 3*lineBlock + 17} {
		for _, gap := range []int{1, 2, 50, 3 * lineBlock} {
			text := make([]byte, n)
			for i := range text {
				if text[i] = 'x'; random.IntN(gap) == 0 {
					text[i] = '\n'
				}
			}
			s := &source{name: "f", text: string(text)}
			line, col := 1, 1
			for at := range n + 1 {
				if got, want := s.place(at), fmt.Sprintf("f:%d:%d", line, col); got != want {
					t.Fatalf("%d bytes, one line end in %d: byte %d is at %s, want %s", n, gap, at, got, want)
				}
				if col++; at < n && text[at] == '\n' {
					line, col = line+1, 1
				}
			}
			if got, want := s.place(n+100), fmt.Sprintf("f:%d:", strings.Count(s.text, "\n")+1); !strings.HasPrefix(got, want) {
				t.Fatalf("behind the end: %s, want %s…", got, want)
			}
		}
	}
}

// The ends of long values are remembered, those of short ones are looked for: both are those that a scan of the text finds.
func TestJdoc_end(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	var grow func(depth int) string
	grow = func(depth int) string {
		var parts []string
		for i := range random.IntN(12) {
			part := strings.Repeat("7", 1+random.IntN(200))
			if depth > 0 && random.IntN(2) == 0 {
				part = grow(depth - 1)
			} else if random.IntN(3) == 0 {
				part = `"]}\"` + part + `\\"`
			}
			if depth%2 == 0 {
				part = fmt.Sprintf(`"%d" : %s`, i, part)
			}
			parts = append(parts, part)
		}
		if depth%2 == 0 {
			return "{ " + strings.Join(parts, " ,\n") + "}"
		}
		return "[" + strings.Join(parts, ",") + " ]"
	}
	remembered := 0
	for range 200 {
		doc, err := parseFileJSON(grow(4))
		if err != nil {
			t.Fatal(err)
		}
		plain := &jdoc{s: doc.s}
		for i := range doc.s {
			if c := doc.s[i]; (c == '{' || c == '[') && doc.end(i) != plain.end(i) {
				t.Fatalf("value at %d ends at %d, want %d, of %s", i, doc.end(i), plain.end(i), doc.s)
			}
		}
		remembered += len(doc.long)
	}
	if remembered < 100 {
		t.Errorf("only %d long values", remembered)
	}
}
