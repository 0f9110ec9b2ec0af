package tree

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// params is an entry that the catalogue does not have, over the entry it is nearest to.
func params(t *testing.T, base string, change func(*Profile)) Profile {
	t.Helper()
	p := lookup(t, base).clone()
	p.Name, p.Index, p.Dedupe, p.Note = "params-test-v1", IndexNone, false, ""
	change(&p)
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if text := p.Describe(); !strings.HasSuffix(text, "\n") || strings.Contains(text, "%!") {
		t.Errorf("described as %s", text)
	}
	return p
}

// TestVectors_preimages rebuilds trees whose rows the vectors give as pre-images: the fields are cut from them.
func TestVectors_preimages(t *testing.T) {
	for prefix, entry := range map[string]string{
		"1inch-signature128": "1inch-signature-128-v1", "1inch-cumulative-": "address-amount-packed-v1", "1inch-cumulative128": "1inch-128-v1",
		"merkl-dispute": "merkl-v1", "merkl-sdk": "merkl-sdk-v1", "rocketpool-": "rocketpool-voter-v1",
	} {
		for _, v := range evmVectors(t, prefix) {
			t.Run(v.ID, func(t *testing.T) {
				p := lookup(t, entry)
				r, wants := &Rows{}, []want{}
				for _, l := range v.Leaves {
					appendPreimage(t, &p, r, l.Preimage)
					w := want{leaf: l.LeafHash + l.Leaf128, preimage: l.Preimage}
					switch {
					case l.ProofBytes != "":
						w.hasProof = true
						for b := strings.TrimPrefix(l.ProofBytes, "0x"); b != ""; b = b[2*p.Width:] {
							w.proof = append(w.proof, b[:2*p.Width])
						}
					case l.Proof != nil && v.ParamSet != nil:
						w.proof, w.hasProof = decode[[]string](t, l.Proof), true
					}
					wants = append(wants, w)
				}
				tree := build(t, Spec{Profile: p, Order: OrderProfile}, r)
				expect(t, tree, v.Root, wants)
				for i, l := range v.Leaves {
					if got, ok := tree.Index(i); l.ClaimIndex != "" && (!ok || merkle.NewAmount(got) != amount(t, l.ClaimIndex)) {
						t.Errorf("row %d: index from the path %d, want %s", i, got, l.ClaimIndex)
					}
				}
			})
		}
	}
}

// appendPreimage cuts an outside pre-image of static fields into a row.
func appendPreimage(t *testing.T, p *Profile, r *Rows, preimage string) {
	t.Helper()
	text := strings.TrimPrefix(preimage, "0x")
	columns := 0
	for _, f := range p.Fields {
		typ, err := parseType(f.Type)
		if err != nil {
			t.Fatal(err)
		}
		size := typ.size
		if p.Encoding == EncodingABI {
			text, size = text[2*(32-typ.size):], typ.size
		}
		value := "0x" + text[:2*size]
		text = text[2*size:]
		raw, err := parseHex(value)
		if err != nil {
			t.Fatal(err)
		}
		number, _ := merkle.AmountFromBig(new(big.Int).SetBytes(raw))
		switch f.Source {
		case SourceAccount:
			r.Accounts = append(r.Accounts, account(t, value))
		case SourceToken:
			r.Tokens = append(r.Tokens, account(t, value))
		case SourceAmount:
			r.Amounts = append(r.Amounts, number)
		default:
			if len(r.Columns) == columns {
				r.Columns = append(r.Columns, Column{Name: f.Name})
			}
			if typ.kind == uintKind {
				value = string(number.AppendText(nil))
			}
			r.Columns[columns].Values = append(r.Columns[columns].Values, value)
			columns++
		}
	}
	if text != "" {
		t.Fatalf("pre-image %s: %s left", preimage, text)
	}
}

