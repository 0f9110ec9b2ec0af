package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/merkle-drop/merkle/campaign"
)

// smallDisk mounts a file system in memory with so much room; inodes of 0 are as many as there may be.
func smallDisk(t *testing.T, bytes int64, inodes int, flags uintptr) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("merkle-test", dir, "tmpfs", flags, fmt.Sprintf("size=%d,nr_inodes=%d,mode=0777", bytes, inodes)); err != nil {
		t.Skipf("full disks are not tested: mounting a small file system: %v (run as root, or in unshare -rm)", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	})
	return dir
}

// denseList is a list that is packed to so little that far more is written than the size of the file lets expect, and so the look at the room before
// a run begins does not save it.
func denseList(t *testing.T, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(z, "account,amount\n")
	for i := range rows {
		fmt.Fprintf(z, "0x%040x,100000\n", 1<<20+i)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// denseCampaign is a campaign with such a list.
func denseCampaign(t *testing.T, rows int) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range map[string][]byte{"campaign.yaml": []byte(denseText), "list.csv.zst": denseList(t, rows)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const noSpace = "no space left on device"

// stageOf is which of the things that a run writes a message of a full disk names.
func stageOf(t *testing.T, disk, errs string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(errs, "\n"), "\n")
	if len(lines) != 1 || !strings.HasPrefix(errs, "merkle: ") || !strings.Contains(errs, noSpace) {
		t.Errorf("said:\n%s\nwant one line with %q", errs, noSpace)
	}
	_, path, found := strings.Cut(errs, disk)
	if !found {
		t.Errorf("said:\n%s\nwant a path in %s", errs, disk)
	}
	path, _, _ = strings.Cut(path, ":")
	return regexp.MustCompile(`[0-9]+`).ReplaceAllString(path, "N")
}

// fillDisks runs a command on disks of growing size until it succeeds, and returns the stages in which it failed. OUT is the disk.
func fillDisks(t *testing.T, name string, steps int, want map[string]string, sizes func(step int) (bytes int64, inodes int), args ...string) map[string]int {
	t.Helper()
	stages := map[string]int{}
	for step := range steps {
		size, inodes := sizes(step)
		disk := smallDisk(t, size, inodes, 0)
		older := map[string]string{"/older": "an older output"}
		if err := os.WriteFile(disk+"/older", []byte(older["/older"]), 0o666); err != nil {
			t.Fatal(err)
		}
		here := slices.Clone(args)
		for i := range here {
			here[i] = strings.ReplaceAll(here[i], "OUT", disk)
		}
		code, out, errs := told(t, here...)
		switch code {
		case exitDone:
			files := filesOf(t, disk)
			delete(files, "/older")
			sameMaps(t, name, files, want)
			stages["done"]++
			continue
		case exitFailed:
			if strings.Contains(errs, "are needed") { // it was looked at before the run
				break
			}
			stages[stageOf(t, disk, errs)]++
			if out != "" {
				t.Errorf("%s: a failed run says on standard output: %s", name, out)
			}
		default:
			t.Errorf("%s, %d bytes, %d inodes: exit status %d: %s", name, size, inodes, code, errs)
		}
		sameMaps(t, name+", left on the full disk", filesOf(t, disk), older)
		if left := names(t, disk); left != "older" {
			t.Errorf("%s: left on the full disk: %s", name, left)
		}
	}
	return stages
}

// fullStages wants a command to have failed in stages, and to be done in the end.
func fullStages(t *testing.T, name string, stages map[string]int, want ...string) {
	t.Helper()
	for _, part := range append(want, "done") {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(stages)), func(s string) bool { return strings.Contains(s, part) }) {
			t.Errorf("%s failed in %v, never in %s", name, slices.Sorted(maps.Keys(stages)), part)
		}
	}
	t.Logf("%s: %v", name, stages)
}

// TestFullDisk_build fills the disk at every stage of a build through disk.
func TestFullDisk_build(t *testing.T) {
	rows, steps := 25_000, 24
	if testing.Short() {
		rows, steps = 10_000, 14
	}
	in, normal := denseCampaign(t, rows), t.TempDir()
	if code, _, errs := told(t, "build", in, "-o", normal+"/bundle"); code != exitDone {
		t.Fatal(errs)
	}
	want := filesOf(t, normal)
	whole := int64(rows) * 260 // more than is ever there at once
	args := []string{"build", in, "-o", "OUT/bundle", "--memory", "64KiB"}
	stages := fillDisks(t, "build", steps, want, func(step int) (int64, int) { return whole * int64(step+2) / int64(steps), 0 }, args...)
	fullStages(t, "build", stages, "list.csv", ".run", "shards")
	files := len(want) + 40
	stages = fillDisks(t, "build", steps, want, func(step int) (int64, int) { return whole, 4 + files*2*step*step/steps/steps }, args...)
	fullStages(t, "build, names", stages, ".run", "shards", "temp-N")
	stages = fillDisks(t, "build in memory", 6, want, func(step int) (int64, int) { return whole * int64(step+1) / 10, 0 }, "build", in, "-o", "OUT/bundle")
	fullStages(t, "build in memory", stages, "shards")
}

