package tree

import (
	"cmp"
	"context"
	"slices"
)

// sorted returns the numbers 0 to n-1 in ascending order of key, then of tie, then of the number itself. fill writes
// the keys of [lo, hi) to keys[:hi-lo]; tie is asked only about numbers with equal keys.
//
// The numbers are dealt into buckets by the top bits of the key and each bucket is sorted on its own, so the result is
// the same for any number of workers.
func sorted(ctx context.Context, w, n int, fill func(worker, lo, hi int, keys []uint64), tie func(a, b uint32) int) ([]uint32, error) {
	type entry struct {
		key uint64
		at  uint32
	}
	const bits = 11
	entries := make([]entry, n)
	counts := make([][1<<bits + 1]uint32, w)
	scratch := make([][chunk]uint64, w)
	if err := parallel(ctx, w, n, func(worker, lo, hi int) {
		keys := scratch[worker][:hi-lo]
		fill(worker, lo, hi, keys)
		for i, k := range keys {
			entries[lo+i] = entry{k, uint32(lo + i)}
			counts[worker][k>>(64-bits)+1]++
		}
	}); err != nil {
		return nil, err
	}
	start := counts[0][:]
	for _, c := range counts[1:] {
		for i, v := range c {
			start[i] += v
		}
	}
	for i := range len(start) - 1 {
		start[i+1] += start[i]
	}
	dealt := make([]entry, n)
	next := slices.Clone(start)
	for _, e := range entries {
		b := e.key >> (64 - bits)
		dealt[next[b]] = e
		next[b]++
	}
	out := make([]uint32, n)
	return out, parallel(ctx, w, chunk*(1<<bits), func(_, lo, _ int) { // one bucket a call
		b := lo / chunk
		bucket := dealt[start[b]:start[b+1]]
		slices.SortFunc(bucket, func(x, y entry) int {
			if c := cmp.Compare(x.key, y.key); c != 0 {
				return c
			}
			if c := tie(x.at, y.at); c != 0 {
				return c
			}
			return cmp.Compare(x.at, y.at)
		})
		for i, e := range bucket {
			out[int(start[b])+i] = e.at
		}
	})
}

// ranks inverts an order: ranks(order)[order[i]] = i.
func ranks(order []uint32) []uint32 {
	out := make([]uint32, len(order))
	for i, v := range order {
		out[v] = uint32(i)
	}
	return out
}
