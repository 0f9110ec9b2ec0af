package verify

// kind is '{', '[', '"', '0' for a number, 't', 'f', 'n' for null, 'l' for the values of JSON Lines, and 0 for no value.
func (v jval) kind() byte {
	switch {
	case v.d == nil:
		return 0
	case v.at < 0:
		return 'l'
	}
	switch c := v.d.s[v.at]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return c
	}
	return '0'
}

// asRows is the value as a list of rows: JSON Lines of one line are an object, which these members tell.
func (v jval) asRows(members ...string) jval {
	if v.kind() == '{' && len(v.d.tops) == 1 && v.at == v.d.tops[0] && has(v, members...) {
		return jval{v.d, -1}
	}
	return v
}

// isList reports an array or JSON Lines.
func (v jval) isList() bool { return v.kind() == '[' || v.kind() == 'l' }

// text is a string's text, a number's digits as written, and true, false or null; empty for the others.
func (v jval) text() string {
	switch v.kind() {
	case '"':
		return unquote(v.d.s[v.at:v.d.stringEnd(v.at)])
	case '0', 't', 'f', 'n':
		return v.d.s[v.at:v.d.end(v.at)]
	}
	return ""
}

// raw is the value as it is written.
func (v jval) raw() string {
	if v.d == nil {
		return ""
	}
	if v.at < 0 {
		return v.d.s
	}
	return v.d.s[v.at:v.d.end(v.at)]
}

// members of an object in their order, without those whose key comes again; nil for other values.
func (v jval) members() (list []jmember) {
	v.each(func(m jmember) bool {
		list = append(list, m)
		return true
	})
	return list
}

// each calls f with the members of an object in their order until it returns false. A member whose key comes again is left out, as other readers do.
func (v jval) each(f func(m jmember) bool) {
	if v.kind() != '{' {
		return
	}
	d := v.d
	for i := d.space(v.at + 1); d.s[i] != '}'; {
		end := d.stringEnd(i)
		m := jmember{name: unquote(d.s[i:end]), at: i}
		m.val = jval{d, d.space(d.space(end) + 1)}
		if !d.stale[m.val.at] && !f(m) {
			return
		}
		i = d.space(d.end(m.val.at))
		if d.s[i] == ',' {
			i = d.space(i + 1)
		}
	}
}

// items calls f with the entries of an array or of JSON Lines until it returns false.
func (v jval) items(f func(i int, item jval) bool) {
	d := v.d
	switch v.kind() {
	case 'l':
		for k, at := range d.tops {
			if !f(k, jval{d, at}) {
				return
			}
		}
	case '[':
		k := 0
		for i := d.space(v.at + 1); d.s[i] != ']'; k++ {
			if !f(k, jval{d, i}) {
				return
			}
			i = d.space(d.end(i))
			if d.s[i] == ',' {
				i = d.space(i + 1)
			}
		}
	}
}

// list are the entries of an array or of JSON Lines.
func (v jval) list() (out []jval) {
	v.items(func(_ int, item jval) bool {
		out = append(out, item)
		return true
	})
	return out
}

// get is the member of that name.
func (v jval) get(name string) (out jval, ok bool) {
	v.each(func(m jmember) bool {
		if m.name == name {
			out, ok = m.val, true
		}
		return !ok
	})
	return out, ok
}

// first is the first entry of a list, or the value of the first member of an object.
func (v jval) first() (out jval) {
	v.items(func(_ int, item jval) bool {
		out = item
		return false
	})
	v.each(func(m jmember) bool {
		out = m.val
		return false
	})
	return out
}

// has reports whether an object has all these members.
func has(v jval, names ...string) bool {
	for _, n := range names {
		if _, ok := v.get(n); !ok {
			return false
		}
	}
	return true
}

// firstOf is the member by the first of these names that there is.
func firstOf(v jval, names ...string) (jval, bool) {
	for _, n := range names {
		if x, ok := v.get(n); ok {
			return x, true
		}
	}
	return jval{}, false
}
