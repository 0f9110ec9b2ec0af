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
	var sorter rowSorter
	for from := uint32(0); int(from) < n; { // scatter moved every start to the end of its bucket
		to := starts[ranks[entrant(int(order[from]))]]
		if to-from > 1 {
			sorter.sort(order[from:to], rest)
		}
		from = to
	}
	return emitLines(n, func(dst []byte, i int) []byte {
		if i%touched == 0 {
			var ids [touched]uint32
			some := order[i:min(i+touched, n)]
			for j, row := range some {
				ids[j] = entrant(int(row))
			}
			accounts.touch(ids[:len(some)])
		}
		id := int(order[i])
		return rest(accounts.append(dst, entrant(id)), id)
	}, emit)
}

// rowSorter sorts rows by their text, with room that is used again.
type rowSorter struct {
	text  []byte
	spans []rowSpan
}

type rowSpan struct {
	row      uint32
	from, to int // of the text
}

// mostRendered is how many rows are made into text at once: of more, which one account hardly has, the text would take more memory than the rows.
const mostRendered = 1 << 16

func (s *rowSorter) sort(rows []uint32, rest func(dst []byte, i int) []byte) {
	if len(rows) > mostRendered {
		var a, b []byte
		slices.SortFunc(rows, func(x, y uint32) int {
			a, b = rest(a[:0], int(x)), rest(b[:0], int(y))
			return bytes.Compare(a, b)
		})
		return
	}
	s.text, s.spans = s.text[:0], s.spans[:0]
	for _, row := range rows {
		from := len(s.text)
		s.text = rest(s.text, int(row))
		s.spans = append(s.spans, rowSpan{row, from, len(s.text)})
	}
	slices.SortFunc(s.spans, func(x, y rowSpan) int { return bytes.Compare(s.text[x.from:x.to], s.text[y.from:y.to]) })
	for i, x := range s.spans {
		rows[i] = x.row
	}
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
