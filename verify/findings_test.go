package verify

import (
	"os"
	"strings"
	"testing"
)

// TestCodes compares the catalogue in the docs with the table, line by line, and looks for codes that are declared but not in the table.
func TestCodes(t *testing.T) {
	data, err := os.ReadFile("../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	var inDocs []string
	for _, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(line, "|")
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		if len(cells) != 6 {
			t.Errorf("a row with %d cells: %s", len(cells)-2, line)
			continue
		}
		for _, c := range cells[2:5] {
			if strings.TrimSpace(c) == "" {
				t.Errorf("an empty cell: %s", line)
			}
		}
		inDocs = append(inDocs, strings.Trim(cells[1], " `")+": "+strings.TrimSpace(cells[2]))
	}
	seen := map[Code]bool{}
	for i, m := range Codes() {
		if seen[m.Code] {
			t.Errorf("%s stands twice", m.Code)
		}
		seen[m.Code] = true
		want := string(m.Code) + ": " + m.Text
		if i >= len(inDocs) {
			t.Errorf("not in docs/findings.md: %s", want)
		} else if inDocs[i] != want {
			t.Errorf("docs/findings.md has\n%s, want\n%s", inDocs[i], want)
		}
	}
	if len(inDocs) > len(Codes()) {
		t.Errorf("docs/findings.md has %d rows too many", len(inDocs)-len(Codes()))
	}
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(source), "\n") {
		if _, text, ok := strings.Cut(line, " Code = "); ok {
			if code := Code(strings.Trim(text, `"`)); !seen[code] {
				t.Errorf("%s is not in Codes", code)
			}
		}
	}
}
