package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/internal/journal"
)

func resumeFlag() cli.Flag {
	return &cli.BoolFlag{Name: "resume", Usage: "go on from what a stopped or killed build of the same inputs has finished, and keep what is finished when this one is stopped"}
}

// claimPlace is how a build takes its directory for temporary files.
func claimPlace(c *cli.Context) func(dir, name string) (*extsort.Place, error) {
	if !c.Bool("resume") {
		return extsort.Claim
	}
	return func(dir, name string) (*extsort.Place, error) { return extsort.Resume(dir, name, journal.FileName) }
}

// giveBack lets go of a directory for temporary files whose journal was not opened: with --resume what a stopped build has left there stays.
func giveBack(c *cli.Context, place *extsort.Place) error {
	if _, err := os.Lstat(filepath.Join(place.Path(), journal.FileName)); err != nil || !c.Bool("resume") {
		return place.Release()
	}
	fmt.Fprintf(c.App.ErrWriter, "merkle: what a stopped build has left stays in %s for --resume\n", place.Path())
	return place.Keep()
}

// newStages opens the journal of finished stages in a directory for temporary files.
func newStages(c *cli.Context, camp *campaign.Campaign, place *extsort.Place) (*export.Stages, error) {
	key, err := resumeKey(c, camp)
	if err != nil {
		return nil, errors.Join(err, giveBack(c, place))
	}
	j, err := journal.Open(place.Path(), key)
	if err != nil {
		return nil, err
	}
	return &export.Stages{Journal: j, Clean: place.Clean, Leave: c.Bool("resume")}, nil
}

// resumeKey stands for what the stages of a build are made of: this program, the campaign and the bytes of its inputs. An input that cannot be read stands for
// itself: the build tells what is wrong with it.
func resumeKey(c *cli.Context, camp *campaign.Campaign) (string, error) {
	key := sha256.New()
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	files := []string{program}
	eachInput(reflect.ValueOf(camp.Rule), func(in *campaign.Input) { files = append(files, in.File) })
	for i := range camp.Exclude {
		files = append(files, camp.Exclude[i].File)
	}
	sum := sha256.Sum256(camp.Source)
	key.Write(sum[:])
	for i, name := range files {
		if i > 0 {
			name = filepath.Join(filepath.Dir(camp.Path), filepath.FromSlash(name))
		}
		err := hashFile(c, key, name)
		if gone := c.Context.Err(); gone != nil {
			return "", gone
		}
		if err != nil && i == 0 {
			return "", err
		} else if err != nil {
			fmt.Fprintln(key, err)
		}
	}
	return hex.EncodeToString(key.Sum(nil)), nil
}

// hashFile writes the digest of a file.
func hashFile(c *cli.Context, into io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() // was only read
	sum := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		n, err := f.Read(buf)
		sum.Write(buf[:n])
		if err == io.EOF {
			break
		}
		if err == nil {
			err = c.Context.Err()
		}
		if err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(into, "%x\n", sum.Sum(nil))
	return err
}

// held is how many bytes the files below a folder take, that need no room any more; one that is not there takes none.
func held(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
