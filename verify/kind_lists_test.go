package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// listRoot is the root of rows by a candidate; the first column is the account.
func listRoot(t testing.TB, columns []string, rows [][]string, c candidate) string {
	t.Helper()
	l := &listing{columns: columns}
	for i, cells := range rows {
		r := newRow(nil, 0, "", i)
		a, err := parseAccount(cells[0])
		if err != nil {
			t.Fatal(err)
		}
		r.acct, r.cells = a, cells
		l.rows = append(l.rows, r)
	}
	p := &filePass{faults: newCollector(), remarks: newCollector(), o: FileOptions{Workers: 1}}
	b := (&judge{p: p, l: l, amount: l.column("amount")}).build(c, map[string]*builtList{})
	if b.err != nil || b.tree == nil {
		t.Fatalf("%v %v", b.err, b.bad)
	}
	return b.rule.hashText(&b.tree.root)
}

// evmAccounts are addresses with some leading zeros and letters of both cases.
func evmTexts(n int) []string {
	out := make([]string, n)
	h := newHasher(keccak)
	for i := range out {
		d := h.sum([]byte(fmt.Sprint("account ", i)))
		out[i] = hex0x(d[:20])
	}
	return out
}

func TestListKinds(t *testing.T) {
	claims := someClaims(7)
	accounts := evmTexts(6)
	var jito, jup, bam, saber, gum [][]string
	var jitoCSV, jupCSV, bamCSV, gumJSON, saberJSON []string
	mint := base58(claims[6].key[:])
	for i, x := range claims {
		key := base58(x.key[:])
		jito = append(jito, []string{key, fmt.Sprint(uint64(i+1) * 1e9), fmt.Sprint(uint64(i) * 2e9)})
		jitoCSV = append(jitoCSV, fmt.Sprintf("%s,%d,%d,%s", key, i+1, 2*i, []string{"Staker", "Validator", "Searcher"}[i%3]))
		jup = append(jup, []string{key, fmt.Sprint(1000123456 + i), fmt.Sprint(9123450 + i)})
		jupCSV = append(jupCSV, fmt.Sprintf("%s,1000.12345%d78,9.12345%d", key, 6+i, i))
		bam = append(bam, []string{key, fmt.Sprint(x.amount)})
		bamCSV = append(bamCSV, fmt.Sprintf("%s,%d", key, x.amount))
		gum = append(gum, []string{key, mint, fmt.Sprint(x.amount), fmt.Sprint(i)})
		gumJSON = append(gumJSON, fmt.Sprintf(`{"handle":%q,"amount":%d}`, key, x.amount))
		saberJSON = append(saberJSON, fmt.Sprintf(`{"authority":%q,"amount":"%d"}`, key, x.amount))
	}
	for i, x := range byBase58(someClaims(7)) {
		saber = append(saber, []string{base58(claims[i].key[:]), fmt.Sprint(x.amount), fmt.Sprint(x.index)})
	}
	jup[5][1] = "1000123461"
	jupCSV = jupCSV[:4] // the digit in the format has one place
	jup = jup[:4]
	var human, base, lower [][]string
	var humanCSV, baseCSV []string
	for i, a := range accounts {
		human = append(human, []string{a, fmt.Sprintf("%d500000000000000000", i+1), fmt.Sprint(i)})
		humanCSV = append(humanCSV, fmt.Sprintf("%s,%d.5", a, i+1))
		base = append(base, []string{a, fmt.Sprint(1000 + i)})
		baseCSV = append(baseCSV, fmt.Sprintf("%s,%d", a, 1000+i))
	}
	lower = append(lower, base...)
	twice := append([]string{jitoCSV[3]}, jitoCSV...)
	merged := append([][]string{{jito[3][0], "8000000000", "12000000000"}}, append(append([][]string{}, jito[:3]...), jito[4:]...)...)
	sablier := candidate{profile: "sablier-v1", columns: []string{"index", "account", "amount"}}
	for _, c := range []struct {
		name, file, text string
		o                FileOptions
		kind, profile    string
		has              string
	}{
		{"jito", "l.csv", "pubkey,amount_unlocked,amount_locked,category\n" + strings.Join(jitoCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "locked"}, jito, candidate{profile: "jito-v1"}), Decimals: -1}, "csv-jito", "jito-v1", ""},
		{"jito, a wallet twice", "l.csv", "pubkey,amount_unlocked,amount_locked,category\n" + strings.Join(twice, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "locked"}, merged, candidate{profile: "jito-v1"}), Decimals: -1}, "csv-jito", "jito-v1", "row-repeated: l.csv:6:1"},
		{"jupiter, decimals given", "l.csv", "pubkey,amount,locked_amount\n" + strings.Join(jupCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "locked"}, jup, candidate{profile: "jito-v1"}), Decimals: 6}, "csv-jupiter", "jito-v1", "the digits 78 behind them are lost"},
		{"jupiter, decimals found", "l.csv", "pubkey,amount,locked_amount\r\n" + strings.Join(jupCSV, "\r\n") + "\r\n",
			FileOptions{Root: listRoot(t, []string{"account", "amount", "locked"}, jup, candidate{profile: "jito-v1"}), Decimals: -1}, "csv-jupiter", "jito-v1", "whole tokens of 6 decimals give the root"},
		{"jupiter, the sorted tree", "l.csv", "\ufeffpubkey;amount;locked_amount\n" + strings.ReplaceAll(strings.Join(jupCSV, "\n"), ",", ";"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "locked"}, jup, candidate{profile: "jupiter-ts-v1"}), Decimals: 6}, "csv-jupiter", "jupiter-ts-v1", ""},
		{"bam", "l.csv", "pubkey,amount\n" + strings.Join(bamCSV, "\n\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, bam, candidate{profile: "jito-tip-v1"}), Decimals: -1}, "csv-bam", "jito-tip-v1", ""},
		{"no header", "l.csv", strings.Join(bamCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, bam, candidate{profile: "jito-tip-v1"}), Decimals: -1}, "list", "jito-tip-v1", ""},
		{"gumdrop", "l.json", "[" + strings.Join(gumJSON, ",") + "]",
			FileOptions{Root: listRoot(t, []string{"account", "token", "amount", "index"}, gum, candidate{profile: "gumdrop-v1"}), Token: mint, Decimals: -1}, "list", "gumdrop-v1", "row-own"},
		{"saber", "l.json", "[" + strings.Join(saberJSON, ",") + "]",
			FileOptions{Root: listRoot(t, []string{"account", "amount", "index"}, saber, candidate{profile: "saber-v1"}), Decimals: -1}, "list", "saber-v1", ""},
		{"hedgey, decimals given", "l.csv", "address,amount\n" + strings.Join(humanCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "index"}, human, candidate{profile: "hedgey-v1"}), Decimals: 18}, "csv-address-amount", "hedgey-v1", ""},
		{"hedgey, decimals found", "l.csv", "\"address\",\"amount\"\n" + strings.Join(humanCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "index"}, human, candidate{profile: "hedgey-v1"}), Decimals: -1}, "csv-address-amount", "hedgey-v1", "whole tokens of 18 decimals"},
		{"sablier", "l.csv", "address,amount\n" + strings.Join(humanCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount", "index"}, human, sablier), Decimals: -1}, "csv-address-amount", "sablier-v1", ""},
		{"packed", "l.csv", "Wallet Address,Token_Amount\n" + strings.Join(baseCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, lower, candidate{profile: "address-amount-packed-v1"}), Decimals: -1}, "list", "address-amount-packed-v1", ""},
		{"another shape", "l.csv", "address,amount\n" + strings.Join(baseCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, lower, candidate{profile: "hedgey-v1"}.with("shape", "promote", "order", "input")), Decimals: -1}, "csv-address-amount", "hedgey-v1",
			"shape promote"},
		{"own names with types", "l.csv", "account:address,amount:uint128\n" + strings.Join(baseCSV, "\n"),
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, lower, candidate{profile: "oz-standard-v1", fields: []field{{"account", "address", "account"}, {"amount", "uint128", "amount"}}}),
				Decimals: -1}, "list", "oz-standard-v1", ""},
		{"an object of amounts in small letters", "l.json", `{"block":5,"balances":{"` + strings.ReplaceAll(strings.ReplaceAll(strings.Join(baseCSV, ";"), ",", `":"`), ";", `","`) + `"}}`,
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, lower, candidate{profile: "address-amount-packed-v1"}), Decimals: -1}, "list", "address-amount-packed-v1", ""},
		{"JSON lines", "l.jsonl", `{"account":"` + strings.ReplaceAll(strings.Join(baseCSV, "}\n{\"account\":\""), ",", `","amount":`) + "}\n",
			FileOptions{Root: listRoot(t, []string{"account", "amount"}, lower, candidate{profile: "address-amount-packed-v1"}), Decimals: -1}, "", "address-amount-packed-v1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFilesOK(t, c.o, textFile(c.file, c.text))
			text := filesReport(r)
			if !r.OK() || len(r.Trees) != 1 || !r.Trees[0].Matched || c.kind != "" && r.Kind != c.kind || r.Trees[0].Profile != c.profile || !strings.Contains(text, c.has) {
				t.Fatalf("kind %s, want %s and %s, with %q\n%s", r.Kind, c.kind, c.profile, c.has, text)
			}
			// The same list by a root companion, and not by another root.
			if c.o.Decimals >= 0 || c.file == "l.csv" {
				o := c.o
				o.Root = ""
				if r := checkFilesOK(t, o, textFile(c.file, c.text), textFile("root.json", `{"merkleRoot":"`+c.o.Root+`"}`)); !r.OK() || !r.Trees[0].Matched {
					t.Errorf("with a file of the root:\n%s", filesReport(r))
				}
			}
			o := c.o
			o.Root = "0x" + strings.Repeat("5", 64)
			if r := checkFilesOK(t, o, textFile(c.file, c.text)); r.OK() {
				t.Errorf("another root is taken")
			}
		})
	}
}

