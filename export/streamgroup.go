package export

import (
	"encoding/hex"
	"path"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

func (t *slicedTree) treeInfo() (TreeInfo, error) {
	f, p := t.family, t.tree.Profile()
	root := t.tree.Root()
	info := TreeInfo{
		ID: f.tree.ID, Family: f.tree.ID, Parts: 1, Chain: string(f.chain), Tokens: []string{f.tokens[0].token.ID}, Totals: []merkle.Amount{t.tree.Total()},
		Group: t.id, Order: string(tree.OrderAccount), Leaves: t.tree.Len(), Depth: t.tree.Depth(), Root: root.Text(p.Width),
		Constants: map[string]string{}, Profile: *p, Deployment: f.tree.Deployment,
	}
	rows := new(tree.Rows)
	value, err := t.tree.Values(rows)
	if err == nil {
		err = t.reader(rows)(0, 1)
	}
	if err != nil {
		return info, err
	}
	for i, field := range p.Fields {
		if t.constant(field) {
			info.Constants[field.Name] = string(value(nil, 0, i))
		}
	}
	return info, nil
}

func (w *writer) slicedGroup(t *slicedTree) (GroupInfo, error) {
	cut := t.tree.Cut()
	info := GroupInfo{
		ID: t.id, Chain: string(t.chain), Order: string(tree.OrderAccount), Layout: LayoutSubtree, Claims: t.tree.Len(), Cut: &cut,
		Families: [][]string{{t.family.tree.ID}}, Shards: t.tree.Shards(), Index: []string{},
	}
	for _, i := range t.fields {
		info.Columns = append(info.Columns, ColumnInfo{t.family.tree.ID, t.profile.Fields[i].Name})
	}
	keys := t.keys()
	var err error
	if info.First, err = keys(0); err == nil {
		info.Last, err = keys(info.Claims - 1)
	}
	if err != nil {
		return info, err
	}
	segments, err := t.segments(keys)
	if err != nil {
		return info, err
	}
	for page, list := range slices.Collect(slices.Chunk(segments, pageSegments)) {
		info.Index = append(info.Index, list[0].separator)
		_, name := numbered(t.id, "index", page)
		text, err := indexPage(t.id, page, list)
		if err == nil {
			err = w.mkdir(path.Dir(name))
		}
		if err == nil {
			err = w.file(name, text)
		}
		if err != nil {
			return info, err
		}
	}
	return info, nil
}

// keys returns what reads the key of a place as it is written.
func (t *slicedTree) keys() func(place int) (string, error) {
	var rows alloc.ClaimRows
	return func(place int) (string, error) {
		if err := t.claims.Read(place, place+1, &rows); err != nil {
			return "", err
		}
		k := tree.AccountKey(rows.Accounts[0])
		return hex.EncodeToString(k[:]), nil
	}
}

// segments is group.segments.
func (t *slicedTree) segments(key func(int) (string, error)) ([]segment, error) {
	type placed struct{ from, shard int }
	var runs []placed
	for i := range t.tree.Shards() {
		for _, r := range joinRuns(t.tree.Runs(i)) {
			runs = append(runs, placed{r[0], i})
		}
	}
	slices.SortFunc(runs, func(a, b placed) int { return a.from - b.from })
	out := make([]segment, len(runs))
	for i, r := range runs {
		out[i].shard = r.shard
		if i == 0 {
			continue
		}
		last, err := key(r.from - 1)
		if err != nil {
			return nil, err
		}
		next, err := key(r.from)
		if err != nil {
			return nil, err
		}
		out[i].separator = separator(last, next)
	}
	return out, nil
}
