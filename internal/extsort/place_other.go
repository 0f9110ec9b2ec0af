//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package extsort

import (
	"errors"
	"io/fs"
	"os"
)

// lockEnds says that the lock ends with the process.
const lockEnds = false

// lockFile makes path, whose existence is the lock where the system has none that ends with the process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	return f, err
}

func unlock(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }
