package verify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// solanaClaim is one row of the trees that these tests write in other tools' shapes.
type solanaClaim struct {
	key            [32]byte
	amount, locked uint64
	index          int
}

func someClaims(n int) []solanaClaim {
	list := make([]solanaClaim, n)
	for i := range list {
		list[i] = solanaClaim{key: sha256.Sum256([]byte("claimant " + strconv.Itoa(i))), amount: uint64(1_000_000 + 7*i), locked: uint64(50 * i), index: i}
	}
	return list
}

// builtClaims hashes claims into a tree, of which the proofs are written by the caller.
func builtClaims(t testing.TB, list []solanaClaim, c candidate) (*leafRule, *rebuilt, []digest) {
	t.Helper()
	l := &listing{columns: []string{"account", "amount", "locked", "index"}}
	for _, x := range list {
		r := newRow(nil, 0, "", x.index)
		r.acct = account{raw: x.key, fam: solana}
		r.cells = []string{base58(x.key[:]), fmt.Sprint(x.amount), fmt.Sprint(x.locked), fmt.Sprint(x.index)}
		l.rows = append(l.rows, r)
	}
	p := &filePass{faults: newCollector(), remarks: newCollector(), o: FileOptions{Workers: 1}}
	b := (&judge{p: p, l: l, amount: 1}).build(c, map[string]*builtList{})
	if b.err != nil || b.tree == nil {
		t.Fatalf("%v %v", b.err, b.bad)
	}
	return b.rule, b.tree, b.leaves
}

