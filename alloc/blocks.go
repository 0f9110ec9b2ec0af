package alloc

import (
	"runtime"
	"sync"
)

// blockRows is how many rows of a canonical form are made at a time.
const blockRows = 2048

// emitLines emits n rows in blocks, joined by newlines. line appends row i to dst; it is called on all processors at once, and the blocks are emitted
// in order by the caller's goroutine.
func emitLines(n int, line func(dst []byte, i int) []byte, emit func([]byte) error) error {
	blocks := (n + blockRows - 1) / blockRows
	block := func(dst []byte, b int) []byte {
		dst = dst[:0]
		for i := b * blockRows; i < min((b+1)*blockRows, n); i++ {
			dst = append(line(dst, i), '\n')
		}
		return dst[:len(dst)-1]
	}
	workers := min(runtime.GOMAXPROCS(0), blocks)
	if workers < 2 {
		var room []byte
		for b := range blocks {
			room = block(room, b)
			if err := emit(room); err != nil {
				return err
			}
		}
		return nil
	}
	stop := make(chan struct{})
	var wait sync.WaitGroup
	defer wait.Wait()
	defer close(stop)
	type lane struct{ full, free chan []byte } // worker w makes the blocks w, w+workers, …
	lanes := make([]lane, workers)
	for w := range lanes {
		l := lane{make(chan []byte, 2), make(chan []byte, 2)}
		l.free <- nil
		l.free <- nil
		lanes[w] = l
		wait.Go(func() {
			for b := w; b < blocks; b += workers {
				select {
				case <-stop:
					return
				case room := <-l.free:
					l.full <- block(room, b) // never waits: there are as many places as rooms
				}
			}
		})
	}
	for b := range blocks {
		l := &lanes[b%workers]
		room := <-l.full
		if err := emit(room); err != nil {
			return err
		}
		l.free <- room
	}
	return nil
}
