package alloc

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// TestSortedBy holds the buckets against a plain sort: keys spread, crowded in the high bits or in the low ones, and equal.
func TestSortedBy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 2, 63, 500, 5000}).Draw(t, "n")
		base, step := rapid.Uint64().Draw(t, "base"), rapid.Uint64().Draw(t, "step")
		apart := rapid.SampledFrom([]uint64{1, 3, 1 << 20, 1<<64 - 1}).Draw(t, "apart")
		key := func(i int) uint64 { return base + uint64(i)*step%apart }
		tie := func(a, b uint32) int { return cmp.Compare(b%7, a%7) }
		want := make([]uint32, n)
		for i := range want {
			want[i] = uint32(i)
		}
		slices.SortFunc(want, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(key(int(a)), key(int(b))), tie(a, b), cmp.Compare(a, b))
		})
		if got := sortedBy(n, key, tie); !slices.Equal(got, want) {
			t.Fatalf("n %d, base %d, step %d, apart %d: order differs", n, base, step, apart)
		}
	})
}

// TestEmitLines: the blocks in order whatever the number of processors, and a failed write ends every goroutine.
func TestEmitLines(t *testing.T) {
	line := func(dst []byte, i int) []byte { return fmt.Appendf(dst, "row %d", i) }
	for _, n := range []int{0, 1, blockRows - 1, blockRows, blockRows + 1, 9*blockRows + 5} {
		var want []byte
		for i := range n {
			want = append(line(want, i), '\n')
		}
		for _, procs := range []int{1, 2, 5} {
			was := runtime.GOMAXPROCS(procs)
			var got []byte
			err := emitLines(n, line, func(rows []byte) error { got = append(append(got, rows...), '\n'); return nil })
			runtime.GOMAXPROCS(was)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d rows on %d processors: %d bytes, want %d (%v)", n, procs, len(got), len(want), err)
			}
		}
	}
	before, full := runtime.NumGoroutine(), errors.New("disk full")
	for at := range 4 {
		calls := 0
		err := emitLines(9*blockRows, line, func([]byte) error {
			if calls++; calls > at {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	}
	noGoroutineStays(t, before) // emitLines waits for its own
}

// TestSumWithin holds the words against big integers, with rows that do not fit in them and limits beyond 384 bits.
func TestSumWithin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := func(name string) uint64 {
			return rapid.SampledFrom([]uint64{0, 1, 9, 1<<63 - 1, 1<<64 - 1}).Draw(t, name)
		}
		pool := merkle.AmountFromWords([4]uint64{word("pool"), word("pool, second"), 0, word("pool, high")})
		n := rapid.SampledFrom([]int{0, 3, 40, 77}).Draw(t, "digits")
		var s sumWithin
		s.open(pool, n)
		limit := new(big.Int).Mul(pool.Big(), pow10(n))
		sum := new(big.Int)
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			v := merkle.AmountFromWords([4]uint64{word("row"), 0, 0, rapid.SampledFrom([]uint64{0, 0, 0, 5}).Draw(t, "row, high")})
			shift := rapid.SampledFrom([]int{0, 1, 19, 20, 77}).Draw(t, "shift")
			s.add(v, shift)
			sum.Add(sum, new(big.Int).Mul(v.Big(), pow10(shift)))
			if s.big().Cmp(sum) != 0 || s.above() != (sum.Cmp(limit) > 0) {
				t.Fatalf("sum %s, above %t; want %s against %s", s.big(), s.above(), sum, limit)
			}
		}
	})
}

// TestReadAhead_faultsAndEnd: malformed rows of many batches come out in order with those that the rule refuses, and no goroutine stays.
func TestReadAhead_faultsAndEnd(t *testing.T) {
	var list strings.Builder
	list.WriteString("account,weight\n")
	bad := 0
	for i := range 3*batchRows + 100 {
		switch account := person(merkle.Solana, fmt.Sprint("n", i)).Text(); i % 100 {
		case 13:
			list.WriteString("a,b,c\n") // malformed
			bad++
		case 14:
			list.WriteString(account + ",-1\n")
			bad++
		case 15:
			list.WriteString("0OIl,1\n")
			bad++
		default:
			list.WriteString(account + ",1\n")
		}
	}
	before := runtime.NumGoroutine()
	c := weightCampaign(token("X", 0, "1000"))
	faults := refused(t, c, files{"weights.csv": list.String()})
	lines := strings.Split(faults.Error(), "\n")
	if len(lines) != bad {
		t.Fatalf("%d faults, want %d", len(lines), bad)
	}
	for i, line := range lines {
		if want := fmt.Sprintf("weights.csv:%d:", 100*(i/3)+13+i%3+2); !strings.HasPrefix(line, want) {
			t.Fatalf("fault %d is %q, want one at %s", i, line, want)
		}
	}
	noGoroutineStays(t, before)
}
