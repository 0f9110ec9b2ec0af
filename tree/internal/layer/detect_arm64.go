//go:build arm64 && !purego

package layer

import "golang.org/x/sys/cpu"

// Levels are those that this machine and its operating system can run, slowest first. The first is Scalar.
//
// The SHA3 instructions are fast on Apple's processors. Arm's own Neoverse V1 to V2 begin one of them a cycle, so that two states
// at once take there what two take by scalar assembly (github.com/DaniPopes/keccak-asm/issues/15: one state 573 ns against 284),
// which this module does not have.
func Levels() []Level {
	if cpu.ARM64.HasSHA3 {
		return []Level{Scalar, SHA3}
	}
	return []Level{Scalar}
}

func spellMany([]byte, int, []*[32]byte) bool { return false }
