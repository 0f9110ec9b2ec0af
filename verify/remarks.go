package verify

import (
	"fmt"
	"slices"
	"strings"
)

// remarkAccounts names the rows whose accounts are hardly a person's, as the campaign wants it: a remark, a finding, or nothing but the count. A zero account is a
// finding, reported where its row was read.
func (k *checker) remarkAccounts() {
	for _, g := range k.groups {
		if !g.read || k.ctx.Err() != nil {
			continue
		}
		found := newKinds(k.ownAccounts(g)...).all(k.o.Workers, g.n, func(i int) account { return g.accounts[i] })
		counts := map[string]int{}
		for i, kind := range found {
			code := kindCode(kind)
			if code == "" {
				continue
			}
			policy := "warn"
			if k.camp != nil {
				policy = k.camp.policy[kind]
			}
			counts[kind]++
			where := ""
			if counts[kind] <= maxPerCode { // more are only counted, and a place takes long to tell
				where = g.rowPlace(i)
			}
			switch policy {
			case "warn":
				k.remarks.add(code, where, g.accounts[i].text(), "")
			case "refuse":
				k.f.add(code, where, g.accounts[i].text(), "no leaf, since the campaign refuses such accounts")
				g.blame()
			}
		}
		text := "no account of a kind that is hardly a person's"
		if len(counts) > 0 {
			text = "kinds of accounts:"
			for _, kind := range sortedKeys(counts) {
				text += fmt.Sprintf(" %d %s", counts[kind], kind)
			}
		}
		k.checked = append(k.checked, fmt.Sprintf("group %q: %s", g.man.id, text))
	}
}

func kindCode(kind string) Code {
	switch kind {
	case kindBurn:
		return AccountBurn
	case kindPrecompile:
		return AccountPrecompile
	case kindOffCurve:
		return AccountOffCurve
	case kindProgram:
		return AccountProgram
	case kindOwn:
		return AccountOwn
	}
	return ""
}

// ownAccounts are the tokens on the group's chain and what the trees' deployments and constants name as their contracts.
func (k *checker) ownAccounts(g *group) (own []account) {
	add := func(s string) {
		if a, err := parseAccount(s); err == nil && a.fam == g.fam && !slices.Contains(own, a) {
			own = append(own, a)
		}
	}
	for _, t := range k.man.tokens {
		for _, a := range t.assets {
			if chain, rest, _ := strings.Cut(a.asset, "/"); chain == g.man.chain {
				_, ref, _ := strings.Cut(rest, ":")
				add(ref)
			}
		}
	}
	for _, f := range g.families {
		for _, t := range f.trees {
			for _, name := range sortedKeys(t.man.deployment) {
				add(t.man.deployment[name])
			}
			for _, x := range t.man.profile.fields {
				if (x.source == "constant" || x.source == "domain") && x.typ == "address" {
					add(t.man.constants[x.name])
				}
			}
		}
	}
	return own
}