func TestPlainListFaults(t *testing.T) {
	a := evmTexts(3)
	key := base58(someClaims(1)[0].key[:])
	for _, c := range []struct {
		name, text string
		o          FileOptions
		want       string
	}{
		{"a cell less", "address,amount\n" + a[0] + ",1\n" + a[1] + "\n", FileOptions{Decimals: -1}, "list-malformed: l.csv:3:1: got a row of 1 cells"},
		{"an open quote", "address,amount\n\"" + a[0] + ",1\n", FileOptions{Decimals: -1}, "list-malformed: l.csv:2:1: got a quoted cell does not end"},
		{"no address", "address,amount\n" + a[0] + ",1\n0x12,2\n", FileOptions{Decimals: -1}, "row-account: l.csv:3:1"},
		{"a checksum", "address,amount\n" + a[0] + ",1\n0xA364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e,2\n", FileOptions{Decimals: -1}, "row-checksum: l.csv:3:1"},
		{"a negative amount", "address,amount\n" + a[0] + ",-1\n", FileOptions{Decimals: -1}, "row-value: l.csv:2:44"},
		{"no amount", "address,amount\n" + a[0] + ",\n", FileOptions{Decimals: 18}, "row-value: l.csv:2:44"},
		{"thousands", "address,amount\n" + a[0] + ",\"1,000\"\n", FileOptions{Decimals: 18}, "row-value: l.csv:2:44"},
		{"an account twice", "address,amount\n" + a[0] + ",1\n" + a[0] + ",2\n", FileOptions{Decimals: -1, Profile: "address-amount-packed-v1"}, "row-duplicate: l.csv:3:1"},
		{"a zero account", "address,amount\n0x0000000000000000000000000000000000000000,1\n" + a[1] + ",1", FileOptions{Decimals: -1}, "row-zero-account: l.csv:2:1"},
		{"a zero amount", "address,amount\n" + a[0] + ",0\n" + a[1] + ",1", FileOptions{Decimals: -1}, "row-zero-amount: l.csv:2:1"},
		{"blanks and 0X", "address,amount\n" + a[0] + " ,1\n0X" + a[1][2:] + ",1", FileOptions{Decimals: -1}, "row-spelling: l.csv:3:1"},
		{"jito, a fraction", "pubkey,amount_unlocked,amount_locked,category\n" + key + ",1.5,0,Staker\n", FileOptions{Decimals: -1}, "row-value: l.csv:2:"},
		{"jito, wider than 64 bits", "pubkey,amount_unlocked,amount_locked,category\n" + key + ",18446744074,0,Staker\n", FileOptions{Decimals: -1}, "18446744074000000000"},
		{"jito, a category", "pubkey,amount_unlocked,amount_locked,category\n" + key + ",5,0,staker\n", FileOptions{Decimals: -1}, `row-spelling: l.csv:2:`},
		{"a date", "owner,duration,startDate,amount\n" + a[0] + ",52,2022-13-01,5\n", FileOptions{Decimals: -1}, "row-value: l.csv:2:"},
		{"a vesting id", "vestingId,owner,amount,startDate,duration\n0x" + strings.Repeat("1", 64) + "," + a[0] + ",5,2022-07-07T22:00:00.000Z,52\n", FileOptions{Decimals: -1}, "row-leaf: l.csv:2:1"},
		{"no decimals", "address,amount\n" + a[0] + ",1.25\n", FileOptions{Decimals: -1}, "the decimals of the token, which are not given: read as 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFilesOK(t, c.o, textFile("l.csv", c.text))
			if text := filesReport(r); !strings.Contains(text, c.want) {
				t.Errorf("no %q in\n%s", c.want, text)
			}
		})
	}
}

