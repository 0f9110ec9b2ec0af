package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
)

// DefaultShard is the most claims of a shard when the campaign does not say.
const DefaultShard = 256

// Write makes the bundle dir from an allocation and its trees, whole or not at all: dir must not exist (errors.Is fs.ErrExist; it is left
// untouched), its parent must. The files are written in a sibling directory, flushed to disk and renamed into place; an error or a cancelled ctx
// removes what was written. The bytes depend on a and trees alone.
func Write(ctx context.Context, dir string, a *alloc.Allocation, trees []*Tree, o Options) (*Manifest, error) {
	m, groups, err := describe(a, trees)
	if err != nil {
		return nil, err
	}
	outlines := make([]TreeOutline, len(trees))
	for i, t := range trees {
		outlines[i] = t.Outline()
	}
	facts, err := factFiles(a.Campaign, outlines, o)
	if err != nil {
		return nil, err
	}
	s, err := stage(dir)
	if err != nil {
		return nil, err
	}
	s.noSync = o.noSync
	w := &writer{ctx: ctx, staging: s, o: o, publish: a.Campaign.Publish.Pos, made: map[string]bool{}, facts: facts}
	if err := w.write(a, m, groups); err != nil {
		s.discard()
		return nil, err
	}
	return m, nil
}

// writer fills one bundle.
type writer struct {
	*staging
	ctx     context.Context
	o       Options
	publish merkle.Pos // the campaign's publish section
	dirs    []string   // below the bundle, parents first
	made    map[string]bool
	facts   []factFile
	x       alloc.External // of claims on disk
	open    int            // trees on disk that are open beside each other
	stages  *Stages        // nil: none are kept
	resumed bool           // what a stopped build has left is there
}

func (w *writer) write(a *alloc.Allocation, m *Manifest, groups []*group) error {
	if err := w.file(CampaignFile, a.Campaign.Source); err != nil {
		return err
	}
	for i := range a.Inputs {
		w.o.progress("inputs", int64(i), int64(len(a.Inputs)))
		if err := w.input(&a.Inputs[i], &m.Inputs[i]); err != nil {
			return err
		}
	}
	if err := w.tables(a, m); err != nil {
		return err
	}
	for i, g := range groups {
		if err := w.shards(g.id, len(g.shards), g.claims, g.renderer); err != nil {
			return err
		}
		list, err := segments(len(g.shards), func(i int) [][2]int { return g.shards[i].runs }, func(place int) (string, error) { return g.key(place), nil })
		if err == nil {
			m.Groups[i].Index, err = w.index(g.id, list)
		}
		if err != nil {
			return err
		}
	}
	return w.finish(m)
}

// finish writes what pins all files, and puts the bundle in its place.
func (w *writer) finish(m *Manifest) error {
	if err := w.tidy(); err != nil {
		return err
	}
	if err := w.sums(m); err != nil {
		return err
	}
	text, err := m.Encode()
	if err != nil {
		return err
	}
	if err := w.file(ManifestFile, text); err != nil {
		return err
	}
	total := int64(len(w.files))
	w.o.progress("sync", 0, total)
	if err := w.commit(w.ctx, w.dirs, func(n int) { w.o.progress("sync", int64(n), total) }); err != nil {
		return err
	}
	w.o.progress("sync", total, total)
	return nil
}

// tables writes the tables that the rule publishes, and the claim facts.
func (w *writer) tables(a *alloc.Allocation, m *Manifest) error {
	for i := range a.Tables {
		w.o.progress("tables", int64(i), int64(len(a.Tables)))
		sum, err := w.stream(m.Tables[i].File, &a.Tables[i])
		if err != nil {
			return err
		}
		m.Tables[i].SHA256 = sum
	}
	for _, f := range w.facts {
		if err := w.mkdir(path.Dir(f.name)); err != nil {
			return err
		}
		if err := w.file(f.name, f.text); err != nil {
			return err
		}
	}
	return nil
}

