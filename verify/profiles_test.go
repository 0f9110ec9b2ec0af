package verify

import (
	"fmt"
	"testing"
)

// bundled lists the profiles that a bundle can have.
func bundled() (out []string) {
	for _, name := range profileNames() {
		if p := profileByName(name); p.freeFields() || p.listOnly(nil) == "" {
			out = append(out, name)
		}
	}
	return out
}

// TestCheck_everyProfile verifies bundles of every profile that can be in one, in its own order and, where pairs are sorted, by account.
func TestCheck_everyProfile(t *testing.T) {
	if n := len(bundled()); n != 37 {
		t.Errorf("%d profiles can be in bundles", n)
	}
	for _, name := range bundled() {
		for _, n := range []int{1, 2, 3, 5, 12, 33} {
			orders := []string{"profile", "account"}
			if profileByName(name).grouping() != "none" {
				orders = orders[:1]
			}
			for _, order := range orders {
				for _, layout := range []string{"inline", "subtree"} {
					if layout == "subtree" && order != "account" {
						continue
					}
					s := sample{profile: name, order: order, layout: layout, n: n, shard: 8, tokens: 1 + n%2, inputs: "copy"}
					t.Run(fmt.Sprint(name, "/", order, "/", layout, "/", n), func(t *testing.T) {
						r := check(t, s.bundle(), Options{})
						if !r.OK() {
							t.Fatal(r.Findings)
						}
						for _, tree := range r.Trees {
							if tree.Leaves != n || tree.Folded != n || !tree.OK || tree.Rebuilt != tree.Root {
								t.Errorf("%+v", tree)
							}
						}
					})
				}
			}
		}
	}
}
