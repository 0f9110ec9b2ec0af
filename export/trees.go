package export

import (
	"context"
	"errors"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// Options are the same for Trees and Write; none changes a byte of what is made.
type Options struct {
	Workers  int                                   // goroutines; 0 is one a core
	Progress func(stage string, done, total int64) // may be nil; calls do not overlap

	// Facts makes the file solana/TREE.json of a Solana tree (FORMAT.md section 10), of objects, arrays and strings. It is asked
	// for when the campaign's publish.facts is yes; this room knows no chain's programs.
	Facts func(t *TreeOutline) (map[string]any, error)

	// Stages keeps what WriteStream has finished for a later run; nil: nothing is kept. Write has no use for it.
	Stages *Stages

	// For tests: what fault returns for a file about to be written fails the write; noSync leaves the flushing to the system.
	fault  func(path string) error
	noSync bool
}

// Tree is one built tree and which entrant each of its rows pays.
type Tree struct {
	ID          string // FAMILY, or FAMILY-PART when split
	Family      string // the campaign's tree id
	Part, Parts int    // from 0, and how many
	Chain       merkle.Chain
	Tokens      []*campaign.Token // campaign order; at least one
	Totals      []merkle.Amount   // aligned with Tokens: amount and locked of all rows, base units of the chain
	Tree        *tree.Tree
	Entrants    []uint32 // row -> entrant
	NoLocked    bool     // locked is 0 in every row of every part of the family

	Deployment map[string]string // as the campaign says
}

// Trees makes the trees that the campaign names from an allocation: claims above 0 in claim order, counted in base units of the
// chain, cut where the campaign splits; a leaf a tranche where the allocation has these. A family without claims makes no tree; see
// Unused. Rows of a tree in order account whose leaves have no place in claim order stand in the order of entrants instead, and its amounts may be those of a,
// not a copy. No tree at all is refused unless the rule publishes tables: then state goes on that is worth a bundle.
//
// What the campaign asks for and its trees cannot carry is refused, all of it in one run (*merkle.Faults at the tree's place): a
// claim that no tree takes or two take, an unknown profile, accounts of the other family, a leaf field that nothing fills, an amount or total
// wider than the contract can hold.
func Trees(ctx context.Context, a *alloc.Allocation, o Options) ([]*Tree, error) {
	if len(a.Campaign.Trees) == 0 { // a closed round: its claims were paid from another bundle
		return nil, nil
	}
	trees, err := makeTrees(ctx, a, o, true)
	if found := new(merkle.Faults); errors.As(err, &found) && a.Order != nil {
		return makeTrees(ctx, a, o, false) // to name them in the order of claims
	}
	return trees, err
}

// makeTrees is Trees. With sorted, rows stand in the order of entrants where that makes no other tree: accounts and amounts are then taken over from front
// to back, amounts without a copy.
func makeTrees(ctx context.Context, a *alloc.Allocation, o Options, sorted bool) ([]*Tree, error) {
	families, err := planFamilies(a)
	if err != nil {
		return nil, err
	}
	var faults merkle.Faults
	for i, f := range families {
		f.sorted = sorted && f.order == tree.OrderAccount && f.profile.Index != tree.IndexInputRow
		f.collect(a, families[:i], &faults)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	var trees []*Tree
	for i, f := range families {
		o.progress("trees", int64(i), int64(len(families)))
		made, err := f.build(ctx, o, &faults)
		if err != nil {
			return nil, err
		}
		trees = append(trees, made...)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if len(trees) == 0 && len(a.Tables) == 0 {
		faults.Addf(merkle.Pos{File: a.Campaign.Path}, "no claim is above 0, there is no tree to build")
		return nil, faults.Err()
	}
	o.progress("trees", int64(len(families)), int64(len(families)))
	return trees, nil
}

// Unused returns the ids of the campaign's trees that had no claims and so were not made.
func Unused(c *campaign.Campaign, trees []*Tree) []string {
	var ids []string
	for i := range c.Trees {
		if !slices.ContainsFunc(trees, func(t *Tree) bool { return t.Family == c.Trees[i].ID }) {
			ids = append(ids, c.Trees[i].ID)
		}
	}
	return ids
}

func (o Options) progress(stage string, done, total int64) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}

// family is one of the campaign's trees on its way to being built.
type family struct {
	tree    *campaign.Tree
	chain   merkle.Chain
	tokens  []familyToken
	profile tree.Profile
	order   tree.Order // resolved
	sorted  bool       // rows stand in the order of entrants, not of claims

	constants map[string]string // all of the profile's, also those that the campaign leaves out

	rows     tree.Rows
	entrants []uint32
	owner    []int           // row -> index in tokens; nil when there is one token
	tranches []alloc.Tranche // aligned with rows; nil unless the allocation has tranches
}

// familyToken is a token of a family with its asset on the family's chain.
type familyToken struct {
	token *campaign.Token
	asset *campaign.AssetOn
	alloc *alloc.TokenAllocation
}

// planFamilies resolves what every tree of the campaign is made of and that each claim has exactly one.
func planFamilies(a *alloc.Allocation) ([]*family, error) {
	var faults merkle.Faults
	var families []*family
	c := a.Campaign
	for i := range c.Trees {
		f := &family{tree: &c.Trees[i], chain: c.Trees[i].Chain}
		if err := f.resolve(a); err != nil {
			faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
			continue
		}
		for _, g := range families {
			if k := f.sharedToken(g); k != "" {
				faults.Addf(f.tree.Pos, "tree %q: token %s on %s is in tree %q already, it would be paid twice", f.tree.ID, k, f.chain, g.tree.ID)
			}
		}
		families = append(families, f)
	}
	if len(faults.List) == 0 {
		checkCovered(a, families, &faults)
	}
	return families, faults.Err()
}

func (f *family) sharedToken(g *family) string {
	for _, t := range f.tokens {
		if f.chain == g.chain && slices.ContainsFunc(g.tokens, func(u familyToken) bool { return t.token == u.token }) {
			return t.token.ID
		}
	}
	return ""
}

// checkCovered refuses claims that no tree pays.
func checkCovered(a *alloc.Allocation, families []*family, faults *merkle.Faults) {
	chains := a.Chains()
	for k := range a.Tokens {
		ta := &a.Tokens[k]
		paid := make([]bool, len(chains))
		for _, f := range families {
			if slices.ContainsFunc(f.tokens, func(t familyToken) bool { return t.alloc == ta }) {
				if i := slices.Index(chains, f.chain); i >= 0 {
					paid[i] = true
				}
			}
		}
		first, count := make([]int, len(chains)), make([]int, len(chains))
		for e := range a.Entrants {
			ci := a.Entrants[e].Chain
			if paid[ci] || !claims(ta, e) {
				continue
			}
			if count[ci]++; count[ci] == 1 {
				first[ci] = e
			}
		}
		for ci, n := range count {
			if n > 0 {
				faults.Addf(ta.Token.Pos, "token %s: no tree for %d claims on %s, the first by %s", ta.Token.ID, n, chains[ci], a.Entrants[first[ci]].Account)
			}
		}
	}
}

// claims reports whether entrant e has something of the token.
func claims(ta *alloc.TokenAllocation, e int) bool {
	return !ta.Amounts[e].IsZero() || ta.Locked != nil && !ta.Locked[e].IsZero()
}
