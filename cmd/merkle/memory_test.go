package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// told runs a command in this process.
func told(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), append([]string{"merkle"}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// tree of a directory: its files by path.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func syntheticList(t *testing.T, accounts string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "in")
	if code, _, errs := told(t, "init", "fixed/v1", dir, "--accounts", accounts); code != 0 {
		t.Fatal(errs)
	}
	return dir
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func TestBuild_memoryChangesNothing(t *testing.T) {
	in := syntheticList(t, "20000")
	out := t.TempDir()
	code, words, errs := told(t, "build", in, "-o", out+"/bundle")
	if code != 0 {
		t.Fatal(errs)
	}
	_, doc, _ := told(t, "build", in, "-o", out+"/a", "--json")
	want := filesOf(t, out+"/bundle")
	temp := t.TempDir()
	for _, args := range [][]string{{"--memory", "64KiB"}, {"--memory", "1MiB", "--workers", "1"}, {"--memory", "64KiB", "--temp", temp, "--workers", "2"}} {
		if err := os.RemoveAll(out + "/bundle"); err != nil {
			t.Fatal(err)
		}
		code, gotWords, errs := told(t, append([]string{"build", in, "-o", out + "/bundle"}, args...)...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
		if gotWords != words {
			t.Errorf("%v says:\n%s\nwant\n%s", args, gotWords, words)
		}
		got := filesOf(t, out+"/bundle")
		if len(got) != len(want) {
			t.Errorf("%v: %d files, want %d", args, len(got), len(want))
		}
		for name, text := range want {
			if got[name] != text {
				t.Fatalf("%v: %s differs", args, name)
			}
		}
		if err := os.RemoveAll(out + "/a"); err != nil {
			t.Fatal(err)
		}
		if _, gotDoc, _ := told(t, append([]string{"build", in, "-o", out + "/a", "--json"}, args...)...); gotDoc != doc {
			t.Errorf("%v: --json says\n%s\nwant\n%s", args, gotDoc, doc)
		}
	}
	if left := names(t, out); left != "a bundle" {
		t.Errorf("left beside the bundles: %s", left)
	}
	if left := names(t, temp); left != "" {
		t.Errorf("left in --temp: %s", left)
	}
}

func TestTree_memoryChangesNothing(t *testing.T) {
	in := syntheticList(t, "30000")
	for _, args := range [][]string{
		{"--profile", "address-amount-packed-v1"}, {"--profile", "hedgey-v1", "--order", "account"}, {"--profile", "murky-v1", "--order", "input"},
		{"--profile", "sablier-v1", "--json"}, {"--profile", "rocketpool-voter-v1", "--order", "input"},
		{"--profile", "uniswap-v1"}, // its index is by text
	} {
		all := append([]string{"tree", in + "/list.csv", "--unit", "token", "--decimals", "18"}, args...)
		code, want, errs := told(t, all...)
		gotCode, got, gotErrs := told(t, append(all, "--memory", "64KiB")...)
		if gotCode != code || got != want || gotErrs != errs {
			t.Errorf("%v through disk: exit status %d\n%s%s\nwant %d\n%s%s", args, gotCode, got, gotErrs, code, want, errs)
		}
	}
	if left := names(t, in); left != "campaign.yaml excluded.csv list.csv" {
		t.Errorf("left beside the list: %s", left)
	}
}

func TestTree_sameFaultsThroughDisk(t *testing.T) {
	var b strings.Builder
	b.WriteString("account,amount\n")
	for i := range 3000 {
		b.WriteString("0x" + strings.Repeat("00", 17) + string("0123456789abcdef"[i>>8&15]) + string("0123456789abcdef"[i>>4&15]) + string("0123456789abcdef"[i&15]) + "abc,5\n")
	}
	rows := b.String()
	for what, list := range map[string]string{
		"repeated":   rows + "0x0000000000000000000000000000000000010abc,6\n0x0000000000000000000000000000000000005abc,6\n0x0000000000000000000000000000000000010abc,6\n",
		"broken":     rows + "0x1,6\nx,y\n",
		"kinds":      rows + "0x000000000000000000000000000000000000dead,6\n0x0000000000000000000000000000000000000001,6\n",
		"no rows":    "account,amount\n",
		"wide":       rows + "0x00000000000000000000000000000000000f0abc,115792089237316195423570985008687907853269984665640564039457584007913129639935\n",
		"other head": "account,sum\n" + rows[15:],
	} {
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(list), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, accounts := range []string{"warn", "refuse"} {
			args := []string{"tree", path, "--profile", "hedgey-v1", "--accounts", accounts}
			code, want, errs := told(t, args...)
			gotCode, got, gotErrs := told(t, append(args, "--memory", "64KiB")...)
			if gotCode != code || got != want || gotErrs != errs {
				t.Errorf("%s through disk: exit status %d\n%s%s\nwant %d\n%s%s", what, gotCode, got, gotErrs, code, want, errs)
			}
		}
	}
}

// Inputs that are not there, and are folders, are refused with the same words in memory and through disk, with and without --resume.
func TestBuild_missingInputsThroughDisk(t *testing.T) {
	for rule, inputs := range map[string][]string{"fixed/v1": {"list.csv", "excluded.csv"}, "jupiter-asr/v1": {"votes.csv", "proposals.csv", "excluded.csv"}} {
		for _, name := range inputs {
			for _, folder := range []bool{false, true} {
				dir := t.TempDir()
				in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
				if code, _, errs := told(t, "init", rule, in, "--accounts", "3000"); code != 0 {
					t.Fatal(errs)
				}
				if err := os.Remove(filepath.Join(in, name)); err != nil {
					t.Fatal(err)
				}
				if folder {
					if err := os.Mkdir(filepath.Join(in, name), 0o777); err != nil {
						t.Fatal(err)
					}
				}
				code, _, want := told(t, "build", in, "-o", out)
				if code == 0 {
					t.Fatalf("%s without %s was built", rule, name)
				}
				for _, more := range [][]string{{}, {"--resume"}} {
					if got, _, errs := told(t, append([]string{"build", in, "-o", out, "--memory", "64KiB"}, more...)...); got != code || errs != want {
						t.Errorf("%s without %s %v: exit status %d\n%swant %d\n%s", rule, name, more, got, errs, code, want)
					}
				}
				if left := names(t, dir); left != "in" {
					t.Errorf("left: %s", left)
				}
			}
		}
	}
}

func TestMemory_refuses(t *testing.T) {
	in := syntheticList(t, "5000")
	out := t.TempDir() + "/bundle"
	for _, text := range []string{"0", "5", "0GiB", "4GB", "-1GiB", "1.5GiB", "99999999999GiB", "04MiB", "GiB"} {
		if code, _, errs := told(t, "build", in, "-o", out, "--memory", text); code != exitUsage {
			t.Errorf("--memory %s: exit status %d, %s", text, code, errs)
		}
	}
	votes := longTimes(t)
	if code, _, errs := told(t, "build", votes, "-o", out, "--memory", "1KiB"); code != exitRefused || !strings.Contains(errs, "in memory only") || !strings.Contains(errs, "the limit is 1 KiB") {
		t.Errorf("long times: exit status %d, %s", code, errs)
	}
	if code, _, errs := told(t, "build", in, "-o", out, "--memory", "1MiB", "--temp", out+"/none"); code != exitFailed {
		t.Errorf("--temp that is not there: exit status %d, %s", code, errs)
	}
	if left := names(t, filepath.Dir(out)); left != "" {
		t.Errorf("left: %s", left)
	}
}

// longTimes is a campaign whose votes have times that are longer than what is kept of them on disk.
func longTimes(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	votes := "proposal,account,power,time\n"
	for i := range 40 {
		votes += fmt.Sprintf("p,0x%040x,5,2026-01-02T03:04:05.%060dZ\n", 1000+i*7919, i)
	}
	for name, text := range map[string]string{"proposals.csv": "id,weight\np,1\n", "votes.csv": votes,
		"campaign.yaml": "format: merkle-campaign/v1\nid: times\ntokens:\n  T: {asset: \"eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5\", decimals: 0, pool: \"2000\"}\n" +
			"rule: {name: jupiter-asr/v1, proposals: {file: proposals.csv}, votes: {file: votes.csv}}\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\n" +
			"trees:\n  - {id: t, tokens: [T], profile: hedgey-v1, order: account}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMachineMemory(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"none":      {nil, 0},
		"machine":   {map[string]string{"proc/meminfo": "MemTotal:       1024 kB\nMemFree: 5 kB\n"}, 1 << 20},
		"v2":        {map[string]string{"proc/meminfo": "MemTotal:       1024 kB\n", "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "4096\n", "sys/fs/cgroup/a/b/memory.max": "max\n"}, 4096},
		"v2 inside": {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/memory.max": "8192\n"}, 8192},
		"v1": {map[string]string{"proc/meminfo": "MemTotal:       1024 kB\n", "proc/self/cgroup": "5:devices:/x\n4:memory:/y\n", "sys/fs/cgroup/memory/y/memory.limit_in_bytes": "2048\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 2048},
	} {
		root := t.TempDir()
		for path, text := range c.files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got := machineMemory(root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestBuild_interruptedThroughDisk cancels builds at random times: then nothing is left at all.
func TestBuild_interruptedThroughDisk(t *testing.T) {
	in := syntheticList(t, "40000")
	dir := t.TempDir()
	stopped := 0
	for i := range 6 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+20*i)*time.Millisecond)
		var out, errs bytes.Buffer
		code := run(ctx, []string{"merkle", "build", in, "-o", dir + "/bundle", "--memory", "256KiB"}, strings.NewReader(""), &out, &errs)
		cancel()
		if code == exitDone {
			if err := os.RemoveAll(dir + "/bundle"); err != nil {
				t.Fatal(err)
			}
			continue
		}
		stopped++
		if left := names(t, dir); code != exitInterrupted || left != "" {
			t.Errorf("exit status %d, left %q: %s", code, left, errs.String())
		}
	}
	if stopped == 0 {
		t.Error("no build was stopped in time")
	}
}