func numbers(b []byte) string {
	parts := make([]string, len(b))
	for i, x := range b {
		parts[i] = strconv.Itoa(int(x))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// spelling is how a shape writes keys and hashes.
type spelling func(b []byte) string

func hexed(b []byte) string      { return `"` + hexText(b) + `"` }
func based(b []byte) string      { return `"` + base58(b) + `"` }
func buffered(b []byte) string   { return `{"type":"Buffer","data":` + numbers(b) + `}` }
func numbered(b []byte) string   { return numbers(b) }
func prefixed(b []byte) string   { return `"` + hex0x(b) + `"` }
func treeRoot(t *rebuilt) []byte { return t.root[:t.rule.width] }
func join(list []string) string  { return strings.Join(list, ",") }

func proofText(t *rebuilt, row int, spell spelling) string {
	var parts []string
	for _, d := range t.proof(nil, row) {
		parts = append(parts, spell(d[:t.rule.width]))
	}
	return "[" + join(parts) + "]"
}

// nodeFile writes a tree as the Rust tools do, in one of their shapes.
func nodeFile(t testing.TB, list []solanaClaim, shape string, version int, key, hash spelling) string {
	c := candidate{profile: "jito-v1"}
	switch shape {
	case "jupiter-sorted":
		c.profile = "jupiter-ts-v1"
	case "tip", "bam":
		c.profile = "jito-tip-v1"
	}
	if shape == "jupiter-old" {
		list = append([]solanaClaim{}, list...)
		for i := range list {
			list[i].locked = 0
		}
	}
	_, tree, _ := builtClaims(t, list, c)
	var nodes []string
	total, locked := uint64(0), uint64(0)
	for i, x := range list {
		total, locked = total+x.amount, locked+x.locked
		var amounts string
		switch shape {
		case "jito":
			amounts = fmt.Sprintf(`"amount_unlocked":%d,"amount_locked":%d`, x.amount, x.locked)
		case "categories":
			amounts = fmt.Sprintf(`"total_unlocked_staker":%d,"total_locked_staker":%d,"total_unlocked_searcher":%d,"total_locked_searcher":0,"total_unlocked_validator":1,"total_locked_validator":0`,
				x.amount-3, x.locked, 2)
		case "jupiter", "jupiter-totals", "jupiter-sorted":
			amounts = fmt.Sprintf(`"amount":%d,"locked_amount":%d`, x.amount, x.locked)
		default:
			amounts = fmt.Sprintf(`"amount":%d`, x.amount)
			locked = 0
		}
		nodes = append(nodes, fmt.Sprintf(`{"claimant":%s,%s,"proof":%s}`, key(x.key[:]), amounts, proofText(tree, i, hash)))
	}
	head := fmt.Sprintf(`"merkle_root":%s,"max_num_nodes":%d,`, hash(treeRoot(tree)), len(list))
	switch shape {
	case "jupiter-totals":
		head += fmt.Sprintf(`"airdrop_version":%d,"total_unlocked_amount":%d,"total_locked_amount":%d,`, version, total, locked)
	case "jupiter", "jupiter-old", "jupiter-sorted":
		head += fmt.Sprintf(`"airdrop_version":%d,"max_total_claim":%d,`, version, total+locked)
	default:
		head += fmt.Sprintf(`"max_total_claim":%d,`, total+locked)
	}
	return "{" + head + `"tree_nodes":[` + join(nodes) + "]}"
}

// tipFile writes a collection of tip trees, of which each states more than its rows, as rounding leaves it.
func tipFile(t testing.TB, lists ...[]solanaClaim) string {
	var trees []string
	for i, list := range lists {
		tree := nodeFile(t, list, "tip", 0, based, numbered)
		tree = strings.Replace(tree, "{", fmt.Sprintf(`{"tip_distribution_account":%s,`, based(list[i].key[:])), 1)
		trees = append(trees, tree)
	}
	return `{"generated_merkle_trees":[` + join(trees) + `],"bank_hash":"x","epoch":700,"slot":1}`
}

// keyedFile writes Jupiter's proofs by wallet.
func keyedFile(t testing.TB, list []solanaClaim, distributor string) string {
	_, tree, _ := builtClaims(t, list, candidate{profile: "jito-v1"})
	var rows []string
	for i, x := range list {
		rows = append(rows, fmt.Sprintf(`%s:{"merkle_tree":%s,"amount":%d,"locked_amount":%d,"proof":%s}`, based(x.key[:]), strconv.Quote(distributor), x.amount, x.locked,
			proofText(tree, i, numbered)))
	}
	return "{" + join(rows) + "}"
}

// saberFile writes Saber's claims: keyed, or in a list of single members as its script does, or as Node writes Buffers and bn.js numbers.
func saberFile(t testing.TB, list []solanaClaim, shape string) string {
	_, tree, _ := builtClaims(t, list, candidate{profile: "saber-v1"})
	var rows []string
	total := uint64(0)
	for i, x := range list {
		total += x.amount
		amount, hash := strconv.Quote(fmt.Sprint(x.amount)), spelling(hexed)
		if shape == "buffers" {
			amount, hash = fmt.Sprintf(`"%06x"`, x.amount), buffered
		}
		row := fmt.Sprintf(`%s:{"index":%d,"amount":%s,"proof":%s}`, based(x.key[:]), x.index, amount, proofText(tree, i, hash))
		if shape == "list" {
			row = "{" + row + "}"
		}
		rows = append(rows, row)
	}
	claims, root := "{"+join(rows)+"}", hexed(treeRoot(tree))
	if shape == "list" {
		claims = "[" + join(rows) + "]"
	}
	if shape == "buffers" {
		root = buffered(treeRoot(tree))
	}
	return fmt.Sprintf(`{"merkleRoot":%s,"tokenTotal":"%d","claims":%s}`, root, total, claims)
}

func byBase58(list []solanaClaim) []solanaClaim {
	accounts := make([]account, len(list))
	for i := range list {
		accounts[i] = account{raw: list[i].key, fam: solana}
	}
	for i, rank := range ranks("base58-sort", accounts) {
		list[i].index = rank
	}
	return list
}

func TestSolanaShapes(t *testing.T) {
	claims, more := someClaims(13), someClaims(20)[13:]
	for _, c := range []struct {
		name, text, kind, profile string
		trees                     int
	}{
		{"jito, two amounts", nodeFile(t, claims, "jito", 0, numbered, numbered), "jito", "jito-v1", 1},
		{"jito, categories", nodeFile(t, claims, "categories", 0, numbered, numbered), "jito", "jito-v1", 1},
		{"jupiter", nodeFile(t, claims, "jupiter", 4, numbered, numbered), "jupiter", "jito-v1", 1},
		{"jupiter, base58 and hex", nodeFile(t, claims, "jupiter", 4, based, hexed), "jupiter", "jito-v1", 1},
		{"jupiter, hex keys", nodeFile(t, claims, "jupiter", 4, prefixed, prefixed), "jupiter", "jito-v1", 1},
		{"jupiter, base58 everywhere", nodeFile(t, claims, "jupiter", 4, based, based), "jupiter", "jito-v1", 1},
		{"jupiter, two totals", nodeFile(t, claims, "jupiter-totals", 0, based, numbered), "jupiter", "jito-v1", 1},
		{"jupiter, the first tool", nodeFile(t, claims, "jupiter-old", 0, numbered, numbered), "jupiter", "jito-v1", 1},
		{"jupiter, its other tree", nodeFile(t, claims, "jupiter-sorted", 0, numbered, numbered), "jupiter", "jupiter-ts-v1", 1},
		{"bam", nodeFile(t, claims, "bam", 0, based, numbered), "bam", "jito-tip-v1", 1},
		{"tip trees", tipFile(t, claims, more), "jito-tip", "jito-tip-v1", 2},
		{"keyed proofs", keyedFile(t, claims, "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"), "jupiter-kv", "jito-v1", 1},
		{"saber", saberFile(t, byBase58(someClaims(13)), "keyed"), "saber", "saber-v1", 1},
		{"saber, its script", saberFile(t, byBase58(someClaims(13)), "list"), "saber", "saber-v1", 1},
		{"saber, buffers", saberFile(t, byBase58(someClaims(13)), "buffers"), "saber", "saber-v1", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("file.json", c.text))
			if !r.OK() || r.Kind != c.kind || len(r.Trees) != c.trees || r.Trees[0].Profile != c.profile || r.Trees[0].Folded != len(claims) {
				t.Errorf("kind %s, %d trees; want %s, %d, %s\n%s", r.Kind, len(r.Trees), c.kind, c.trees, c.profile, filesReport(r))
			}
			for _, tr := range r.Trees {
				if c.kind != "jupiter-kv" && !tr.Matched {
					t.Errorf("tree %s is not matched\n%s", tr.Name, filesReport(r))
				}
			}
		})
	}
}