func TestListsBesideTrees(t *testing.T) {
	claims := someClaims(10)
	tree := textFile("tree_3.json", nodeFile(t, claims, "jupiter", 3, numbered, numbered))
	row := func(x solanaClaim) string { return fmt.Sprintf("%s,%d,%d", base58(x.key[:]), x.amount, x.locked) }
	var rows, report, stakes, wider []string
	for i, x := range claims {
		stakes = append(stakes, fmt.Sprintf("%s,%s,%d,%d", base58(someClaims(40)[20+i].key[:]), base58(x.key[:]), i, x.amount))
		wider = append(wider, fmt.Sprintf("%d,%s,%d.%06d", i, base58(x.key[:]), x.amount/1e6, x.amount%1e6))
		rows = append(rows, row(x))
		report = append(report, fmt.Sprintf("%s,%d,%d", base58(x.key[:]), x.amount/2+uint64(i), 5))
	}
	other := claims[4]
	other.amount++
	edited := append(append(append([]string{}, rows[:4]...), row(other)), rows[5:]...)
	head := "pubkey,amount,locked_amount\n"
	for _, c := range []struct {
		name, text string
		ok         bool
		want       string
	}{
		{"its input", head + strings.Join(rows, "\n"), true, "10 of 10 rows agree, in the same order, amounts in base units"},
		{"in another order", head + strings.Join(append(rows[5:10:10], rows[:5]...), "\n"), true, "10 of 10 rows agree, in another order"},
		{"one amount", head + strings.Join(edited, "\n"), false, "list-differs: list.csv:6:1 row[4]: got amount 1000029, in the tree 1000028"},
		{"a row less", head + strings.Join(rows[1:], "\n"), false, base58(claims[0].key[:]) + " is in the tree, want not in list.csv"},
		{"a row more", head + strings.Join(append(rows[:10:10], row(someClaims(11)[10])), "\n"), false, "list-differs: list.csv:12:1 row[10]"},
		{"a report", "authority,tokenAmount,rank\n" + strings.Join(report, "\n"), true,
			"list-differs: list.csv:2:1 row[0]: got amount 500000, in the tree 1000000, the first difference of a list that is not the input of tree_3.json: 0 of its 10 rows agree"},
		{"a report of stakes", "pubkey,owner_wallet,rank,paid\n" + strings.Join(stakes, "\n"), true, "list.csv is the list of tree_3.json: 10 of 10 rows agree"},
		{"a report of other names", "n,who,tokens due\n" + strings.Join(wider, "\n"), true, "10 of 10 rows agree, in the same order, amounts in whole tokens of 6 decimals"},
		{"a table of something else", "a,b\n1,2\n", true, "NOT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == "NOT" {
				c.want = "skipped list.csv: no kind of file that is known"
			}
			r := checkFilesOK(t, FileOptions{Decimals: -1}, tree, textFile("list.csv", c.text))
			if text := filesReport(r); r.OK() != c.ok || len(r.Trees) != 1 || !strings.Contains(text, c.want) {
				t.Errorf("no %q in\n%s", c.want, text)
			}
		})
	}
}

