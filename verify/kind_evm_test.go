package verify

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// eigenClaimOf writes the claim of a vector's earner as RewardsCoordinator's caller has it; bytes are written by enc.
func eigenClaimOf(t *testing.T, v map[string]json.RawMessage, earner int, enc func(hex string) string) string {
	t.Helper()
	type token struct {
		Token, CumulativeEarnings, LeafHash string
		TokenIndex                          int
		TokenTreeProof                      string
	}
	list := decodeRaw[[]struct {
		Earner, EarnerTokenRoot, EarnerTreeProof string
		EarnerIndex                              int
		Tokens                                   []token
	}](t, v["earners"])
	e := list[earner]
	var indices, proofs, leaves []string
	for _, k := range e.Tokens {
		indices = append(indices, fmt.Sprint(k.TokenIndex))
		proofs = append(proofs, `"`+enc(k.TokenTreeProof)+`"`)
		leaves = append(leaves, fmt.Sprintf(`{"token":"%s","cumulativeEarnings":"%s"}`, k.Token, k.CumulativeEarnings))
	}
	return fmt.Sprintf(`{"root":%s,"rootIndex":1,"earnerIndex":%d,"earnerTreeProof":"%s","earnerLeaf":{"earner":"%s","earnerTokenRoot":"%s"},"tokenIndices":[%s],"tokenTreeProofs":[%s],"tokenLeaves":[%s],"tokenTreeProofsNum":%d,"tokenLeavesNum":%d}`,
		v["root"], e.EarnerIndex, enc(e.EarnerTreeProof), e.Earner, enc(e.EarnerTokenRoot), strings.Join(indices, ","), strings.Join(proofs, ","), strings.Join(leaves, ","),
		len(e.Tokens), len(e.Tokens))
}

func TestEigenLayerClaims(t *testing.T) {
	_, byID := vectorMembers(t, "evm.json")
	v := byID["eigenlayer-e3"]
	plain := func(s string) string { return s }
	inBase64 := func(s string) string {
		b, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(b)
	}
	for earner := range 3 {
		for name, enc := range map[string]func(string) string{"hex": plain, "base64": inBase64} {
			text := eigenClaimOf(t, v, earner, enc)
			r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("claim.json", text))
			if tr := r.Trees[0]; !r.OK() || r.Kind != "eigenlayer-claim" || tr.Proofs == 0 || tr.Folded != tr.Proofs {
				t.Errorf("earner %d in %s: %s", earner, name, filesReport(r))
			}
		}
	}
	one, two, stated := eigenClaimOf(t, v, 0, plain), eigenClaimOf(t, v, 1, plain), regexp.MustCompile(`"root":"[^"]*",`)
	unrooted := func(claim string) string { return stated.ReplaceAllString(claim, "") }
	const proof = `"earnerTreeProof":"0x`
	at := strings.Index(two, proof) + len(proof)
	other := two[:at] + map[bool]string{true: "1", false: "0"}[two[at] == '0'] + two[at+1:]
	for name, c := range map[string]struct{ first, second, want string }{
		"one distribution":             {one, two, ""},
		"one distribution, no root":    {unrooted(one), unrooted(two), ""},
		"another rootIndex":            {one, strings.Replace(two, `"rootIndex":1`, `"rootIndex":2`, 1), "list-differs: 2.json:1:"},
		"another root, none is stated": {unrooted(one), unrooted(other), "list-differs: 2.json:1:"},
	} {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("1.json", c.first), textFile("2.json", c.second))
		if r.OK() != (c.want == "") || !strings.Contains(filesReport(r), c.want) {
			t.Errorf("%s: %s", name, filesReport(r))
		}
	}
	text := eigenClaimOf(t, v, 2, plain)
	values, _ := spotsOf(0, text)
	values = slices.DeleteFunc(values, func(s spot) bool { return s.path == ".rootIndex" })
	rapid.Check(t, func(t *rapid.T) {
		what := rapid.SampledFrom(values).Draw(t, "spot")
		edited, ok := editDigit(t, text, what)
		if !ok {
			t.Skip("no digit")
		}
		if r := editedReport(t, FileOptions{Decimals: -1}, textFile("claim.json", edited)); r != nil && len(r.Findings) == 0 {
			t.Fatalf("an edit at %s was not found: %s\n%s", what.path, edited, filesReport(r))
		}
	})
}

