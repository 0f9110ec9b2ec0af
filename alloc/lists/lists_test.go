package lists

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

const (
	alice = "0xa364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e"
	bob   = "0x9EB9368AaF254a795f5F72417910e29Ac6aAAf73"
	gold  = "0x1F402460c7Aaf7b3eD4389b116960f8745493111"
	tin   = "0xDFb21A627080FD18746Cf2Ee3B8a15b0B0d06AB5"
	key1  = "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj"
)

// read returns a list as text, one row a line, with the kind before it, or its faults.
func read(t testing.TB, name, kind, content string, o Options) (string, *merkle.Faults) {
	t.Helper()
	var faults merkle.Faults
	l, err := Open(strings.NewReader(content), name, kind, o, &faults)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", l.Kind.Name, strings.Join(l.Header(), ","))
	for l.Next() {
		for i := range l.Header() {
			cell := string(l.Cell(i))
			if p := l.Pos(i); p.Line < 1 || p.File != name && !strings.HasPrefix(p.File, name+" ") {
				t.Errorf("%s: place %v", name, p)
			}
			if l.Cell(i) == nil {
				cell = "-"
			}
			fmt.Fprintf(&b, "%s;", strings.ReplaceAll(cell, "0x0000000000000000000000000000000000000000", "0x00"))
		}
		b.WriteByte('\n')
	}
	if l.Notes != nil {
		b.WriteString(strings.Join(l.Notes(), "\n"))
	}
	return b.String(), &faults
}

