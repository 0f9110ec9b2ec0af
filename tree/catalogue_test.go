package tree

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func TestCatalogue_isValidAndWhole(t *testing.T) {
	names := map[string]bool{}
	last := ""
	for p := range Profiles() {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		if names[p.Name] || p.Name < last {
			t.Errorf("%s is there twice or out of order", p.Name)
		}
		names[p.Name], last = true, p.Name
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Profile
		if err := json.Unmarshal(text, &again); err != nil || again.Describe() != p.Describe() {
			t.Errorf("%s: read back as %v\n%s", p.Name, err, again.Describe())
		}
		for _, d := range p.Defaults {
			if got, ok := p.Default(d.Field); !ok || got != d.Value {
				t.Errorf("%s: default of %s: %q, %v", p.Name, d.Field, got, ok)
			}
		}
	}
	for p := range Profiles() {
		if p.Extends == "" {
			continue
		}
		base := lookup(t, p.Extends)
		if len(base.Fields) >= len(p.Fields) || !slices.Equal(base.Fields, p.Fields[:len(base.Fields)]) {
			t.Errorf("%s does not go on from the leaf of %s", p.Name, base.Name)
		}
		if base.Encoding != p.Encoding || base.Shape != p.Shape || base.Order != p.Order || base.Grouping != p.Grouping || base.Hash != p.Hash || base.Index != p.Index || base.Amount != p.Amount {
			t.Errorf("%s is another tree than %s", p.Name, base.Name)
		}
	}
}

// TestCatalogue_selectors hashes each signature whose types it states.
func TestCatalogue_selectors(t *testing.T) {
	checked := 0
	for p := range Profiles() {
		for _, c := range [][2]string{{p.Claim, p.ClaimSelector}, {p.RootGetter, p.RootSelector}} {
			signature, selector := c[0], c[1]
			if p.Accounts != merkle.EVM || selector == "" {
				continue
			}
			canonical := canonicalSignature(signature)
			if got := hexText(keccak(canonical)[:4]); got != selector {
				t.Errorf("%s: %s of %s, stated %s", p.Name, got, canonical, selector)
			}
			checked++
		}
	}
	if checked < 25 {
		t.Errorf("%d selectors", checked)
	}
}

// canonicalSignature drops the names of parameters.
func canonicalSignature(signature string) string {
	return regexp.MustCompile(` \w+`).ReplaceAllString(strings.ReplaceAll(signature, ", ", ","), "")
}

// Solana's are the first 8 bytes of the sha256 of a name (Anchor).
func TestCatalogue_discriminators(t *testing.T) {
	for p := range Profiles() {
		if p.Accounts != merkle.Solana || p.ClaimSelector == "" {
			continue
		}
		name, _, _ := strings.Cut(p.Claim, "(")
		q := Profile{Hash: HashSHA256, Width: 32}
		if got := hexText(refHash(&q, []byte("global:"+name))[:8]); got != p.ClaimSelector {
			t.Errorf("%s: %s of %s, stated %s", p.Name, got, name, p.ClaimSelector)
		}
	}
}

func TestLookup_namesWhatIsNear(t *testing.T) {
	for name, want := range map[string]string{"tokensoft": `profile "tokensoft": unknown, want one of tokensoft-continuous-v1, tokensoft-satellite-v1, tokensoft-tranche-v1, tokensoft-v1`, "JITO-V1": "jito-tip-v1, jito-v1", "": "1inch-128-v1, ", "x": "uniswap-v1"} {
		if _, err := Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWithFields_bareLeaf(t *testing.T) {
	p, err := lookup(t, "murky-v1").WithFields([]string{"leaf:bytes32"})
	if err != nil || p.LeafHashes != 0 || p.Encoding != EncodingPacked || !strings.Contains(p.Describe(), "which are not hashed, 32 bytes") {
		t.Fatalf("%v: %s", err, p.Describe())
	}
	r := &Rows{Columns: []Column{{"leaf", []string{"0x" + strings.Repeat("ab", 32)}}}}
	if got := build(t, Spec{Profile: p, Order: OrderProfile}, r).Leaf(0); got != hash(t, strings.Repeat("ab", 32)) {
		t.Errorf("leaf %s", got)
	}
	hashed, err := lookup(t, "oz-standard-v1").WithFields([]string{"leaf:bytes32"}) // OpenZeppelin's leaf of one value
	if err != nil || hashed.LeafHashes != 2 {
		t.Errorf("%v: %d leaf hashes", err, hashed.LeafHashes)
	}
	if _, err := lookup(t, "hedgey-v1").WithFields([]string{"leaf:bytes32"}); err == nil {
		t.Error("a leaf that its contract fixes is changed")
	}
}
