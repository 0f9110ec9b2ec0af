package tree

import "cmp"

// FieldUnlock is the one leaf field, with SourceColumn and an unsigned type, that lets an account have several leaves in a tree: the
// instant from which each may be claimed (export/FORMAT.md section 4).
const FieldUnlock = "unlock"

// HasUnlock reports whether the leaf has the field FieldUnlock.
func (p *Profile) HasUnlock() bool {
	for _, f := range p.Fields {
		if f.Name == FieldUnlock && f.Source == SourceColumn {
			t, err := parseType(f.Type)
			return err == nil && t.kind == uintKind
		}
	}
	return false
}

// unlocks is the column of the field FieldUnlock, nil when the leaf has none.
func (r *Rows) unlocks(p *Profile) []string {
	if !p.HasUnlock() {
		return nil
	}
	return r.column(FieldUnlock)
}

// CompareUnlock orders two rows by the field FieldUnlock as a number; 0 when the leaf has none.
func (t *Tree) CompareUnlock(a, b int) int {
	unlocks := t.rows.unlocks(&t.spec.Profile)
	if unlocks == nil {
		return 0
	}
	return CompareDigits(unlocks[a], unlocks[b])
}

// CompareDigits orders whole numbers in plain decimal digits by value. Other texts get an order too; the encoder refuses them.
func CompareDigits(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
