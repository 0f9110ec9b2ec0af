package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/internal/extsort"
)

func memoryFlag() cli.Flag {
	return &cli.StringFlag{Name: "memory", Usage: "go through disk when more than `LIMIT` would be needed, such as 512MiB or 4GiB; never changes a byte", DefaultText: "three quarters of the machine's"}
}

func tempFlag() cli.Flag {
	return &cli.StringFlag{Name: "temp", Usage: "`DIR` for temporary files", DefaultText: "beside the output"}
}

// limit is how much memory may be used.
type limit struct {
	bytes int64 // 0: not known
	given bool
}

// memoryLimit is the flag's, or three quarters of what this machine, or the container, has.
func memoryLimit(c *cli.Context) (limit, error) {
	text := c.String("memory")
	if !c.IsSet("memory") {
		n := machineMemory("/")
		return limit{n / 4 * 3, false}, nil
	}
	n, ok := parseBytes(text)
	if !ok {
		return limit{}, usage("--memory %q: want a whole number and KiB, MiB or GiB, such as 512MiB", text)
	}
	return limit{n, true}, nil
}

// parseBytes reads a number of KiB, MiB or GiB.
func parseBytes(text string) (int64, bool) {
	for shift, unit := range map[int]string{10: "KiB", 20: "MiB", 30: "GiB"} {
		digits, found := strings.CutSuffix(text, unit)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 33)
		if err != nil || n == 0 || strings.HasPrefix(digits, "0") || n > math.MaxInt64>>shift {
			return 0, false
		}
		return int64(n) << shift, true
	}
	return 0, false
}

// sizeText is a number of bytes in words, rounded up.
func sizeText(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", (n+1<<30-1)>>30)
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", (n+1<<10-1)>>10)
	}
	return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20)
}

// machineMemory is the least of what the machine has and what the control groups of this process allow, as Linux tells below root; 0 when it does not.
func machineMemory(root string) int64 {
	least := int64(0)
	take := func(n int64) {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	for line := range strings.SplitSeq(readText(filepath.Join(root, "proc/meminfo")), "\n") {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 53)
			take(n << 10)
		}
	}
	for line := range strings.SplitSeq(readText(filepath.Join(root, "proc/self/cgroup")), "\n") {
		_, rest, _ := strings.Cut(line, ":")
		controllers, path, ok := strings.Cut(rest, ":")
		if !ok {
			continue
		}
		base, file := "sys/fs/cgroup", "memory.max"
		if controllers == "memory" {
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if controllers != "" {
			continue
		}
		for ; ; path = filepath.Dir(path) { // every group above limits too; inside a container the path may not be there
			n, err := strconv.ParseInt(strings.TrimSpace(readText(filepath.Join(root, base, path, file))), 10, 64)
			if err == nil {
				take(n)
			}
			if path == "/" || path == "." {
				break
			}
		}
	}
	return least
}

func readText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

func (l limit) exceeded(estimate int64) bool { return l.bytes > 0 && estimate > l.bytes }

// tooLittle says that something needs more, and why.
func (l limit) tooLittle(path string, need int64, why error) error {
	return fmt.Errorf("%s: about %s of memory are needed, the limit is %s, and it %v", path, sizeText(need), sizeText(l.bytes), why)
}

// leastMemory is what the program takes anyway: a lower limit would have the collector run all the time.
const leastMemory = 64 << 20

// programMemory is what the pages of the program itself take, of which the collector knows nothing.
const programMemory = 20 << 20

// collect tells the garbage collector of the limit and returns what it was told before.
func (l limit) collect() int64 {
	return debug.SetMemoryLimit(max(l.bytes/10*9-programMemory, leastMemory))
}

// What a build in memory takes, measured: bytes a row of a list (docs/performance.md), and bytes of memory a byte of any other input.
const (
	listRowMemory   = 270
	weightMemory    = 200 // a row of weights, and for each token
	shareMemory     = 150
	inputByteMemory = 12
	leafMemory      = 500 // a leaf of a round that is closed
	claimedMemory   = 80  // a row of what was claimed of it
)

