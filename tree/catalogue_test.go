package tree

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func TestCatalogue_isValidAndWhole(t *testing.T) {
	names := map[string]bool{}
	last := ""
	for p := range Profiles() {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		if names[p.Name] || p.Name < last {
			t.Errorf("%s is there twice or out of order", p.Name)
		}
		names[p.Name], last = true, p.Name
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Profile
		if err := json.Unmarshal(text, &again); err != nil || again.Describe() != p.Describe() {
			t.Errorf("%s: read back as %v\n%s", p.Name, err, again.Describe())
		}
		for _, d := range p.Defaults {
			if got, ok := p.Default(d.Field); !ok || got != d.Value {
				t.Errorf("%s: default of %s: %q, %v", p.Name, d.Field, got, ok)
			}
		}
	}
	for p := range Profiles() {
		if p.Extends == "" {
			continue
		}
		base := lookup(t, p.Extends)
		if len(base.Fields) >= len(p.Fields) || !slices.Equal(base.Fields, p.Fields[:len(base.Fields)]) {
			t.Errorf("%s does not go on from the leaf of %s", p.Name, base.Name)
		}
		if base.Encoding != p.Encoding || base.Shape != p.Shape || base.Order != p.Order || base.Grouping != p.Grouping || base.Hash != p.Hash || base.Index != p.Index || base.Amount != p.Amount {
			t.Errorf("%s is another tree than %s", p.Name, base.Name)
		}
	}
}

// TestCatalogue_selectors hashes each signature whose types it states.
func TestCatalogue_selectors(t *testing.T) {
	checked := 0
	for p := range Profiles() {
		for _, c := range [][2]string{{p.Claim, p.ClaimSelector}, {p.RootGetter, p.RootSelector}} {
			signature, selector := c[0], c[1]
			if p.Accounts != merkle.EVM || selector == "" {
				continue
			}
			canonical := canonicalSignature(signature)
			if got := hexText(keccak(canonical)[:4]); got != selector {
				t.Errorf("%s: %s of %s, stated %s", p.Name, got, canonical, selector)
			}
			checked++
		}
	}
	if checked < 25 {
		t.Errorf("%d selectors", checked)
	}
}

// canonicalSignature drops the names of parameters.
func canonicalSignature(signature string) string {
	return regexp.MustCompile(` \w+`).ReplaceAllString(strings.ReplaceAll(signature, ", ", ","), "")
}

// Solana's are the first 8 bytes of the sha256 of a name (Anchor).
func TestCatalogue_discriminators(t *testing.T) {
	for p := range Profiles() {
		if p.Accounts != merkle.Solana || p.ClaimSelector == "" {
			continue
		}
		name, _, _ := strings.Cut(p.Claim, "(")
		q := Profile{Hash: HashSHA256, Width: 32}
		if got := hexText(refHash(&q, []byte("global:"+name))[:8]); got != p.ClaimSelector {
			t.Errorf("%s: %s of %s, stated %s", p.Name, got, name, p.ClaimSelector)
		}
	}
}

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

