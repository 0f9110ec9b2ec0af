package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

const (
	dead    = "0x000000000000000000000000000000000000dEaD"
	nobody  = "0x0000000000000000000000000000000000000000"
	offEdge = "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6" // the vault of the JTO airdrop
	onCurve = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"
	clock   = "SysvarC1ock11111111111111111111111111111111"
)

// Every fault of somebody else's list: refused with its place, and read when it is allowed, by its own name or by all.
func TestTree_allow(t *testing.T) {
	lower, shouted := strings.ToLower(carol), "0x"+strings.ToUpper(carol[2:])
	wrong := lower[:len(lower)-1] + strings.ToUpper(lower[len(lower)-1:])
	if wrong == carol || wrong == lower {
		wrong = "0xA" + lower[3:]
	}
	for name, c := range map[string]struct{ csv, profile, allow, place string }{
		"checksum":      {"account,amount\n" + wrong + ",1\n", "uniswap-v1", "checksum", `list.csv:2:1: account "` + wrong + `": EIP-55`},
		"all upper":     {"account,amount\n" + shouted + ",1\n", "uniswap-v1", "checksum", `list.csv:2:1: account "` + shouted + `": not as EIP-55 writes it`},
		"0X":            {"account,amount\n0X" + lower[2:] + ",1\n", "uniswap-v1", "checksum", `list.csv:2:1: account "0X` + lower[2:] + `": begins with 0X`},
		"blank":         {"account,amount\n" + carol + " ,1\n", "uniswap-v1", "blank", `list.csv:2:1: account "` + carol + ` ": blanks around it`},
		"zero account":  {"account,amount\n" + nobody + ",1\n", "uniswap-v1", "zero-account", `list.csv:2:1: account "` + nobody + `": the zero account cannot claim`},
		"zero amount":   {"account,amount\n" + carol + ",0\n", "uniswap-v1", "zero-amount", `list.csv:2:44: amount "0"`},
		"duplicate":     {"account,amount\n" + carol + ",1\n" + lower + ",2\n", "address-amount-packed-v1", "duplicate", `list.csv:3:1: account "` + lower + `": account is there already`},
		"total":         {"account,amount\n" + alice + ",18446744073709551615\n" + bob + ",1\n", "jito-v1", "total", `list.csv: sum of the tree's amounts`},
		"width":         {"account,token,amount\n" + carol + "," + dead + ",411376139330301510538742295639337626245683966408394965837152256\n", "merkl-v1", "width", `list.csv:2:87: amount "4113761393303015`},
		"beneficiaries": {"account,beneficiary,amount\n" + carol + "," + shouted + ",1\n" + dead + "," + wrong + ",1\n", "threshold-v1", "checksum", `list.csv:3:44: beneficiary "` + wrong + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, "list.csv", []byte(c.csv))
			var out, errw bytes.Buffer
			if code := runIn(t, &out, &errw, "tree", file, "--profile", c.profile); code != exitRefused || !strings.Contains(errw.String(), c.place) {
				t.Errorf("exit status %d\n%s\nwant %s", code, &errw, c.place)
			}
			if name == "duplicate" {
				return // lower case comes back as it is compared, below
			}
			for _, fault := range []string{c.allow, "all"} {
				if doc, said, code := treeOf(t, file, "--profile", c.profile, "--allow", fault); code != exitDone || doc.Leaves != strings.Count(c.csv, "\n")-1 {
					t.Errorf("--allow %s: exit status %d, %d leaves\n%s", fault, code, doc.Leaves, said)
				}
			}
		})
	}
	file := write(t, "list.csv", []byte("account,amount\n"+carol+",1\n"+lower+",2\n"))
	kept, _, code := treeOf(t, file, "--profile", "address-amount-packed-v1", "--allow", "duplicate")
	if code != exitDone || kept.Leaves != 2 {
		t.Errorf("exit status %d, %d leaves", code, kept.Leaves)
	}
	clean := write(t, "list.csv", []byte("account,amount\n"+carol+",1\n"))
	plain, _, _ := treeOf(t, clean, "--profile", "uniswap-v1")
	for _, spelled := range []string{lower, shouted, wrong, "0X" + lower[2:], " " + carol + "\t"} {
		if doc, said, code := treeOf(t, write(t, "list.csv", []byte("account,amount\n"+spelled+",1\n")), "--profile", "uniswap-v1", "--allow", "checksum", "--allow", "blank"); doc.Root != plain.Root {
			t.Errorf("%q: exit status %d, root %s, want %s\n%s", spelled, code, doc.Root, plain.Root, said)
		}
	}
}

