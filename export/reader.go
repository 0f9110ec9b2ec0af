package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// MaxFile is the largest JSON file of a bundle, in bytes: FORMAT.md section 2. It bounds what a hostile bundle costs its reader.
const MaxFile = 64 << 20

// Reader finds claims in a bundle. It keeps the manifest and reads an index page and a shard a look-up. It may be used by several
// goroutines when its file system may.
type Reader struct {
	files    fs.FS
	manifest *Manifest
	trees    map[string]*readTree
	groups   []*readGroup
}

// readTree is a tree of the manifest in typed form.
type readTree struct {
	*TreeInfo
	place  int // in the manifest
	homes  int // groups that list it
	chain  merkle.Chain
	root   merkle.Hash
	token  merkle.Account // of a tree with one token; zero for a chain's own coin
	assets map[merkle.Account]assetOn
}

// assetOn is a token as it exists on the tree's chain.
type assetOn struct {
	id, asset string
	decimals  int
}

// readGroup is a group of the manifest whose trees and columns have been found.
type readGroup struct {
	*GroupInfo
	family    merkle.Family
	families  [][]*readTree
	cells     [][]ColumnInfo // the columns of each family
	shardSize int
}

// Open reads the manifest of the bundle at the root of files. Nothing else is read yet.
func Open(files fs.FS) (*Reader, error) {
	text, err := readFile(files, ManifestFile)
	if err != nil {
		return nil, err
	}
	r := &Reader{files: files, trees: map[string]*readTree{}}
	if r.manifest, err = DecodeManifest(text); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	for i := range r.manifest.Trees {
		if err := r.addTree(i); err != nil {
			return nil, fmt.Errorf("%s: tree %q: %w", ManifestFile, r.manifest.Trees[i].ID, err)
		}
	}
	for i := range r.manifest.Groups {
		g := &r.manifest.Groups[i]
		if err := r.addGroup(g); err != nil {
			return nil, fmt.Errorf("%s: group %q: %w", ManifestFile, g.ID, err)
		}
	}
	for i := range r.manifest.Trees {
		if id := r.manifest.Trees[i].ID; r.trees[id].homes != 1 {
			return nil, fmt.Errorf("%s: tree %q is in %d groups", ManifestFile, id, r.trees[id].homes)
		}
	}
	return r, nil
}

// Manifest is what manifest.json says. It is not to be changed.
func (r *Reader) Manifest() *Manifest { return r.manifest }

func readFile(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var text bytes.Buffer
	info, err := f.Stat()
	if err == nil && info.Size() <= MaxFile {
		text.Grow(int(max(0, info.Size())) + bytes.MinRead)
		_, err = text.ReadFrom(io.LimitReader(f, MaxFile+1)) // a size is a hint, for some file systems a guess
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if info.Size() > MaxFile || text.Len() > MaxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, MaxFile)
	}
	return text.Bytes(), nil
}

func (r *Reader) addTree(place int) error {
	info := &r.manifest.Trees[place]
	t := &readTree{TreeInfo: info, place: place, assets: map[merkle.Account]assetOn{}}
	if r.trees[info.ID] != nil {
		return errors.New("listed twice")
	}
	p := &info.Profile
	if p.Note == "" {
		p.Note = "parameters as published; the root decides"
	}
	if err := p.Validate(); err != nil {
		return err
	}
	root, err := parseHash(info.Root, p.Width)
	if err != nil {
		return fmt.Errorf("root: %w", err)
	}
	t.root = root
	if t.chain, err = merkle.ParseChain(info.Chain); err != nil {
		return fmt.Errorf("chain %q: %w", info.Chain, err)
	}
	if t.chain.Family() != p.Accounts {
		return fmt.Errorf("chain %s cannot have %s accounts", t.chain, p.Accounts)
	}
	least, most := bits.Len(uint(info.Leaves-1)), bits.Len(uint(info.Leaves-1))
	if p.Grouped() { // a group's tree and the upper tree are each at most as deep as one tree of all leaves
		least, most = 0, 2*most
	}
	if info.Leaves < 1 || info.Depth < least || info.Depth > most || len(info.Tokens) == 0 || len(info.Totals) != len(info.Tokens) {
		return errors.New("leaves, depth, tokens and totals do not go together")
	}
	for _, id := range info.Tokens {
		if err := t.addToken(r.manifest, id); err != nil {
			return err
		}
	}
	r.trees[info.ID] = t
	return nil
}

func (t *readTree) addToken(m *Manifest, id string) error {
	for i := range m.Tokens {
		k := &m.Tokens[i]
		if k.ID != id {
			continue
		}
		for _, on := range k.Assets {
			asset, err := merkle.ParseAsset(on.Asset)
			if err != nil {
				return fmt.Errorf("token %q: %q: %w", id, on.Asset, err)
			}
			if asset.Chain == t.chain {
				t.token, t.assets[asset.Token] = asset.Token, assetOn{k.ID, on.Asset, on.Decimals}
				return nil
			}
		}
	}
	return fmt.Errorf("token %q has no asset on %s", id, t.chain)
}

func (r *Reader) addGroup(info *GroupInfo) error {
	g := &readGroup{GroupInfo: info, family: merkle.Chain(info.Chain).Family(), cells: make([][]ColumnInfo, len(info.Families)), shardSize: r.manifest.Publish.Shard}
	if info.Claims < 1 || info.Shards < 1 || len(info.Index) == 0 || len(info.Families) == 0 {
		return errors.New("empty")
	}
	if inline := info.Layout == LayoutInline; !inline && info.Layout != LayoutSubtree || inline != (info.Cut == nil) {
		return fmt.Errorf("layout %q and cut do not go together", info.Layout)
	}
	column := 0
	for i, ids := range info.Families {
		var family []*readTree
		for part, id := range ids {
			t := r.trees[id]
			if t == nil || t.Group != info.ID || t.Chain != info.Chain || t.Order != info.Order {
				return fmt.Errorf("tree %q does not belong to it", id)
			}
			if part > 0 && t.Family != family[0].Family || info.Layout == LayoutInline && (t.Part != part || t.Parts != len(ids)) {
				return fmt.Errorf("tree %q is out of place", id)
			}
			family = append(family, t)
			t.homes++
		}
		if len(family) == 0 || info.Layout == LayoutSubtree && (len(family) != 1 || family[0].Leaves != info.Claims || *info.Cut > family[0].Depth) {
			return errors.New("families do not fit the layout")
		}
		for column < len(info.Columns) && info.Columns[column].Family == family[0].Family {
			g.cells[i] = append(g.cells[i], info.Columns[column])
			column++
		}
		g.families = append(g.families, family)
	}
	if column != len(info.Columns) {
		return fmt.Errorf("column %q is of no family", info.Columns[column].Family)
	}
	if slices.ContainsFunc(r.groups, func(h *readGroup) bool { return h.ID == info.ID }) {
		return errors.New("listed twice")
	}
	r.groups = append(r.groups, g)
	return nil
}

// parseHash reads a tree hash of the given width.
func parseHash(text string, width int) (merkle.Hash, error) {
	var h merkle.Hash
	if len(text) != 2+2*width {
		return h, fmt.Errorf("hash %q: want 0x and %d digits", text, 2*width)
	}
	if err := unhex(h[:width], text); err != nil {
		return h, fmt.Errorf("hash %q: %w", text, err)
	}
	return h, nil
}
