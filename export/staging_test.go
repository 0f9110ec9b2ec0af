package export

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// ls is the names in a directory.
func ls(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestStage_refusesWhatExists(t *testing.T) {
	dir := t.TempDir()
	for name, create := range map[string]func(string) error{
		"file":     func(p string) error { return os.WriteFile(p, []byte("mine"), 0o600) },
		"dir":      func(p string) error { return os.Mkdir(p, 0o700) },
		"dangling": func(p string) error { return os.Symlink("nowhere", p) },
	} {
		p := filepath.Join(dir, name)
		if err := create(p); err != nil {
			t.Skipf("%s: %v", name, err)
		}
		if _, err := stage(p); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v, want fs.ErrExist", name, err)
		}
	}
	if got := ls(t, dir); len(got) != 3 {
		t.Errorf("left behind: %q", got)
	}
	if _, err := stage(filepath.Join(dir, "no", "such")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing parent: got %v", err)
	}
}

func TestStage_onlyOneWriter(t *testing.T) {
	target := filepath.Join(t.TempDir(), "out")
	s, err := stage(target)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stage(target); !errors.Is(err, ErrBusy) {
		t.Fatalf("second writer: got %v, want ErrBusy", err)
	}
	s.discard()
	s.discard()
	if got := ls(t, filepath.Dir(target)); len(got) != 0 {
		t.Fatalf("left behind: %q", got)
	}
}

func TestStage_cleansAfterAKilledBuild(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "out")
	place := filepath.Join(dir, ".out.partial")
	for _, d := range []string{"bundle/groups/g0", "mine"} {
		if err := os.MkdirAll(filepath.Join(place, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"bundle/groups/g0/x.json", "bundle/stale", "mine/kept", "lock"} {
		if err := os.WriteFile(filepath.Join(place, name), []byte("old"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s, err := stage(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("new"), []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	s.files = []stagedFile{{path: "new"}}
	if err := s.commit(context.Background(), nil, func(int) {}); err != nil {
		t.Fatal(err)
	}
	if got := ls(t, target); len(got) != 1 || got[0] != "new" {
		t.Errorf("bundle holds %q, want the new file only", got)
	}
	if got := ls(t, place); len(got) != 1 || got[0] != "mine" {
		t.Errorf("%s holds %q, want only what is not ours", place, got)
	}
}

func TestCommit_leavesATargetThatAppeared(t *testing.T) {
	target := filepath.Join(t.TempDir(), "out")
	s, err := stage(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(target, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.commit(context.Background(), nil, func(int) {}); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("got %v, want fs.ErrExist", err)
	}
	s.discard()
	if got := ls(t, target); len(got) != 0 {
		t.Errorf("target was touched: %q", got)
	}
	if got := ls(t, filepath.Dir(target)); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}
