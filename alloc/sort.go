package alloc

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/merkle-drop/merkle/internal/pages"
)

// dealBits is the number of top bits of a key that say which bucket it is dealt to.
const dealBits = 11

// sortedBy returns the numbers 0 to n-1 by key; tie orders those with equal keys, and what is equal then stays in ascending order.
//
// The numbers are dealt into buckets by the top bits in which the keys differ, and each bucket is sorted on its own as plain words: as
// much of the key as there is room for, and the number in the low bits. The result is the same on any number of processors.
func sortedBy(n int, key func(i int) uint64, tie func(a, b uint32) int) []uint32 {
	out := pages.Make[uint32](n)
	if n < 2 {
		return out
	}
	keys := pages.Make[uint64](n)
	least, most := make([]uint64, sortParts), make([]uint64, sortParts)
	inParts(sortParts, func(part int) {
		least[part] = 1<<64 - 1
		for i := part * n / sortParts; i < (part+1)*n/sortParts; i++ {
			keys[i] = key(i)
			least[part], most[part] = min(least[part], keys[i]), max(most[part], keys[i])
		}
	})
	first := slices.Min(least)
	lead := bits.LeadingZeros64(slices.Max(most) - first)
	var starts [1<<dealBits + 1]uint32
	for _, k := range keys {
		starts[(k-first)<<lead>>(64-dealBits)+1]++
	}
	for b := 1; b < len(starts); b++ {
		starts[b] += starts[b-1]
	}
	words, number := pages.Make[uint64](n), uint64(1)<<bits.Len(uint(n-1))-1
	at := starts
	for i, k := range keys {
		k = (k - first) << lead
		to := &at[k>>(64-dealBits)]
		words[*to] = k<<dealBits&^number | uint64(i)
		*to++
	}
	inParts(1<<dealBits, func(b int) {
		bucket, order := words[starts[b]:starts[b+1]], out[starts[b]:starts[b+1]]
		slices.Sort(bucket)
		for i, w := range bucket {
			order[i] = uint32(w & number)
		}
		for from, to := 0, 1; to <= len(bucket); to++ { // runs of words that agree but for the number
			if to < len(bucket) && (bucket[to]^bucket[from])&^number == 0 {
				continue
			}
			if to-from > 1 {
				slices.SortFunc(order[from:to], func(a, b uint32) int {
					return cmp.Or(cmp.Compare(keys[a], keys[b]), tie(a, b), cmp.Compare(a, b))
				})
			}
			from = to
		}
	})
	return out
}

// sortParts is how many parts the keys are made in: more than processors, so that none waits long for another.
const sortParts = 64

// inParts calls do for 0 to n-1 on all processors.
func inParts(n int, do func(part int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for part := int(next.Add(1)) - 1; part < n; part = int(next.Add(1)) - 1 {
				do(part)
			}
		})
	}
	wait.Wait()
}
