package export

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// openFlush returns a descriptor by which everything on dir's file system can be flushed at once, or nil where that cannot be relied upon: before
// Linux 5.8 the system tells of no write that failed. It does tell of those that fail after the descriptor was opened.
func openFlush(dir string) *os.File {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil || !since58(unix.ByteSliceToString(u.Release[:])) {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil // the files are flushed one by one
	}
	return f
}

// since58 reports whether a release such as "6.1.0-13-amd64" is 5.8 or later.
func since58(release string) bool {
	first, rest, _ := strings.Cut(release, ".")
	second := rest
	if i := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' }); i >= 0 {
		second = rest[:i]
	}
	major, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(second)
	return err == nil && err2 == nil && (major > 5 || major == 5 && minor >= 8)
}

// flushAll puts all files and names of the file system on disk.
func flushAll(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