// Every digit of an account, amount, index, proof, root and total decides: whichever is changed, a fault is found.
func TestSolanaEditsAreFound(t *testing.T) {
	claims := someClaims(9)
	texts := map[string]string{
		"jito":       nodeFile(t, claims, "jito", 0, numbered, numbered),
		"categories": nodeFile(t, claims, "categories", 0, based, hexed),
		"jupiter":    nodeFile(t, claims, "jupiter-totals", 0, based, based),
		"sorted":     nodeFile(t, claims, "jupiter-sorted", 0, numbered, numbered),
		"tip":        nodeFile(t, claims, "bam", 0, based, prefixed),
		"keyed":      keyedFile(t, claims, "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"),
		"saber":      saberFile(t, byBase58(someClaims(9)), "keyed"),
		"saber list": saberFile(t, byBase58(someClaims(9)), "list"),
	}
	for _, name := range sortedKeys(texts) {
		text := texts[name]
		places := meaningfulPlaces(text)
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				at := places[rapid.IntRange(0, len(places)-1).Draw(t, "place")]
				digits := "0123456789"
				old := text[at]
				if !strings.ContainsRune(digits, rune(old)) {
					digits = "abcdef"
				}
				c := digits[rapid.IntRange(0, len(digits)-1).Draw(t, "digit")]
				if c == old {
					return
				}
				edited := text[:at] + string(c) + text[at+1:]
				if sameJSON(text, edited) {
					return
				}
				r, err := CheckFiles(context.Background(), []File{textFile("file.json", edited)}, FileOptions{Decimals: -1, Workers: 1})
				if err == nil && len(r.Findings) == 0 {
					t.Fatalf("byte %d %q for %q is not found: %s…", at, c, old, edited[max(0, at-60):min(len(edited), at+20)])
				}
			})
		})
	}
}

// meaningfulPlaces are the digits and hex letters of values and keys that claims are made of; the distributor of keyed proofs, versions and names are not.
func meaningfulPlaces(text string) (out []int) {
	inString, start := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			if !inString {
				start = i
			}
			inString = !inString
			if !inString {
				word := text[start+1 : i]
				meaning := len(word) >= 32 || strings.Trim(word, "0123456789") == ""
				if strings.HasSuffix(text[:start], `"merkle_tree":`) {
					meaning = false
				}
				for k := start + 1; meaning && k < i; k++ {
					if text[k] >= '0' && text[k] <= '9' && !(k == start+1 || text[k-1] == 'x') || text[k] >= 'a' && text[k] <= 'f' {
						out = append(out, k)
					}
				}
			}
		case !inString && c >= '0' && c <= '9' && !strings.Contains(text[max(0, i-24):i], "airdrop_version"):
			out = append(out, i)
		}
	}
	return out
}

func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

