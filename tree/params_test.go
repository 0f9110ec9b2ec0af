package tree

import (
	"math/big"
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

// TestVectors_parameters says further formats in parameters only. Rows with outside pre-images hold the fields cut from them.
func TestVectors_parameters(t *testing.T) {
	packed := func(width int, order Order, fields ...Field) Profile {
		return params(t, "uniswap-v1", func(p *Profile) { p.Width, p.Order, p.Fields = width, order, fields })
	}
	who, much := Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	rocket := packed(32, OrderLeafHash, who, Field{"network", "uint256", SourceColumn}, Field{"rpl", "uint256", SourceColumn}, Field{"eth", "uint256", SourceColumn}, Field{"voter", "uint256", SourceColumn})
	rocket.Shape, rocket.Pad = PadPow2, make([]byte, 32)
	for prefix, p := range map[string]Profile{
		"1inch-signature128":  packed(16, OrderInput, who, much),
		"1inch-cumulative-":   packed(32, OrderLeafHash, who, much),
		"1inch-cumulative128": packed(16, OrderLeafHash, Field{"salt", "bytes16", SourceColumn}, who, much),
		"merkl-": params(t, "oz-standard-v1", func(p *Profile) {
			p.LeafHashes, p.LeafPrefixes, p.Shape = 1, [][]byte{{}}, Promote
			p.Fields = []Field{who, {"token", "address", SourceToken}, much}
		}),
		"rocketpool-": rocket,
	} {
		for _, v := range evmVectors(t, prefix) {
			t.Run(v.ID, func(t *testing.T) {
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
				s := Spec{Profile: p, Order: OrderProfile, KeepDuplicates: strings.HasPrefix(prefix, "merkl")}
				tree := build(t, s, r)
				expect(t, tree, v.Root, wants)
				if v.Leaves[0].ClaimIndex == "" {
					return
				}
				s.Profile.Index = IndexPath
				tree = build(t, s, r)
				for i, l := range v.Leaves {
					if got, ok := tree.Index(i); !ok || merkle.NewAmount(got) != amount(t, l.ClaimIndex) {
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
			p := params(t, "oz-standard-v1", func(p *Profile) {
				p.LeafHashes, p.LeafPrefixes, p.Fields, p.Order = 0, nil, []Field{{"leaf", "bytes32", SourceColumn}}, OrderInput
				p.Note = "made by the vector"
				switch {
				case v.ID == "oz-simple-n5":
					p.Order = OrderLeafHash
				case prefix == "oz-simple-":
					p.Pair = PairPositional
				case prefix == "murky-":
					p.Shape, p.Pad = ZeroSibling, make([]byte, 32)
				}
			})
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
			expect(t, build(t, Spec{Profile: p, Order: OrderProfile}, r), v.Root, wants)
			if v.PaddedRoot != "" { // filled with zeros to a power of two
				p.Shape, p.Pad = PadPow2, make([]byte, 32)
				if got := build(t, Spec{Profile: p, Order: OrderProfile}, r).Root(); got != hash(t, v.PaddedRoot) {
					t.Errorf("%s: padded root %s, want %s", v.ID, got, v.PaddedRoot)
				}
			}
		}
	}
}

func TestVectors_solanaParameters(t *testing.T) {
	claimant, much := Field{"account", "pubkey", SourceAccount}, Field{"amount", "u64", SourceAmount}
	for name, p := range map[string]Profile{
		"jito-tip-distribution": params(t, "jito-v1", func(p *Profile) { p.Fields, p.Note = []Field{claimant, much}, "as jito-v1" }),
		"saber-distributor": params(t, "jito-v1", func(p *Profile) {
			p.Fields = []Field{{"index", "u64", SourceIndex}, claimant, much}
			p.Hash, p.LeafHashes, p.LeafPrefixes, p.NodePrefix = HashKeccak256, 1, [][]byte{{}}, nil
			p.Shape, p.Order, p.Dedupe, p.Index = Promote, OrderLeafHash, true, IndexBase58
		}),
		"mpl-distro": params(t, "jito-v1", func(p *Profile) {
			p.Fields = []Field{claimant, much, {"nonce", "u64", SourceColumn}}
			p.Hash, p.LeafHashes, p.LeafPrefixes, p.Note = HashKeccak256, 1, [][]byte{[]byte("claim")}, "tree height is stored on chain"
		}),
	} {
		for _, v := range solanaVectors(t, name) {
			q := p.clone()
			q.TotalBits = 256 // sums of the vectors are beyond what a mint can hold
			if v.OddRule != "" && v.OddRule != "dup" {
				q.Shape = Promote
			}
			r, wants := &Rows{}, []want{}
			if name == "mpl-distro" {
				r.Columns = []Column{{Name: "nonce"}}
			}
			for _, c := range v.Claims {
				r.Accounts, r.Amounts = append(r.Accounts, account(t, c.Claimant)), append(r.Amounts, amount(t, c.Amount))
				if r.Columns != nil {
					r.Columns[0].Values = append(r.Columns[0].Values, c.Nonce)
				}
				wants = append(wants, want{c.LeafHash, c.Preimage, c.Proof, true})
			}
			tree := build(t, Spec{Profile: q, Order: OrderProfile, KeepDuplicates: true}, r)
			expect(t, tree, v.Root, wants)
			for i, c := range v.Claims {
				if got, ok := tree.Index(i); ok && got != c.Index {
					t.Errorf("%s row %d: index %d, want %d", name, i, got, c.Index)
				}
			}
		}
	}
}

// Pyth's leaf is an enumeration, which no type list says yet; the tree over ready-made leaves is in reach.
func TestVectors_pythTree(t *testing.T) {
	for _, v := range solanaVectors(t, "pyth-wormhole-token-dispenser") {
		p := params(t, "jito-v1", func(p *Profile) {
			p.Hash, p.Width, p.LeafHashes, p.LeafPrefixes, p.Shape = HashKeccak256, 20, 0, nil, PadPow2
			p.Fields, p.Note = []Field{{"leaf", "bytes20", SourceColumn}}, "made by the vector"
			p.Pad = p.sum([]byte{2})
		})
		r, wants := &Rows{Columns: []Column{{Name: "leaf"}}}, []want{}
		for _, c := range v.Claims {
			r.Columns[0].Values = append(r.Columns[0].Values, "0x"+c.LeafHash)
			raw, err := parseHex("0x" + c.Preimage)
			if err != nil {
				t.Fatal(err)
			}
			if leaf := refHash(&p, []byte{0}, raw); hexText(leaf) != "0x"+c.LeafHash {
				t.Errorf("leaf %x, want %s", leaf, c.LeafHash)
			}
			wants = append(wants, want{leaf: c.LeafHash, proof: c.Proof, hasProof: true})
		}
		expect(t, build(t, Spec{Profile: p, Order: OrderProfile}, r), v.Root, wants)
	}
}
