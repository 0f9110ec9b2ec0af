package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/merkle-drop/merkle/tree"
)

func TestMultiProofVectors(t *testing.T) {
	checked := 0
	for _, v := range evmVectors(t) {
		if v.Multiproof == nil {
			continue
		}
		checked++
		type proof struct {
			ForValueIndices []int
			Root            string
			Leaves, Values  json.RawMessage
			LeafHashes      []string
			Proof           []string
			ProofFlags      []bool
		}
		var want, got proof
		unmarshal(t, v.Multiproof, &want)
		var b bytes.Buffer
		if err := StreamMultiProof(context.Background(), &b, ozTree(t, v), want.ForValueIndices); err != nil {
			t.Fatal(err)
		}
		unmarshal(t, b.Bytes(), &got)
		var leaves []string
		unmarshal(t, got.Leaves, &leaves)
		if got.Root != v.Root || !slices.Equal(leaves, want.LeafHashes) || !slices.Equal(got.Proof, want.Proof) || !slices.Equal(got.ProofFlags, want.ProofFlags) {
			t.Errorf("%s: %+v, want %+v", v.ID, got, want)
		}
		same(t, v.ID, compact(t, got.Values), compact(t, want.Leaves)) // the library calls the values leaves
	}
	if checked < 2 {
		t.Fatalf("%d vectors", checked)
	}
	if err := StreamMultiProof(context.Background(), &bytes.Buffer{}, someTree(t, "uniswap-v1"), []int{0}); !errors.Is(err, tree.ErrNoMultiProof) {
		t.Errorf("a tree of another shape: %v", err)
	}
}
