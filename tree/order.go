package tree

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// AccountKey is the key that order account sorts by: the SHA-256 of the 20 or 32 account bytes.
func AccountKey(a merkle.Account) [32]byte {
	var raw [32]byte
	return sha256.Sum256(a.AppendBytes(raw[:0]))
}

// accountKeys hashes accounts by batches.
type accountKeys struct {
	h     *layer.Hasher
	width int
	raw   [leafBatch * 32]byte
	sums  [leafBatch * 32]byte
}

func newAccountKeys(f merkle.Family) *accountKeys {
	return &accountKeys{h: layer.New(layer.SHA256, 32), width: f.Width()}
}

// fill writes the first 8 bytes of the AccountKey of each account, all of one family, as a number.
func (k *accountKeys) fill(out []uint64, accounts []merkle.Account) {
	for len(accounts) > 0 {
		n := min(leafBatch, len(accounts))
		for i := range n {
			accounts[i].AppendBytes(k.raw[i*k.width : i*k.width])
		}
		k.h.Messages(k.sums[:], k.raw[:n*k.width], nil, k.width)
		for i := range n {
			out[i] = binary.BigEndian.Uint64(k.sums[32*i:])
		}
		out, accounts = out[n:], accounts[n:]
	}
}

// resolveOrder turns OrderProfile and the empty order into the profile's own.
func resolveOrder(p *Profile, o Order) (Order, error) {
	if p.Grouped() && o != OrderProfile && o != p.Order {
		return "", fmt.Errorf("order %q: the groups of profile %s (%s) fix the order of its leaves: want profile", o, p, p.Grouping)
	}
	switch o {
	case OrderProfile:
		return p.Order, nil
	case OrderAccount:
		if !p.Has(SourceAccount) {
			return "", fmt.Errorf("order account: the leaf of profile %s names no account", p)
		}
		return o, nil
	case OrderInput, OrderLeafHash:
		return o, nil
	case OrderKey:
		if p.Order == OrderKey {
			return o, nil
		}
	}
	return "", fmt.Errorf("order %q: want profile, account, input or leaf-hash", o)
}

// byAccount is the rows in order account: by key; several rows of one account by unlock, then token, then index.
func byAccount(ctx context.Context, w int, p *Profile, r *Rows) ([]uint32, error) {
	unlocks := r.unlocks(p)
	keys := make([]*accountKeys, w)
	fill := func(worker, lo, hi int, out []uint64) {
		if keys[worker] == nil {
			keys[worker] = newAccountKeys(r.Accounts[0].Family())
		}
		keys[worker].fill(out, r.Accounts[lo:hi])
	}
	return sorted(ctx, w, r.Len(), fill, func(a, b uint32) int {
		if r.Accounts[a] != r.Accounts[b] {
			x, y := AccountKey(r.Accounts[a]), AccountKey(r.Accounts[b])
			return bytes.Compare(x[:], y[:])
		}
		if unlocks != nil {
			if c := CompareDigits(unlocks[a], unlocks[b]); c != 0 {
				return c
			}
		}
		if r.Tokens != nil {
			if c := r.Tokens[a].Compare(r.Tokens[b]); c != 0 {
				return c
			}
		}
		if r.Index != nil {
			return cmp.Compare(r.Index[a], r.Index[b])
		}
		return 0
	})
}

// byLeaf is the order of the hashes, width bytes apart, by their bytes.
func byLeaf(ctx context.Context, w int, hashes []byte, width int) ([]uint32, error) {
	fill := func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			keys[i] = binary.BigEndian.Uint64(hashes[(lo+i)*width:])
		}
	}
	return sorted(ctx, w, len(hashes)/width, fill, func(a, b uint32) int {
		return bytes.Compare(hashes[int(a)*width:int(a+1)*width], hashes[int(b)*width:int(b+1)*width])
	})
}

