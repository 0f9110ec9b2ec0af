package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkProfiles compares what each tree states with what this verifier knows of the profile of that name, and prepares the leaf encoding. A tree whose profile is
// unknown or stated wrongly is read by nobody: its leaves are not checked.
func (k *checker) checkProfiles() {
	if k.man == nil {
		return
	}
	for i, mt := range k.man.trees {
		t := &tree{man: mt, number: i, at: fmt.Sprintf("manifest.json trees[%d]", i)}
		t.root, _ = parseHashOf(mt.root, mt.profile.width())
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
	want := profileByName(p.text["name"])
	if want == nil {
		k.f.add(ProfileUnknown, at+".name", strconv.Quote(clip(p.text["name"])), "one of "+strings.Join(profileNames(), ", "))
		return nil
	}
	good := true
	wrong := func(member, got, want string) {
		k.f.add(ProfileParameter, at+"."+member, strconv.Quote(got), want)
		good = false
	}
	if why := want.listOnly(p.fields); why != "" {
		wrong("name", p.text["name"], "a profile that a bundle can have: "+why)
		return nil
	}
	for _, name := range profileMembers() {
		if w := want.text[name]; p.text[name] != w && !(w == "" && name != "orderKey") {
			wrong(name, p.text[name], strconv.Quote(w))
		}
	}
	if !slices.Equal(p.leafPrefixes, want.leafPrefixes) {
		wrong("leafPrefixes", strings.Join(p.leafPrefixes, ","), strings.Join(want.leafPrefixes, ","))
	}
	if want.freeFields() {
		good = k.checkTypeList(t, wrong) && good
	} else if !slices.Equal(p.fields, want.fields) {
		wrong("fields", fmt.Sprint(p.fields), fmt.Sprint(want.fields))
	}
	index := want.indexes
	if want.freeFields() && !slices.ContainsFunc(p.fields, func(f field) bool { return f.source == "index" }) || index == nil {
		index = []string{"none"}
	}
	if !slices.Contains(index, p.text["index"]) {
		wrong("index", p.text["index"], strings.Join(index, " or "))
	}
	if f, ok := chainFamily(t.man.chain); !ok || f.String() != want.text["accounts"] {
		k.f.add(ManifestValue, t.at+".chain", strconv.Quote(t.man.chain), "a chain with "+want.text["accounts"]+" accounts")
		good = false
	}
	if p.grouping() != "none" && t.man.order != want.text["order"] {
		k.f.add(ManifestValue, t.at+".order", strconv.Quote(t.man.order), strconv.Quote(want.text["order"])+", the profile's own, since the tree is grouped")
		good = false
	}
	if !good {
		return nil
	}
	rule, err := newLeafRuleFor(p, t.man.constants)
	if err != nil {
		k.f.add(LeafValue, t.at, err.Error(), "")
		return nil
	}
	k.checkChainID(t)
	return rule
}

// listOnly says why a profile is for lists only, empty when a bundle can have it.
func (p *profile) listOnly(fields []field) string {
	if !p.freeFields() {
		fields = p.fields
	}
	has := func(source string) bool {
		return slices.ContainsFunc(fields, func(f field) bool { return f.source == source })
	}
	switch {
	case p.text["leafHashes"] == "0" || p.freeFields() && len(fields) == 1 && fields[0].name == "leaf":
		return "its leaves are ready-made"
	case !has("account"):
		return "its leaf has no account of one chain"
	case !has("amount"):
		return "its leaf has no amount"
	}
	return ""
}

func (p *profile) grouping() string { return p.text["grouping"] }

// width is how many bytes the profile's hashes have, as it states; 32 when that is no width of a profile.
func (p *profile) width() int {
	switch p.text["width"] {
	case "16":
		return 16
	case "20":
		return 20
	}
	return 32
}

// checkChainID: a leaf that names its chain must name the one that its tree is for, or nobody can claim there.
func (k *checker) checkChainID(t *tree) {
	if t.man.profile.freeFields() {
		return
	}
	for _, f := range t.man.profile.fields {
		if f.name != "chainId" || f.source != "constant" && f.source != "domain" {
			continue
		}
		if got, want := t.man.constants[f.name], strings.TrimPrefix(t.man.chain, "eip155:"); got != want {
			k.f.add(TreeConstant, t.at+".constants."+f.name, strconv.Quote(got), strconv.Quote(want)+", the number of the tree's chain")
			t.bad = true
		}
	}
}

// checkTypeList checks the fields of a profile that takes any: names once, exactly one account and one amount, sources by their names, and the campaign's list.
func (k *checker) checkTypeList(t *tree, wrong func(member, got, want string)) bool {
	seen, good := map[string]bool{}, true
	for i, f := range t.man.profile.fields {
		at := "fields[" + strconv.Itoa(i) + "]"
		want := sourceOf(f.name)
		if _, ok := t.man.constants[f.name]; ok && want == "column" {
			want = "constant"
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
