package alloc

import (
	"bytes"
	"slices"
)

// byAccount emits n rows that begin with an account, sorted by bytes: in the order of the accounts' texts, and the few with one account by the
// rest. rest appends what follows the account, with its comma; it is called on all processors at once.
func (r *reading) byAccount(n int, entrant func(i int) uint32, rest func(dst []byte, i int) []byte, emit func([]byte) error) error {
	accounts := r.roll.allTexts()
	ranks := accounts.ranks
	starts := make([]uint32, len(ranks)+1)
	for i := range n {
		starts[ranks[entrant(i)]+1]++
	}
	order := scatter(starts, n, func(i int) uint32 { return ranks[entrant(i)] }, nil)
	var a, b []byte
	for from := uint32(0); int(from) < n; { // scatter moved every start to the end of its bucket
		to := starts[ranks[entrant(int(order[from]))]]
		if to-from > 1 {
			slices.SortFunc(order[from:to], func(x, y uint32) int {
				a, b = rest(a[:0], int(x)), rest(b[:0], int(y))
				return bytes.Compare(a, b)
			})
		}
		from = to
	}
	return emitLines(n, func(dst []byte, i int) []byte {
		id := int(order[i])
		return rest(accounts.append(dst, entrant(id)), id)
	}, emit)
}

// byEntrant lists rows entrant by entrant: those of e are order[starts[e]:starts[e+1]], as they were read.
type byEntrant struct{ starts, order []uint32 }

func groupRows(entrants []uint32, n int) byEntrant {
	counts := make([]uint32, n+1)
	for _, e := range entrants {
		counts[e+1]++
	}
	order := scatter(counts, len(entrants), func(i int) uint32 { return entrants[i] }, nil)
	starts := make([]uint32, n+1) // scatter moved every start to the end of its bucket
	copy(starts[1:], counts[:n])
	return byEntrant{starts, order}
}

func (b *byEntrant) of(e uint32) []uint32 { return b.order[b.starts[e]:b.starts[e+1]] }

// chainCell appends the chain of entrant e, with a comma, when the input has a chain column.
func (r *reading) chainCell(dst []byte, has bool, e uint32) []byte {
	if !has {
		return dst
	}
	return append(append(dst, ','), r.chains[r.roll.entrants[e].Chain]...)
}
