// Package inturn works out pieces of a whole on several goroutines and takes them in their order.
package inturn

import (
	"context"
	"sync"
)

// Do calls do for the pieces of size of [0, n) on up to w goroutines, and take for each piece in order on this one. fresh makes what a piece is
// worked out in; there are a few of them, used again and again. do is told which goroutine it is on, from 0 to w-1. The first piece whose do or take fails ends it
// with its error; before it returns all goroutines have.
func Do[T any](ctx context.Context, w, n, size int, fresh func() T, do func(worker int, x T, lo, hi int) error, take func(x T, lo, hi int) error) error {
	type piece struct {
		x      T
		lo, hi int
		err    error
		ready  chan struct{}
	}
	w = max(1, min(w, (n+size-1)/size))
	ahead := make([]piece, 2*w)
	work := make(chan *piece, len(ahead))
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(work)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for worker := range w {
		workers.Go(func() {
			for p := range work {
				if p.err = ctx.Err(); p.err == nil {
					p.err = do(worker, p.x, p.lo, p.hi)
				}
				p.ready <- struct{}{}
			}
		})
	}
	begun := 0
	begin := func(p *piece) {
		if begun < n {
			p.lo, p.hi = begun, min(begun+size, n)
			begun = p.hi
			work <- p // never waits: there are no more pieces than places
		}
	}
	for i := range ahead {
		ahead[i].x, ahead[i].ready = fresh(), make(chan struct{}, 1)
		begin(&ahead[i])
	}
	for i, done := 0, 0; done < n; i++ {
		p := &ahead[i%len(ahead)]
		<-p.ready
		if p.err == nil {
			p.err = take(p.x, p.lo, p.hi)
		}
		if p.err != nil {
			return p.err
		}
		done = p.hi
		begin(p)
	}
	return nil
}
