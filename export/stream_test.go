package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
)

// opener reads inputs from memory.
func opener(inputs map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		text, ok := inputs[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

// both builds a campaign in memory and through disk, with little of it.
func both(t *testing.T, yaml string, inputs map[string]string, memory int64, workers int) (inMemory, onDisk map[string]string, a *alloc.Allocation, out *alloc.Outline, errs [2]error) {
	t.Helper()
	ctx := context.Background()
	c, err := campaign.Parse([]byte(yaml), "campaign.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	ao := alloc.Options{LeafColumns: LeafColumns, Open: opener(inputs)}
	o := Options{Workers: workers, noSync: true, Facts: func(t *TreeOutline) (map[string]any, error) {
		return map[string]any{"id": t.ID, "root": t.Root.Text(t.Profile.Width), "leaves": fmt.Sprint(t.Leaves), "total": t.Totals[0].String(), "part": fmt.Sprint(t.Part, t.Parts, t.Depth)}, nil
	}}
	dir := t.TempDir()
	build := func() error {
		if a, err = alloc.Compute(ctx, c, ao); err != nil {
			return err
		}
		trees, err := Trees(ctx, a, o)
		if err == nil {
			_, err = Write(ctx, filepath.Join(dir, "memory"), a, trees, o)
		}
		return err
	}
	errs[0] = build()
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	out, _, errs[1] = WriteStream(ctx, filepath.Join(dir, "disk"), c, ao, o, alloc.External{Dir: temp, Memory: memory, Workers: workers})
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("%d temporary files left, such as %s", len(left), left[0].Name())
	}
	return files(t, filepath.Join(dir, "memory")), files(t, filepath.Join(dir, "disk")), a, out, errs
}

func sameFiles(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: %s differs:\n%.300s\nwant\n%.300s", what, name, got[name], text)
			return
		}
	}
}

func TestWriteStream_sameBytes(t *testing.T) {
	before := runtime.NumGoroutine()
	cases := streamCases()
	for i, name := range slices.Sorted(maps.Keys(cases)) {
		if testing.Short() && i%4 > 0 && strings.Contains(name, ", ") {
			continue // files cost more than what is in them
		}
		c := cases[name]
		t.Run(name, func(t *testing.T) {
			sizes := []int{1, 2, 3, 5, 8, 17, 64, 100, 255, 257, 513, 2000}
			switch {
			case os.Getenv("MERKLE_LARGE") != "":
			case testing.Short():
				sizes = []int{1, 5, 64, 300}
			default: // a few large ones, others every time
				sizes = []int{1, 2, 3 + rand.IntN(6), 18 + rand.IntN(80), 250 + rand.IntN(20)}
				if i%12 == 0 && !strings.Contains(name, "split of one") {
					sizes = append(sizes, 500+rand.IntN(1500))
				}
			}
			built, refused := 0, error(nil)
			for i, n := range sizes {
				inputs := streamInputs(c.list(n + 1))
				inMemory, onDisk, a, out, errs := both(t, c.yaml(), inputs, 1<<13, 1+i%2)
				if errs[0] != nil || errs[1] != nil {
					if fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) {
						t.Fatalf("%d rows: in memory %v, through disk %v", n, errs[0], errs[1])
					}
					refused = errs[0]
					continue
				}
				sameFiles(t, fmt.Sprintf("%d rows", n), onDisk, inMemory)
				sameOutline(t, a, out)
				built++
			}
			if built < len(sizes)-1 {
				t.Errorf("only %d of %d sizes were built: %v", built, len(sizes), refused)
			}
		})
	}
	for range 300 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

// sameOutline compares what is said about claims.
func sameOutline(t *testing.T, a *alloc.Allocation, out *alloc.Outline) {
	t.Helper()
	for k := range a.Tokens {
		if got, want := fmt.Sprintf("%+v", out.Tokens[k].Ledger), fmt.Sprintf("%+v", a.Tokens[k].Ledger); got != want {
			t.Errorf("ledger %s, want %s", got, want)
		}
	}
	if fmt.Sprint(out.Notes, out.Accounts, out.Exclusions, out.Assertions) != fmt.Sprint(a.Notes, a.Accounts, a.Exclusions, a.Assertions) {
		t.Errorf("says %v %v %v %v\nwant %v %v %v %v", out.Notes, out.Accounts, out.Exclusions, out.Assertions, a.Notes, a.Accounts, a.Exclusions, a.Assertions)
	}
	if out.Enrolled != len(a.Entrants) {
		t.Errorf("%d entrants, want %d", out.Enrolled, len(a.Entrants))
	}
}

