//go:build amd64 && !purego

package layer

import "golang.org/x/sys/cpu"

// Best is the highest level that this machine and its operating system can run.
func Best() Level {
	x := &cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512DQ:
		return AVX512
	case x.HasAVX2:
		return AVX2
	}
	return Scalar
}

// spellMany is Spell where there is a kernel for it; hashes are some.
func spellMany(dst []byte, stride int, hashes []*[32]byte) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	spell32(&dst[0], stride, &hashes[0], len(hashes))
	return true
}
