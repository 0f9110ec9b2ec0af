package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// evmVector is what the files of other tools need of fixtures/vectors/evm.json; raw members keep the order of the tool.
type evmVector struct {
	ID           string
	Root         string
	Input        json.RawMessage
	Values       json.RawMessage
	LeafEncoding []string
	Options      struct{ SortLeaves bool }
	InputCSV     string `json:"inputCsv"`
	Decimals     uint8

	ClaimFile    json.RawMessage
	Output       json.RawMessage
	Dump         json.RawMessage
	CampaignJSON json.RawMessage `json:"campaignJson"`
	URDJSON      json.RawMessage `json:"urdJson"`
	ShardFiles   map[string]json.RawMessage
	Info         json.RawMessage
	Multiproof   json.RawMessage
}

func evmVectors(t testing.TB) []evmVector {
	t.Helper()
	var file struct{ Vectors []evmVector }
	readJSON(t, "../../fixtures/vectors/evm.json", &file)
	return file.Vectors
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func unmarshal(t testing.TB, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func account(t testing.TB, text string) merkle.Account {
	t.Helper()
	a, err := merkle.ParseAccountAny([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func amount(t testing.TB, text string) merkle.Amount {
	t.Helper()
	a, err := merkle.ParseAmount(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func lookup(t testing.TB, name string) tree.Profile {
	t.Helper()
	p, err := tree.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t testing.TB, s tree.Spec, r *tree.Rows) *tree.Tree {
	t.Helper()
	if s.Order == "" {
		s.Order = tree.OrderProfile
	}
	built, err := tree.Build(context.Background(), s, r)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// compact is the text as JSON.stringify prints it, members in their order.
func compact(t testing.TB, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return b.String()
}

// streamed is the one file of a kind.
func streamed(t testing.TB, kind string, built *tree.Tree, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Stream(context.Background(), kind, &b, built, o); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return b.String()
}

func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	from := max(0, at-60)
	t.Errorf("%s: differs at byte %d:\n got %.160s\nwant %.160s", what, at, got[from:], want[from:])
}

func TestUniswapVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		var rows tree.Rows
		want := v.ClaimFile
		switch {
		case strings.HasPrefix(v.ID, "uniswap-v1-"):
			var list []struct{ Address, Earnings string }
			unmarshal(t, v.Input, &list)
			for _, r := range list {
				rows.Accounts = append(rows.Accounts, account(t, r.Address))
				rows.Amounts = append(rows.Amounts, fromHex(t, r.Earnings))
			}
		case v.ID == "uniswap-oldformat-number":
			want = v.Output
			rows = tree.Rows{Accounts: []merkle.Account{account(t, "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f")}, Amounts: []merkle.Amount{merkle.NewAmount(100)}}
		default:
			continue
		}
		checked++
		built := build(t, tree.Spec{Profile: lookup(t, "uniswap-v1")}, &rows)
		same(t, v.ID, streamed(t, "uniswap", built, Options{}), compact(t, want)+"\n")
	}
	if checked < 4 {
		t.Fatalf("%d vectors", checked)
	}
}

func fromHex(t testing.TB, text string) (sum merkle.Amount) {
	t.Helper()
	for _, c := range strings.TrimPrefix(text, "0x") {
		for range 4 {
			sum, _ = sum.Add(sum)
		}
		d := strings.IndexRune("0123456789abcdef", c)
		if d < 0 {
			t.Fatalf("hex %q", text)
		}
		sum, _ = sum.Add(merkle.NewAmount(uint64(d)))
	}
	return sum
}

// ozTree builds the tree of a vector with values.
func ozTree(t *testing.T, v evmVector) *tree.Tree {
	t.Helper()
	s := tree.Spec{Order: tree.OrderInput, KeepDuplicates: true}
	if v.Options.SortLeaves {
		s.Order = tree.OrderLeafHash
	}
	var rows tree.Rows
	if v.LeafEncoding == nil {
		s.Profile = lookup(t, "oz-simple-v1")
		var values []string
		unmarshal(t, v.Values, &values)
		rows.Columns = []tree.Column{{Name: "leaf", Values: values}}
		return build(t, s, &rows)
	}
	var typed []string
	for i, typ := range v.LeafEncoding {
		typed = append(typed, string(rune('a'+i))+":"+typ)
		rows.Columns = append(rows.Columns, tree.Column{Name: string(rune('a' + i))})
	}
	p, err := lookup(t, "oz-standard-v1").WithFields(typed)
	if err != nil {
		t.Fatal(err)
	}
	s.Profile = p
	var values [][]string
	unmarshal(t, v.Values, &values)
	for _, value := range values {
		for i, text := range value {
			rows.Columns[i].Values = append(rows.Columns[i].Values, text)
		}
	}
	return build(t, s, &rows)
}

func TestOZVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if v.Dump == nil || strings.Contains(v.ID, "positional") { // its pair hash is its author's own
			continue
		}
		checked++
		same(t, v.ID, streamed(t, "oz-dump", ozTree(t, v), Options{}), compact(t, v.Dump))
	}
	if checked < 9 {
		t.Fatalf("%d vectors", checked)
	}
}

func TestSablierVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if v.CampaignJSON == nil {
			continue
		}
		checked++
		var rows tree.Rows
		for _, line := range strings.Split(strings.TrimSpace(v.InputCSV), "\n")[1:] {
			who, tokens, _ := strings.Cut(line, ",")
			a, err := merkle.ParseTokens(tokens, v.Decimals)
			if err != nil {
				t.Fatal(err)
			}
			rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, who)), append(rows.Amounts, a)
		}
		built := build(t, tree.Spec{Profile: lookup(t, "sablier-v1")}, &rows)
		same(t, v.ID, streamed(t, "sablier", built, Options{}), compact(t, v.CampaignJSON))
		list := streamed(t, "csv-sablier", built, Options{Decimals: int(v.Decimals)})
		same(t, v.ID+" list", strings.ToLower(list), v.InputCSV)
	}
	if checked < 2 {
		t.Fatalf("%d vectors", checked)
	}
}

func TestURDVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if v.URDJSON == nil {
			continue
		}
		checked++
		var want struct {
			ID, Root string
			Tree     []struct {
				Account, Reward, Claimable string
				Proof                      []string
			}
		}
		unmarshal(t, v.URDJSON, &want)
		var rows tree.Rows
		for _, r := range want.Tree {
			rows.Accounts, rows.Tokens = append(rows.Accounts, account(t, r.Account)), append(rows.Tokens, account(t, r.Reward))
			rows.Amounts = append(rows.Amounts, amount(t, r.Claimable))
		}
		slices.SortFunc(want.Tree, func(a, b struct {
			Account, Reward, Claimable string
			Proof                      []string
		}) int {
			return strings.Compare(strings.ToLower(a.Account+a.Reward), strings.ToLower(b.Account+b.Reward))
		})
		sorted, err := json.Marshal(want.Tree)
		if err != nil {
			t.Fatal(err)
		}
		got := streamed(t, "urd", build(t, tree.Spec{Profile: lookup(t, "morpho-urd-v1")}, &rows), Options{})
		text := `{"id":"` + want.ID + `","metadata":{},"root":"` + v.Root + `","tree":` + strings.NewReplacer(
			`"Account"`, `"account"`, `"Reward"`, `"reward"`, `"Claimable"`, `"claimable"`, `"Proof"`, `"proof"`).Replace(string(sorted)) + `}`
		same(t, v.ID, got, text)
	}
	if checked < 1 {
		t.Fatalf("%d vectors", checked)
	}
}

func TestTokensoftVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if !strings.HasPrefix(v.ID, "tokensoft-") {
			continue
		}
		checked++
		profile := "tokensoft-v1"
		if strings.Contains(v.ID, "continuous") {
			profile = "tokensoft-continuous-v1"
		}
		var input map[string]struct {
			Data []struct {
				Name  string
				Value json.RawMessage
			}
		}
		unmarshal(t, v.Input, &input)
		rows := tree.Rows{Columns: []tree.Column{{Name: "start"}, {Name: "cliff"}, {Name: "end"}}}
		for _, key := range sortedNames(input) {
			for _, d := range input[key].Data {
				text := strings.Trim(string(d.Value), `"`)
				switch d.Name {
				case "index":
					n, _ := amount(t, text).Uint64()
					rows.Index = append(rows.Index, n)
				case "beneficiary":
					rows.Accounts = append(rows.Accounts, account(t, text))
				case "amount":
					rows.Amounts = append(rows.Amounts, amount(t, text))
				default:
					i := slices.IndexFunc(rows.Columns, func(c tree.Column) bool { return c.Name == d.Name })
					rows.Columns[i].Values = append(rows.Columns[i].Values, text)
				}
			}
		}
		if profile == "tokensoft-v1" {
			rows.Columns = nil
		}
		got := streamed(t, "tokensoft", build(t, tree.Spec{Profile: lookup(t, profile)}, &rows), Options{})
		same(t, v.ID, got, compact(t, v.Output))
	}
	if checked < 2 {
		t.Fatalf("%d vectors", checked)
	}
}

func TestThirdwebVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if v.ShardFiles == nil {
			continue
		}
		checked++
		var input []struct{ Address, MaxClaimable string }
		unmarshal(t, v.Input, &input)
		var rows tree.Rows
		for _, r := range input {
			a := allOnes()
			if r.MaxClaimable != "unlimited" {
				var err error
				if a, err = merkle.ParseTokens(r.MaxClaimable, 18); err != nil {
					t.Fatal(err)
				}
			}
			rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, r.Address)), append(rows.Amounts, a)
		}
		dir := t.TempDir() + "/out"
		built := build(t, tree.Spec{Profile: lookup(t, "thirdweb-drop-v1")}, &rows)
		if _, err := Write(context.Background(), "thirdweb", dir, built, Options{Decimals: 18, With: map[string]string{"baseUri": "mem://b", "originalEntriesUri": "mem://x"}}); err != nil {
			t.Fatal(err)
		}
		v.ShardFiles["info.json"] = v.Info
		sameFolder(t, dir, v.ShardFiles)
	}
	if checked < 1 {
		t.Fatalf("%d vectors", checked)
	}
}

// sameFolder compares every file of a folder, and that there are no others.
func sameFolder(t *testing.T, dir string, want map[string]json.RawMessage) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, sortedNames(want)) {
		t.Fatalf("files %v, want %v", names, sortedNames(want))
	}
	for _, name := range names {
		text, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, string(text), compact(t, want[name]))
	}
}
