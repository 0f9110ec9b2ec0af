package tools

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Written is one tree as it stands in the output.
type Written struct {
	Name   string      // file, or file in the folder
	Root   merkle.Hash // in the first Width bytes of the profile
	Leaves int
	Total  merkle.Amount
	Depth  int
}

// job is one writing.
type job struct {
	ctx     context.Context
	f       *format
	t       *tree.Tree // in memory; nil: d is it
	d       *Filed
	b       built // of both
	p       *tree.Profile
	n       int      // rows
	tokens  bool     // rows have a token each
	columns []string // that rows have
	o       Options
	bad     refused
	to      target
	part    []Written // trees other than the job's that were written
	done    int64     // rows, for Progress
	files   []*tree.RowFile
}

// target is where files go.
type target interface {
	// create begins a file. Its name is not used where there is one file only.
	create(name string) (io.WriteCloser, error)
}

// Write writes t as dst, a file or a folder, which must not exist. It is put in place whole or not at all. Options are refused with an
// *OptionError, the tree with a *ProfileError and rows with a *tree.RowErrors. The result has one entry a tree: several with Options.Split.
func Write(ctx context.Context, kind, dst string, t *tree.Tree, o Options) ([]Written, error) {
	j, err := newJob(ctx, t, o).prepared(kind)
	if err != nil {
		return nil, err
	}
	return j.put(dst)
}

// Stream writes t to out, for kinds of one file. Rows are refused before the first byte.
func Stream(ctx context.Context, kind string, out io.Writer, t *tree.Tree, o Options) error {
	j, err := newJob(ctx, t, o).prepared(kind)
	if err != nil {
		return err
	}
	return j.stream(out)
}

// newJob is the job of a tree in memory.
func newJob(ctx context.Context, t *tree.Tree, o Options) *job {
	j := &job{ctx: ctx, t: t, b: t, p: t.Profile(), n: t.Rows().Len(), tokens: t.Rows().Tokens != nil, o: o}
	for _, c := range t.Rows().Columns {
		j.columns = append(j.columns, c.Name)
	}
	return j
}

// prepared is the job of writing a kind, when it fits tree, options and rows.
func (j *job) prepared(kind string) (*job, error) {
	f, err := find(kind)
	if err != nil {
		return nil, err
	}
	j.f, j.p = &f, j.b.Profile()
	if err := f.suits(j.p); err != nil {
		return nil, err
	}
	if err := f.Check(j.o); err != nil {
		return nil, err
	}
	if f.check != nil {
		if err := errors.Join(f.check(j), j.release()); err != nil {
			return nil, err
		}
	}
	return j, j.bad.err()
}

// put writes to dst.
func (j *job) put(dst string) (made []Written, err error) {
	defer func() { err = errors.Join(err, j.release()) }()
	if j.f.Folder || j.o.Split > 0 {
		return j.folder(dst)
	}
	return j.file(dst)
}

// stream writes to out.
func (j *job) stream(out io.Writer) (err error) {
	if j.f.Folder || j.o.Split > 0 {
		return &OptionError{j.f.Name, "output", "is a folder and cannot be streamed"}
	}
	defer func() { err = errors.Join(err, j.release()) }()
	j.to = stream{out}
	return j.f.write(j)
}

func (j *job) written(name string) []Written {
	if j.part != nil {
		return j.part
	}
	return []Written{describe(name, j.b)}
}

func describe(name string, t built) Written {
	total, _ := t.Total()
	return Written{name, t.Root(), t.Len(), total, t.Depth()}
}

// begin opens a file of the output for JSON.
func (j *job) begin(name string, indent int) (*encoder, io.Closer, error) {
	w, err := j.to.create(name)
	if err != nil {
		return nil, nil, err
	}
	return newEncoder(j.ctx, w, indent), w, nil
}

// json writes one file of JSON; body appends the document.
func (j *job) json(name string, indent int, end string, body func(e *encoder) error) error {
	e, file, err := j.begin(name, indent)
	if err != nil {
		return err
	}
	err = body(e)
	e.b = append(e.b, end...)
	return errors.Join(err, e.end(), file.Close())
}

// tick counts a row.
func (j *job) tick() {
	j.done++
	if j.o.Progress != nil && j.done&4095 == 0 {
		j.o.Progress(j.done, int64(j.n))
	}
}

// ticks counts n of all rows.
func (j *job) ticks(n, all int) {
	before := j.done >> 12
	if j.done += int64(n); j.o.Progress != nil && j.done>>12 > before {
		j.o.Progress(j.done, int64(all))
	}
}

type stream struct{ out io.Writer }

func (s stream) create(string) (io.WriteCloser, error) { return unclosed{s.out}, nil }

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
