package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/alloc/lists"
)

var errOtherList = errors.New("is another kind of list")

// companions are files of a folder that hold no claims, but say which root they have.
func companions() []string { return []string{"info.json", "root.json", "roots.json"} }

// folder is a list in several files, such as the shards of thirdweb and ENS: their rows are one list, file after file by name.
type folder struct {
	files []string // paths of the lists
	bytes int64    // of all
	root  string   // that a companion states; empty: none
	notes []string
}

// newFolder looks at what is in a folder and its folders; nil when path is none. What begins with a dot is passed over.
func newFolder(path string) (*folder, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil, nil // what is the matter with a file is told where it is opened
	}
	f := new(folder)
	err = eachFile(path, func(at string, info fs.FileInfo) (err error) {
		if name := filepath.Base(at); slices.Contains(companions(), name) {
			f.notes = append(f.notes, name+": no claims are read from it")
			f.root, err = statedRoot(at)
			return err
		}
		if len(f.files) == maxVerifyFiles {
			return usage("tree: %s: more than %d files", path, maxVerifyFiles)
		}
		f.files, f.bytes = append(f.files, at), f.bytes+info.Size()
		return nil
	})
	if err == nil && len(f.files) == 0 {
		err = &refusedError{fmt.Errorf("%s: there is no list in this folder", path)}
	}
	f.notes = append(f.notes, fmt.Sprintf("%d files, read in the order of their names", len(f.files)))
	return f, err
}

// eachFile calls visit for the files of a folder and its folders in the order of their names; what begins with a dot is passed over.
func eachFile(folder string, visit func(at string, info fs.FileInfo) error) error {
	return filepath.WalkDir(folder, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == folder {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := os.Stat(at)
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		return visit(at, info)
	})
}

// statedRoot is the root that a companion states, empty when there is none.
func statedRoot(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var doc struct {
		MerkleRoot any `json:"merkleRoot"`
		Root       any `json:"root"`
	}
	if json.Unmarshal(text, &doc) == nil { // else it states none that is known here
		for _, v := range []any{doc.MerkleRoot, doc.Root} {
			if root, ok := v.(string); ok {
				return root, nil
			}
		}
	}
	return "", nil
}

// folderRows are the rows of all files. All must be lists of the same kind with the same columns.
type folderRows struct {
	lists.Rows
	set    *listSettings
	faults *merkle.Faults
	first  *lists.List
	name   string
	rest   []string
	file   io.Closer
	notes  []func() []string
	err    error
}

// open opens the first file; the list that it returns goes on with the others.
func (f *folder) open(set *listSettings, faults *merkle.Faults) (*lists.List, io.Closer, error) {
	rows := &folderRows{set: set, faults: faults, name: f.files[0], rest: f.files}
	first, err := rows.next()
	if err != nil {
		return nil, nil, errors.Join(err, rows.Close())
	}
	out := *first
	rows.first = first
	out.Rows, out.Lines = rows, ""
	if f.root != "" {
		out.Root = f.root
	}
	out.Notes = func() (notes []string) {
		for _, more := range rows.notes {
			for _, note := range more() {
				if !slices.Contains(notes, note) {
					notes = append(notes, note)
				}
			}
		}
		return notes
	}
	return &out, rows, nil
}

// next opens the next file.
func (r *folderRows) next() (*lists.List, error) {
	path := r.rest[0]
	r.rest = r.rest[1:]
	in, err := alloc.OpenFile(func(name string) (io.ReadCloser, error) { return os.Open(name) }, path)
	if err != nil {
		return nil, unpacking(path, err)
	}
	r.file = in
	table, err := lists.Open(in, path, r.set.from, r.set.read, r.faults)
	if err != nil {
		return nil, err
	}
	r.Rows = table.Rows
	if table.Notes != nil {
		r.notes = append(r.notes, table.Notes)
	}
	return table, nil
}

// Next goes to the next row of this file, or to the first of one behind it.
func (r *folderRows) Next() bool {
	for {
		if r.Rows.Next() {
			return true
		}
		if r.err = errors.Join(r.Rows.Err(), r.Close()); r.err != nil || len(r.rest) == 0 {
			return false
		}
		path := r.rest[0]
		table, err := r.next()
		if err != nil {
			r.err = err
			return false
		}
		switch {
		case len(table.Header()) == 0: // it was refused
		case table.Kind.Name != r.first.Kind.Name || !slices.Equal(table.Header(), r.first.Header()):
			r.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: path}, Err: fmt.Errorf("%w, %s of %s, than %s, %s of %s", errOtherList,
				table.Kind.Name, strings.Join(table.Header(), ", "), r.name, r.first.Kind.Name, strings.Join(r.first.Header(), ", "))})
			r.rest = nil
			return false
		case r.first.Root != "" && !strings.EqualFold(table.Root, r.first.Root):
			r.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: path}, Err: fmt.Errorf("states another root, %q, than %s, %q: they are several trees, each a list of its own", table.Root, r.name, r.first.Root)})
			r.rest = nil
			return false
		}
	}
}

// Header is that of the first file.
func (r *folderRows) Header() []string {
	if r.first == nil {
		return r.Rows.Header()
	}
	return r.first.Header()
}

// Err is what ended the reading early.
func (r *folderRows) Err() error { return r.err }

// Close closes the present file.
func (r *folderRows) Close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}
