package tree

import (
	"errors"
	"fmt"
)

// checkType refuses a type that the profile's encoding has no bytes for. Field i is of type t.
func (p *Profile) checkType(i int, t *fieldType) error {
	solana := t.kind == pubkeyKind || t.u64
	switch p.Encoding {
	case EncodingABI, EncodingEIP712, EncodingPacked:
		if solana {
			return fmt.Errorf("type %s: not with encoding %s", t, p.Encoding)
		}
		if t.kind == nestedKind && p.Encoding != EncodingPacked {
			return fmt.Errorf("type %s: only with encoding packed; abi.encode takes %s itself", t, t.elem)
		}
		if p.Encoding != EncodingPacked {
			break
		}
		switch {
		case t.kind == arrayKind && (t.elem.kind == arrayKind || t.elem.kind == tupleKind || t.elem.dynamic()):
			return fmt.Errorf("type %s: abi.encodePacked takes no nested arrays; abi(%s) is abi.encode of it", t, t)
		case t.kind == tupleKind:
			return fmt.Errorf("type %s: abi.encodePacked takes no structs; abi(%s) is abi.encode of it", t, t)
		}
	case EncodingLE, EncodingBorsh:
		if t.kind == identityKind && p.Encoding == EncodingBorsh {
			break
		}
		if t.dynamic() || t.kind == arrayKind || t.kind == tupleKind || t.kind == nestedKind {
			return fmt.Errorf("type %s: not with encoding %s, which has no lengths", t, p.Encoding)
		}
	case EncodingText, EncodingTextColon:
		if !t.spells() {
			return fmt.Errorf("type %s: encoding %s takes accounts and whole numbers only", t, p.Encoding)
		}
	}
	switch t.kind {
	case identityKind:
		if i == 0 || p.Fields[i-1].Type != "ecosystem" || p.Fields[i-1].Source != SourceColumn || p.Fields[i].Source != SourceColumn {
			return errors.New("type identity: want a column, behind the column of type ecosystem that says what it is")
		}
		fallthrough
	case ecosystemKind:
		if p.Encoding != EncodingBorsh {
			return fmt.Errorf("type %s: only with encoding borsh", t)
		}
	}
	return nil
}

// checkNames refuses descriptions that name fields which the leaf does not have.
func (p *Profile) checkNames() (errs []error) {
	source := func(name string) string {
		for _, f := range p.Fields {
			if f.Name == name {
				return f.Source
			}
		}
		return ""
	}
	for _, name := range p.Key {
		if s := source(name); s == "" || s == SourceConstant || s == SourceDomain {
			errs = append(errs, fmt.Errorf("key: no field %s that differs by row", name))
		}
	}
	for _, d := range p.Defaults {
		if s := source(d.Field); s != SourceConstant && s != SourceDomain {
			errs = append(errs, fmt.Errorf("default: no constant field %s", d.Field))
		}
	}
	for _, a := range p.Aliases {
		if source(a.Field) == "" {
			errs = append(errs, fmt.Errorf("alias: no field %s", a.Field))
		}
	}
	return errs
}
