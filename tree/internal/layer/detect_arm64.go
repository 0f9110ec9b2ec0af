//go:build arm64 && !purego

package layer

import "golang.org/x/sys/cpu"

// Has reports whether this machine, its operating system and this build can run the level.
//
// The SHA3 instructions are fast on Apple's processors. Arm's own Neoverse V1 to V2 begin one of them a cycle, so that two states
// at once take there what two take by scalar assembly (github.com/DaniPopes/keccak-asm/issues/15: one state 573 ns against 284),
// which this module does not have.
func (l Level) Has() bool { return l == Scalar || l == SHA3 && cpu.ARM64.HasSHA3 }

func spellMany([]byte, int, []*[32]byte) bool { return false }

func fetch([]*[32]byte) {}