// shapes are small files of every kind, which are also seeds of FuzzOpen.
var shapes = []struct {
	name, kind, text string
	o                Options
	want             string
}{
	{"l.csv", "", "account,amount\n" + alice + ",5\n", Options{Decimals: -1}, "table: account,amount\n" + alice + ";5;\n"},
	{"l.jsonl", "", `{"account":"` + alice + `","amount":"5"}` + "\n", Options{Decimals: -1}, "table: account,amount\n" + alice + ";5;\n"},
	{"l.jsonl", "", `{"account":"` + alice + `","amount":5}` + "\n", Options{Decimals: -1}, "rows: account,amount\n" + alice + ";5;\n"},
	{"l.json", "", `{"` + alice + `":"5","` + bob + `":7}`, Options{Decimals: -1}, "map: account,amount\n" + alice + ";5;\n" + bob + ";7;\n"},
	{"l.json", "", `{"addresses":{"` + alice + ` ":"5"},"blockHeight":1}`, Options{Decimals: -1}, "map: account,amount\n" + alice + " ;5;\n"},
	{"l.json", "", `{"` + alice + `":{"amount":"5","txns":["0xab"],"label":"x","info":{}},"` + bob + `":{"amount":"6","proof":["0x00"]}}`, Options{Decimals: -1},
		"map: account,amount,txns,label\n" + alice + ";5;[0xab];x;\n" + bob + ";6;-;-;\n"},
	{"l.json", "", `{"data":{"list":[{"wallet":"` + alice + `","amount":1}]}}`, Options{Key: "data.list", Decimals: -1}, "rows: wallet,amount\n" + alice + ";1;\n"},
	{"l.json", "", `{"claims":[{"` + key1 + `":{"index":0,"amount":"5"}}]}`, Options{Decimals: -1}, "rows: account,index,amount\n" + key1 + ";0;5;\n"},
	{"l.json", "", `["` + alice + `","` + bob + `"]`, Options{Fields: []string{"account:address"}, Decimals: -1}, "rows: account\n" + alice + ";\n" + bob + ";\n"},
	{"l.json", "", `[["` + alice + `","5"]]`, Options{Decimals: -1}, "rows: account,amount\n" + alice + ";5;\n"},
	{"l.json", "", `{"` + alice + `":100}`, Options{Profile: "uniswap-v1", Decimals: -1}, "uniswap: account,amount\n" + alice + ";100;\n"},
	{"l.json", "", `{"` + alice + `":"0x64","` + bob + `":"10"}`, Options{Profile: "uniswap-v1", Amounts: "hex", Decimals: -1}, "uniswap: account,amount\n" + alice + ";0x64;\n" + bob + ";0x10;\n"},
	{"l.json", "", `{"` + alice + `":"100"}`, Options{Profile: "uniswap-v1", Amounts: "decimal", Decimals: -1}, "uniswap: account,amount\n" + alice + ";100;\n"},
	{"l.json", "", `{"format":"standard-v1","leafEncoding":["address","uint256"],"tree":["0x` + strings.Repeat("ab", 32) + `"],"values":[{"value":["` + alice + `","5"],"treeIndex":0}]}`, Options{Decimals: -1},
		"oz-dump: account,amount\n" + alice + ";5;\n"},
	{"l.json", "", `{"format":"standard-v1","leafEncoding":["address","string[]","(uint8,bool)"],"values":[{"value":["` + alice + `",["a","b,c"],[1,true]]}]}`, Options{Decimals: -1},
		"oz-dump: value0,value1,value2\n" + alice + `;["a","b,c"];[1,true];` + "\n"},
	{"l.json", "", `{"format":"simple-v1","tree":[],"values":[{"value":"0xab","treeIndex":0}]}`, Options{Decimals: -1}, "oz-dump: leaf\n0xab;\n"},
	{"l.json", "", `{"merkle_tree":"{\"format\":\"standard-v1\",\"leafEncoding\":[\"uint\",\"address\",\"uint256\"],\"values\":[{\"value\":[\"0\",\"` + alice + `\",\"5\"]}]}","recipients":[]}`,
		Options{Fields: []string{"index:uint256", "account:address", "amount:uint128"}, Decimals: -1}, "sablier: index,account,amount\n0;" + alice + ";5;\n"},
	{"l.json", "", `{"nodeRewards":{"` + alice + `":{"rewardNetwork":1,"collateralRpl":"5","oracleDaoRpl":"2","smoothingPoolEth":"3"}}}`, Options{Decimals: -1},
		"rocketpool: account,network,amountRPL,amountETH\n" + alice + ";1;7;3;\n"},
	{"l.json", "", `{"nodeRewards":{"` + alice + `":{"rewardNetwork":0,"collateralRpl":"0","smoothingPoolEth":"0"},"` + bob + `":{"rewardNetwork":0,"collateralRpl":"0","smoothingPoolEth":"1"}}}`, Options{Decimals: -1},
		"rocketpool: account,network,amountRPL,amountETH\n" + bob + ";0;0;1;\n1 nodes without any reward are left out, as the smart node does (--allow zero-amount keeps them)"},
	{"l.json", "", `{"0x1_5":{"proof":[],"data":[{"name":"domain","type":"uint32","value":"5"},{"name":"tranches","type":"bytes","value":"0x` +
		strings.Repeat("0", 62) + "20" + strings.Repeat("0", 63) + "1" + strings.Repeat("0", 63) + "7" + strings.Repeat("0", 61) + "100" + `"}]}}`, Options{Decimals: -1}, "tokensoft: domain,tranches\n5;[[7,256]];\n"},
	{"l.json", "", `{"nodeRewards":[{"address":"` + alice + `","network":0,"collateralRpl":"5","smoothingPoolEth":"3","voterShareEth":"4"}]}`, Options{Decimals: -1},
		"rocketpool: account,network,amountRPL,amountETH,amountVoterETH\n" + alice + ";0;5;3;4;\n"},
	{"l.json", "", `{"` + alice + `":{"data":[{"name":"index","type":"uint256","value":0},{"name":"beneficiary","type":"address","value":"` + bob + `"}]}}`, Options{Decimals: -1},
		"tokensoft: index,beneficiary\n0;" + bob + ";\n"},
	{"l.json", "", `[{"address":"` + alice + `","maxClaimable":"unlimited","price":"0.5"}]`, Options{Decimals: 6}, "thirdweb: address,maxClaimable,price\n" + alice + ";unlimited;0.5;\n"},
	{"l.json", "", `{"owner":"` + alice + `","past_tokens":"5","future_tokens":"6","x":null}` + "\n", Options{Decimals: -1}, "ens: account,amount\n" + alice + ";11;\n"},
	{"l.json", "", `{"proof":[],"entries":{"` + alice + `":{"past_tokens":"5","future_tokens":"6","balance":"11"}}}`, Options{Decimals: -1}, "ens: account,amount\n" + alice + ";11;\n"},
	{"l.json", "", `{"leaves":[{"b32Address":"0xab","balanceBeddows":7,"mandatoryKeys":[],"numberOfSignatures":2,"optionalKeys":["0x01","0x02"],"proof":[]}]}`, Options{Decimals: -1},
		"lisk: b32Address,amount,numberOfSignatures,mandatoryKeys,optionalKeys\n0xab;7;2;[];[0x01,0x02];\n"},
	{"l.json", "", `{"leaves":[{"b32Address":"0xab","balanceWei":"7","proof":[]}]}`, Options{Decimals: -1}, "lisk: b32Address,amount\n0xab;7;\n"},
	{"l.csv", "", "\ufeff" + alice + ",5\r\n" + bob + ",6\r\n", Options{Columns: []string{"account", "amount"}, Decimals: -1}, "table: account,amount\n" + alice + ";5;\n" + bob + ";6;\n"},
	{"l.csv", "table", "pubkey,amount,locked_amount\n" + key1 + ",5,0\n", Options{Decimals: -1}, "table: pubkey,amount,locked_amount\n" + key1 + ";5;0;\n"},
	{"l.json", "", `{"merklRoot":"0x00","rewards":{"d":{"token":"` + gold + `","holders":{"` + alice + `":{"amount":"5"}}}}}`, Options{Profile: "merkl-v1", Tokens: true, Decimals: -1}, "merkl: account,token,amount\n" + alice + ";" + gold + ";5;\n"},
	{"l.json", "", `{"rewardToken":"` + gold + `","rewards":{"` + alice + `":{"a":"5","b":"6"},"` + bob + `":{"a":"0"}}}`, Options{Profile: "merkl-v1", Tokens: true, Decimals: -1},
		"merkl: account,token,amount\n" + alice + ";" + gold + ";11;\n1 sums of 0 are left out, as Merkl's own builder does (--allow zero-amount keeps them)"},
	{"l.json", "", `{"d":{"token":"` + gold + `","holders":{"` + alice + `":{"amount":"5"}}},"e":{"token":"` + tin + `","holders":{"` + bob + `":"6"}}}`, Options{Profile: "merkl-sdk-v1", Tokens: true, Decimals: -1},
		"merkl: account,token,amount\n" + alice + ";" + gold + ";5;\n" + bob + ";" + tin + ";6;\n" + alice + ";" + tin + ";0;\n" + bob + ";" + gold + ";0;\n"},
	{"l.json", "", `[{"recipient":"` + alice + `","rewardToken":"` + gold + `","reason":"r","amount":"5"},{"recipient":"` + strings.ToLower(alice) + `","rewardToken":"` + gold + `","reason":"s","amount":"6"}]`,
		Options{Tokens: true, Decimals: -1}, "merkl: account,token,amount\n" + alice + ";" + gold + ";11;\n"},
	{"l.json", "", `{"` + alice + `":{"` + gold + `":5,"` + tin + `":6}}`, Options{Profile: "eigenlayer-v1", Tokens: true, Decimals: -1},
		"eigenlayer: account,token,amount\n" + alice + ";" + gold + ";5;\n" + alice + ";" + tin + ";6;\n"},
	{"l.json", "", `{"` + gold + `":{"` + alice + `":"5"},"` + tin + `":{"` + bob + `":"6"}}`, Options{Key: strings.ToLower(tin), Decimals: -1}, "balances: account,amount\n" + bob + ";6;\n"},
	{"l.json", "", `{"` + gold + `":{"` + alice + `":"5"}}`, Options{Profile: "merkl-v1", Tokens: true, Decimals: -1}, "balances: token,account,amount\n" + gold + ";" + alice + ";5;\n"},
	{"l.json", "", `{"merkle_root":[1],"tree_nodes":[{"claimant":[` + strings.Repeat("1,", 31) + `1],"amount":5,"locked_amount":6,"proof":[[1]]}]}`, Options{Decimals: -1},
		"rows: claimant,amount,locked_amount\n4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi;5;6;\n"},
	{"l.json", "", `{"` + key1 + `":{"merkle_tree":"` + key1 + `","amount":5,"locked_amount":0,"proof":[]}}`, Options{Decimals: -1}, "map: account,merkle_tree,amount,locked_amount\n" + key1 + ";" + key1 + ";5;0;\n"},
	{"l.csv", "", "pubkey,amount_unlocked,amount_locked,category\n" + key1 + ",5,0,Staker\n", Options{Decimals: -1}, "csv-jito: pubkey,amount_unlocked,amount_locked,category\n" + key1 + ";5;0;Staker;\n"},
	{"l.csv", "", "pubkey,amount,locked_amount\n" + key1 + ",5,0\n", Options{Decimals: 6}, "csv-jupiter: pubkey,amount,locked_amount\n" + key1 + ";5;0;\n"},
	{"l.csv", "", "Address,Amount\n" + alice + ",5\n", Options{Profile: "sablier-v1", Decimals: 6}, "csv-sablier: Address,Amount\n" + alice + ";5;\n"},
	{"l.csv", "", "address,amount\n" + alice + ",5\n", Options{Profile: "uniswap-v1", Decimals: -1}, "table: address,amount\n" + alice + ";5;\n"},
	{"l.csv", "", "owner,duration,startDate,amount\n" + alice + ",416,2018-09-27T10:00:00+00:00,5\n", Options{Decimals: -1}, "csv-safe: owner,durationWeeks,startDate,amount\n" + alice + ";416;1538042400;5;\n"},
}

