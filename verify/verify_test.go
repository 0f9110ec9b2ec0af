package verify

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
)

func check(t testing.TB, b fstest.MapFS, o Options) *Report {
	t.Helper()
	r, err := Check(context.Background(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func samples() map[string]sample {
	out := map[string]sample{}
	for _, profile := range []string{"jito-v1", "oz-standard-v1", "uniswap-v1"} {
		for _, n := range []int{1, 2, 3, 5, 7, 8, 13, 16, 33} {
			for _, shard := range []int{2, 4, 5, 256} {
				out[fmt.Sprintf("%s subtree n=%d shard=%d", profile, n, shard)] = sample{profile: profile, order: "account", layout: "subtree", n: n, shard: shard, tokens: 2, inputs: "copy"}
			}
			for _, order := range []string{"account", "input", "leaf-hash"} {
				s := sample{profile: profile, order: order, layout: "inline", n: n, shard: 4, tokens: 2, inputs: "digest"}
				out[fmt.Sprintf("%s inline %s n=%d", profile, order, n)] = s
				s.split = 4
				out[fmt.Sprintf("%s inline %s n=%d split=4", profile, order, n)] = s
			}
		}
	}
	return out
}

func TestCheck_goodBundles(t *testing.T) {
	for name, s := range samples() {
		r := check(t, s.bundle(), Options{Workers: 2})
		if !r.OK() {
			t.Errorf("%s: %v", name, r.Findings)
		}
		for _, tr := range r.Trees {
			if !tr.OK || tr.Rebuilt != tr.Root || tr.Folded != tr.Leaves {
				t.Errorf("%s: %+v", name, tr)
			}
		}
		for _, tok := range r.Tokens {
			if !tok.OK || !tok.Conserved || tok.FromLeaves != tok.Claims {
				t.Errorf("%s: %+v", name, tok)
			}
		}
	}
}
