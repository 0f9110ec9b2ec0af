package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// items writes the n elements of the open array, or members of the open object, with goroutines. newWrite is called once a goroutine; what it returns
// appends the elements [lo, hi), each of which begins with e.item or e.key.
func (j *job) items(e *encoder, n int, newWrite func() func(e *encoder, lo, hi int)) error {
	fresh := e.fresh
	err := j.ordered(e, n, func() func(b []byte, lo, hi int) ([]byte, error) {
		part := &encoder{ctx: e.ctx, step: e.step}
		write := newWrite()
		return func(b []byte, lo, hi int) ([]byte, error) {
			part.b, part.depth, part.fresh = b, e.depth, fresh && lo == 0
			write(part, lo, hi)
			return part.b, part.err
		}
	})
	e.fresh = fresh && n == 0
	return err
}

// spelling is the text of accounts in claims that follow on each other. It is memory of one goroutine.
type spelling struct {
	checks   *tree.EIP55
	accounts []merkle.Account
	text     []byte
}

// begin takes n accounts.
func (s *spelling) begin(n int, account func(i int) merkle.Account) {
	s.accounts = s.accounts[:0]
	for i := range n {
		s.accounts = append(s.accounts, account(i))
	}
	if s.text = s.text[:0]; n == 0 || s.accounts[0].Family() != merkle.EVM {
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
	if len(s.text) == 0 {
		return s.accounts[i].AppendText(b) // base58 has one spelling
	}
	return append(append(b, "0x"...), s.text[i*letters:(i+1)*letters]...)
}
