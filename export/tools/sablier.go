package tools

func sablierFormat() format {
	return format{
		Kind: Kind{
			Name: "sablier", Title: "campaign JSON of Sablier's airdrops, with the tree's dump inside", Profiles: []string{"sablier-v1"},
			Source: "sablier-labs/merkle-api @bbf27a9; sablier-labs/sablier-skills @429c807, generate-merkle-campaign.mjs",
		},
		check: func(j *job) error { return checked(j.several, j.keyed, j.paying, j.numbered, j.ownOrder) },
		write: writeSablier,
	}
}

func writeSablier(j *job) error {
	return j.json("campaign.json", 0, "", func(e *encoder) error {
		root := j.b.Root()
		e.open('{')
		e.key("total_amount")
		e.digits(j.total())
		e.key("number_of_recipients")
		e.uint(uint64(j.n))
		e.key("root")
		e.hash(&root, j.p.Width)
		e.key("merkle_tree")
		e.b = append(e.b, '"')
		inner := newEncoder(j.ctx, quoter{e}, 0)
		if err := j.dump(inner, "uint", "address", "uint256"); err != nil { // Sablier's spelling of the types
			return err
		}
		if err := inner.end(); err != nil {
			return err
		}
		e.b = append(e.b, '"')
		e.key("recipients")
		e.open('[')
		j.done = 0 // the rows once more
		err := j.items(e, j.inList(), func(w *window) func(e *encoder, lo, hi int) {
			var names spelling
			return func(e *encoder, lo, hi int) {
				names.begin(lo, hi, w.account)
				for i := lo; i < hi; i++ {
					e.item()
					e.open('{')
					e.key("address")
					e.b = append(names.append(append(e.b, '"'), i), '"')
					e.key("amount")
					e.digits(w.amount(i))
					e.close('}')
				}
			}
		})
		e.close(']')
		e.close('}')
		return err
	})
}
