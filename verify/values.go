package verify

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
)

// checkManifestValues checks what the manifest says within itself: ids, tokens of trees, units, totals, roots, the layout of the ledger.
func (k *checker) checkManifestValues() {
	m := k.man
	bad := func(at, got, want string) { k.f.add(ManifestValue, "manifest.json "+at, got, want) }
	if m.campFile != "campaign.yaml" {
		bad("campaign.file", strconv.Quote(m.campFile), `"campaign.yaml"`)
	}
	if m.files.file != "SHA256SUMS" {
		bad("files.file", strconv.Quote(m.files.file), `"SHA256SUMS"`)
	}
	if !slices.Contains([]string{"copy", "digest"}, m.publish.inputs) {
		bad("publish.inputs", strconv.Quote(m.publish.inputs), "copy or digest")
	}
	if !slices.Contains([]string{"inline", "subtree"}, m.publish.proofs) {
		bad("publish.proofs", strconv.Quote(m.publish.proofs), "inline or subtree")
	}
	if m.publish.shard < 1 {
		bad("publish.shard", strconv.Itoa(m.publish.shard), "at least 1")
		m.publish.shard = 1
	}
	tokens := map[string]*manToken{}
	for i := range m.tokens {
		t := &m.tokens[i]
		if tokens[t.id] != nil {
			bad(fmt.Sprintf("tokens[%d].id", i), strconv.Quote(t.id), "each token once")
		}
		tokens[t.id] = t
		for j, a := range t.assets {
			if t.decimals > 77 || a.decimals > t.decimals || a.unit.Cmp(pow10(t.decimals-a.decimals)) != 0 {
				bad(fmt.Sprintf("tokens[%d].assets[%d].unit", i, j), a.unit.String(), "10^(token decimals − asset decimals)")
			}
		}
	}
	if len(m.ledger) != len(m.tokens) {
		bad("ledger", fmt.Sprint(len(m.ledger), " lines"), fmt.Sprint(len(m.tokens), ", one a token"))
	}
	for i := range min(len(m.ledger), len(m.tokens)) {
		l, t := &m.ledger[i], &m.tokens[i]
		if l.token != t.id || l.pool.Cmp(t.pool) != 0 || l.decimals != strconv.Itoa(t.decimals) {
			bad(fmt.Sprintf("ledger[%d]", i), fmt.Sprintf("%s, pool %s, decimals %s", l.token, l.pool, l.decimals), fmt.Sprintf("%s, pool %s, decimals %d", t.id, t.pool, t.decimals))
		}
	}
	for i, g := range m.groups {
		if m.groupByID[g.id] != nil {
			bad(fmt.Sprintf("groups[%d].id", i), strconv.Quote(g.id), "each group once")
		}
		m.groupByID[g.id] = g
	}
	k.checkManifestTrees(tokens, bad)
}

func (k *checker) checkManifestTrees(tokens map[string]*manToken, bad func(at, got, want string)) {
	seen, parts := map[string]bool{}, map[string]int{}
	for _, t := range k.man.trees {
		parts[t.family]++
	}
	for i, t := range k.man.trees {
		at := fmt.Sprintf("trees[%d]", i)
		if t.parts != parts[t.family] {
			bad(at+".parts", strconv.Itoa(t.parts), strconv.Itoa(parts[t.family])+", the trees of the family")
		}
		if seen[t.id] {
			bad(at+".id", strconv.Quote(t.id), "each tree once")
		}
		seen[t.id] = true
		if t.part >= t.parts || t.parts > 1<<16 || (t.id != t.family+"-"+strconv.Itoa(t.part) && (t.id != t.family || t.parts != 1)) {
			bad(at+".id", fmt.Sprintf("%q, part %d of %d", t.id, t.part, t.parts), "FAMILY, or FAMILY-PART with part below parts")
		}
		if len(t.tokens) == 0 || len(t.totals) != len(t.tokens) {
			bad(at+".totals", fmt.Sprintf("%d tokens, %d totals", len(t.tokens), len(t.totals)), "one a token, at least one")
		}
		for _, id := range t.tokens {
			tok := tokens[id]
			if tok == nil || !slices.ContainsFunc(tok.assets, func(a manAsset) bool { return len(a.asset) > len(t.chain) && a.asset[:len(t.chain)+1] == t.chain+"/" }) {
				bad(at+".tokens", strconv.Quote(id), "a token with an asset on "+t.chain)
			}
		}
		root, ok := parseHashOf(t.root, t.profile.width())
		if !ok {
			bad(at+".root", strconv.Quote(t.root), fmt.Sprint("0x and ", 2*t.profile.width(), " lower-case hex digits"))
		} else if root == (digest{}) {
			k.f.add(RootZero, "manifest.json "+at+".root", t.root, "")
		}
		if k.man.groupByID[t.group] == nil {
			bad(at+".group", strconv.Quote(t.group), "a group of the manifest")
		}
	}
}

// unitOf is the number of the token's base units in one of the chain's, by the manifest; 1 when the manifest does not say.
func (k *checker) unitOf(token, chain string) *big.Int {
	for i := range k.man.tokens {
		if k.man.tokens[i].id != token {
			continue
		}
		for _, a := range k.man.tokens[i].assets {
			if len(a.asset) > len(chain) && a.asset[:len(chain)+1] == chain+"/" {
				return a.unit
			}
		}
	}
	return big.NewInt(1)
}
