package alloc

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

type manifestTree struct {
	ID        string
	Family    string
	Chain     merkle.Chain
	Tokens    []string
	Totals    []string
	Leaves    string
	Constants map[string]string
	Profile   struct {
		Fields []struct{ Name, Source string }
	}
}

type manifestGroup struct {
	ID       string
	Families [][]string
	Columns  []struct{ Family, Field string }
	Shards   string
}

// maxSums is the largest SHA256SUMS that is read; a line has about 100 bytes.
const maxSums = 512 << 20

// leafRows are the leaves of a round as flat columns.
type leafRows struct {
	trees    []uint16 // index of the manifest's trees
	entrants []uint32
	amounts  []merkle.Amount // amount and locked, base units of the chain
}

// field is the name of the leaf field with that source; empty if there is none, or it is the same in all leaves.
func (t *manifestTree) field(source string) string {
	for _, f := range t.Profile.Fields {
		if _, constant := t.Constants[f.Name]; f.Source == source && !constant {
			return f.Name
		}
	}
	return ""
}

// leafReader reads the leaves of a round.
type leafReader struct {
	b      *bundle
	r      *reading
	trees  map[string]int // by id: index of the manifest's trees
	sums   []total        // by tree
	counts []int
	// take gets every leaf: its tree, whose it is, and amount and locked in base units of the chain.
	take   func(tree int, e Entrant, amount merkle.Amount) error
	failed error // what take has returned
}

// readLeaves reads all shards of a bundle, each against the digest that SHA256SUMS gives, and that against the manifest's. What is wrong with them is among
// the faults; the error is another one.
func (b *bundle) readLeaves(r *reading, take func(tree int, e Entrant, amount merkle.Amount) error) error {
	n := len(b.manifest.Trees)
	l := &leafReader{b: b, r: r, trees: make(map[string]int, n), sums: make([]total, n), counts: make([]int, n), take: take}
	text, digest, err := r.readWhole(b.ref.Dir+"/SHA256SUMS", maxSums)
	if err == nil && digest != b.manifest.Files.SHA256 {
		err = fmt.Errorf("SHA256SUMS has the SHA-256 %s, the manifest says %s", digest, b.manifest.Files.SHA256)
	}
	if err != nil {
		b.refuse(r, "%w", err)
		return nil
	}
	sums := make(map[string]string)
	for line := range strings.SplitSeq(string(text), "\n") {
		if sum, name, ok := strings.Cut(line, "  "); ok {
			sums[name] = sum
		}
	}
	text = nil
	for i, t := range b.manifest.Trees {
		l.trees[t.ID] = i
	}
	for i := range b.manifest.Groups {
		g := &b.manifest.Groups[i]
		n, err := strconv.Atoi(g.Shards)
		if err != nil || n < 0 || n > maxEntrants {
			b.refuse(r, "group %s: %q shards", g.ID, g.Shards)
			return nil
		}
		for s := range n {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			r.progress("round", int64(s), int64(n))
			name := fmt.Sprintf("groups/%s/shards/%03d/%03d.json", g.ID, s/1000, s%1000)
			text, digest, err := r.readWhole(b.ref.Dir+"/"+name, maxJSON)
			if err == nil && digest != sums[name] {
				err = fmt.Errorf("%s has the SHA-256 %s, SHA256SUMS says %q", name, digest, sums[name])
			}
			if err == nil {
				err = l.shard(g, text)
			}
			if l.failed != nil {
				return l.failed
			}
			if err != nil {
				b.refuse(r, "%w", err)
				return nil
			}
		}
	}
	l.checkTotals()
	return nil
}

var errShard = errors.New("a row does not have the cells that the manifest says")

// shard reads the leaves of one shard.
func (l *leafReader) shard(g *manifestGroup, text []byte) error {
	var shard struct{ Rows [][]json.RawMessage }
	if err := json.Unmarshal(text, &shard); err != nil {
		return err
	}
	cells := make([]string, len(g.Columns))
	for _, row := range shard.Rows {
		if len(row) != len(g.Columns)+1 {
			return errShard
		}
		var account string
		if json.Unmarshal(row[0], &account) != nil {
			return errShard
		}
		who, err := merkle.ParseAccount(account)
		if err != nil {
			return fmt.Errorf("%q: %w", account, err)
		}
		for i, c := range g.Columns {
			if cells[i] = ""; c.Field != "proof" && json.Unmarshal(row[i+1], &cells[i]) != nil {
				return errShard
			}
		}
		for _, parts := range g.Families {
			if err := l.leaf(g, who, parts, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaf reads the leaf of one account in one family.
func (l *leafReader) leaf(g *manifestGroup, who merkle.Account, parts, cells []string) error {
	if len(parts) == 0 {
		return errShard
	}
	first, known := l.trees[parts[0]]
	if !known {
		return errShard
	}
	family := l.b.manifest.Trees[first].Family
	cell := func(field string) string {
		for i, c := range g.Columns {
			if c.Field == field && c.Family == family {
				return cells[i]
			}
		}
		return ""
	}
	part := 0
	if len(parts) > 1 {
		var err error
		if part, err = strconv.Atoi(cell("part")); err != nil || part < 0 || part >= len(parts) {
			return errShard
		}
	}
	at, known := l.trees[parts[part]]
	if !known || at > 1<<16-1 {
		return errShard
	}
	t := &l.b.manifest.Trees[at]
	chain, found := slices.BinarySearch(l.r.chains, t.Chain)
	if !found || t.Chain.Family() != who.Family() {
		return fmt.Errorf("tree %s is on %s: %w", t.ID, t.Chain, ErrOtherChain)
	}
	amount, err := merkle.ParseAmount(cell(t.field("amount")))
	if err != nil {
		return fmt.Errorf("tree %s: amount: %w", t.ID, err)
	}
	if name := t.field("locked"); name != "" {
		locked, err := merkle.ParseAmount(cell(name))
		fits := err == nil
		if fits {
			amount, fits = amount.Add(locked)
		}
		if !fits {
			return fmt.Errorf("tree %s: locked %q", t.ID, cell(name))
		}
	}
	l.sums[at].add(amount)
	l.counts[at]++
	l.failed = l.take(at, Entrant{who, uint16(chain)}, amount)
	return l.failed
}

// checkTotals compares the leaves with each tree's total.
func (l *leafReader) checkTotals() {
	for i, t := range l.b.manifest.Trees {
		if len(t.Totals) != 1 {
			continue // refused as a tree of several tokens
		}
		if got := l.sums[i].big().String(); got != t.Totals[0] || strconv.Itoa(l.counts[i]) != t.Leaves {
			l.b.refuse(l.r, "tree %s: %d leaves of %s, its manifest says %s of %s", t.ID, l.counts[i], got, t.Leaves, t.Totals[0])
		}
	}
}