// Kinds of accounts: counted, warned of once a kind with the first place, refused with every place, or let through silently.
func TestTree_accountKinds(t *testing.T) {
	evm := write(t, "list.csv", []byte("account,token,amount\n"+carol+","+dead+",1\n"+dead+","+carol+",2\n0x0000000000000000000000000000000000000005,"+dead+",3\n0xdEAD000000000000000042069420694206942069,"+carol+",4\n"))
	doc, said, code := treeOf(t, evm, "--profile", "account-token-packed-v1")
	if want := map[string]int{"own": 2, "precompile": 1, "burn": 1}; code != exitDone || fmt.Sprint(doc.Accounts) != fmt.Sprint(want) {
		t.Errorf("exit status %d, %v, want %v\n%s", code, doc.Accounts, want, said)
	}
	for _, want := range []string{
		`warning: ` + evm + `:2:1: account "` + carol + `": the token's or distributor's own address (--allow own lets it through); 2 such in all`,
		evm + `:4:1: account "0x0000000000000000000000000000000000000005": an EVM precompile`,
		evm + `:5:1: account "0xdEAD000000000000000042069420694206942069": a burn address`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("messages:\n%s\nwant %s", said, want)
		}
	}
	if _, said, code = treeOf(t, evm, "--profile", "account-token-packed-v1", "--accounts", "refuse", "--allow", "own"); code != exitRefused || strings.Count(said, `"line"`) != 2 {
		t.Errorf("refused: exit status %d\n%s", code, said)
	}
	if _, said, code = treeOf(t, evm, "--profile", "account-token-packed-v1", "--accounts", "refuse", "--allow", "own", "--allow", "burn", "--allow", "precompile"); code != exitDone || said != "" {
		t.Errorf("let through: exit status %d\n%s", code, said)
	}
	solana := write(t, "list.csv", []byte("account,amount\n"+onCurve+",1\n"+offEdge+",1\n"+clock+",1\n1nc1nerator11111111111111111111111111111111,1\n"))
	doc, said, code = treeOf(t, solana, "--profile", "jito-v1", "--own", bob)
	if want := map[string]int{"wallet": 1, "off-curve": 1, "program": 1, "burn": 1}; code != exitDone || fmt.Sprint(doc.Accounts) != fmt.Sprint(want) {
		t.Errorf("exit status %d, %v, want %v\n%s", code, doc.Accounts, want, said)
	}
	if doc, _, _ = treeOf(t, solana, "--profile", "jito-v1", "--own", onCurve); doc.Accounts["own"] != 1 {
		t.Errorf("--own: %v", doc.Accounts)
	}
	var out, errw bytes.Buffer
	if code := runIn(t, &out, &errw, "tree", solana, "--profile", "jito-v1", "--allow", "all"); code != exitDone || !strings.Contains(out.String(), "accounts 1 wallet, 1 burn, 1 off-curve, 1 program\n") || errw.Len() > 0 {
		t.Errorf("exit status %d\n%s%s", code, &out, &errw)
	}
}

