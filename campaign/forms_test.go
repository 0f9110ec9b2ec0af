package campaign

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	merkle "github.com/merkle-drop/merkle"
)

// plain takes the places and the source out of a campaign, so that two files of different form can be compared.
func plain(t *testing.T, source []byte) *Campaign {
	t.Helper()
	c, err := Parse(source, "c.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	c.Source = nil
	var strip func(v reflect.Value)
	strip = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				strip(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				strip(v.Index(i))
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[merkle.Pos]() {
				v.SetZero()
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					strip(v.Field(i))
				}
			}
		}
	}
	strip(reflect.ValueOf(c))
	return c
}

// JSON is YAML: the same campaign comes out, whatever its white space.
func TestParse_json(t *testing.T) {
	for _, base := range []string{asrBase, proRataBase, fixedBase, designSample} {
		compact, err := yaml.YAMLToJSON([]byte(base))
		if err != nil {
			t.Fatal(err)
		}
		want := plain(t, []byte(base))
		for _, indent := range []string{"", "  ", "\t"} {
			var b bytes.Buffer
			if err := json.Indent(&b, compact, "", indent); err != nil {
				t.Fatal(err)
			}
			if got := plain(t, b.Bytes()); !reflect.DeepEqual(got, want) {
				t.Errorf("indent %q: got %+v, want %+v", indent, got, want)
			}
		}
		if got := plain(t, bytes.TrimSpace(compact)); !reflect.DeepEqual(got, want) {
			t.Errorf("compact: got %+v, want %+v", got, want)
		}
	}
}

