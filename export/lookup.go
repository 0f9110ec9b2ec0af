package export

import (
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"sort"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// indexFile is an index page.
type indexFile struct {
	Format   string     `json:"format"`
	Group    string     `json:"group"`
	Page     int        `json:"page"`
	Segments [][]string `json:"segments"`
}

// shardFile is a shard; a row is the account and its cells, a cell is a string or an array of them.
type shardFile struct {
	Format string     `json:"format"`
	Group  string     `json:"group"`
	Shard  int        `json:"shard"`
	Rows   []any      `json:"rows"`
	Paths  [][]string `json:"paths"`
}

// decodeFile reads a JSON file of the bundle into dst, a struct, and returns the file's format and group as they are.
func (r *Reader) decodeFile(name string, dst any) error {
	text, err := readFile(r.files, name)
	if err != nil {
		return err
	}
	v, err := parseCanonical(text)
	if err == nil {
		err = fromValue(reflect.ValueOf(dst).Elem(), v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// page reads index page i of a group and checks that it can be searched.
func (r *Reader) page(g *readGroup, i int) ([]segment, error) {
	_, name := numbered(g.ID, "index", i)
	var f indexFile
	if err := r.decodeFile(name, &f); err != nil {
		return nil, err
	}
	if f.Format != FormatIndex || f.Group != g.ID || f.Page != i {
		return nil, fmt.Errorf("%s: is page %d of group %q in format %q", name, f.Page, f.Group, f.Format)
	}
	if n := len(f.Segments); n == 0 || n > pageSegments || i < len(g.Index)-1 && n != pageSegments {
		return nil, fmt.Errorf("%s: %d segments", name, n)
	}
	out := make([]segment, len(f.Segments))
	for j, s := range f.Segments {
		if len(s) != 2 {
			return nil, fmt.Errorf("%s: segment %d: %d parts, want 2", name, j, len(s))
		}
		out[j].separator = s[0]
		if err := fromValue(reflect.ValueOf(&out[j].shard).Elem(), any(s[1])); err != nil || out[j].shard >= g.Shards {
			return nil, fmt.Errorf("%s: segment %d: shard %q of %d", name, j, s[1], g.Shards)
		}
		if j > 0 && s[0] < out[j-1].separator {
			return nil, fmt.Errorf("%s: segment %d: separators are not sorted", name, j)
		}
	}
	if out[0].separator != g.Index[i] {
		return nil, fmt.Errorf("%s: begins at %q, the manifest says %q", name, out[0].separator, g.Index[i])
	}
	return out, nil
}

// shardsFor returns the shards that may hold the key, in the order in which they are to be searched: one, and more only
// where the rows of one account go on across segments.
func (r *Reader) shardsFor(g *readGroup, key string) ([]int, error) {
	if key < g.First || key > g.Last {
		return nil, nil
	}
	page := sort.Search(len(g.Index), func(i int) bool { return g.Index[i] > key }) - 1
	if page < 0 {
		return nil, fmt.Errorf("%s: group %q: no index page for key %s", ManifestFile, g.ID, key)
	}
	var shards []int
	for ; page >= 0; page-- {
		segments, err := r.page(g, page)
		if err != nil {
			return nil, err
		}
		for at := sort.Search(len(segments), func(i int) bool { return segments[i].separator > key }) - 1; at >= 0; at-- {
			if len(shards) == 0 || shards[len(shards)-1] != segments[at].shard {
				shards = append(shards, segments[at].shard)
			}
			if segments[at].separator != key {
				return shards, nil
			}
		}
	}
	return shards, nil
}

// shard reads shard i of a group.
func (r *Reader) shard(g *readGroup, i int) (*shardFile, string, error) {
	_, name := numbered(g.ID, "shards", i)
	f := new(shardFile)
	if err := r.decodeFile(name, f); err != nil {
		return nil, name, err
	}
	if f.Format != FormatShard || f.Group != g.ID || f.Shard != i {
		return nil, name, fmt.Errorf("%s: is shard %d of group %q in format %q", name, f.Shard, f.Group, f.Format)
	}
	paths := len(g.families)
	if g.Layout == LayoutInline {
		paths = 0
	}
	if len(f.Paths) != paths {
		return nil, name, fmt.Errorf("%s: %d paths, want %d", name, len(f.Paths), paths)
	}
	return f, name, nil
}

// row checks the kind of a row and returns its cells, the account first.
func (f *shardFile) row(i int, g *readGroup) ([]any, error) {
	cells, ok := f.Rows[i].([]any)
	if !ok || len(cells) != 1+len(g.Columns) {
		return nil, fmt.Errorf("row %d: want an array of %d cells", i, 1+len(g.Columns))
	}
	for c, cell := range cells {
		_, isList := cell.([]any)
		if _, isText := cell.(string); !isText && !isList || isList != (c > 0 && g.Columns[c-1].Field == cellProof) {
			return nil, fmt.Errorf("row %d: cell %d is of the wrong kind", i, c)
		}
	}
	return cells, nil
}

func keyText(a merkle.Account) string {
	k := tree.AccountKey(a)
	return hex.EncodeToString(k[:])
}

// unhex reads 0x and lower-case digits into dst, all of it.
func unhex(dst []byte, text string) error {
	if len(text) != 2+2*len(dst) || text[:2] != "0x" {
		return fmt.Errorf("want 0x and %d digits", 2*len(dst))
	}
	for i := 2; i < len(text); i++ {
		if c := text[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return errors.New("want lower-case hex digits")
		}
	}
	_, err := hex.Decode(dst, []byte(text[2:]))
	return err
}
