package tools

import merkle "github.com/merkle-drop/merkle"

func saberFormat() format {
	return format{
		Kind: Kind{
			Name: "saber", Title: "distributor-info.json of Saber's merkle distributor", Profiles: []string{"saber-v1"},
			Source: "saber-hq/merkle-distributor @ac937d1, scripts/generate-distributor-info.ts",
		},
		check: func(j *job) error {
			j.once(ErrKeyed)
			j.safeIndexes()
			return j.ownOrder()
		},
		write: writeSaber,
	}
}

// writeSaber prints the object as the script does: hashes without 0x and the claims as an array of objects with one member each, by index.
func writeSaber(j *job) error {
	return j.json("distributor-info.json", 2, "", func(e *encoder) error {
		root := j.t.Root()
		e.open('{')
		e.key("merkleRoot")
		e.bare(&root)
		e.key("tokenTotal")
		e.digits(j.total())
		e.key("claims")
		e.open('[')
		var proof []merkle.Hash
		for _, row := range j.byIndex() {
			row := int(row)
			index, _ := j.t.Index(row)
			e.item()
			e.open('{')
			e.key(j.account(row).String())
			e.open('{')
			e.key("index")
			e.uint(index)
			e.key("amount")
			e.digits(j.amount(row))
			e.key("proof")
			e.open('[')
			proof = j.t.Proof(row, proof)
			for i := range proof {
				e.item()
				e.bare(&proof[i])
			}
			e.close(']')
			e.close('}')
			e.close('}')
			if e.err != nil {
				return e.err
			}
			j.tick()
		}
		e.close(']')
		e.close('}')
		return nil
	})
}

// bare appends 64 hex digits without 0x.
func (e *encoder) bare(h *merkle.Hash) {
	e.hash(h, 32)
	at := len(e.b) - 67 // of 0x, behind the quotation mark
	e.b = append(e.b[:at], e.b[at+2:]...)
}
