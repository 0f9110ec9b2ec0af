package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// items writes all rows as elements of the open array, or members of the open object, with goroutines. newWrite is called once a goroutine; what it returns
// appends the elements [lo, hi) of the order, each of which begins with e.item or e.key.
func (j *job) items(e *encoder, o *order, newWrite func(w *window) func(e *encoder, lo, hi int)) error {
	fresh := e.fresh
	err := j.rows(e, o, func(w *window) func(b []byte, lo, hi int) ([]byte, error) {
		part := &encoder{ctx: e.ctx, step: e.step}
		write := newWrite(w)
		return func(b []byte, lo, hi int) ([]byte, error) {
			part.b, part.depth, part.fresh = b, e.depth, fresh && lo == 0
			write(part, lo, hi)
			return part.b, part.err
		}
	})
	e.fresh = fresh && o.n == 0
	return err
}

// rows is ordered for the rows of an order.
func (j *job) rows(e *encoder, o *order, newRender func(w *window) func(b []byte, lo, hi int) ([]byte, error)) error {
	return j.ordered(e, o.n, func() func(b []byte, lo, hi int) ([]byte, error) {
		w := j.window(o)
		render := newRender(w)
		return func(b []byte, lo, hi int) ([]byte, error) {
			if err := w.begin(lo, hi); err != nil {
				return b, err
			}
			b, err := render(b, lo, hi)
			if err == nil {
				err = w.err
			}
			return b, err
		}
	})
}

// spelling is the text of accounts in claims that follow on each other. It is memory of one goroutine.
type spelling struct {
	checks   *tree.EIP55
	first    int
	accounts []merkle.Account
	text     []byte
}

// begin takes accounts lo to hi-1.
func (s *spelling) begin(lo, hi int, account func(i int) merkle.Account) {
	s.first, s.accounts = lo, s.accounts[:0]
	for i := lo; i < hi; i++ {
		s.accounts = append(s.accounts, account(i))
	}
	if s.text = s.text[:0]; lo == hi || s.accounts[0].Family() != merkle.EVM {
		return
	}
	if s.checks == nil {
		s.checks = tree.NewEIP55()
	}
	s.text = s.checks.Append(s.text, s.accounts)
}

// append appends account i as Account.String gives it.
func (s *spelling) append(b []byte, i int) []byte {
	const letters = 40
	if i -= s.first; len(s.text) == 0 {
		return s.accounts[i].AppendText(b) // base58 has one spelling
	}
	return append(append(b, "0x"...), s.text[i*letters:(i+1)*letters]...)
}
