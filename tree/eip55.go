package tree

import (
	"encoding/binary"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// addressLetters is the hex digits of an EVM address, without 0x.
const addressLetters = 40

// eip55Batch is how many addresses are hashed at once: small enough for the first cache.
const eip55Batch = 128

// EIP55 checks and writes the mixed-case letters of EVM addresses (https://eips.ethereum.org/EIPS/eip-55), many at once: one address costs
// a seventh of what it costs alone. It is memory of one goroutine and not safe for concurrent use.
type EIP55 struct {
	h       *layer.Hasher
	letters [eip55Batch * addressLetters]byte // in lower case
	sums    [eip55Batch * 32]byte
}

// NewEIP55 returns an EIP55 with the fastest hashing of this machine.
func NewEIP55() *EIP55 { return &EIP55{h: layer.New(layer.Keccak256, 32)} }

// Check appends to wrong the places, from 0, of the addresses whose capitals are not those of the checksum. letters is the 40 hex digits of
// every address as they are written, without 0x, end to end; that they are hex digits is the caller's to know, and whether a text
// without capitals or without small letters is meant to have a checksum at all. A rest of less than 40 letters is not read.
func (e *EIP55) Check(letters []byte, wrong []int) []int {
	n := len(letters) / addressLetters
	for first := 0; first < n; first += eip55Batch {
		batch := letters[first*addressLetters : min(first+eip55Batch, n)*addressLetters]
		for at := 0; at < len(batch); at += 8 {
			binary.LittleEndian.PutUint64(e.letters[at:], binary.LittleEndian.Uint64(batch[at:])|smallBits)
		}
		e.hash(len(batch) / addressLetters)
		for i := range len(batch) / addressLetters {
			if !spelt55((*[addressLetters]byte)(batch[i*addressLetters:]), (*[20]byte)(e.sums[32*i:])) {
				wrong = append(wrong, first+i)
			}
		}
	}
	return wrong
}

// Append appends the 40 mixed-case letters of every account, without 0x, end to end. All must be of the EVM.
func (e *EIP55) Append(dst []byte, accounts []merkle.Account) []byte {
	for len(accounts) > 0 {
		n := min(eip55Batch, len(accounts))
		var raw [32]byte
		for i := range n {
			accounts[i].AppendBytes(raw[:0])
			layer.SpellHex(e.letters[i*addressLetters:(i+1)*addressLetters], raw[:20])
		}
		e.hash(n)
		for i := range n {
			for k := range 5 {
				small := binary.LittleEndian.Uint64(e.letters[i*addressLetters+8*k:])
				dst = binary.LittleEndian.AppendUint64(dst, capitals(small, binary.LittleEndian.Uint32(e.sums[32*i+4*k:])))
			}
		}
		accounts = accounts[n:]
	}
	return dst
}

func (e *EIP55) hash(n int) {
	e.h.Messages(e.sums[:], e.letters[:n*addressLetters], nil, addressLetters)
}

// spelt55 reports whether an address has the capitals that the hash of its small letters asks for.
func spelt55(w *[addressLetters]byte, sum *[20]byte) bool {
	w0, w1, w2 := binary.LittleEndian.Uint64(w[:8]), binary.LittleEndian.Uint64(w[8:16]), binary.LittleEndian.Uint64(w[16:24])
	w3, w4 := binary.LittleEndian.Uint64(w[24:32]), binary.LittleEndian.Uint64(w[32:])
	differ := capitals(w0|smallBits, binary.LittleEndian.Uint32(sum[:4])) ^ w0
	differ |= capitals(w1|smallBits, binary.LittleEndian.Uint32(sum[4:8])) ^ w1
	differ |= capitals(w2|smallBits, binary.LittleEndian.Uint32(sum[8:12])) ^ w2
	differ |= capitals(w3|smallBits, binary.LittleEndian.Uint32(sum[12:16])) ^ w3
	differ |= capitals(w4|smallBits, binary.LittleEndian.Uint32(sum[16:])) ^ w4
	return differ == 0
}

// smallBits is what small letters have and capitals have not, in 8 bytes; digits have it too.
const smallBits = 0x2020202020202020

// capitals turns 8 small hex digits into those of the checksum: a letter is a capital where its digit of the hash is 8 or more. Both are
// as they stand in memory, read little-endian.
func capitals(small uint64, sum uint32) uint64 {
	s := uint64(sum) // a byte of the hash into each pair of letters
	s = (s | s<<16) & 0x0000ffff0000ffff
	s = (s | s<<8) & 0x00ff00ff00ff00ff
	above7 := s>>2&0x0020002000200020 | s<<10&0x2000200020002000
	return small ^ small>>1&above7 // letters, unlike digits, have the bit 0x40
}
