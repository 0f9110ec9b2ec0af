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
		rows := j.byAccount()
		err := j.items(e, len(rows), func() func(e *encoder, lo, hi int) {
			var names, tokens spelling
			proofs := j.t.ProofText()
			return func(e *encoder, lo, hi int) {
				names.begin(hi-lo, func(i int) merkle.Account { return j.account(int(rows[lo+i])) })
				tokens.begin(hi-lo, func(i int) merkle.Account { return j.token(int(rows[lo+i])) })
				for i, row := range rows[lo:hi] {
					row := int(row)
					e.item()
					e.open('{')
					e.key("account")
					e.b = append(names.append(append(e.b, '"'), i), '"')
					e.key("reward")
					e.b = append(tokens.append(append(e.b, '"'), i), '"')
					e.key("claimable")
					e.digits(j.amount(row))
					e.key("proof")
					e.b = append(proofs.Append(append(e.b, '['), row), ']')
					e.close('}')
				}
			}
		})
		e.close(']')
		e.close('}')
		return err
	})
}
