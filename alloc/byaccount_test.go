package alloc

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// TestRowSorter sorts few rows and more than are made into text at once, with equal ones among them.
func TestRowSorter(t *testing.T) {
	var s rowSorter
	for _, n := range []int{2, 3, 17, 1000, mostRendered + 5, 4} {
		random := rand.New(rand.NewPCG(uint64(n), 1))
		rows, keys := make([]uint32, n), make([]int, n)
		for i := range rows {
			rows[i], keys[i] = uint32(i), random.IntN(2*n)
		}
		random.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		rest := func(dst []byte, i int) []byte { return strconv.AppendInt(append(dst, ','), int64(keys[i]), 10) }
		s.sort(rows, rest)
		if !slices.IsSortedFunc(rows, func(x, y uint32) int { return bytes.Compare(rest(nil, int(x)), rest(nil, int(y))) }) {
			t.Errorf("%d rows are not sorted", n)
		}
		if slices.Sort(rows); rows[0] != 0 || len(slices.Compact(rows)) != n || rows[n-1] != uint32(n-1) {
			t.Errorf("%d rows: not each once", n)
		}
	}
}
