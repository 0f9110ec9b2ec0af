package tools

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// proofsTree is a tree of n claims, several pieces of a file.
func proofsTree(t testing.TB, profile string, n int) *tree.Tree {
	t.Helper()
	p := lookup(t, profile)
	rows := &tree.Rows{Accounts: make([]merkle.Account, n), Amounts: make([]merkle.Amount, n)}
	if p.AnyFields {
		var err error
		if p, err = p.WithFields([]string{"account:address", "amount:uint256", "note:string"}); err != nil {
			t.Fatal(err)
		}
		rows.Columns = []tree.Column{{Name: "note", Values: make([]string, n)}}
	}
	raw := make([]byte, p.Accounts.Width())
	for i := range n {
		binary.BigEndian.PutUint64(raw, uint64(i+1)*0x9e3779b97f4a7c15)
		var err error
		if rows.Accounts[i], err = merkle.NewAccount(p.Accounts, raw); err != nil {
			t.Fatal(err)
		}
		rows.Amounts[i] = merkle.NewAmount(uint64(i+1) * 1_000_003)
		if rows.Columns != nil {
			rows.Columns[0].Values[i] = fmt.Sprintf("é \"%d\"\n", i)
		}
	}
	return build(t, tree.Spec{Profile: p}, rows)
}

// claimLine is a claim of merkle-proofs/v1 made from the tree alone.
func claimLine(t *testing.T, built *tree.Tree, row int) string {
	t.Helper()
	p := built.Profile()
	line := "{"
	for i, f := range p.Fields {
		value, err := json.Marshal(string(built.AppendValue(nil, row, i)))
		if err != nil {
			t.Fatal(err)
		}
		line += fmt.Sprintf("%q:%s,", f.Name, value)
	}
	line += fmt.Sprintf(`"leaf":"%s","proof":[`, built.Leaf(row).Text(p.Width))
	for i, h := range built.Proof(row, nil) {
		if i > 0 {
			line += ","
		}
		line += fmt.Sprintf("%q", h.Text(p.Width))
	}
	return line + "]}"
}

func TestStream_piecesInOrderOfRows(t *testing.T) {
	for _, c := range []struct {
		profile string
		n       int
	}{{"uniswap-v1", 1}, {"uniswap-v1", 256}, {"oz-standard-v1", 1789}, {"jito-v1", 777}} {
		built := proofsTree(t, c.profile, c.n)
		var first []byte
		for _, workers := range []int{1, 3, 0} {
			var out bytes.Buffer
			if err := Stream(context.Background(), "proofs", &out, built, Options{Decimals: -1, Workers: workers}); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = out.Bytes()
			}
			if !bytes.Equal(out.Bytes(), first) {
				t.Fatalf("%s: other bytes with %d workers", c.profile, workers)
			}
		}
		lines := bytes.Split(first, []byte("\n"))
		if len(lines) != c.n+2 { // before the claims, and after the last line end
			t.Fatalf("%s: %d lines for %d claims", c.profile, len(lines), c.n)
		}
		for row := range c.n {
			want := claimLine(t, built, row)
			if row < c.n-1 {
				want += ","
			} else {
				want += "]}"
			}
			if string(lines[row+1]) != want {
				t.Fatalf("%s: row %d:\n%s\nwant\n%s", c.profile, row, lines[row+1], want)
			}
		}
	}
}

var errFull = errors.New("no space left")

// small is a writer with room for few bytes.
type small struct{ left int }

func (s *small) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestStream_stops(t *testing.T) {
	built := proofsTree(t, "uniswap-v1", 5000)
	if err := Stream(context.Background(), "proofs", &small{300_000}, built, Options{Decimals: -1, Workers: 2}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var told int64
	err := Stream(ctx, "proofs", &small{1 << 30}, built, Options{Decimals: -1, Workers: 2, Progress: func(done, _ int64) {
		told = done
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || told < 4096 {
		t.Errorf("cancelled after %d claims: %v", told, err)
	}
}
