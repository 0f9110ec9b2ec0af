package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/merkle-drop/merkle/internal/extsort"
)

// A build that is killed again and again gets to its end with --resume, has the bytes of one that was left alone, and leaves nothing.
func TestResumed(t *testing.T) {
	rows := 60_000
	if testing.Short() {
		rows = 15_000
	}
	dir := killRoom(t, rows)
	l := longRuns()["build through disk"]
	start := time.Now()
	_, want := l.run(t, dir)
	whole := time.Since(start)
	untouched := l.beside(t, dir)
	l.args = append(l.args, "--resume")
	taken := false
	for round := range 4 {
		l.remove(t, dir)
		for tries := int64(2); ; tries++ { // ever later: this machine may have other work than when it was measured
			cmd := l.command(dir)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(whole/4+time.Duration(rand.Int64N(int64(whole)*tries+1)), func() { cmd.Process.Kill() })
			err := cmd.Wait()
			kill.Stop()
			taken = taken || strings.Contains(errs.String(), "went on from")
			if err == nil {
				break
			}
			if cmd.ProcessState.Exited() {
				t.Fatalf("round %d: %v: %s", round, err, &errs)
			}
			if _, err := os.Lstat(filepath.Join(dir, l.out)); err == nil { // killed when it was done: what it has left goes with the next one
				l.remove(t, dir)
			}
		}
		sameMaps(t, "gone on with", filesOf(t, filepath.Join(dir, l.out)), want)
		if left := hidden(t, dir); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	// Chance may have killed nothing when claims were there: this build is, by the folder of its claims.
	l.remove(t, dir)
	cmd := l.command(dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	claims := filepath.Join(dir, "."+l.out+".temp-0", "claims")
	for end := time.Now().Add(20 * whole); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(claims); err == nil {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Fatalf("interrupted: status %d: %s", code, &errs)
		}
		if kept := strings.Contains(errs.String(), "are kept in"); kept != (len(hidden(t, dir)) > 0) {
			t.Errorf("left %v, and says %s", hidden(t, dir), &errs)
		}
	}
	if len(hidden(t, dir)) > 0 {
		_, got := l.run(t, dir)
		sameMaps(t, "after an interrupt", got, want)
		taken = true
	}
	if !taken {
		t.Log("no stage was finished when a run was killed")
	}
	sameMaps(t, "beside it", l.beside(t, dir), untouched)
	if left := hidden(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// What a stopped build has left stays for --resume when the next one ends before it has looked at it: where there is too little room, or at an interrupt.
func TestResume_leavesWhatItHasNotSeen(t *testing.T) {
	for _, x := range []struct {
		rows, resume string
		code         int
		stays        bool
	}{
		{"500000000000", "--resume", exitFailed, true}, {"500000000000", "--resume=false", exitFailed, false}, {"40000", "--resume", exitInterrupted, true}, {"40000", "--resume=false", exitInterrupted, false},
	} {
		if _, known := extsort.Free(t.TempDir()); !known && x.code == exitFailed {
			continue // this system does not say how much room there is
		}
		path := roomCampaign(t, 1, 1, "fixed/v1, unit: base, list: {file: list.csv, rows: "+x.rows+"}", "profile: hedgey-v1, order: account", "")
		out := filepath.Join(t.TempDir(), "bundle")
		left := filepath.Join(filepath.Dir(out), ".bundle.temp-0")
		if err := os.Mkdir(left, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"lock", "journal"} {
			if err := os.WriteFile(filepath.Join(left, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		if x.code == exitInterrupted {
			cancel()
		}
		var said, errs bytes.Buffer
		code := run(ctx, []string{"merkle", "build", path, "-o", out, "--memory", "64KiB", x.resume}, strings.NewReader(""), &said, &errs)
		cancel()
		if _, err := os.Stat(filepath.Join(left, "journal")); code != x.code || (err == nil) != x.stays {
			t.Errorf("%s rows, %s: status %d, want %d; %v: %s", x.rows, x.resume, code, x.code, err, &errs)
		}
	}
}
