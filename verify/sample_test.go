package verify

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// sample is a small campaign with the rule fixed/v1 from which bundle writes a bundle by FORMAT.md: each token on one chain with a tree of its own over the same accounts.
type sample struct {
	profile, order, layout, fields string
	n, shard, tokens, split        int
	inputs                         string // copy or digest
	deployment                     string // of the trees, which then have claim facts
	policy                         string // of all kinds of accounts; empty: not stated
	special                        string // account of row 0; empty: one like the others
}

func (s sample) solana() bool { return profileByName(s.profile).text["accounts"] == "solana" }

func (s sample) chain() string {
	if s.solana() {
		return "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
	}
	return "eip155:1"
}

func (s sample) asset(k int) string {
	if s.solana() {
		d := sha256.Sum256([]byte{byte(k)})
		return s.chain() + "/token:" + base58(d[:])
	}
	d := sha256.Sum256([]byte{byte(k)})
	return s.chain() + "/erc20:" + hex0x(d[:20])
}

func (s sample) accountText(i int) string {
	if i == 0 && s.special != "" {
		return s.special
	}
	d := sha256.Sum256([]byte(fmt.Sprint("account ", i)))
	if s.solana() {
		return base58(d[:])
	}
	return hex0x(d[:20])
}

func (s sample) amount(i, k int) int64 { return int64(1000 + i*7 + k) }

func (s sample) campaign() string {
	var b strings.Builder
	b.WriteString("format: merkle-campaign/v1\nid: sample\ntokens:\n")
	for k := range s.tokens {
		fmt.Fprintf(&b, "  T%d: {asset: %q, decimals: 2, pool: %q}\n", k, s.asset(k), s.pool(k))
	}
	b.WriteString("rule:\n  name: fixed/v1\n  list: {file: list.csv}\n  unit: base\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees:\n")
	for k := range s.tokens {
		fields := ""
		if s.fields != "" {
			fields = ", fields: [" + s.fields + "]"
		}
		if c := s.campaignConstants(); c != nil {
			fields += ", constants: {"
			for _, name := range sortedKeys(c) {
				fields += fmt.Sprintf("%s: %q, ", name, c[name])
			}
			fields += "}"
		}
		if s.deployment != "" {
			fields += ", deployment: {" + s.deployment + "}"
		}
		fmt.Fprintf(&b, "  - {id: t%d, tokens: [T%d], profile: %s, order: %s, split: %d%s}\n", k, k, s.profile, s.order, s.split, fields)
	}
	if s.policy != "" {
		b.WriteString("accounts: {all: " + s.policy + "}\n")
	}
	facts := ""
	if s.deployment != "" {
		facts = ", facts: yes"
	}
	fmt.Fprintf(&b, "publish: {inputs: %s, proofs: %s, shard: %d%s}\n", s.inputs, s.layout, s.shard, facts)
	return b.String()
}

func (s sample) sum(k int) int64 {
	total := int64(0)
	for i := range s.n {
		total += s.amount(i, k)
	}
	return total
}

func (s sample) pool(k int) string { return fixedText(big.NewInt(s.sum(k)+500), 2) }

