package verify

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// FuzzFiles judges anything as a file of another tool: never a panic, and the same report whatever the workers.
func FuzzFiles(f *testing.F) {
	for _, s := range evmSeeds(f) {
		f.Add(s.files[1], "")
		if len(s.files) > 3 {
			f.Add(s.files[1], s.files[3])
		}
	}
	for _, s := range []string{`{}`, `[]`, `{"claims":{}}`, `{"merkleRoot":"","claims":{"0x":{"index":0,"amount":"","proof":[]}}}`, `{"format":"standard-v1"}`, `{"root":1,"tree":[{}]}`,
		`{"merkle_tree":"{}","root":"","recipients":[]}`, `{"earnerTreeProof":"","earnerLeaf":{},"tokenLeaves":[{}]}`, `{"proofs":[],"entries":[{"address":"0x"}]}`, "\ufeff{}", `{"a":1}{"a":2}`} {
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		if len(one)+len(two) > 1<<16 {
			t.Skip("long")
		}
		files := []File{textFile("one.json", one)}
		if two != "" {
			files = append(files, textFile("two.json", two))
		}
		a, err := CheckFiles(context.Background(), files, FileOptions{Decimals: -1, Workers: 1})
		b, err2 := CheckFiles(context.Background(), files, FileOptions{Decimals: -1, Workers: 3})
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v, then %v", err, err2)
		}
		if err == nil && filesReport(a) != filesReport(b) {
			t.Fatalf("two reports:\n%s\n%s", filesReport(a), filesReport(b))
		}
	})
}

// FuzzFileJSON holds the reader of other tools' JSON against the standard library's: the same text is JSON, and every value reads back.
func FuzzFileJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e+21,"x\u00e9\"",null,true,false,{"a":{}}]}`, `[`, `{"a":1,"a":2}`, `"\ud83d\ude00"`, ` 1 `, `-0`, `01`, "\"\x01\"", `{"a"}`, `[1,]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc, err := parseFileJSON(s)
		valid := json.Valid([]byte(s))
		if valid && err != nil && !strings.Contains(err.what, "UTF-8") && !strings.Contains(err.what, "deeply") {
			t.Fatalf("refused: %s", err.what)
		}
		if err != nil {
			return
		}
		if len(doc.tops) == 1 && !valid && !strings.HasPrefix(s, "\ufeff") {
			t.Fatalf("taken: %q", s)
		}
		var walk func(v jval)
		walk = func(v jval) {
			if at := doc.end(v.at); at > len(s) {
				t.Fatalf("a value ends at %d of %d", at, len(s))
			}
			switch v.kind() {
			case '{':
				for _, m := range v.members() {
					walk(m.val)
				}
			case '[':
				for _, item := range v.list() {
					walk(item)
				}
			case '"':
				var want string
				if err := json.Unmarshal([]byte(v.raw()), &want); err != nil {
					t.Fatal(err)
				}
				if got := v.text(); got != want && !strings.Contains(want, "\ufffd") {
					t.Fatalf("%q is read as %q, want %q", v.raw(), got, want)
				}
			default:
				if !json.Valid([]byte(v.raw())) {
					t.Fatalf("%q is a value", v.raw())
				}
			}
		}
		for _, at := range doc.tops {
			walk(jval{doc, at})
		}
		dec, n := json.NewDecoder(strings.NewReader(strings.TrimPrefix(s, "\ufeff"))), 0
		for {
			var v any
			dec.UseNumber()
			if err := dec.Decode(&v); err == io.EOF {
				break
			} else if err != nil {
				return // what stands after the values of JSON Lines is read more strictly there
			}
			n++
		}
		if n != len(doc.tops) {
			t.Fatalf("%d values, want %d", len(doc.tops), n)
		}
	})
}
