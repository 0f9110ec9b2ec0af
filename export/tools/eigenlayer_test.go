package tools

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/merkle-drop/merkle/tree"
)

// eigenVector is a vector of EigenLayer's own generator. Its distribution was printed through floating point and is not compared.
type eigenVector struct {
	ID, Root string
	Input    []struct{ Earner, Token, Amount string }
	Earners  []struct {
		Earner, EarnerTokenRoot, EarnerTreeProof string
		EarnerIndex                              int
		Tokens                                   []struct {
			Token, CumulativeEarnings, TokenTreeProof string
			TokenIndex                                int
		}
	}
}

func eigenVectors(t *testing.T) (out []eigenVector) {
	t.Helper()
	var file struct{ Vectors []json.RawMessage }
	readJSON(t, "../../fixtures/vectors/evm.json", &file)
	for _, raw := range file.Vectors {
		var id struct{ ID, Profile, Root string }
		unmarshal(t, raw, &id)
		if id.Profile == "eigenlayer-rewards" && id.Root != "" {
			var v eigenVector
			unmarshal(t, raw, &v)
			out = append(out, v)
		}
	}
	if len(out) < 2 {
		t.Fatalf("%d vectors", len(out))
	}
	return out
}

func TestEigenlayerVectors(t *testing.T) {
	for _, v := range eigenVectors(t) {
		var rows tree.Rows
		for _, r := range v.Input {
			rows.Accounts, rows.Tokens, rows.Amounts = append(rows.Accounts, account(t, r.Earner)), append(rows.Tokens, account(t, r.Token)), append(rows.Amounts, amount(t, r.Amount))
		}
		built := build(t, tree.Spec{Profile: lookup(t, "eigenlayer-v1")}, &rows)
		want := map[string]map[string]json.Number{} // encoding/json sorts the keys as the library's order is
		for _, r := range v.Input {
			if want[r.Earner] == nil {
				want[r.Earner] = map[string]json.Number{}
			}
			want[r.Earner][r.Token] = json.Number(r.Amount)
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		same(t, v.ID, streamed(t, "eigenlayer", built, Options{}), string(text))

		dir := t.TempDir() + "/claims"
		if _, err := Write(context.Background(), "eigenlayer-claims", dir, built, Options{With: map[string]string{"rootIndex": "3"}}); err != nil {
			t.Fatal(err)
		}
		for _, e := range v.Earners {
			checkEarner(t, v, dir+"/"+account(t, e.Earner).Text()+".json")
		}
	}
}

func checkEarner(t *testing.T, v eigenVector, path string) {
	t.Helper()
	var got struct {
		Root                   string
		RootIndex, EarnerIndex int
		EarnerTreeProof        string
		EarnerLeaf             struct{ Earner, EarnerTokenRoot string }
		TokenIndices           []int
		TokenTreeProofs        []string
		TokenLeaves            []struct {
			Token              string
			CumulativeEarnings json.Number
		}
		TokenTreeProofsNum, TokenLeavesNum int
	}
	readJSON(t, path, &got)
	e := v.Earners[got.EarnerIndex]
	if got.Root != v.Root || got.RootIndex != 3 || got.EarnerTreeProof != e.EarnerTreeProof || got.EarnerLeaf.EarnerTokenRoot != e.EarnerTokenRoot ||
		account(t, got.EarnerLeaf.Earner) != account(t, e.Earner) || got.TokenLeavesNum != len(e.Tokens) || got.TokenTreeProofsNum != len(e.Tokens) || len(got.TokenLeaves) != len(e.Tokens) {
		t.Fatalf("%s: %+v, want %+v", v.ID, got, e)
	}
	for i, k := range e.Tokens {
		if got.TokenIndices[i] != k.TokenIndex || got.TokenTreeProofs[i] != k.TokenTreeProof || account(t, got.TokenLeaves[i].Token) != account(t, k.Token) ||
			got.TokenLeaves[i].CumulativeEarnings.String() != k.CumulativeEarnings {
			t.Errorf("%s: earner %s token %d: %+v", v.ID, e.Earner, i, got)
		}
	}
}