func TestWriteStream_random(t *testing.T) {
	random := rand.New(rand.NewPCG(7, rand.Uint64()))
	cases := streamCases()
	names := slices.Sorted(maps.Keys(cases))
	looked := 0
	for range 10 {
		name := names[random.IntN(len(names))]
		c := cases[name]
		n := 1000 + random.IntN(20000)
		if testing.Short() || strings.Contains(name, "split") && strings.Contains(name, "facts") {
			n /= 10
		}
		inMemory, onDisk, a, out, errs := both(t, c.yaml(), streamInputs(c.list(n)), 1<<16, 2)
		if fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) {
			t.Fatalf("%s, %d rows: %v", name, n, errs)
		}
		if errs[0] == nil {
			sameFiles(t, fmt.Sprintf("%s, %d rows", name, n), onDisk, inMemory)
			sameOutline(t, a, out)
			looked++
		}
	}
	if looked == 0 {
		t.Error("nothing was built")
	}
}

func TestWriteStream_large(t *testing.T) {
	if testing.Short() {
		t.Skip("50,000 rows")
	}
	for _, name := range []string{"jito-v1", "3 tokens, gap 3, a tree each", "5 tokens, gap 3, one tree", "inline, uniswap-v1, leaf-hash, split: 50"} {
		c := *streamCases()[name]
		c.trees = strings.Replace(c.trees, "split: 50", "split: 12000", 1)
		inMemory, onDisk, a, out, errs := both(t, c.yaml(), streamInputs(c.list(50_000)), 1<<20, 2)
		if errs != [2]error{} {
			t.Fatal(name, errs)
		}
		sameFiles(t, name, onDisk, inMemory)
		sameOutline(t, a, out)
	}
}