func (s sample) list() string {
	var b strings.Builder
	columns, p := s.listColumns(), profileByName(s.profile)
	b.WriteString(strings.Join(columns, ",") + "\n")
	for i := range s.n {
		for k := range s.tokens {
			fmt.Fprintf(&b, "%s,%d,T%d", s.accountText(i), s.amount(i, k), k)
			for _, name := range columns[3:] {
				cell := strconv.Itoa(i) // index
				if at := slices.IndexFunc(p.fields, func(f field) bool { return f.name == name && f.source == "column" }); at >= 0 {
					cell = s.own(p.fields[at], i)
				}
				b.WriteString("," + csvCell(cell))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// deployed is the map deployment of the sample's trees.
func (s sample) deployed() value {
	v := obj()
	for _, pair := range strings.Split(s.deployment, ", ") {
		if name, text, ok := strings.Cut(pair, ": "); ok {
			v.names, v.items = append(v.names, name), append(v.items, value{text: strings.Trim(text, `"`)})
		}
	}
	return v
}

// putFacts writes the claim facts of a tree.
func (s sample) putFacts(v *value, put func(name string, v value)) {
	c := newCollector()
	t := &tree{man: (&memberReader{c: c, file: "tree"}).tree("", v), tokenTexts: []string{strings.Split(s.asset(0), ":")[2]}}
	t.root, _ = parseHash(t.man.root)
	f, err := resolveFacts(t)
	if err != nil || c.total() > 0 {
		panic(fmt.Sprint(err, c.list))
	}
	put("solana/"+t.man.id+".json", f.file(t))
}

// ranks is the index of each row by the text of its account or by its place in the list, within its part.
func (s sample) ranks(rows []sampleRow, partOf []int) []int {
	out := make([]int, len(rows))
	p, _ := s.stated()
	var before func(q, r sampleRow) bool
	switch p.text["index"] {
	case "given":
		for r := range rows {
			out[r] = rows[r].input
		}
	case "input-row":
		before = func(q, r sampleRow) bool { return q.input < r.input }
	case "eip55-sort":
		before = func(q, r sampleRow) bool { return checksumText(q.acct.raw[:20]) < checksumText(r.acct.raw[:20]) }
	case "base58-sort":
		before = func(q, r sampleRow) bool { return q.acct.text() < r.acct.text() }
	}
	for r := range rows {
		for q := range rows {
			if before == nil {
				return out
			}
			if partOf[q] == partOf[r] && before(rows[q], rows[r]) {
				out[r]++
			}
		}
	}
	return out
}

// given reports whether the list of the sample states an index, which some profiles need.
func (s sample) given() bool {
	return slices.Equal(profileByName(s.profile).indexes, []string{"given"})
}

// listColumns are the columns of the sample's list: index and own columns as the profile needs them.
func (s sample) listColumns() []string {
	columns := []string{"account", "amount", "token"}
	if s.given() {
		columns = append(columns, "index")
	}
	for _, f := range profileByName(s.profile).fields {
		if f.source == "column" {
			columns = append(columns, f.name)
		}
	}
	return columns
}

func csvCell(s string) string {
	if strings.ContainsAny(s, ",\"") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// own is the value of a column of the leaf in row i.
func (s sample) own(f field, i int) string {
	switch {
	case f.typ == "address":
		return s.accountText(i + 1000)
	case f.typ == "bytes16":
		return s.accountText(i + 2000)[:34]
	case strings.HasPrefix(f.typ, "abi("):
		return fmt.Sprintf("[[%d,%d],[%d,%d]]", i, i+1, i+2, i+3)
	}
	return strconv.Itoa(i + 7)
}

// campaignConstants are those that the sample's campaign states.
func (s sample) campaignConstants() map[string]string {
	switch s.profile {
	case "bound-v1":
		return map[string]string{"distributor": "0x00000000219ab540356cbb839cbe05303d7705fa"}
	case "safe-vesting-v1":
		return map[string]string{"verifyingContract": "0x00000000219ab540356cbb839cbe05303d7705fa", "managed": "true"}
	}
	return nil
}

// constants are those of the tree of token k.
func (s sample) constants(p *profile, k int) map[string]string {
	out := map[string]string{}
	for _, f := range p.fields {
		switch f.source {
		case "token":
			out[f.name] = strings.Split(s.asset(k), ":")[2]
		case "locked":
			out[f.name] = "0"
		case "constant", "domain":
			out[f.name] = map[string]string{"chainId": "1", "curveType": "0", "managed": "false"}[f.name]
			if v, ok := s.campaignConstants()[f.name]; ok {
				out[f.name] = v
			}
		}
	}
	return out
}

// cell is what a leaf field holds in a row.
func (s sample) cell(f field, constants map[string]string, row sampleRow, index, k int) string {
	if c, ok := constants[f.name]; ok {
		return c
	}
	switch f.source {
	case "account":
		return row.acct.text()
	case "amount":
		return strconv.FormatInt(s.amount(row.input, k), 10)
	case "index":
		return strconv.Itoa(index)
	}
	return s.own(f, row.input)
}