func TestParse_jsonFaults(t *testing.T) {
	for text, want := range map[string]string{
		"{\n\t\"format\": \"merkle-campaign/v1\",\n\t\"format\": \"merkle-campaign/v1\"\n}": `c.json:3:2: key "format": repeated`,
		"{\n\t\"Format\": \"merkle-campaign/v1\"\n}":                                        `c.json:2:2: key "Format": unknown`,
		"{\"id\":7}":            `c.json:1:7: id "7": must be in quotes`,
		"{\"id\":null}":         `c.json:1:7: id is of the wrong kind`,
		"{\"id\":\"a\"} {}":     `c.json:1:12: `,
		"{\"id\":\"a\\tb\"}":    "control character",
		"{\"id\":\"\\ud800\"}":  "c.json:1:8: ",
		"\ufeff{\"id\": \"A\"}": "c.json:1:8: ",
	} {
		_, err := Parse([]byte(text), "c.json")
		if _, ok := merkle.AsFaults(err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// A byte order mark, CRLF line ends, a leading document mark and block style change nothing but the source.
func TestParse_forms(t *testing.T) {
	want := plain(t, []byte(asrBase))
	block := strings.Replace(asrBase, "rounding: {method: floor, at: account-token, residual: {to: treasury}}",
		"rounding:\n  method: 'floor'\n  at: \"account-token\"\n  residual:\n    to: treasury # a tab in a\tcomment is let be", 1)
	for name, source := range map[string]string{
		"bom":                  "\ufeff" + asrBase,
		"crlf":                 strings.ReplaceAll(asrBase, "\n", "\r\n"),
		"both":                 "\ufeff" + strings.ReplaceAll(asrBase, "\n", "\r\n"),
		"crlf after a comment": strings.ReplaceAll("# first\n"+asrBase, "\n", "\r\n"),
		"mark":                 "---\n" + asrBase,
		"end":                  asrBase + "...\n",
		"block":                block,
		"rows":                 strings.Replace(asrBase, "rows: 9", `rows: "9"`, 1),
		"same":                 strings.Replace(asrBase, "columns: {account: wallet}", "columns: {account: wallet}\n    format: csv", 1),
	} {
		if got := plain(t, []byte(source)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestParse_defaults(t *testing.T) {
	c := plain(t, []byte(asrBase))
	asr := c.Rule.JupiterASR
	if asr.Duplicates != "error" || asr.Unearned != "unallocated" || asr.Decimals != 0 {
		t.Errorf("got %+v", asr)
	}
	if want := (Input{File: "votes.csv", Format: "csv", Rows: "9", Sum: "100", Columns: map[string]string{"account": "wallet"}, Ignore: []string{"note"}}); !reflect.DeepEqual(asr.Votes, want) {
		t.Errorf("got %+v, want %+v", asr.Votes, want)
	}
	if a := c.Assert[1]; a.Chain != sol || a.Account.IsZero() || a.Rounding != "half-up" || a.Level != "error" {
		t.Errorf("got %+v", a)
	}
	if c.Publish != (Publish{Proofs: "subtree", Shard: 256, Inputs: "copy"}) {
		t.Errorf("got %+v", c.Publish)
	}
	if tree := c.Trees[1]; tree.Chain != sol || tree.Split != 1000 {
		t.Errorf("got %+v", tree)
	}

	c = plain(t, []byte(proRataBase))
	drop := c.Tokens[0]
	most, _ := merkle.ParseTokens("600000", 18)
	if drop.Assets[0].Cap == nil || *drop.Assets[0].Cap != most || drop.Assets[1].Cap != nil || drop.Assets[1].Unit(drop).String() != "1000000000" {
		t.Errorf("got %+v", drop)
	}
	p := c.Rule.ProRata
	if cap5000, _ := merkle.ParseTokens("5000", 18); p.Caps["DROP"] != cap5000 || p.OverCap != "redistribute" || p.Duplicates != "sum" || p.Weights.Format != "jsonl" || p.Eligibility != nil {
		t.Errorf("got %+v", p)
	}
	if r := c.Rounding.Residual; r.To != "account" || r.Chain != "eip155:1" || r.Account.IsZero() {
		t.Errorf("got %+v", r)
	}
	if c.Publish != (Publish{Shard: 256, Inputs: "copy"}) {
		t.Errorf("got %+v", c.Publish)
	}

	f := plain(t, []byte(fixedBase)).Rule.Fixed
	if f.Unit != "token" || f.Precision != "floor-sum" || f.Duplicates != "error" || f.List.Columns["tier"] != "level" {
		t.Errorf("got %+v", f)
	}
	f = plain(t, []byte(strings.Replace(fixedBase, "  unit: token\n  precision: floor-sum\n", "  unit: base\n", 1))).Rule.Fixed
	if f.Unit != "base" || f.Precision != "exact" {
		t.Errorf("got %+v", f)
	}
}

func TestFixtures(t *testing.T) {
	for _, name := range []string{"jupiter-asr", "two-chains"} {
		c, err := Read(filepath.Join("..", "fixtures", name, "campaign.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if c.Publish.Proofs != "subtree" {
			t.Errorf("%s: got proofs %s", name, c.Publish.Proofs)
		}
	}
}

// A hostile file is refused in bounded time, whatever its shape.
func TestParse_hostileShapes(t *testing.T) {
	for name, source := range map[string]string{
		"keys":      strings.Repeat("a: b\n", maxTokens/3),
		"other":     manyKeys(maxTokens / 3),
		"brackets":  strings.Repeat("[", 100_000),
		"braces":    strings.Repeat("{a: ", 10_000),
		"entries":   strings.Repeat("- ", 30_000),
		"oneline":   "{\"a\": [" + strings.Repeat("\"éxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", ", maxTokens/2-10) + "\"a\"]}",
		"closers":   "]}" + strings.Repeat("- ", 30_000),
		"inside":    "[" + strings.Repeat("- ", 30_000),
		"colons":    "{" + strings.Repeat("a: ", 20_000),
		"colons2":   "[" + strings.Repeat("a: ", 20_000),
		"keys2":     "{" + strings.Repeat("? ", 20_000),
		"quotes":    strings.Repeat("\"\"", 20_000),
		"literals":  strings.Repeat("a: |\n x\n", 20_000),
		"questions": strings.Repeat("? ", 30_000),
		"anchors":   strings.Repeat("&a ", 20_000),
		"tags":      strings.Repeat("!a ", 20_000),
		"indents":   indents(2000),
		"text":      "a: " + strings.Repeat("x", 4<<20),
		"quote":     "a: \"" + strings.Repeat("x", 4<<20),
		"lines":     strings.Repeat("\n", 4<<20),
		"block":     "a: |\n" + strings.Repeat("  x\n", 1<<20),
	} {
		start := time.Now()
		if c, err := Parse([]byte(source), "c.yaml"); err == nil {
			t.Errorf("%s: got %+v", name, c)
		}
		t.Log(name, time.Since(start)) // what does not end stops the test at its timeout
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + ": b\n")
	}
	return b.String()
}

func indents(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// FuzzParse: no input makes the reader panic, every refusal is a fault with the file's name, and what it accepts it reads the same again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{asrBase, proRataBase, fixedBase, activeBase, openBase, astraBase, asr2Base, closeBase, designSample, "", "{}", "a: &x [*x]\n", "\ufeff---\n? a\n: b\n", "a: |+2\n  x\n...\n", "{\"format\":\"merkle-campaign/v1\"}"} {
		f.Add([]byte(s))
	}
	for _, name := range []string{"jupiter-asr", "two-chains"} {
		if source, err := os.ReadFile(filepath.Join("..", "fixtures", name, "campaign.yaml")); err == nil {
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		c, err := Parse(source, "c.yaml")
		if err != nil {
			fs, ok := merkle.AsFaults(err)
			if !ok || len(fs.List) == 0 || c != nil {
				t.Fatalf("got %v, %v", c, err)
			}
			for _, fault := range fs.List {
				if fault.Pos.File != "c.yaml" || fault.Pos.Line < 0 || fault.Pos.Line > bytes.Count(source, []byte("\n"))+1 {
					t.Fatalf("place %v of %v", fault.Pos, fault)
				}
			}
			return
		}
		again, err := Parse(bytes.Clone(source), "c.yaml")
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("read again: %+v, %v, first %+v", again, err, c)
		}
	})
}
