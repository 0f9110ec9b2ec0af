package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
)

// jmap is an object of a vector file; numbers keep their digits.
type jmap = map[string]any

// readVectors reads one of the outside vector files.
func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("../fixtures/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// str is a string or number as text, without its 0x when it is hex of hashes: empty when there is none.
func str(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	}
	return ""
}

func bareHex(v any) string { return strings.TrimPrefix(str(v), "0x") }

func bareList(v any) (out []string) {
	for _, x := range v.([]any) {
		if m, ok := x.(jmap); ok {
			x = m["data"]
		}
		out = append(out, bareHex(x))
	}
	return out
}

// vectorRow is one leaf of a vector: cells as verify takes them, and what the peer says of it.
type vectorRow struct {
	cells          []string
	preimage, hash string   // without 0x; empty: not stated
	proof          []string // without 0x
	proofKnown     bool
	earner         int // two-level: stated index of the account
	index          string
}

// vectorCase is a tree of a vector file.
type vectorCase struct {
	profile *profile
	order   string // empty: the profile's own
	root    string // without 0x
	rows    []vectorRow
}

// addressCell is a vector's address, whose letters must be the EIP-55 ones or all lower-case.
func addressCell(t *testing.T, s string) string {
	t.Helper()
	a, err := parseAccount(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return a.text()
}

func cellsOf(t *testing.T, p *profile, values []any) (out []string) {
	t.Helper()
	for i, f := range p.fields {
		s := str(values[i])
		if f.typ == "address" {
			s = addressCell(t, s)
		}
		out = append(out, s)
	}
	return out
}

// checkVector hashes the leaves, rebuilds the tree, and compares everything that the vector states.
func checkVector(t *testing.T, c vectorCase) {
	t.Helper()
	c.profile.resolve(nil, "", nil)
	rule, err := newLeafRuleFor(c.profile, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw := func(i int) func(row int) []byte {
		return func(row int) []byte {
			a, err := parseAccount(c.rows[row].cells[i])
			if err != nil {
				t.Fatal(err)
			}
			return a.bytes()
		}
	}
	rows := treeRows{}
	if rule.account >= 0 {
		rows.account = raw(rule.account)
	}
	if rule.token >= 0 {
		rows.token = raw(rule.token)
	}
	leaves, bad := rule.hashRows(2, len(c.rows), func(i int) ([]byte, []string) { return nil, c.rows[i].cells })
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	rows.leaves = leaves
	h := newHasher(rule.hash)
	for i, row := range c.rows {
		if got := hexText(leaves[i][:rule.width]); row.hash != "" && got != row.hash {
			t.Errorf("leaf %d: %s, want %s", i, got, row.hash)
		}
		pre, err := rule.preimage(nil, nil, row.cells)
		if err != nil {
			t.Fatal(err)
		}
		if rule.grouping == "two-level" {
			pre = append([]byte{1}, pre...)
		}
		if row.preimage != "" && hexText(pre) != row.preimage {
			t.Errorf("pre-image %d: %x, want %s", i, pre, row.preimage)
		}
		if rule.account >= 0 {
			if d, err := rule.leaf(h, rows.account(i), row.cells); err != nil || d != leaves[i] {
				t.Errorf("leaf %d from the account's bytes: %x, %v", i, d, err)
			}
		}
	}
	tree, err := rule.rebuild(c.order, rows)
	if err != nil {
		t.Fatal(err)
	}
	if got := hexText(tree.root[:rule.width]); got != c.root {
		t.Errorf("root %s, want %s", got, c.root)
	}
	s, longest := rule.shaper(), 0
	for i, row := range c.rows {
		proof, u := tree.proof(nil, i), tree.route(i)
		longest = max(longest, len(proof))
		var text []string
		for _, d := range proof {
			text = append(text, hexText(d[:rule.width]))
		}
		if row.proofKnown && !slices.Equal(text, row.proof) {
			t.Errorf("proof of row %d: %v, want %v", i, text, row.proof)
		}
		var account []byte
		if rows.account != nil {
			account = rows.account(i)
		}
		if got := rule.foldProof(s, leaves[i], account, proof, u); got != tree.root {
			t.Errorf("proof of row %d leads to %x", i, got)
		}
		if rule.hasSecond() && !secondOpinion(rule.hash, leaves[i], proof, tree.root) {
			t.Errorf("the second library does not accept the proof of row %d", i)
		}
		if rule.grouping == "two-level" && tree.rank(i) != row.earner {
			t.Errorf("row %d: earner %d, want %d", i, tree.rank(i), row.earner)
		}
		if row.index != "" {
			if got := fmt.Sprint(rule.pathIndex(s, leaves[i], proof, tree.depth)); got != row.index {
				t.Errorf("row %d: path index %s, want %s", i, got, row.index)
			}
		}
	}
	if longest != tree.depth {
		t.Errorf("longest proof %d, depth %d", longest, tree.depth)
	}
	if tree.whole != nil && rule.shape != "heap" {
		placed := make([]digest, tree.leaves)
		for i := range c.rows {
			placed[tree.position(i)] = leaves[i]
		}
		if got := s.root(placed); got != tree.root {
			t.Errorf("recursive root %x, built root %x", got, tree.root)
		}
	}
}

// evmCase turns a vector of evm.json into rows of a profile; the profile is nil for one that must be refused, or that holds no tree.
func evmCase(t *testing.T, v jmap) (c vectorCase) {
	id := str(v["id"])
	c.root = bareHex(v["root"])
	if set, ok := v["paramSet"].(jmap); ok && set["order"] == "input" {
		c.order = "input"
	}
	has := func(prefix string) bool { return strings.HasPrefix(id, prefix) }
	list := func(name string) (out []jmap) {
		for _, x := range v[name].([]any) {
			out = append(out, x.(jmap))
		}
		return out
	}
	take := func(l jmap, names ...string) []any {
		var values []any
		for _, name := range names {
			values = append(values, l[name])
		}
		return values
	}
	row := func(l jmap, cells []string) vectorRow {
		r := vectorRow{cells: cells, preimage: bareHex(l["preimage"]), hash: bareHex(l["leafHash"])}
		if l["leaf128"] != nil {
			r.hash, r.index = bareHex(l["leaf128"]), str(l["claimIndex"])
		}
		if l["proof"] != nil {
			r.proof, r.proofKnown = bareList(l["proof"]), true
		}
		return r
	}
	switch {
	case has("uniswap-oldformat"), has("tokensoft"):
		out := v["output"].(jmap)
		c.profile, c.root = profileByName("uniswap-v1"), bareHex(out["merkleRoot"])
		if has("tokensoft-indexed") {
			c.profile = profileByName("tokensoft-v1")
		} else if has("tokensoft-per-address") {
			c.profile = profileByName("tokensoft-continuous-v1")
		}
		claims := out["claims"].(jmap)
		for _, key := range slices.Sorted(maps.Keys(claims)) {
			l := claims[key].(jmap)
			var values []any
			if data, ok := l["data"].([]any); ok {
				for _, d := range data {
					values = append(values, d.(jmap)["value"])
				}
			} else {
				amount, _ := new(big.Int).SetString(bareHex(l["amount"]), 16)
				values = []any{l["index"], key, amount.String()}
			}
			c.rows = append(c.rows, row(l, cellsOf(t, c.profile, values)))
		}
	case has("uniswap-v1"):
		c.profile = profileByName("uniswap-v1")
		var accounts []account
		for _, l := range list("leaves") {
			r := row(l, cellsOf(t, c.profile, take(l, "index", "account", "amount")))
			r.proof, r.proofKnown = bareList(v["claimFile"].(jmap)["claims"].(jmap)[str(l["account"])].(jmap)["proof"]), true
			c.rows = append(c.rows, r)
			a, _ := parseAccount(str(l["account"]))
			accounts = append(accounts, a)
		}
		for i, rank := range ranks("eip55-sort", accounts) {
			if fmt.Sprint(rank) != c.rows[i].cells[0] {
				t.Errorf("index of row %d is %d, want %s", i, rank, c.rows[i].cells[0])
			}
		}
	case has("oz-simple"):
		c.profile = profileByName("oz-simple-v1")
		if has("oz-simple-n5-custom-positional") {
			c.profile.text["pair"] = "positional"
		}
		for i, x := range v["values"].([]any) {
			r := vectorRow{cells: []string{str(x)}, hash: bareHex(x)}
			if v["proofs"] != nil {
				r.proof, r.proofKnown = bareList(v["proofs"].([]any)[i]), true
			}
			c.rows = append(c.rows, r)
		}
	case has("solady"):
		c.profile = profileByName("oz-simple-v1")
		for _, l := range list("leaves") {
			c.rows = append(c.rows, row(l, []string{str(l["leafHash"])}))
		}
	case has("oz-standard"), has("sablier"), has("morpho"), has("lido"), has("murky"):
		switch {
		case has("sablier"):
			c.profile = profileByName("sablier-v1")
		case has("morpho"):
			c.profile = profileByName("morpho-urd-v1")
		case has("lido"):
			c.profile = profileByName("lido-csm-v1")
		default:
			c.profile = profileByName("oz-standard-v1")
			if has("murky") {
				c.profile = profileByName("murky-v1")
			}
			var fields []field
			types := []any{"address", "uint256"}
			if enc, ok := v["leafEncoding"].([]any); ok {
				types = enc
			}
			for i, typ := range types {
				fields = append(fields, field{name: fmt.Sprint("f", i), typ: str(typ)})
			}
			c.profile.resolve(fields, "", nil)
		}
		for _, l := range list("leaves") {
			c.rows = append(c.rows, row(l, cellsOf(t, c.profile, l["value"].([]any))))
		}
		if has("oz-standard-duplicate") { // looked up by value, the last of two equal leaves answers for both
			for i := range c.rows {
				c.rows[i].proofKnown = false
			}
		}
	case has("merkl"):
		c.profile = profileByName("merkl-v1")
		for _, l := range list("leaves") {
			c.rows = append(c.rows, row(l, cellsOf(t, c.profile, take(l, "user", "token", "amount"))))
		}
	case has("eigenlayer"):
		if v["earners"] == nil {
			return vectorCase{}
		}
		c.profile = profileByName("eigenlayer-v1")
		for i, e := range list("earners") {
			for _, x := range e["tokens"].([]any) {
				l := x.(jmap)
				r := vectorRow{cells: cellsOf(t, c.profile, []any{e["earner"], l["token"], l["cumulativeEarnings"]}), preimage: bareHex(l["leafPreimage"]),
					hash: bareHex(l["leafHash"]), proof: append(bareList(l["proofHashes"]), bareList(e["proofHashes"])...), proofKnown: true, earner: i}
				if fmt.Sprint(i) != str(e["earnerIndex"]) {
					t.Fatal("earners are not in order")
				}
				c.rows = append(c.rows, r)
			}
		}
	case has("rocketpool"):
		c.profile = profileByName("rocketpool-voter-v1")
		for _, l := range list("leaves") {
			pre := bareHex(l["preimage"])
			cells := []string{"0x" + pre[:40]}
			for at := 40; at < len(pre); at += 64 {
				n, _ := new(big.Int).SetString(pre[at:at+64], 16)
				cells = append(cells, n.String())
			}
			c.rows = append(c.rows, row(l, cells))
		}
	case has("1inch-signature128"):
		c.profile = profileByName("1inch-signature-128-v1")
		for i, l := range list("leaves") {
			c.rows = append(c.rows, row(l, []string{str(v["wallets"].([]any)[i]), str(v["amounts"].([]any)[i])}))
		}
	case has("1inch-cumulative128"):
		c.profile = profileByName("1inch-128-v1")
		for _, l := range list("leaves") {
			r := row(l, cellsOf(t, c.profile, take(l, "salt", "account", "cumulativeAmount")))
			for b := bareHex(l["proofBytes"]); b != ""; b = b[32:] {
				r.proof = append(r.proof, b[:32])
			}
			r.proofKnown, r.index = true, ""
			c.rows = append(c.rows, r)
		}
	case has("1inch-cumulative"):
		c.profile = profileByName("address-amount-packed-v1")
		for _, l := range list("leaves") {
			c.rows = append(c.rows, row(l, cellsOf(t, c.profile, take(l, "account", "cumulativeAmount"))))
		}
	case has("thirdweb-sharded-v1"), has("thirdweb-sharded-v2"):
		c.profile = profileByName("thirdweb-drop-" + id[len("thirdweb-sharded-"):len("thirdweb-sharded-v1")])
		for _, l := range list("leaves") {
			c.rows = append(c.rows, row(l, thirdwebCells(t, c.profile, l)))
		}
	default:
		if !has("negative") {
			t.Errorf("%s: a vector of an unknown kind", id)
		}
	}
	return c
}

// thirdwebCells reads limits and prices as thirdweb's files have them: decimals of 18 places, "unlimited" for the largest number.
func thirdwebCells(t *testing.T, p *profile, l jmap) (out []string) {
	most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).String()
	names := map[string]string{"account": "address", "amount": "maxClaimable", "price": "price", "currency": "currencyAddress"}
	for _, f := range p.fields {
		s := str(l[names[f.name]])
		switch {
		case f.typ == "address" && s == "":
			s = "0x0000000000000000000000000000000000000000"
		case f.typ == "address":
			s = strings.ToLower(s)
		case s == "unlimited":
			s = most
		case s == "":
			s = most
		default:
			z, err := scaled(s, 18)
			if err != nil {
				t.Fatal(err)
			}
			s = z.String()
		}
		out = append(out, s)
	}
	return out
}

// TestVectors_evm runs every vector of evm.json: leaves, pre-images, root, proofs.
func TestVectors_evm(t *testing.T) {
	ran := 0
	var file jmap
	readVectors(t, "evm.json", &file)
	for _, x := range file["vectors"].([]any) {
		v := x.(jmap)
		c := evmCase(t, v)
		if c.profile == nil {
			continue
		}
		ran++
		t.Run(str(v["id"]), func(t *testing.T) { checkVector(t, c) })
	}
	if ran < 30 {
		t.Errorf("only %d vectors ran", ran)
	}
}

// solanaCases turns the profiles of solana.json into trees.
func solanaCases(t *testing.T) map[string]vectorCase {
	out := map[string]vectorCase{}
	kinds := map[string]struct {
		profile string
		cells   []string
	}{
		"jito-distributor":              {"jito-v1", []string{"claimant", "amount_unlocked", "amount_locked"}},
		"jupiter-ts-test-tree":          {"jupiter-ts-v1", []string{"claimant", "amount_unlocked", "amount_locked"}},
		"jito-tip-distribution":         {"jito-tip-v1", []string{"claimant", "amount"}},
		"saber-distributor":             {"saber-v1", []string{"index", "claimant", "amount"}},
		"mpl-distro":                    {"mpl-distro-v1", []string{"claimant", "amount", "nonce"}},
		"pyth-wormhole-token-dispenser": {"pyth-v1", []string{"ecosystem", "identity", "amount"}},
	}
	var file jmap
	readVectors(t, "solana.json", &file)
	profiles := file["profiles"].(jmap)
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		kind, ok := kinds[name]
		if !ok {
			t.Errorf("%s: a vector of an unknown kind", name)
			continue
		}
		for i, x := range profiles[name].(jmap)["cases"].([]any) {
			v := x.(jmap)
			c := vectorCase{profile: profileByName(kind.profile), root: bareHex(v["root"])}
			if v["odd_rule"] == "promote" {
				c.profile.text["shape"] = "promote"
			}
			var accounts []account
			for _, y := range v["claims"].([]any) {
				l := y.(jmap)
				r := vectorRow{preimage: bareHex(l["preimage"]), hash: bareHex(l["leaf_hash"]), proof: bareList(l["proof"]), proofKnown: true}
				for _, cell := range kind.cells {
					r.cells = append(r.cells, str(l[cell]))
				}
				c.rows = append(c.rows, r)
				if claimant := str(l["claimant"]); claimant != "" {
					a, err := parseAccount(claimant)
					if err != nil || a.text() != claimant || hexText(a.bytes()) != str(l["claimant_hex"]) {
						t.Errorf("%s comes back as %s, %v", claimant, a.text(), err)
					}
					accounts = append(accounts, a)
				}
			}
			if kind.profile == "saber-v1" {
				for j, rank := range ranks("base58-sort", accounts) {
					if fmt.Sprint(rank) != c.rows[j].cells[0] {
						t.Errorf("index of row %d is %d, want %s", j, rank, c.rows[j].cells[0])
					}
				}
			}
			out[fmt.Sprintf("%s/%d n%s", name, i, str(v["n"]))] = c
		}
	}
	return out
}

// TestVectors_solana runs every vector of solana.json: leaves, pre-images, root, proofs.
func TestVectors_solana(t *testing.T) {
	cases := solanaCases(t)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) { checkVector(t, cases[name]) })
	}
	if len(cases) < 32 {
		t.Errorf("only %d vectors", len(cases))
	}
}
