package campaign

import (
	"os"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// pairsOf lists all keys of a file, at every depth.
func pairsOf(n *node) []pair {
	var out []pair
	for _, p := range n.pairs {
		out = append(append(out, p), pairsOf(p.value)...)
	}
	for _, item := range n.items {
		out = append(out, pairsOf(item)...)
	}
	return out
}

// Whatever key is misspelt, the file is refused, at that key unless the name was the author's choice.
func TestParse_everyKeyMatters(t *testing.T) {
	chosen := []string{"JUP", "WEN", "DROP", "NOON", "contract"}
	for _, base := range []string{asrBase, proRataBase, fixedBase, activeBase, openBase, astraBase, asr2Base, closeBase} {
		root := (&reader{name: "c.yaml"}).load([]byte(base))
		lines := strings.SplitAfter(base, "\n")
		for _, p := range pairsOf(root) {
			for _, other := range []string{p.key + "x", strings.ToUpper(p.key[:1]) + p.key[1:], strings.ToLower(p.key)} {
				if other == p.key || p.key == "salt" || p.key == "contract" || p.key == "NOON" && base == closeBase || lines[p.pos.Line-1][p.pos.Col-1] == '"' { // a field of the profile, which this package does not know
					continue
				}
				changed := append([]string(nil), lines...)
				line := changed[p.pos.Line-1]
				changed[p.pos.Line-1] = line[:p.pos.Col-1] + other + line[p.pos.Col-1+len(p.key):]
				_, err := Parse([]byte(strings.Join(changed, "")), "c.yaml")
				fs, ok := merkle.AsFaults(err)
				if !ok {
					t.Errorf("%s: %s as %s: got %v", p.pos, p.key, other, err)
					continue
				}
				there := false
				for _, f := range fs.List {
					there = there || f.Pos == p.pos
				}
				user := false
				for _, c := range chosen {
					user = user || p.key == c
				}
				if !there && !user && p.key != "tier" {
					t.Errorf("%s: %s as %s: not at its place: %v", p.pos, p.key, other, err)
				}
			}
		}
	}
}

func TestNearest(t *testing.T) {
	allowed := []string{"overCap", "caps", "decimals", "id", "at"}
	for v, want := range map[string]string{
		"overcap": "overCap", "over_cap": "overCap", "over-cap": "overCap", "OVERCAP": "overCap", "cap": "caps", "decimal": "decimals", "deciamls": "decimals",
		"ID": "id", "ids": "id", "publish": "", "x": "", "": "", strings.Repeat("overCap", 100): "",
	} {
		if got := nearest(v, allowed); got != want {
			t.Errorf("%q: got %q, want %q", v, got, want)
		}
	}
}

// Pools are read exactly, whatever their digits, and never rounded.
func TestParse_poolIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.StringMatching(`(0|[1-9][0-9]{0,30})(\.[0-9]{1,8})?`).Draw(t, "pool")
		c, err := Parse([]byte(strings.Replace(asrBase, `pool: "50000000"`, `pool: "`+pool+`"`, 1)), "c.yaml")
		_, fraction, _ := strings.Cut(pool, ".")
		if len(fraction) > 6 {
			if err == nil {
				t.Fatalf("%s: got %s", pool, c.Tokens[0].Pool)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		whole, _, _ := strings.Cut(pool, ".")
		want := strings.TrimLeft(whole+fraction+strings.Repeat("0", 6-len(fraction)), "0")
		if want == "" {
			want = "0"
		}
		if got := c.Tokens[0].Pool.String(); got != want {
			t.Fatalf("%s: got %s, want %s", pool, got, want)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	source, err := os.ReadFile("../fixtures/jupiter-asr/campaign.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(source, "c.yaml"); err != nil {
			b.Fatal(err)
		}
	}
}
