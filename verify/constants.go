package verify

import (
	"fmt"
	"slices"
	"strconv"
)

// checkConstants: a tree's constants are the constant fields of the profile, the token of a tree with one token, and locked when it is 0 in every row of every part of the
// family; nothing else.
func (k *checker) checkConstants() {
	unlocked := map[string]bool{} // families of which every row is known and locks nothing
	for _, mt := range k.man.trees {
		t := k.trees[mt.id]
		if t.g == nil || !t.g.read {
			k.skipped = append(k.skipped, "constants of the trees: not all groups could be read")
			return
		}
		none, known := unlocked[mt.family]
		unlocked[mt.family] = (none || !known) && t.locksNothing()
	}
	for _, mt := range k.man.trees {
		k.trees[mt.id].checkConstants(k.f, k.trees[mt.id].decl, unlocked[mt.family])
	}
}

func (t *tree) locksNothing() bool {
	i := t.fam.sourceField("locked")
	if i < 0 {
		return true
	}
	if t.fam.values[i] == nil {
		return t.man.constants[t.fam.fields[i].name] == "0"
	}
	for _, at := range t.rows {
		if !t.fam.values[i][at].isZero() {
			return false
		}
	}
	return true
}

func (t *tree) checkConstants(c *collector, d *treeDecl, unlocked bool) {
	wrong := func(name, got, want string) {
		c.add(TreeConstant, t.at+".constants."+name, got, want)
		t.bad = true
	}
	named := map[string]bool{}
	for _, f := range t.fam.fields {
		named[f.name] = true
		got, stated := t.man.constants[f.name]
		want, must := "", false
		switch f.source {
		case "constant", "domain":
			must = true
			want = got
			if d != nil {
				want = d.constants[f.name]
			}
		case "token":
			must = len(t.man.tokens) == 1
			want = t.tokenTexts[0]
		case "locked":
			must = unlocked
			want = "0"
		}
		switch {
		case stated != must:
			wrong(f.name, fmt.Sprint("stated: ", yes(stated)), fmt.Sprint("stated: ", yes(must)))
		case stated && got != want && !(f.source != "token" && f.source != "locked" && sameCell(f.typ, want, got)):
			wrong(f.name, strconv.Quote(got), strconv.Quote(want))
		}
	}
	for _, name := range sortedKeys(t.man.constants) {
		if !named[name] {
			wrong(name, "stated", "names of leaf fields")
		}
	}
	if d != nil {
		for _, name := range sortedKeys(d.constants) {
			if !slices.ContainsFunc(t.fam.fields, func(f field) bool { return f.name == name }) {
				wrong(name, "no such leaf field", "the campaign's constant")
			}
		}
	}
}