func TestMerklAnswers(t *testing.T) {
	_, byID := vectorMembers(t, "evm.json")
	v := byID["merkl-dispute-n3"]
	leaves := decodeRaw[[]struct {
		User, Token, Amount string
		Proof               []string
	}](t, v["leaves"])
	var rewards []string
	for _, l := range leaves[:2] {
		proof, _ := json.Marshal(append([]string{}, l.Proof...))
		rewards = append(rewards, fmt.Sprintf(`{"root":%s,"recipient":"%s","amount":"%s","claimed":"0","pending":"7","proofs":%s,"token":{"address":"%s","decimals":18},"breakdowns":[{"reason":"r","amount":"%s"}]}`,
			v["root"], l.User, l.Amount, proof, l.Token, l.Amount))
	}
	text := `[{"chain":{"id":1},"rewards":[` + strings.Join(rewards, ",") + `]}]`
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("answer.json", text))
	if !r.OK() || r.Kind != "merkl-api" || len(r.Trees) != 1 || r.Trees[0].Folded != 2 {
		t.Fatalf("%s", filesReport(r))
	}
	for _, edit := range [][2]string{{`"amount":"1`, `"amount":"2`}, {leaves[0].User[:10], leaves[0].User[:9] + "0"}, {leaves[1].Proof[0][:8], leaves[1].Proof[0][:7] + "0"}} {
		edited := strings.Replace(text, edit[0], edit[1], 1)
		if edited == text {
			t.Fatalf("%q is not in the answer", edit[0])
		}
		if r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("answer.json", edited)); r.OK() {
			t.Errorf("%s for %s was not found", edit[1], edit[0])
		}
	}
}

// TestSeveralTreesOfOneFile reads a root and rows for each of several tokens, amounts as ethers writes them; the wrong root is that of one tree only.
func TestSeveralTreesOfOneFile(t *testing.T) {
	one := packedClaims(t, "uniswap-v1", [][2]string{{wallet1, "0x10"}, {wallet2, "0x20"}}, "")
	two := packedClaims(t, "address-amount-packed-v1", [][2]string{{wallet2, "7"}, {wallet3, "0"}}, "")
	one = strings.ReplaceAll(strings.ReplaceAll(one, `"amount": "0x10"`, `"amount": {"type": "BigNumber", "hex": "0x10"}`), `"claims"`, `"merkle"`)
	text := `[{"symbol":"ONE",` + one[1:] + `,` + two + `]`
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("all.json", text))
	if !r.OK() || len(r.Trees) != 2 || r.Trees[0].Profile != "uniswap-v1" || r.Trees[1].Profile != "address-amount-packed-v1" || r.Trees[0].Name != "all.json 0 ONE" {
		t.Fatalf("%s", filesReport(r))
	}
	if len(r.Remarks) != 1 || r.Remarks[0].Code != RowZeroAmount {
		t.Errorf("%s", filesReport(r))
	}
	i := strings.LastIndex(text, `Root": "0x`) + len(`Root": "0x`)
	text = text[:i] + "00" + text[i+2:]
	r = checkFilesOK(t, FileOptions{Decimals: -1}, textFile("all.json", text))
	if r.OK() || !r.Trees[0].OK || r.Trees[1].OK || r.Findings[0].Code != ListRoot || !strings.Contains(r.Findings[0].Want, "on which the list and its proofs agree") {
		t.Errorf("%s", filesReport(r))
	}
}

