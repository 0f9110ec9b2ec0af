//go:build amd64 && !purego

package layer

import "golang.org/x/sys/cpu"

// Levels are those that this machine and its operating system can run, slowest first. The first is Scalar.
func Levels() []Level {
	x, out := &cpu.X86, []Level{Scalar}
	if !x.HasAVX2 {
		return out
	}
	out = append(out, AVX2)
	if x.HasSSSE3 && x.HasSSE41 && hasSHA() {
		out = append(out, SHANI)
	}
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512DQ {
		out = append(out, AVX512)
	}
	return out
}

// spellMany is Spell where there is a kernel for it; hashes are some.
func spellMany(dst []byte, stride int, hashes []*[32]byte) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	spell32(&dst[0], stride, &hashes[0], len(hashes))
	return true
}
