package export

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// readRows reads all shards of a group from the files: per shard the accounts of its rows.
func readRows(t *testing.T, got map[string]string, g *GroupInfo) [][]merkle.Account {
	t.Helper()
	out := make([][]merkle.Account, g.Shards)
	for i := range out {
		v, err := parseCanonical([]byte(got[fmt.Sprintf("groups/%s/shards/%03d/%03d.json", g.ID, i/1000, i%1000)]))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range v.(map[string]any)["rows"].([]any) {
			a, err := merkle.ParseAccount(row.([]any)[0].(string))
			if err != nil {
				t.Fatal(err)
			}
			out[i] = append(out[i], a)
		}
	}
	return out
}

// TestLayout_shardsAndIndex holds shards and index against FORMAT.md section 7, written out here from the text.
func TestLayout_shardsAndIndex(t *testing.T) {
	for _, profile := range []string{"jito-v1", "oz-standard-v1"} {
		for _, proofs := range []string{"subtree", "inline"} {
			for n := 1; n <= 66; n += 1 + n/5 {
				for _, shard := range []int{2, 5, 8, 256} {
					s := sample{profile: profile, order: "account", proofs: proofs, shard: shard, tokens: 1, claims: n}
					dir, _, m := s.bundle(t, Options{})
					checkLayout(t, s, files(t, dir), &m.Groups[0], m.Trees[0].Depth)
				}
			}
		}
	}
}

func checkLayout(t *testing.T, s sample, got map[string]string, g *GroupInfo, depth int) {
	t.Helper()
	var keys []string // ascending
	place := map[string]int{}
	for i := range s.claims {
		keys = append(keys, keyText(s.account(i)))
	}
	slices.Sort(keys)
	for i, k := range keys {
		place[k] = i
	}
	log2 := bits.Len(uint(s.shard)) - 1
	shardOf := func(leaf int) int { return leaf / s.shard }
	switch {
	case s.proofs == "inline":
		if g.Cut != nil {
			t.Fatalf("%+v: cut %d", s, *g.Cut)
		}
	case s.profile == "jito-v1":
		if *g.Cut != min(log2, depth) {
			t.Fatalf("%+v: cut %d", s, *g.Cut)
		}
		shardOf = func(leaf int) int { return leaf >> *g.Cut }
	default:
		if *g.Cut != max(0, depth-log2) || g.Shards != 1<<*g.Cut {
			t.Fatalf("%+v: cut %d, %d shards", s, *g.Cut, g.Shards)
		}
		shardOf = func(leaf int) int {
			at := 2*s.claims - 2 - leaf
			for at > 2<<*g.Cut-2 {
				at = (at - 1) / 2
			}
			return at - (1<<*g.Cut - 1)
		}
	}
	type run struct{ first, last, shard int }
	var runs []run
	seen := 0
	for i, accounts := range readRows(t, got, g) {
		if len(accounts) == 0 || len(accounts) > s.shard {
			t.Fatalf("%+v: shard %d has %d rows", s, i, len(accounts))
		}
		var at []int
		for _, a := range accounts {
			leaf := place[keyText(a)]
			if shardOf(leaf) != i {
				t.Fatalf("%+v: leaf %d is in shard %d, want %d", s, leaf, i, shardOf(leaf))
			}
			at = append(at, leaf)
			if k := len(runs) - 1; len(at) > 1 && leaf == at[len(at)-2]+1 {
				runs[k].last = leaf
			} else {
				runs = append(runs, run{leaf, leaf, i})
			}
		}
		if !slices.IsSorted(at) {
			t.Fatalf("%+v: shard %d has leaves %v", s, i, at)
		}
		seen += len(at)
	}
	if seen != s.claims {
		t.Fatalf("%+v: %d rows", s, seen)
	}
	slices.SortFunc(runs, func(a, b run) int { return a.first - b.first })
	var want []string
	for i, r := range runs {
		sep := ""
		if i > 0 {
			for sep <= keys[runs[i-1].last] {
				sep = keys[r.first][:len(sep)+1]
			}
		}
		want = append(want, fmt.Sprintf("[%q,\"%d\"]", sep, r.shard))
	}
	index := `{"format":"merkle-index/v1","group":"g0","page":"0","segments":[` + strings.Join(want, ",") + `]}`
	if page := got["groups/g0/index/000/000.json"]; page != index {
		t.Fatalf("%+v: index\n%s\nwant\n%s", s, page, index)
	}
	if g.First != keys[0] || g.Last != keys[len(keys)-1] {
		t.Fatalf("%+v: keys %s to %s", s, g.First, g.Last)
	}
}

// TestLayout_groups checks who shares shards with whom.
func TestLayout_groups(t *testing.T) {
	for _, c := range []struct {
		s    sample
		want string
	}{
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 3, claims: 20}, "[[t0] [t1] [t2]]"},
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 3, claims: 20, gap: 30}, "[[t0]] [[t1]] [[t2]]"},
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 4, claims: 20, gap: 3}, "[[t0]] [[t1]] [[t2]] [[t3]]"},
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 20, split: 8}, "[[t0-0] [t1-0]] [[t0-1] [t1-1]] [[t0-2] [t1-2]]"},
		{sample{profile: "jito-v1", order: "input", proofs: "inline", shard: 4, tokens: 2, claims: 20, split: 8}, "[[t0-0 t0-1 t0-2] [t1-0 t1-1 t1-2]]"},
	} {
		_, _, m := c.s.bundle(t, Options{})
		var got []string
		for i, g := range m.Groups {
			got = append(got, fmt.Sprint(g.Families))
			if g.ID != "g"+strconv.Itoa(i) {
				t.Errorf("group %d is %s", i, g.ID)
			}
			for _, family := range g.Families {
				for _, id := range family {
					if j := slices.IndexFunc(m.Trees, func(t TreeInfo) bool { return t.ID == id }); m.Trees[j].Group != g.ID {
						t.Errorf("tree %s says group %s, group %s lists it", id, m.Trees[j].Group, g.ID)
					}
				}
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%+v: %s, want %s", c.s, text, c.want)
		}
	}
}

