package alloc

// byAccount emits n rows that begin with an account, sorted by bytes: in the order of the accounts' texts, and the few with one account by the
// rest. rest appends what follows the account, with its comma.
func (r *reading) byAccount(n int, entrant func(i int) uint32, rest func(dst []byte, i int) []byte, emit func([]byte) error) error {
	accounts := r.roll.allTexts()
	ranks := accounts.ranks
	starts := make([]uint32, len(ranks)+1)
	for i := range n {
		starts[ranks[entrant(i)]+1]++
	}
	order := scatter(starts, n, func(i int) uint32 { return ranks[entrant(i)] }, nil)
	var same texts
	var row []byte
	for i, id := range order {
		e := entrant(int(id))
		row = rest(append(row[:0], accounts.at(int(e))...), int(id))
		more := i+1 < len(order) && ranks[entrant(int(order[i+1]))] == ranks[e]
		if same.len() == 0 && !more { // nearly always
			if err := emit(row); err != nil {
				return err
			}
			continue
		}
		same.add(row)
		if more {
			continue
		}
		if err := same.emitSorted(emit); err != nil {
			return err
		}
		same = texts{same.bytes[:0], same.ends[:0]}
	}
	return nil
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
