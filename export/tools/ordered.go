package tools

import (
	"runtime"

	"github.com/merkle-drop/merkle/internal/inturn"
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
type piece struct{ b []byte }

// ordered writes what goroutines append for consecutive rows [lo, hi) of n, in the order of rows. newRender is called once a goroutine. The first piece
// that cannot be written ends it.
func (j *job) ordered(e *encoder, n int, newRender func() func(b []byte, lo, hi int) ([]byte, error)) error {
	e.spill()
	renders := make([]func(b []byte, lo, hi int) ([]byte, error), j.workers())
	return inturn.Do(j.ctx, len(renders), n, rowsAtOnce, func() *piece { return &piece{} }, func(worker int, p *piece, lo, hi int) (err error) {
		if renders[worker] == nil {
			renders[worker] = newRender()
		}
		p.b, err = renders[worker](p.b[:0], lo, hi)
		return err
	}, func(p *piece, lo, hi int) error {
		if e.through(p.b); e.err == nil {
			j.ticks(hi-lo, n)
		}
		return e.err
	})
}
