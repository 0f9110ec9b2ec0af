package verify

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// compareCampaign checks that the manifest says of the campaign what the campaign file says.
func (k *checker) compareCampaign() {
	m, c := k.man, k.camp
	if m == nil || c == nil {
		return
	}
	if m.campID != c.id {
		k.f.add(CampaignID, "manifest.json campaign.id", strconv.Quote(m.campID), strconv.Quote(c.id))
	}
	if m.rule != c.rule.name {
		k.f.add(CampaignRule, "manifest.json rule", strconv.Quote(m.rule), strconv.Quote(c.rule.name))
	}
	if m.publish != c.publish {
		k.f.add(CampaignPublish, "manifest.json publish", fmt.Sprint(m.publish), fmt.Sprint(c.publish))
	}
	k.compareTokens()
	if len(m.exclusions) != len(c.exclude) {
		k.f.add(ExclusionMismatch, "manifest.json exclusions", fmt.Sprint(len(m.exclusions), " lists"), strconv.Itoa(len(c.exclude)))
	}
	for i := range min(len(m.exclusions), len(c.exclude)) {
		got, want := m.exclusions[i], c.exclude[i]
		if got.role != want.role || got.list != want.list || got.version != want.version {
			k.f.add(ExclusionMismatch, fmt.Sprintf("manifest.json exclusions[%d]", i), fmt.Sprintf("%s %q %q", got.role, got.list, got.version),
				fmt.Sprintf("%s %q %q", want.role, want.list, want.version))
		}
	}
	k.compareTrees()
	to := c.rounding.to
	if to == "largest" || to == "account" { // what cannot be moved stays with the treasury
		to = "treasury"
	}
	for i := range m.ledger {
		if got := m.ledger[i].residualTo; got != to {
			k.f.add(LedgerMismatch, fmt.Sprintf("manifest.json ledger[%d].residualTo", i), strconv.Quote(got), strconv.Quote(to))
			k.tokenBad[m.ledger[i].token] = true
		}
	}
	k.checked = append(k.checked, fmt.Sprintf("manifest against campaign.yaml: id, rule, publish, %d tokens, %d exclusion lists, %d trees", len(m.tokens), len(m.exclusions), len(m.trees)))
}

func (k *checker) compareTokens() {
	m, c := k.man, k.camp
	if len(m.tokens) != len(c.tokens) {
		k.f.add(CampaignToken, "manifest.json tokens", fmt.Sprint(len(m.tokens), " tokens"), strconv.Itoa(len(c.tokens)))
	}
	for i := range min(len(m.tokens), len(c.tokens)) {
		got, want := &m.tokens[i], c.tokens[i]
		at := fmt.Sprintf("manifest.json tokens[%d]", i)
		differ := func(member, g, w string) {
			if g != w {
				k.f.add(CampaignToken, at+"."+member, g, w)
				k.tokenBad[want.id] = true
			}
		}
		differ("id", got.id, want.id)
		differ("decimals", strconv.Itoa(got.decimals), strconv.Itoa(want.decimals))
		differ("pool", got.pool.String(), want.pool.String())
		differ("assets", fmt.Sprint(len(got.assets)), fmt.Sprint(len(want.assets)))
		for j := range min(len(got.assets), len(want.assets)) {
			g, w := got.assets[j], want.assets[j]
			differ(fmt.Sprintf("assets[%d].asset", j), g.asset, w.id)
			differ(fmt.Sprintf("assets[%d].decimals", j), strconv.Itoa(g.decimals), strconv.Itoa(w.decimals))
			differ(fmt.Sprintf("assets[%d].unit", j), g.unit.String(), w.unit.String())
			differ(fmt.Sprintf("assets[%d].cap", j), capText(g.cap), capText(w.cap))
		}
	}
}

func capText(z *big.Int) string {
	if z == nil {
		return "none"
	}
	return z.String()
}

