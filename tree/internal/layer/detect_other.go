//go:build (!amd64 && !arm64) || purego

package layer

// Has reports whether the level is Scalar: there are no kernels of our own for this machine, or they were left out (-tags
// purego). The library's SHA-256 still uses what the machine has.
func (l Level) Has() bool { return l == Scalar }

// kernels is never reached without lanes.
type kernels struct{}

func (*kernels) pairs(*Hasher, []byte, []byte, []byte, bool) int       { return 0 }
func (*kernels) group(*Hasher, []byte, []byte, []byte, int)            { panic("layer: no kernel") }
func (*kernels) short(*Hasher, []byte, []byte, []byte, int) (done int) { return 0 }

func (*kernels) various(*Hasher, []byte, []byte, []byte, []int, []int) {
	panic("layer: no kernel")
}

func spellMany([]byte, int, []*[32]byte) bool { return false }

func fetch([]*[32]byte) {}