// Rows taken away, given twice and with each other's proofs.
func TestSolanaRowsAreCounted(t *testing.T) {
	claims := someClaims(9)
	dist := "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"
	for _, c := range []struct {
		name, text, open, code string
	}{
		{"jupiter", nodeFile(t, claims, "jupiter", 0, numbered, numbered), `{"claimant"`, ""},
		{"tip", nodeFile(t, claims, "bam", 0, based, numbered), `{"claimant"`, ""},
		{"saber list", saberFile(t, byBase58(someClaims(9)), "list"), `{"`, ""},
	} {
		nodes := strings.Index(c.text, `[{"`)
		body := c.text[nodes+1 : strings.LastIndex(c.text, "]")]
		var rows []string
		for depth, start, i := 0, 0, 0; i < len(body); i++ {
			switch body[i] {
			case '{':
				if depth++; depth == 1 {
					start = i
				}
			case '}':
				if depth--; depth == 0 {
					rows = append(rows, body[start:i+1])
				}
			}
		}
		if len(rows) != len(claims) {
			t.Fatalf("%s: %d rows", c.name, len(rows))
		}
		with := func(list ...string) string { return c.text[:nodes+1] + join(list) + c.text[nodes+1+len(body):] }
		proof := func(row string) (string, string) {
			at := strings.Index(row, `"proof":`)
			return row[:at], row[at:]
		}
		a0, p0 := proof(rows[0])
		a4, p4 := proof(rows[4])
		for name, text := range map[string]string{
			"a row less":  with(rows[1:]...),
			"a row twice": with(append([]string{rows[3]}, rows...)...),
			"two proofs changed for each other": with(append([]string{a0 + p4, rows[1], rows[2], rows[3], a4 + p0},
				rows[5:]...)...),
		} {
			r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("file.json", text))
			if len(r.Findings) == 0 {
				t.Errorf("%s, %s: nothing is found", c.name, name)
			}
		}
	}
	kv := keyedFile(t, claims, dist)
	less := "{" + kv[strings.Index(kv, "},")+2:]
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("0.json", less))
	if text := filesReport(r); !strings.Contains(text, "list-incomplete: 0.json") {
		t.Errorf("a wallet less is not found:\n%s", text)
	}
}

func TestSplitTrees(t *testing.T) {
	claims := someClaims(12)
	again := append(append([]solanaClaim{}, claims[6:]...), claims[2])
	dist := []string{"HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1", "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6"}
	tree := func(list []solanaClaim, version int) string {
		return nodeFile(t, list, "jupiter", version, based, numbered)
	}
	t.Run("each wallet once", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("tree_0.json", tree(claims[:6], 0)), textFile("tree_1.json", tree(claims[6:], 1)))
		if text := filesReport(r); !r.OK() || len(r.Trees) != 2 || !strings.Contains(text, "2 trees of one split: 12 rows") {
			t.Error(text)
		}
	})
	t.Run("a wallet in two trees", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("tree_0.json", tree(claims[:6], 0)), textFile("tree_1.json", tree(again, 1)))
		want := base58(claims[2].key[:]) + " is also at tree_0.json:1:"
		if text := filesReport(r); r.OK() || !strings.Contains(text, "row-two-trees: tree_1.json") || !strings.Contains(text, want) {
			t.Error(text)
		}
	})
	t.Run("trees of no split", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("a.json", tree(claims[:6], 0)), textFile("b.json", tree(again, 0)))
		if !r.OK() {
			t.Error(filesReport(r))
		}
	})
	t.Run("proofs by wallet beside their trees", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("tree_0.json", tree(claims[:6], 0)), textFile("tree_1.json", tree(claims[6:], 1)),
			textFile("0.json", keyedFile(t, claims[:6], dist[0])), textFile("1.json", keyedFile(t, claims[6:], dist[1])))
		if text := filesReport(r); !r.OK() || len(r.Trees) != 4 || !strings.Contains(text, "the root is that of tree_1.json") {
			t.Error(text)
		}
	})
	t.Run("proofs of another tree", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("tree_0.json", tree(claims[:6], 0)), textFile("0.json", keyedFile(t, claims[:5], dist[0])))
		if text := filesReport(r); r.OK() || !strings.Contains(text, "list-root: distributor "+dist[0]) {
			t.Error(text)
		}
	})
	t.Run("a wallet under two distributors", func(t *testing.T) {
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("0.json", keyedFile(t, claims[:6], dist[0])), textFile("1.json", keyedFile(t, again, dist[1])))
		if text := filesReport(r); r.OK() || !strings.Contains(text, "row-two-trees: 1.json") {
			t.Error(text)
		}
	})
	t.Run("a list cut into trees", func(t *testing.T) {
		csv := "pubkey,amount,locked_amount\n"
		for _, x := range claims {
			csv += fmt.Sprintf("%s,%d.%06d,%d.%06d99\n", base58(x.key[:]), x.amount/1e6, x.amount%1e6, x.locked/1e6, x.locked%1e6)
		}
		r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("tree_0.json", tree(claims[:6], 0)), textFile("tree_1.json", tree(claims[6:], 1)), textFile("list.csv", csv))
		text := filesReport(r)
		if !r.OK() || !strings.Contains(text, "list.csv is the list of tree_0.json, tree_1.json: 12 of 12 rows agree") || !strings.Contains(text, "whole tokens of 6 decimals") ||
			!strings.Contains(text, "row-cut: list.csv:2:") {
			t.Error(text)
		}
	})
}

