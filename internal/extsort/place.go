package extsort

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Place is a directory for temporary files. While it is held it is locked, and the system lets go of the lock when the process dies: so
// a place that can be locked and has a mark of ours was left by a killed run.
type Place struct {
	path string
	lock *os.File
}

// maxPlaces is how many runs may work beside each other under one name.
const maxPlaces = 64

// lockName is the file in a place that is locked. Only directories that have it are ever cleaned.
const lockName = "lock"

// Claim makes the directory dir/.NAME.temp-N with the first N that is free, and removes what killed runs of the same name have left.
func Claim(dir, name string) (*Place, error) {
	Clear(dir, name)
	for n := range maxPlaces {
		p, err := claim(placePath(dir, name, n))
		if errors.Is(err, errHeld) {
			continue
		}
		return p, err
	}
	return nil, fmt.Errorf("%s: %d other runs work beside it", filepath.Join(dir, "."+name+".temp-*"), maxPlaces)
}

// Clear removes what killed runs of a name have left in dir. What cannot be removed, and what is in use, stays: leftovers are no reason to stop.
func Clear(dir, name string) {
	for n := range maxPlaces {
		path := placePath(dir, name, n)
		if _, err := os.Lstat(filepath.Join(path, lockName)); err != nil {
			continue // nothing there, or not ours
		}
		if p, err := claim(path); err == nil {
			_ = p.Release()
		}
	}
}

func placePath(dir, name string, n int) string {
	return filepath.Join(dir, fmt.Sprintf(".%s.temp-%d", name, n))
}

// claim makes or takes over one directory and empties it.
func claim(path string) (*Place, error) {
	err := os.Mkdir(path, 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	fresh := err == nil
	if info, err := os.Lstat(path); err != nil || !info.IsDir() { // a link would lead the cleaning elsewhere
		return nil, errors.Join(errHeld, err)
	}
	if _, err := os.Lstat(filepath.Join(path, lockName)); !fresh && err != nil {
		return nil, errHeld // just being made or removed by another, or none of ours
	}
	f, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errHeld
		}
		return nil, err
	}
	p := &Place{path, f}
	held, err := f.Stat()
	now, lost := os.Lstat(filepath.Join(path, lockName))
	if err != nil || lost != nil || !os.SameFile(held, now) { // removed by the one before in between
		f.Close()
		return nil, errHeld
	}
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if err == nil && e.Name() != lockName {
			err = os.RemoveAll(filepath.Join(path, e.Name()))
		}
	}
	if err != nil {
		return nil, errors.Join(err, p.Release())
	}
	return p, nil
}

// Path is the directory.
func (p *Place) Path() string { return p.path }

// Release removes the directory with all that is in it.
func (p *Place) Release() error {
	if p.lock == nil {
		return nil
	}
	entries, err := os.ReadDir(p.path)
	for _, e := range entries {
		if e.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(p.path, e.Name())))
		}
	}
	err = errors.Join(err, unlock(p.lock))
	p.lock = nil
	return errors.Join(err, os.Remove(p.path))
}

var errHeld = errors.New("held by another run")
