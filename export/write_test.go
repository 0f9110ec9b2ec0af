package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

var goldens = map[string]sample{
	"jito-subtree":   {profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 11, locked: true},
	"oz-subtree":     {profile: "oz-standard-v1", order: "account", proofs: "subtree", shard: 2, tokens: 1, claims: 7},
	"uniswap-inline": {profile: "uniswap-v1", order: "profile", proofs: "inline", shard: 3, tokens: 2, claims: 5, gap: 4, split: 3},
	"jito-inline":    {profile: "jito-v1", order: "input", tokens: 1, claims: 3},
}

// TestWrite_golden pins every byte of four small bundles. A difference is a new format or a broken promise; -update is for the former.
func TestWrite_golden(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(goldens)) {
		dir, _, _ := goldens[name].bundle(t, Options{})
		got := files(t, dir)
		var text bytes.Buffer
		for _, path := range slices.Sorted(maps.Keys(got)) {
			fmt.Fprintf(&text, "-- %s --\n%s\n", path, strings.TrimSuffix(got[path], "\n"))
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, text.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text.Bytes(), want) {
			t.Errorf("%s differs from %s:\n%s", name, golden, text.Bytes())
		}
	}
}

func TestWrite_sameBytesWithAnyWorkersAndPlace(t *testing.T) {
	for _, s := range []sample{
		{profile: "jito-v1", order: "account", proofs: "subtree", shard: 16, tokens: 5, claims: 500, gap: 7},
		{profile: "uniswap-v1", order: "leaf-hash", proofs: "inline", shard: 16, tokens: 2, claims: 300, split: 70},
		{profile: "oz-standard-v1", order: "account", proofs: "subtree", shard: 8, tokens: 1, claims: 333, split: 100},
	} {
		one, _, _ := s.bundle(t, Options{Workers: 1})
		want := files(t, one)
		t.Chdir(t.TempDir())
		for _, workers := range []int{2, 5, 0} {
			a := s.allocation(t)
			trees, err := Trees(context.Background(), a, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			dir := fmt.Sprintf("rel%d", workers)
			if _, err := Write(context.Background(), dir, a, trees, Options{Workers: workers}); err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(files(t, dir), want) {
				t.Errorf("%+v: %d workers write other bytes", s, workers)
			}
			os.RemoveAll(dir)
		}
	}
}

// TestWrite_filesAndSums holds the directory against FORMAT.md section 1.
func TestWrite_filesAndSums(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 2, tokens: 1, claims: 2050}
	a := s.allocation(t)
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "flushed")
	m, err := Write(context.Background(), dir, a, trees, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := files(t, dir)
	text, err := m.Encode()
	if err != nil || got[ManifestFile] != string(text) {
		t.Errorf("%s is not what Write returned: %v", ManifestFile, err)
	}
	back, err := DecodeManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Encode(); err != nil || !bytes.Equal(again, text) {
		t.Errorf("manifest does not round-trip: %v", err)
	}
	if got[CampaignFile] != s.yaml() {
		t.Error("campaign.yaml is not as it was given")
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(got[SumsFile]))); sum != m.Files.SHA256 {
		t.Errorf("%s has digest %s, the manifest says %s", SumsFile, sum, m.Files.SHA256)
	}
	var want strings.Builder
	count, size := 0, int64(0)
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if path == ManifestFile || path == SumsFile {
			continue
		}
		fmt.Fprintf(&want, "%x  %s\n", sha256.Sum256([]byte(got[path])), path)
		count++
		size += int64(len(got[path]))
	}
	if got[SumsFile] != want.String() {
		t.Errorf("%s:\n%s\nwant\n%s", SumsFile, got[SumsFile], want.String())
	}
	if m.Files.Count != count || m.Files.Bytes != size {
		t.Errorf("files says %d of %d bytes, there are %d of %d", m.Files.Count, m.Files.Bytes, count, size)
	}
	for _, g := range m.Groups {
		for i := range g.Shards {
			path := fmt.Sprintf("groups/%s/shards/%03d/%03d.json", g.ID, i/1000, i%1000)
			if _, ok := got[path]; !ok {
				t.Errorf("%s is missing", path)
			}
			delete(got, path)
		}
		for i := range g.Index {
			delete(got, fmt.Sprintf("groups/%s/index/%03d/%03d.json", g.ID, i/1000, i%1000))
		}
	}
	left := slices.Sorted(maps.Keys(got))
	if !slices.Equal(left, []string{SumsFile, CampaignFile, "inputs/list.csv", ManifestFile}) {
		t.Errorf("further files: %q", left)
	}
}

