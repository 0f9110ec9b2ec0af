package tree

import (
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/merkle-drop/merkle/internal/pages"
)

// dealBits is the number of top bits of a key that say which bucket it is dealt to.
const dealBits = 11

// sorted returns the numbers 0 to n-1 in ascending order of key, then of tie, then of the number itself. fill writes
// the keys of [lo, hi) to keys[:hi-lo]; tie is asked only about numbers with equal keys.
func sorted(ctx context.Context, w, n int, fill func(worker, lo, hi int, keys []uint64), tie func(a, b uint32) int) ([]uint32, error) {
	return sortedRuns(ctx, w, n, fill, func(run []uint32) {
		slices.SortFunc(run, func(a, b uint32) int { return cmp.Or(tie(a, b), cmp.Compare(a, b)) })
	})
}

// sortedRuns is sorted with ties, which puts all numbers of one key in order.
//
// The numbers are dealt into buckets by the top bits of their keys, and each bucket is sorted on its own as plain words: as much of the key as
// there is room for, and the number in the low bits. So the result is the same for any number of workers.
func sortedRuns(ctx context.Context, w, n int, fill func(worker, lo, hi int, keys []uint64), ties func(run []uint32)) ([]uint32, error) {
	keys := pages.Make[uint64](n)
	d := newDeal(n)
	if err := parallel(ctx, w, d.parts*chunk, func(worker, lo, _ int) { // one part a call
		part := lo / chunk
		counts := &d.counts[part]
		for from, end := d.part(part); from < end; from += chunk {
			to := min(from+chunk, end)
			fill(worker, from, to, keys[from:to])
			for _, k := range keys[from:to] {
				counts[k>>(64-dealBits)]++
			}
		}
	}); err != nil {
		return nil, err
	}
	start := d.starts()
	words, number := pages.Make[uint64](n), uint64(1)<<bits.Len(uint(n-1))-1
	if err := parallel(ctx, w, d.parts*chunk, func(_, lo, _ int) {
		next := &d.counts[lo/chunk]
		from, end := d.part(lo / chunk)
		for i, k := range keys[from:end] {
			at := &next[k>>(64-dealBits)]
			words[*at] = k<<dealBits&^number | uint64(from+i)
			*at++
		}
	}); err != nil {
		return nil, err
	}
	out := pages.Make[uint32](n)
	spare := make([]bucketMemory, w)
	return out, parallel(ctx, w, chunk<<dealBits, func(worker, lo, _ int) { // one bucket a call
		first, end := int(start[lo/chunk]), int(start[lo/chunk+1])
		bucket, order := words[first:end], out[first:end]
		spare[worker].sort(bucket)
		for i, v := range bucket {
			order[i] = uint32(v & number)
		}
		for i := 1; i < len(bucket); i++ {
			if bucket[i-1]&^number != bucket[i]&^number {
				continue
			}
			from := i - 1
			for i < len(bucket) && bucket[i]&^number == bucket[from]&^number {
				i++
			}
			settle(order[from:i], keys, ties)
		}
	})
}

// settle sorts numbers whose keys agree as far as the words hold them.
func settle(run []uint32, keys []uint64, ties func(run []uint32)) {
	slices.SortFunc(run, func(a, b uint32) int { return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b)) })
	for first, i := 0, 1; i <= len(run); i++ {
		if i < len(run) && keys[run[i]] == keys[run[first]] {
			continue
		}
		if i-first > 1 {
			ties(run[first:i])
		}
		first = i
	}
}

// deal is how many of each part of the numbers go into each bucket, and then where.
type deal struct {
	n, parts, size int
	counts         [][1 << dealBits]uint32
}

func newDeal(n int) *deal {
	d := &deal{n: n, parts: min(n/(16*chunk)+1, 1024)} // small enough that no worker waits long for another
	d.size = (n + d.parts - 1) / d.parts
	d.counts = make([][1 << dealBits]uint32, d.parts)
	return d
}

// part is the numbers [lo, hi) of a part.
func (d *deal) part(i int) (lo, hi int) { return min(i*d.size, d.n), min((i+1)*d.size, d.n) }

// starts turns counts into where each part's first number of each bucket goes, and returns where each bucket begins.
func (d *deal) starts() []uint32 {
	start := make([]uint32, 1<<dealBits+1)
	at := uint32(0)
	for b := range 1 << dealBits {
		start[b] = at
		for i := range d.counts {
			d.counts[i][b], at = at, at+d.counts[i][b]
		}
	}
	start[1<<dealBits] = at
	return start
}

// bucketMemory is one worker's memory for sorting buckets.
type bucketMemory struct {
	counts [1<<bucketBits + 1]uint32
	words  []uint64
}

const bucketBits = 12