// Sizes of files, where the campaign does not say how many rows there are.
const (
	leastRow = 45 // bytes of an account and an amount
	packed   = 4  // how much smaller a compressed file may well be
)

// campaignMemory estimates how many bytes a build in memory takes, from declared rows or the sizes of files.
func campaignMemory(c *campaign.Campaign) int64 {
	if c.Rule.Fixed != nil && len(c.Tokens) > 0 {
		return listRows(c, &c.Rule.Fixed.List) * listRowMemory
	}
	if r := c.Rule.ProRata; r != nil {
		return listRows(c, &r.Weights) * (weightMemory + shareMemory*int64(len(c.Tokens)))
	}
	if r := c.Rule.Close; r != nil {
		return roundOf(c).leaves*leafMemory + listRows(c, &r.Claimed)*claimedMemory
	}
	total := int64(0)
	everyInput(c, func(in *campaign.Input) { total += inputSize(c, in) * inputByteMemory })
	return total
}

// monthsOf are the settings of a rule by months, nil of others.
func monthsOf(c *campaign.Campaign) *campaign.Months {
	switch {
	case c.Rule.NoonActive != nil:
		return &c.Rule.NoonActive.Months
	case c.Rule.NoonOpen != nil:
		return &c.Rule.NoonOpen.Months
	}
	return nil
}

// everyInput calls visit for every input of the rule, and for the tables of the month before.
func everyInput(c *campaign.Campaign, visit func(*campaign.Input)) {
	eachInput(reflect.ValueOf(c.Rule), visit)
	if m := monthsOf(c); m != nil && m.Previous != nil {
		for _, name := range []string{"positions", "paid"} {
			visit(&campaign.Input{File: m.Previous.Dir + "/tables/" + name + ".csv"})
		}
	}
}

func listRows(c *campaign.Campaign, in *campaign.Input) int64 {
	if n, err := strconv.ParseInt(in.Rows, 10, 40); err == nil {
		return n
	}
	return inputSize(c, in) / leastRow
}

// inputSize is the size of an input, unpacked; 0 when it is not there, which the build tells.
func inputSize(c *campaign.Campaign, in *campaign.Input) int64 {
	info, err := os.Stat(filepath.Join(filepath.Dir(c.Path), filepath.FromSlash(in.File)))
	switch {
	case err != nil:
		return 0
	case strings.HasSuffix(in.File, ".gz"), strings.HasSuffix(in.File, ".zst"), strings.HasSuffix(in.File, ".parquet"):
		return info.Size() * packed
	}
	return info.Size()
}

// eachInput calls visit for every input in the settings of a rule.
func eachInput(v reflect.Value, visit func(*campaign.Input)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachInput(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachInput(v.Index(i), visit)
		}
	case reflect.Struct:
		if in, ok := v.Interface().(campaign.Input); ok {
			if in.File != "" {
				visit(&in)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachInput(v.Field(i), visit)
			}
		}
	}
}