// TestWriteStream_fixtures builds campaigns to run, whatever of their rules goes through disk.
func TestWriteStream_fixtures(t *testing.T) {
	ctx := context.Background()
	paths, err := filepath.Glob("../fixtures/*/campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, path := range append(paths, "../fixtures/astra/contract.yaml") {
		c, err := campaign.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Streams(c); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if c.Rule.Close != nil { // the round that it closes is not built here
			continue
		}
		rules[c.Rule.Name] = true
		o := Options{noSync: true}
		a, err := alloc.Compute(ctx, c, alloc.Options{LeafColumns: LeafColumns})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		trees, err := Trees(ctx, a, o)
		if err == nil {
			_, err = Write(ctx, filepath.Join(dir, "memory"), a, trees, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		out, _, err := WriteStream(ctx, filepath.Join(dir, "disk"), c, alloc.Options{LeafColumns: LeafColumns}, o, alloc.External{Dir: t.TempDir(), Memory: 1 << 14})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		sameFiles(t, path, files(t, filepath.Join(dir, "disk")), files(t, filepath.Join(dir, "memory")))
		sameOutline(t, a, out)
	}
	for _, name := range []string{"fixed/v1", "jupiter-asr/v1", "astra-rewards/v1"} {
		if !rules[name] {
			t.Errorf("no campaign of %s was built through disk", name)
		}
	}
}

func TestWriteStream_sameFaults(t *testing.T) {
	cases := streamCases()
	split := *cases["uniswap-v1 given"]
	split.trees = strings.Replace(split.trees, "}", ", split: 2}", 1)
	much := *cases["jito-v1"]
	much.token = strings.Replace(jup, "99999999999", "99999999999999", 1)
	parts := much
	parts.trees = strings.Replace(much.trees, "}", ", split: 2}", 1)
	cases["uniswap-v1 given, split"], cases["jito-v1, much"], cases["jito-v1, much, split"] = &split, &much, &parts
	wrongLevels := func(name string, n int) string {
		c := *cases[name]
		c.row = func(i int) string { return fmt.Sprintf("%s,%d,note,%d", evmText(i), 1+i%9, i%2*300) }
		return c.list(n)
	}
	list := func(name string, rows ...string) string {
		return cases[name].header + "\n" + strings.Join(rows, "\n") + "\n"
	}
	a, b, x := solanaText(1), solanaText(2), solanaText(3)
	for _, c := range []struct{ name, list string }{
		{"jito-v1", list("jito-v1", a+",1", b+",2", a+",3", x+",4", b+",5", a+",6")},
		{"jito-v1", list("jito-v1", a+",1", b+",x", "zzz,5", a+",3")},
		{"jito-v1", list("jito-v1", a+",1", b+",99999999999000000", x+",99999999999000000", a+",9")},
		{"jito-v1", list("jito-v1", a+",1", b+",100000000000000000000000000000000000", a+",1")},
		{"jito-v1", list("jito-v1", a+",0", b+",0")},
		{"jito-v1", list("jito-v1")},
		{"jito-v1", "account\n" + a + "\n"},
		{"jito-v1", "account,amount,locked,index,color\n" + a + ",1,1,1,red\n"},
		{"jito-v1", ""},
		{"jito-tip-v1", "account,amount,locked\n" + a + ",1,1\n"},
		{"uniswap-v1 given", list("uniswap-v1 given", evmText(1)+",1,5", evmText(2)+",1,6", evmText(3)+",1,5", evmText(4)+",0,6", evmText(5)+",2,6")},
		{"uniswap-v1 given", list("uniswap-v1 given", evmText(1)+",1,99999999999999999999999", evmText(2)+",1,-6")},
		{"uniswap-v1 given", list("uniswap-v1 given")},
		{"oz-standard-v1", list("oz-standard-v1")},
		{"3 tokens, gap 0, one tree, given index", list("3 tokens, gap 0, one tree, given index")},
		{"uma-v1 given", "account,amount\n" + evmText(1) + ",1\n"},
		{"two chains, two units", list("two chains, two units", a+",1.1234567891", evmText(1)+",5")},
		{"sums, exclusions, assertions", "account,amount\nx,1\n" + evmText(9) + ",1\n"},
		{"own columns, account", list("own columns, account", evmText(4)+",1,a,256", evmText(9)+",1,b,x", evmText(2)+",3,c,7", evmText(7)+",3,c,-7")},
		{"own columns, input, split: 30", wrongLevels("own columns, input, split: 30", 100)},
		{"own columns, account, split: 30", wrongLevels("own columns, account, split: 30", 100)},
		{"own columns, leaf-hash", wrongLevels("own columns, leaf-hash", 70)},
		{"3 tokens, gap 0, one tree, given index", list("3 tokens, gap 0, one tree, given index", evmText(1)+",T,1,5", evmText(1)+",T1,1,6", evmText(2)+",T1,1,6", evmText(4)+",T,7,5", evmText(5)+",T,2,6")},
		{"3 tokens, gap 0, one tree, given index", list("3 tokens, gap 0, one tree, given index", evmText(1)+",T,1,5", evmText(1)+",T,1,6", evmText(2)+",X,1,7")},
		{"uniswap-v1 given, split", cases["uniswap-v1 given"].header + "\n" + evmText(1) + ",1,5\n" + evmText(2) + ",1,5\n" + evmText(3) + ",1,5\n" + evmText(4) + ",1,5\n" + evmText(5) + ",1,5\n"},
		{"jito-v1, much", cases["jito-v1, much"].header + "\n" + a + ",18446744073709551616\n" + b + ",18446744073709551617\n"},
		{"jito-v1, much", cases["jito-v1, much"].header + "\n" + a + ",18446744073709551615\n" + b + ",1\n" + x + ",1\n"},
		{"jito-v1, much, split", cases["jito-v1, much"].header + "\n" + a + ",18446744073709551615\n" + b + ",18446744073709551615\n" + x + ",18446744073709551615\n"},
	} {
		inputs := streamInputs(c.list)
		_, _, _, _, errs := both(t, cases[c.name].yaml(), inputs, 1<<12, 2)
		if errs[0] == nil || errs[1] == nil || errs[0].Error() != errs[1].Error() {
			t.Errorf("%s:\n%s\nin memory:    %v\nthrough disk: %v", c.name, c.list, errs[0], errs[1])
		}
	}
}

// Amounts that a contract cannot hold are told in claim order: of several tokens, with locked amounts, and where the account that takes residuals passes the width with what it gets.
func TestWriteStream_wideAmounts(t *testing.T) {
	const pool = ", decimals: 0, pool: \"99999999999999999999999999999999999999999999999999999999999999999999999\"}"
	const mint = `{asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:`
	for _, x := range []struct {
		profile, t, u, trees string
		account              func(i int) string
		full, over           string // the widest amount, and one unit more
	}{
		{"jito-v1", mint + "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN\"", mint + "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v\"", "[T] [U]", solanaText, "18446744073709551615", "18446744073709551616"},
		{"merkl-v1", `{asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F"`, `{asset: "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"`, "[T, U]", evmText,
			"411376139330301510538742295639337626245683966408394965837152255", "411376139330301510538742295639337626245683966408394965837152256"},
	} {
		list := []string{"account,token,amount,locked"}
		for i := range 48 {
			amount, locked := "5.5", "1.5"
			if i/2%3 == 0 {
				amount = x.over + ".5"
			}
			if i/2%4 == 0 {
				locked = x.over + ".5"
			}
			if i/2 == 13 {
				amount, locked = x.full+".5", x.over+".5"
			}
			list = append(list, fmt.Sprintf("%s,%s,%s,%s", x.account(i/2), "TUUT"[i%4:i%4+1], amount, locked))
		}
		slices.Sort(list[1:]) // neither by key nor by number
		for _, order := range []string{"input", "account"} {
			for _, to := range []string{"account, account: \"" + x.account(13) + "\"", "account, account: \"" + x.account(99) + "\"", "largest"} {
				c := &streamCase{token: x.t + pool, others: "  U: " + x.u + pool + "\n", rule: "unit: token, precision: floor-row, duplicates: error", residual: to}
				for i, tokens := range strings.SplitAfter(x.trees, "]") {
					if tokens != "" {
						c.trees += fmt.Sprintf("  - {id: t%d, tokens: %s, profile: %s, order: %s}\n", i, strings.TrimSpace(tokens), x.profile, order)
					}
				}
				_, _, _, _, errs := both(t, c.yaml(), streamInputs(strings.Join(list, "\n")+"\n"), 1<<12, 2)
				if errs[0] == nil || errs[1] == nil || errs[0].Error() != errs[1].Error() {
					t.Errorf("%s, %s, %s:\nin memory:    %v\nthrough disk: %v", x.profile, order, to, errs[0], errs[1])
				} else if n := strings.Count(errs[0].Error(), "wider than"); n < 28 {
					t.Errorf("%s, %s, %s: only %d are wide: %v", x.profile, order, to, n, errs[0])
				}
			}
		}
	}
}

func TestWriteStream_refusedKinds(t *testing.T) {
	c := *streamCases()["hedgey-v1"]
	c.more = "accounts: {burn: refuse, precompile: refuse, own: refuse}\n"
	list := "account,amount\n" + evmText(1) + ",1\n0x000000000000000000000000000000000000dEaD,5\n0x0000000000000000000000000000000000000001,6\n0x6B175474E89094C44Da98b954EedeAC495271d0F,7\n"
	_, _, _, _, errs := both(t, c.yaml(), streamInputs(list), 1<<12, 2)
	if errs[0] == nil || errs[1] == nil || errs[0].Error() != errs[1].Error() {
		t.Errorf("in memory:    %v\nthrough disk: %v", errs[0], errs[1])
	}
	c.more = "accounts: {burn: warn, precompile: warn, own: warn}\n"
	inMemory, onDisk, a, out, errs := both(t, c.yaml(), streamInputs(list), 1<<12, 2)
	if errs != [2]error{} {
		t.Fatal(errs)
	}
	sameFiles(t, "kinds", onDisk, inMemory)
	sameOutline(t, a, out)
}

func TestWriteStream_leavesNothingWhenStopped(t *testing.T) {
	for _, name := range []string{"jito-v1", "3 tokens, gap 3, a tree each, input, split", "3 tokens, gap 0, one tree, inline", "grouped, eigenlayer-v1, tokens: 3"} {
		stopEverywhere(t, streamCases()[name], 900)
	}
}

// stopEverywhere stops builds at files of all kinds, and cancels one, and looks for what is left.
func stopEverywhere(t *testing.T, c *streamCase, rows int) {
	t.Helper()
	camp, err := campaign.Parse([]byte(c.yaml()), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	for _, name := range []string{"campaign.yaml", "inputs/list.csv", "groups/g0/shards/000/000.json", "groups/g0/index/000/000.json", "SHA256SUMS", "manifest.json", "cancelled"} {
		dir := t.TempDir()
		temp := filepath.Join(dir, "temp")
		if err := os.Mkdir(temp, 0o700); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		o := Options{noSync: true, fault: func(path string) error {
			if path == name {
				return full
			}
			return nil
		}, Progress: func(stage string, _, _ int64) {
			if name == "cancelled" && stage == "trees" {
				cancel()
			}
		}}
		ao := alloc.Options{LeafColumns: LeafColumns, Open: opener(streamInputs(c.list(rows)))}
		_, _, err := WriteStream(ctx, filepath.Join(dir, "out"), camp, ao, o, alloc.External{Dir: temp, Memory: 1 << 14})
		cancel()
		if !errors.Is(err, full) && (name != "cancelled" || !errors.Is(err, context.Canceled)) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("%s: %s is left", name, left[0].Name())
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%s: %v", name, left)
		}
	}
}
