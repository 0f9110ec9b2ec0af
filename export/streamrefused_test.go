package export

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
)

// Files that a tree on disk works with and cannot have are no fault of the campaign, and do not stand at a place in it.
func TestWriteStream_filesAreNoFaults(t *testing.T) {
	for _, name := range []string{"inline, jito-v1, input", "inline, jito-v1, account", "own columns, leaf-hash", "grouped, eigenlayer-v1"} {
		c := streamCases()[name]
		camp, err := campaign.Parse([]byte(c.yaml()), "campaign.yaml")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		temp := filepath.Join(dir, "temp")
		if err := os.Mkdir(temp, 0o700); err != nil {
			t.Fatal(err)
		}
		o := Options{noSync: true, Progress: func(stage string, _, _ int64) {
			if stage == "trees" && os.RemoveAll(temp) != nil {
				t.Skip("files that are open cannot be removed here")
			}
		}}
		ao := alloc.Options{LeafColumns: LeafColumns, Open: opener(streamInputs(c.list(900)))}
		_, _, err = WriteStream(context.Background(), filepath.Join(dir, "out"), camp, ao, o, alloc.External{Dir: temp, Memory: 1 << 13})
		if _, refused := merkle.AsFaults(err); refused || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Trees of which none holds too much, and all together more than one may, are built without a look at each claim.
func TestWriteStream_muchInParts(t *testing.T) {
	c := *streamCases()["split of one, facts"]
	c.token = strings.Replace(jup, "99999999999", "99999999999999999999", 1)
	c.row = func(i int) string { return solanaText(i) + ",18446744073709551615" }
	inMemory, onDisk, _, _, errs := both(t, c.yaml(), streamInputs(c.list(300)), 1<<13, 2)
	if errs != [2]error{} {
		t.Fatal(errs)
	}
	sameFiles(t, "trees of one", onDisk, inMemory)

	camp, err := campaign.Parse([]byte(c.yaml()), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	x := alloc.External{Dir: t.TempDir(), Memory: 1 << 14}
	demand(camp, &x)
	out, err := alloc.Stream(context.Background(), camp, alloc.Options{LeafColumns: LeafColumns, Open: opener(streamInputs(c.list(300)))}, x)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	families, err := (&writer{ctx: context.Background(), x: x}).heldTrees(out, LayoutSubtree)
	if err != nil || len(families) != 1 || len(families[0].parts) != 300 {
		t.Fatal(len(families), err)
	}
	if families[0].claimed != nil {
		t.Error("claims were put in claim order, which none of the trees needs")
	}
}

// Of several shards that cannot be written the first is told, however many are written at a time.
func TestWriter_shardsFirstFault(t *testing.T) {
	for range 20 {
		s, err := stage(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		later := make(chan struct{})
		w := &writer{ctx: context.Background(), staging: s, made: map[string]bool{}, o: Options{Workers: 2, fault: func(name string) error {
			switch filepath.Base(name) {
			case "003.json":
				<-later
			case "004.json":
				close(later)
			default:
				return nil
			}
			return errors.New(filepath.Base(name))
		}}}
		err = w.shards("g0", 9, 9, func() (func(int) ([]byte, int, error), error) {
			return func(int) ([]byte, int, error) { return []byte("{}"), 1, nil }, nil
		})
		if err == nil || err.Error() != "003.json" {
			t.Fatalf("told %v", err)
		}
		s.discard()
	}
}
