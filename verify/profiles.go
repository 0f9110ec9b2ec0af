package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// knownProfile is the parameter set that this verifier knows under a name, nil when it knows none. Where the campaign may choose, the text here is empty and
// checkProfiles says what is allowed: the type list of oz-standard-v1 and its index rule, and the index rule of uniswap-v1.
func knownProfile(name string) *profile {
	sorted := map[string]string{"name": name, "pair": "sorted", "pad": "0x", "orderKey": "", "width": "32", "grouping": "none", "amount": "one-shot"}
	set := func(pairs ...string) map[string]string {
		for i := 0; i < len(pairs); i += 2 {
			sorted[pairs[i]] = pairs[i+1]
		}
		return sorted
	}
	switch name {
	case "jito-v1": // jito-foundation/distributor: u64 amounts, sha256, tags 0 and 1, a lone node is paired with itself
		return &profile{
			text: set("accounts", "solana", "encoding", "le", "leafHashes", "2", "hash", "sha256", "nodePrefix", "0x01", "shape", "duplicate", "order", "input",
				"dedupe", "no", "index", "none", "amountBits", "64", "totalBits", "64"),
			leafPrefixes: []string{"0x", "0x00"},
			fields:       []field{{"account", "pubkey", "account"}, {"amount", "u64", "amount"}, {"locked", "u64", "locked"}},
		}
	case "oz-standard-v1": // OpenZeppelin merkle-tree StandardMerkleTree
		return &profile{
			text: set("accounts", "evm", "encoding", "abi", "leafHashes", "2", "hash", "keccak256", "nodePrefix", "0x", "shape", "heap", "order", "leaf-hash",
				"dedupe", "no", "index", "", "amountBits", "", "totalBits", "256"),
			leafPrefixes: []string{"0x", "0x"},
		}
	case "uniswap-v1": // Uniswap MerkleDistributor
		return &profile{
			text: set("accounts", "evm", "encoding", "packed", "leafHashes", "1", "hash", "keccak256", "nodePrefix", "0x", "shape", "promote", "order", "leaf-hash",
				"dedupe", "yes", "index", "", "amountBits", "256", "totalBits", "256"),
			leafPrefixes: []string{"0x"},
			fields:       []field{{"index", "uint256", "index"}, {"account", "address", "account"}, {"amount", "uint256", "amount"}},
		}
	}
	return nil
}

// checkProfiles compares what each tree states with what this verifier knows of the profile of that name, and prepares the leaf encoding. A tree whose profile is
// unknown or stated wrongly is read by nobody: its leaves are not checked.
func (k *checker) checkProfiles() {
	if k.man == nil {
		return
	}
	for i, mt := range k.man.trees {
		t := &tree{man: mt, number: i, at: fmt.Sprintf("manifest.json trees[%d]", i)}
		t.root, _ = parseHash(mt.root)
		t.tokenTexts = k.tokenTexts(mt)
		k.trees[mt.id] = t
		if k.camp != nil {
			for j := range k.camp.trees {
				if k.camp.trees[j].id == mt.family {
					t.decl = &k.camp.trees[j]
				}
			}
		}
		before := k.f.total()
		t.leaf = k.checkProfile(t)
		if k.f.total() > before {
			t.bad = true
		}
		if t.leaf == nil {
			k.skipped = append(k.skipped, "leaves, proofs and root of tree "+strconv.Quote(mt.id)+": its profile is not one that this verifier can hash")
		}
	}
	k.checked = append(k.checked, fmt.Sprintf("profile parameters of %d trees", len(k.man.trees)))
}