// mkdir makes a directory of the bundle and its parents, once.
func (w *writer) mkdir(dir string) error {
	if dir == "." || w.made[dir] {
		return nil
	}
	if err := w.mkdir(path.Dir(dir)); err != nil {
		return err
	}
	w.made[dir] = true
	w.dirs = append(w.dirs, dir)
	err := os.Mkdir(w.path(dir), 0o777)
	if w.resumed && errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// file writes a whole file and remembers it.
func (w *writer) file(name string, data []byte) error {
	f, err := w.put(name, data)
	if err == nil {
		w.files = append(w.files, f)
	}
	return err
}

// put writes a whole file; its directory exists. It is safe for use by several goroutines.
func (w *writer) put(name string, data []byte) (stagedFile, error) {
	if err := w.ready(name); err != nil {
		return stagedFile{}, err
	}
	return stagedFile{path: name, size: int64(len(data)), sum: sha256.Sum256(data)}, os.WriteFile(w.path(name), data, 0o666)
}

// ready reports a cancelled context before a file is begun.
func (w *writer) ready(name string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.o.fault != nil {
		return w.o.fault(name)
	}
	return nil
}

// shards renders and writes the shards of a group, a worker a shard at a time. begin makes what one worker renders with: the text of a shard, valid
// until the next one, and how many rows it has.
func (w *writer) shards(group string, shards, claims int, begin func() (render func(i int) ([]byte, int, error), err error)) error {
	files := make([]stagedFile, shards)
	for i := range files {
		dir, name := numbered(group, "shards", i)
		if err := w.mkdir(dir); err != nil {
			return err
		}
		files[i].path = name
	}
	step := len(files)
	if w.stages != nil {
		step = cmp.Or(w.stages.shards, shardStage)
	}
	done := new(atomic.Int64)
	for lo := 0; lo < len(files); lo += step {
		part := files[lo:min(lo+step, len(files))]
		stage := fmt.Sprintf("shards of %s from %d", group, lo)
		if w.finished(stage, part) {
			done.Store(int64(lo+len(part)) * int64(claims) / int64(len(files))) // about
			continue
		}
		if err := w.shardPart("shards of "+group, part, lo, done, int64(claims), begin); err != nil {
			return err
		}
		if err := w.note(stage, part); err != nil {
			return err
		}
	}
	w.files = append(w.files, files...)
	w.o.progress("shards of "+group, int64(claims), int64(claims))
	return nil
}

// shardPart writes the shards from first on, whose files are named.
func (w *writer) shardPart(stage string, files []stagedFile, first int, done *atomic.Int64, total int64, begin func() (func(i int) ([]byte, int, error), error)) error {
	workers := min(w.workers(), len(files))
	run := 1 // shards that a worker takes at a time: those of a directory, where there are many, because files are made in one by one
	if len(files) > 4*workers*perDirectory {
		run = perDirectory
	}
	var next atomic.Int64
	var report sync.Mutex
	failed := earliest{number: len(files)}
	work := func() {
		render, err := begin()
		if err != nil {
			failed.meet(-1, err)
			return
		}
		for i, end := 0, 0; ; i++ {
			if i == end {
				end = int(next.Add(int64(run)))
				i, end = end-run, min(end, len(files))
			}
			if i >= failed.at() { // those before it are still written, for one of them may fail too
				return
			}
			text, rows, err := render(first + i)
			if err == nil && len(text) > MaxFile {
				err = w.tooLarge(files[i].path, len(text))
			}
			if err == nil {
				files[i], err = w.put(files[i].path, text)
			}
			if err != nil {
				failed.meet(i, err)
				return
			}
			if done.Add(int64(rows)); i%64 == 0 && report.TryLock() {
				w.o.progress(stage, min(done.Load(), total), total)
				report.Unlock()
			}
		}
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(work)
	}
	wg.Wait()
	return failed.err
}

// earliest is the error with the lowest number that several goroutines have met, so that they say the same however many they are.
type earliest struct {
	lock   sync.Mutex
	number int
	err    error
}

func (e *earliest) meet(number int, err error) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if number < e.number {
		e.number, e.err = number, err
	}
}

func (e *earliest) at() int {
	e.lock.Lock()
	defer e.lock.Unlock()
	return e.number
}

// workers is how many goroutines work beside each other.
func (w *writer) workers() int {
	if w.o.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return w.o.Workers
}

// tooLarge refuses a shard that readers refuse to load.
func (w *writer) tooLarge(name string, size int) error {
	var faults merkle.Faults
	faults.Addf(w.publish, "publish: %s would have %d bytes, readers load at most %d: choose a smaller shard", name, size, MaxFile)
	return faults.Err()
}

// index writes the pages of a group and returns their first separators.
func (w *writer) index(group string, list []segment) ([]string, error) {
	first := []string{}
	for page, segments := range slices.Collect(slices.Chunk(list, pageSegments)) {
		first = append(first, segments[0].separator)
		dir, name := numbered(group, "index", page)
		if err := w.mkdir(dir); err != nil {
			return nil, err
		}
		text, err := indexPage(group, page, segments)
		if err != nil {
			return nil, err
		}
		if err := w.file(name, text); err != nil {
			return nil, err
		}
	}
	return first, nil
}