func TestOpen(t *testing.T) {
	for _, c := range shapes {
		got, faults := read(t, c.name, c.kind, c.text, c.o)
		if len(faults.List) > 0 || got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q\n%s", c.text, got, c.want, faults.Error())
		}
	}
}

func TestOpen_refusesWithPlaces(t *testing.T) {
	for _, c := range []struct {
		text, kind string
		o          Options
		want       string
	}{
		{`{"a":1}`, "", Options{}, "l.json: no list of claims is found in it (--key MEMBER says where it is)"},
		{`{"a":[]}`, "rows", Options{}, "l.json:1:1: no list of claims"},
		{`{"` + alice + `":"100","` + bob + `":"1"}`, "", Options{Profile: "uniswap-v1"}, `l.json:1:47: amount "100": the generator of Uniswap puts 0x before a text: to it this is 256, and not 100 as it is written; --amounts hex or --amounts decimal says which is meant (1 more such texts)`},
		{`{"` + alice + `":"zz"}`, "", Options{Profile: "uniswap-v1"}, `to it this is no number`},
		{`{"` + alice + `":{"amount":1,"amount":2}}`, "", Options{}, `l.json:1:68: amount "2": member is repeated`},
		{`[{"address":"` + alice + `","amount":1},7]`, "", Options{}, `l.json:1:70: not a claim`},
		{`{"` + gold + `":{"` + alice + `":"5"}}`, "", Options{Profile: "text-v1"}, "--key TOKEN picks one"},
		{`{"` + gold + `":{"` + alice + `":"5"}}`, "", Options{Key: "x"}, `l.json:1:1: no member "x"`},
		{`{"format":"standard-v1","leafEncoding":["address"],"values":[{"value":["a"]}]}`, "", Options{Fields: []string{"account:address", "amount:uint256"}}, "leafEncoding has 1 types, the leaf of the profile has 2 fields"},
		{`{"format":"standard-v1","leafEncoding":["bytes32","uint256"],"values":[{"value":["a"]}]}`, "", Options{Fields: []string{"account:address", "amount:uint256"}}, "leafEncoding says bytes32 for value 1, the profile's field account is address"},
		{`{"format":"standard-v1","leafEncoding":["address","uint256"],"values":[{"value":["a"]},{"value":["` + alice + `",[1]]}]}`, "", Options{}, "l.json:1:81: value \"[\\\"a\\\"]\": 1 values, want 2"},
		{`{"format":"standard-v1","leafEncoding":["address","uint256"]}`, "", Options{}, "no member values"},
		{`{"merkle_tree":5,"recipients":[]}`, "", Options{}, "no member merkle_tree with a dump as a text"},
		{`{"merkle_tree":"{}","recipients":[]}`, "", Options{}, "merkle_tree is no dump"},
		{`{"nodeRewards":{"` + alice + `":{"rewardNetwork":0,"collateralRpl":"x","smoothingPoolEth":"0"}}}`, "", Options{}, `collateralRpl "x": not a decimal number`},
		{`{"nodeRewards":{"` + alice + `":{"collateralRpl":"1","smoothingPoolEth":"0"}}}`, "", Options{}, `rewardNetwork is missing`},
		{`{"nodeRewards":{"` + alice + `":{"rewardNetwork":0,"collateralRpl":"1"}}}`, "", Options{}, `none of smoothingPoolEth is there`},
		{`[{"owner":"` + alice + `","past_tokens":"5","future_tokens":"6","balance":"12"}]`, "", Options{}, `balance "12": past_tokens and future_tokens are 11`},
		{`{"rewardToken":"` + gold + `","rewards":{"bob":{"a":"5"}}}`, "", Options{}, `account "bob"`},
		{`{"rewardToken":"` + gold + `","rewards":{"` + alice + `":{"a":"0.5"}}}`, "", Options{}, `a "0.5": a fraction`},
		{`{"rewardToken":"` + gold + `","rewards":{"` + alice + `":{"a":2.5e21}}}`, "", Options{}, `a "2.5e21": a number with an exponent`},
		{`[{"address":"` + alice + `","maxClaimable":"1","price":"1","currencyAddress":"` + gold + `"}]`, "", Options{Decimals: 6}, `whose decimals are not known here`},
		{`[{"address":"` + alice + `","maxClaimable":"1"}]`, "", Options{Decimals: -1}, `--decimals N`},
		{`{"` + alice + `":{"data":[{"name":"a","type":"uint256","value":0}]},"` + bob + `":{"data":[{"name":"b","type":"uint256","value":0}]}}`, "", Options{}, "the first row has other names"},
		{`{"k":{"data":[{"name":"tranches","type":"bytes","value":"0x00"}]}}`, "", Options{}, `tranches "0x00": not the bytes of a list of tranches`},
		{`[["` + alice + `",1,2]]`, "", Options{}, "a row of 3 values, the leaf has 0 fields"},
	} {
		_, faults := read(t, "l.json", c.kind, c.text, c.o)
		if !strings.Contains(faults.Error(), c.want) {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, faults.Error(), c.want)
		}
		if again, _ := read(t, "l.json", c.kind, c.text, c.o); strings.Count(again, "\n") > 2 {
			t.Errorf("%s: rows in spite of a fault:\n%s", c.text, again)
		}
	}
	if _, faults := read(t, "l.csv", "", alice+",5\n"+bob+"\n", Options{Columns: []string{"account", "amount"}}); faults.Error() != "l.csv:2:1: wrong number of cells: 1, the header has 2" {
		t.Errorf("without a header: %s", faults.Error())
	}
	var many strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&many, `,"m%d":1`, i)
	}
	if _, faults := read(t, "l.json", "", `[{"address":"`+alice+`"`+many.String()+`},{"address":"`+bob+`"}]`, Options{}); !strings.Contains(faults.Error(), "more than 1000 different members") {
		t.Errorf("many members: %s", faults.Error())
	}
	var faults merkle.Faults
	if _, err := Open(strings.NewReader("{}"), "l.json", "nonesuch", Options{}, &faults); !errors.Is(err, ErrKind) {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestOpen_statedRoot(t *testing.T) {
	root := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		`{"merkleRoot":"0x` + root + `","claims":{"` + alice + `":{"amount":"1"}}}`:                                                                 "0x" + root,
		`{"root":"` + strings.ToUpper(root) + `","claims":{"` + alice + `":{"amount":"1"}}}`:                                                        "0x" + root,
		`{"merkle_root":[` + strings.Repeat("171,", 31) + `171],"tree_nodes":[{"claimant":"` + key1 + `","amount":1}]}`:                             "0x" + root,
		`{"tree":["0x` + root + `","0x00"],"format":"standard-v1","leafEncoding":["address","uint256"],"values":[{"value":["` + alice + `","1"]}]}`: "0x" + root,
		`{"root":"x","claims":{"` + alice + `":{"amount":"1"}}}`:                                                                                    "",
		`{"` + alice + `":"1"}`: "",
	} {
		var faults merkle.Faults
		l, err := Open(strings.NewReader(text), "l.json", "", Options{Decimals: -1}, &faults)
		if err != nil || len(faults.List) > 0 || l.Root != want {
			t.Errorf("%s: root %q, want %q; %v %s", text, l.Root, want, err, faults.Error())
		}
	}
}

