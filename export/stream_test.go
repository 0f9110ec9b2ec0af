package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
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

// streamCase is a campaign of fixed/v1 for one token.
type streamCase struct {
	token    string // in YAML, with the pool
	others   string // more tokens, in YAML
	trees    string // in YAML
	rule     string // what is added to the rule
	residual string
	publish  string
	more     string // sections of the campaign
	header   string
	row      func(i int) string
}

func (c *streamCase) yaml() string {
	return "format: merkle-campaign/v1\nid: sample\ntokens:\n  T: " + c.token + "\n" + c.others +
		"rule: {name: fixed/v1, list: {file: list.csv}, " + c.rule + "}\n" +
		"rounding: {method: floor, at: account-token, residual: {to: " + c.residual + "}}\ntrees:\n" + c.trees + c.publish + c.more
}

func (c *streamCase) list(n int) string {
	var b strings.Builder
	b.WriteString(c.header + "\n")
	for i := range n {
		b.WriteString(c.row(i) + "\n")
	}
	return b.String()
}

const jup = `{asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "99999999999"}`
const dai = `{asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18, pool: "99999999999"}`

func solanaText(i int) string { return sample{profile: "jito-v1"}.account(i).Text() }
func evmText(i int) string    { return sample{}.account(i).String() }

func streamCases() map[string]*streamCase {
	plain := func(profile, token string, account func(int) string) *streamCase {
		return &streamCase{token: token, trees: "  - {id: t, tokens: [T], profile: " + profile + ", order: account}\n", rule: "unit: base, duplicates: error", residual: "treasury",
			header: "account,amount", row: func(i int) string { return fmt.Sprintf("%s,%d", account(i), i*i%1009) }}
	}
	cases := map[string]*streamCase{}
	for _, p := range []string{"jito-v1", "jito-tip-v1", "jupiter-ts-v1"} {
		cases[p] = plain(p, jup, solanaText)
	}
	for _, p := range []string{"hedgey-v1", "address-amount-packed-v1", "morpho-urd-v1", "merkl-sdk-v1", "token-account-packed-v1", "text-v1", "1inch-signature-128-v1"} {
		cases[p] = plain(p, dai, evmText)
	}
	for _, p := range []string{"uniswap-v1", "uma-v1", "sablier-v1"} {
		c := plain(p, dai, evmText)
		c.header, c.row = "account,amount,index", func(i int) string { return fmt.Sprintf("%s,%d,%d", evmText(i), i%1009, 3*i) }
		cases[p+" given"] = c
	}
	cases["sablier numbered"] = plain("sablier-v1", dai, evmText)
	for _, p := range []string{"oz-standard-v1", "murky-v1"} {
		c := plain(p, dai, evmText)
		c.trees = "  - {id: t, tokens: [T], profile: " + p + ", order: account, fields: [\"index:uint256\", \"account:address\", \"amount:uint256\", \"season:uint8\"], constants: {season: \"3\"}}\n"
		c.header, c.row = cases["uma-v1 given"].header, cases["uma-v1 given"].row
		cases[p] = c
	}
	c := plain("jito-v1", jup, solanaText)
	c.header, c.row = "account,amount,locked", func(i int) string { return fmt.Sprintf("%s,%d,%d", solanaText(i), i%5, i%7) }
	c.publish = "publish: {proofs: subtree, shard: 64, inputs: digest}\n"
	cases["locked, shard 64, digest"] = c
	c = plain("jito-v1", jup, solanaText)
	c.rule = "unit: token, precision: floor-row, duplicates: sum"
	c.residual = "largest"
	c.row = func(i int) string { return fmt.Sprintf("%s,%d.%08d", solanaText(i*7%11), i%3, i*1234567%100000000) }
	cases["sums of fractions, residual to the largest"] = c
	c = plain("hedgey-v1", dai, evmText)
	c.rule = "unit: token, duplicates: sum"
	c.row = func(i int) string { return fmt.Sprintf("%s,%d.5", evmText(i/2), i%1000) }
	c.more = "exclude:\n  - {list: A, file: out.csv}\n  - {list: B, file: out2.csv}\naccounts: {burn: warn, precompile: warn}\n" +
		"assert:\n  - {figure: claims-total, token: T, prints: \"1\", level: warn}\n  - {figure: claim, token: T, account: \"" + evmText(2) + "\", prints: \"9.5\", level: warn}\n  - {figure: leaves, token: T, prints: \"3\", level: warn}\n"
	cases["sums, exclusions, assertions"] = c
	for name, more := range map[string]string{"split": "split: 100", "split into pairs": "split: 2", "split of one": "split: 1"} {
		c = plain("jito-v1", jup, solanaText)
		c.trees = strings.Replace(c.trees, "}", ", "+more+", deployment: {program: x}}", 1)
		c.publish = "publish: {facts: yes, shard: 16}\n"
		cases[name+", facts"] = c
	}
	for _, p := range []string{"uniswap-v1", "jito-tip-v1", "jupiter-ts-v1", "sablier-v1"} {
		for _, rule := range []string{"error", "sum"} {
			account, token := evmText, dai
			if strings.HasPrefix(p, "j") {
				account, token = solanaText, jup
			}
			c = plain(p, token, account)
			c.rule = "unit: base, duplicates: " + rule
			c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i), i%7) }
			if rule == "sum" {
				c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i*i%(i+3)/2), i%7) }
				c.trees = strings.Replace(c.trees, "}", ", split: 37}", 1)
			}
			cases[p+" by rule, "+rule] = c
		}
	}
	for _, order := range []string{"profile", "account", "input", "leaf-hash"} {
		for _, split := range []string{"", ", split: 50"} {
			for _, p := range []string{"jito-v1", "jupiter-ts-v1", "oz-standard-v1", "uniswap-v1", "sablier-v1", "jito-tip-v1"} {
				account, token := evmText, dai
				if strings.HasPrefix(p, "j") {
					account, token = solanaText, jup
				}
				c = plain(p, token, account)
				c.trees = strings.Replace(c.trees, "order: account", "order: "+order+split, 1)
				c.publish = "publish: {proofs: inline, shard: 64}\n"
				if order != "account" {
					c.publish = "publish: {shard: 32}\n"
				}
				c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i), i%5) }
				cases["inline, "+p+", "+order+split] = c
			}
		}
	}
	severalTokens(cases, plain)
	for _, order := range []string{"account", "input, split: 30", "account, split: 30", "leaf-hash"} {
		c = plain("oz-standard-v1, fields: [\"account:address\", \"note:string\", \"amount:uint256\", \"level:uint8\"]", dai, evmText)
		c.trees = strings.Replace(c.trees, "order: account", "order: "+order, 1)
		c.publish = "publish: {shard: 20}\n"
		c.header = "account,amount,note,level"
		c.row = func(i int) string {
			return fmt.Sprintf("%s,%d,\"%s, note %d\",%d", evmText(i), i%9, strings.Repeat("é", i%40), i, i%256)
		}
		cases["own columns, "+order] = c
	}
	c = plain("", "", nil)
	c.token = `{decimals: 18, pool: "10000000000000", assets: [{asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18}, {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 9}]}`
	c.trees = "  - {id: b, tokens: [T], chain: \"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp\", profile: jito-v1, order: account}\n  - {id: a, tokens: [T], chain: \"eip155:1\", profile: hedgey-v1, order: account}\n"
	c.rule = "unit: token, duplicates: error"
	c.row = func(i int) string {
		if i%3 == 1 {
			return fmt.Sprintf("%s,%d.123456789", solanaText(i), i)
		}
		return fmt.Sprintf("%s,%d.123456789123456789", evmText(i), i)
	}
	cases["two chains, two units"] = c
	return cases
}

