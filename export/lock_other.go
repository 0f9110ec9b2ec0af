//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// openLocked creates path; while it exists it is the lock.
func openLocked(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w, or was killed; then remove %s", ErrBusy, path)
	}
	return f, err
}

func release(f *os.File) {
	os.Remove(f.Name())
	f.Close()
}
