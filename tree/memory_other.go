//go:build !linux

package tree

// largeMemory returns zeroed memory.
func largeMemory(n int) []byte { return make([]byte, n) }
