package lists

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// datum reports whether a value is {name, type, value}.
func (d *document) datum(n int) bool {
	return d.kind(n) == object && d.has(n, "name", "type", "value") && d.isText(d.member(n, "name")) && d.isText(d.member(n, "type"))
}

// tokensoft finds the object whose members hold data fields: the file itself, its member claims, or the member asked for. Keys
// are names only, and no accounts where a chain's domain stands behind them.
func (d *document) tokensoft(o Options) (n int, ok bool) {
	if len(d.roots) > 1 || d.kind(0) != object {
		return 0, false
	}
	places := []int{0, d.member(0, "claims")}
	if o.Key != "" {
		at, _ := d.claims(o.Key)
		places = []int{at}
	}
	for _, n := range places {
		if n < 0 || d.kind(n) != object || int(d.nodes[n].next) < n+3 || d.kind(n+2) != object {
			continue
		}
		if data := d.member(n+2, "data"); data >= 0 && d.kind(data) == array && int(d.nodes[data].next) > data+1 && d.datum(data+1) {
			return n, true
		}
	}
	return 0, false
}

func isTokensoft(d *document, o Options) bool {
	_, ok := d.tokensoft(o)
	return ok
}

// openTokensoft makes a column of every name in data. The account is the value beneficiary, whatever the key says.
func openTokensoft(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.tokensoft(o)
	if !ok {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: ErrClaims})
		return
	}
	rows, _ := d.rowsOf(n)
	var names, types []string
	d.items(d.member(rows[0]+1, "data"), func(item int) bool {
		if ok = d.datum(item); ok {
			names = append(names, string(d.str(d.member(item, "name"))))
			types = append(types, string(d.str(d.member(item, "type"))))
		}
		return ok
	})
	if !ok {
		faults.Add(&merkle.Fault{Pos: d.at(rows[0]), Err: fmt.Errorf("data is not of objects with name, type and value")})
		return
	}
	g := newGrid(d, faults, rows, names...)
	g.fill = func(g *grid, row int) bool {
		data := -1
		if d.kind(row+1) == object {
			data = d.member(row+1, "data")
		}
		if data < 0 || d.kind(data) != array {
			g.fault(row, "data", fmt.Errorf("missing, or no array"))
			return false
		}
		i, ok := 0, true
		d.items(data, func(item int) bool {
			if ok = i < len(names) && d.datum(item) && string(d.str(d.member(item, "name"))) == names[i] && string(d.str(d.member(item, "type"))) == types[i]; !ok {
				g.fault(item, "name", fmt.Errorf("the first row has other names or types, or in another order: the values are hashed in this order"))
				return false
			}
			v := d.member(item, "value")
			cell, err := d.tokensoftValue(v, names[i], types[i])
			if err != nil {
				g.fault(v, names[i], err)
			}
			ok = err == nil && g.set(i, v, cell)
			i++
			return ok
		})
		if ok && i != len(names) {
			g.fault(row, "data", fmt.Errorf("%d values, the first row has %d", i, len(names)))
			return false
		}
		return ok
	}
	l.Rows = g
}

// tokensoftValue is the text of a value. Tranches stand in these files as the bytes of their ABI encoding.
func (d *document) tokensoftValue(v int, name, typ string) ([]byte, error) {
	if name == "tranches" && typ == "bytes" && d.isText(v) {
		return tranches(d.str(v))
	}
	cell, fits := d.appendTyped(nil, v, typ, false)
	if !fits {
		return nil, fmt.Errorf("not a value of type %s", typ)
	}
	return cell, nil
}

// tranches reads abi.encode of a (uint128,uint128)[] as [[time,fraction],…]. Anything else than the one encoding of such a list is
// refused: what is written back is then the same bytes.
func tranches(text []byte) ([]byte, error) {
	raw, err := hex.DecodeString(string(bytes.TrimPrefix(text, []byte("0x"))))
	word := func(i int) []byte { return raw[32*i : 32*i+32] }
	small := func(w []byte) (uint64, bool) {
		return binary.BigEndian.Uint64(w[24:]), len(bytes.Trim(w[:24], "\x00")) == 0
	}
	if err != nil || len(raw)%32 != 0 || len(raw) < 64 {
		return nil, fmt.Errorf("not the bytes of a list of tranches")
	}
	offset, ok := small(word(0))
	n, ok2 := small(word(1))
	if !ok || !ok2 || offset != 32 || n > uint64(len(raw)) || 2+2*int(n) != len(raw)/32 {
		return nil, fmt.Errorf("not the ABI encoding of (uint128,uint128)[]")
	}
	out := []byte{'['}
	for i := range int(n) {
		if i > 0 {
			out = append(out, ',')
		}
		for j, open := range []byte{'[', ','} {
			w := word(2 + 2*i + j)
			if len(bytes.Trim(w[:16], "\x00")) > 0 {
				return nil, fmt.Errorf("value %d of tranche %d is wider than 128 bits", j+1, i+1)
			}
			a := merkle.AmountFromWords([4]uint64{binary.BigEndian.Uint64(w[24:]), binary.BigEndian.Uint64(w[16:])})
			out = a.AppendText(append(out, open))
		}
		out = append(out, ']')
	}
	return append(out, ']'), nil
}
