package alloc

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/pages"
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

// reserve makes room for n entrants in all, so that adding them copies nothing.
func (r *roll) reserve(n int) {
	if n <= cap(r.entrants) {
		return
	}
	r.entrants = append(pages.MakeCap[Entrant](0, n), r.entrants...)
	size := len(r.slots)
	for n > size/4*3 {
		size *= 2
	}
	if size > len(r.slots) {
		r.index(size)
	}
}

// hash leaves the chain out: few accounts are on several.
func (r *roll) hash(a *merkle.Account) uint64 {
	var raw [32]byte
	return maphash.Bytes(r.seed, a.AppendBytes(raw[:0]))
}

// touch brings what finding the accounts will read into the cache. Found one by one, each would wait for memory twice; the loads of a loop
// that does nothing else are under way together.
func (r *roll) touch(accounts []accountCell) (sum uint32) {
	var slots [touched]uint64
	mask := uint64(len(r.slots) - 1)
	for len(accounts) > 0 {
		n := min(touched, len(accounts))
		for i := range n {
			slots[i] = r.hash(&accounts[i].account) & mask
			sum += r.slots[slots[i]]
		}
		for i := range n {
			if id := r.slots[slots[i]]; id > 0 {
				sum += uint32(r.entrants[id-1].Chain)
			}
		}
		accounts = accounts[n:]
	}
	return sum
}

// touched is how many entrants are brought into the cache at a time.
const touched = 64

// touchEntrants brings entrants into the cache that are read in another order than theirs, as touch does.
//
//go:noinline
func (r *roll) touchEntrants(ids []uint32) (sum uint32) {
	for _, id := range ids {
		sum += uint32(r.entrants[id].Chain)
	}
	return sum
}

// find returns the number of e, or the slot where it would go.
func (r *roll) find(e Entrant) (id uint32, slot uint64, found bool) {
	mask := uint64(len(r.slots) - 1)
	for slot = r.hash(&e.Account) & mask; ; slot = (slot + 1) & mask {
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
		r.index(2 * len(r.slots))
	}
	return uint32(len(r.entrants) - 1), true
}

// index makes the slots anew. Entrants are all different, so each goes to the first free slot.
func (r *roll) index(size int) {
	r.slots = nil
	r.slots = pages.Make[uint32](size)
	mask := uint64(size - 1)
	for i := range r.entrants {
		slot := r.hash(&r.entrants[i].Account) & mask
		for r.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		r.slots[slot] = uint32(i + 1)
	}
}

// compare is entrant order: account bytes, then chain.
func (e Entrant) compare(f Entrant) int {
	return cmp.Or(e.Account.Compare(f.Account), cmp.Compare(e.Chain, f.Chain))
}

func prefix(b []byte) uint64 {
	var key [8]byte
	copy(key[:], b)
	return binary.BigEndian.Uint64(key[:])
}

// sorted returns the numbers of those entrants that keep wants, in entrant order.
func (r *roll) sorted(keep func(id uint32) bool) []uint32 {
	ids := make([]uint32, 0, len(r.entrants))
	for i := range r.entrants {
		if keep(uint32(i)) {
			ids = append(ids, uint32(i))
		}
	}
	order := sortedBy(len(ids), func(i int) uint64 {
		var raw [32]byte
		return prefix(r.entrants[ids[i]].Account.AppendBytes(raw[:0]))
	}, func(a, b uint32) int { return r.entrants[ids[a]].compare(r.entrants[ids[b]]) })
	for i, at := range order {
		order[i] = ids[at]
	}
	return order
}

// accountTexts are the published texts of a roll's accounts, and where each stands among all by bytes. Entrants with
// one account on several chains share a rank. Texts lie by rank: whoever writes rows in the order of accounts reads them from front to back.
type accountTexts struct {
	roll   *roll
	base58 []byte // by rank, base58Room bytes each, ended by NUL where shorter; nil without Solana keys. Hex is made as fast as it is read
	ranks  []uint32
}

// base58Room is the longest text of a Solana key.
const base58Room = 44

// append appends the text of entrant e's account.
func (t *accountTexts) append(dst []byte, e uint32) []byte {
	a := &t.roll.entrants[e].Account
	if a.Family() != merkle.Solana {
		return a.AppendText(dst)
	}
	return append(dst, base58At(t.base58, t.ranks[e])...)
}

// touch brings what append reads of some entrants into the cache, as roll.touch does.
//
//go:noinline
func (t *accountTexts) touch(ids []uint32) (sum uint64) {
	for _, id := range ids {
		sum += uint64(t.ranks[id])
	}
	return sum + uint64(t.roll.touchEntrants(ids))
}

// base58At is text i of many.
func base58At(texts []byte, i uint32) []byte {
	text := texts[int(i)*base58Room : (int(i)+1)*base58Room]
	n := len(text)
	for text[n-1] == 0 {
		n--
	}
	return text[:n]
}

// allTexts is texts, made once, when nobody is added any more.
func (r *roll) allTexts() *accountTexts {
	r.once.Do(func() { r.all = r.texts() })
	return r.all
}

func (r *roll) texts() *accountTexts {
	n := len(r.entrants)
	t := &accountTexts{roll: r, ranks: pages.Make[uint32](n)}
	solana := func(e Entrant) bool { return e.Account.Family() == merkle.Solana }
	var texts []byte // by entrant
	if slices.ContainsFunc(r.entrants, solana) {
		texts = pages.Make[byte](n * base58Room)
		inParts(sortParts, func(part int) {
			for i := part * n / sortParts; i < (part+1)*n/sortParts; i++ {
				if solana(r.entrants[i]) {
					r.entrants[i].Account.AppendText(texts[i*base58Room : i*base58Room : (i+1)*base58Room])
				}
			}
		})
	}
	order := sortedBy(n, func(i int) uint64 { // hex, which begins with 0, is before all base58
		if !solana(r.entrants[i]) {
			var raw [32]byte
			return prefix(r.entrants[i].Account.AppendBytes(raw[:0])) >> 1
		}
		return 1<<63 | prefix(texts[i*base58Room:])
	}, func(a, b uint32) int {
		if texts == nil || !solana(r.entrants[a]) {
			return r.entrants[a].Account.Compare(r.entrants[b].Account)
		}
		return bytes.Compare(base58At(texts, a), base58At(texts, b))
	})
	rank := uint32(0)
	for i, id := range order {
		if i > 0 && r.entrants[id].Account != r.entrants[order[i-1]].Account {
			rank++
		}
		t.ranks[id] = rank
	}
	if texts == nil {
		return t
	}
	t.base58 = pages.Make[byte](len(texts))
	inParts(sortParts, func(part int) {
		for i := part * n / sortParts; i < (part+1)*n/sortParts; i++ {
			id, at := order[i], t.ranks[order[i]]
			if i == 0 || t.ranks[order[i-1]] != at {
				copy(t.base58[int(at)*base58Room:(int(at)+1)*base58Room], texts[int(id)*base58Room:])
			}
		}
	})
	return t
}
