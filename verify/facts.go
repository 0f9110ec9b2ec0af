package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkFacts derives the claim facts of every Solana tree again (FORMAT.md 10) and compares each file with them, member by member.
func (k *checker) checkFacts() {
	if k.man == nil {
		return
	}
	if k.camp == nil {
		if slices.ContainsFunc(k.files.names, func(name string) bool { return strings.HasPrefix(name, "solana/") }) {
			k.skipped = append(k.skipped, "the claim facts of the Solana trees: the campaign, which asks for them, could not be read")
		}
		return
	}
	if !k.camp.facts {
		return
	}
	n := 0
	for _, mt := range k.man.trees {
		if !strings.HasPrefix(mt.chain, "solana:") {
			continue
		}
		n++
		t := k.trees[mt.id]
		f, err := resolveFacts(t)
		if err != nil {
			k.f.add(FactsRefused, t.at+".deployment", err.Error(), "")
			continue
		}
		name := "solana/" + mt.id + ".json"
		got, ok := k.readJSON(k.f, name, maxFacts)
		if !ok {
			continue
		}
		if format := (&memberReader{}).peek(&got, "format"); format != "merkle-solana/v1" {
			k.f.add(FormatUnknown, name+" format", strconv.Quote(format), strconv.Quote("merkle-solana/v1"))
			continue
		}
		want := f.file(t)
		k.compareValues(FactsMember, name, "", &got, &want)
	}
	k.checked = append(k.checked, fmt.Sprintf("claim facts of %d Solana trees: addresses, instruction data and transaction sizes derived again", n))
}

const maxFacts = 1 << 20

// compareValues reports every difference between two JSON values, by place.
func (k *checker) compareValues(code Code, file, at string, got, want *value) {
	where := func(more string) string {
		if at == "" {
			return file + " " + more
		}
		return file + " " + at + more
	}
	if got.kind != want.kind || got.kind == jsonString && got.text != want.text || got.kind == jsonArray && len(got.items) != len(want.items) {
		k.f.add(code, where(""), string(appendJSON(nil, got)), string(appendJSON(nil, want)))
		return
	}
	if got.kind == jsonArray {
		for i := range got.items {
			k.compareValues(code, file, at+"["+strconv.Itoa(i)+"]", &got.items[i], &want.items[i])
		}
		return
	}
	for i, name := range want.names {
		place := at + "." + name
		if at == "" {
			place = name
		}
		if j := slices.Index(got.names, name); j >= 0 {
			k.compareValues(code, file, place, &got.items[j], &want.items[i])
		} else {
			k.f.add(code, file+" "+place, "missing", "")
		}
	}
	for _, name := range got.names {
		if !slices.Contains(want.names, name) {
			k.f.add(code, where(name), "a member that the format does not have", "")
		}
	}
}

// factText, factList and factObject make JSON values; objects of names and values in turn.
func factText(s string) value { return value{text: s} }

func factTexts(list ...string) value {
	v := value{kind: jsonArray}
	for _, s := range list {
		v.items = append(v.items, factText(s))
	}
	return v
}

func factObject(pairs ...any) value {
	v := value{kind: jsonObject}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		item, ok := pairs[i+1].(value)
		if s, is := pairs[i+1].(string); is {
			item, ok = factText(s), true
		}
		if ok {
			v.names, v.items = append(v.names, name), append(v.items, item)
		}
	}
	return v
}
