package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
)

// long is a command that is stopped while it works in dir: "IN" in its arguments is a campaign or list, and OUT what it makes there.
type long struct {
	args []string
	in   string // name of what it reads in dir
	out  string // name of what it makes in dir; empty: standard output only
}

// longRuns are commands with all that is ever made beside an output: runs on disk, a bundle, a file and a folder on their way.
func longRuns() map[string]long {
	return map[string]long{
		"build through disk": {[]string{"build", "IN", "-o", "OUT", "--memory", "256KiB"}, "big", "bundle"},
		"root through disk":  {[]string{"tree", "IN/list.csv", "--profile", "hedgey-v1", "--memory", "256KiB", "--unit", "token", "--decimals", "18"}, "big", ""},
		"inline, disk":       {[]string{"build", "IN", "-o", "OUT", "--memory", "256KiB"}, "inline", "bundle"},
		"proofs, disk":       {[]string{"tree", "IN/list.csv", "--profile", "uniswap-v1", "--memory", "256KiB", "-o", "OUT", "--unit", "token", "--decimals", "18"}, "big", "proofs.json"},
		"votes, disk":        {[]string{"build", "IN", "-o", "OUT", "--memory", "256KiB"}, "votes", "bundle"},
		"build":              {[]string{"build", "IN", "-o", "OUT"}, "big", "bundle"},
		"proofs":             {[]string{"tree", "IN/list.csv", "--profile", "uniswap-v1", "-o", "OUT", "--unit", "token", "--decimals", "18"}, "big", "proofs.json"},
		"folder":             {[]string{"tree", "IN/list.csv", "--profile", "jito-v1", "--format", "jupiter", "--split", "5000", "--with", "version=0", "-o", "OUT"}, "sol", "trees"},
	}
}

