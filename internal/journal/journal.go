// Package journal remembers which stages of a long run are finished, so that a later run can take up their files instead of making them again. It
// knows nothing of what a stage does.
//
// A journal is a text file of lines, "SHA-256 of the rest" TAB "rest": the first names what the stages are made of (the key), every other
// one stage with its details as JSON. A line that was cut off by a kill does not have its digest, and ends what is believed.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FileName is the journal's file in its directory.
const FileName = "journal"

// Journal is the stages of one run.
type Journal struct {
	file   *os.File
	key    string
	stages map[string]json.RawMessage
}

type line struct {
	Key    string          `json:"key,omitempty"`
	Stage  string          `json:"stage,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"`
}

// Open opens the journal of a directory. Stages that it has are kept when they were made of the same key, and else forgotten.
func Open(dir, key string) (*Journal, error) {
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	j := &Journal{key: key, stages: map[string]json.RawMessage{}}
	good := j.read(string(text), key)
	if j.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err = j.file.Truncate(int64(good)); err == nil {
		_, err = j.file.Seek(int64(good), io.SeekStart)
	}
	if err == nil && good == 0 {
		err = j.write(line{Key: key})
	}
	if err != nil {
		return nil, errors.Join(err, j.file.Close())
	}
	return j, nil
}

// read takes lines as long as they are whole, and returns how many bytes they have; 0 when the key is another.
func (j *Journal) read(text, key string) int {
	at := 0
	for {
		row, _, whole := strings.Cut(text[at:], "\n")
		sum, rest, parted := strings.Cut(row, "\t")
		var l line
		if !whole || !parted || sum != digest(rest) || json.Unmarshal([]byte(rest), &l) != nil {
			return at
		}
		if at == 0 && l.Key != key {
			return 0
		}
		if at > 0 {
			j.stages[l.Stage] = l.Detail
		}
		at += len(row) + 1
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (j *Journal) write(l line) error {
	rest, err := json.Marshal(l)
	if err == nil {
		_, err = fmt.Fprintf(j.file, "%s\t%s\n", digest(string(rest)), rest)
	}
	return errors.Join(err, j.file.Sync())
}

// Finished reports whether a stage is, and reads its details into detail.
func (j *Journal) Finished(stage string, detail any) bool {
	text, there := j.stages[stage]
	return there && json.Unmarshal(text, detail) == nil
}

// Finish notes that a stage is finished. Its files should be flushed or be known by their digests: after a power cut a file may be there
// without its bytes.
func (j *Journal) Finish(stage string, detail any) error {
	text, err := json.Marshal(detail)
	if err == nil {
		err = j.write(line{Stage: stage, Detail: text})
	}
	if err == nil {
		j.stages[stage] = text
	}
	return err
}

// Forget forgets all stages: what they were made of is not there any more.
func (j *Journal) Forget() error {
	clear(j.stages)
	_, err := j.file.Seek(0, io.SeekStart)
	return errors.Join(err, j.file.Truncate(0), j.write(line{Key: j.key}))
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