// TestVectors_readyMade is the trees over leaves that callers hash themselves.
func TestVectors_readyMade(t *testing.T) {
	for _, prefix := range []string{"oz-simple-", "murky-", "solady-"} {
		for _, v := range evmVectors(t, prefix) {
			s := Spec{Profile: lookup(t, "oz-simple-v1"), Order: OrderProfile}
			switch {
			case strings.HasSuffix(v.ID, "positional-node"): // a node hash of the caller's own, which keeps the children's places
				s.Profile, s.Order = params(t, "oz-simple-v1", func(p *Profile) { p.Pair, p.Note = PairPositional, "made by the vector" }), OrderInput
			case prefix == "solady-":
				s.Order = OrderInput
			case prefix == "murky-":
				var err error
				if s.Profile, err = lookup(t, "murky-v1").WithFields([]string{"leaf:bytes32"}); err != nil {
					t.Fatal(err)
				}
			}
			r, wants := &Rows{Columns: []Column{{Name: "leaf"}}}, []want{}
			if prefix == "oz-simple-" {
				r.Columns[0].Values = decode[[]string](t, v.Values)
				for i := range v.Proofs {
					wants = append(wants, want{proof: v.Proofs[i], hasProof: true})
				}
			}
			for _, l := range v.Leaves {
				r.Columns[0].Values = append(r.Columns[0].Values, l.LeafHash)
				wants = append(wants, want{leaf: l.LeafHash, proof: decode[[]string](t, l.Proof), hasProof: true})
			}
			expect(t, build(t, s, r), v.Root, wants)
			if v.PaddedRoot != "" { // filled with zeros to a power of two
				s.Profile.Shape, s.Profile.Pad = PadPow2, make([]byte, 32)
				if got := build(t, s, r).Root(); got != hash(t, v.PaddedRoot) {
					t.Errorf("%s: padded root %s, want %s", v.ID, got, v.PaddedRoot)
				}
			}
		}
	}
}

// An account's rows are an inner tree, its proof that of the row and that of the account.
func TestVectors_eigenLayer(t *testing.T) {
	type token struct {
		Token, CumulativeEarnings, LeafPreimage, LeafHash string
		ProofHashes                                       []string
		TokenIndex                                        int
	}
	for _, v := range evmVectors(t, "eigenlayer-e") {
		t.Run(v.ID, func(t *testing.T) {
			r, wants, sides := &Rows{}, []want{}, []int{}
			for _, e := range decode[[]struct {
				Earner      string
				ProofHashes []string
				EarnerIndex int
				Tokens      []token
			}](t, v.Earners) {
				for _, l := range e.Tokens {
					r.Accounts, r.Tokens = append(r.Accounts, account(t, e.Earner)), append(r.Tokens, account(t, l.Token))
					r.Amounts = append(r.Amounts, amount(t, l.CumulativeEarnings))
					wants = append(wants, want{l.LeafHash, "0x" + l.LeafPreimage[4:], append(slices.Clone(l.ProofHashes), e.ProofHashes...), true}) // without the prefix
					sides = append(sides, l.TokenIndex|e.EarnerIndex<<len(l.ProofHashes))
				}
			}
			tree := build(t, Spec{Profile: lookup(t, "eigenlayer-v1"), Order: OrderProfile}, r)
			if tree.Root() != hash(t, v.Root) {
				t.Fatalf("root: got %s, want %s", tree.Root(), v.Root)
			}
			for i, w := range wants {
				if tree.Leaf(i) != hash(t, w.leaf) || hexText(tree.Preimage(nil, i)) != w.preimage || tree.Sides(i) != sides[i] {
					t.Errorf("row %d: leaf %s of %x, sides %b: want %s of %s, %b", i, tree.Leaf(i), tree.Preimage(nil, i), tree.Sides(i), w.leaf, w.preimage, sides[i])
				}
				proof := tree.Proof(i, nil)
				if len(proof) != len(w.proof) {
					t.Fatalf("row %d: %d proof entries, want %d", i, len(proof), len(w.proof))
				}
				for j := range proof {
					if proof[j] != hash(t, w.proof[j]) {
						t.Errorf("row %d: proof entry %d: got %s, want %s", i, j, proof[j], w.proof[j])
					}
				}
			}
		})
	}
}

