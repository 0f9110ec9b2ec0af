package verify

import (
	"slices"
	"strings"
)

// safeContracts pay from vesting lists on Ethereum: the airdrops for users and for the ecosystem, and the pool of investors (safe-global/safe-claiming-app).
func safeContracts() []string {
	return []string{"0x29067f28306419923bcff96e37f95e0f58abdbbe", "0xa0b937d5c8e32a80e3a8ed4227cd020221544ee6", "0x96b71e2551915d98d22c448b040a3bc4801ea4ff",
		"0xc0fde70a65c7569fe919be57492228dee8cdb585"}
}

// listTries are the profiles that a list of these columns can be for: those whose every field is a column, a constant, or an index that follows from the list. Those
// that use the most columns come first.
func (p *filePass) listTries(t *listTable, f columnSet, fam family) (list []candidate) {
	if own := typedFields(t, fam); own != nil && (p.o.Profile == "" || p.o.Profile == "oz-standard-v1" || p.o.Profile == "murky-v1") {
		for _, name := range []string{"oz-standard-v1", "murky-v1"} {
			if p.o.Profile == "" || p.o.Profile == name {
				list = append(list, candidate{profile: name, fields: own})
			}
		}
	}
	if (p.o.Profile == "oz-standard-v1" || p.o.Profile == "murky-v1") && list == nil && fam == evm && f.has("account", "amount") {
		list = append(list, candidate{profile: p.o.Profile, fields: []field{{"account", "address", "account"}, {"amount", "uint256", "amount"}}})
	}
	type ranked struct {
		c    candidate
		used int
	}
	var found []ranked
	for _, name := range profileNames() {
		if p.o.Profile != "" && p.o.Profile != name {
			continue
		}
		if c, used, ok := p.listTry(name, f, fam); ok {
			found = append(found, ranked{c, used})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return b.used - a.used })
	for _, r := range found {
		if r.c.profile == "safe-vesting-v1" && p.o.Constants["verifyingContract"] != "" {
			r.c.constants["chainId"] = "1" // unless another is given
		}
		if r.c.profile != "safe-vesting-v1" || p.o.Constants["verifyingContract"] != "" {
			list = append(list, r.c)
			continue
		}
		for _, contract := range safeContracts() {
			c := r.c
			c.constants = map[string]string{"chainId": "1", "verifyingContract": contract}
			c.note = "chain 1, contract " + contract
			list = append(list, c)
		}
	}
	return list
}

// listTry is the candidate of one profile, and how many columns it uses.
func (p *filePass) listTry(name string, f columnSet, fam family) (c candidate, used int, ok bool) {
	prof := profileByName(name)
	if prof == nil || len(prof.fields) == 0 || prof.text["accounts"] != fam.String() {
		return c, 0, false
	}
	c = candidate{profile: name, constants: map[string]string{}}
	for _, x := range prof.fields {
		column := ""
		switch {
		case f.has(x.name):
			column = x.name
		case f.has(x.source) && x.source != "column":
			column = x.source
		}
		_, fixed := p.o.Constants[x.name]
		_, preset := prof.defaults[x.name]
		switch {
		case column != "":
			used++
		case fixed || preset || x.source == "domain" && name == "safe-vesting-v1":
		case x.source == "token" && p.o.Token != "":
			c.constants[x.name] = p.tokenText()
		case x.source == "locked":
			c.constants[x.name], c.note = "0", "locked 0"
		case x.name == "nonce":
			c.constants[x.name], c.note = "0", "nonce 0"
		case x.source == "index":
			for _, rule := range prof.indexes {
				if rule != "given" {
					c.index = rule
				}
			}
			if c.index == "" {
				return c, 0, false
			}
			column = "row"
			if strings.HasSuffix(c.index, "-sort") {
				column = "rank"
			}
		default:
			return c, 0, false
		}
		c.columns = append(c.columns, column)
	}
	return c, used, true
}

// tokenText is the token of the run as leaf rules take it.
func (p *filePass) tokenText() string {
	if a, err := parseAccount(p.o.Token); err == nil {
		return a.text()
	}
	return p.o.Token
}

// typedFields are the fields of a list whose header names types, as our own lists do: account:address amount:uint128.
func typedFields(t *listTable, fam family) (list []field) {
	for _, name := range t.names {
		left, typ, ok := strings.Cut(strings.TrimSpace(name), ":")
		if !ok || fam != evm {
			return nil
		}
		source := "column"
		switch left {
		case "account", "amount", "index", "token", "locked":
			source = left
		}
		list = append(list, field{left, typ, source})
	}
	return list
}
