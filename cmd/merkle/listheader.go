package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// What may be wrong with a list as a whole.
var (
	errNoColumn = errors.New("missing: the profile needs this column")
	errUnknown  = errors.New("not a field of the profile (--ignore leaves a column out)")
	errHeadless = errors.New("is an account: the file has no header (--columns names the columns)")
	errNoType   = errors.New("needs a type, name:type")
	errFamily   = errors.New("account is of another chain family than the profile's")
)

// usualTypes are the types of fields whose column names no type.
var usualTypes = map[string]string{"account": "address", "amount": "uint256", "index": "uint256", "token": "address"}

// header matches the columns with the profile's fields.
func (l *list) header(table *lists.List) {
	if table.Kind.Name != "table" {
		l.notes = append(l.notes, fmt.Sprintf("read as %s: %s", table.Kind.Name, table.Kind.Form))
	}
	heads := table.Header()
	ignored := func(i int) bool {
		name, _, _ := strings.Cut(heads[i], ":")
		return slices.Contains(l.set.ignore, heads[i]) || slices.Contains(l.set.ignore, name) || slices.Contains(table.Reports, heads[i])
	}
	if l.profile.AnyFields {
		l.anyFields(table, ignored)
		if len(l.faults.List) > 0 {
			return
		}
	} else {
		l.extend(table, ignored)
	}
	if l.set.zeroAmount {
		l.profile.Zero = tree.ZeroKeep
	}
	if l.set.total || l.set.width { // what the contract can hold is said elsewhere; the leaf's own types stay
		l.profile.TotalBits = 256
	}
	if l.set.width {
		l.profile.AmountBits = max(l.profile.AmountBits, leafBits(&l.profile))
	}
	l.match(table, ignored)
}

// leafBits is the widest amount that the leaf's own types hold.
func leafBits(p *tree.Profile) int {
	bits := 256
	for _, f := range p.Fields {
		if f.Source == tree.SourceAmount || f.Source == tree.SourceLocked {
			digits := strings.TrimLeft(f.Type, "uint")
			if n, err := strconv.Atoi(digits); err == nil {
				bits = min(bits, n)
			}
		}
	}
	return bits
}

// anyFields makes the leaf of a profile that takes any type list from the columns: those of the file in their order, or, for
// other tools' files that say nothing of types, the profile's own account and amount.
func (l *list) anyFields(table *lists.List, ignored func(int) bool) {
	typed := table.Types
	if typed == nil {
		tagged := false
		for i, head := range table.Header() {
			if ignored(i) {
				continue
			}
			name, typ, hasType := strings.Cut(head, ":")
			tagged = tagged || hasType
			if !hasType {
				name, typ = l.usual(name)
			}
			switch {
			case typ == "" && table.Kind.Name == "table":
				l.faults.Add(&merkle.Fault{Pos: table.HeaderPos(i), Field: "column", Value: head, Err: errNoType})
			case typ != "":
				typed = append(typed, name+":"+typ)
			}
		}
		if !tagged && table.Kind.Name != "table" {
			return
		}
		if own := ownFields(&l.profile); !tagged && !slices.Equal(typed, own) && len(l.faults.List) == 0 {
			l.notes = append(l.notes, fmt.Sprintf("the order of the columns is that of the leaf, (%s), not (%s): another order gives another root", strings.Join(typed, ", "), strings.Join(own, ", ")))
		}
	}
	if len(l.faults.List) > 0 {
		return
	}
	p, err := l.profile.WithFields(typed)
	if err != nil {
		l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path, Line: 1, Col: 1}, Err: err})
		return
	}
	l.profile = p
}

// ownFields are the fields that a profile of any type list has before it is given others.
func ownFields(p *tree.Profile) (typed []string) {
	for _, f := range p.Fields {
		typed = append(typed, f.Name+":"+f.Type)
	}
	return typed
}

// usual is the field and type of a column without a type, empty when that is not known.
func (l *list) usual(name string) (field, typ string) {
	if typ, ok := usualTypes[name]; ok {
		return name, typ
	}
	if f, ok := l.profile.Match(name); ok {
		return l.profile.Fields[f].Name, l.profile.Fields[f].Type
	}
	return name, ""
}

// extend goes over to a profile that goes on from the one that is asked for, when the list has the further fields.
func (l *list) extend(table *lists.List, ignored func(int) bool) {
	for p := range tree.Profiles() {
		if p.Extends != l.profile.Name {
			continue
		}
		further := false
		for i, head := range table.Header() {
			if _, known := l.profile.Match(head); known || ignored(i) {
				continue
			}
			f, fits := p.Match(head)
			further = further || fits && p.Fields[f].Source == tree.SourceColumn
		}
		if further {
			l.notes = append(l.notes, fmt.Sprintf("the list has the further values of %s, which is taken in place of %s", p.Name, l.profile.Name))
			l.profile = p
			return
		}
	}
}

