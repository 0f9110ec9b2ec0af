package verify

import (
	"slices"
	"strconv"
	"strings"
)

// profileByName is the parameter set that this verifier knows under a name, nil when it knows none. The result is the caller's own. Where a list or campaign may
// choose, the text is empty and index, fields and amountBits are settled by resolve: the type list of oz-standard-v1 and murky-v1, and the index rule of several.
func profileByName(name string) *profile {
	p := evmProfile(name)
	if p == nil {
		p = solanaProfile(name)
	}
	return p
}

// profileNames lists the names of FORMAT.md 4.1, in its order.
func profileNames() []string {
	return []string{"uniswap-v1", "oz-standard-v1", "oz-simple-v1", "address-amount-packed-v1", "sablier-v1", "hedgey-v1", "merkl-v1", "merkl-sdk-v1",
		"morpho-urd-v1", "eigenlayer-v1", "thirdweb-drop-v1", "thirdweb-drop-v2", "thirdweb-airdrop-1155-v1", "token-account-packed-v1",
		"account-token-packed-v1", "rocketpool-v1", "rocketpool-voter-v1", "tokensoft-v1", "tokensoft-continuous-v1", "tokensoft-tranche-v1",
		"tokensoft-satellite-v1", "lido-csm-v1", "lido-gate-v1", "uma-v1", "1inch-128-v1", "1inch-signature-128-v1", "murky-v1", "bound-v1", "ens-v1",
		"safe-vesting-v1", "text-v1", "threshold-v1",
		"jito-v1", "jito-tip-v1", "jupiter-ts-v1", "saber-v1", "gumdrop-v1", "gumdrop-edition-v1", "mpl-distro-v1", "pyth-v1", "dropsy-v1"}
}

// param is one parameter as FORMAT.md spells it.
type param struct{ name, value string }

// known makes a profile of its fields and parameters: "type name" or "type name<source", parted by semicolons. Parameters later in the list overrule earlier ones.
func known(name, fields string, params ...[]param) *profile {
	p := &profile{text: map[string]string{"name": name, "pair": "sorted", "pad": "0x", "orderKey": "", "width": "32", "grouping": "none", "amount": "one-shot",
		"nodePrefix": "0x", "index": "none"}, fields: fieldList(fields)}
	for _, list := range params {
		for _, x := range list {
			switch x.name {
			case "leafPrefixes":
				p.leafPrefixes = strings.Split(x.value, ",")
			case "index":
				p.indexes = strings.Fields(x.value)
				p.text["index"] = p.indexes[0]
				if len(p.indexes) > 1 {
					p.text["index"] = ""
				}
			default:
				p.text[x.name] = x.value
			}
		}
	}
	if p.leafPrefixes == nil {
		p.leafPrefixes = slices.Repeat([]string{"0x"}, int(p.text["leafHashes"][0]-'0'))
	}
	return p
}

func fieldList(s string) (out []field) {
	for _, one := range strings.Split(s, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		typ, name, _ := strings.Cut(one, " ")
		name, source, stated := strings.Cut(name, "<")
		if !stated {
			source = sourceOf(name)
		}
		out = append(out, field{name, typ, source})
	}
	return out
}

// sourceOf is the source of a field by its name alone.
func sourceOf(name string) string {
	switch name {
	case "account", "amount", "locked", "index", "token":
		return name
	}
	return "column"
}

// resolve settles what the profile leaves open: the type list, where the profile takes any, and the index rule; an empty index takes the first that the profile
// names, and given when the list states one. Fields of a free list are name and type; their sources follow from their names and from which names are constants.
func (p *profile) resolve(fields []field, index string, constants map[string]string) {
	if p.freeFields() && len(fields) > 0 {
		p.fields = nil
		for _, f := range fields {
			f.source = sourceOf(f.name)
			if _, ok := constants[f.name]; ok && f.source == "column" {
				f.source = "constant"
			}
			p.fields = append(p.fields, f)
		}
		if p.text["name"] == "murky-v1" && len(p.fields) == 1 && p.fields[0].name == "leaf" && p.fields[0].typ == "bytes32" {
			p.text["encoding"], p.text["leafHashes"], p.leafPrefixes = "packed", "0", []string{}
		}
	}
	hasIndex := false
	for _, f := range p.fields {
		hasIndex = hasIndex || f.source == "index"
		if f.source == "amount" && p.text["amountBits"] == "" {
			if t, err := parseType(f.typ); err == nil && t.kind == typeUint {
				p.text["amountBits"] = strconv.Itoa(t.bits)
			}
		}
	}
	if p.text["amountBits"] == "" {
		p.text["amountBits"] = "256"
	}
	switch {
	case p.text["index"] != "":
	case !hasIndex:
		p.text["index"] = "none"
	case index != "":
		p.text["index"] = index
	default:
		for _, rule := range p.indexes {
			if rule != "given" {
				p.text["index"] = rule
			}
		}
	}
}

// freeFields reports whether the profile takes any type list.
func (p *profile) freeFields() bool {
	return p.text["name"] == "oz-standard-v1" || p.text["name"] == "murky-v1"
}
