package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// ErrBusy is returned when another process is writing the same bundle.
var ErrBusy = errors.New("another build of it is running")

// A bundle NAME is filled in the sibling directory .NAME.partial and renamed into place when it is complete and on disk:
//
//	.NAME.partial/lock     held locked by the writer; the system lets go of it when the writer dies
//	.NAME.partial/bundle/  what becomes NAME
//
// Whoever gets the lock owns the place, so what stands in bundle/ then was left by a killed build and is removed, or taken up by one that goes on
// from it. Nothing else is ever removed: not NAME, not another name in .NAME.partial. Where the system has no such locks the file's existence is the lock, and
// after a killed build it must be removed by hand.

// staging is a bundle on its way.
type staging struct {
	target, place, root string
	lock                *os.File
	flush               *os.File // see openFlush; nil: file by file
	files               []stagedFile
	noSync              bool
}

// stagedFile is one file of the bundle; path with slashes, relative to the bundle.
type stagedFile struct {
	path string
	size int64
	sum  [32]byte
}

// stage refuses a target that exists and opens its sibling directory, empty.
func stage(target string) (*staging, error) {
	return stageOn(target, func(*staging) bool { return false })
}

// stageOn is stage, but what was left there stays when keep, which is asked once the place is ours, says so.
func stageOn(target string, keep func(*staging) bool) (*staging, error) {
	abs, err := filepath.Abs(target)
	if err != nil {
		return nil, err
	}
	s := &staging{target: abs}
	if err := s.free(); err != nil {
		return nil, err
	}
	s.place = placeOf(abs)
	s.root = filepath.Join(s.place, "bundle")
	if s.lock, err = acquire(s.place); err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if !keep(s) {
		if err = os.RemoveAll(s.root); err == nil {
			err = os.Mkdir(s.root, 0o777)
		}
		if err != nil {
			s.discard()
			return nil, err
		}
	}
	s.flush = openFlush(s.root)
	return s, nil
}

// Clear removes what killed builds have left beside dir, and nothing when there is nothing or a build is running. Builds do that themselves; who does
// not begin one, because dir is there already, may want it: a build can be killed after the bundle has its name and before the rest is gone.
func Clear(dir string) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return
	}
	place := placeOf(abs)
	if info, err := os.Lstat(place); err != nil || !info.IsDir() { // not of a build
		return
	}
	if info, err := os.Lstat(filepath.Join(place, "lock")); err != nil || !info.Mode().IsRegular() {
		_ = os.Remove(place) // killed before it was locked or after: there is nothing in it, or it stays
		return
	}
	lock, err := acquire(place)
	if err != nil {
		return
	}
	s := &staging{place: place, root: filepath.Join(place, "bundle"), lock: lock}
	s.discard()
}

// placeOf is the directory in which a bundle is made.
func placeOf(target string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".partial")
}

// free reports an existing target, whatever it is.
func (s *staging) free() error {
	if _, err := os.Lstat(s.target); err == nil {
		return &fs.PathError{Op: "create", Path: s.target, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// path is where a file of the bundle is written.
func (s *staging) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

// commit puts the bundle on disk and then in its place. After an error the caller discards.
func (s *staging) commit(ctx context.Context, dirs []string, done func(int)) error {
	if err := s.sync(ctx, dirs, done); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.free(); err != nil {
		return err
	}
	if err := os.Rename(s.root, s.target); err != nil {
		return err
	}
	s.discard()
	if err := syncDir(filepath.Dir(s.target)); err != nil {
		return fmt.Errorf("%s is complete, but its name may not be on disk yet: %w", s.target, err)
	}
	return nil
}

// manyFiles is from how many files on the whole file system is flushed: it saves opening each again, and waits for what others have written.
const manyFiles = 256

// sync flushes all files and then the directories that name them, at once where the system can. Else, and where it reports a failure, which may
// be of somebody else's file, many single flushes are under way at once: a file system writes them out together, so that a thousand cost
// little more than one.
func (s *staging) sync(ctx context.Context, dirs []string, done func(int)) error {
	if s.noSync || s.flush != nil && len(s.files) >= manyFiles && flushAll(s.flush) == nil {
		return nil
	}
	const flights = 16
	var next, finished atomic.Int64
	errs := make([]error, flights)
	var wg sync.WaitGroup
	var report sync.Mutex
	for w := range flights {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(s.files) || errs[w] != nil || ctx.Err() != nil {
					return
				}
				errs[w] = syncFile(s.path(s.files[i].path))
				if n := finished.Add(1); n%256 == 0 && report.TryLock() {
					done(int(finished.Load()))
					report.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if err := firstError(errs); err != nil {
		return err
	}
	for _, d := range dirs {
		if err := syncDir(s.path(d)); err != nil {
			return err
		}
	}
	return syncDir(s.root)
}

// firstError of several goroutines: the others mostly say the same.
func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes the names in a directory durable. Windows has no such call and needs none.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// discard removes what was written and gives the place back. Errors have no one to go to: the next build removes the rest.
func (s *staging) discard() {
	if s.lock == nil {
		return
	}
	os.RemoveAll(s.root)
	s.leave()
	os.Remove(s.place)
}

// leave gives the place back as it is.
func (s *staging) leave() {
	if s.lock == nil {
		return
	}
	if s.flush != nil {
		s.flush.Close()
		s.flush = nil
	}
	release(s.lock)
	s.lock = nil
}

// acquire makes place and locks the file in it. A lock on a file that the one before removed in between does not count.
func acquire(place string) (*os.File, error) {
	path := filepath.Join(place, "lock")
	for range 100 {
		if err := os.Mkdir(place, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		// A link here would lead the cleaning to somebody else's files.
		if info, err := os.Lstat(place); err == nil && !info.IsDir() {
			return nil, &fs.PathError{Op: "mkdir", Path: place, Err: fs.ErrExist}
		}
		f, err := openLocked(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			_ = os.Remove(place) // a full disk may have room for a directory and none for a file in it
			return nil, err
		}
		held, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Lstat(path); err == nil && os.SameFile(held, now) {
			return f, nil
		}
		f.Close()
	}
	return nil, ErrBusy
}
