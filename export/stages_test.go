package export

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/merkle-drop/merkle/internal/journal"
)

// What a stopped build has left is taken up only as the journal knows it: another byte, a file less or another stage is not finished.
func TestStages(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "out")
	open := func(keep bool) *writer {
		j, err := journal.Open(dir, "key")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { j.Close() })
		s, err := stageOn(target, func(*staging) bool { return keep })
		if err != nil {
			t.Fatal(err)
		}
		return &writer{ctx: context.Background(), staging: s, made: map[string]bool{}, stages: &Stages{Journal: j}}
	}
	names := []string{"a", "b", "c"}
	blank := func() []stagedFile {
		files := make([]stagedFile, len(names))
		for i, name := range names {
			files[i].path = name
		}
		return files
	}
	w := open(false)
	files := blank()
	for i, name := range names {
		var err error
		if files[i], err = w.put(name, []byte("text of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if w.finished("one", blank()) {
		t.Error("a stage is finished before it is")
	}
	if err := w.note("one", files); err != nil {
		t.Fatal(err)
	}
	w.leave()
	w = open(true)
	again := blank()
	if !w.finished("one", again) || again[2] != files[2] {
		t.Errorf("the stage is not finished, files %v", again)
	}
	if w.finished("one", blank()[:2]) || w.finished("two", blank()) {
		t.Error("other files or another stage are finished")
	}
	if err := os.WriteFile(w.path("b"), []byte("text of B"), 0o666); err != nil {
		t.Fatal(err)
	}
	if w.finished("one", blank()) {
		t.Error("a changed file is believed")
	}
	if err := os.Remove(w.path("b")); err != nil {
		t.Fatal(err)
	}
	if w.finished("one", blank()) {
		t.Error("a lost file is believed")
	}
	w.leave()
	w = open(false)
	if left := ls(t, w.root); len(left) > 0 {
		t.Errorf("a build that keeps nothing found %v", left)
	}
	w.discard()
	if left := ls(t, dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