// TestFullDisk_rules lets a disk have too few names at every stage of builds that sort votes and weights.
func TestFullDisk_rules(t *testing.T) {
	for rule, accounts := range map[string]string{"jupiter-asr/v1": "2000", "pro-rata/v1": "8000"} {
		in, normal := filepath.Join(t.TempDir(), "in"), t.TempDir()
		if code, _, errs := told(t, "init", rule, in, "--accounts", accounts); code != exitDone {
			t.Fatal(errs)
		}
		if code, _, errs := told(t, "build", in, "-o", normal+"/bundle"); code != exitDone {
			t.Fatal(errs)
		}
		want := filesOf(t, normal)
		files := len(want) + 60
		stages := fillDisks(t, rule, 16, want, func(step int) (int64, int) { return 64 << 20, 4 + files*2*step*step/256 }, "build", in, "-o", "OUT/bundle", "--memory", "1MiB")
		fullStages(t, rule, stages, ".run", "groups")
	}
}

// TestFullDisk_tree fills the disk at every stage of a tree: where it is computed through files, and where its claims are written.
func TestFullDisk_tree(t *testing.T) {
	rows, steps := 25_000, 14
	if testing.Short() {
		rows, steps = 10_000, 8
	}
	list := denseList(t, rows)
	normal := t.TempDir()
	if err := os.WriteFile(normal+"/list.csv.zst", list, 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"tree", normal + "/list.csv.zst", "--profile", "hedgey-v1"}
	code, said, errs := told(t, args...)
	if code != exitDone {
		t.Fatal(errs)
	}
	stages := map[string]int{}
	for step := range steps {
		disk := smallDisk(t, int64(rows)*140*int64(step+2)/int64(steps), 0, 0)
		code, out, errs := told(t, append(slices.Clone(args), "--memory", "64KiB", "--temp", disk)...)
		switch {
		case code == exitDone && out == said:
			stages["done"]++
		case code == exitFailed && strings.Contains(errs, "are needed"):
		case code == exitFailed && out == "":
			stages[stageOf(t, disk, errs)]++
		default:
			t.Errorf("exit status %d: %s%s", code, out, errs)
		}
		if left := names(t, disk); left != "" {
			t.Errorf("left in --temp: %s", left)
		}
	}
	fullStages(t, "tree through disk", stages, ".run")
	{
		all := append(slices.Clone(args), "-o", "OUT/claims", "--memory", "64KiB")
		if code, _, errs := told(t, append(slices.Clone(args), "-o", normal+"/claims")...); code != exitDone {
			t.Fatal(errs)
		}
		want := filesOf(t, normal)
		delete(want, "/list.csv.zst")
		size := int64(len(want["/claims"]))
		if err := os.Remove(normal + "/claims"); err != nil {
			t.Fatal(err)
		}
		stages := fillDisks(t, "proofs through disk", 5, want, func(step int) (int64, int) { return size * int64(step+1) / 3, 0 }, all...)
		fullStages(t, "proofs through disk", stages, "temp-N/claims")
		for _, temp := range []int64{64, 200, 400} { // bytes a row of temporary files
			disk := smallDisk(t, int64(rows)*temp, 0, 0)
			here := append(slices.Clone(args), "-o", normal+"/claims", "--memory", "64KiB", "--temp", disk)
			code, _, errs := told(t, here...)
			switch {
			case code == exitDone:
				if filesOf(t, normal)["/claims"] != want["/claims"] {
					t.Error("other proofs through disk")
				}
				if err := os.Remove(normal + "/claims"); err != nil {
					t.Fatal(err)
				}
			case code != exitFailed || !strings.Contains(errs, "are needed") && !strings.Contains(stageOf(t, disk, errs), "temp-N"):
				t.Errorf("exit status %d: %s", code, errs)
			}
			if left := names(t, disk) + " " + names(t, normal); left != " list.csv.zst" {
				t.Errorf("left: %s", left)
			}
		}
	}
	for _, format := range [][]string{{"proofs"}, {"csv-hedgey", "--decimals", "18"}, {"oz-dump"}} {
		all := append(append(slices.Clone(args), "-o", "OUT/claims", "--format"), format...)
		here := slices.Clone(all)
		here[slices.Index(here, "OUT/claims")] = normal + "/claims"
		if code, _, errs := told(t, here...); code != exitDone {
			t.Fatal(errs)
		}
		want := filesOf(t, normal)
		delete(want, "/list.csv.zst")
		size := int64(len(want["/claims"]))
		if err := os.Remove(normal + "/claims"); err != nil {
			t.Fatal(err)
		}
		stages := fillDisks(t, format[0], 4, want, func(step int) (int64, int) { return size*int64(step+1)/3 + 1<<16*int64(step), 0 }, all...)
		fullStages(t, format[0], stages, "temp-N/claims")
		stages = fillDisks(t, format[0]+", names", 5, want, func(step int) (int64, int) { return 2*size + 1<<20, 2 + step }, all...)
		fullStages(t, format[0]+", names", stages, "temp-N")
	}
}

