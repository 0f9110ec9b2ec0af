package alloc

import (
	"fmt"
	"io"
	"sync"
)

// How far unpacking runs ahead of whoever reads: one block is read from while the others are filled or wait.
const (
	unpackBlock  = 256 << 10
	unpackBlocks = 4
)

// unpacked reads a packed stream in a goroutine of its own, so that unpacking and parsing use two processors. It tells the same
// bytes and errors, in the same order, as the stream would.
type unpacked struct {
	close func() error
	full  chan unpackedBlock
	free  chan []byte
	stop  chan struct{}
	wait  sync.WaitGroup
	once  sync.Once
	ended error // of Close

	now  unpackedBlock
	room []byte // of now
	err  error  // after now
}

type unpackedBlock struct {
	text []byte
	err  error // behind text
}

// newUnpacked starts reading r. close is called once, when nobody reads r any more.
func newUnpacked(r io.Reader, close func() error) *unpacked {
	u := &unpacked{close: close, full: make(chan unpackedBlock, unpackBlocks), free: make(chan []byte, unpackBlocks), stop: make(chan struct{})}
	for range unpackBlocks {
		u.free <- nil // made when it is needed: a small file needs one
	}
	u.wait.Go(func() { u.run(r) })
	return u
}

func (u *unpacked) run(r io.Reader) {
	defer close(u.full)
	for {
		var room []byte
		select {
		case <-u.stop:
			return
		case room = <-u.free:
		}
		if room == nil {
			room = make([]byte, unpackBlock)
		}
		n, err := 0, error(nil)
		for empty := 0; n < len(room) && err == nil; {
			var more int
			if more, err = r.Read(room[n:]); more == 0 && err == nil {
				if empty++; empty == 100 { // a reader may return nothing without an error, but not for ever
					err = io.ErrNoProgress
				}
				continue
			}
			n, empty = n+more, 0
		}
		if err != nil && err != io.EOF {
			err = fmt.Errorf("%w: %w", ErrUnpack, err)
		}
		u.full <- unpackedBlock{room[:n], err} // never waits: there are no more blocks than places
		if err != nil {
			return
		}
	}
}

// Read is that of the stream. After an error it returns the same again.
func (u *unpacked) Read(p []byte) (int, error) {
	for len(u.now.text) == 0 && u.err == nil {
		if u.room != nil {
			u.free <- u.room
			u.room = nil
		}
		b := <-u.full
		u.now, u.room, u.err = b, b.text[:cap(b.text)], b.err
	}
	if len(u.now.text) == 0 {
		return 0, u.err
	}
	n := copy(p, u.now.text)
	u.now.text = u.now.text[n:]
	return n, nil
}

// Close stops reading and waits for it. Closing again does nothing.
func (u *unpacked) Close() error {
	u.once.Do(func() {
		close(u.stop)
		u.wait.Wait()
		u.ended = u.close()
	})
	return u.ended
}
