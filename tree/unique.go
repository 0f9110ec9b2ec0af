package tree

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// checkUnique refuses a second row of what the contract pays once (Profile.Key; else an account, with its token where rows have tokens, with
// its instant where the leaf has FieldUnlock), and a second row of a given index.
func checkUnique(ctx context.Context, w int, p *Profile, r *Rows, e *encoder, keepDuplicates bool) error {
	var found []*RowError
	if !keepDuplicates {
		var err error
		if len(p.Key) > 0 && !p.HasUnlock() {
			found, err = sameKeys(ctx, w, p, r, e)
		} else {
			found, err = sameAccounts(ctx, w, p, r)
		}
		if err != nil {
			return err
		}
	}
	if name := p.name(SourceIndex); name != "" && r.Index != nil && !ascending(r.Index) {
		same, err := repeated(ctx, w, r.Len(), func(i int) uint64 { return r.Index[i] }, func(a, b uint32) int { return 0 })
		if err != nil {
			return err
		}
		for _, d := range same {
			found = append(found, &RowError{Row: int(d[1]), Other: int(d[0]), Field: name, Value: fmt.Sprint(r.Index[d[1]]), Err: ErrIndex})
		}
	}
	return rowErrors(found)
}

func sameAccounts(ctx context.Context, w int, p *Profile, r *Rows) (found []*RowError, err error) {
	name := p.name(SourceAccount)
	if name == "" {
		return nil, nil
	}
	unlocks := r.unlocks(p)
	tokens := r.Tokens != nil && p.Has(SourceToken)
	if some, err := anyEqual(ctx, w, r.Len(), func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			k := mixAccount(&r.Accounts[lo+i])
			if unlocks != nil {
				k = mixBytes(k, []byte(unlocks[lo+i]))
			}
			if tokens {
				k = mix(k, mixAccount(&r.Tokens[lo+i]))
			}
			keys[i] = k
		}
	}); err != nil || !some {
		return nil, err
	}
	compare := func(a, b uint32) int {
		c := r.Accounts[a].Compare(r.Accounts[b])
		if c == 0 && unlocks != nil {
			c = CompareDigits(unlocks[a], unlocks[b])
		}
		if c == 0 && tokens {
			c = r.Tokens[a].Compare(r.Tokens[b])
		}
		return c
	}
	same, err := repeated(ctx, w, r.Len(), func(i int) uint64 {
		var raw [32]byte
		return binary.BigEndian.Uint64(r.Accounts[i].AppendBytes(raw[:0]))
	}, compare)
	for _, d := range same {
		found = append(found, &RowError{Row: int(d[1]), Other: int(d[0]), Field: name, Value: r.Accounts[d[1]].Text(), Err: ErrDuplicate})
	}
	return found, err
}

// keyError is ErrDuplicate for a key of several fields, or of one that is not the account.
type keyError struct{ fields []string }

func (e keyError) Error() string {
	if len(e.fields) == 1 {
		return e.fields[0] + " is there already"
	}
	last := len(e.fields) - 1
	return strings.Join(e.fields[:last], ", ") + " and " + e.fields[last] + " are there already"
}

// Is makes it an ErrDuplicate.
func (keyError) Is(target error) bool { return target == ErrDuplicate }

// sameKeys compares the bytes that the fields of the key have in the leaf, so that spellings of one value are one. Values that cannot be
// read are nobody's duplicate; hashing the leaves finds them.
func sameKeys(ctx context.Context, w int, p *Profile, r *Rows, e *encoder) (found []*RowError, err error) {
	if p.Index != IndexNone && len(p.Key) == 1 && p.Key[0] == p.name(SourceIndex) {
		return nil, nil // given ones are compared below, those by rule differ
	}
	var fields []*encField
	for i := range e.fields {
		if slices.Contains(p.Key, e.fields[i].Name) {
			fields = append(fields, &e.fields[i])
		}
	}
	keyOf := func(key []byte, i int) []byte {
		for _, f := range fields {
			at := len(key)
			var bad *RowError
			if key, bad = e.field(append(key, 0, 0, 0, 0), f, i); bad != nil {
				return binary.BigEndian.AppendUint64(append(key[:0], "unread"...), uint64(i))
			}
			binary.BigEndian.PutUint32(key[at:], uint32(len(key)-at-4)) // so that no two lists of values run into each other
		}
		return key
	}
	buffers := make([][]byte, w)
	if some, err := anyEqual(ctx, w, r.Len(), func(worker, lo, hi int, hashes []uint64) {
		for i := range hashes {
			buffers[worker] = keyOf(buffers[worker][:0], lo+i)
			hashes[i] = mixBytes(0, buffers[worker])
		}
	}); err != nil || !some {
		return nil, err
	}
	keys := make([][]byte, r.Len())
	if err := parallel(ctx, w, len(keys), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			keys[i] = keyOf(make([]byte, 0, 64), i)
		}
	}); err != nil {
		return nil, err
	}
	same, err := repeated(ctx, w, len(keys), func(i int) uint64 {
		var head [8]byte
		copy(head[:], keys[i][4:])
		return binary.BigEndian.Uint64(head[:])
	}, func(a, b uint32) int { return bytes.Compare(keys[a], keys[b]) })
	for _, d := range same {
		row, text := int(d[1]), []byte(nil)
		for i := range e.fields {
			if !slices.Contains(p.Key, e.fields[i].Name) {
				continue
			}
			if len(text) > 0 {
				text = append(text, ", "...)
			}
			text = e.appendValue(text, row, i)
		}
		found = append(found, &RowError{Row: row, Other: int(d[0]), Field: strings.Join(p.Key, ", "), Value: string(text), Err: keyError{p.Key}})
	}
	return found, err
}

// repeated returns, for each row that equals an earlier one, the first such row and itself.
func repeated(ctx context.Context, w, n int, key func(i int) uint64, compare func(a, b uint32) int) (out [][2]uint32, err error) {
	order, err := sorted(ctx, w, n, func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			keys[i] = key(lo + i)
		}
	}, compare)
	if err != nil {
		return nil, err
	}
	first := 0
	for i := 1; i < n; i++ {
		if key(int(order[first])) != key(int(order[i])) || compare(order[first], order[i]) != 0 {
			first = i
			continue
		}
		out = append(out, [2]uint32{order[first], order[i]})
	}
	return out, nil
}
