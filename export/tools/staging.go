package tools

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/merkle-drop/merkle/internal/extsort"
)

// What is written is made in a directory of its own beside its place, .NAME.temp-N, which is locked while it is in use. So what a killed run left is
// known and removed by the next one that writes NAME.

// file writes the one file of the kind beside dst and then gives it its name.
func (j *job) file(dst string) (_ []Written, err error) {
	room, err := beside(dst)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, room.Release()) }()
	f, err := os.OpenFile(filepath.Join(room.Path(), filepath.Base(dst)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	j.to = stream{f}
	err = j.f.write(j)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err != nil {
		return nil, err
	}
	return j.written(filepath.Base(dst)), place(f.Name(), dst)
}

// beside makes the directory where dst is made. dst must not exist; what killed runs left is removed even if it does.
func beside(dst string) (*extsort.Place, error) {
	dir, name := filepath.Split(filepath.Clean(dst))
	if err := free(dst); err != nil {
		extsort.Clear(dir, name)
		return nil, err
	}
	return extsort.Claim(dir, name)
}

// place gives a finished file its name, which must be free. The old name stays and is for the caller to remove.
func place(from, dst string) error {
	err := os.Link(from, dst) // fails when dst exists, unlike a rename
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := free(dst); err != nil { // a file system without links
		return err
	}
	return copyFile(from, dst)
}

// copyFile copies where neither links nor a second name can be had; O_EXCL keeps what is there.
func copyFile(from, dst string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		err = errors.Join(err, os.Remove(dst))
	}
	return err
}

// folder fills a directory beside dst and renames it.
func (j *job) folder(dst string) (_ []Written, err error) {
	room, err := beside(dst)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, room.Release()) }()
	dir := filepath.Join(room.Path(), filepath.Base(dst))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // whatever is masked
		return nil, err
	}
	j.to = folder{dir}
	if err := j.f.write(j); err != nil {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	if err := free(dst); err != nil {
		return nil, err
	}
	return j.written(""), os.Rename(dir, dst)
}

// free reports a name that is taken, whatever by.
func free(dst string) error {
	_, err := os.Lstat(dst)
	switch {
	case err == nil:
		return &fs.PathError{Op: "create", Path: dst, Err: fs.ErrExist}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

type folder struct{ dir string }

func (f folder) create(name string) (io.WriteCloser, error) {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	return synced{file}, err
}

// synced is a file that is on disk when it is closed.
type synced struct{ *os.File }

func (s synced) Close() error { return errors.Join(s.Sync(), s.File.Close()) }

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
