package tools

import merkle "github.com/merkle-drop/merkle"

func urdFormat() format {
	return format{
		Kind: Kind{
			Name: "urd", Title: "JSON that Morpho's Universal Rewards Distributor recommends", Profiles: []string{"morpho-urd-v1"},
			Source:   "morpho-org/universal-rewards-distributor @3de504b, README",
			Settings: []Setting{{Name: "id", Meaning: "any text that names the tree; without it the root"}},
		},
		check: func(j *job) error {
			j.once(ErrKeyed)
			return j.ownOrder()
		},
		write: writeURD,
	}
}

// writeURD writes no blanks, as the README asks for files on IPFS, and rows by account and reward.
func writeURD(j *job) error {
	return j.json("urd.json", 0, "", func(e *encoder) error {
		root := j.t.Root()
		id, told := j.o.With["id"]
		if !told {
			id = root.Text(j.p.Width)
		}
		e.open('{')
		e.key("id")
		e.text(id)
		e.key("metadata")
		e.raw("{}")
		e.key("root")
		e.hash(&root, j.p.Width)
		e.key("tree")
		e.open('[')
		var proof []merkle.Hash
		for _, row := range j.byAccount() {
			row := int(row)
			e.item()
			e.open('{')
			e.key("account")
			e.plain(j.account(row).String())
			e.key("reward")
			e.plain(j.token(row).String())
			e.key("claimable")
			e.digits(j.amount(row))
			e.key("proof")
			proof = j.t.Proof(row, proof)
			e.hashes(proof, j.p.Width)
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