// match says for each column which field it is. Plain lists may have no other columns; of other tools' files the others are named.
func (l *list) match(table *lists.List, ignored func(int) bool) {
	heads := table.Header()
	l.cols = make([]column, len(heads))
	taken := map[int]int{} // field -> column
	var unread []string
	for i, head := range heads {
		l.cols[i].field = -1
		if ignored(i) {
			continue
		}
		f, ok := l.field(table, i)
		if !ok {
			if table.Kind.Name == "table" || strings.HasPrefix(table.Kind.Name, "csv-") {
				why := errUnknown
				for _, text := range []string{head, strings.ToLower(head)} {
					if _, err := merkle.ParseAccount(text); err == nil {
						why = errHeadless
					}
				}
				l.faults.Add(&merkle.Fault{Pos: table.HeaderPos(i), Field: "column", Value: head, Err: why})
			}
			unread = append(unread, strings.TrimSpace(head))
			continue
		}
		field := &l.profile.Fields[f]
		col := column{field: f, addr: field.Type == "address", number: table.Numbers[head]}
		if other, twice := taken[f]; twice {
			if other != table.KeyOf || field.Source != tree.SourceAccount {
				l.faults.Add(&merkle.Fault{Pos: table.HeaderPos(i), Field: "column", Value: head,
					Err: fmt.Errorf("is %s, and so is column %q (--ignore leaves one out)", field.Name, heads[other])})
				continue
			}
			l.key, col.same = other, true
		} else {
			taken[f] = i
		}
		if col.number == nil {
			switch {
			case field.Source == tree.SourceAmount || field.Source == tree.SourceLocked:
				col.number = table.Amount
			case field.Source == tree.SourceIndex || field.Source == tree.SourceColumn && isWhole(field.Type):
				col.number = table.Whole
			}
		}
		if text, ok := table.Defaults[head]; ok {
			col.absent = []byte(text)
		}
		l.cols[i] = col
	}
	if len(unread)+len(table.Unread) > 0 && len(l.faults.List) == 0 {
		l.notes = append(l.notes, "not read: "+strings.Join(append(unread, table.Unread...), ", "))
	}
	l.needed(table, taken)
}

// field is the leaf field of column i.
func (l *list) field(table *lists.List, i int) (int, bool) {
	head := table.Header()[i]
	name, typ, hasType := strings.Cut(head, ":")
	if l.profile.AnyFields {
		if !hasType {
			name, _ = l.usual(name)
		}
		f := slices.IndexFunc(l.profile.Fields, func(f tree.Field) bool { return f.Name == name })
		return f, f >= 0
	}
	f, ok := l.profile.Match(name)
	if hasType { // a list of ready-made leaves is spelled leaf:bytes32 for the profiles that take any type list, too
		ok = ok && l.profile.LeafHashes == 0 && l.profile.Fields[f].Type == typ
	}
	return f, ok
}

// needed refuses a list without a column that the leaf cannot do without, and makes room for further columns.
func (l *list) needed(table *lists.List, taken map[int]int) {
	for i, f := range l.profile.Fields {
		at, have := taken[i]
		_, constant := l.set.constants[f.Name]
		needed := f.Source == tree.SourceAccount || f.Source == tree.SourceAmount || f.Source == tree.SourceColumn ||
			f.Source == tree.SourceIndex && l.profile.Index == tree.IndexGiven ||
			f.Source == tree.SourceToken && l.set.token.IsZero()
		switch {
		case have && f.Source == tree.SourceColumn:
			l.cols[at].at = len(l.rows.Columns)
			l.rows.Columns = append(l.rows.Columns, tree.Column{Name: f.Name})
		case !have && constant && f.Source == tree.SourceColumn:
			p, err := l.profile.WithConstants(f.Name)
			if err != nil {
				l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path}, Err: err})
				continue
			}
			l.profile = p
		case !have && f.Source == tree.SourceColumn && table.Defaults[l.defaulted(table, i)] != "":
			l.fill(table, i)
		case needed && !have:
			l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path, Line: 1, Col: 1}, Field: "column", Value: f.Name, Err: errNoColumn})
		}
	}
}

// defaulted is the name under which the kind has a default for a field that no row has.
func (l *list) defaulted(table *lists.List, field int) string {
	for _, name := range []string{"price", "currencyAddress"} {
		if f, ok := l.profile.Match(name); ok && f == field && table.Defaults[name] != "" {
			return name
		}
	}
	return ""
}

// fill makes a field a constant of the tree with the kind's default, because no row has it.
func (l *list) fill(table *lists.List, field int) {
	head := l.defaulted(table, field)
	value := []byte(table.Defaults[head])
	if n := table.Numbers[head]; n != nil {
		value, _ = n.Append(nil, value) // a default is well-formed
	}
	p, err := l.profile.WithConstants(l.profile.Fields[field].Name)
	if err != nil {
		l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path}, Err: err})
		return
	}
	l.profile = p
	l.set.constants[l.profile.Fields[field].Name] = string(value)
}

// isWhole reports whether a field's type is an unsigned integer.
func isWhole(typ string) bool {
	return (strings.HasPrefix(typ, "uint") || typ == "u64") && !strings.Contains(typ, "[")
}
