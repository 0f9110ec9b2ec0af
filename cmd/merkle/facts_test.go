package main

import (
	"strings"
	"testing"
)

// The most leaves whose claims fit in one transaction with a new token account: 2^22 on Jito's program, 2^21 on
// Streamflow's (docs/solana.md).
func TestTooDeep(t *testing.T) {
	for _, c := range []struct {
		profile, layout string
		leaves, depth   int
		want            string
	}{
		{"jito-v1", "", 1 << 22, 22, ""},
		{"jito-v1", "", 1<<22 + 1, 23, "split: 4194304 gives 2 trees that fit, split: 12000"},
		{"jito-v1", "streamflow", 1 << 22, 22, "split: 2097152 gives 2 trees that fit"},
		{"saber-v1", "", 1 << 23, 23, "split: 4194304 gives 2 trees"},
		{"oz-standard-v1", "", 1 << 30, 30, ""},
		{"jito-v1", "no such layout", 1 << 30, 30, ""},
	} {
		got := tooDeep(c.profile, c.layout, c.leaves, c.depth)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s %d leaves: %q, want %q", c.profile, c.layout, c.leaves, got, c.want)
		}
	}
}
