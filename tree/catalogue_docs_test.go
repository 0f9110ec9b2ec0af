package tree

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// The documents and the table say the same.
func TestCatalogue_isTheDocuments(t *testing.T) {
	format, docs := read(t, "../export/FORMAT.md"), read(t, "../docs/profiles.md")
	rows := formatRows(t, format)
	for p := range Profiles() {
		if !strings.Contains(docs, "### "+p.Name+"\n") {
			t.Errorf("docs/profiles.md has no section of %s", p.Name)
		}
		row, ok := rows[p.Name]
		if !ok {
			t.Errorf("FORMAT.md 4.1 has no row of %s", p.Name)
			continue
		}
		delete(rows, p.Name)
		if err := row.disagrees(&p); err != nil {
			t.Errorf("FORMAT.md 4.1, %s: %v", p.Name, err)
		}
	}
	for name := range rows {
		t.Errorf("FORMAT.md 4.1 has %s, the table has not", name)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// formatRow is one line of the tables of FORMAT.md 4.1, as far as it is regular.
type formatRow struct {
	solana bool
	fields string
	cells  []string
}

func formatRows(t *testing.T, text string) map[string]formatRow {
	t.Helper()
	out, solana := map[string]formatRow{}, false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| `") {
			solana = solana || strings.HasPrefix(line, "| `solana` profile")
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) < 4 || !strings.Contains(cells[0], "-v") {
			solana = solana || strings.HasPrefix(line, "| `solana` profile")
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z0-9-]+-v[0-9]+)`").FindAllStringSubmatch(cells[0], -1) {
			out[m[1]] = formatRow{solana, strings.TrimSpace(cells[1]), cells[2:]}
		}
	}
	if len(out) < 38 {
		t.Fatalf("%d rows in FORMAT.md 4.1", len(out))
	}
	return out
}

func (r formatRow) disagrees(p *Profile) error {
	var errs []error
	want := func(what string, got, stated any) {
		if got != stated {
			errs = append(errs, errors.New(what+": "+strings.Trim(strings.Join([]string{jsonText(got), "stated", jsonText(stated)}, " "), "\n")))
		}
	}
	want("accounts", p.Accounts == merkle.Solana, r.solana)
	rest := strings.Join(r.cells, " | ")
	has := func(s string) bool { return strings.Contains(rest, s) }
	for _, e := range []string{EncodingPacked, EncodingABI} {
		if strings.HasPrefix(rest, e+", ") && !p.AnyFields {
			want("encoding", p.Encoding, e)
			want("leafHashes", strconv.Itoa(p.LeafHashes), rest[len(e)+2:len(e)+3])
		}
	}
	for _, e := range []string{EncodingText, EncodingEIP712} {
		if strings.HasPrefix(rest, e+", ") {
			want("encoding", p.Encoding, e)
		}
	}
	tree := r.cells[1]
	if r.solana {
		if r.cells[0] != "the same" {
			parts := strings.SplitN(r.cells[0], ", ", 3)
			want("hash", p.Hash, parts[0])
			want("leafHashes", strconv.Itoa(p.LeafHashes), parts[1])
		}
	} else {
		want("grouped", p.Grouped(), has("`shard-") || has("`two-level`"))
		if p.Grouped() {
			want("grouping", true, has("`"+p.Grouping+"`"))
		}
	}
	switch strings.TrimSpace(tree) {
	case "uni":
		want("tree", [3]any{p.Shape, p.Order, p.Dedupe}, [3]any{Promote, OrderLeafHash, true})
	case "mtjs":
		want("tree", [3]any{p.Shape, p.Order, p.Dedupe}, [3]any{Promote, OrderLeafHash, false})
	case "oz":
		want("tree", [3]any{p.Shape, p.Order, p.Dedupe}, [3]any{Heap, OrderLeafHash, false})
	case "the same":
	default:
		want("shape "+tree, strings.HasPrefix(tree, string(p.Shape)), true)
		want("order "+tree, strings.Contains(tree, "`"+string(p.Order)+"`"), true)
		want("dedupe "+tree, p.Dedupe, false)
	}
	stated := func(pattern string, fallback int) int {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(rest); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
		return fallback
	}
	if rest := r.cells[len(r.cells)-1]; strings.TrimSpace(rest) != "the same" && !strings.Contains(rest, "as ") {
		bits := map[bool]int{false: 256, true: 64}[r.solana]
		want("amountBits", p.AmountBits, stated(`amountBits (\d+)`, bits))
		want("totalBits", p.TotalBits, bits)
		want("width", p.Width, stated(`width (\d+)`, 32))
		amount := AmountOneShot
		for _, a := range []string{AmountCumulative, AmountLimit} {
			if has(a) {
				amount = a
			}
		}
		want("amount", p.Amount, amount)
		if m := regexp.MustCompile("index `([a-z0-9-]+)`").FindStringSubmatch(rest); p.AnyFields {
			want("index", p.Index, IndexNone) // of the default type list
		} else if m != nil {
			want("index", p.Index, m[1])
		} else {
			want("index", p.Index, IndexNone)
		}
		want("pair", p.Pair == PairPositional, has("positional"))
	}
	if !strings.Contains(r.fields, "the same") && !strings.Contains(r.fields, "as ") && !strings.Contains(r.fields, "any ") {
		want("fields", fieldsText(p.Fields), r.fields)
	}
	return errors.Join(errs...)
}

// fieldsText is the fields as FORMAT.md 4.1 writes them.
func fieldsText(fields []Field) string {
	var out []string
	for _, f := range fields {
		text := f.Type + " " + f.Name
		if f.Source != f.Name && f.Source != SourceColumn {
			text += "←" + f.Source
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
