package export

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/tree"
)

// Every account is found in every grouped tree, also where its rows are in several shards of the bundle.
func TestFind_groupedTrees(t *testing.T) {
	for _, s := range []sample{
		{profile: "eigenlayer-v1", tokens: 3, one: true, gap: 4},
		{profile: "eigenlayer-v1", tokens: 5, one: true},
		{profile: "eigenlayer-v1", tokens: 1},
		{profile: "eigenlayer-v1", tokens: 2},
		{profile: "eigenlayer-v1", tokens: 1, split: 3},
		{profile: "thirdweb-drop-v1", tokens: 2},
		{profile: "thirdweb-drop-v1", tokens: 1, split: 4},
		{profile: "ens-v1", tokens: 1},
	} {
		s.order, s.proofs = "profile", "inline"
		for n := 1; n <= 40; n += 1 + n/2 {
			for _, s.shard = range []int{2, 256} {
				s.claims = n
				checkFind(t, s)
			}
		}
	}
}

// What a two-level row says beside its leaf is checked with it: another place, another account's row, a row that is not there.
func TestFind_refusesTamperedTwoLevel(t *testing.T) {
	s := sample{profile: "eigenlayer-v1", order: "profile", proofs: "inline", shard: 4, tokens: 3, claims: 6, one: true}
	dir, trees, m := s.bundle(t, Options{})
	built := trees[0].Tree
	place := -1
	for i, c := range m.Groups[0].Columns {
		if c.Field == cellPosition {
			place = i
		}
	}
	if place != 0 || m.Trees[0].Order != string(tree.OrderKey) || m.Groups[0].Order != string(tree.OrderKey) {
		t.Fatalf("columns %+v, order %s", m.Groups[0].Columns, m.Trees[0].Order)
	}
	who := s.account(2)
	row := -1
	for i, a := range built.Rows().Accounts {
		if a == who && row < 0 {
			row = i
		}
	}
	inner := built.Proof(row, nil)[0].Text(32)
	for name, c := range map[string]struct {
		edit func(map[string]string)
		want string
	}{
		"another place":      {perRow(who.Text(), `","`, `","1`), ""},
		"a place with a dot": {perRow(who.Text(), `","`, `",".`), "invalid syntax"},
		"a place before all": {perRow(who.Text(), `","`, `","-`), "position"},
		"an amount":          {all("shards", `"1014"`, `"1015"`), "does not lead to the root"},
		"an inner entry":     {all("shards", inner, strings.Repeat("1", 66)), "proof entry"},
		"a flipped entry":    {all("shards", inner, "0x"+strings.Repeat("11", 32)), "does not lead to the root"},
		"a token twice":      {all("shards", built.Rows().Tokens[1].Text(), built.Rows().Tokens[0].Text()), "does not lead to the root"},
	} {
		got := files(t, dir)
		c.edit(got)
		r, err := Open(mapFS(got))
		if err != nil {
			t.Fatal(err)
		}
		if found, err := r.Find(who); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %d claims, %v, want %q", name, len(found), err, c.want)
		}
	}
}

// perRow edits the first text after an account in its rows.
func perRow(account, from, to string) func(map[string]string) {
	return func(got map[string]string) {
		for path, text := range got {
			if strings.Contains(path, "shards") {
				got[path] = strings.ReplaceAll(text, account+from, account+to)
			}
		}
	}
}

// A grouped tree whose parameters leave a proof's sides open is not published.
func TestWrite_refusesGroupsWithoutSides(t *testing.T) {
	s := sample{profile: "eigenlayer-v1", order: "profile", proofs: "inline", shard: 4, tokens: 1, claims: 5}
	a := s.allocation(t)
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := *trees[0].Tree.Profile()
	p.Shape, p.Pad, p.Note = tree.Promote, nil, "a test"
	spec := trees[0].Tree.Spec()
	spec.Profile = p
	if trees[0].Tree, err = tree.Build(context.Background(), spec, trees[0].Tree.Rows()); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), filepath.Join(t.TempDir(), "out"), a, trees, Options{}); err == nil || !strings.Contains(err.Error(), "which levels its proof has entries for") {
		t.Errorf("got %v", err)
	}
}
