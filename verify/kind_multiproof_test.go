package verify

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// multiproofFile is a vector's multiproof as a file; with hashes, as merkle tree --multiproof writes it, or with values in their place, as the library returns it.
func multiproofFile(t *testing.T, hashes bool) string {
	t.Helper()
	var file jmap
	readVectors(t, "evm.json", &file)
	for _, x := range file["vectors"].([]any) {
		v := x.(jmap)
		mp, ok := v["multiproof"].(jmap)
		if !ok || v["id"] != "oz-standard-address-uint256-n5" {
			continue
		}
		out := jmap{"root": v["root"], "leaves": mp["leafHashes"], "values": mp["leaves"], "proof": mp["proof"], "proofFlags": mp["proofFlags"]}
		if !hashes {
			out = jmap{"leaves": mp["leaves"], "proof": mp["proof"], "proofFlags": mp["proofFlags"]}
		}
		text, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatal("the vector is missing")
	return ""
}

func checkText(t *testing.T, text string, o FileOptions) *FileReport {
	t.Helper()
	r, err := CheckFiles(t.Context(), []File{{Name: "multiproof.json", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestMultiproofFile: good ones, and every single change of one.
func TestMultiproofFile(t *testing.T) {
	root := "0x5d7f"
	good := multiproofFile(t, true)
	r := checkText(t, good, FileOptions{Decimals: -1})
	if !r.OK() || r.Kind != "multiproof" || len(r.Trees) != 1 || !r.Trees[0].Matched || r.Trees[0].Leaves != 2 {
		t.Fatalf("%+v", r)
	}
	root = r.Trees[0].Rebuilt
	values := multiproofFile(t, false)
	if r := checkText(t, values, FileOptions{Root: root, Decimals: -1}); !r.OK() || !r.Trees[0].Matched {
		t.Errorf("values: %+v", r)
	}
	if r := checkText(t, values, FileOptions{Decimals: -1}); !r.OK() || r.Trees[0].Matched || len(r.NotChecked) == 0 {
		t.Errorf("without a root: %+v", r)
	}
	for _, tt := range []struct {
		name, old, with string
		want            Code
	}{
		{"an amount", `"1000000000000000000"`, `"1000000000000000001"`, RowLeaf},
		{"an address", "0x53599D727db6997C1B9665215610Fa84FE3edBf9", "0x9EB9368AaF254a795f5F72417910e29Ac6aAAf73", RowLeaf},
		{"a flag", "false,true]", "true,true]", RowProof},
		{"a flag that is none", "false,true]", `false,"true"]`, FileMember},
		{"a hash of the proof", `"proof":["0x54b2`, `"proof":["0x54b3`, RowProof},
		{"a leaf", `"leaves":["0x15`, `"leaves":["0x16`, RowLeaf},
		{"no hash", `"proof":["0x54b2`, `"proof":["0x54g2`, RowProof},
		{"an entry more", `"proof":[`, `"proof":["` + root + `",`, RowProof},
		{"the root", root, root[:len(root)-1] + "7", RowProof},
		{"a value missing", `"values":[`, `"values":[[],`, ListCount},
	} {
		if !strings.Contains(good, tt.old) {
			t.Fatalf("%s: nothing to change", tt.name)
		}
		r := checkText(t, strings.Replace(good, tt.old, tt.with, 1), FileOptions{Decimals: -1})
		found := false
		for _, f := range r.Findings {
			found = found || f.Code == tt.want
		}
		if !found || r.Trees[0].OK {
			t.Errorf("%s: want %s, got %v", tt.name, tt.want, r.Findings)
		}
	}
	if r := checkText(t, values, FileOptions{Root: "0x" + strings.Repeat("1", 64), Decimals: -1}); r.OK() || r.Findings[0].Code != ListRootGiven {
		t.Errorf("another root: %v", r.Findings)
	}
	if r := checkText(t, `{"root":"`+root+`","leaves":[],"proof":["`+root+`"],"proofFlags":[]}`, FileOptions{Decimals: -1}); r.OK() || r.Findings[0].Code != ListEmpty {
		t.Errorf("no leaf: %v", r.Findings)
	}
}
