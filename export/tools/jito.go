package tools

import (
	"fmt"
	"math"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

func jitoFormat() format {
	return format{
		Kind: Kind{
			Name: "jito", Title: "tree JSON of the Jito distributor", Profiles: []string{"jito-v1"},
			Source: "jito-foundation/distributor @2cf79f6, merkle-tree/src/{airdrop_merkle_tree,tree_node}.rs",
			Settings: []Setting{{Name: "category", Meaning: "staker, validator or searcher: the newer form of a node, with its amounts under that category; " +
				"without it the older form, amount_unlocked and amount_locked"}},
		},
		check: func(j *job) error {
			if c, told := j.o.With["category"]; told && c != "staker" && c != "validator" && c != "searcher" {
				return &OptionError{j.f.Name, "category", fmt.Sprintf("%q: want staker, validator or searcher", c)}
			}
			return j.keyed()
		},
		proofs: true, write: func(j *job) error {
			return j.json("merkle_tree.json", 2, "", func(e *encoder) error {
				return j.airdrop(e, nil, func(e *encoder, w *window, i int, proof []merkle.Hash) {
					if category, told := j.o.With["category"]; told {
						e.proofOctets(proof)
						w.categories(e, i, category)
						return
					}
					e.key("amount_unlocked")
					e.number(w.amount(i))
					e.key("amount_locked")
					e.number(w.locked(i))
					e.proofOctets(proof)
				})
			})
		},
	}
}

// categories appends the six totals of a node, all but two of them 0.
func (w *window) categories(e *encoder, i int, category string) {
	for _, c := range []string{"staker", "searcher", "validator"} {
		var unlocked, locked merkle.Amount
		if c == category {
			unlocked, locked = w.amount(i), w.locked(i)
		}
		e.key("total_unlocked_" + c)
		e.number(unlocked)
		e.key("total_locked_" + c)
		e.number(locked)
	}
}

func jupiterFormat() format {
	return format{
		Kind: Kind{
			Name: "jupiter", Title: "tree JSON of the Jupiter distributor and its forks; with a split tree_0.json, tree_1.json … in a folder", Profiles: []string{"jito-v1"}, Splits: true,
			Source:   "jup-ag/distributor @304c28a, merkle-tree/src/airdrop_merkle_tree.rs, cli/src/bin/instructions/process_create_merkle_tree.rs",
			Settings: []Setting{{Name: "version", Meaning: "airdrop_version of the first tree, from 0"}},
		},
		check: func(j *job) error {
			if _, err := j.number("version", math.MaxUint32); err != nil {
				return err
			}
			return j.keyed()
		},
		proofs: true, write: func(j *job) error {
			return j.trees(func(part *job, i int, version uint64) error {
				name := "tree_" + strconv.Itoa(i) + ".json"
				j.note(name, part)
				return part.json(name, 2, "", func(e *encoder) error {
					return part.airdrop(e, &version, func(e *encoder, w *window, i int, proof []merkle.Hash) {
						e.key("amount")
						e.number(w.amount(i))
						e.key("locked_amount")
						e.number(w.locked(i))
						e.proofOctets(proof)
					})
				})
			})
		},
	}
}

// note keeps a tree of a split for the result.
func (j *job) note(name string, part *job) {
	if part != j {
		j.part = append(j.part, describe(name, part.b))
	}
}

// airdrop appends the object that the distributors share. Nodes stand in the order of the tree, because their programs build it again from them.
func (j *job) airdrop(e *encoder, version *uint64, amounts func(e *encoder, w *window, i int, proof []merkle.Hash)) error {
	rows, err := j.inTree()
	if err != nil {
		return err
	}
	root := j.b.Root()
	e.open('{')
	e.key("merkle_root")
	e.octets(root[:])
	if version != nil {
		e.key("airdrop_version")
		e.uint(*version)
	}
	e.key("max_num_nodes")
	e.uint(uint64(j.n))
	e.key("max_total_claim")
	e.number(j.total())
	e.key("tree_nodes")
	e.open('[')
	err = j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
		var proof []merkle.Hash
		var raw []byte
		return func(e *encoder, lo, hi int) {
			for i := lo; i < hi; i++ {
				e.item()
				e.open('{')
				e.key("claimant")
				raw = w.account(i).AppendBytes(raw[:0])
				e.octets(raw)
				proof = w.proof(i, proof)
				amounts(e, w, i, proof)
				e.close('}')
			}
		}
	})
	e.close(']')
	e.close('}')
	return err
}

func (e *encoder) proofOctets(proof []merkle.Hash) {
	e.key("proof")
	e.open('[')
	for i := range proof {
		e.item()
		e.octets(proof[i][:])
	}
	e.close(']')
}