// buildOnDisk builds a campaign whose claims memory need not hold. What cannot be built so is refused when the limit was given, and else built in memory.
func buildOnDisk(c *cli.Context, dir string, camp *campaign.Campaign, o export.Options, most limit) (*result, error) {
	need := campaignMemory(camp)
	inMemory := func(err error) (*result, error) {
		text := fmt.Sprintf("%s: about %s of memory are needed, the limit is %s, and %v", camp.Path, sizeText(need), sizeText(most.bytes), err)
		if most.given {
			return nil, &refusedError{errors.New(text)}
		}
		fmt.Fprintf(c.App.ErrWriter, "merkle: warning: %s\n", text)
		return buildInMemory(c, dir, camp, o)
	}
	if err := export.Streams(camp); err != nil {
		return inMemory(err)
	}
	room := roomOf(camp)
	if held := leastMemory + room.memory; most.given && room.memory > max(most.bytes, leastMemory)/2 {
		what := "order and place of each claim"
		if camp.Rule.Close != nil {
			what = "the digests of the round's files"
		}
		return nil, &refusedError{fmt.Errorf("%s: about %s of memory are needed, and %s through disk, where %s are held; the limit is %s",
			camp.Path, sizeText(need), sizeText(held), what, sizeText(most.bytes))}
	}
	place, err := tempPlace(c, dir, room.temp, room.bundle, claimPlace(c))
	if err != nil {
		return nil, err
	}
	defer place.Release()
	if o.Stages, err = newStages(c, camp, place); err != nil {
		return nil, err
	}
	defer o.Stages.Journal.Close() // every line is flushed
	defer debug.SetMemoryLimit(most.collect())
	x := alloc.External{Dir: place.Path(), Memory: max(most.bytes-room.memory, most.bytes/2) / 2, Workers: o.Workers}
	out, m, err := export.WriteStream(c.Context, dir, camp, alloc.Options{Progress: o.Progress, LeafColumns: export.LeafColumns, Checksums: checksums}, o, x)
	if errors.Is(err, alloc.ErrInMemory) {
		if gone := place.Release(); gone != nil {
			return nil, gone
		}
		return inMemory(err)
	}
	if n := len(o.Stages.Taken); n > 0 {
		fmt.Fprintf(c.App.ErrWriter, "merkle: went on from %d finished stages: %s\n", n, strings.Join(o.Stages.Taken, ", "))
	}
	if err != nil && o.Stages.Left {
		fmt.Fprintf(c.App.ErrWriter, "merkle: finished stages are kept in %s for --resume\n", place.Path())
		return nil, errors.Join(err, place.Keep())
	}
	if err != nil {
		return nil, err
	}
	return resultOnDisk(out, m), place.Release()
}

// tempDir is where an output's temporary files are, and the name that they go by.
func tempDir(c *cli.Context, output string) (dir, name string, err error) {
	abs, err := filepath.Abs(output)
	dir, name = filepath.Dir(abs), filepath.Base(abs)
	if c.IsSet("temp") {
		dir = c.String("temp")
	}
	return dir, name, err
}

// clearTemp removes what killed runs with the same output have left, for a run that needs no temporary files itself.
func clearTemp(c *cli.Context, output string) {
	if dir, name, err := tempDir(c, output); err == nil {
		extsort.Clear(dir, name)
	}
}

// tempPlace makes the directory for temporary files beside an output, or where --temp says, when there is room for so many bytes of them and of output.
// claim takes the directory: extsort.Claim, or what takes up that of a stopped run, whose files need no room any more.
func tempPlace(c *cli.Context, output string, temp, made int64, claim func(dir, name string) (*extsort.Place, error)) (*extsort.Place, error) {
	abs, err := filepath.Abs(output)
	if err != nil {
		return nil, err
	}
	dir, name, err := tempDir(c, output)
	if err != nil {
		return nil, err
	}
	beside := filepath.Dir(abs)
	needs := map[string]int64{beside: made}
	if c.IsSet("temp") {
		if info, err := os.Stat(dir); err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, fmt.Errorf("--temp %s: not a directory", dir)
		}
	}
	needs[dir] += temp
	place, err := claim(dir, name) // before the room is looked at: what a killed run left is gone then
	if err != nil {
		return nil, err
	}
	needs[beside] -= held(filepath.Join(beside, "."+filepath.Base(abs)+".partial"))
	needs[dir] -= held(place.Path())
	if dir != beside && extsort.SameDisk(dir, beside) {
		needs[dir] += needs[beside]
		delete(needs, beside)
	}
	for _, dir := range slices.Sorted(maps.Keys(needs)) {
		if free, known := extsort.Free(dir); known && free < needs[dir] {
			return nil, errors.Join(fmt.Errorf("%s: %d MiB are free, about %s are needed for temporary files and output", dir, free>>20, sizeText(needs[dir])), giveBack(c, place))
		}
	}
	return place, nil
}
