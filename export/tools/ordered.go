package tools

import (
	"runtime"
	"sync"
)

// rowsAtOnce is how many claims are written to one piece of memory: a third of a megabyte of proofs in a tree of a million.
const rowsAtOnce = 256

// workers is how many goroutines work.
func (j *job) workers() int {
	if j.o.Workers > 0 {
		return j.o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// piece is the text of consecutive rows.
type piece struct {
	lo, hi int
	b      []byte
	err    error
	ready  chan struct{}
}

// ordered writes what goroutines append for consecutive rows [lo, hi) of n, in the order of rows. newRender is called once a goroutine. The first piece
// that cannot be written ends it.
func (j *job) ordered(e *encoder, n int, newRender func() func(b []byte, lo, hi int) ([]byte, error)) error {
	w := max(1, min(j.workers(), (n+rowsAtOnce-1)/rowsAtOnce))
	ahead := make([]piece, 2*w)
	work := make(chan *piece, len(ahead))
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(work)
	for range w {
		workers.Go(func() {
			render := newRender()
			for p := range work {
				p.b, p.err = render(p.b[:0], p.lo, p.hi)
				p.ready <- struct{}{}
			}
		})
	}
	begun := 0
	begin := func(p *piece) {
		if begun < n {
			p.lo, p.hi = begun, min(begun+rowsAtOnce, n)
			begun = p.hi
			work <- p // never waits: there are no more pieces than places
		}
	}
	for i := range ahead {
		ahead[i].ready = make(chan struct{}, 1)
		begin(&ahead[i])
	}
	e.spill()
	for i, done := 0, 0; done < n; i++ {
		p := &ahead[i%len(ahead)]
		<-p.ready
		if p.err == nil {
			e.through(p.b)
			p.err = e.err
		}
		if p.err != nil {
			return p.err
		}
		done = p.hi
		j.ticks(p.hi-p.lo, n)
		begin(p)
	}
	return nil
}
