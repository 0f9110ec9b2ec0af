package alloc

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
)

// roll numbers entrants in the order in which they are first met. It is one flat array and an open-addressing index over
// it: no heap object an entrant, no pointer for the garbage collector.
type roll struct {
	entrants []Entrant
	slots    []uint32 // number+1 of an entrant, 0 is free; a power of two, at most 3/4 full
	seed     maphash.Seed

	once sync.Once // of all
	all  *accountTexts
}

// maxEntrants leaves room for "none" in 32 bits.
const maxEntrants = 1<<32 - 2

func newRoll() *roll {
	return &roll{slots: make([]uint32, 1<<10), seed: maphash.MakeSeed()}
}

func (r *roll) len() int { return len(r.entrants) }

func (r *roll) hash(e Entrant) uint64 {
	var key [34]byte
	b := e.Account.AppendBytes(key[:0])
	b = binary.LittleEndian.AppendUint16(b, e.Chain)
	return maphash.Bytes(r.seed, b)
}

// find returns the number of e, or the slot where it would go.
func (r *roll) find(e Entrant) (id uint32, slot uint64, found bool) {
	mask := uint64(len(r.slots) - 1)
	for slot = r.hash(e) & mask; ; slot = (slot + 1) & mask {
		n := r.slots[slot]
		if n == 0 {
			return 0, slot, false
		}
		if r.entrants[n-1] == e {
			return n - 1, slot, true
		}
	}
}

// lookup returns the number of e.
func (r *roll) lookup(e Entrant) (id uint32, found bool) {
	id, _, found = r.find(e)
	return id, found
}

// add returns the number of e, a new one when it was not met before.
func (r *roll) add(e Entrant) (id uint32, fresh bool) {
	id, slot, found := r.find(e)
	if found {
		return id, false
	}
	r.entrants = append(r.entrants, e)
	r.slots[slot] = uint32(len(r.entrants))
	if len(r.entrants) > len(r.slots)/4*3 {
		r.grow()
	}
	return uint32(len(r.entrants) - 1), true
}

func (r *roll) grow() {
	r.slots = make([]uint32, 2*len(r.slots))
	for i, e := range r.entrants {
		_, slot, _ := r.find(e)
		r.slots[slot] = uint32(i + 1)
	}
}

// compare is entrant order: account bytes, then chain.
func (e Entrant) compare(f Entrant) int {
	return cmp.Or(e.Account.Compare(f.Account), cmp.Compare(e.Chain, f.Chain))
}

// keyed sorts numbers by the first eight bytes of something and asks the something only where those are equal.
type keyed struct {
	key uint64
	id  uint32
}

func prefix(b []byte) uint64 {
	var key [8]byte
	copy(key[:], b)
	return binary.BigEndian.Uint64(key[:])
}

// sorted returns the numbers of those entrants that keep wants, in entrant order.
func (r *roll) sorted(keep func(id uint32) bool) []uint32 {
	list := make([]keyed, 0, len(r.entrants))
	var buf [32]byte
	for i, e := range r.entrants {
		if keep(uint32(i)) {
			list = append(list, keyed{prefix(e.Account.AppendBytes(buf[:0])), uint32(i)})
		}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return r.entrants[a.id].compare(r.entrants[b.id])
	})
	ids := make([]uint32, len(list))
	for i, k := range list {
		ids[i] = k.id
	}
	return ids
}

// accountTexts are the published texts of a roll's accounts, and where each stands among all by bytes. Entrants with
// one account on several chains share a rank.
type accountTexts struct {
	texts
	ranks []uint32
}

// allTexts is texts, made once, when nobody is added any more.
func (r *roll) allTexts() *accountTexts {
	r.once.Do(func() { r.all = r.texts() })
	return r.all
}

func (r *roll) texts() *accountTexts {
	t := &accountTexts{ranks: make([]uint32, len(r.entrants))}
	t.bytes, t.ends = make([]byte, 0, 44*len(r.entrants)), make([]int, 0, len(r.entrants))
	list := make([]keyed, len(r.entrants))
	for i, e := range r.entrants {
		t.bytes = e.Account.AppendText(t.bytes)
		t.ends = append(t.ends, len(t.bytes))
		list[i] = keyed{prefix(t.at(i)), uint32(i)}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return bytes.Compare(t.at(int(a.id)), t.at(int(b.id)))
	})
	rank := uint32(0)
	for i, k := range list {
		if i > 0 && !bytes.Equal(t.at(int(k.id)), t.at(int(list[i-1].id))) {
			rank++
		}
		t.ranks[k.id] = rank
	}
	return t
}
