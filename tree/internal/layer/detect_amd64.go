//go:build amd64 && !purego

package layer

import (
	"sync"

	"golang.org/x/sys/cpu"
)

// shaInstructions asks the processor once: the question is answered slowly, on a virtual machine by its host.
var shaInstructions = sync.OnceValue(hasSHA)

// Has reports whether this machine, its operating system and this build can run the level.
func (l Level) Has() bool {
	switch x := &cpu.X86; l {
	case Scalar:
		return true
	case AVX2:
		return x.HasAVX2
	case SHANI:
		return x.HasAVX2 && x.HasSSSE3 && x.HasSSE41 && shaInstructions()
	case AVX512:
		return x.HasAVX2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512DQ
	}
	return false
}

// spellMany is Spell where there is a kernel for it; hashes are some.
func spellMany(dst []byte, stride int, hashes []*[32]byte) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	spell32(&dst[0], stride, &hashes[0], len(hashes))
	return true
}

// fetch is Fetch; hashes are some.
func fetch(hashes []*[32]byte) { fetch32(&hashes[0], len(hashes)) }