// Whatever digit of a list with a root is changed, the root is not met.
func TestListEditsAreFound(t *testing.T) {
	accounts := evmTexts(6)
	text, rows := "address,amount\n", [][]string{}
	for i, a := range accounts {
		rows = append(rows, []string{a, fmt.Sprint(10_000 + 77*i)})
		text += fmt.Sprintf("%s,%d\n", a, 10_000+77*i)
	}
	root := listRoot(t, []string{"account", "amount"}, rows, candidate{profile: "address-amount-packed-v1"})
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.IntRange(0, 5).Draw(t, "line")
		lines := strings.Split(text, "\n")
		cells := strings.Split(lines[line+1], ",")
		cell := rapid.IntRange(0, 1).Draw(t, "cell")
		at := rapid.IntRange(2*(1-cell), len(cells[cell])-1).Draw(t, "at")
		digit := "0123456789"[rapid.IntRange(0, 9).Draw(t, "digit")]
		if cells[cell][at] == digit {
			return
		}
		cells[cell] = cells[cell][:at] + string(digit) + cells[cell][at+1:]
		lines[line+1] = strings.Join(cells, ",")
		r, err := CheckFiles(context.Background(), []File{textFile("l.csv", strings.Join(lines, "\n"))}, FileOptions{Root: root, Decimals: -1, Workers: 1})
		if err != nil || len(r.Findings) == 0 {
			t.Fatalf("%q is not found: %v", lines[line+1], err)
		}
	})
}

