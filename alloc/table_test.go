package alloc

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	merkle "github.com/merkle-drop/merkle"
)

// readTable returns all well-formed rows and the faults of a text.
func readTable(t testing.TB, r io.Reader, format string) (header []string, rows [][]string, faults *merkle.Faults) {
	t.Helper()
	faults = new(merkle.Faults)
	tab, err := OpenTable(r, "in", format, faults)
	if err != nil {
		t.Fatal(err)
	}
	for tab.Next() {
		row := make([]string, len(tab.Header()))
		for i := range row {
			row[i] = string(tab.Cell(i))
			if p := tab.Pos(i); p.Line < 1 || p.Col < 1 || p.File != "in" {
				t.Fatalf("cell %d at %s", i, p)
			}
		}
		rows = append(rows, row)
	}
	if tab.Err() != nil {
		t.Fatal(tab.Err())
	}
	return tab.Header(), rows, faults
}

func TestTableCSV(t *testing.T) {
	const bom = "\xef\xbb\xbf"
	for _, test := range []struct{ name, text, rows, faults string }{
		{"plain", "a,b\n1,2\n3,4\n", "[[1 2] [3 4]]", ""},
		{"no newline at the end", "a,b\n1,2", "[[1 2]]", ""},
		{"header only", "a,b\n", "[]", ""},
		{"byte order mark and CRLF", bom + "a,b\r\n1,2\r\n", "[[1 2]]", ""},
		{"quotes", "a,b\n\"1,\"\"x\"\"\",2\n\"\",\"\"\n", `[[1,"x" 2] [ ]]`, ""},
		{"quoted header after a byte order mark", bom + "\"a\",b\n1,2\n", "[[1 2]]", ""},
		{"quoted line ends are kept", "a,b\n\"1\n\r\n2\",3\n4,5\n", "[[1\n\r\n2 3] [4 5]]", ""},
		{"cells are not trimmed", "a,b\n 1 ,\t2\n", "[[ 1  \t2]]", ""},
		{"one column, empty cell", "a\n\nx\n", "[[] [x]]", ""},
		{"empty file", "", "[]", "in: file is empty"},
		{"only a byte order mark", bom, "[]", "in: file is empty"},
		{"ragged rows, and the good one after them", "a,b\n1\n1,2,3\n\n4,5\n", "[[4 5]]", "in:2:1: wrong number of cells: 1, the header has 2\nin:3:5: wrong number of cells: 3, the header has 2\nin:4:1: wrong number of cells: the line is empty"},
		{"repeated column", "a,b,a\n", "[]", `in:1:5: column "a": repeated, first at in:1:1`},
		{"NUL", "a,b\n1,\x002\n3,4\n", "[[3 4]]", "in:2:3: NUL byte"},
		{"invalid UTF-8", "a,b\né,2\né\xff,2\n3,4\n", "[[é 2] [3 4]]", "in:3:3: not valid UTF-8: byte 0xff"},
		{"lone carriage return", "a,b\n1\r2,3\n4,5\n", "[[4 5]]", "in:2:2: carriage return that does not end a line"},
		{"carriage return at the end without newline", "a,b\n1,2\r", "[]", "in:2:4: carriage return that does not end a line"},
		{"quote inside", "a,b\n1\"2,3\n4,5\n", "[[4 5]]", "in:2:2: quote inside a cell that does not start with one"},
		{"text after a quote", "a,b\n\"1\"2,3\n4,5\n", "[[4 5]]", "in:2:4: text after the closing quote of a cell"},
		{"open quote", "a,b\n1,\"2\n3,4\n", "[]", "in:2:3: quote is not closed"},
		{"place behind a quoted line end", "a,b\n\"1\n2\",3,4\n", "[]", "in:3:6: wrong number of cells: 3, the header has 2"},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x00", "[]", "in:1:1: not valid UTF-8: byte 0xff"},
	} {
		for _, r := range []io.Reader{strings.NewReader(test.text), iotest.OneByteReader(strings.NewReader(test.text)), iotest.DataErrReader(strings.NewReader(test.text))} {
			_, rows, faults := readTable(t, r, "csv")
			got := ""
			if err := faults.Err(); err != nil {
				got = err.Error()
			}
			if fmt.Sprint(rows) != test.rows || got != test.faults {
				t.Errorf("%s: got %v and\n%s\nwant %s and\n%s", test.name, rows, got, test.rows, test.faults)
			}
		}
	}
}

