package export

import (
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/merkle-drop/merkle/tree"
)

// slicedShards renders and writes the shards of a tree whose claims are on disk.
func (w *writer) slicedShards(t *slicedTree) error {
	files := make([]stagedFile, t.tree.Shards())
	for i := range files {
		dir, name := numbered(t.id, "shards", i)
		if err := w.mkdir(dir); err != nil {
			return err
		}
		files[i].path = name
	}
	workers := w.o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, len(files))
	stage, total := "shards of "+t.id, int64(t.tree.Len())
	var next, done atomic.Int64
	var failed atomic.Bool
	var report sync.Mutex
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			sw := &slicedShard{t: t}
			sw.read = t.reader(&sw.rows)
			sw.value, errs[k] = t.tree.Values(&sw.rows)
			for errs[k] == nil && !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				text, err := sw.render(i)
				if err == nil && len(text) > MaxFile {
					err = w.tooLarge(files[i].path, len(text))
				}
				if err == nil {
					files[i], err = w.put(files[i].path, text)
				}
				if err != nil {
					errs[k] = err
					failed.Store(true)
					return
				}
				if done.Add(int64(sw.met)); i%64 == 0 && report.TryLock() {
					w.o.progress(stage, done.Load(), total)
					report.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if err := firstError(errs); err != nil {
		return err
	}
	w.files = append(w.files, files...)
	w.o.progress(stage, total, total)
	return nil
}

// slicedShard renders shards of a tree whose claims are on disk; each worker has its own.
type slicedShard struct {
	t     *slicedTree
	rows  tree.Rows
	read  func(lo, hi int) error
	value func(dst []byte, row, field int) []byte
	buf   []byte
	met   int // rows of the last shard
}

// render is shardWriter.render.
func (w *slicedShard) render(i int) ([]byte, error) {
	sub := w.t.tree.Subtree(i)
	b := append(w.buf[:0], `{"format":"`+FormatShard+`","group":"`...)
	b = append(append(b, w.t.id...), `","paths":[`...)
	b = appendPath(b, sub.Path, w.t.profile.Width)
	b = append(b, `],"rows":[`...)
	w.met = 0
	for _, run := range sub.Runs {
		if err := w.read(run[0], run[1]); err != nil {
			return nil, err
		}
		for row := range run[1] - run[0] {
			if w.met++; w.met > 1 {
				b = append(b, ',')
			}
			b = append(w.rows.Accounts[row].AppendText(append(b, '[', '"')), '"')
			for _, field := range w.t.fields {
				b = append(w.value(append(b, ',', '"'), row, field), '"')
			}
			b = append(b, ']')
		}
	}
	b = append(b, `],"shard":"`...)
	b = append(strconv.AppendInt(b, int64(i), 10), `"}`...)
	w.buf = b
	return b, nil
}
