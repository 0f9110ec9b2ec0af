package tools

func uniswapFormat() format {
	return format{
		Kind: Kind{
			Name: "uniswap", Title: "claims JSON of Uniswap's merkle-distributor and its forks", Profiles: []string{"uniswap-v1"},
			Source: "Uniswap/merkle-distributor @25a79e8, src/parse-balance-map.ts, scripts/generate-merkle-root.ts",
		},
		check:  func(j *job) error { return checked(j.keyed, j.safeIndexes, j.ownOrder) },
		proofs: true, write: writeUniswap,
	}
}

// writeUniswap prints the object as the script does: without blanks, a line end behind it, accounts in EIP-55 by index.
func writeUniswap(j *job) error {
	return j.json("claims.json", 0, "\n", func(e *encoder) error {
		rows, err := j.byIndex()
		if err != nil {
			return err
		}
		root := j.b.Root()
		e.open('{')
		e.key("merkleRoot")
		e.hash(&root, j.p.Width)
		e.key("tokenTotal")
		e.b = append(appendHex(append(e.b, '"'), j.total()), '"')
		e.key("claims")
		e.open('{')
		err = j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
			var names spelling
			return func(e *encoder, lo, hi int) {
				names.begin(lo, hi, w.account)
				for i := lo; i < hi; i++ {
					index, _ := w.indexOf(i)
					e.item()
					e.b = append(names.append(append(e.b, '"'), i), '"')
					e.colon()
					e.open('{')
					e.key("index")
					e.uint(index)
					e.key("amount")
					e.b = append(appendHex(append(e.b, '"'), w.amount(i)), '"')
					e.key("proof")
					e.b = append(w.appendProof(append(e.b, '['), i), ']')
					e.close('}')
				}
			}
		})
		e.close('}')
		e.close('}')
		return err
	})
}