func TestTableJSONL(t *testing.T) {
	for _, test := range []struct{ name, text, rows, faults string }{
		{"plain", `{"a":"1","b":"2"}` + "\n" + `{"b":"4","a":"3"}` + "\n", "[[1 2] [3 4]]", ""},
		{"blanks and CRLF", " {\t\"a\" : \"1\" , \"b\":\"2\" } \r\n", "[[1 2]]", ""},
		{"escapes", `{"a":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é","b":"\u0041x"}`, "[[\"\\/\b\f\n\r\té😀é Ax]]", ""},
		{"empty file", "", "[]", "in: file is empty"},
		{"number", `{"a":"1","b":"2"}` + "\n" + `{"a":"1","b":12.5}` + "\n" + `{"a":"3","b":"4"}`, "[[1 2] [3 4]]", `in:2:14: b "12.5": a number; quote it, so that every digit counts`},
		{"null", `{"a":null}`, "[]", `in:1:6: a "null": only strings are allowed`},
		{"nested", `{"a":{"b":"c"}}`, "[]", `in:1:6: a "{\"b\":\"c\"": only strings are allowed`},
		{"repeated key in the first line", `{"a":"1","a":"2"}`, "[[1 2]]", `in:1:10: column "a": repeated, first at in:1:2`},
		{"repeated key", `{"a":"1"}` + "\n" + `{"a":"1","a":"2"}`, "[[1]]", `in:2:10: key "a": key is repeated`},
		{"wrong case", `{"a":"1"}` + "\n" + `{"a":"1","A":"2"}`, "[[1]]", `in:2:10: key "A": key is not in the first line, which has "a"`},
		{"missing key", `{"a":"1","b":"2"}` + "\n" + `{"a":"1"}`, "[[1 2]]", `in:2:1: key "b": key of the first line is missing`},
		{"more than one value", `{"a":"1"} {"a":"2"}`, "[]", "in:1:11: not a JSON object of strings on one line: text after the object"},
		{"trailing comma", `{"a":"1",}`, "[]", "in:1:10: only strings are allowed"},
		{"empty line", `{"a":"1"}` + "\n\n" + `{"a":"2"}`, "[[1] [2]]", "in:2:1: not a JSON object of strings on one line"},
		{"NUL escape", `{"a":"\u0000"}`, "[]", `in:1:7: a "\\u0000\"": NUL byte`},
		{"lone surrogate", `{"a":"\ud800x"}`, "[]", `in:1:7: a "\\ud800x\"": not a JSON object of strings on one line: escape not allowed`},
		{"open string", `{"a":"1`, "[]", `in:1:8: a "": not a JSON object of strings on one line: a string is not closed`},
		{"array", `["a"]`, "[]", "in:1:1: not a JSON object of strings on one line"},
	} {
		_, rows, faults := readTable(t, strings.NewReader(test.text), "jsonl")
		got := ""
		if err := faults.Err(); err != nil {
			got = err.Error()
		}
		if fmt.Sprint(rows) != test.rows || got != test.faults {
			t.Errorf("%s: got %v and\n%s\nwant %s and\n%s", test.name, rows, got, test.rows, test.faults)
		}
	}
	if _, err := OpenTable(strings.NewReader("a\n"), "in", "xlsx", new(merkle.Faults)); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v", err)
	}
}

// endless is a line of size bytes that is never in memory as a whole.
type endless struct {
	head string
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.head) > 0 {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= int64(n)
	return n, nil
}

func TestTable_aGigabyteLineCostsAMegabyte(t *testing.T) {
	for _, test := range []struct{ format, head, want string }{
		{"csv", "a,b\n", "in:2:1: line is longer than 1 MiB"},
		{"csv", "", "in:1:1: line is longer than 1 MiB"},
		{"csv", "a,b\n\"", "in:2:1: line is longer than 1 MiB"},
		{"jsonl", `{"a":"`, "in:1:1: line is longer than 1 MiB"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		faults := new(merkle.Faults)
		tab, err := OpenTable(&endless{test.head, 1 << 30}, "in", test.format, faults)
		if err != nil {
			t.Fatal(err)
		}
		for tab.Next() {
			t.Fatal("a row")
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 2<<20 {
			t.Errorf("%q: %d bytes allocated", test.head, got)
		}
		if err := faults.Err(); err == nil || err.Error() != test.want {
			t.Errorf("%q: got %v", test.head, err)
		}
	}
	// Many short lines inside one quote are bounded too.
	_, _, faults := readTable(t, io.MultiReader(strings.NewReader("a,b\n\""), strings.NewReader(strings.Repeat("x\n", 1<<20))), "csv")
	if got := faults.Error(); got != "in:2:1: quote is not closed within 1 MiB" {
		t.Errorf("got %s", got)
	}
	long := strings.Repeat("x", maxLine)
	if _, rows, faults := readTable(t, strings.NewReader("a\n"+long+"\r\ny\n"), "csv"); len(rows) != 2 || faults.Err() != nil {
		t.Errorf("a line of 1 MiB: %d rows, %v", len(rows), faults.Err())
	}
	if _, rows, faults := readTable(t, strings.NewReader("a\n"+long+"x\ny\n"), "csv"); len(rows) != 0 || !errors.Is(faults.Err(), ErrLongLine) {
		t.Errorf("a line of 1 MiB and 1: %d rows, %v", len(rows), faults.Err())
	}
}

func TestTable_readErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, format := range []string{"csv", "jsonl"} {
		if _, err := OpenTable(iotest.ErrReader(broken), "in", format, new(merkle.Faults)); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", format, err)
		}
	}
	faults := new(merkle.Faults)
	tab, err := OpenTable(io.MultiReader(strings.NewReader("a,b\n1,2\n3,"), iotest.ErrReader(broken)), "in", "csv", faults)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for tab.Next() {
		rows++
	}
	if rows != 1 || !errors.Is(tab.Err(), broken) || faults.Err() != nil {
		t.Errorf("got %d rows, %v, %v", rows, tab.Err(), faults.Err())
	}
}