// sort puts words in ascending order: dealt once more by their top bits, which leaves about one a place where keys are hashes; the places that
// hold more are sorted by comparing.
func (m *bucketMemory) sort(words []uint64) {
	if len(words) < 64 {
		slices.Sort(words)
		return
	}
	shift := 64 - min(bucketBits, bits.Len(uint(len(words))))
	m.words = append(m.words[:0], words...)
	counts := m.counts[:1<<(64-shift)+1]
	clear(counts)
	for _, v := range words {
		counts[v>>shift+1]++
	}
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
	for _, v := range m.words {
		at := &counts[v>>shift]
		words[*at] = v
		*at++
	}
	first := uint32(0) // counts are now where each place ends
	for _, end := range counts[:len(counts)-1] {
		switch place := words[first:end]; {
		case len(place) > 12:
			slices.Sort(place)
		case len(place) > 1:
			for i := 1; i < len(place); i++ {
				v, j := place[i], i
				for ; j > 0 && place[j-1] > v; j-- {
					place[j] = place[j-1]
				}
				place[j] = v
			}
		}
		first = end
	}
}

// anyEqual reports whether two of n keys may be equal; false is certain. Keys should be spread like hashes: where they are not, it costs the
// time of a sort. fill writes the keys of [lo, hi) and gives the same ones each time.
func anyEqual(ctx context.Context, w, n int, fill func(worker, lo, hi int, keys []uint64)) (bool, error) {
	return anyEqualIn(ctx, w, n, make([]byte, 8*n), fill)
}

// anyEqualIn is anyEqual with memory of 8 bytes a key, which it writes over.
func anyEqualIn(ctx context.Context, w, n int, memory []byte, fill func(worker, lo, hi int, keys []uint64)) (bool, error) {
	d := newDeal(n)
	buffers := make([][chunk]uint64, w)
	some := func(worker, from, end int) []uint64 {
		keys := buffers[worker][:min(chunk, end-from)]
		fill(worker, from, from+len(keys), keys)
		return keys
	}
	if err := parallel(ctx, w, d.parts*chunk, func(worker, lo, _ int) {
		counts := &d.counts[lo/chunk]
		for from, end := d.part(lo / chunk); from < end; from += chunk {
			for _, k := range some(worker, from, end) {
				counts[k>>(64-dealBits)]++
			}
		}
	}); err != nil {
		return false, err
	}
	start := d.starts()
	if err := parallel(ctx, w, d.parts*chunk, func(worker, lo, _ int) {
		next := &d.counts[lo/chunk]
		for from, end := d.part(lo / chunk); from < end; from += chunk {
			for _, k := range some(worker, from, end) {
				at := &next[k>>(64-dealBits)]
				binary.LittleEndian.PutUint64(memory[8*int(*at):], k<<dealBits)
				*at++
			}
		}
	}); err != nil {
		return false, err
	}
	var found atomic.Bool
	sets := make([]keySet, w)
	err := parallel(ctx, w, chunk<<dealBits, func(worker, lo, _ int) {
		if !found.Load() && sets[worker].repeats(memory[8*int(start[lo/chunk]):8*int(start[lo/chunk+1])]) {
			found.Store(true)
		}
	})
	return found.Load(), err
}

// keySet is one worker's memory for finding equal keys: a table that is at most half full. 0 is a free place.
type keySet struct {
	table []uint64
	spare bucketMemory
}

// crowd is how many keys may be in the way of one before they are sorted instead.
const crowd = 64

// repeats reports whether two of the keys, of 8 bytes with the lowest bit clear, are equal.
func (s *keySet) repeats(keys []byte) bool {
	width := bits.Len(uint(len(keys)/8)) + 1
	s.table = slices.Grow(s.table[:0], 1<<width)[:1<<width]
	clear(s.table)
	for rest := keys; len(rest) >= 8; rest = rest[8:] {
		k := binary.LittleEndian.Uint64(rest) | 1 // 0 too takes a place
		at := k * spread1 >> (64 - width)
		for tries := 0; s.table[at] != 0; tries++ {
			switch {
			case s.table[at] == k:
				return true
			case tries == crowd:
				return s.repeatsSorted(keys)
			}
			at = (at + 1) & (1<<width - 1)
		}
		s.table[at] = k
	}
	return false
}

// repeatsSorted is repeats of keys that are not spread.
func (s *keySet) repeatsSorted(keys []byte) bool {
	all := make([]uint64, len(keys)/8)
	for i := range all {
		all[i] = binary.LittleEndian.Uint64(keys[8*i:])
	}
	s.spare.sort(all)
	return neighboursSame(all)
}

func neighboursSame(keys []uint64) bool {
	for i := 1; i < len(keys); i++ {
		if keys[i-1] == keys[i] {
			return true
		}
	}
	return false
}

// ranks inverts an order: ranks(order)[order[i]] = i.
func ranks(order []uint32) []uint32 {
	out := make([]uint32, len(order))
	for i, v := range order {
		out[v] = uint32(i)
	}
	return out
}
