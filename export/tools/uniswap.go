package tools

import (
	merkle "github.com/merkle-drop/merkle"
)

func uniswapFormat() format {
	return format{
		Kind: Kind{
			Name: "uniswap", Title: "claims JSON of Uniswap's merkle-distributor and its forks", Profiles: []string{"uniswap-v1"},
			Source: "Uniswap/merkle-distributor @25a79e8, src/parse-balance-map.ts, scripts/generate-merkle-root.ts",
		},
		check: func(j *job) error {
			j.once(ErrKeyed)
			j.safeIndexes()
			return j.ownOrder()
		},
		write: writeUniswap,
	}
}

// writeUniswap prints the object as the script does: without blanks, a line end behind it, accounts in EIP-55 by index.
func writeUniswap(j *job) error {
	return j.json("claims.json", 0, "\n", func(e *encoder) error {
		root := j.t.Root()
		e.open('{')
		e.key("merkleRoot")
		e.hash(&root, j.p.Width)
		e.key("tokenTotal")
		e.b = append(appendHex(append(e.b, '"'), j.total()), '"')
		e.key("claims")
		e.open('{')
		rows := j.byIndex()
		err := j.items(e, len(rows), func() func(e *encoder, lo, hi int) {
			var names spelling
			proofs := j.t.ProofText()
			return func(e *encoder, lo, hi int) {
				names.begin(hi-lo, func(i int) merkle.Account { return j.account(int(rows[lo+i])) })
				for i, row := range rows[lo:hi] {
					row := int(row)
					index, _ := j.t.Index(row)
					e.item()
					e.b = append(names.append(append(e.b, '"'), i), '"')
					e.colon()
					e.open('{')
					e.key("index")
					e.uint(index)
					e.key("amount")
					e.b = append(appendHex(append(e.b, '"'), j.amount(row)), '"')
					e.key("proof")
					e.b = append(proofs.Append(append(e.b, '['), row), ']')
					e.close('}')
				}
			}
		})
		e.close('}')
		e.close('}')
		return err
	})
}

// byIndex is all rows by their claim index.
func (j *job) byIndex() []uint32 {
	indexes := make([]uint64, j.t.Rows().Len())
	for row := range indexes {
		indexes[row], _ = j.t.Index(row)
	}
	return j.sorted(func(a, b int) int {
		switch {
		case indexes[a] < indexes[b]:
			return -1
		case indexes[a] > indexes[b]:
			return 1
		}
		return 0
	})
}
