package verify

import (
	"fmt"
	"strings"
	"testing"
)

// packedClaims is a claims file of profile address-amount-packed-v1 over these keys and amounts, whatever they are: the tree is that of the list.
func packedClaims(t *testing.T, profile string, rows [][2]string, total string) string {
	t.Helper()
	p := profileByName(profile)
	index := p.fields[0].source == "index"
	p.resolve(nil, "given", nil)
	r, err := newLeafRuleFor(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	var leaves []digest
	accounts := make([]account, len(rows))
	for i, row := range rows {
		pass := &filePass{faults: newCollector(), remarks: newCollector()}
		a, ok := pass.evmAccount(row[0], "")
		if !ok {
			t.Fatalf("%s: %v", row[0], pass.faults.findings())
		}
		accounts[i] = a
		n, _, _ := integerText(row[1])
		cells := []string{"", n.String()}
		if index {
			cells = []string{fmt.Sprint(i), "", n.String()}
		}
		d, err := r.leaf(newHasher(keccak), a.raw[:20], cells)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, d)
	}
	tree, err := r.rebuild("", treeRows{leaves: leaves, account: func(i int) []byte { return accounts[i].bytes() }})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n\"merkleRoot\": \"%s\",\n", r.hashText(&tree.root))
	if total != "" {
		fmt.Fprintf(&b, "\"tokenTotal\": \"%s\",\n", total)
	}
	b.WriteString("\"claims\": {")
	for i, row := range rows {
		var proof []string
		for _, d := range tree.proof(nil, i) {
			proof = append(proof, `"`+r.hashText(&d)+`"`)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n\"" + row[0] + "\": {")
		if index {
			fmt.Fprintf(&b, `"index": %d, `, i)
		}
		fmt.Fprintf(&b, `"amount": "%s", "proof": [%s]}`, row[1], strings.Join(proof, ","))
	}
	return b.String() + "\n}}\n"
}

const (
	wallet1 = "0xa364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e"
	wallet2 = "0x9EB9368AaF254a795f5F72417910e29Ac6aAAf73"
	wallet3 = "0x53599D727db6997C1B9665215610Fa84FE3edBf9"
)

