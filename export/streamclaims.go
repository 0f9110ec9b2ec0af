package export

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/journal"
)

// claimStage is the record of the stage that has made the claims and written the inputs.
type claimStage struct {
	stageFiles
	Names  []string `json:"names"`  // of the files
	Inputs []string `json:"inputs"` // SHA-256 of the canonical forms
}

// claimsName is the name of the stage, and of the folder in External.Dir that holds its outline.
const claimsName = "claims"

// begun reports whether there are claims of a stopped build to take up in a bundle that it has begun.
func (s *Stages) begun(place *staging) bool {
	var was claimStage
	info, err := os.Lstat(place.root)
	return s != nil && s.Journal.Finished(claimsName, &was) && err == nil && info.IsDir()
}

// claims are those of a stopped build where these can be taken up, else they are computed. The inputs are written, and their digests returned.
func (w *writer) claims(c *campaign.Campaign, ao alloc.Options, x alloc.External, layout string) (out *alloc.Outline, inputs []string, err error) {
	if w.resumed {
		if out, inputs, err = w.takeClaims(c, ao, x.Dir); err == nil {
			return out, inputs, w.stages.Clean(func(name string) bool { return name == journal.FileName || name == claimsName })
		}
		if err := w.ctx.Err(); err != nil {
			return nil, nil, err
		}
		if err := errors.Join(os.RemoveAll(w.root), os.Mkdir(w.root, 0o777)); err != nil {
			return nil, nil, err
		}
		w.resumed, w.files, w.dirs, w.made = false, nil, nil, map[string]bool{}
	}
	if w.stages != nil {
		if err := errors.Join(w.stages.Journal.Forget(), w.stages.Clean(func(name string) bool { return name == journal.FileName })); err != nil {
			return nil, nil, err
		}
	}
	first := len(w.files)
	out, digest, err := w.claimed(c, ao, x)
	if err != nil {
		return out, nil, plainFaults(err)
	}
	m, err := newManifest(out.Allocation, layout) // for what it says of inputs
	if err == nil {
		err = m.outline(out.Allocation)
	}
	if err != nil {
		return out, nil, err
	}
	for i := range out.Inputs {
		if i == 0 && digest != "" {
			m.Inputs[0].SHA256 = digest
		} else if err := w.input(&out.Inputs[i], &m.Inputs[i]); err != nil {
			return out, nil, err
		}
		inputs = append(inputs, m.Inputs[i].SHA256)
	}
	return out, inputs, w.keepClaims(out, x.Dir, inputs, w.files[first:])
}

// claimed computes the claims, and writes the canonical form of the list on the way; it returns its digest.
func (w *writer) claimed(c *campaign.Campaign, ao alloc.Options, x alloc.External) (out *alloc.Outline, digest string, err error) {
	demand(c, &x)
	if c.Rule.Fixed == nil { // its inputs are written as those of a build in memory
		out, err = alloc.Stream(w.ctx, c, ao, x)
		return out, "", err
	}
	compute := computing(func(list io.Writer) (err error) {
		x.List = list
		out, err = alloc.Stream(w.ctx, c, ao, x)
		return err
	})
	if c.Publish.Inputs == "" || c.Publish.Inputs == "copy" {
		digest, err = w.stream("inputs/list.csv", compute)
		return out, digest, err
	}
	sum := sha256.New()
	_, err = compute.WriteTo(&digester{sum, w})
	return out, hex.EncodeToString(sum.Sum(nil)), err
}

// computing is alloc.Stream as something that writes the list.
type computing func(list io.Writer) error

func (f computing) WriteTo(list io.Writer) (int64, error) {
	n := &counted{w: list}
	err := f(n)
	return n.n, err
}

type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// keepClaims notes that the claims are there.
func (w *writer) keepClaims(out *alloc.Outline, dir string, inputs []string, files []stagedFile) error {
	if w.stages == nil {
		return nil
	}
	kept := filepath.Join(dir, claimsName)
	if err := os.Mkdir(kept, 0o700); err != nil {
		return err
	}
	if err := out.Save(kept); err != nil {
		return err
	}
	stage := claimStage{stageFiles{len(files), digestFiles(files)}, nil, inputs}
	for i := range files {
		stage.Names = append(stage.Names, files[i].path)
	}
	return w.stages.Journal.Finish(claimsName, stage)
}

// takeClaims takes up the claims and inputs of a stopped build.
func (w *writer) takeClaims(c *campaign.Campaign, ao alloc.Options, dir string) (*alloc.Outline, []string, error) {
	var was claimStage
	if !w.stages.Journal.Finished(claimsName, &was) {
		return nil, nil, errStage
	}
	files := make([]stagedFile, len(was.Names))
	for i, name := range was.Names {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, nil, errStage
		}
		files[i].path = name
	}
	out, err := alloc.RestoreOutline(filepath.Join(dir, claimsName), c, ao)
	if err != nil {
		return nil, nil, err
	}
	if len(was.Inputs) != len(out.Inputs) || !w.finished(claimsName, files) {
		return nil, nil, errors.Join(errStage, out.Close())
	}
	for i := range files {
		if err := w.mkdir(filepath.ToSlash(filepath.Dir(filepath.FromSlash(files[i].path)))); err != nil {
			return nil, nil, errors.Join(err, out.Close())
		}
	}
	w.files = append(w.files, files...)
	return out, was.Inputs, nil
}

var errStage = errors.New("what a stopped build has left is not what it wrote")
