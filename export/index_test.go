package export

import (
	"strings"
	"testing"
)

func TestSeparator(t *testing.T) {
	full := strings.Repeat("ab", 32)
	for _, c := range []struct{ last, next, want string }{
		{"00ff", "0100", "01"},
		{"1234", "1235", "1235"},
		{"1f", "2a", "2"},
		{"a9", "b0", "b"},
		{"9f", "a0", "a"},
		{full, full, full},
	} {
		got := separator(c.last, c.next)
		if got != c.want {
			t.Errorf("%s|%s: got %q, want %q", c.last, c.next, got, c.want)
		}
		if c.last != c.next && (got <= c.last || got > c.next || got[:len(got)-1] > c.last) {
			t.Errorf("%s|%s: %q is not the shortest prefix above the last", c.last, c.next, got)
		}
	}
}

func TestNumbered(t *testing.T) {
	for i, want := range map[int]string{
		0: "groups/g0/shards/000/000.json", 12: "groups/g0/shards/000/012.json", 999: "groups/g0/shards/000/999.json",
		1000: "groups/g0/shards/001/000.json", 1234567: "groups/g0/shards/1234/567.json",
	} {
		if dir, got := numbered("g0", "shards", i); got != want || !strings.HasPrefix(want, dir+"/") {
			t.Errorf("%d: got %s in %s, want %s", i, got, dir, want)
		}
	}
}
