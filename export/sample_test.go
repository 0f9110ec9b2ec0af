package export

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
)

const (
	solanaChain = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
	evmChain    = "eip155:1"
)

// sample is a campaign of the rule fixed/v1 with made-up accounts.
type sample struct {
	profile string
	fields  string // `["account:address", …]`, empty for the profile's own
	order   string
	proofs  string // empty: no publish section
	shard   int
	split   int
	tokens  int
	claims  int
	gap     int  // above 0: token k has nothing for the accounts i with i%gap == k
	one     bool // all tokens in one tree
	locked  bool
	index   bool
}

func (s sample) evm() bool { return s.profile != "jito-v1" }

func (s sample) account(i int) merkle.Account {
	h := sha256.Sum256(fmt.Append(nil, "account ", i))
	family, raw := merkle.Solana, h[:]
	if s.evm() {
		family, raw = merkle.EVM, h[:20]
	}
	a, err := merkle.NewAccount(family, raw)
	if err != nil {
		panic(err)
	}
	return a
}

func (s sample) has(i, token int) bool { return s.gap == 0 || i%s.gap != token }

// yaml is the campaign file.
func (s sample) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "format: merkle-campaign/v1\nid: sample\ntokens:\n")
	chain, kind := solanaChain, "token"
	if s.evm() {
		chain, kind = evmChain, "erc20"
	}
	var ids []string
	for k := range s.tokens {
		ids = append(ids, fmt.Sprintf("T%d", k))
		fmt.Fprintf(&b, "  T%d: {asset: %q, decimals: 6, pool: \"10000000\"}\n", k, fmt.Sprintf("%s/%s:%s", chain, kind, s.account(-1-k).Text()))
	}
	b.WriteString("rule: {name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}\n")
	b.WriteString("rounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees:\n")
	fields := ""
	if s.fields != "" {
		fields = ", fields: " + s.fields
	}
	if s.one {
		fmt.Fprintf(&b, "  - {id: all, tokens: [%s], profile: %s, order: %s, split: %d%s}\n", strings.Join(ids, ", "), s.profile, s.order, s.split, fields)
	} else {
		for k, id := range ids {
			fmt.Fprintf(&b, "  - {id: t%d, tokens: [%s], profile: %s, order: %s, split: %d%s}\n", k, id, s.profile, s.order, s.split, fields)
		}
	}
	if s.proofs != "" {
		fmt.Fprintf(&b, "publish: {proofs: %s, shard: %d, inputs: copy}\n", s.proofs, s.shard)
	}
	return b.String()
}

// list is the input file.
func (s sample) list() string {
	var b strings.Builder
	b.WriteString("account,amount,token")
	if s.index {
		b.WriteString(",index")
	}
	if s.locked {
		b.WriteString(",locked")
	}
	if strings.Contains(s.fields, "memo") {
		b.WriteString(",memo")
	}
	b.WriteByte('\n')
	for i := range s.claims {
		for k := range s.tokens {
			if !s.has(i, k) {
				continue
			}
			fmt.Fprintf(&b, "%s,%d,T%d", s.account(i).Text(), 1000+7*i+k, k)
			if s.index {
				fmt.Fprintf(&b, ",%d", 5*i+k)
			}
			if s.locked {
				fmt.Fprintf(&b, ",%d", i)
			}
			if strings.Contains(s.fields, "memo") {
				fmt.Fprintf(&b, ",\"say \"\"%d\"\", \u00e9\t\u2028\"", i)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// allocation computes a campaign whose inputs are given by name.
func allocation(t testing.TB, yaml string, inputs map[string]string) *alloc.Allocation {
	t.Helper()
	c, err := campaign.Parse([]byte(yaml), "campaign.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	a, err := alloc.Compute(context.Background(), c, alloc.Options{LeafColumns: LeafColumns, Open: func(name string) (io.ReadCloser, error) {
		text, ok := inputs[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s sample) allocation(t testing.TB) *alloc.Allocation {
	t.Helper()
	return allocation(t, s.yaml(), map[string]string{"list.csv": s.list()})
}

// bundle writes the sample into a new directory.
func (s sample) bundle(t testing.TB, o Options) (dir string, trees []*Tree, m *Manifest) {
	t.Helper()
	a := s.allocation(t)
	o.noSync = true
	trees, err := Trees(context.Background(), a, o)
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "bundle")
	if m, err = Write(context.Background(), dir, a, trees, o); err != nil {
		t.Fatal(err)
	}
	return dir, trees, m
}

// files reads a directory into memory, by path.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, path)
		out[path] = string(text)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}