func TestLookup_namesWhatIsNear(t *testing.T) {
	for name, want := range map[string]string{"tokensoft": `profile "tokensoft": unknown, want one of tokensoft-continuous-v1, tokensoft-satellite-v1, tokensoft-tranche-v1, tokensoft-v1`, "JITO-V1": "jito-tip-v1, jito-v1", "": "1inch-128-v1, ", "x": "uniswap-v1"} {
		if _, err := Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWithFields_bareLeaf(t *testing.T) {
	p, err := lookup(t, "murky-v1").WithFields([]string{"leaf:bytes32"})
	if err != nil || p.LeafHashes != 0 || p.Encoding != EncodingPacked || !strings.Contains(p.Describe(), "which are not hashed, 32 bytes") {
		t.Fatalf("%v: %s", err, p.Describe())
	}
	r := &Rows{Columns: []Column{{"leaf", []string{"0x" + strings.Repeat("ab", 32)}}}}
	if got := build(t, Spec{Profile: p, Order: OrderProfile}, r).Leaf(0); got != hash(t, strings.Repeat("ab", 32)) {
		t.Errorf("leaf %s", got)
	}
	hashed, err := lookup(t, "oz-standard-v1").WithFields([]string{"leaf:bytes32"}) // OpenZeppelin's leaf of one value
	if err != nil || hashed.LeafHashes != 2 {
		t.Errorf("%v: %d leaf hashes", err, hashed.LeafHashes)
	}
	if _, err := lookup(t, "hedgey-v1").WithFields([]string{"leaf:bytes32"}); err == nil {
		t.Error("a leaf that its contract fixes is changed")
	}
}

// What a contract pays once may be more than an account, or none.
func TestBuild_keys(t *testing.T) {
	for name, same := range map[string]struct {
		change func(*Rows) // rows 1 and 3 become one claim
		field  string
	}{
		"mpl-distro-v1": {func(r *Rows) {
			r.Accounts[3], r.Amounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Amounts[1], r.Columns[0].Values[1]
		}, "account, amount, nonce"},
		"thirdweb-airdrop-1155-v1": {func(r *Rows) { r.Accounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Columns[0].Values[1] }, "account, tokenId"},
		"tokensoft-satellite-v1":   {func(r *Rows) { r.Accounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Columns[0].Values[1] }, "account, domain"},
		"pyth-v1": {func(r *Rows) {
			r.Columns[0].Values[1], r.Columns[1].Values[1] = "evm", "0x52908400098527886e0f7030069857d2e4169ee7"
			r.Columns[0].Values[3], r.Columns[1].Values[3] = "evm", "0x52908400098527886E0F7030069857D2E4169EE7"
		}, "ecosystem, identity"},
		"safe-vesting-v1": {func(r *Rows) {
			r.Accounts[3], r.Amounts[3] = r.Accounts[1], r.Amounts[1]
			for i := range r.Columns {
				r.Columns[i].Values[3] = r.Columns[i].Values[1]
			}
		}, "account, durationWeeks, startDate, amount"},
		"lido-csm-v1": {func(r *Rows) { r.Index[3] = r.Index[1] }, "nodeOperatorId"},
		"jito-v1":     {func(r *Rows) { r.Accounts[3] = r.Accounts[1] }, "account"},
		"merkl-v1":    {func(r *Rows) { r.Accounts[3], r.Tokens[3] = r.Accounts[1], r.Tokens[1] }, "account"},
	} {
		s, r := sample(t, lookup(t, name), 2, 6)
		build(t, s, r)
		same.change(r)
		_, err := Build(context.Background(), s, r)
		var rows *RowErrors
		if !errors.As(err, &rows) || len(rows.List) != 1 || rows.List[0].Row != 3 || rows.List[0].Other != 1 || rows.List[0].Field != same.field {
			t.Errorf("%s: got %v, want row 3 as row 1", name, err)
			continue
		}
		if name != "lido-csm-v1" && !errors.Is(err, ErrDuplicate) {
			t.Errorf("%s: %v is no ErrDuplicate", name, err)
		}
		s.KeepDuplicates = true
		if _, err := Build(context.Background(), s, r); (err != nil) != (name == "lido-csm-v1") { // an index can never be there twice
			t.Errorf("%s: kept: %v", name, err)
		}
	}
	s, r := sample(t, lookup(t, "gumdrop-v1"), 2, 6) // one account, several numbers
	r.Accounts[3], r.Tokens[3] = r.Accounts[1], r.Tokens[1]
	build(t, s, r)
}

// Sums of limits are not the contract's business.
func TestBuild_limits(t *testing.T) {
	s, r := sample(t, lookup(t, "thirdweb-drop-v1"), 1, 3)
	if sum, ok := build(t, s, r).Total(); !ok || sum.IsZero() {
		t.Errorf("total %s, %v", sum, ok)
	}
	r.Amounts[0], r.Amounts[1] = maxAmount(t), maxAmount(t)
	if sum, ok := build(t, s, r).Total(); ok {
		t.Errorf("total %s", sum)
	}
	p := s.Profile.clone()
	p.Amount = AmountOneShot
	s.Profile = p
	if _, err := Build(context.Background(), s, r); !errors.Is(err, ErrWidth) {
		t.Errorf("sums that are paid: %v", err)
	}
}