// EigenLayer's own library cannot read mixed-case lists whose texts sort otherwise than their bytes; here spelling has no say.
func TestVectors_eigenLayerMixedCase(t *testing.T) {
	for _, v := range evmVectors(t, "eigenlayer-mixedcase") {
		build2 := func(spell func(string) string) *Tree {
			r := &Rows{}
			for _, l := range decode[[]struct{ Earner, Token, Amount string }](t, v.Input) {
				r.Accounts, r.Tokens = append(r.Accounts, account(t, spell(l.Earner))), append(r.Tokens, account(t, l.Token))
				r.Amounts = append(r.Amounts, amount(t, l.Amount))
			}
			return build(t, Spec{Profile: lookup(t, "eigenlayer-v1"), Order: OrderProfile}, r)
		}
		mixed, lower := build2(func(s string) string { return s }), build2(strings.ToLower)
		if mixed.Root() != lower.Root() || mixed.Len() != 2 {
			t.Errorf("%s: roots %s and %s", v.ID, mixed.Root(), lower.Root())
		}
	}
}

// Limits are stated in tokens of 18 decimals; "unlimited" is the widest number.
func TestVectors_thirdweb(t *testing.T) {
	for prefix, entry := range map[string]string{"thirdweb-sharded-v1": "thirdweb-drop-v1"} {
		for _, v := range evmVectors(t, prefix) {
			r, wants := &Rows{}, []want{}
			for _, l := range v.Leaves {
				limit := maxAmount(t)
				if l.MaxClaimable != "unlimited" {
					var err error
					if limit, err = merkle.ParseTokens(l.MaxClaimable, 18); err != nil {
						t.Fatal(err)
					}
				}
				r.Accounts, r.Amounts = append(r.Accounts, account(t, l.Address)), append(r.Amounts, limit)
				wants = append(wants, want{leaf: l.LeafHash, proof: decode[[]string](t, l.Proof), hasProof: true})
			}
			tree := build(t, Spec{Profile: lookup(t, entry), Order: OrderProfile}, r)
			expect(t, tree, v.Root, wants)
			if sum, ok := tree.Total(); ok {
				t.Errorf("%s: the sum of limits beyond 256 bits is %s", v.ID, sum)
			}
		}
	}
}

func TestVectors_solana(t *testing.T) {
	for name, entry := range map[string]string{
		"jito-tip-distribution": "jito-tip-v1", "saber-distributor": "saber-v1", "mpl-distro": "mpl-distro-v1", "pyth-wormhole-token-dispenser": "pyth-v1",
	} {
		for _, v := range solanaVectors(t, name) {
			p := lookup(t, entry).clone()
			p.TotalBits, p.Zero = 256, ZeroKeep // sums of the vectors are beyond what a mint can hold
			if v.OddRule != "" && v.OddRule != "dup" {
				p.Shape = Promote
			}
			r, wants := &Rows{}, []want{}
			for _, f := range p.Fields {
				if f.Source == SourceColumn {
					r.Columns = append(r.Columns, Column{Name: f.Name})
				}
			}
			for _, c := range v.Claims {
				if p.Has(SourceAccount) {
					r.Accounts = append(r.Accounts, account(t, c.Claimant))
				}
				r.Amounts = append(r.Amounts, amount(t, c.Amount))
				for i := range r.Columns {
					col := &r.Columns[i]
					col.Values = append(col.Values, map[string]string{"nonce": c.Nonce, "ecosystem": c.Ecosystem, "identity": c.Identity}[col.Name])
				}
				wants = append(wants, want{c.LeafHash, c.Preimage, c.Proof, true})
			}
			tree := build(t, Spec{Profile: p, Order: OrderProfile}, r)
			expect(t, tree, v.Root, wants)
			for i, c := range v.Claims {
				if got, ok := tree.Index(i); ok && got != c.Index {
					t.Errorf("%s row %d: index %d, want %d", name, i, got, c.Index)
				}
			}
		}
	}
}
