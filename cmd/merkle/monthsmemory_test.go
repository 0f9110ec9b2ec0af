package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The shipped months, one going on from the other, have the same bytes and words through disk; so have large synthetic ones.
func TestBuild_monthsThroughDisk(t *testing.T) {
	dir := buildChain(t)
	compare := func(name, in, memory string) {
		t.Helper()
		out := filepath.Join(dir, name+"-on-disk")
		_, words, _ := told(t, "build", in, "-o", out)
		want := filesOf(t, out)
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
		code, got, errs := told(t, "build", in, "-o", out, "--memory", memory)
		if code != exitDone || strings.Contains(errs, "warning") {
			t.Fatalf("%s: exit status %d\n%s", name, code, errs)
		}
		if got != words {
			t.Errorf("%s says\n%s\nwant\n%s", name, got, words)
		}
		sameFiles(t, name, filesOf(t, out), want)
		if left := names(t, dir); strings.Contains(left, ".temp") {
			t.Errorf("%s: left %s", name, left)
		}
	}
	built := 0
	for _, step := range chain {
		if !strings.HasPrefix(step.campaign, "noon/") {
			continue
		}
		compare(strings.ReplaceAll(filepath.Dir(step.campaign), "/", "-"), filepath.Join(dir, step.campaign), "1KiB")
		built++
	}
	if built < 6 {
		t.Errorf("only %d months", built)
	}
	for _, rule := range []string{"noon-active-staking/v1", "noon-open-staking/v1"} {
		in := filepath.Join(dir, "synthetic-"+filepath.Dir(rule))
		if code, _, errs := told(t, "init", rule, in, "--accounts", "5000"); code != exitDone {
			t.Fatal(errs)
		}
		compare("large-"+filepath.Dir(rule), in, "256KiB")
	}
}

func sameFiles(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Fatalf("%s: %s differs:\n%.500s\nwant\n%.500s", what, name, got[name], text)
		}
	}
}
