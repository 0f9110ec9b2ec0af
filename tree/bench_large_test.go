//go:build unix

package tree

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
)

// cpuTime is what the process has used of all processors.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLarge is whole builds of the profiles that most lists are of, by number of workers. B/row is what is allocated beyond the rows, cpu-ns/row
// the time of all processors: the machine may be busy.
func BenchmarkLarge(b *testing.B) {
	for _, n := range sizes(1e5, 1e6, 1e7) {
		rows := map[merkle.Family]*Rows{}
		for _, c := range []struct {
			profile string
			order   Order
		}{{"oz-standard-v1", OrderProfile}, {"oz-standard-v1", OrderAccount}, {"uniswap-v1", OrderProfile}, {"jito-v1", OrderProfile}, {"jito-v1", OrderAccount}} {
			for _, w := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%s/n=%d/w=%d", c.profile, c.order, n, w), func(b *testing.B) {
					p := lookup(b, c.profile)
					if rows[p.Accounts] == nil {
						rows[p.Accounts] = someRows(b, p.Accounts, 1, n)
					}
					r := *rows[p.Accounts]
					s := Spec{Profile: p, Order: c.order, Workers: w}
					runtime.GC()
					b.ReportAllocs()
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					began := cpuTime(b)
					for b.Loop() {
						if _, err := Build(context.Background(), s, &r); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N)/float64(n), "cpu-ns/row")
					runtime.ReadMemStats(&after)
					b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(n), "B/row")
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
				})
			}
		}
	}
}
