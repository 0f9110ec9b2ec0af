package export

import (
	"errors"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// factFile is a file of claim facts, made before anything is written so that a deployment that does not do leaves nothing behind.
type factFile struct {
	name string
	text []byte
}

// factFiles makes the claim facts of all Solana trees, none unless the campaign asks. What a tree's deployment lacks is refused at the
// tree's place, for all trees in one run (*merkle.Faults).
func factFiles(c *campaign.Campaign, trees []TreeOutline, o Options) (files []factFile, err error) {
	if !c.Publish.Facts {
		return nil, nil
	}
	if o.Facts == nil {
		return nil, errors.New("export: the campaign asks for claim facts and Options.Facts is nil")
	}
	var faults merkle.Faults
	for i := range trees {
		t := &trees[i]
		if !strings.HasPrefix(string(t.Chain), "solana:") {
			continue
		}
		facts, err := o.Facts(t)
		if err != nil {
			faults.Addf(treePos(c, t.Family), "tree %q: %w", t.ID, err)
			continue
		}
		text, err := appendValue(nil, facts)
		if err != nil {
			return nil, err
		}
		files = append(files, factFile{"solana/" + t.ID + ".json", text})
	}
	return files, faults.Err()
}

// treePos is where the campaign declares a tree.
func treePos(c *campaign.Campaign, id string) merkle.Pos {
	for i := range c.Trees {
		if c.Trees[i].ID == id {
			return c.Trees[i].Pos
		}
	}
	return merkle.Pos{File: c.Path}
}
