package verify

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestRemarks: accounts that are hardly a person's are named and do not change the verdict.
func TestRemarks(t *testing.T) {
	reached := map[Code]bool{}
	for _, tt := range []struct {
		name    string
		s       sample
		account string
		want    Code
	}{
		{"burn", sample{profile: "oz-standard-v1"}, "0x000000000000000000000000000000000000dead", AccountBurn},
		{"precompile", sample{profile: "oz-standard-v1"}, "0x0000000000000000000000000000000000000009", AccountPrecompile},
		{"own token", sample{profile: "oz-standard-v1"}, strings.Split(sample{profile: "oz-standard-v1"}.asset(0), ":")[2], AccountOwn},
		{"program", sample{profile: "jito-v1"}, "Stake11111111111111111111111111111111111111", AccountProgram},
		{"off the curve", sample{profile: "jito-v1"}, "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6", AccountOffCurve},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.s
			s.order, s.layout, s.n, s.shard, s.tokens, s.inputs = "account", "subtree", 9, 4, 1, "copy"
			s.special = tt.account
			r := check(t, s.bundle(), Options{})
			if !r.OK() {
				t.Fatal(r.Findings)
			}
			codes, named := map[Code]bool{}, false
			for _, f := range r.Remarks {
				codes[f.Code] = true
				named = named || f.Code == tt.want && f.Got == tt.account
			}
			if !named {
				t.Errorf("want %s of %s, got %v", tt.want, tt.account, r.Remarks)
			}
			maps.Copy(reached, codes)
			s.policy = "allow"
			if r := check(t, s.bundle(), Options{}); !r.OK() || len(r.Remarks) > 0 {
				t.Errorf("allowed: %v %v", r.Findings, r.Remarks)
			}
			s.policy = "refuse"
			if r := check(t, s.bundle(), Options{}); !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == tt.want && f.Got == tt.account }) {
				t.Errorf("refused: %v", r.Findings)
			}
		})
	}
	for _, m := range Codes() {
		if m.Area == "accounts" && !reached[m.Code] {
			t.Errorf("no sample reaches %s", m.Code)
		}
	}
}
