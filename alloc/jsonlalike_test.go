package alloc

import (
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// A line is read, or refused, the same way whether it follows lines like it or not.
func TestJSONLinesAlike(t *testing.T) {
	lines := []string{
		`{"a":"5","b":"6"}`, `{"a":"","b":""}`, `{"a":"5","b":"6"} `, `{"a":"5","b":"6"}x`, `{"a":"5","b":"6"`, `{"a":"5","b":"6`, `{"a":"5"}`, ``, `{}`,
		`{"a":"5" ,"b":"6"}`, `{ "a":"5","b":"6"}`, `{"b":"5","a":"6"}`, `{"a":"5","a":"6"}`, `{"a":"5","b":"6","c":"7"}`, `{"A":"5","b":"6"}`,
		`{"a":"\"5","b":"6"}`, `{"a":"5\\","b":"6"}`, `{"a":"5\"","b":"6"}`, `{"a":"\u0035","b":"6"}`, `{"a":"5\n","b":"6"}`, `{"a":"\x","b":"6"}`, `{"a":"5\","b":"6"}`,
		"{\"a\":\"5\t\",\"b\":\"6\"}", "{\"a\":\"\x1f\",\"b\":\"6\"}", "{\"a\":\"5\",\"b\":\"\x00\"}", "{\"a\":\"\x7f\",\"b\":\"6\"}", "{\"a\":\"é\",\"b\":\"6\"}", "{\"a\":\"\xff\",\"b\":\"6\"}",
		"{\"a\":\"5\",\"b\":\"\r\"}", `{"a":5,"b":"6"}`, `{"a":"5","b":6}`, `{"a":"5","b":"6"},`, `{"a":"","b":"",","b":""}`, `{"a":"{"a":"5","b":"6"}","b":"6"}`,
		`{"a":"` + strings.Repeat("x", 500) + `","b":"` + strings.Repeat("y", 7) + `"}`, `{"a":"` + strings.Repeat("x", 500) + `\\","b":"6"}`,
	}
	for _, form := range []string{`{"a":"%s","b":"%s"}`, ` { "a" : "%s" , "b":	"%s" } `} {
		first := fmt.Sprintf(form, "1", "2")
		for _, other := range lines {
			line := strings.NewReplacer(`{"a":`, strings.Split(form, `"%s"`)[0], `,"b":`, strings.Split(form, `"%s"`)[1]).Replace(other)
			for _, line := range []string{other, line} {
				_, alone, why := readTable(t, strings.NewReader(first+"\n"+line+"\n"+first), "jsonl")
				_, after, why2 := readTable(t, strings.NewReader(strings.Repeat(first+"\n", 3)+line+"\n"+first), "jsonl")
				if fmt.Sprint(after[2:]) != fmt.Sprint(alone) {
					t.Errorf("%q: %v alone, %v after others", line, alone, after)
				}
				if want := strings.ReplaceAll(faultText(why), "in:2:", "in:4:"); faultText(why2) != want {
					t.Errorf("%q: %s alone, %s after others", line, want, faultText(why2))
				}
			}
		}
	}
}

func faultText(f *merkle.Faults) string { return fmt.Sprint(f.Err()) }

// Places of cells are those of their opening quotes, however the line is read.
func TestJSONLinesAlikePlaces(t *testing.T) {
	faults := new(merkle.Faults)
	tab, err := OpenTable(strings.NewReader(strings.Repeat(`{ "a":"é", "b":"x"}`+"\n", 2)+strings.Repeat(`{ "a":"12", "b":"x"}`+"\n", 3)), "in", "jsonl", faults)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; tab.Next(); n++ {
		if got := fmt.Sprint(tab.Pos(0), tab.Pos(1)); got != fmt.Sprintf("in:%d:7 in:%d:17", n+1, n+1) && n >= 2 {
			t.Errorf("line %d: %s", n+1, got)
		}
	}
	if n != 5 || faults.Err() != nil {
		t.Errorf("%d rows, %v", n, faults.Err())
	}
}

func TestPlain(t *testing.T) {
	for size := range 20 {
		for at := range size {
			for b := range 256 {
				for _, special := range []byte{'"', '\\'} {
					text := []byte(strings.Repeat("~", size))
					if text[at] = byte(b); at > 0 {
						text[at-1] = ' '
					}
					want := b >= ' ' && b < 0x80 && byte(b) != special
					if plain(text, special) != want {
						t.Fatalf("%q, special %q: got %t", text, special, !want)
					}
				}
			}
		}
	}
}