func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if k.Name == "" || k.Form == "" || seen[k.Name] {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
		if got, err := Named(k.Name); err != nil || got != k {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
	for _, name := range []string{"proofs", "oz-dump", "uniswap", "sablier", "merkl", "urd", "eigenlayer", "thirdweb", "ens", "rocketpool", "jito", "jupiter", "jupiter-kv", "saber", "tokensoft",
		"csv-jito", "csv-jupiter", "csv-sablier", "csv-hedgey", "csv-safe"} {
		if !seen[name] {
			t.Errorf("no kind %s", name)
		}
	}
	if _, err := Named("x"); !errors.Is(err, ErrKind) {
		t.Error(err)
	}
}

// Whatever the bytes, a kind reads them to the end, with a fault or rows, and every cell has a place.
func FuzzOpen(f *testing.F) {
	kinds := Kinds()
	for _, s := range shapes {
		for i, k := range kinds {
			if got, _, _ := strings.Cut(s.want, ":"); k.Name == got || k.Name == "table" {
				f.Add(uint8(i), s.text, s.o.Profile, s.o.Key, s.o.Tokens)
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text, profile, key string, tokens bool) {
		name := ""
		if int(kind) < len(kinds) {
			name = kinds[kind].Name
		}
		read(t, "l.json", name, text, Options{Profile: profile, Key: key, Tokens: tokens, Decimals: 6, Cut: true, Exponent: true, Amounts: "hex"})
	})
}

func BenchmarkOpen_claims(b *testing.B) {
	var s strings.Builder
	s.WriteString(`{"merkleRoot":"0x00","claims":{`)
	for i := range 100_000 {
		if i > 0 {
			s.WriteByte(',')
		}
		fmt.Fprintf(&s, `"0x%040x":{"index":%d,"amount":"0x%x","proof":["0x%064x","0x%064x"]}`, i+1, i, i*12345678901, i, i)
	}
	s.WriteString("}}")
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		var faults merkle.Faults
		l, err := Open(strings.NewReader(s.String()), "l.json", "", Options{Decimals: -1}, &faults)
		n := 0
		for err == nil && l.Next() {
			n++
		}
		if n != 100_000 {
			b.Fatal(n, err, faults.Error())
		}
	}
}
