package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/journal"
)

// resumable is a build that may be stopped and gone on with.
type resumable struct {
	t      *testing.T
	c      *campaign.Campaign
	inputs map[string]string
	dir    string
	read   int // how often an input was opened
}

var errStopped = errors.New("stopped")

// run builds, and stops before the bundle's file with number stop is written; -1: never.
func (r *resumable) run(stop int, key string) (*Stages, error) {
	temp := filepath.Join(r.dir, "temp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		r.t.Fatal(err)
	}
	j, err := journal.Open(temp, key)
	if err != nil {
		r.t.Fatal(err)
	}
	defer j.Close()
	s := &Stages{Journal: j, Leave: true, shards: 3, Clean: func(keep func(string) bool) error {
		entries, err := os.ReadDir(temp)
		for _, e := range entries {
			if !keep(e.Name()) {
				err = errors.Join(err, os.RemoveAll(filepath.Join(temp, e.Name())))
			}
		}
		return err
	}}
	r.read = 0
	ao := alloc.Options{LeafColumns: LeafColumns, Open: func(name string) (io.ReadCloser, error) {
		r.read++
		return opener(r.inputs)(name)
	}}
	n := 0
	o := Options{Workers: 1, noSync: true, Stages: s, fault: func(string) error {
		if n++; stop >= 0 && n > stop {
			return errStopped
		}
		return nil
	}}
	_, _, err = WriteStream(context.Background(), filepath.Join(r.dir, "out"), r.c, ao, o, alloc.External{Dir: temp, Memory: 1 << 13, Workers: 1})
	return s, err
}

// A build that is stopped before any of its files is gone on with, and gives the bytes of one that was not; once claims are there, no input is read again.
func TestWriteStream_goesOn(t *testing.T) {
	for i, name := range []string{"jito-v1", "sums, exclusions, assertions", "oz-standard-v1", "two chains, two units"} {
		if testing.Short() && i%2 > 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			k := streamCases()[name]
			if k == nil {
				t.Fatal("no such case")
			}
			goesOn(t, k.yaml(), streamInputs(k.list(2000)))
		})
	}
	for rule, draw := range monthInputs() {
		t.Run(rule, func(t *testing.T) {
			settings, inputs := draw(700)
			goesOn(t, monthYAML(rule, "tranches", `oz-standard-v1, fields: ["account:address", "amount:uint256", "unlock:uint64"]`, "account", "subtree", settings), inputs)
		})
	}
}

func goesOn(t *testing.T, yaml string, inputs map[string]string) {
	t.Helper()
	want, _, _, _, errs := both(t, yaml, inputs, 1<<13, 1)
	if errs != [2]error{} {
		t.Fatal(errs)
	}
	c, err := campaign.Parse([]byte(yaml), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	takenClaims, takenShards := 0, 0
	for stop := 0; stop < len(want); stop += 1 + stop/3 {
		r := &resumable{t: t, c: c, inputs: inputs, dir: t.TempDir()}
		s, err := r.run(stop, "key")
		if !errors.Is(err, errStopped) {
			t.Fatalf("stopped before file %d: %v", stop, err)
		}
		if _, err := os.Stat(filepath.Join(r.dir, "out")); err == nil {
			t.Fatalf("stopped before file %d: there is a bundle", stop)
		}
		if left := ls(t, r.dir); s.Left != slices.Contains(left, ".out.partial") {
			t.Fatalf("stopped before file %d: left %v, and says %v", stop, left, s.Left)
		}
		if s, err = r.run(-1, "key"); err != nil {
			t.Fatalf("after file %d: %v", stop, err)
		}
		sameFiles(t, fmt.Sprintf("after file %d", stop), files(t, filepath.Join(r.dir, "out")), want)
		if slices.Contains(s.Taken, claimsName) {
			if takenClaims++; r.read > 0 {
				t.Errorf("after file %d: %d inputs were read again", stop, r.read)
			}
		}
		takenShards += len(s.Taken)
	}
	if takenClaims == 0 || takenShards <= takenClaims {
		t.Errorf("claims taken up %d times, stages in all %d", takenClaims, takenShards)
	}
}

// What was changed between two builds is made anew: another key, a file of the claims, an input, a shard, or one too many.
func TestWriteStream_trustsNothing(t *testing.T) {
	k := streamCases()["sums, exclusions, assertions"]
	inputs := streamInputs(k.list(1500))
	want, _, _, _, errs := both(t, k.yaml(), inputs, 1<<13, 1)
	if errs != [2]error{} {
		t.Fatal(errs)
	}
	c, err := campaign.Parse([]byte(k.yaml()), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string]func(dir string) error{
		"another key": func(string) error { return nil },
		"claims":      func(dir string) error { return changed(filepath.Join(dir, "temp", claimsName, "claims-0-0")) },
		"input": func(dir string) error {
			return changed(filepath.Join(dir, ".out.partial", "bundle", "inputs", "list.csv"))
		},
		"no input": func(dir string) error {
			return os.Remove(filepath.Join(dir, ".out.partial", "bundle", "inputs", "list.csv"))
		},
		"shard": func(dir string) error {
			return changed(filepath.Join(dir, ".out.partial", "bundle", "groups", "g0", "shards", "000", "001.json"))
		},
		"file too many": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".out.partial", "bundle", "groups", "g0", "shards", "000", "999.json"), []byte("{}"), 0o600)
		},
		"no bundle": func(dir string) error { return os.RemoveAll(filepath.Join(dir, ".out.partial")) },
	}
	for name, do := range damage {
		t.Run(name, func(t *testing.T) {
			r := &resumable{t: t, c: c, inputs: inputs, dir: t.TempDir()}
			s, err := r.run(len(want)-3, "key")
			if !errors.Is(err, errStopped) || !s.Left {
				t.Fatal(err)
			}
			if err := do(r.dir); err != nil {
				t.Fatal(err)
			}
			key := "key"
			if name == "another key" {
				key = name
			}
			if s, err = r.run(-1, key); err != nil {
				t.Fatal(err)
			}
			sameFiles(t, name, files(t, filepath.Join(r.dir, "out")), want)
			again := name == "shard" || name == "file too many"
			if took := slices.Contains(s.Taken, claimsName); took != again {
				t.Errorf("taken up: %v", s.Taken)
			}
			if first := slices.ContainsFunc(s.Taken, func(stage string) bool { return strings.HasSuffix(stage, " from 0") }); first != (name == "file too many") {
				t.Errorf("shards taken up: %v", s.Taken)
			}
		})
	}
}

// changed flips a bit in the middle of a file.
func changed(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text[len(text)/2] ^= 1
	return os.WriteFile(path, text, 0o600)
}
