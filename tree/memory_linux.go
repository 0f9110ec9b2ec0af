package tree

import "golang.org/x/sys/unix"

// hugePage is the size of a large page.
const hugePage = 2 << 20

// largeMemory returns zeroed memory and asks the system to back it by large pages: a tree is read at random, and touching it
// for the first time costs a tenth. A system that does not want to is no error.
func largeMemory(n int) []byte {
	b := make([]byte, n)
	if n >= 4*hugePage {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	}
	return b
}