// TestOtherTreesOfOneLeaf makes claims of the Uniswap leaf in every shape and order that a contract with sorted pairs takes, and expects to be told which it was.
func TestOtherTreesOfOneLeaf(t *testing.T) {
	rows := [][2]string{{wallet1, "5"}, {wallet2, "6"}, {wallet3, "7"}, {"0x0000000000000000000000000000000000000abc", "8"}, {"0x0000000000000000000000000000000000000def", "9"}}
	base := candidate{profile: "uniswap-v1"}
	seen := map[string]bool{}
	for _, c := range append([]candidate{base}, otherTrees(base)...) {
		p := profileByName(c.profile)
		for _, x := range c.set {
			p.text[x[0]] = x[1]
		}
		p.resolve(nil, "given", nil)
		rule, err := newLeafRuleFor(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := packedClaims(t, "uniswap-v1", rows, "")
		pass := &filePass{faults: newCollector(), remarks: newCollector()}
		l := pass.uniswapClaims(newSource("c", text), newSource("c", text).top(), func() jval { v, _ := newSource("c", text).top().get("claims"); return v }())
		var leaves []digest
		for i := range l.rows {
			d, err := rule.leaf(newHasher(keccak), l.rows[i].acct.raw[:20], l.rows[i].cells)
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, d)
		}
		tree, err := rule.rebuild(p.text["order"], treeRows{leaves: leaves})
		if err != nil {
			t.Fatal(err)
		}
		root := rule.hashText(&tree.root)
		if seen[root] {
			continue // two trees that agree for five leaves
		}
		seen[root] = true
		for i := range l.rows {
			v := jval{l.rows[i].src.doc, l.rows[i].proof}
			var proof []string
			for _, d := range tree.proof(nil, i) {
				proof = append(proof, `"`+rule.hashText(&d)+`"`)
			}
			text = strings.Replace(text, v.raw(), "["+strings.Join(proof, ", ")+" ]", 1)
		}
		text = strings.Replace(text, l.root, root, 1)
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("c.json", text))
		if tr := r.Trees[0]; !r.OK() || tr.Shape != p.text["shape"] || tr.Order != p.text["order"] || tr.Folded != 5 {
			t.Errorf("%s: %s", c.String(), filesReport(r))
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d different trees", len(seen))
	}
}

// TestChunks reads claims cut into files: all with their root, all without one, some of them, and some of them with one digit changed.
func TestChunks(t *testing.T) {
	rows := [][2]string{{wallet1, "5"}, {wallet2, "6"}, {wallet3, "7"}, {"0x0000000000000000000000000000000000000abc", "8"}, {"0x0000000000000000000000000000000000000def", "9"}}
	whole := packedClaims(t, "uniswap-v1", rows, "")
	src := newSource("c", whole)
	root, _ := src.top().get("merkleRoot")
	claims, _ := src.top().get("claims")
	var chunks [2][]string
	for i, m := range claims.members() {
		chunks[i/3] = append(chunks[i/3], whole[m.at:src.doc.end(m.val.at)])
	}
	one, two := textFile("1.json", "{"+strings.Join(chunks[0], ",")+"}"), textFile("2.json", "{"+strings.Join(chunks[1], ",")+"}")
	for name, c := range map[string]struct {
		o     FileOptions
		files []File
		good  bool
		says  string
	}{
		"with root file":   {FileOptions{}, []File{one, two, textFile("root.json", `{"merkleRoot":`+root.raw()+`}`)}, true, "rebuilt from 5 rows"},
		"with root":        {FileOptions{Root: root.text()}, []File{two, one}, true, "rebuilt from 5 rows"},
		"without root":     {FileOptions{}, []File{one, two}, true, "list and proofs give " + root.text()},
		"some":             {FileOptions{}, []File{one}, true, "the proofs lead to " + root.text() + " by uniswap-v1, of whose tree these are some rows only"},
		"some and root":    {FileOptions{Root: root.text()}, []File{one}, false, "list-incomplete"},
		"some, one edited": {FileOptions{}, []File{textFile("1.json", "{"+strings.Replace(strings.Join(chunks[0], ","), `"amount": "6"`, `"amount": "60"`, 1)+"}")}, false, `row-proof: 1.json:1:295 ["` + wallet2},
	} {
		c.o.Decimals = -1
		r := checkFilesOK(t, c.o, c.files...)
		if r.OK() != c.good || r.Kind != "uniswap-chunks" || !strings.Contains(filesReport(r), c.says) {
			t.Errorf("%s: %s", name, filesReport(r))
		}
	}
}

