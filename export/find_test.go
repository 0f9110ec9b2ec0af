package export

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// checkFind asks for every account of a sample and compares with the trees that were written.
func checkFind(t *testing.T, s sample) {
	t.Helper()
	dir, trees, m := s.bundle(t, Options{Workers: 2})
	r, err := Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	type claim struct{ tree, token string }
	paid := 0
	for i := range s.claims + 3 {
		account := s.account(i)
		want := map[claim]Proven{}
		for _, tr := range trees {
			rows := tr.Tree.Rows()
			for row, a := range rows.Accounts {
				if a != account {
					continue
				}
				token := tr.Tokens[0].ID
				if rows.Tokens != nil {
					for _, k := range tr.Tokens {
						if k.Assets[0].Asset.Token == rows.Tokens[row] {
							token = k.ID
						}
					}
				}
				p := Proven{Amount: rows.Amounts[row], Leaf: tr.Tree.Leaf(row), Root: tr.Tree.Root(), Proof: tr.Tree.Proof(row, nil)}
				if rows.Locked != nil {
					p.Locked = rows.Locked[row]
				}
				want[claim{tr.ID, token}] = p
			}
		}
		got, err := r.Find(account)
		if err != nil {
			t.Fatalf("%+v: account %d: %v", s, i, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%+v: account %d has %d claims, want %d", s, i, len(got), len(want))
		}
		paid += len(got)
		for _, p := range got {
			w, ok := want[claim{p.Tree, p.Token}]
			if !ok || p.Account != account || p.Amount != w.Amount || p.Locked != w.Locked || p.Leaf != w.Leaf || p.Root != w.Root || !slices.Equal(p.Proof, w.Proof) {
				t.Fatalf("%+v: account %d: got %+v\nwant %+v", s, i, p, w)
			}
		}
	}
	leaves := 0
	for i := range m.Trees {
		leaves += m.Trees[i].Leaves
	}
	if paid != leaves {
		t.Fatalf("%+v: found %d claims of %d leaves", s, paid, leaves)
	}
}

func TestFind_everyAccountOfEverySmallSubtreeBundle(t *testing.T) {
	for _, profile := range []string{"jito-v1", "oz-standard-v1", "uniswap-v1"} {
		for n := 1; n <= 70; n++ {
			if testing.Short() && n > 20 {
				break
			}
			shard := 2 + (n*7+len(profile))%15
			checkFind(t, sample{profile: profile, order: "account", proofs: "subtree", shard: shard, tokens: 1, claims: n})
		}
	}
}

func TestFind_subtreeAtEveryShardSize(t *testing.T) {
	for _, profile := range []string{"jito-v1", "oz-standard-v1", "uniswap-v1"} {
		for shard := 2; shard <= 16; shard++ {
			for _, n := range []int{11, 16, 37} {
				checkFind(t, sample{profile: profile, order: "account", proofs: "subtree", shard: shard, tokens: 1, claims: n})
			}
		}
	}
}

func TestFind_layoutsOrdersTokensAndSplits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		s := sample{
			profile: []string{"jito-v1", "oz-standard-v1", "uniswap-v1"}[i%3], order: []string{"account", "input", "leaf-hash", "profile"}[r.IntN(4)],
			proofs: "inline", shard: 2 + r.IntN(15), tokens: 1 + r.IntN(3), claims: 2 + r.IntN(70),
		}
		if s.order == "account" && r.IntN(3) > 0 {
			s.proofs = "subtree"
		}
		if r.IntN(2) == 0 {
			s.gap = 2 + r.IntN(5)
		}
		if r.IntN(2) == 0 {
			s.split = 1 + r.IntN(20)
		}
		s.locked = s.profile == "jito-v1" && r.IntN(2) == 0
		s.index = s.profile == "uniswap-v1" && r.IntN(2) == 0
		t.Run(fmt.Sprint(i), func(t *testing.T) { checkFind(t, s) })
	}
}

func TestFind_manyTokensInOneTree(t *testing.T) {
	for _, proofs := range []string{"subtree", "inline"} {
		for _, order := range []string{"account", "input", "leaf-hash"} {
			if proofs == "subtree" && order != "account" {
				continue
			}
			for _, shard := range []int{2, 3, 4, 8} {
				checkFind(t, sample{profile: "oz-standard-v1", fields: `["account:address", "token:address", "amount:uint256"]`, order: order, proofs: proofs,
					shard: shard, tokens: 5, claims: 13, gap: 6, one: true})
			}
		}
	}
}

func TestFind_ownColumnsWithHardText(t *testing.T) {
	for _, proofs := range []string{"subtree", "inline"} {
		s := sample{profile: "oz-standard-v1", fields: `["account:address", "amount:uint256", "memo:string"]`, order: "account", proofs: proofs, shard: 4, tokens: 1, claims: 9}
		checkFind(t, s)
		dir, _, _ := s.bundle(t, Options{})
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Find(s.account(3))
		if err != nil || len(got) != 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		want := []FieldValue{
			{"account", "address", tree.SourceAccount, s.account(3).Text()}, {"amount", "uint256", tree.SourceAmount, "1021"},
			{"memo", "string", tree.SourceColumn, "say \"3\", \u00e9\t\u2028"},
		}
		if !slices.Equal(got[0].Fields, want) {
			t.Errorf("got %q, want %q", got[0].Fields, want)
		}
	}
}