// TestClaimFaults has every fault that published lists were met with, each in a file whose root is that of its list: named at its row, as fault or as remark.
func TestClaimFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile string
		rows    [][2]string
		total   string
		edit    func(s string) string
		o       FileOptions
		faults  []string // code and the start of its place, all there are
		remarks []string
	}{
		{name: "nothing", rows: [][2]string{{wallet1, "1"}, {wallet2, "0x2"}}, total: "3"},
		{name: "a total that was booked", rows: [][2]string{{wallet1, "1"}, {wallet2, "2"}}, total: "4", faults: []string{"list-total: c.json:3:15 tokenTotal: got 4, want 3"}},
		{name: "a total that a double rounded", rows: [][2]string{{wallet1, "1000000000000000000000001"}}, total: "1000000000000000000000000",
			faults: []string{"list-total: c.json:3:15 tokenTotal: got 1000000000000000000000000, want 1000000000000000000000001"}},
		{name: "zero account", rows: [][2]string{{wallet1, "1"}, {"0x0000000000000000000000000000000000000000", "2"}}, faults: []string{`row-zero-account: c.json:5:1 claims["0x0000`}},
		{name: "burn address", rows: [][2]string{{wallet1, "1"}, {"0x000000000000000000000000000000000000dEaD", "2"}}, remarks: []string{`row-burn: c.json:5:1 claims["0x000000`}},
		{name: "precompile", rows: [][2]string{{"0x0000000000000000000000000000000000000009", "1"}}, remarks: []string{"row-precompile: c.json:4:1"}},
		{name: "the token", rows: [][2]string{{wallet1, "1"}, {wallet2, "1"}}, o: FileOptions{Token: wallet2}, remarks: []string{"row-own: c.json:5:1"}},
		{name: "amount 0", rows: [][2]string{{wallet1, "0"}, {wallet2, "1"}}, remarks: []string{"row-zero-amount: c.json:4:1"}},
		{name: "blank behind a key", rows: [][2]string{{wallet1 + " ", "5"}, {wallet2, "1"}}, remarks: []string{"row-spelling: c.json:4:1"}},
		{name: "0X", rows: [][2]string{{"0X" + wallet1[2:], "5"}}, remarks: []string{"row-spelling: c.json:4:1"}},
		{name: "all letters large", rows: [][2]string{{"0x" + strings.ToUpper(wallet1[2:]), "5"}}, remarks: []string{"row-spelling: c.json:4:1"}},
		{name: "all letters small", rows: [][2]string{{strings.ToLower(wallet1), "5"}}, remarks: []string{"row-spelling: c.json:4:1"}},
		{name: "no 0x", rows: [][2]string{{wallet1[2:], "5"}}, remarks: []string{}},
		{name: "letters of another address", rows: [][2]string{{wallet1, "5"}, {strings.Replace(wallet2, "aF", "Af", 1), "5"}}, faults: []string{"row-checksum: c.json:5:1"}},
		{name: "one owner in two spellings, by account", profile: "address-amount-packed-v1", rows: [][2]string{{wallet1, "5"}, {strings.ToLower(wallet1), "6"}},
			faults: []string{"row-duplicate: c.json:5:1"}, remarks: []string{"row-spelling: c.json:5:1"}},
		{name: "one owner in two spellings, by index", rows: [][2]string{{wallet1, "5"}, {strings.ToLower(wallet1), "6"}},
			remarks: []string{"row-spelling: c.json:5:1", "row-repeated: c.json:5:1"}},
		{name: "a key twice", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string {
			return strings.Replace(s, "\n}}", ",\n\""+wallet1+"\": {\"index\": 7, \"amount\": \"9\", \"proof\": []}}}", 1)
		},
			faults: []string{"list-key-twice: c.json:6:1", "row-proof: c.json:6:", "list-root: c.json:2:15 root", "row-proof: "}},
		{name: "an index twice", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return strings.Replace(s, `"index": 1`, `"index": 0`, 1) },
			faults: []string{"row-proof: c.json:5:1", "list-root: c.json:2:15", "row-index: c.json:5:1"}},
		{name: "CRLF", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{name: "a mark before the text", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return "\ufeff" + s }},
		{name: "an amount with a fraction", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}, {wallet3, "7"}}, edit: func(s string) string { return strings.Replace(s, `"6"`, `"6.5"`, 1) },
			faults: []string{"row-value: c.json:5:", "list-root", "list-incomplete"}},
		{name: "an amount below 0", rows: [][2]string{{wallet1, "5"}}, edit: func(s string) string { return strings.Replace(s, `"5"`, `-5`, 1) },
			faults: []string{"row-value: c.json:4:", "list-empty"}},
		{name: "no proof", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string {
			i := strings.LastIndex(s, `, "proof"`)
			return s[:i] + "}\n}}"
		}, faults: []string{"row-proof-absent: c.json:5:1"}},
		{name: "not an address", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return strings.Replace(s, wallet2, wallet2[:41], 1) },
			faults: []string{"row-account: c.json:5:1", "list-root", "list-incomplete"}},
		{name: "no root", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return strings.Replace(s, `Root": "0x`, `Root": "0x00`, 1) },
			faults: []string{"row-value: c.json:2:15 root"}},
		{name: "another root", rows: [][2]string{{wallet1, "5"}, {wallet2, "6"}}, edit: func(s string) string { return strings.Replace(s, `Root": "0x8`, `Root": "0x9`, 1) },
			faults: []string{"list-root"}},
		{name: "the root on chain is another", rows: [][2]string{{wallet1, "5"}}, o: FileOptions{Root: "0x" + strings.Repeat("ab", 32)}, faults: []string{"list-root-given: c.json:2:15"}},
		{name: "more than the contract holds", profile: "tokensoft-v1", rows: [][2]string{{wallet1, "1329227995784915872903807060280344576"}, {wallet2, "6"}},
			o: FileOptions{Profile: "tokensoft-v1"}, faults: []string{"row-width: c.json:4:1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			profile := c.profile
			if profile == "" {
				profile = "uniswap-v1"
			}
			text := packedClaims(t, profile, c.rows, c.total)
			if c.edit != nil {
				text = c.edit(text)
			}
			c.o.Decimals = -1
			r := checkFilesOK(t, c.o, textFile("c.json", text))
			compare := func(what string, got []Finding, want []string) {
				for _, w := range want {
					found := false
					for _, f := range got {
						found = found || strings.HasPrefix(f.String(), w)
					}
					if !found {
						t.Errorf("no %s %q", what, w)
					}
				}
				for _, f := range got {
					expected := false
					for _, w := range want {
						expected = expected || strings.HasPrefix(f.String(), strings.SplitN(w, ":", 2)[0]+":")
					}
					if !expected {
						t.Errorf("a %s more: %s", what, f)
					}
				}
			}
			compare("fault", r.Findings, c.faults)
			if c.edit == nil {
				compare("remark", r.Remarks, c.remarks)
			}
			if t.Failed() {
				t.Log(text + filesReport(r))
			}
			if strict := c.o; len(c.faults) == 0 && len(c.remarks) > 0 {
				strict.Strict = true
				if checkFilesOK(t, strict, textFile("c.json", text)).OK() {
					t.Error("remarks do not count with Strict")
				}
			}
		})
	}
}
