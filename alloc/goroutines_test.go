package alloc

import (
	"runtime"
	"testing"
	"time"
)

// noGoroutineStays reports goroutines beyond those there were. One that has told its WaitGroup that it is done is counted until it has returned, so that the
// count is given ten seconds to fall.
func noGoroutineStays(t testing.TB, before int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Errorf("%d goroutines, were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			return
		}
	}
}