// killRoom is a directory with inputs of so many rows and an older output that must stay as it is.
func killRoom(t *testing.T, rows int) string {
	t.Helper()
	dir := t.TempDir()
	if code, _, errs := told(t, "init", "fixed/v1", dir+"/big", "--accounts", fmt.Sprint(rows)); code != 0 {
		t.Fatal(errs)
	}
	if code, _, errs := told(t, "init", "jupiter-asr/v1", dir+"/votes", "--accounts", fmt.Sprint(rows/20)); code != 0 {
		t.Fatal(errs)
	}
	if code, _, errs := told(t, "init", "fixed/v1", dir+"/inline", "--accounts", fmt.Sprint(rows/5)); code != 0 {
		t.Fatal(errs)
	}
	text, err := os.ReadFile(dir + "/inline/campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("order: account", "order: leaf-hash", "proofs: subtree", "proofs: inline").Replace(string(text))
	if changed == string(text) {
		t.Fatal("the campaign has no layout to change")
	}
	if err := os.WriteFile(dir+"/inline/campaign.yaml", []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/sol", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/sol/list.csv", solanaList(rows/5), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/older", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/older/manifest.json", []byte("an older output"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// solanaList is a list of claims of made-up keys.
func solanaList(rows int) []byte {
	b := []byte("account,amount\n")
	for i := range rows {
		key := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		a, err := merkle.NewAccount(merkle.Solana, key[:])
		if err != nil {
			panic(err) // 32 bytes
		}
		b = fmt.Appendf(a.AppendText(b), ",%d\n", i+1)
	}
	return b
}

func (l *long) command(dir string) *exec.Cmd {
	args := append([]string(nil), l.args...)
	for i := range args {
		args[i] = strings.ReplaceAll(strings.ReplaceAll(args[i], "IN", filepath.Join(dir, l.in)), "OUT", filepath.Join(dir, l.out))
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "MERKLE_RUN=1")
	return cmd
}

// run runs the command to its end and returns what it says and what it makes.
func (l *long) run(t *testing.T, dir string) (said string, files map[string]string) {
	t.Helper()
	var errs bytes.Buffer
	cmd := l.command(dir)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	if l.out != "" {
		files = filesOf(t, filepath.Join(dir, l.out))
	}
	return string(out), files
}

func (l *long) remove(t *testing.T, dir string) {
	t.Helper()
	if l.out == "" {
		return
	}
	if err := os.RemoveAll(filepath.Join(dir, l.out)); err != nil {
		t.Fatal(err)
	}
}

func sameMaps(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Fatalf("%s: %s differs", what, name)
		}
	}
}

// beside is the files below dir but for the output, by path.
func (l *long) beside(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := filesOf(t, dir)
	for name := range files {
		if l.out != "" && (name == "/"+l.out || strings.HasPrefix(name, "/"+l.out+"/")) {
			delete(files, name)
		}
	}
	return files
}

// hidden is what has a name with a dot in dir and its directories: everything that is on its way has.
func hidden(t *testing.T, dir string) (list []string) {
	t.Helper()
	for _, pattern := range []string{"/.*", "/*/.*"} {
		found, err := filepath.Glob(dir + pattern)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, found...)
	}
	return list
}

// awaitHidden waits until there is something on its way in dir, for a while.
func awaitHidden(t *testing.T, dir string, most time.Duration) {
	t.Helper()
	for end := time.Now().Add(most); len(hidden(t, dir)) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// TestKilled kills commands at random times, spread over the time that they take: what they make is there whole or not at all, nothing else is
// touched, and the next run gives the right bytes and leaves nothing of theirs.
func TestKilled(t *testing.T) {
	rows, kills := 50_000, 6
	if testing.Short() {
		rows, kills = 20_000, 3
	} else if os.Getenv("MERKLE_LARGE") != "" {
		rows, kills = 200_000, 30
	}
	dir := killRoom(t, rows)
	for name, l := range longRuns() {
		t.Run(name, func(t *testing.T) {
			untouched := l.beside(t, dir)
			start := time.Now()
			said, want := l.run(t, dir)
			whole := time.Since(start)
			killed, amid := 0, 0
			for i := 0; i < kills || amid == 0 && i < 20*kills; i++ {
				l.remove(t, dir)
				cmd := l.command(dir)
				start := time.Now()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				if i%2 == 0 { // when it has begun to write, and any time
					awaitHidden(t, dir, 4*whole)
					time.Sleep(time.Duration(rand.Int64N(int64(whole)/4 + 1)))
				} else {
					time.Sleep((time.Duration(i%kills)*whole + time.Duration(rand.Int64N(int64(whole)))) / time.Duration(kills))
				}
				_ = cmd.Process.Kill() // it may be done
				if cmd.Wait() == nil {
					whole = min(whole, time.Since(start)) // the first run may have been a slow one
					continue
				}
				killed++
				if len(hidden(t, dir)) > 0 {
					amid++
				}
				if _, err := os.Lstat(filepath.Join(dir, l.out)); l.out != "" && err == nil {
					sameMaps(t, "made by a killed run", filesOf(t, filepath.Join(dir, l.out)), want)
				}
			}
			if killed == 0 || amid == 0 {
				t.Errorf("%d runs were killed, %d of them while they wrote", killed, amid)
			}
			l.remove(t, dir)
			again, got := l.run(t, dir)
			if again != said {
				t.Errorf("after the kills it says\n%s\nwant\n%s", again, said)
			}
			sameMaps(t, "after the kills", got, want)
			sameMaps(t, "beside it", l.beside(t, dir), untouched)
			if left := hidden(t, dir); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			l.remove(t, dir)
		})
	}
}

// TestKilled_afterItsEnd: a run may be killed when the output has its name and the rest is not gone yet. The output is never written over, but what is
// beside it goes.
func TestKilled_afterItsEnd(t *testing.T) {
	dir := killRoom(t, 2000)
	for name, l := range longRuns() {
		if l.out == "" {
			continue
		}
		_, want := l.run(t, dir)
		for _, left := range []string{".%s.temp-0/lock", ".%s.temp-0/keys-0.run", ".%s.partial/lock", ".%s.partial/bundle/groups/x.json"} {
			if strings.Contains(left, "partial") && l.args[0] != "build" {
				continue
			}
			path := filepath.Join(dir, fmt.Sprintf(left, l.out))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("left"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		said, err := l.command(dir).CombinedOutput()
		if err == nil || !strings.Contains(string(said), "exists already") {
			t.Errorf("%s: %v: %s", name, err, said)
		}
		sameMaps(t, name, filesOf(t, filepath.Join(dir, l.out)), want)
		if left := hidden(t, dir); len(left) > 0 {
			t.Errorf("%s: left: %v", name, left)
		}
		l.remove(t, dir)
	}
}

// TestInterrupted stops commands as a person or a service manager does: the exit status is 130, nothing is made and nothing is left.
func TestInterrupted(t *testing.T) {
	rows, stops := 50_000, 4
	if testing.Short() {
		rows, stops = 20_000, 2
	}
	dir := killRoom(t, rows)
	for name, l := range longRuns() {
		t.Run(name, func(t *testing.T) {
			untouched := l.beside(t, dir)
			start := time.Now()
			l.run(t, dir)
			whole := time.Since(start)
			l.remove(t, dir)
			stopped := 0
			for try := 0; try < stops || stopped == 0 && try < 20*stops; try++ {
				i := try % stops
				cmd := l.command(dir)
				var errs bytes.Buffer
				cmd.Stderr = &errs
				start := time.Now()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				if i < 2 {
					awaitHidden(t, dir, 4*whole)
				} else {
					time.Sleep((time.Duration(i)*whole + time.Duration(rand.Int64N(int64(whole)))) / time.Duration(stops))
				}
				_ = cmd.Process.Signal([]os.Signal{os.Interrupt, syscall.SIGTERM}[i%2]) // it may be done
				_ = cmd.Wait()
				switch code := cmd.ProcessState.ExitCode(); {
				case code == exitDone:
					whole = min(whole, time.Since(start)) // the first run may have been a slow one
				case code == exitInterrupted:
					stopped++
					if got := errs.String(); !strings.HasSuffix(got, "merkle: interrupted\n") {
						t.Errorf("it says %q", got)
					}
					if _, err := os.Lstat(filepath.Join(dir, l.out)); l.out != "" && err == nil {
						t.Error("an interrupted run made its output")
					}
				case code == -1 && i > 1: // the signal came before the program could ask for it
				default:
					t.Errorf("exit status %d: %s", code, &errs)
				}
				if left := hidden(t, dir); len(left) > 0 {
					t.Errorf("left: %v", left)
				}
				l.remove(t, dir)
			}
			if stopped == 0 {
				t.Error("no run was stopped in time")
			}
			sameMaps(t, "beside it", l.beside(t, dir), untouched)
		})
	}
}

// TestFolderGone removes a folder while a run writes there: it fails with one line, and nothing is made again where the folder was.
func TestFolderGone(t *testing.T) {
	rows := 60_000
	if testing.Short() {
		rows = 20_000
	}
	dir := killRoom(t, rows)
	for name, args := range map[string][]string{
		"temporary files of a build": {"build", dir + "/big", "-o", dir + "/bundle", "--memory", "256KiB", "--temp", dir + "/gone"},
		"output of a build":          {"build", dir + "/big", "-o", dir + "/gone/bundle", "--memory", "256KiB", "--temp", dir},
		"output built in memory":     {"build", dir + "/big", "-o", dir + "/gone/bundle"},
		"temporary files of a tree":  {"tree", dir + "/big/list.csv", "--profile", "hedgey-v1", "--memory", "256KiB", "--unit", "token", "--decimals", "18", "--temp", dir + "/gone"},
		"proofs":                     {"tree", dir + "/big/list.csv", "--profile", "hedgey-v1", "--unit", "token", "--decimals", "18", "-o", dir + "/gone/claims"},
	} {
		t.Run(name, func(t *testing.T) {
			untouched := filesOf(t, dir)
			var cmd *exec.Cmd
			var errs bytes.Buffer
			var err error
			for tries := 0; cmd == nil || err == nil && tries < 20; tries++ { // a run may be done before its folder is removed
				if err := os.Mkdir(dir+"/gone", 0o777); err != nil {
					t.Fatal(err)
				}
				l := long{args: args}
				cmd = l.command(dir)
				errs.Reset()
				cmd.Stderr = &errs
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				for end := time.Now().Add(time.Minute); len(names(t, dir+"/gone")) == 0 && time.Now().Before(end); { // it may be done before that is seen
					time.Sleep(time.Millisecond)
				}
				for range 1000 { // files may be made while others are removed
					if os.RemoveAll(dir+"/gone") == nil {
						break
					}
				}
				err = cmd.Wait()
			}
			if code := cmd.ProcessState.ExitCode(); code != exitFailed || strings.Contains(errs.String(), "goroutine ") || !strings.Contains(errs.String(), dir+"/gone") {
				t.Errorf("%v, exit status %d: %s", err, code, &errs)
			}
			if n := strings.Count(errs.String(), "\n"); n != 1 {
				t.Errorf("%d lines: %s", n, &errs)
			}
			sameMaps(t, "afterwards", filesOf(t, dir), untouched)
			if left := hidden(t, dir); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			if _, err := os.Lstat(dir + "/gone"); err == nil {
				t.Error("the folder was made again")
				os.RemoveAll(dir + "/gone")
			}
		})
	}
}