func TestLayout_columns(t *testing.T) {
	for _, c := range []struct {
		s    sample
		want string
	}{
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 9}, "[{t0 amount} {t1 amount}]"},
		{sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 1, claims: 9, locked: true}, "[{t0 amount} {t0 locked}]"},
		{sample{profile: "jito-v1", order: "input", proofs: "inline", shard: 4, tokens: 1, claims: 9, split: 4}, "[{t0 part} {t0 position} {t0 amount} {t0 proof}]"},
		{sample{profile: "uniswap-v1", order: "leaf-hash", proofs: "inline", shard: 4, tokens: 1, claims: 9, split: 4}, "[{t0 part} {t0 index} {t0 amount} {t0 proof}]"},
		{sample{profile: "uniswap-v1", order: "account", proofs: "inline", shard: 4, tokens: 1, claims: 9, split: 9}, "[{t0 index} {t0 amount} {t0 proof}]"},
	} {
		_, _, m := c.s.bundle(t, Options{})
		if got := fmt.Sprint(m.Groups[0].Columns); got != c.want {
			t.Errorf("%+v: %s, want %s", c.s, got, c.want)
		}
	}
}

// TestLayout_lockedIsConstantForAllPartsOrNone: only the last claims have locked amounts, so the first part has none.
func TestLayout_lockedIsConstantForAllPartsOrNone(t *testing.T) {
	s := sample{profile: "jito-v1", order: "input", proofs: "inline", shard: 4, tokens: 1, claims: 6, split: 1, locked: true} // account 0 has 0 locked
	_, _, m := s.bundle(t, Options{})
	for _, tr := range m.Trees {
		if _, ok := tr.Constants["locked"]; ok {
			t.Errorf("%s: locked is constant", tr.ID)
		}
	}
	checkFind(t, s)
}

func TestLayout_severalIndexPages(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 2,000 shards")
	}
	for _, s := range []sample{
		{profile: "jito-v1", order: "account", proofs: "subtree", shard: 2, tokens: 1, claims: 2050},        // 1,025 shards
		{profile: "oz-standard-v1", order: "account", proofs: "subtree", shard: 4, tokens: 1, claims: 2301}, // 1,024, one of two segments
	} {
		dir, _, m := s.bundle(t, Options{})
		if g := m.Groups[0]; len(g.Index) != 2 {
			t.Fatalf("%d shards in %d pages", g.Shards, len(g.Index))
		}
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.claims {
			if got, err := r.Find(s.account(i)); err != nil || len(got) != 1 {
				t.Fatalf("account %d: %v, %v", i, got, err)
			}
		}
		for i := range 50 {
			if got, err := r.Find(s.account(-100 - i)); err != nil || len(got) != 0 {
				t.Fatalf("an account without a claim: %v, %v", got, err)
			}
		}
	}
}

// TestLayout_sizes holds the sizes of FORMAT.md section 8: bytes a claim of one token in layout subtree.
func TestLayout_sizes(t *testing.T) {
	for _, profile := range []string{"jito-v1", "oz-standard-v1"} {
		s := sample{profile: profile, order: "account", proofs: "subtree", shard: 256, tokens: 1, claims: 10000}
		a := s.allocation(t)
		trees, err := Trees(context.Background(), a, Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, groups, err := describe(a, trees)
		if err != nil {
			t.Fatal(err)
		}
		render, err := groups[0].renderer()
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for i := range groups[0].shards {
			text, _, err := render(i)
			if err != nil {
				t.Fatal(err)
			}
			size += len(text)
		}
		if got := size / s.claims; got > 110 {
			t.Errorf("%s: %d bytes a claim", profile, got)
		}
	}
}

func TestGroup_keyIsSHA256OfAccountBytes(t *testing.T) {
	a, err := merkle.ParseAccount(oneEVM)
	if err != nil {
		t.Fatal(err)
	}
	key := tree.AccountKey(a)
	if want := "16ebe1955fe5f128bc16b2c5737de2fbe9ef8eef07e240cdbf8e090320a21c32"; hex.EncodeToString(key[:]) != want || keyText(a) != want {
		t.Errorf("got %x, want %s", key, want)
	}
}

// TestLayout_defaultFollowsTheCampaign has a tree without claims: its order counts for the default layout all the same,
// so that whoever reads the campaign file alone resolves the same.
func TestLayout_defaultFollowsTheCampaign(t *testing.T) {
	for order, want := range map[string]string{"account": LayoutSubtree, "input": LayoutInline} {
		s := sample{profile: "jito-v1", order: "account", tokens: 2, claims: 3}
		yaml := strings.Replace(s.yaml(), "{id: t1, tokens: [T1], profile: jito-v1, order: account", "{id: t1, tokens: [T1], profile: jito-v1, order: "+order, 1)
		list := "account,amount,token\n" + s.account(0).Text() + ",5,T0\n"
		a := allocation(t, yaml, map[string]string{"list.csv": list})
		trees, err := Trees(context.Background(), a, Options{})
		if err != nil {
			t.Fatal(err)
		}
		m, err := Write(context.Background(), filepath.Join(t.TempDir(), "out"), a, trees, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if m.Publish.Proofs != want || len(m.Trees) != 1 {
			t.Errorf("second tree in order %s: %d trees, proofs %s, want 1 and %s", order, len(m.Trees), m.Publish.Proofs, want)
		}
	}
}
