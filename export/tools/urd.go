package tools

func urdFormat() format {
	return format{
		Kind: Kind{
			Name: "urd", Title: "JSON that Morpho's Universal Rewards Distributor recommends", Profiles: []string{"morpho-urd-v1"},
			Source:   "morpho-org/universal-rewards-distributor @3de504b, README",
			Settings: []Setting{{Name: "id", Meaning: "any text that names the tree; without it the root"}},
		},
		check:  func(j *job) error { return checked(j.keyed, j.ownOrder) },
		proofs: true, write: writeURD,
	}
}

// writeURD writes no blanks, as the README asks for files on IPFS, and rows by account and reward.
func writeURD(j *job) error {
	return j.json("urd.json", 0, "", func(e *encoder) error {
		rows, err := j.byAccount()
		if err != nil {
			return err
		}
		root := j.b.Root()
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
		err = j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
			var names, tokens spelling
			return func(e *encoder, lo, hi int) {
				names.begin(lo, hi, w.account)
				tokens.begin(lo, hi, w.token)
				for i := lo; i < hi; i++ {
					e.item()
					e.open('{')
					e.key("account")
					e.b = append(names.append(append(e.b, '"'), i), '"')
					e.key("reward")
					e.b = append(tokens.append(append(e.b, '"'), i), '"')
					e.key("claimable")
					e.digits(w.amount(i))
					e.key("proof")
					e.b = append(w.appendProof(append(e.b, '['), i), ']')
					e.close('}')
				}
			}
		})
		e.close(']')
		e.close('}')
		return err
	})
}
