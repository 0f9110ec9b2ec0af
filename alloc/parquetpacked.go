package alloc

import (
	"encoding/binary"
	"errors"
)

var errPacked = errors.New("its compressed bytes are damaged")

// zstd bounds what frames of Zstandard (RFC 8878) hold by their headers and those of their blocks: a compressed block holds at most 128 KiB.
func (w *pageWalk) zstd(at, end int64) error {
	const block = 128 << 10
	total := int64(0)
	for at < end {
		text, err := w.read(at, min(18, end-at))
		if err != nil {
			return err
		}
		if len(text) < 8 {
			return errPacked
		}
		switch magic := binary.LittleEndian.Uint32(text); {
		case magic&^15 == 0x184D2A50: // to be skipped
			at += 8 + int64(binary.LittleEndian.Uint32(text[4:]))
			continue
		case magic != 0xFD2FB528:
			return errPacked
		}
		descriptor := text[4]
		single := descriptor&32 != 0
		used := 5 + [4]int{0, 1, 2, 4}[descriptor&3]
		if !single {
			if 10+text[5]>>3 > 27 { // the exponent of the window
				return errPageSize
			}
			used++
		}
		size := [4]int{0, 2, 4, 8}[descriptor>>6]
		if size == 0 && single {
			size = 1
		}
		if used+size > len(text) {
			return errPacked
		}
		var wide [8]byte
		copy(wide[:], text[used:used+size])
		held := binary.LittleEndian.Uint64(wide[:])
		if held > maxPageBytes {
			return errPageSize
		}
		at += int64(used + size)
		for last := false; !last; {
			head, err := w.read(at, 3)
			if at+3 > end || err != nil {
				return errPacked
			}
			h := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
			last = h&1 != 0
			n := int64(h >> 3)
			at += 3
			switch h >> 1 & 3 {
			case 0: // as it is
				at, total = at+n, total+n
			case 1: // one byte, n times
				at, total = at+1, total+n
			case 2:
				at, total = at+n, total+block
			default:
				return errPacked
			}
			if total > maxPageBytes {
				return errPageSize
			}
		}
		if descriptor&4 != 0 {
			at += 4 // a checksum
		}
	}
	if at > end {
		return errPacked
	}
	return nil
}