// TestFind_oneAccountOnTwoChains: an EVM account is the same on every EVM chain, and has a claim on each.
func TestFind_oneAccountOnTwoChains(t *testing.T) {
	const yaml = `format: merkle-campaign/v1
id: sample
tokens:
  T: {decimals: 18, pool: "1", assets: [{asset: "eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: 18}, {asset: "eip155:8453/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: 12}]}
rule: {name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: base, tokens: [T], chain: "eip155:8453", profile: uniswap-v1, order: account, split: 0}
  - {id: main, tokens: [T], chain: "eip155:1", profile: uniswap-v1, order: account, split: 0}
`
	list := "account,amount,chain\n" + oneEVM + ",7,eip155:1\n" + oneEVM + ",5000000,eip155:8453\n" + otherEVM + ",3,eip155:1\n"
	a := allocation(t, yaml, map[string]string{"list.csv": list})
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := Write(context.Background(), dir, a, trees, Options{}); err != nil {
		t.Fatal(err)
	}
	r, err := Open(zipped(t, files(t, dir))) // any file system will do
	if err != nil {
		t.Fatal(err)
	}
	account, err := merkle.ParseAccount(oneEVM)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Find(account)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v", got, err)
	}
	if p := got[0]; p.Tree != "base" || p.Chain != "eip155:8453" || p.Amount != merkle.NewAmount(5) || p.Decimals != 12 {
		t.Errorf("got %+v", p)
	}
	if p := got[1]; p.Tree != "main" || p.Chain != "eip155:1" || p.Amount != merkle.NewAmount(7) || p.Decimals != 18 {
		t.Errorf("got %+v", p)
	}
}

// zipped is the bundle as a zip archive.
func zipped(t *testing.T, got map[string]string) fs.FS {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for path, text := range got {
		f, err := w.Create(path)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFind_saysWhatTheClaimNeeds(t *testing.T) {
	s := sample{profile: "uniswap-v1", order: "account", proofs: "subtree", shard: 4, tokens: 2, claims: 9, index: true}
	dir, _, _ := s.bundle(t, Options{})
	r, err := Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Find(s.account(2))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v", got, err)
	}
	p := got[1]
	if p.Tree != "t1" || p.Token != "T1" || p.Chain != evmChain || p.Index != "11" || p.Amount != merkle.NewAmount(1015) || p.Profile != "uniswap-v1" || p.Decimals != 6 || p.Width != 32 {
		t.Errorf("got %+v", p)
	}
	if p.Claim != "claim(uint256 index, address account, uint256 amount, bytes32[] merkleProof)" {
		t.Errorf("claim function %q", p.Claim)
	}
}

// TestFind_constantsAndColumnsOfASplitTree: constants are in the manifest once, columns go with their rows into the parts.
func TestFind_constantsAndColumnsOfASplitTree(t *testing.T) {
	for _, order := range []string{"account", "input"} {
		token := evmToken("T", 6, "1000")
		a := allocation(t, fixedCampaign([]string{token}, []string{
			`{id: t, tokens: [T], profile: oz-standard-v1, fields: ["salt:uint256", "account:address", "token:address", "amount:uint256", "memo:string"], constants: {salt: "7"}, order: ` + order + `, split: 2}`,
		}), map[string]string{"list.csv": "account,amount,memo\n" + oneEVM + ",5,one\n" + otherEVM + ",6,other\n0x6ab3311bfe7c52d93098e661558a14c2e56fc28d,7,third\n"})
		trees, err := Trees(context.Background(), a, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "out")
		m, err := Write(context.Background(), dir, a, trees, Options{})
		if err != nil {
			t.Fatal(err)
		}
		const address = "0x52a67249016f2028d81d641d755131a47ca975b5"
		for _, tr := range m.Trees {
			if len(m.Trees) != 2 || len(tr.Constants) != 2 || tr.Constants["salt"] != "7" || tr.Constants["token"] != address {
				t.Errorf("tree %s of %d: constants %v", tr.ID, len(m.Trees), tr.Constants)
			}
		}
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		for text, memo := range map[string]string{oneEVM: "one", otherEVM: "other", "0x6ab3311bfe7c52d93098e661558a14c2e56fc28d": "third"} {
			account, err := merkle.ParseAccount(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Find(account)
			if err != nil || len(got) != 1 {
				t.Fatalf("%s: %v, %v", text, got, err)
			}
			var values []string
			for _, f := range got[0].Fields {
				values = append(values, f.Value)
			}
			if want := []string{"7", text, address, got[0].Amount.String(), memo}; !slices.Equal(values, want) {
				t.Errorf("got %q, want %q", values, want)
			}
		}
	}
}
