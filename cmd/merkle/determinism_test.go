package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// bundleBytes builds the campaign and returns one digest over the names and bytes of all files.
func bundleBytes(t *testing.T, path string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "bundle")
	var errw bytes.Buffer
	if code := runIn(t, io.Discard, &errw, append([]string{"build", path, "-o", out}, flags...)...); code != exitDone {
		t.Fatalf("exit status %d\n%s", code, &errw)
	}
	return treeDigest(t, out)
}

func treeDigest(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		fmt.Fprintf(h, "%s %d\n", path, len(b))
		h.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func copyFixture(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(fixtures, name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSameBytes(t *testing.T) {
	for _, name := range []string{"jupiter-asr", "two-chains"} {
		t.Run(name, func(t *testing.T) {
			dir := copyFixture(t, name)
			path := filepath.Join(dir, "campaign.yaml")
			want := bundleBytes(t, path)
			for _, n := range []string{"1", "2", "7"} {
				if bundleBytes(t, path, "--workers", n) != want {
					t.Errorf("%s workers change the bundle", n)
				}
			}
			t.Chdir(dir)
			if bundleBytes(t, "campaign.yaml") != want {
				t.Error("the working directory changes the bundle")
			}
		})
	}
}

func TestShuffledVotesSameBytes(t *testing.T) {
	dir := copyFixture(t, "jupiter-asr")
	path := filepath.Join(dir, "campaign.yaml")
	want := bundleBytes(t, path)
	file := filepath.Join(dir, "votes.csv")
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(rows)-1, func(i, j int) { rows[i+1], rows[j+1] = rows[j+1], rows[i+1] })
	if slices.IsSortedFunc(rows[1:], slices.Compare) {
		t.Fatal("rows were not shuffled")
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if bundleBytes(t, path) != want {
		t.Error("the order of votes changes the bundle")
	}
}

// TestExistingOutputIsLeftAlone: a file, an empty and a full directory in the way are refused untouched.
func TestExistingOutputIsLeftAlone(t *testing.T) {
	path := smallCampaign(t, nil)
	dir := t.TempDir()
	for _, name := range []string{"file", "empty", "full"} {
		out := filepath.Join(dir, name)
		switch name {
		case "file":
			if err := os.WriteFile(out, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		default:
			if err := os.Mkdir(out, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if name == "full" {
			if err := os.WriteFile(filepath.Join(out, "manifest.json"), []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		var errw bytes.Buffer
		if code := runIn(t, io.Discard, &errw, "build", path, "-o", out); code != exitFailed || !strings.Contains(errw.String(), "exists already") {
			t.Errorf("%s: exit status %d\n%s", name, code, &errw)
		}
		after, err := os.Stat(out)
		if err != nil || !after.ModTime().Equal(before.ModTime()) || after.Mode() != before.Mode() {
			t.Errorf("%s: was touched: %v", name, err)
		}
	}
}

// TestKilledBuildLeavesNoOutput kills builds at different moments. The target must not be there unless it is whole, and the
// next build must succeed and clear what the killed one left beside it.
func TestKilledBuildLeavesNoOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("short: builds are started and killed")
	}
	dir := t.TempDir()
	scaffold := filepath.Join(dir, "big")
	if code := runIn(t, io.Discard, os.Stderr, "init", "jupiter-asr/v1", scaffold, "--accounts", "20000", "--seed", "7"); code != exitDone {
		t.Fatalf("init: exit status %d", code)
	}
	path, out := filepath.Join(scaffold, "campaign.yaml"), filepath.Join(dir, "bundle")
	started := time.Now()
	want := bundleBytes(t, path)
	whole := time.Since(started)
	killed := 0
	for i := range 10 {
		cmd := exec.Command(os.Args[0], "build", path, "-o", out)
		cmd.Env = append(os.Environ(), "MERKLE_RUN=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(i+1) / 10)
		if cmd.Process.Kill() == nil {
			killed++
		}
		_ = cmd.Wait() // it was killed, or was faster
		if _, err := os.Stat(out); err == nil {
			if treeDigest(t, out) != want {
				t.Fatal("a killed build left half a bundle")
			}
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
		}
	}
	if killed == 0 {
		t.Error("no build was killed")
	}
	if code := runIn(t, io.Discard, os.Stderr, "build", path, "-o", out); code != exitDone || treeDigest(t, out) != want {
		t.Errorf("the build after the killed ones: exit status %d", code)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if e.Name() != "big" && e.Name() != "bundle" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// TestOptionalKeysLeftOut: a campaign in its shortest form builds, and the verifier reads the same defaults.
func TestOptionalKeysLeftOut(t *testing.T) {
	path := smallCampaign(t, nil, ", order: input, split: 0", ", order: input",
		"  eligibility: {metric: max-power, min: \"10\", denominator: after}\n  duplicates: error\n  unearned: unallocated\n", "")
	out := filepath.Join(filepath.Dir(path), "out")
	for _, args := range [][]string{{"build", path, "-o", out}, {"verify", out}, {"verify", out, "--inputs", filepath.Dir(path)}} {
		var errw bytes.Buffer
		if code := runIn(t, io.Discard, &errw, args...); code != exitDone {
			t.Errorf("%s: exit status %d\n%s", args[0], code, &errw)
		}
	}
}
