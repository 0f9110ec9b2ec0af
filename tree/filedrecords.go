package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// recordForm is how the records look by which leaves are sorted into the order of their tree: a key, the place in claim order, the row where that is
// another number, and the leaf, which of some orders is the key.
type recordForm struct {
	plain   bool // rows come in the tree's order: there are no records
	size    int
	leaf    int // where in a record the leaf is
	row     int // and the row, 4 bytes
	account int // bytes of an account
	token   bool
	unlock  bool
	index   bool
	field   int // of the leaf, whose bytes are the key, padded to 8 at least
	order   Order
	digits  int // of shard-K
	claims  []uint32
}

// recordsOf is the form for rows like sample.
func recordsOf(p *Profile, order Order, d *Disk, sample *Rows, e *encoder) (f recordForm, err error) {
	f = recordForm{order: order, account: p.Accounts.Width(), claims: d.Claims, digits: p.shardDigits(), field: -1}
	w, tail := p.Width, 4
	if f.claims != nil {
		tail = 8
	}
	at := 0
	switch {
	case f.digits > 0:
		f.leaf, at = 8, 8+w
	case p.Grouping == GroupingTwoLevel:
		f.token = sample.Tokens != nil
		at = f.account + 32*countOf(f.token)
	case order == OrderInput && f.claims == nil, order == OrderAccount && d.Keyed:
		f.plain = true
		return f, nil
	case order == OrderInput:
		at = 4 // of zeros
	case order == OrderLeafHash:
		at = w
	case order == OrderAccount:
		f.token, f.unlock, f.index = sample.Tokens != nil, sample.unlocks(p) != nil, sample.Index != nil
		at = 8 + f.account + 32*countOf(f.token) + 32*countOf(f.unlock) + 8*countOf(f.index)
	case order == OrderKey:
		f.field = slices.IndexFunc(e.fields, func(x encField) bool { return x.Name == p.OrderKey })
		size := e.fields[f.field].typ.minSize(p.Encoding)
		if e.fields[f.field].typ.free(p.Encoding) || size > 1<<10 {
			return f, fmt.Errorf("%w: order key by %s, whose values differ in length", ErrSliced, p.OrderKey)
		}
		at = max(8, size)
	}
	f.row, f.size = at+tail-4, at+tail
	if f.digits == 0 && order != OrderLeafHash {
		f.leaf, f.size = f.size, f.size+w
	}
	return f, nil
}

func countOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compare orders records whose first 8 bytes are equal; nil where their bytes do.
func (f *recordForm) compare() func(a, b []byte) int {
	if f.order != OrderAccount {
		return nil
	}
	end := 8 + f.account
	return func(a, b []byte) int {
		if !bytes.Equal(a[8:end], b[8:end]) {
			k, l := sha256.Sum256(a[8:end]), sha256.Sum256(b[8:end])
			return bytes.Compare(k[:], l[:])
		}
		return bytes.Compare(a[end:], b[end:])
	}
}

// append appends the records of rows, the first of which is row base.
func (f *recordForm) append(dst []byte, rows *Rows, e *encoder, leaves []byte, width, base int) []byte {
	var keys []uint64
	unlocks := []string(nil)
	if f.order == OrderAccount {
		keys = make([]uint64, rows.Len())
		newAccountKeys(rows.Accounts[0].Family()).fill(keys, rows.Accounts)
		if f.unlock {
			unlocks = rows.column(FieldUnlock)
		}
	}
	for i := range rows.Len() {
		leaf := leaves[i*width : (i+1)*width]
		begin := len(dst)
		switch {
		case f.digits > 0:
			prefix := uint64(shardOf(rows.Accounts[i], f.digits))<<(64-4*f.digits) | binary.BigEndian.Uint64(leaf)>>(4*f.digits)
			dst = append(binary.BigEndian.AppendUint64(dst, prefix), leaf...)
		case f.field >= 0:
			dst, _ = e.field(dst, &e.fields[f.field], i) // it was encoded before
			for len(dst)-begin < 8 {
				dst = append(dst, 0)
			}
		case f.order == OrderKey: // two-level
			dst = rows.Accounts[i].AppendBytes(dst)
		case f.order == OrderInput:
			dst = append(dst, 0, 0, 0, 0)
		case f.order == OrderLeafHash:
			dst = append(dst, leaf...)
		case f.order == OrderAccount:
			dst = rows.Accounts[i].AppendBytes(binary.BigEndian.AppendUint64(dst, keys[i]))
		}
		if unlocks != nil { // as byAccount: by unlock, then token, then index
			dst = appendNumber(dst, unlocks[i])
		}
		if f.token {
			dst = appendPadded(dst, rows.Tokens[i])
		}
		if f.index {
			dst = binary.BigEndian.AppendUint64(dst, rows.Index[i])
		}
		row := uint32(base + i)
		if f.claims != nil {
			dst = binary.BigEndian.AppendUint32(dst, f.claims[row])
		}
		dst = binary.BigEndian.AppendUint32(dst, row)
		if f.digits == 0 && f.order != OrderLeafHash {
			dst = append(dst, leaf...)
		}
	}
	return dst
}

// appendPadded appends an account's bytes in 32.
func appendPadded(dst []byte, a merkle.Account) []byte {
	var raw [32]byte
	a.AppendBytes(raw[:0])
	return append(dst, raw[:]...)
}

// appendNumber appends a whole number in decimal digits as 32 bytes, and the hash of what is none, which the leaf refuses: equal for equal texts only.
func appendNumber(dst []byte, digits string) []byte {
	a, err := merkle.ParseAmount(digits)
	b := a.Bytes32()
	if err != nil {
		b = sha256.Sum256([]byte(digits))
	}
	return append(dst, b[:]...)
}
