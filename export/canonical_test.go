package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAppendString_spellings(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		"plain":                  `"plain"`,
		"\b\t\n\f\r":             `"\b\t\n\f\r"`,
		"\x00\x01\x0b\x1f":       `"\u0000\u0001\u000b\u001f"`,
		"\x7f":                   "\"\x7f\"",
		`"\/`:                    `"\"\\/"`,
		"<>&":                    `"<>&"`,
		"\u2028\u2029":           "\"\u2028\u2029\"",
		"é€😀\ufeff":              "\"é€😀\ufeff\"",
		"\ufffd":                 "\"\ufffd\"",
		"€$\u000f\nA'B\"\\\\\"/": "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"", // the example of RFC 8785 section 3.2.2
	} {
		got, err := appendString(nil, text)
		if err != nil || string(got) != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
		if back, err := parseCanonical([]byte(want)); err != nil || back != text {
			t.Errorf("%s: read %q, %v", want, back, err)
		}
	}
	for _, text := range []string{"\xff", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80", "\xe2\x80"} {
		if got, err := appendString(nil, text); !errors.Is(err, errUTF8) {
			t.Errorf("%q: got %s, %v, want it refused", text, got, err)
		}
	}
}

func TestAppendValue_sortsByUTF16(t *testing.T) {
	// The names of RFC 8785 section 3.2.3, in its order.
	names := []string{"\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"}
	members := map[string]any{}
	for _, n := range names {
		members[n] = n
	}
	text, err := appendValue(nil, members)
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, n := range names {
		q, _ := appendString(nil, n)
		i := bytes.Index(text, append(q, ':'))
		if i <= at {
			t.Errorf("%q stands at %d, the one before at %d: %s", n, i, at, text)
		}
		at = i
	}
	if back, err := parseCanonical(text); err != nil || !reflect.DeepEqual(back, members) {
		t.Errorf("read %v, %v", back, err)
	}
	if _, err := appendValue(nil, []any{1}); err == nil {
		t.Error("a number was written")
	}
}

// anyValue draws what a bundle file can hold.
func anyValue(depth int) *rapid.Generator[any] {
	text := rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") })
	if depth == 0 {
		return text
	}
	return rapid.OneOf(text,
		rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(anyValue(depth-1), 0, 4).Draw(t, "array") }),
		rapid.Custom(func(t *rapid.T) any {
			return rapid.MapOfN(rapid.String(), anyValue(depth-1), 0, 4).Draw(t, "object")
		}))
}

func TestCanonical_agreesWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "value")
		text, err := appendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		var std any
		if err := json.Unmarshal(text, &std); err != nil || !reflect.DeepEqual(std, v) {
			t.Fatalf("encoding/json reads %v from %s: %v", std, text, err)
		}
		if back, err := parseCanonical(text); err != nil || !reflect.DeepEqual(back, v) {
			t.Fatalf("read %v from %s: %v", back, text, err)
		}
	})
}

func TestParseCanonical_refuses(t *testing.T) {
	for _, text := range []string{
		"", " ", `"a" `, ` "a"`, `"a`, `"a""b"`, `{`, `[`, `["a",]`, `["a" ,"b"]`, `{"a":"1",}`, `{"a": "1"}`, `{"a""1"}`, `{a:"1"}`, `{"a":"1"}` + "\n",
		"1", "true", "false", "null", `{"a":1}`, `[null]`, "\ufeff{}",
		`{"a":"1","a":"1"}`, `{"b":"1","a":"1"}`, "{\"\ufb33\":\"\",\"😀\":\"\"}",
		`"\u0041"`, `"\/"`, `"\u000A"`, `"\u000a"`, `"\u001F"`, `"\ud83d\ude00"`, `"\u2028"`, `"\x"`, `"\u00`, `"\`, "\"\x00\"", "\"\n\"", "\"\xff\"", "\"\xed\xa0\x80\"",
		strings.Repeat("[", 100), strings.Repeat("[", 100000), strings.Repeat(`{"a":`, 40) + `""` + strings.Repeat("}", 40),
	} {
		if v, err := parseCanonical([]byte(text)); !errors.Is(err, errCanonical) {
			t.Errorf("%.40q: read %v, %v", text, v, err)
		}
	}
}

func FuzzParseCanonical(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `""`, `{"a":["b",{"c":"\u0000\n"}],"b":""}`, "\"é😀\u2028\"", `{"format":"merkle-shard/v1","group":"g0","paths":[[]],"rows":[["x","1"]],"shard":"0"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parseCanonical(text)
		if err != nil {
			return
		}
		back, err := appendValue(nil, v)
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%q was accepted, its canonical form is %q, %v", text, back, err)
		}
		if !json.Valid(text) || !utf8.Valid(text) {
			t.Fatalf("%q is not JSON", text)
		}
	})
}