// The vectors' claims, written as a file with a root.
func TestSolanaVectorFiles(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "fixtures", "vectors", "solana.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Profiles map[string]struct {
			Cases []json.RawMessage `json:"cases"`
		} `json:"profiles"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"jito-distributor": "jito-v1", "jupiter-ts-test-tree": "jupiter-ts-v1", "jito-tip-distribution": "jito-tip-v1", "saber-distributor": "saber-v1",
		"mpl-distro": "mpl-distro-v1", "pyth-wormhole-token-dispenser": "pyth-v1"}
	n := 0
	for _, name := range sortedKeys(v.Profiles) {
		profile := want[name]
		if profile == "" {
			t.Fatalf("profile %s is new", name)
		}
		for i, c := range v.Profiles[name].Cases {
			r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("case.json", string(c)))
			n++
			same := len(r.Trees) == 1 && (r.Trees[0].Profile == profile || r.Trees[0].Leaves <= 4 && strings.HasPrefix(r.Trees[0].Profile, "j"))
			wide := len(r.Findings) == 1 && r.Findings[0].Code == ListWidth && name == "saber-distributor" // its total is wider than 64 bits
			if !r.OK() && !wide || !same || !r.Trees[0].Matched || r.Trees[0].Folded != r.Trees[0].Leaves {
				t.Errorf("%s case %d: want %s\n%s", name, i, profile, clip(filesReport(r)))
			}
		}
	}
	if n < 30 {
		t.Errorf("%d cases", n)
	}
}

// What the programs pay once, and how much they can hold.
func TestSolanaPaysOnce(t *testing.T) {
	claims := someClaims(4)
	for _, c := range []struct {
		name, columns string
		rows          []string
		profile       string
		want          string
		ok            bool
	}{
		{"mpl-distro, another nonce", "account,amount,nonce", []string{"%0,5,0", "%0,5,1", "%1,5,0"}, "mpl-distro-v1", "", true},
		{"mpl-distro, the same receipt", "account,amount,nonce", []string{"%0,5,0", "%1,5,0", "%0,5,0"}, "mpl-distro-v1", "row-duplicate: l.csv:4:1", false},
		{"tip, a wallet twice", "account,amount", []string{"%0,5", "%1,5", "%0,6"}, "jito-tip-v1", "row-duplicate: l.csv:4:1", false},
		{"more than 64 bits together", "account,amount,locked", []string{"%0,18446744073709551615,0", "%1,0,1"}, "jito-v1", "list-width: l.csv", false},
		{"just 64 bits together", "account,amount,locked", []string{"%0,18446744073709551614,0", "%1,0,1"}, "jito-v1", "", true},
		{"an amount of 65 bits", "account,amount,locked", []string{"%0,18446744073709551616,0", "%1,0,1"}, "jito-v1", "18446744073709551616", false},
		{"the default key", "account,amount", []string{"11111111111111111111111111111111,5", "%1,5"}, "jito-tip-v1", "row-zero-account: l.csv:2:1", false},
		{"a sysvar", "account,amount", []string{"SysvarC1ock11111111111111111111111111111111,5", "%1,5"}, "jito-tip-v1", "row-program: l.csv:2:1", true},
		{"a key that no wallet holds", "account,amount", []string{"HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1,5", "%0,5"}, "jito-tip-v1", "row-off-curve: l.csv:2:1", true},
		{"nothing at all", "account,amount,locked", []string{"%0,0,0", "%1,0,5"}, "jito-v1", "row-zero-amount: l.csv:2:1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.columns
			for _, r := range c.rows {
				for i, x := range claims {
					r = strings.ReplaceAll(r, fmt.Sprint("%", i), base58(x.key[:]))
				}
				text += "\n" + r
			}
			r := checkFilesOK(t, FileOptions{Decimals: -1, Profile: c.profile}, textFile("l.csv", text))
			if got := filesReport(r); r.OK() != c.ok || !strings.Contains(got, c.want) {
				t.Errorf("no %q in\n%s", c.want, got)
			}
		})
	}
}
