package journal

import (
	"os"
	"path/filepath"
	"testing"
)

func open(t *testing.T, dir, key string) *Journal {
	t.Helper()
	j, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func TestJournal(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, "a")
	for i, stage := range []string{"one", "two"} {
		if err := j.Finish(stage, i+1); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	again := open(t, dir, "a")
	if !again.Finished("two", &n) || n != 2 || again.Finished("three", &n) {
		t.Errorf("two: %d", n)
	}
	if err := again.Finish("three", 3); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	// A journal that was cut anywhere, or has another byte somewhere, gives the stages before that place, never another number.
	for at := range whole {
		for _, text := range [][]byte{whole[:at], append(append(append([]byte{}, whole[:at]...), whole[at]^1), whole[at+1:]...)} {
			cut := t.TempDir()
			if err := os.WriteFile(filepath.Join(cut, FileName), text, 0o600); err != nil {
				t.Fatal(err)
			}
			j := open(t, cut, "a")
			for want, stage := range []string{"one", "two", "three"} {
				if j.Finished(stage, &n) && n != want+1 {
					t.Fatalf("byte %d: stage %s is %d", at, stage, n)
				}
			}
			if j.Finished("three", &n) {
				t.Fatalf("byte %d: the last stage is believed", at)
			}
			if err := j.Finish("three", 3); err != nil || !open(t, cut, "a").Finished("three", &n) {
				t.Fatalf("byte %d: a stage written after the fault is not read again: %v", at, err)
			}
		}
	}
	if open(t, dir, "b").Finished("one", &n) {
		t.Error("a stage made of something else is believed")
	}
	if open(t, dir, "a").Finished("one", &n) {
		t.Error("a stage that was forgotten is back")
	}
	f := open(t, dir, "c")
	if err := f.Finish("one", 1); err != nil {
		t.Fatal(err)
	}
	if err := f.Forget(); err != nil || f.Finished("one", &n) || open(t, dir, "c").Finished("one", &n) {
		t.Errorf("forgotten stage is there: %v", err)
	}
}