// Constants are read as people write them: the contract of a Safe list with its checksum, on Ethereum unless another chain is named.
func TestListConstants(t *testing.T) {
	a := evmTexts(3)
	rows := [][]string{{a[0], "52", "1538042400", "5"}, {a[1], "52", "1538042400", "6"}, {a[2], "104", "1538042401", "7"}}
	text := "owner,duration,startDate,amount\n" + a[0] + ",52,2018-09-27T10:00:00+00:00,5\n" + a[1] + ",52,1538042400,6\n" + a[2] + ",104,2018-09-27T12:00:01+02:00,7\n"
	const contract = "0x29067F28306419923BCfF96E37F95E0f58ABdBBe"
	root := func(chain string) string {
		return listRoot(t, []string{"account", "durationWeeks", "startDate", "amount"}, rows,
			candidate{profile: "safe-vesting-v1", constants: map[string]string{"chainId": chain, "verifyingContract": strings.ToLower(contract)}})
	}
	for _, c := range []struct {
		name      string
		root      string
		constants map[string]string
		ok        bool
	}{
		{"none", root("1"), nil, true},
		{"the contract", root("1"), map[string]string{"verifyingContract": contract}, true},
		{"both", root("100"), map[string]string{"verifyingContract": contract, "chainId": "100"}, true},
		{"another chain", root("100"), map[string]string{"verifyingContract": contract}, false},
		{"another contract", root("1"), map[string]string{"verifyingContract": a[0]}, false},
	} {
		r := checkFilesOK(t, FileOptions{Decimals: -1, Root: c.root, Constants: c.constants}, textFile("l.csv", text))
		if r.OK() != c.ok {
			t.Errorf("%s: %s", c.name, filesReport(r))
		}
	}
	wrong := strings.Replace(contract, "CfF", "cfF", 1)
	if _, err := CheckFiles(context.Background(), []File{textFile("l.csv", text)}, FileOptions{Constants: map[string]string{"verifyingContract": wrong}}); !errors.Is(err, ErrFileOption) {
		t.Errorf("a wrong checksum: %v", err)
	}
}
