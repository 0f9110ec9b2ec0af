package tree

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"

	merkle "github.com/merkle-drop/merkle"
)

// shardOf is the first digits hex digits of an account as a number.
func shardOf(a merkle.Account, digits int) uint16 {
	var raw [32]byte
	a.AppendBytes(raw[:0])
	return binary.BigEndian.Uint16(raw[:]) >> (16 - 4*digits)
}

// byShard is the order of leaves by shard, then by their bytes.
func byShard(ctx context.Context, w int, accounts []merkle.Account, digits int, leaves []byte, width int) ([]uint32, error) {
	fill := func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			at := lo + i
			keys[i] = uint64(shardOf(accounts[at], digits))<<(64-4*digits) | binary.BigEndian.Uint64(leaves[at*width:])>>(4*digits)
		}
	}
	return sorted(ctx, w, len(accounts), fill, func(a, b uint32) int {
		return cmp.Or(
			cmp.Compare(shardOf(accounts[a], digits), shardOf(accounts[b], digits)),
			bytes.Compare(leaves[int(a)*width:int(a+1)*width], leaves[int(b)*width:int(b+1)*width]))
	})
}

// byAccountToken is the rows by the bytes of the account, then of the token.
func byAccountToken(ctx context.Context, w int, r *Rows) ([]uint32, error) {
	fill := func(_, lo, hi int, keys []uint64) {
		var raw [32]byte
		for i := range keys {
			keys[i] = binary.BigEndian.Uint64(r.Accounts[lo+i].AppendBytes(raw[:0]))
		}
	}
	return sorted(ctx, w, len(r.Accounts), fill, func(a, b uint32) int {
		if c := r.Accounts[a].Compare(r.Accounts[b]); c != 0 || r.Tokens == nil {
			return c
		}
		return r.Tokens[a].Compare(r.Tokens[b])
	})
}
