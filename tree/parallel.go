package tree

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunk is how many rows or nodes a worker takes at a time: about a millisecond of hashing, so that cancelling is prompt.
const chunk = 2048

// maxWorkers bounds what is set aside for each worker before it is known how many are of use.
const maxWorkers = 256

// workers is the number of goroutines to use; which of them does what never changes a result.
func workers(n int) int {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, maxWorkers)
}

// parallel calls do for consecutive parts [lo, hi) of [0, n) on up to w goroutines, numbered from 0, and returns the
// error of ctx if it ended first.
func parallel(ctx context.Context, w, n int, do func(worker, lo, hi int)) error {
	w = min(w, (n+chunk-1)/chunk)
	if w <= 1 {
		for lo := 0; lo < n; lo += chunk {
			if err := ctx.Err(); err != nil {
				return err
			}
			do(0, lo, min(lo+chunk, n))
		}
		return ctx.Err()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range w {
		wg.Go(func() {
			for ctx.Err() == nil {
				lo := int(next.Add(chunk)) - chunk
				if lo >= n {
					return
				}
				do(worker, lo, min(lo+chunk, n))
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
