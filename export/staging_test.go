package export

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
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

// Clear takes what a build has left, and nothing of the same name that is no directory.
func TestClear_othersStay(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "out")
	place := filepath.Join(dir, ".out.partial")
	if err := os.WriteFile(place, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	Clear(target)
	if text, err := os.ReadFile(place); err != nil || string(text) != "mine" {
		t.Fatalf("a file of that name: %q, %v", text, err)
	}
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(place, 0o777); err != nil {
		t.Fatal(err)
	}
	if Clear(target); len(ls(t, dir)) != 0 {
		t.Errorf("left: %v", ls(t, dir))
	}
}

// TestStage_theLockDiesWithItsProcess kills a writer in the middle and builds again.
func TestStage_theLockDiesWithItsProcess(t *testing.T) {
	const name = "MERKLE_TEST_STAGE"
	if target := os.Getenv(name); target != "" { // this is the writer
		s, err := stage(target)
		if err == nil {
			err = os.WriteFile(s.path("half"), []byte("half"), 0o666)
		}
		os.Stdout.WriteString(map[bool]string{true: "staged\n", false: "failed\n"}[err == nil])
		os.Stdin.Read(make([]byte, 1)) // until killed
		return
	}
	target := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), name+"="+target)
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 7)
	if _, err := io.ReadFull(out, said); err != nil || string(said) != "staged\n" {
		t.Fatalf("the writer said %q, %v", said, err)
	}
	if _, err := stage(target); !errors.Is(err, ErrBusy) {
		t.Errorf("while it runs: got %v, want ErrBusy", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if _, err := os.Stat(filepath.Join(filepath.Dir(target), ".out.partial", "bundle", "half")); err != nil {
		t.Fatalf("the killed writer left nothing to clean: %v", err)
	}
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the killed writer left an output: %v", err)
	}
	s, err := stage(target)
	if err != nil {
		t.Fatal(err)
	}
	if left := ls(t, s.root); len(left) != 0 {
		t.Errorf("remains of the killed build: %q", left)
	}
	s.discard()
	if left := ls(t, filepath.Dir(target)); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestStage_doesNotFollowALink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	mine := filepath.Join(other, "bundle")
	if err := os.Mkdir(mine, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(dir, ".out.partial")); err != nil {
		t.Skip(err)
	}
	if _, err := stage(filepath.Join(dir, "out")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("the link was followed: %v", err)
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