func (k *checker) checkProfile(t *tree) *leafRule {
	p, at := &t.man.profile, t.at+".profile"
	known := knownProfile(p.text["name"])
	if known == nil {
		k.f.add(ProfileUnknown, at+".name", strconv.Quote(p.text["name"]), "jito-v1, oz-standard-v1 or uniswap-v1")
		return nil
	}
	good := true
	wrong := func(member, got, want string) {
		k.f.add(ProfileParameter, at+"."+member, strconv.Quote(got), want)
		good = false
	}
	for _, name := range profileMembers() {
		if want := known.text[name]; p.text[name] != want && !(want == "" && name != "orderKey") {
			wrong(name, p.text[name], strconv.Quote(want))
		}
	}
	if !slices.Equal(p.leafPrefixes, known.leafPrefixes) {
		wrong("leafPrefixes", strings.Join(p.leafPrefixes, ","), strings.Join(known.leafPrefixes, ","))
	}
	if known.fields != nil && !slices.Equal(p.fields, known.fields) {
		wrong("fields", fmt.Sprint(p.fields), fmt.Sprint(known.fields))
	}
	if known.fields == nil {
		good = k.checkTypeList(t, wrong) && good
	}
	index := []string{"none"}
	if slices.ContainsFunc(p.fields, func(f field) bool { return f.source == "index" }) {
		index = []string{"given", "input-row"}
		if p.text["name"] == "uniswap-v1" {
			index = []string{"given", "eip55-sort"}
		}
	}
	if p.text["index"] != "" && !slices.Contains(index, p.text["index"]) || p.text["index"] == "" {
		wrong("index", p.text["index"], strings.Join(index, " or "))
	}
	if f, ok := chainFamily(t.man.chain); !ok || f.String() != known.text["accounts"] {
		k.f.add(ManifestValue, t.at+".chain", strconv.Quote(t.man.chain), "a chain with "+known.text["accounts"]+" accounts")
		good = false
	}
	if !good {
		return nil
	}
	rule, err := newLeafRule(t)
	if err != nil {
		k.f.add(LeafValue, t.at, err.Error(), "")
		return nil
	}
	return rule
}

// checkTypeList checks the fields of a profile that takes any: names once, exactly one account and one amount, sources by their names, and the campaign's list.
func (k *checker) checkTypeList(t *tree, wrong func(member, got, want string)) bool {
	seen, good := map[string]bool{}, true
	for i, f := range t.man.profile.fields {
		at := "fields[" + strconv.Itoa(i) + "]"
		want := "column"
		switch f.name {
		case "account", "amount", "index", "token", "locked":
			want = f.name
		default:
			if _, ok := t.man.constants[f.name]; ok {
				want = "constant"
			}
		}
		if f.source != want {
			wrong(at+".source", f.source, strconv.Quote(want))
			good = false
		}
		if seen[f.name] {
			wrong(at+".name", f.name, "each name once")
			good = false
		}
		seen[f.name] = true
		typ, err := parseType(f.typ)
		fits := err == nil
		switch f.source {
		case "account", "token":
			fits = fits && f.typ == "address"
		case "amount", "locked", "index":
			fits = fits && typ.kind == typeUint
		}
		if !fits {
			wrong(at+".type", f.typ, "a type that a field of source "+f.source+" can have")
			good = false
		}
		if f.source == "amount" && good && t.man.profile.text["amountBits"] != strconv.Itoa(typ.bits) {
			wrong("amountBits", t.man.profile.text["amountBits"], strconv.Quote(strconv.Itoa(typ.bits)))
		}
	}
	if !seen["account"] || !seen["amount"] {
		wrong("fields", fmt.Sprint(t.man.profile.fields), "an account and an amount")
		return false
	}
	if t.decl != nil && t.decl.fields != nil {
		same := len(t.decl.fields) == len(t.man.profile.fields)
		for i := 0; same && i < len(t.decl.fields); i++ {
			same = t.decl.fields[i].name == t.man.profile.fields[i].name && t.decl.fields[i].typ == t.man.profile.fields[i].typ
		}
		if !same {
			k.f.add(CampaignTree, t.at+".profile.fields", fmt.Sprint(t.man.profile.fields), fmt.Sprint(t.decl.fields))
		}
	}
	return good
}

// tokenTexts is what a token field of the tree's leaves holds for each of its tokens: the address in the token's asset on the tree's chain.
func (k *checker) tokenTexts(mt *manTree) []string {
	out := make([]string, len(mt.tokens))
	for i, id := range mt.tokens {
		for _, t := range k.man.tokens {
			for _, a := range t.assets {
				if chain, rest, _ := strings.Cut(a.asset, "/"); t.id == id && chain == mt.chain {
					_, ref, _ := strings.Cut(rest, ":")
					if acct, err := parseAccount(ref); err == nil {
						out[i] = acct.text()
					}
				}
			}
		}
	}
	return out
}
