package verify

import (
	"math/big"
	"slices"
	"strconv"
)

// memberReader reads the members of JSON objects and reports each that is missing, unknown or of another kind.
type memberReader struct {
	c    *collector
	file string
	code Code // of what is wrong; empty: ManifestMember
	bad  int
}

func (r *memberReader) fail(at, got, want string) {
	r.bad++
	code := r.code
	if code == "" {
		code = ManifestMember
	}
	where := r.file
	if at != "" {
		where += " " + at
	}
	r.c.add(code, where, got, want)
}

// peek reads one string member without a report; empty when there is none.
func (r *memberReader) peek(v *value, name string) string {
	if v.kind == jsonObject {
		if i := slices.Index(v.names, name); i >= 0 && v.items[i].kind == jsonString {
			return v.items[i].text
		}
	}
	return ""
}

// object is a JSON object whose members were checked.
type object struct {
	r  *memberReader
	at string
	m  map[string]*value
}

func (r *memberReader) object(at string, v *value, names ...string) object {
	o := object{r, at, map[string]*value{}}
	if v.kind != jsonObject {
		r.fail(at, v.kind.String(), "object")
	}
	for i, name := range v.names {
		if !slices.Contains(names, name) {
			r.fail(o.place(name), "a member that the format does not have", "")
			continue
		}
		o.m[name] = &v.items[i]
	}
	for _, name := range names {
		if o.m[name] == nil {
			if v.kind == jsonObject {
				r.fail(o.place(name), "missing", "")
			}
			o.m[name] = nil
		}
	}
	return o
}

func (o object) place(name string) string {
	if o.at == "" {
		return name
	}
	return o.at + "." + name
}

// get returns an empty string in place of a member that is missing: that was reported already.
func (o object) get(name string) *value {
	if v := o.m[name]; v != nil {
		return v
	}
	return &value{}
}

func (o object) missing(name string) bool { return o.m[name] == nil }

func (o object) text(name string) string {
	if o.missing(name) {
		return ""
	}
	return o.r.text(o.place(name), o.get(name))
}

func (r *memberReader) text(at string, v *value) string {
	if v.kind != jsonString {
		r.fail(at, v.kind.String(), "string")
	}
	return v.text
}

func (o object) count(name string) int {
	if o.missing(name) {
		return 0
	}
	n, ok := parseCount(o.text(name))
	if !ok {
		o.r.fail(o.place(name), strconv.Quote(o.get(name).text), "decimal digits below 2^31")
	}
	return n
}

func (o object) amount(name string) *big.Int {
	if o.missing(name) {
		return new(big.Int)
	}
	return o.r.amount(o.place(name), o.get(name))
}

func (o object) amountOrEmpty(name string) *big.Int {
	if v := o.get(name); v.kind == jsonString && v.text == "" {
		return nil
	}
	return o.amount(name)
}

func (r *memberReader) amount(at string, v *value) *big.Int {
	z, ok := parseDigits(r.text(at, v))
	if !ok || z.BitLen() > 256 {
		r.fail(at, strconv.Quote(clip(v.text)), "decimal digits of at most 256 bits")
		return new(big.Int)
	}
	return z
}

func (o object) each(name string, f func(at string, v *value)) {
	if o.missing(name) {
		return
	}
	v := o.get(name)
	if v.kind != jsonArray {
		o.r.fail(o.place(name), v.kind.String(), "array")
		return
	}
	for i := range v.items {
		if o.r.bad > maxFaults {
			return
		}
		f(o.place(name)+"["+strconv.Itoa(i)+"]", &v.items[i])
	}
}

// strings reads an object of strings with any names.
func (r *memberReader) strings(at string, v *value) map[string]string {
	out := map[string]string{}
	if v.kind != jsonObject {
		r.fail(at, v.kind.String(), "object")
		return out
	}
	for i, name := range v.names {
		out[name] = r.text(at+"."+name, &v.items[i])
	}
	return out
}

func (o object) texts(name string) []string {
	if o.missing(name) {
		return nil
	}
	return o.r.texts(o.place(name), o.get(name))
}

func (r *memberReader) texts(at string, v *value) []string {
	if v.kind != jsonArray {
		r.fail(at, v.kind.String(), "array")
		return nil
	}
	out := make([]string, len(v.items))
	for i := range v.items {
		out[i] = r.text(at+"["+strconv.Itoa(i)+"]", &v.items[i])
	}
	return out
}
