package tools

import (
	"runtime"
	"sync"
)

// rowsAtOnce is how many claims are written to one piece of memory: a third of a megabyte of proofs in a tree of a million.
const rowsAtOnce = 256

// piece is the text of consecutive rows.
type piece struct {
	lo, hi int
	b      []byte
	ready  chan struct{}
}

// ordered writes what goroutines append for consecutive rows [lo, hi), in the order of rows. newRender is called once a goroutine.
func (j *job) ordered(e *encoder, newRender func() func(b []byte, lo, hi int) []byte) error {
	n := j.t.Rows().Len()
	w := j.o.Workers
	if w <= 0 {
		w = runtime.GOMAXPROCS(0)
	}
	w = max(1, min(w, (n+rowsAtOnce-1)/rowsAtOnce))
	ahead := make([]piece, 2*w)
	work := make(chan *piece, len(ahead))
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(work)
	for range w {
		workers.Go(func() {
			render := newRender()
			for p := range work {
				p.b = render(p.b[:0], p.lo, p.hi)
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
		if e.through(p.b); e.err != nil {
			return e.err
		}
		done = p.hi
		j.ticks(p.hi - p.lo)
		begin(p)
	}
	return nil
}
