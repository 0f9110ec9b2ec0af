package verify

import (
	"errors"
	"fmt"
	"strings"
)

// maxValues is how many values one JSON file may have. A value takes some 80 bytes of memory whatever its text, so this is about 350 MiB; the densest file of 64 MiB that a
// writer makes (65536 rows of 60 cells) stays below it.
const maxValues = 4 << 20

// maxFaults is after how many faults the members of a list are not read any more: the file is refused anyway.
const maxFaults = 1000

// countJSON returns how many entries each array and object of JSON text has at most, in the order in which they open; an error when the text has more than most values.
// Text that is not JSON is counted somehow: the reader refuses it.
func countJSON(s string, most int) ([]uint32, error) {
	var sizes []uint32
	var open [maxJSONDepth + 2]int
	depth, total := 0, 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			if depth == len(open) {
				return nil, fmt.Errorf("byte %d: nested too deeply", i)
			}
			open[depth] = len(sizes)
			depth++
			sizes = append(sizes, 1)
			total++
		case ',':
			if depth > 0 {
				sizes[open[depth-1]]++
			}
			total++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if total > most {
			return nil, fmt.Errorf("byte %d: more than %d values", i, most)
		}
	}
	return sizes, nil
}

// shardValues is how many values, brackets counted twice, a shard of n rows can have.
func (g *group) shardValues(n int) int {
	row := 4 + 2*len(g.man.columns)
	for _, c := range g.man.columns {
		if c.field == "proof" && g.man.layout == "inline" {
			row += 64
		}
	}
	return min(maxValues, 32+n*row+len(g.families)*72)
}

// pageValues is how many values, brackets counted twice, an index page can have.
const pageValues = 32 + pageSegments*4

// oneLarge makes shards above 8 MiB wait for each other, so that memory does not grow with the number of workers; the function it returns ends the turn.
func (s *fileSet) oneLarge(name string) func() {
	if s.size[name] <= 8<<20 {
		return func() {}
	}
	s.large.Lock()
	return s.large.Unlock
}

// boundYAML refuses text with so many marks that the YAML library, whose time grows with the square of some and whose stack with the depth of others, would not end in
// about a second. Marks count wherever they stand, also in comments and quotes: what is which only the library can tell.
func boundYAML(s string) error {
	kinds := []struct {
		marks string
		most  int
	}{
		{"[{", 8000}, {"]}", 8000}, {":", 12000}, {"-", 12000}, {",", 20000}, {`"'`, 50000}, {"?&*!|>%@`", 5000}, {"\n\r", 400000},
	}
	var kind [256]uint8
	for i, k := range kinds {
		for j := range len(k.marks) {
			kind[k.marks[j]] = uint8(i + 1)
		}
	}
	counts := make([]int, len(kinds)+1)
	for i := range len(s) {
		k := kind[s[i]]
		if k == 0 || (s[i] == '-' && i+1 < len(s) && !strings.ContainsRune(" \t\r\n", rune(s[i+1]))) {
			continue
		}
		if counts[k]++; counts[k] > kinds[k-1].most {
			if kinds[k-1].marks == "\n\r" {
				return fmt.Errorf("more than %d lines", kinds[k-1].most)
			}
			return fmt.Errorf("more than %d of the marks %s", kinds[k-1].most, kinds[k-1].marks)
		}
	}
	if strings.IndexByte(s, 0) >= 0 {
		return errors.New("a NUL byte")
	}
	return nil
}