// TestSpellingsOfClaims reads the same claims as tools without a name of their own have written them.
func TestSpellingsOfClaims(t *testing.T) {
	rows := [][2]string{{wallet1, "5"}, {wallet2, "6"}, {wallet3, "7"}}
	text := strings.Replace(packedClaims(t, "address-amount-packed-v1", rows, ""), `"claims": {`, `"total": 18, "users": {`, 1)
	for name, edit := range map[string]func(s string) string{
		"as it is":          func(s string) string { return s },
		"total counts rows": func(s string) string { return strings.Replace(s, `"total": 18`, `"total": 3`, 1) },
		"proof of objects": func(s string) string {
			return strings.NewReplacer(`["0x`, `[{"position":"left","data":"0x`, `","0x`, `"},{"position":"right","data":"0x`, `"]`, `"}]`).Replace(s)
		},
		"proof as one text": func(s string) string { return strings.NewReplacer(`["0x`, `"0x`, `","0x`, ``, `"]`, `"`).Replace(s) },
		"hashes without 0x": func(s string) string { return strings.NewReplacer(`["0x`, `["`, `","0x`, `","`).Replace(s) },
		"another name":      func(s string) string { return strings.ReplaceAll(s, `"amount"`, `"rewardAmountBase"`) },
		"a number for people": func(s string) string {
			return strings.NewReplacer(`"amount": "`, `"amount": "0.5 T", "amountWei": "`).Replace(s)
		},
		"JSON numbers": func(s string) string {
			return strings.NewReplacer(`"amount": "5"`, `"amount": 5`, `"amount": "6"`, `"amount": 0.6e1`).Replace(s)
		},
		"more members": func(s string) string { return strings.ReplaceAll(s, `"proof"`, `"extra": [{"a": null}], "proof"`) },
		"hashes in large hex": func(s string) string {
			return strings.NewReplacer(`["0xa`, `["0xA`, `["0xb`, `["0xB`, `["0xc`, `["0xC`).Replace(s)
		},
		"root under other name": func(s string) string { return strings.Replace(s, `"merkleRoot"`, `"root"`, 1) },
	} {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("c.json", edit(text)))
		if !r.OK() || r.Kind != "claims" || r.Trees[0].Profile != "address-amount-packed-v1" || !r.Trees[0].Matched || r.Trees[0].Folded != 3 || r.Trees[0].Total != "18" {
			t.Errorf("%s: %s\n%s", name, filesReport(r), edit(text))
		}
	}
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("c.json", strings.Replace(text, `"total": 18`, `"total": 19`, 1)))
	if len(r.Findings) != 1 || r.Findings[0].Code != ListTotal {
		t.Errorf("%s", filesReport(r))
	}
}

func BenchmarkCheckFiles(b *testing.B) {
	var text strings.Builder
	text.WriteString(`[`)
	for i := range 20_000 {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"address":"0x%040x","earnings":"0x%x","reasons":""}`, i*7919+1<<40, i+1)
	}
	text.WriteByte(']')
	file := textFile("list.json", text.String())
	b.ReportAllocs()
	for b.Loop() {
		r, err := CheckFiles(b.Context(), []File{file}, FileOptions{Decimals: -1})
		if err != nil || len(r.Trees) != 1 || r.Trees[0].Leaves != 20_000 {
			b.Fatal(err, r)
		}
	}
}
