package campaign

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

const maxFields = 64

var (
	versioned = regexp.MustCompile(`-v[1-9][0-9]*$`)
	fieldType = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}:[a-z][a-z0-9]{0,15}(\[[0-9]{0,4}\])*$`)
)

func (r *reader) trees(n *node, c *Campaign) {
	items := r.list(n, "trees")
	if closing := c.Rule.Close != nil; n != nil && n.kind == list && closing != (len(items) == 0) {
		if closing {
			r.faults.Addf(n.pos, "trees: close-round/v1 has none: write []")
		} else {
			r.faults.Addf(n.pos, "trees: at least one is needed")
		}
	}
	for _, item := range items {
		k := r.object(item, "tree", "id", "tokens", "chain", "profile", "fields", "order", "split", "constants", "deployment")
		if k.broken {
			continue
		}
		c.Trees = append(c.Trees, r.tree(k, c))
	}
	r.treeNames(c)
}

func (r *reader) tree(k keys, c *Campaign) Tree {
	t := Tree{Pos: k.pos}
	if id := k.need("id"); id != nil {
		t.ID = r.kebab(id, "id")
		t.Pos = id.pos
	}
	r.treeTokens(k, &t, c)
	if n := k.need("profile"); n != nil {
		v, ok := r.str(n, "profile")
		if ok && (!isKebab(v) || !versioned.MatchString(v)) {
			r.fault(n.pos, "profile", v, errors.New("is not a profile name such as jito-v1; `merkle profiles` lists them"))
		}
		t.Profile = v
	}
	t.Order = r.choice(k.need("order"), "order", "", "profile", "account", "input", "leaf-hash")
	t.Split = r.whole(k.get("split"), "split", 0, math.MaxInt32)
	t.Fields = r.fields(k.get("fields"))
	t.Constants = r.texts(k.get("constants"), "constants")
	t.Deployment = r.texts(k.get("deployment"), "deployment")
	return t
}

// treeTokens reads tokens and chain. A token's claims on a chain are in exactly one tree.
func (r *reader) treeTokens(k keys, t *Tree, c *Campaign) {
	n := k.need("tokens")
	items := r.list(n, "tokens")
	if n != nil && n.kind == list && len(items) == 0 {
		r.faults.Addf(n.pos, "tokens of a tree: at least one is needed")
	}
	chain := k.get("chain")
	if chain != nil {
		t.Chain = r.chain(chain)
	}
	var tokens []*Token
	var places []*node
	for _, item := range items {
		token := r.tokenRef(item, "token", c)
		if token == nil {
			continue
		}
		if slices.Contains(t.Tokens, token.ID) {
			r.fault(item.pos, "token", token.ID, fmt.Errorf("%w in this tree", ErrTwice))
			continue
		}
		t.Tokens = append(t.Tokens, token.ID)
		tokens, places = append(tokens, token), append(places, item)
	}
	if chain == nil && !r.onlyChain(k, t, tokens) || t.Chain == "" {
		return
	}
	for i, token := range tokens {
		if len(token.Assets) > 0 && token.on(t.Chain) == nil {
			r.fault(places[i].pos, "token", token.ID, fmt.Errorf("does not exist on %s", t.Chain))
		}
		for _, other := range c.Trees {
			if other.Chain == t.Chain && slices.Contains(other.Tokens, token.ID) {
				r.fault(places[i].pos, "token", token.ID, fmt.Errorf("is on %s in tree %s already, at %s", t.Chain, other.ID, other.Pos))
			}
		}
	}
}

// onlyChain sets the chain of a tree that names none. It is where all its tokens are.
func (r *reader) onlyChain(k keys, t *Tree, tokens []*Token) bool {
	var chains []merkle.Chain
	for _, token := range tokens {
		for _, a := range token.Assets {
			if !slices.Contains(chains, a.Asset.Chain) {
				chains = append(chains, a.Asset.Chain)
			}
		}
	}
	if len(chains) > 1 {
		r.faults.Addf(k.pos, "tree: its tokens exist on several chains (%s): the key chain is required", joinChains(chains))
		return false
	}
	if len(chains) == 1 {
		t.Chain = chains[0]
	}
	return true
}

// treeNames refuses names that would meet after splitting: tree jup split in parts makes jup-0, jup-1, ….
func (r *reader) treeNames(c *Campaign) {
	for i, t := range c.Trees {
		for j, other := range c.Trees {
			switch {
			case t.ID == "" || other.ID == "":
			case j < i && t.ID == other.ID:
				r.fault(t.Pos, "id", t.ID, fmt.Errorf("%w by the tree at %s", ErrTwice, other.Pos))
			case j != i && other.Split > 0 && isPart(t.ID, other.ID):
				r.fault(t.Pos, "id", t.ID, fmt.Errorf("would be the name of a part of tree %s, which is split", other.ID))
			}
		}
	}
}

func isPart(id, family string) bool {
	part, ok := strings.CutPrefix(id, family+"-")
	return ok && merkle.CheckDecimal(part, 0) == nil
}

// fields reads "name:type" pairs; which types there are is the profile's business.
func (r *reader) fields(n *node) []string {
	var out, names []string
	items := r.list(n, "fields")
	if n != nil && n.kind == list && len(items) == 0 || len(items) > maxFields {
		r.faults.Addf(n.pos, "fields: 1 to %d are needed", maxFields)
		return nil
	}
	for _, item := range items {
		v, ok := r.str(item, "field")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(v, ":")
		switch {
		case !fieldType.MatchString(v):
			r.fault(item.pos, "field", v, errors.New("is not name:type, such as account:address"))
		case slices.Contains(names, name):
			r.fault(item.pos, "field", v, fmt.Errorf("the name %s %w in this tree", name, ErrTwice))
		default:
			out, names = append(out, v), append(names, name)
		}
	}
	return out
}

// texts reads a map of texts; what is its key.
func (r *reader) texts(n *node, what string) map[string]string {
	if n == nil {
		return nil
	}
	out := make(map[string]string, len(n.pairs))
	for _, p := range r.entries(n, what, "{name: text}") {
		if v, ok := r.str(p.value, what+" "+p.key); ok {
			out[p.key] = v
		}
	}
	return out
}

// ownColumns checks the renamed columns of fixed/v1, which may also be those that trees name in their fields.
func (r *reader) ownColumns(c *Campaign) {
	if c.Rule.Fixed == nil {
		return
	}
	info, _ := LookupRule(c.Rule.Name)
	in := c.Rule.Fixed.List
	known := append(slices.Clone(info.Inputs[0].Columns), info.Inputs[0].Optional...)
	for _, t := range c.Trees {
		if len(t.Fields) == 0 && t.Profile != "" { // its profile says which columns there are; who reads the list knows them
			return
		}
		for _, f := range t.Fields {
			name, _, _ := strings.Cut(f, ":")
			known = append(known, name)
		}
	}
	names := make([]string, 0, len(in.Columns))
	for ours := range in.Columns {
		names = append(names, ours)
	}
	slices.Sort(names)
	for _, ours := range names {
		if !slices.Contains(known, ours) {
			r.fault(in.Pos, "column", ours, errors.New("is neither a column of the rule nor a field of a tree"))
		}
	}
}