// severalTokens adds campaigns of two to five tokens: trees over the same accounts, over other ones, and one tree of all.
func severalTokens(cases map[string]*streamCase, plain func(profile, token string, account func(int) string) *streamCase) {
	token := func(i, decimals int) string {
		return fmt.Sprintf("  T%d: {asset: \"%s/erc20:%s\", decimals: %d, pool: \"99999999\"}\n", i, evmChain, evmText(-1-i), decimals)
	}
	for n := 2; n <= 5; n++ {
		for _, gap := range []int{0, 3} { // above 0: some accounts have nothing of some token
			for _, how := range []string{"a tree each", "a tree each, inline", "a tree each, split", "a tree each, input, split", "one tree", "one tree, inline", "one tree, leaf-hash", "one tree, input", "one tree, given index"} {
				c := plain("", dai, evmText)
				c.trees, c.others = "", ""
				ids := "T"
				for i := 1; i < n; i++ {
					c.others += token(i, 6*i%19)
					ids += fmt.Sprintf(", T%d", i)
				}
				order, more := "account", ""
				for _, o := range []string{"leaf-hash", "input"} {
					if strings.Contains(how, o) {
						order = o
					}
				}
				switch {
				case strings.Contains(how, "inline"):
					c.publish = "publish: {proofs: inline, shard: 30}\n"
				case strings.Contains(how, "split"):
					more, c.publish = ", split: 40", "publish: {shard: 16}\n"
				default:
					c.publish = "publish: {shard: 50}\n"
				}
				profile := "oz-standard-v1, fields: [\"token:address\", \"account:address\", \"amount:uint256\"]"
				c.header = "account,token,amount"
				index := ""
				if strings.Contains(how, "given") {
					profile = "oz-standard-v1, fields: [\"index:uint64\", \"account:address\", \"token:address\", \"amount:uint256\"]"
					c.header += ",index"
				}
				if strings.HasPrefix(how, "one tree") {
					c.trees = fmt.Sprintf("  - {id: all, tokens: [%s], profile: %s, order: %s}\n", ids, profile, order)
				} else {
					for i, id := range strings.Split(ids, ", ") {
						p := []string{"hedgey-v1", "oz-standard-v1", "uniswap-v1", "murky-v1", "sablier-v1"}[i]
						if p == "oz-standard-v1" || p == "murky-v1" {
							p += ", fields: [\"account:address\", \"amount:uint256\"]"
						}
						c.trees += fmt.Sprintf("  - {id: t%d, tokens: [%s], profile: %s, order: %s%s}\n", i, id, p, order, more)
					}
				}
				c.row = func(i int) string {
					id, account := strings.Split(ids, ", ")[i%n], i/n
					if gap > 0 && account%gap == i%n%gap {
						account += 5000000
					}
					if strings.Contains(how, "given") {
						index = fmt.Sprintf(",%d", 7*i+1)
					}
					return fmt.Sprintf("%s,%s,%d%s", evmText(account*7919%10007), id, i%11+i%2, index)
				}
				cases[fmt.Sprintf("%d tokens, gap %d, %s", n, gap, how)] = c
			}
		}
	}
}