// compareTrees checks each tree against its family in the campaign, and that trees stand in campaign order, parts in order and none left out.
func (k *checker) compareTrees() {
	last, parts := -1, 0
	count := map[string]int{} // trees of each family
	for _, t := range k.man.trees {
		count[t.family]++
	}
	for i, t := range k.man.trees {
		at := fmt.Sprintf("manifest.json trees[%d]", i)
		j := slices.IndexFunc(k.camp.trees, func(d treeDecl) bool { return d.id == t.family })
		if j < 0 {
			k.f.add(TreeUnexpected, at, strconv.Quote(t.family), "a tree of the campaign")
			continue
		}
		d := &k.camp.trees[j]
		differ := func(member, g, w string) {
			if g != w {
				k.f.add(CampaignTree, at+"."+member, g, w)
			}
		}
		differ("tokens", fmt.Sprint(t.tokens), fmt.Sprint(k.inCampaignOrder(d.tokens)))
		differ("chain", t.chain, d.chain)
		differ("profile.name", t.profile.text["name"], d.profile)
		differ("order", t.order, d.order)
		differ("deployment", mapText(t.deployment), mapText(d.deployment))
		id := d.id
		if d.split > 0 {
			id += "-" + strconv.Itoa(t.part)
		}
		differ("id", t.id, id)
		if j == last {
			parts++
		} else if j < last {
			k.f.add(CampaignTree, at, t.id+" after "+k.camp.trees[last].id, "trees in campaign order")
		} else {
			last, parts = j, 0
		}
		differ("part", strconv.Itoa(t.part), strconv.Itoa(parts))
		next := i+1 < len(k.man.trees) && k.man.trees[i+1].family == t.family
		if d.split == 0 {
			differ("parts", strconv.Itoa(t.parts), "1")
		} else {
			differ("parts", strconv.Itoa(t.parts), strconv.Itoa(count[t.family]))
		}
		if !next && t.parts != parts+1 {
			k.f.add(TreeMissing, at, fmt.Sprintf("%d parts of %q", parts+1, t.family), strconv.Itoa(t.parts))
		}
		if d.split > 0 && len(t.tokens) == 1 && (t.leaves > d.split || (next && t.leaves != d.split)) {
			k.f.add(ClaimPart, at+".leaves", strconv.Itoa(t.leaves), fmt.Sprint(d.split, " in each part but the last"))
		}
	}
}

func mapText(m map[string]string) string {
	var b strings.Builder
	for _, name := range sortedKeys(m) {
		fmt.Fprintf(&b, "%s=%q ", name, m[name])
	}
	return b.String()
}

func (k *checker) inCampaignOrder(ids []string) (out []string) {
	for _, t := range k.camp.tokens {
		if slices.Contains(ids, t.id) {
			out = append(out, t.id)
		}
	}
	return out
}

// compareRoots compares the stated roots with those known from elsewhere.
func (k *checker) compareRoots() {
	if len(k.o.Roots) == 0 && k.man != nil && len(k.man.trees) == 0 {
		return
	}
	if len(k.o.Roots) == 0 {
		k.skipped = append(k.skipped, "whether the roots are those on chain: none were given to compare with")
		return
	}
	if k.man == nil {
		k.skipped = append(k.skipped, "the given roots: the manifest could not be read")
		return
	}
	same := 0
	for _, id := range sortedKeys(k.o.Roots) {
		want, t := k.o.Roots[id], k.trees[id]
		if t == nil {
			k.f.add(RootExpected, "manifest.json trees", "no tree "+strconv.Quote(id), "root "+want)
			continue
		}
		var d digest
		text := want
		if len(text) >= 2 && (text[:2] == "0x" || text[:2] == "0X") {
			text = text[2:]
		}
		width := t.man.profile.width()
		if !unhexAnyCase(d[:width], text) {
			k.f.add(RootExpected, "given root of "+id, strconv.Quote(want), fmt.Sprint(2*width, " hex digits"))
			continue
		}
		if d != t.root {
			k.f.add(RootExpected, t.at+".root", t.man.root, hex0x(d[:width]))
			t.bad = true
			continue
		}
		same++
	}
	k.checked = append(k.checked, fmt.Sprintf("%d of %d given roots equal to the manifest's", same, len(k.o.Roots)))
	for _, mt := range k.man.trees {
		if _, ok := k.o.Roots[mt.id]; !ok {
			k.skipped = append(k.skipped, "whether the root of tree "+strconv.Quote(mt.id)+" is the one on chain: none was given to compare with")
		}
	}
}
