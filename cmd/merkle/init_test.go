package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/merkle-drop/merkle/internal/extsort"
)

// leftBehind is what a killed run leaves in parent that works for a folder of a name.
func leftBehind(t *testing.T, parent, name string) {
	t.Helper()
	place, err := extsort.Claim(parent, name)
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(place.Path(), name)
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "list.csv"), []byte("account,amount\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := place.Keep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(work); err != nil {
		t.Skip("this system has no locks that end with a process")
	}
}

// TestInit_afterKill removes what a killed run for the same folder has left, beside a folder that is to come and in an empty one.
func TestInit_afterKill(t *testing.T) {
	dir := t.TempDir()
	leftBehind(t, dir, "round")
	leftBehind(t, dir, "other")
	if code, _, errs := told(t, "init", "fixed/v1", filepath.Join(dir, "round")); code != exitDone {
		t.Fatalf("exit status %d: %s", code, errs)
	}
	if got := hidden(t, dir); len(got) != 1 || filepath.Base(got[0]) != ".other.temp-0" {
		t.Errorf("left: %v", got)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o777); err != nil {
		t.Fatal(err)
	}
	leftBehind(t, empty, "empty")
	if code, _, errs := told(t, "init", "fixed/v1", empty); code != exitDone {
		t.Fatalf("exit status %d: %s", code, errs)
	}
	for _, made := range []string{empty, filepath.Join(dir, "round")} {
		if got := hidden(t, made); len(got) > 0 {
			t.Errorf("left in %s: %v", made, got)
		}
		info, err := os.Stat(filepath.Join(made, "campaign.yaml"))
		if err != nil || info.Size() == 0 {
			t.Errorf("%v, %v", info, err)
		}
	}
	// A folder that is not empty stays as it is, and what was left for it goes.
	leftBehind(t, dir, "round")
	before := treeDigest(t, filepath.Join(dir, "round"))
	if code, _, _ := told(t, "init", "fixed/v1", filepath.Join(dir, "round")); code == exitDone {
		t.Error("a folder that is not empty was written to")
	}
	if got := hidden(t, dir); len(got) != 1 || treeDigest(t, filepath.Join(dir, "round")) != before {
		t.Errorf("left: %v", got)
	}
}