// TestFullDisk_elsewhere: temporary files and output on different disks, either of them too small.
func TestFullDisk_elsewhere(t *testing.T) {
	const rows = 10_000
	in := denseCampaign(t, rows)
	for _, c := range []struct {
		what        string
		temp, out   int64
		code        int
		said, where string
	}{
		{"room for all", rows * 200, rows * 200, exitDone, "", ""},
		{"temporary files", rows * 40, rows * 200, exitFailed, noSpace, "temp"},
		{"output", rows * 200, rows * 60, exitFailed, noSpace, "out"},
		{"temporary files, known before", 1 << 15, rows * 200, exitFailed, "are free, about", "temp"},
		{"output, known before", rows * 200, 1 << 15, exitFailed, "are free, about", "out"},
	} {
		disks := map[string]string{"temp": smallDisk(t, c.temp, 0, 0), "out": smallDisk(t, c.out, 0, 0), "": ""}
		code, _, errs := told(t, "build", in, "-o", disks["out"]+"/bundle", "--memory", "64KiB", "--temp", disks["temp"])
		if code != c.code || !strings.Contains(errs, c.said) || !strings.Contains(errs, disks[c.where]) || strings.Count(errs, "\n") > 1 {
			t.Errorf("%s: exit status %d: %s", c.what, code, errs)
		}
		if left := names(t, disks["temp"]); left != "" {
			t.Errorf("%s: left in --temp: %s", c.what, left)
		}
		if left := names(t, disks["out"]); left != "" && (left != "bundle" || code != exitDone) {
			t.Errorf("%s: left beside the output: %s", c.what, left)
		}
	}
}

// TestFullDisk_shared: a folder for temporary files on the disk of the output has its room only once.
func TestFullDisk_shared(t *testing.T) {
	path := roomCampaign(t, 1, 4000, "fixed/v1, unit: base, list: {file: list.csv}", "profile: hedgey-v1, order: account", "")
	c, err := campaign.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	room := roomOf(c)
	for size, want := range map[int64]int{max(room.temp, room.bundle) + 1<<16: exitFailed, room.temp + room.bundle + 1<<18: exitDone} {
		disk := smallDisk(t, size, 0, 0)
		for _, name := range []string{"temp", "out"} {
			if err := os.Mkdir(filepath.Join(disk, name), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		code, _, errs := told(t, "build", path, "-o", disk+"/out/bundle", "--memory", "64KiB", "--temp", disk+"/temp")
		if code != want || want == exitFailed && !strings.Contains(errs, "are free, about") {
			t.Errorf("%d bytes: exit status %d: %s", size, code, errs)
		}
		if left := names(t, disk+"/temp"); left != "" {
			t.Errorf("left in --temp: %s", left)
		}
	}
}

// TestReadOnlyDisk: nothing can be made there, and that is said in one line.
func TestReadOnlyDisk(t *testing.T) {
	in, normal := denseCampaign(t, 10_000), t.TempDir()
	disk := smallDisk(t, 1<<20, 0, syscall.MS_RDONLY)
	list := in + "/list.csv.zst"
	for _, args := range [][]string{
		{"build", in, "-o", disk + "/bundle"},
		{"build", in, "-o", disk + "/bundle", "--memory", "64KiB"},
		{"build", in, "-o", normal + "/bundle", "--memory", "64KiB", "--temp", disk},
		{"tree", list, "--profile", "hedgey-v1", "-o", disk + "/claims"},
		{"tree", list, "--profile", "hedgey-v1", "--memory", "64KiB", "--temp", disk},
		{"init", "fixed/v1", disk + "/new"},
	} {
		code, out, errs := told(t, args...)
		if code != exitFailed || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, disk) || !strings.Contains(errs, "read-only file system") {
			t.Errorf("%v: exit status %d: %s%s", args, code, out, errs)
		}
	}
	if left := names(t, normal); left != "" {
		t.Errorf("left: %s", left)
	}
}
