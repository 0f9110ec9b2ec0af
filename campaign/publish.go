package campaign

import (
	"fmt"
	"slices"
)

// The shards that subtree layouts can be cut into.
const (
	defaultShard = 256
	minShard     = 2
	maxShard     = 65536
)

// publish reads the layout of the bundle. It changes no root, so all of it has defaults: export/FORMAT.md, section 3. Which trees can have the
// layout subtree also depends on their profiles, so proofs stays empty when it is not written and the writer decides.
func (r *reader) publish(n *node, c *Campaign) {
	c.Publish = Publish{Shard: defaultShard, Inputs: "copy"}
	if n == nil {
		return
	}
	k := r.object(n, "publish", "proofs", "shard", "inputs", "facts")
	c.Publish.Pos = k.pos
	proofs := k.get("proofs")
	c.Publish.Proofs = r.choice(proofs, "proofs", "", "subtree", "inline")
	other := slices.IndexFunc(c.Trees, func(t Tree) bool { return t.Order != "account" && t.Order != "" })
	if c.Publish.Proofs == "subtree" && other >= 0 {
		r.fault(proofs.pos, "proofs", "subtree", fmt.Errorf("needs order: account in every tree, but tree %s has order: %s", c.Trees[other].ID, c.Trees[other].Order))
	}
	if shard := k.get("shard"); shard != nil {
		c.Publish.Shard = r.whole(shard, "shard", minShard, maxShard)
	}
	c.Publish.Inputs = r.choice(k.get("inputs"), "inputs", "copy", "copy", "digest")
	c.Publish.Facts = r.choice(k.get("facts"), "facts", "no", "no", "yes") == "yes"
}
