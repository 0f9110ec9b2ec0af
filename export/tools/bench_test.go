package tools

import (
	"context"
	"encoding/binary"
	"io"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// BenchmarkWrite writes 100,000 claims. The bytes are those of the file.
func BenchmarkWrite(b *testing.B) {
	const n = 100_000
	for _, c := range []struct{ kind, profile string }{{"proofs", "uniswap-v1"}, {"oz-dump", "oz-standard-v1"}, {"uniswap", "uniswap-v1"}, {"sablier", "sablier-v1"}, {"jupiter", "jito-v1"}, {"eigenlayer", "eigenlayer-v1"}, {"csv-jupiter", "jito-v1"}} {
		b.Run(c.kind, func(b *testing.B) {
			p := lookup(b, c.profile)
			rows := &tree.Rows{Accounts: make([]merkle.Account, n), Amounts: make([]merkle.Amount, n)}
			raw := make([]byte, p.Accounts.Width())
			for i := range n {
				binary.BigEndian.PutUint64(raw, uint64(i+1)*0x9e3779b97f4a7c15)
				var err error
				if rows.Accounts[i], err = merkle.NewAccount(p.Accounts, raw); err != nil {
					b.Fatal(err)
				}
				rows.Amounts[i] = merkle.NewAmount(uint64(i+1) * 1_000_003)
			}
			var token merkle.Account
			if p.Has(tree.SourceToken) {
				token = rows.Accounts[0]
			}
			built := build(b, tree.Spec{Profile: p, Token: token}, rows)
			var size counter
			o := Options{Decimals: 6}
			b.ReportAllocs()
			for b.Loop() {
				size = 0
				if err := Stream(context.Background(), c.kind, &size, built, o); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(size))
		})
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

var _ io.Writer = (*counter)(nil)
