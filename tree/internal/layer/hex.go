package layer

import "encoding/binary"

// Spell writes hashes as lower-case hex, hash k at dst[k*stride:], 64 digits; nothing for one that is nil.
func Spell(dst []byte, stride int, hashes []*[32]byte) {
	if len(hashes) == 0 {
		return
	}
	_ = dst[(len(hashes)-1)*stride+63] // so that no kernel writes behind it
	if spellMany(dst, stride, hashes) {
		return
	}
	for k, h := range hashes {
		if h != nil {
			SpellHex(dst[k*stride:k*stride+64], h[:])
		}
	}
}

// Fetch asks for hashes that are read soon, so that they are near then; nil ones are left out. Nothing is read.
func Fetch(hashes []*[32]byte) {
	if len(hashes) > 0 {
		fetch(hashes)
	}
}

// SpellHex writes lower-case hex, 8 digits at a time. src is a multiple of 4 bytes, dst twice as long.
func SpellHex(dst, src []byte) {
	for ; len(src) >= 4; src, dst = src[4:], dst[8:] {
		s := uint64(binary.LittleEndian.Uint32(src))
		s = (s | s<<16) & 0x0000ffff0000ffff
		s = (s | s<<8) & 0x00ff00ff00ff00ff
		s = s>>4&0x000f000f000f000f | s<<8&0x0f000f000f000f00 // a digit a byte, the high one first
		above9 := (s + 0x0606060606060606) >> 4 & 0x0101010101010101
		binary.LittleEndian.PutUint64(dst, s+0x3030303030303030+above9*('a'-'0'-10))
	}
}
