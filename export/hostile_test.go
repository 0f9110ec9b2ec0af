package export

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	merkle "github.com/merkle-drop/merkle"
)

func mapFS(got map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for path, text := range got {
		m[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// TestFind_refusesTampered edits one thing and asks for an account that the edit concerns.
func TestFind_refusesTampered(t *testing.T) {
	subtree := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 13}
	inline := sample{profile: "jito-v1", order: "input", proofs: "inline", shard: 4, tokens: 1, claims: 13}
	for name, c := range map[string]struct {
		s    sample
		edit func(got map[string]string)
		want string
	}{
		"an amount":           {subtree, all("shards", `"1000"`, `"1001"`), "does not lead to the root"},
		"a neighbour's":       {subtree, all("shards", `"10`, `"20`), "does not lead to the root"},
		"amount with a zero":  {subtree, all("shards", `"1000"`, `"01000"`), "leading zero"},
		"amount with a sign":  {subtree, all("shards", `"1000"`, `"-1000"`), "sign not allowed"},
		"amount above u64":    {subtree, all("shards", `"1000"`, `"18446744073709551616"`), "wider than"},
		"a path":              {subtree, all("shards", `"paths":[["0x`, `"paths":[["0y`), "path entry 0"},
		"a path cut short":    {subtree, all("shards", `"paths":[["`, `"paths":[[],["`), "3 paths, want 2"},
		"an upper-case path":  {subtree, all("shards", `"paths":[["0x`, `"paths":[["0X`), "path entry 0"},
		"a number":            {subtree, all("shards", `"1000"`, `1000`), "not canonical"},
		"a blank":             {subtree, all("shards", `,"rows"`, `, "rows"`), "not canonical"},
		"a newline at an end": {subtree, all("shards", `"}`, "\"}\n"), "not canonical"},
		"a cell too many":     {subtree, all("shards", `"1000"`, `"1000","1"`), "want an array of 3 cells"},
		"a shard elsewhere":   {subtree, all("shards", `"shard":"`, `"shard":"1`), "is shard 1"},
		"a later format":      {subtree, all("shards", "merkle-shard/v1", "merkle-shard/v2"), "merkle-shard/v2"},
		"another index":       {subtree, all("index", "merkle-index/v1", "merkle-index/v2"), "merkle-index/v2"},
		"segments unsorted":   {subtree, all("index", `["","0"],`, `["","0"],["f","0"],`), "not sorted"},
		"a shard too high":    {subtree, all("index", `"]]`, `9"]]`), "of 4"},
		"a missing shard":     {subtree, func(got map[string]string) { deleteAll(got, "shards") }, "shards/000/00"},
		"a missing index":     {subtree, func(got map[string]string) { deleteAll(got, "index") }, "index/000/000.json"},
		"an inline amount":    {inline, all("shards", `"1000"`, `"1001"`), "does not lead to the root"},
		"an inline proof":     {inline, all("shards", `["0x`, `["0y`), "proof entry 0"},
		"a proof cut short":   {inline, all("shards", `["0x`, `[],["0x`), "row"},
		"a proof made longer": {inline, longerProof, "row"},
		"a root":              {subtree, all("manifest.json", `"root":"0x`, `"root":"0y`), "root"},
		"a root's digit":      {subtree, swapRoots, "does not lead to the root"},
		"a later bundle":      {subtree, all("manifest.json", "merkle-bundle/v1", "merkle-bundle/v9"), `"merkle-bundle/v9", this release reads "merkle-bundle/v1"`},
		"an unknown member":   {subtree, all("manifest.json", `"rule":`, `"role":"x","rule":`), ".role: unknown member"},
		"a missing member":    {subtree, all("manifest.json", `"rule":"fixed/v1",`, ``), ".rule: missing member"},
		"a tree of no group":  {subtree, all("manifest.json", `"group":"g0"`, `"group":"g1"`), "does not belong"},
		"depth":               {subtree, all("manifest.json", `"depth":"4"`, `"depth":"5"`), "do not go together"},
		"cut":                 {subtree, all("manifest.json", `"cut":"2"`, `"cut":"9"`), "families do not fit"},
		"a profile parameter": {subtree, all("manifest.json", `"nodePrefix":"0x01"`, `"nodePrefix":"0x02"`), "does not lead to the root"},
		"a tree in no group":  {subtree, all("manifest.json", `,["t1"]`, ``), "column \"t1\" is of no family"},
		"a tree twice":        {subtree, all("manifest.json", `"families":[["t0"]`, `"families":[["t1"]`), "manifest.json"},
		"a family":            {subtree, all("manifest.json", solanaChain, evmChain), "manifest.json"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, _ := c.s.bundle(t, Options{})
			got := files(t, dir)
			c.edit(got)
			r, err := Open(mapFS(got))
			for i := 0; err == nil && i < c.s.claims; i++ {
				var found []Proven
				found, err = r.Find(c.s.account(i))
				for _, p := range found {
					if p.Amount != merkle.NewAmount(uint64(1000+7*i)) && p.Amount != merkle.NewAmount(uint64(1001+7*i)) {
						t.Errorf("account %d: a wrong amount %s was returned", i, p.Amount)
					}
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// all replaces in every file whose path holds a word; it must change something.
func all(word, from, to string) func(map[string]string) {
	return func(got map[string]string) {
		changed := false
		for path, text := range got {
			if strings.Contains(path, word) && strings.Contains(text, from) {
				got[path] = strings.ReplaceAll(text, from, to)
				changed = true
			}
		}
		if !changed {
			panic("nothing to tamper with: " + from)
		}
	}
}

func deleteAll(got map[string]string, word string) {
	for path := range got {
		if strings.Contains(path, word) {
			delete(got, path)
		}
	}
}

func longerProof(got map[string]string) {
	for path, text := range got {
		if strings.Contains(path, "shards") {
			got[path] = strings.ReplaceAll(text, `["0x`, `["0x`+strings.Repeat("00", 32)+`","0x`)
		}
	}
}

// swapRoots gives each tree the other's root.
func swapRoots(got map[string]string) {
	text := got[ManifestFile]
	at := func(from int) int { return from + strings.Index(text[from:], `"root":"0x`) + len(`"root":"0x`) }
	a := at(0)
	b := at(a)
	one, two := text[a:a+64], text[b:b+64]
	got[ManifestFile] = text[:a] + two + text[a+64:b] + one + text[b+64:]
}

// FuzzFind flips one byte of one file: Find must return right claims, none, or an error, and never panic.
func FuzzFind(f *testing.F) {
	samples := []sample{
		{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 11},
		{profile: "oz-standard-v1", order: "account", proofs: "subtree", shard: 2, tokens: 1, claims: 7},
		{profile: "uniswap-v1", order: "input", proofs: "inline", shard: 4, tokens: 1, claims: 9, split: 4},
		{profile: "eigenlayer-v1", order: "profile", proofs: "inline", shard: 4, tokens: 3, claims: 4, one: true},
	}
	var bundles []map[string]string
	var paths [][]string
	var want [][][]Proven
	for i, s := range samples {
		dir, _, _ := s.bundle(f, Options{})
		bundles = append(bundles, files(f, dir))
		var names []string
		for path := range bundles[i] {
			names = append(names, path)
		}
		slices.Sort(names)
		paths = append(paths, names)
		r, err := Open(os.DirFS(dir))
		if err != nil {
			f.Fatal(err)
		}
		var all [][]Proven
		for j := range s.claims {
			p, err := r.Find(s.account(j))
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, p)
		}
		want = append(want, all)
		for file := range names {
			for at := uint16(0); at < 600; at += 37 {
				f.Add(uint8(i), uint8(file), at, byte(1+at%255))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which, file uint8, at uint16, flip byte) {
		i := int(which) % len(samples)
		path := paths[i][int(file)%len(paths[i])]
		text := []byte(bundles[i][path])
		if flip == 0 || len(text) == 0 {
			return
		}
		text[int(at)%len(text)] ^= flip
		edited := mapFS(bundles[i])
		edited[path] = &fstest.MapFile{Data: text}
		r, err := Open(edited)
		if err != nil {
			return
		}
		for j := range samples[i].claims {
			got, err := r.Find(samples[i].account(j))
			if err != nil {
				continue
			}
			for _, p := range got {
				if path != ManifestFile && !slices.ContainsFunc(want[i][j], func(w Proven) bool {
					return w.Tree == p.Tree && w.Amount == p.Amount && w.Leaf == p.Leaf && w.Root == p.Root && slices.Equal(w.Proof, p.Proof) &&
						w.Inner == p.Inner && w.Rank == p.Rank && w.Position == p.Position
				}) {
					t.Fatalf("%s, byte %d: account %d gets %+v", path, at, j, p)
				}
			}
		}
	})
}

func FuzzDecodeManifest(f *testing.F) {
	for _, s := range goldens {
		dir, _, _ := s.bundle(f, Options{})
		f.Add([]byte(files(f, dir)[ManifestFile]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := DecodeManifest(text)
		if err != nil {
			return
		}
		if again, err := m.Encode(); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q was read, and is written as %q, %v", text, again, err)
		}
	})
}

func TestOpen_refusesAFileThatIsTooLarge(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(MaxFile + 10); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := Open(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
	if _, err := DecodeManifest(bytes.Repeat([]byte{'['}, 1<<20)); err == nil {
		t.Error("deep nesting was read")
	}
}