func streamInputs(list string) map[string]string {
	return map[string]string{"list.csv": list, "out.csv": "account,reason\n" + evmText(1) + ",team\n" + evmText(70000) + ",gone\n", "out2.csv": "account,reason\n" + evmText(1) + ",again\n" + evmText(3) + ",x\n"}
}

func TestWriteStream_sameBytes(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, c := range streamCases() {
		t.Run(name, func(t *testing.T) {
			sizes := []int{1, 2, 3, 5, 8, 17, 64, 100, 255, 257, 513, 2000}
			if testing.Short() {
				sizes = []int{1, 2, 5, 64, 257, 600}
			}
			built := 0
			for i, n := range sizes {
				inputs := streamInputs(c.list(n + 1))
				inMemory, onDisk, a, out, errs := both(t, c.yaml(), inputs, 1<<13, 1+i%2)
				if errs[0] != nil || errs[1] != nil {
					if fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) {
						t.Fatalf("%d rows: in memory %v, through disk %v", n, errs[0], errs[1])
					}
					continue
				}
				sameFiles(t, fmt.Sprintf("%d rows", n), onDisk, inMemory)
				sameOutline(t, a, out)
				built++
			}
			if built < len(sizes)-1 {
				t.Errorf("only %d of %d sizes were built", built, len(sizes))
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
	random := rand.New(rand.NewPCG(7, 7))
	names := []string{"jito-v1", "hedgey-v1", "uniswap-v1 given", "sums, exclusions, assertions"}
	for _, name := range names {
		c := streamCases()[name]
		n := 1000 + random.IntN(20000)
		if testing.Short() {
			n /= 10
		}
		inMemory, onDisk, a, out, errs := both(t, c.yaml(), streamInputs(c.list(n)), 1<<16, 2)
		if errs != [2]error{} {
			t.Fatal(errs)
		}
		sameFiles(t, fmt.Sprintf("%s, %d rows", name, n), onDisk, inMemory)
		sameOutline(t, a, out)
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
		{"uma-v1 given", "account,amount\n" + evmText(1) + ",1\n"},
		{"two chains, two units", list("two chains, two units", a+",1.1234567891", evmText(1)+",5")},
		{"sums, exclusions, assertions", "account,amount\nx,1\n" + evmText(9) + ",1\n"},
		{"own columns, account", list("own columns, account", evmText(4)+",1,a,256", evmText(9)+",1,b,x", evmText(2)+",3,c,7", evmText(7)+",3,c,-7")},
		{"own columns, input, split: 30", wrongLevels("own columns, input, split: 30", 100)},
		{"own columns, account, split: 30", wrongLevels("own columns, account, split: 30", 100)},
		{"own columns, leaf-hash", wrongLevels("own columns, leaf-hash", 70)},
		{"2 tokens, gap 0, one tree, given index", list("2 tokens, gap 0, one tree, given index", evmText(1)+",T,1,5", evmText(1)+",T1,1,6", evmText(2)+",T1,1,6", evmText(4)+",T,7,5", evmText(5)+",T,2,6")},
		{"2 tokens, gap 0, one tree, given index", list("2 tokens, gap 0, one tree, given index", evmText(1)+",T,1,5", evmText(1)+",T,1,6", evmText(2)+",X,1,7")},
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

func TestWriteStream_inMemoryOnly(t *testing.T) {
	cases := streamCases()
	for what, change := range map[string]func(c *streamCase){
		"groups": func(c *streamCase) {
			c.trees, c.token = "  - {id: t, tokens: [T], profile: eigenlayer-v1, order: profile}\n", dai
			c.row = func(i int) string { return fmt.Sprintf("%s,%d", evmText(i), i) }
		},
	} {
		c := *cases["jito-v1"]
		change(&c)
		_, _, _, _, errs := both(t, c.yaml(), streamInputs(c.list(20)), 1<<12, 1)
		if !errors.Is(errs[1], alloc.ErrInMemory) {
			t.Errorf("%s: %v", what, errs[1])
		}
	}
}

func TestWriteStream_leavesNothingWhenStopped(t *testing.T) {
	c := streamCases()["jito-v1"]
	camp, err := campaign.Parse([]byte(c.yaml()), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	for _, name := range []string{"campaign.yaml", "inputs/list.csv", "groups/g0/shards/000/000.json", "groups/g0/index/000/000.json", "SHA256SUMS", "manifest.json"} {
		dir := t.TempDir()
		temp := filepath.Join(dir, "temp")
		if err := os.Mkdir(temp, 0o700); err != nil {
			t.Fatal(err)
		}
		o := Options{noSync: true, fault: func(path string) error {
			if path == name {
				return full
			}
			return nil
		}}
		ao := alloc.Options{LeafColumns: LeafColumns, Open: opener(streamInputs(c.list(3000)))}
		_, _, err := WriteStream(context.Background(), filepath.Join(dir, "out"), camp, ao, o, alloc.External{Dir: temp, Memory: 1 << 14})
		if !errors.Is(err, full) {
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
