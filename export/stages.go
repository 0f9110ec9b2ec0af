package export

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/merkle-drop/merkle/internal/journal"
)

// Stages keeps what a build through disk has finished, so that a later one with the same key goes on from there: the claims in their files, and shards by
// the thousand. Trees are hashed again, and have the roots that they had.
type Stages struct {
	Journal *journal.Journal                        // of External.Dir; its key stands for the program, the campaign and all inputs
	Clean   func(keep func(name string) bool) error // removes other files of External.Dir
	Leave   bool                                    // when the build ends early its files stay for the next; else they are removed

	Taken []string // names of the stages that were taken up
	Left  bool     // the build ended early, and its files are there for another

	shards int // for tests: how many make a stage
}

// shardStage is how many shards make a stage: sixteen directories, some hundred megabytes.
const shardStage = 16_000

// stageFiles is the record of a stage that has written files into the bundle.
type stageFiles struct {
	Files  int    `json:"files"`
	Digest string `json:"digest"`
}

// digestFiles is one digest of the names, sizes and digests of files.
func digestFiles(files []stagedFile) string {
	sum := sha256.New()
	for i := range files {
		f := &files[i]
		io.WriteString(sum, f.path+"\n")
		sum.Write(binary.BigEndian.AppendUint64(f.sum[:], uint64(f.size)))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// finished reports whether a stage has written these files before and they are still what it wrote: their bytes are read again, which also fills in
// their sizes and digests.
func (w *writer) finished(stage string, files []stagedFile) bool {
	var was stageFiles
	if w.stages == nil || !w.stages.Journal.Finished(stage, &was) || was.Files != len(files) {
		return false
	}
	var next atomic.Int64
	var bad atomic.Bool
	var wg sync.WaitGroup
	for range w.workers() {
		wg.Go(func() {
			for !bad.Load() && w.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				if w.digest(&files[i]) != nil {
					bad.Store(true)
				}
			}
		})
	}
	wg.Wait()
	if bad.Load() || w.ctx.Err() != nil || digestFiles(files) != was.Digest {
		return false
	}
	w.stages.Taken = append(w.stages.Taken, stage)
	return true
}

// digest reads a staged file for its size and digest.
func (w *writer) digest(f *stagedFile) error {
	file, err := os.Open(w.path(f.path))
	if err != nil {
		return err
	}
	defer file.Close() // was only read
	sum := &digester{sha256.New(), w}
	f.size, err = io.Copy(sum, file)
	sum.Sum(f.sum[:0])
	return err
}

// note says that a stage has written these files.
func (w *writer) note(stage string, files []stagedFile) error {
	if w.stages == nil {
		return nil
	}
	return w.stages.Journal.Finish(stage, stageFiles{len(files), digestFiles(files)})
}

// tidy removes from a bundle that was taken up what does not belong to it: a stage that was not finished may have left files.
func (w *writer) tidy() error {
	if !w.resumed {
		return nil
	}
	ours := make(map[string]bool, len(w.files))
	for i := range w.files {
		ours[w.files[i].path] = true
	}
	return filepath.WalkDir(w.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(w.root, name)
		if err == nil && !ours[filepath.ToSlash(rel)] {
			err = os.Remove(name)
		}
		return err
	})
}
