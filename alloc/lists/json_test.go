package lists

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

func TestParse_faultsHavePlaces(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "f.json: not JSON: the file is empty",
		" \n ":                  "f.json: not JSON: the file is empty",
		"{\n  \"a\" 1}":         "f.json:2:7: not JSON: a colon is missing",
		"[1,\n2,]":              "f.json:2:3: not JSON: a value is missing",
		"[1 2]":                 "f.json:1:4: not JSON: a comma or the closing ] is missing",
		`{"a":1`:                "f.json:1:7: not JSON: the file ends, a comma or the closing } is missing",
		`{a:1}`:                 "f.json:1:2: not JSON: a key in quotes is missing",
		`"a`:                    "f.json:1:3: not JSON: the file ends, a text is not closed",
		"\"a\nb\"":              "f.json:1:3: not JSON: a control character stands in a text",
		`"\x"`:                  "f.json:1:2: not JSON: an escape is malformed",
		`"\u12g4"`:              "f.json:1:2: not JSON: an escape is malformed",
		`[01]`:                  "f.json:1:3: not JSON: a number begins with 0",
		`[-]`:                   "f.json:1:3: not JSON: a digit is missing",
		`[1.]`:                  "f.json:1:4: not JSON: a digit is missing",
		`[1e]`:                  "f.json:1:4: not JSON: a digit is missing",
		`[tru]`:                 "f.json:1:2: not JSON: a value is missing",
		"[\"\xff\"]":            "f.json:1:3: not UTF-8",
		strings.Repeat("[", 66): "f.json:1:66: nested more than 64 deep",
		`{"proof":[1,2`:         "f.json:1:14: not JSON: the file ends, a comma or the closing ] is missing",
		"{}\n{]":                "f.json:2:2: not JSON: a key in quotes is missing",
	} {
		var faults merkle.Faults
		if d := parse("f.json", []byte(text), &faults); d != nil || len(faults.List) != 1 || faults.List[0].Error() != want {
			t.Errorf("%q: got %v, want %s", text, faults.Error(), want)
		}
	}
}

// tree rebuilds a value with the decoder's types, so that both readings can be compared.
func (d *document) tree(n int) any {
	switch d.kind(n) {
	case null:
		return nil
	case truth:
		return string(d.str(n)) == "true"
	case number:
		return json.Number(d.str(n))
	case text, escaped:
		return string(d.str(n))
	case array:
		out := []any{}
		d.items(n, func(item int) bool { out = append(out, d.tree(item)); return true })
		return out
	case object:
		out := map[string]any{}
		d.members(n, func(key, value int) bool { out[string(d.str(key))] = d.tree(value); return true })
		return out
	}
	return "passed"
}

// sameAsDecoder compares a reading with encoding/json's.
func sameAsDecoder(t interface{ Fatalf(string, ...any) }, text []byte) {
	var faults merkle.Faults
	d := parse("f", text, &faults)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var want any
	err := dec.Decode(&want)
	if err != nil || dec.More() || d == nil || len(d.roots) != 1 {
		valid := json.Valid(text)
		deep := len(faults.List) > 0 && (strings.Contains(faults.List[0].Error(), ErrDeep.Error()) || strings.Contains(faults.List[0].Error(), ErrUTF8.Error()))
		if valid && d == nil && !deep {
			t.Fatalf("%q is refused: %v", text, faults.Error())
		}
		if !valid && d != nil && len(d.roots) == 1 && !bytes.HasPrefix(text, []byte("\ufeff")) {
			t.Fatalf("%q is read, which is not JSON: %v", text, err)
		}
		return
	}
	got, _ := json.Marshal(strip(d.tree(0)))
	wanted, _ := json.Marshal(strip(want))
	if !bytes.Equal(got, wanted) {
		t.Fatalf("%q: read as %s, want %s", text, got, wanted)
	}
}

// strip replaces proofs, which are not kept.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			if notKept([]byte(key)) {
				v[key] = "passed"
			}
			v[key] = strip(v[key])
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}

func TestParse_asTheDecoder(t *testing.T) {
	scalar := rapid.Custom(func(t *rapid.T) any {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return rapid.String().Draw(t, "text")
		case 1:
			return json.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,80})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "number"))
		case 2:
			return rapid.Bool().Draw(t, "bool")
		}
		return nil
	})
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{
			"rows":                        rapid.SliceOfN(scalar, 0, 8).Draw(t, "rows"),
			"proof":                       rapid.SliceOfN(scalar, 0, 3).Draw(t, "proof"),
			rapid.String().Draw(t, "key"): rapid.MapOfN(rapid.String(), scalar, 0, 4).Draw(t, "map"),
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Skip("not JSON")
		}
		sameAsDecoder(t, text)
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e21,"x\u00e9\ud83d\ude00",null,true]}`, `{"proof":["0x"],"b":{}}`, "{}\n{}", `[`, `"\ud800"`, "\ufeff[]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sameAsDecoder(t, text) })
}
