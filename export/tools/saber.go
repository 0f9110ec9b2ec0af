package tools

import merkle "github.com/merkle-drop/merkle"

func saberFormat() format {
	return format{
		Kind: Kind{
			Name: "saber", Title: "distributor-info.json of Saber's merkle distributor", Profiles: []string{"saber-v1"},
			Source: "saber-hq/merkle-distributor @ac937d1, scripts/generate-distributor-info.ts",
		},
		check:  func(j *job) error { return checked(j.keyed, j.safeIndexes, j.ownOrder) },
		proofs: true, write: writeSaber,
	}
}

// writeSaber prints the object as the script does: hashes without 0x and the claims as an array of objects with one member each, by index.
func writeSaber(j *job) error {
	return j.json("distributor-info.json", 2, "", func(e *encoder) error {
		rows, err := j.byIndex()
		if err != nil {
			return err
		}
		root := j.b.Root()
		e.open('{')
		e.key("merkleRoot")
		e.bare(&root)
		e.key("tokenTotal")
		e.digits(j.total())
		e.key("claims")
		e.open('[')
		err = j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
			var proof []merkle.Hash
			return func(e *encoder, lo, hi int) {
				for i := lo; i < hi; i++ {
					index, _ := w.indexOf(i)
					e.item()
					e.open('{')
					e.key(w.account(i).String())
					e.open('{')
					e.key("index")
					e.uint(index)
					e.key("amount")
					e.digits(w.amount(i))
					e.key("proof")
					e.open('[')
					proof = w.proof(i, proof)
					for k := range proof {
						e.item()
						e.bare(&proof[k])
					}
					e.close(']')
					e.close('}')
					e.close('}')
				}
			}
		})
		e.close(']')
		e.close('}')
		return err
	})
}

// bare appends 64 hex digits without 0x.
func (e *encoder) bare(h *merkle.Hash) {
	e.hash(h, 32)
	at := len(e.b) - 67 // of 0x, behind the quotation mark
	e.b = append(e.b[:at], e.b[at+2:]...)
}
