package pages

import "golang.org/x/sys/unix"

// advise asks for large pages. A system that does not want to is no error.
func advise(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
