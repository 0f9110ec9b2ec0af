package verify

import (
	"fmt"
	"math/big"
	"strconv"
)

// listing is what a kind read of one tree: its rows, what the file states about them, and how the tree may have been built.
type listing struct {
	name    string   // for people: the file, and the token or part where the file has several trees
	src     *source  // of the root and the figures
	path    string   // where the rows stand: "claims", "values"
	columns []string // names of the cells of a row: account, amount, locked, index, token, or the name of the profile's field
	rows    []fileRow
	tries   []candidate
	strict  bool // only tries: no other shapes and orders are tried after them
	partial bool // some of the tree's rows: proofs are checked, the root cannot be rebuilt
	bits    int  // widest amount of the contract, where it is known apart from the profile

	root      string // as stated; "" none
	rootAt    int
	figures   []figure
	readProof func(dst []digest, r *fileRow, width int) ([]digest, error) // nil: JSON list of hashes at r.proof
	// after is called with the tree that gave the root, or with the nearest; matched says which.
	after func(j *judge, b *builtList, matched bool)
}

// fileRow is one leaf of a list. Cells are aligned with the listing's columns and spelled as leaf rules take them: integers decimal, addresses lower-case.
type fileRow struct {
	src    *source
	at     int    // where the row begins
	key    string // its member name; "" when it stands in a list
	n      int    // its number there, from 0
	acct   account
	cells  []string
	proof  int    // where its proof stands; -1: none
	leaf   string // leaf hash that the file states; "" none
	leafAt int
}

// figure is a number that the file states about all rows.
type figure struct {
	name   string
	src    *source
	at     int
	got    *big.Int
	column string // summed over the rows; "" counts the rows
	want   *big.Int
}

// candidate is one way in which the tree may have been built.
type candidate struct {
	profile   string            // of the profile table
	fields    []field           // of profiles that take any type list
	set       [][2]string       // parameters that differ from the profile's: shape, order, pad, pair, dedupe, grouping
	columns   []string          // listing column of each field of the profile; nil: by the field's source, or its name
	constants map[string]string // values of fields that are no column
	index     string            // index rule; "": given when there is a column index
	keep      func(r *fileRow) bool
	extra     func() ([]fileRow, error) // rows that the builder adds to those of the list
	note      string                    // for people: what is left out, or what the candidate stands for
}

// newRow is a row without proof and leaf hash.
func newRow(s *source, at int, key string, n int) fileRow {
	return fileRow{src: s, at: at, key: key, n: n, proof: -1}
}

// where is the place of a row, or of something of it at another byte.
func (l *listing) where(r *fileRow, at int, member string) string {
	if at <= 0 {
		at = r.at
	}
	s := r.src.place(at) + " " + l.path
	if r.key != "" {
		s += "[" + strconv.Quote(clip(r.key)) + "]"
	} else {
		s += "[" + strconv.Itoa(r.n) + "]"
	}
	if member != "" {
		s += "." + member
	}
	return s
}

// column is the place of a column in the cells of a row, or -1.
func (l *listing) column(name string) int {
	for i, c := range l.columns {
		if c == name {
			return i
		}
	}
	return -1
}

// sum adds a column over rows.
func (l *listing) sum(column string) *big.Int {
	i, total, x := l.column(column), new(big.Int), new(big.Int)
	if i < 0 {
		return nil
	}
	for k := range l.rows {
		if _, ok := x.SetString(l.rows[k].cells[i], 10); ok {
			total.Add(total, x)
		}
	}
	return total
}

func (c *candidate) String() string {
	s := c.profile
	for _, f := range c.fields {
		s += " " + f.typ
	}
	for _, x := range c.set {
		if x[0] != "pad" { // it follows from the shape
			s += ", " + x[0] + " " + x[1]
		}
	}
	if c.note != "" {
		s += " (" + c.note + ")"
	}
	return s
}

// with is a copy of the candidate with more parameters of its own.
func (c candidate) with(pairs ...string) candidate {
	c.set = append([][2]string{}, c.set...)
	for i := 0; i+1 < len(pairs); i += 2 {
		c.set = append(c.set, [2]string{pairs[i], pairs[i+1]})
	}
	return c
}

// settle makes the leaf rule of a candidate, and the places of its fields in a row's cells (-1: a constant).
func (c *candidate) settle(l *listing, constants map[string]string) (*leafRule, *profile, []int, error) {
	p := profileByName(c.profile)
	if p == nil {
		return nil, nil, nil, fmt.Errorf("profile %q is not known", c.profile)
	}
	all := map[string]string{}
	for _, m := range []map[string]string{p.defaults, c.constants, constants} {
		for k, v := range m {
			all[k] = v
		}
	}
	index := c.index
	if index == "" && l.column("index") >= 0 {
		index = "given"
	}
	if c.fields != nil && !p.freeFields() {
		p.fields = append([]field{}, c.fields...)
	}
	p.resolve(c.fields, index, all)
	for _, x := range c.set {
		p.text[x[0]] = x[1]
	}
	if c.fields != nil && len(p.fields) == len(c.fields) { // the kind knows what its fields are
		for i, f := range c.fields {
			if f.source != "" {
				p.fields[i].source = f.source
			}
		}
	}
	places := make([]int, len(p.fields))
	for i, f := range p.fields {
		name := f.name
		if c.columns != nil {
			name = c.columns[i]
		} else if l.column(name) < 0 {
			name = f.source
		}
		places[i] = l.column(name)
		if _, ok := all[f.name]; places[i] < 0 && ok {
			if f.source != "domain" {
				p.fields[i].source = "constant"
			}
		} else if places[i] < 0 {
			return nil, nil, nil, fmt.Errorf("no value for the field %s: give --constant %s=VALUE", f.name, f.name)
		}
	}
	r, err := newLeafRuleFor(p, all)
	return r, p, places, err
}
