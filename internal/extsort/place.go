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
			clearEmpty(path)
			continue
		}
		if p, err := claim(path); err == nil {
			_ = p.Release()
		}
	}
}

// clearEmpty removes an empty directory, which a run leaves that is killed between making it and its lock, or between removing both. A run that
// has just made it finds it gone and takes another. What has files but no lock is none of ours.
func clearEmpty(path string) {
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		_ = os.Remove(path) // fails where there is something in it
	}
}

func placePath(dir, name string, n int) string {
	return filepath.Join(dir, fmt.Sprintf(".%s.temp-%d", name, n))
}

// Resume is Claim, but of what killed or stopped runs have left it takes over the first directory that has the file mark, with all that is in it.
func Resume(dir, name, mark string) (*Place, error) {
	var held *Place
	for n := range maxPlaces {
		path := placePath(dir, name, n)
		if _, err := os.Lstat(filepath.Join(path, mark)); held == nil && err == nil {
			if p, err := take(path); err == nil {
				held = p
			}
		}
	}
	if held == nil {
		return Claim(dir, name)
	}
	Clear(dir, name) // the others; this one is locked
	return held, nil
}

// claim makes or takes over one directory and empties it.
func claim(path string) (*Place, error) {
	p, err := take(path)
	if err != nil {
		return nil, err
	}
	if err := p.Clean(func(string) bool { return false }); err != nil {
		return nil, errors.Join(err, p.Release())
	}
	return p, nil
}

// take makes or takes over one directory.
func take(path string) (*Place, error) {
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
		if fresh {
			clearEmpty(path) // a full disk may have room for a directory and none for a file in it
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
	return p, nil
}

// Path is the directory.
func (p *Place) Path() string { return p.path }

// Clean removes what is in the directory, but for the lock and what keep names.
func (p *Place) Clean(keep func(name string) bool) error {
	entries, err := os.ReadDir(p.path)
	err = unlessGone(err)
	for _, e := range entries {
		if e.Name() != lockName && !keep(e.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(p.path, e.Name())))
		}
	}
	return err
}

// Release removes the directory with all that is in it. What is gone already is no error: a run that fails because somebody removed it has said so.
func (p *Place) Release() error {
	if p.lock == nil {
		return nil
	}
	err := errors.Join(p.Clean(func(string) bool { return false }), unlessGone(unlock(p.lock)))
	p.lock = nil
	return errors.Join(err, unlessGone(os.Remove(p.path)))
}

func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Keep lets go of the directory and leaves what is in it, for Resume. Where the system has no lock that ends with the process it is Release.
func (p *Place) Keep() error {
	if !lockEnds {
		return p.Release()
	}
	if p.lock == nil {
		return nil
	}
	err := p.lock.Close() // with it the lock ends
	p.lock = nil
	return err
}

var errHeld = errors.New("held by another run")