func TestTree_columns(t *testing.T) {
	for name, c := range map[string]struct {
		csv, profile, want string
		flags              []string
	}{
		"two spellings":   {"address,wallet,amount\n" + carol + "," + carol + ",1\n", "uniswap-v1", `list.csv:1:9: column "wallet": is account, and so is column "address"`, nil},
		"typed leaves":    {"leaf:bytes16\n0x01\n", "oz-simple-v1", `list.csv:1:1: column "leaf:bytes16": not a field`, nil},
		"typed":           {"account:address,amount\n" + carol + ",1\n", "uniswap-v1", `list.csv:1:1: column "account:address": not a field`, nil},
		"different sums":  {"account,beneficiary,amount\n" + carol + "," + dead + ",1\n" + carol + "," + carol + ",1\n", "threshold-v1", `list.csv:3:44: beneficiary "` + carol + `": the account's first row has "` + dead + `"`, []string{"--duplicates", "sum"}},
		"constant column": {"account,amount\n" + carol + ",1\n", "threshold-v1", ``, []string{"--constant", "beneficiary=" + dead}},
		"fraction":        {"account,amount\n" + carol + ",1.5\n", "uniswap-v1", `amount "1.5"`, nil},
		"tokens":          {"account,amount\n" + carol + ",1.5\n", "uniswap-v1", ``, []string{"--unit", "token", "--decimals", "18"}},
		"no decimals":     {"account,amount\n" + carol + ",1.5\n", "uniswap-v1", `--decimals N`, []string{"--unit", "token"}},
		"sablier":         {"address,amount\n" + carol + ",1\n", "sablier-v1", `read as csv-sablier`, nil},
		"jito category":   {"pubkey,amount_unlocked,amount_locked,category\n" + alice + ",18446744074,0,Staker\n", "jito-v1", `amount "18446744074000000000"`, nil},
		"no header":       {carol + ",1\n" + dead + ",2\n", "uniswap-v1", `list.csv:1:1: column "` + carol + `": is an account: the file has no header`, nil},
		"told header":     {carol + ",1\n" + dead + ",x\n", "uniswap-v1", `list.csv:2:44: amount "x"`, []string{"--columns", "account,amount"}},
		"not a kind":      {"a,b\n1,2\n", "uniswap-v1", `column "a": not a field`, []string{"--from", "csv-jupiter", "--decimals", "6"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errw bytes.Buffer
			code := runIn(t, &out, &errw, append([]string{"tree", write(t, "list.csv", []byte(c.csv)), "--profile", c.profile}, c.flags...)...)
			want := exitRefused
			if c.want == "" {
				want = exitDone
			}
			if code != want || !strings.Contains(errw.String(), c.want) {
				t.Errorf("exit status %d\n%s\nwant %s", code, &errw, c.want)
			}
		})
	}
}

// A list with the further values of a profile that goes on from the one asked for is read by that one.
func TestTree_extends(t *testing.T) {
	for profile, further := range map[string]string{"rocketpool-v1": "rocketpool-voter-v1", "tokensoft-v1": "tokensoft-continuous-v1", "gumdrop-v1": "gumdrop-edition-v1", "thirdweb-drop-v1": "thirdweb-drop-v2"} {
		p, err := tree.Lookup(further)
		if err != nil {
			t.Fatal(err)
		}
		file := write(t, "list.csv", []byte(someList(t, &p, 5)))
		want, said, code := treeOf(t, file, "--profile", further)
		if code != exitDone {
			t.Fatalf("%s: exit status %d\n%s", further, code, said)
		}
		doc, said, code := treeOf(t, file, "--profile", profile)
		if code != exitDone || doc.Root != want.Root || doc.Profile != further || !strings.Contains(said, "which is taken in place of "+profile) {
			t.Errorf("%s: exit status %d, profile %s, root %s, want %s\n%s", profile, code, doc.Profile, doc.Root, want.Root, said)
		}
	}
}

// thirdweb's missing price is no limit, its missing currency the chain's coin.
func TestTree_thirdwebPrices(t *testing.T) {
	json := write(t, "snapshot.json", []byte(`[{"address":"`+carol+`","maxClaimable":"2.5","price":"0.1"},{"address":"`+dead+`","maxClaimable":"unlimited"}]`))
	csv := write(t, "list.csv", []byte("account,amount,price,currency\n"+carol+",2500000,100000000000000000,"+nobody+"\n"+dead+","+unlimitedText+","+unlimitedText+","+nobody+"\n"))
	p, err := tree.Lookup("thirdweb-drop-v2")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(csv)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(csv, bytes.Replace(text, []byte("currency"), []byte(p.Fields[3].Name), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	want, said, code := treeOf(t, csv, "--profile", "thirdweb-drop-v2")
	if code != exitDone {
		t.Fatalf("exit status %d\n%s", code, said)
	}
	if doc, said, code := treeOf(t, json, "--profile", "thirdweb-drop-v1", "--decimals", "6"); code != exitDone || doc.Root != want.Root {
		t.Errorf("exit status %d, root %s, want %s\n%s", code, doc.Root, want.Root, said)
	}
}

const unlimitedText = "115792089237316195423570985008687907853269984665640564039457584007913129639935"

// A list of thirdweb's later form without any price has the values that thirdweb takes for missing ones.
func TestTree_thirdwebDefaults(t *testing.T) {
	bare := write(t, "snapshot.json", []byte(`[{"address":"`+carol+`","maxClaimable":"1"}]`))
	full := write(t, "snapshot.json", []byte(`[{"address":"`+carol+`","maxClaimable":"1","price":"unlimited","currencyAddress":"`+nobody+`"}]`))
	want, said, code := treeOf(t, full, "--profile", "thirdweb-drop-v2", "--decimals", "0")
	if code != exitDone {
		t.Fatalf("exit status %d\n%s", code, said)
	}
	if doc, said, code := treeOf(t, bare, "--profile", "thirdweb-drop-v2", "--decimals", "0"); code != exitDone || doc.Root != want.Root {
		t.Errorf("exit status %d, root %s, want %s\n%s", code, doc.Root, want.Root, said)
	}
}

// An account inside an object must be the one of its key.
func TestTree_keyAndMember(t *testing.T) {
	same := write(t, "claims.json", []byte(`{"`+carol+`":{"account":"`+strings.ToLower(carol)+`","amount":"1"}}`))
	doc, said, code := treeOf(t, same, "--profile", "address-amount-packed-v1")
	plain, _, _ := treeOf(t, write(t, "list.csv", []byte("account,amount\n"+carol+",1\n")), "--profile", "address-amount-packed-v1")
	if code != exitDone || doc.Root != plain.Root || doc.Leaves != 1 {
		t.Errorf("exit status %d, root %s, want %s\n%s", code, doc.Root, plain.Root, said)
	}
	for _, member := range []string{"account", "address"} {
		other := write(t, "claims.json", []byte(`{"`+carol+`":{"`+member+`":"`+dead+`","amount":"1"}}`))
		if _, said, code := treeOf(t, other, "--profile", "address-amount-packed-v1"); code != exitRefused || !strings.Contains(said, "the key of this claim is "+carol) {
			t.Errorf("%s: exit status %d\n%s", member, code, said)
		}
	}
}

// Whatever a list holds, it is refused with faults or becomes a tree.
func FuzzTree(f *testing.F) {
	profiles := slices.Collect(tree.Profiles())
	for i, p := range profiles {
		f.Add(uint8(i), []byte("account,amount\n"+carol+",1\n"), "")
		f.Add(uint8(i), []byte(`{"claims":{"`+carol+`":{"index":0,"amount":"0x64"}}}`), "")
		if p.Name == "thirdweb-drop-v1" {
			f.Add(uint8(i), []byte(`[{"address":"`+carol+`","maxClaimable":"1.5","price":"2"}]`), "thirdweb")
		}
	}
	f.Fuzz(func(t *testing.T, profile uint8, text []byte, from string) {
		if _, err := lists.Named(from); err != nil {
			from = ""
		}
		set := &listSettings{profile: profiles[int(profile)%len(profiles)], in: bytes.NewReader(text), from: from, constants: map[string]string{}, workers: 1,
			read: lists.Options{Decimals: 3, Cut: true, Amounts: "hex"}, accounts: "warn", duplicates: "refuse"}
		set.read.Profile, set.read.Tokens = set.profile.Name, set.profile.Has(tree.SourceToken)
		l, err := readList(t.Context(), "-", set, &progress{})
		if err != nil {
			if _, ok := merkle.AsFaults(err); !ok {
				t.Fatalf("neither rows nor faults: %v", err)
			}
			return
		}
		counts, err := l.judge(t.Context(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, k := range counts {
			n += k
		}
		if n != len(l.rows.Accounts) {
			t.Fatalf("%d accounts counted of %d", n, len(l.rows.Accounts))
		}
		built, err := tree.Build(t.Context(), tree.Spec{Profile: l.profile, Order: tree.OrderProfile, Constants: set.constants, Workers: 1}, &l.rows)
		if err == nil && built.Rows().Len() != l.rows.Len() {
			t.Fatal("rows are lost")
		}
		if err != nil && l.locate(err) == nil {
			t.Fatalf("%v is lost", err)
		}
	})
}

// A list on standard input is the same list, and a fault of its tree has its place too.
func TestTree_stdin(t *testing.T) {
	text := "account,amount\n" + alice + ",1\n" + bob + ",2\n" + alice + ",3\n"
	var out, errw bytes.Buffer
	code := run(t.Context(), []string{"merkle", "tree", "-", "--profile", "jito-v1"}, strings.NewReader(text), &out, &errw)
	if code != exitRefused || !strings.Contains(errw.String(), `stdin:4:1: account "`+alice+`": account is there already, at stdin:2:1`) {
		t.Errorf("exit status %d\n%s", code, &errw)
	}
	want, _, _ := treeOf(t, write(t, "list.csv", []byte(text)), "--profile", "jito-v1", "--allow", "all")
	out.Reset()
	code = run(t.Context(), []string{"merkle", "tree", "--profile", "jito-v1", "--allow", "all", "--json", "-"}, strings.NewReader(text), &out, &errw)
	var doc listDoc
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil || code != exitDone || doc.Root != want.Root {
		t.Errorf("exit status %d, root %s, want %s, %v", code, doc.Root, want.Root, err)
	}
}

// A file that states another root than its rows give is told at once.
func TestTree_statedRoot(t *testing.T) {
	claims := `{"merkleRoot":"0x%064x","claims":{"` + carol + `":{"index":0,"amount":"0x64","proof":[]}}}`
	if _, said, code := treeOf(t, write(t, "claims.json", fmt.Appendf(nil, claims, 1)), "--profile", "uniswap-v1"); code != exitDone || !strings.Contains(said, "warning: ") || !strings.Contains(said, "states another root, 0x00") {
		t.Errorf("exit status %d\n%s", code, said)
	}
}

// The manual names every kind and every fault.
func TestTree_manual(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(fixtures, "..", "docs", "lists.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := append([]string(nil), allowed...)
	for _, k := range lists.Kinds() {
		names = append(names, k.Name)
	}
	for _, f := range listFlags() {
		names = append(names, f.Names()[0])
	}
	for _, name := range names {
		if !strings.Contains(string(page), name) || !regexp.MustCompile("`(--)?"+name+"[ `]").Match(page) {
			t.Errorf("docs/lists.md does not name %s", name)
		}
	}
}

func BenchmarkReadList(b *testing.B) {
	p, err := tree.Lookup("uniswap-v1")
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	text.WriteString("account,amount\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "0x%040x,%d\n", i+1_000_000, i*1234567891)
	}
	file := filepath.Join(b.TempDir(), "list.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		l, err := readList(b.Context(), file, &listSettings{profile: p}, &progress{})
		if err != nil || l.rows.Len() != 100_000 {
			b.Fatal(err)
		}
	}
}
