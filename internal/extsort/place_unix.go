//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package extsort

import (
	"errors"
	"os"
	"syscall"
)

// lockEnds says that the lock ends with the process.
const lockEnds = true

// lockFile opens path and takes its lock, which ends with the process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errHeld
		}
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return f, nil
}

// unlock removes the lock file while it is still locked.
func unlock(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }
