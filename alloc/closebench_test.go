package alloc

import (
	"io"
	"strconv"
	"testing"
)

// BenchmarkCloseRound closes a round of n leaves of which most are claimed.
func BenchmarkCloseRound(b *testing.B) {
	closeBench(b, 10_000, func(b *testing.B, n int) int {
		c, o := closes(b, 8, [][]int{firstOf(n)}, func(*roundDraw) {})
		leaves := 0
		for b.Loop() {
			a, err := Compute(b.Context(), c, o)
			if err != nil {
				b.Fatal(err)
			}
			for i := range a.Inputs {
				if _, err := a.Inputs[i].WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			leaves = int(a.Inputs[1].Rows)
		}
		return leaves
	})
}

// BenchmarkCloseRound_throughDisk is the same with 16 MiB of buffers, with inputs and table as files.
func BenchmarkCloseRound_throughDisk(b *testing.B) {
	closeBench(b, 10_000, func(b *testing.B, n int) int {
		c, o := closes(b, 8, [][]int{firstOf(n)}, func(*roundDraw) {})
		leaves := 0
		for b.Loop() {
			out, err := Stream(b.Context(), c, o, External{Dir: b.TempDir(), Memory: 16 << 20})
			if err != nil {
				b.Fatal(err)
			}
			leaves = int(out.Inputs[1].Rows)
			if err := out.Close(); err != nil {
				b.Fatal(err)
			}
		}
		return leaves
	})
}

// closeBench runs a benchmark at least and ten times as large.
func closeBench(b *testing.B, least int, run func(b *testing.B, n int) (leaves int)) {
	for _, n := range []int{least, 10 * least} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			if leaves := run(b, n); leaves < n {
				b.Fatalf("%d leaves", leaves)
			} else {
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*leaves), "ns/leaf")
			}
		})
	}
}