func TestOpenFile_unpacks(t *testing.T) {
	const text = "a,b\n1,2\n"
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(text[:3]))
	w.Close()
	w.Reset(&gz) // a second member, as cat makes
	w.Write([]byte(text[3:]))
	w.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	z.Write([]byte(text))
	z.Close()
	packed := files{"x.csv.gz": gz.String(), "x.csv.zst": zst.String(), "x.csv": text, "cut.csv.gz": gz.String()[:gz.Len()-5], "cut.csv.zst": zst.String()[:zst.Len()-5],
		"not.csv.gz": text, "not.csv.zst": text}
	open := packed.options().Open
	for _, name := range []string{"x.csv", "x.csv.gz", "x.csv.zst"} {
		f, err := OpenFile(open, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || string(got) != text {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"cut.csv.gz", "cut.csv.zst", "not.csv.gz", "not.csv.zst"} {
		f, err := OpenFile(open, name)
		if err == nil {
			_, err = io.ReadAll(f)
			f.Close()
		}
		if !errors.Is(err, ErrUnpack) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := OpenFile(open, "none.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FuzzTableCSV compares with encoding/csv: what we accept, it reads the same way. It drops empty lines and carriage returns
// before a newline inside quotes, which we keep, so such texts are only checked for not crashing.
func FuzzTableCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n\"1\",\"2\"\"\"\r\n", "\xef\xbb\xbfa\nx", "a,b\n\"1\n2\",3\n", "a\n\n", "a,b\n1,\"2", "a,b\n1\r,2\n", ",\n,\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		header, rows, faults := readTable(t, strings.NewReader(text), "csv")
		if faults.Err() != nil || strings.Contains(text, "\r") {
			return
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		want, err := r.ReadAll()
		if err != nil {
			t.Fatalf("accepted, but encoding/csv says %v", err)
		}
		all := append([][]string{header}, rows...)
		all = slices.DeleteFunc(all, func(row []string) bool { // empty lines
			return len(row) == 1 && row[0] == ""
		})
		want = slices.DeleteFunc(want, func(row []string) bool { return len(row) == 1 && row[0] == "" })
		if !slices.EqualFunc(all, want, slices.Equal) {
			t.Fatalf("got %q, want %q", all, want)
		}
	})
}

// FuzzTableJSONL compares with encoding/json: what we accept, it reads the same way.
func FuzzTableJSONL(f *testing.F) {
	for _, s := range []string{`{"a":"1"}`, "{\"a\":\"1\",\"b\":\"\\u00e9\"}\n{\"b\":\"x\",\"a\":\"\\ud83d\\ude00\"}\r\n", `{"a":1}`, `{}`, `{"a":"1","a":"2"}`, "{\"a\":\"\\/\"}\n\n", `{"":""}`, "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"a\":\"\\\\\"}\n{\"a\":\"3\"}\n{\"a\":\"\\\"\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		header, rows, faults := readTable(t, strings.NewReader(text), "jsonl")
		if faults.Err() != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		for _, row := range rows {
			var want map[string]string
			if err := d.Decode(&want); err != nil {
				t.Fatalf("accepted, but encoding/json says %v", err)
			}
			if len(want) != len(header) {
				t.Fatalf("%d keys, want %d", len(header), len(want))
			}
			for i, name := range header {
				if v, there := want[name]; !there || v != row[i] {
					t.Fatalf("key %q: got %q, want %q", name, row[i], v)
				}
			}
		}
		if err := d.Decode(new(any)); err != io.EOF {
			t.Fatalf("text is left: %v", err)
		}
	})
}