// byKey is the rows by the encoded bytes of one field.
func byKey(ctx context.Context, w int, e *encoder, name string) ([]uint32, error) {
	n := e.rows.Len()
	texts := make([][]byte, n)
	var failed []*RowError
	for i := range e.fields {
		if f := &e.fields[i]; f.Name == name {
			for row := range n {
				b, err := e.field(nil, f, row)
				if err != nil {
					failed = append(failed, err)
				}
				texts[row] = b
			}
		}
	}
	if err := rowErrors(failed); err != nil {
		return nil, err
	}
	return byBytes(ctx, w, n, func(_, i int, dst []byte) []byte { return append(dst, texts[i]...) })
}

// byBytes sorts by byte strings that are made on demand: the shorter first where one is a prefix of the other.
func byBytes(ctx context.Context, w, n int, text func(worker, i int, dst []byte) []byte) ([]uint32, error) {
	bufs := make([][]byte, w)
	fill := func(worker, lo, hi int, keys []uint64) {
		for i := range keys {
			b := text(worker, lo+i, bufs[worker][:0])
			bufs[worker] = b
			var head [8]byte
			copy(head[:], b)
			keys[i] = binary.BigEndian.Uint64(head[:])
		}
	}
	return sorted(ctx, w, n, fill, func(a, b uint32) int {
		return bytes.Compare(text(-1, int(a), nil), text(-1, int(b), nil))
	})
}

// leafIndexes is the value of the leaf's index field by row, nil when the leaf has none.
func leafIndexes(ctx context.Context, w int, p *Profile, r *Rows) ([]uint64, error) {
	switch {
	case !p.Has(SourceIndex):
		return nil, nil
	case r.Index != nil:
		return r.Index, nil
	}
	out := make([]uint64, r.Len())
	var order []uint32
	var err error
	switch p.Index {
	case IndexEIP55:
		order, err = byEIP55(ctx, w, r.Accounts)
	case IndexBase58:
		order, err = byBytes(ctx, w, len(out), func(_, i int, dst []byte) []byte { return r.Accounts[i].AppendText(dst) })
	case IndexInputRow:
		for i := range out {
			out[i] = uint64(i)
		}
	default:
		return nil, fmt.Errorf("index: profile %s needs them given", p)
	}
	for rank, row := range order {
		out[row] = uint64(rank)
	}
	return out, err
}

// byEIP55 sorts accounts by the bytes of their EIP-55 text. A key packs its first 12 letters, 5 bits each: digits, capitals, small.
func byEIP55(ctx context.Context, w int, accounts []merkle.Account) ([]uint32, error) {
	states := make([]*EIP55, w)
	texts := make([][]byte, w)
	fill := func(worker, lo, hi int, keys []uint64) {
		if states[worker] == nil {
			states[worker] = NewEIP55()
		}
		text := states[worker].Append(texts[worker][:0], accounts[lo:hi])
		texts[worker] = text
		for i := range keys {
			var key uint64
			for _, c := range text[i*addressLetters : i*addressLetters+12] {
				letter, small := uint64(c)>>6, uint64(c)>>5 // capitals count from 10, small letters from 16; no branch, digits are random
				key = key<<5 | uint64(c)&15 + 9*letter + 6*(letter&small)
			}
			keys[i] = key << 4
		}
	}
	return sortedRuns(ctx, w, len(accounts), fill, func(run []uint32) {
		sortTexts(run, accounts)
	})
}

// sortTexts sorts accounts that begin with the same letters by all letters of their EIP-55 text, equal ones by number.
func sortTexts(run []uint32, accounts []merkle.Account) {
	same := make([]merkle.Account, len(run))
	for i, at := range run {
		same[i] = accounts[at]
	}
	letters := NewEIP55().Append(nil, same)
	text := func(i int) []byte { return letters[i*addressLetters : (i+1)*addressLetters] }
	places := make([]int, len(run))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Or(bytes.Compare(text(a), text(b)), cmp.Compare(run[a], run[b])) })
	sorted := slices.Clone(run)
	for i, from := range places {
		run[i] = sorted[from]
	}
}