func TestWrite_leavesNothingWhenStopped(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 40, gap: 3}
	a := s.allocation(t)
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	full, _, _ := s.bundle(t, Options{})
	boom := errors.New("disk full")
	for path := range files(t, full) {
		for _, how := range []string{"error", "cancel"} {
			parent := t.TempDir()
			ctx, cancel := context.WithCancel(context.Background())
			o := Options{Workers: 2, fault: func(p string) error {
				switch {
				case p == path && how == "error":
					return boom
				case p == path:
					cancel()
				}
				return nil
			}}
			_, err := Write(ctx, filepath.Join(parent, "out"), a, trees, o)
			cancel()
			if how == "error" && !errors.Is(err, boom) || how == "cancel" && !errors.Is(err, context.Canceled) {
				t.Errorf("%s at %s: got %v", how, path, err)
			}
			if left := ls(t, parent); len(left) != 0 {
				t.Errorf("%s at %s leaves %q", how, path, left)
			}
		}
	}
}

func TestWrite_leavesAnExistingBundleAlone(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 1, claims: 5}
	dir, trees, _ := s.bundle(t, Options{})
	before := files(t, dir)
	if _, err := Write(context.Background(), dir, s.allocation(t), trees, Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if !maps.Equal(files(t, dir), before) {
		t.Error("the bundle was touched")
	}
	if left := ls(t, filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
}

func TestWrite_inputsByDigest(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 1, claims: 5}
	copied, _, want := s.bundle(t, Options{})
	a := allocation(t, strings.Replace(s.yaml(), "inputs: copy", "inputs: digest", 1), map[string]string{"list.csv": s.list()})
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	m, err := Write(context.Background(), dir, a, trees, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := files(t, dir)["inputs/list.csv"]; ok || m.Inputs[0].File != "" || m.Publish.Inputs != "digest" {
		t.Errorf("the input was published: %+v", m.Inputs[0])
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(files(t, copied)["inputs/list.csv"])))
	if m.Inputs[0].SHA256 != sum || want.Inputs[0].SHA256 != sum {
		t.Errorf("digest %s, with a copy %s, of the copy %s", m.Inputs[0].SHA256, want.Inputs[0].SHA256, sum)
	}
}

func TestWrite_layoutWithoutPublish(t *testing.T) {
	for order, want := range map[string]string{"account": LayoutSubtree, "input": LayoutInline, "leaf-hash": LayoutInline} {
		_, _, m := sample{profile: "jito-v1", order: order, tokens: 1, claims: 5}.bundle(t, Options{})
		if m.Publish != (PublishInfo{Inputs: "copy", Proofs: want, Shard: 256}) {
			t.Errorf("order %s: %+v", order, m.Publish)
		}
	}
}

func TestWrite_refusesSubtreesOfAnotherOrder(t *testing.T) {
	s := sample{profile: "jito-v1", order: "input", tokens: 1, claims: 5}
	a := s.allocation(t)
	a.Campaign.Publish.Proofs = LayoutSubtree
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	_, err = Write(context.Background(), filepath.Join(parent, "out"), a, trees, Options{})
	if _, ok := merkle.AsFaults(err); !ok {
		t.Errorf("got %v, want faults", err)
	}
	if left := ls(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestWrite_refusesWhatTheLedgerDoesNotPay breaks an allocation behind its ledger's back.
func TestWrite_refusesWhatTheLedgerDoesNotPay(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 5}
	a := s.allocation(t)
	a.Tokens[1].Amounts[3], _ = a.Tokens[1].Amounts[3].Add(merkle.NewAmount(1))
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	if _, err := Write(context.Background(), filepath.Join(parent, "out"), a, trees, Options{}); err == nil || !strings.Contains(err.Error(), "T1") {
		t.Errorf("got %v", err)
	}
	if left := ls(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestWrite_refusesAShardThatReadersWouldNotLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("renders 64 MiB")
	}
	s := sample{profile: "oz-standard-v1", fields: `["account:address", "amount:uint256", "memo:string"]`, order: "input", proofs: "inline", shard: 65536, tokens: 1, claims: 70}
	row := strings.Repeat("x", 1<<19)
	list := strings.Builder{}
	list.WriteString("account,amount,memo\n")
	for i := range 140 {
		fmt.Fprintf(&list, "%s,1,%s\n", s.account(i).Text(), row)
	}
	a := allocation(t, s.yaml(), map[string]string{"list.csv": list.String()})
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	_, err = Write(context.Background(), filepath.Join(parent, "out"), a, trees, Options{noSync: true})
	if faults, ok := merkle.AsFaults(err); !ok || !strings.Contains(faults.Error(), "campaign.yaml:9:") || !strings.Contains(faults.Error(), "choose a smaller shard") {
		t.Errorf("got %v", err)
	}
	if left := ls(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}
