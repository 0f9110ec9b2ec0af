package tools

import (
	"context"
	"fmt"
	"math"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
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
		write: func(j *job) error {
			return j.json("merkle_tree.json", 2, "", func(e *encoder) error {
				return j.airdrop(e, nil, func(e *encoder, row int, proof []merkle.Hash) {
					if category, told := j.o.With["category"]; told {
						e.proofOctets(proof)
						j.categories(e, row, category)
						return
					}
					e.key("amount_unlocked")
					e.number(j.amount(row))
					e.key("amount_locked")
					e.number(j.locked(row))
					e.proofOctets(proof)
				})
			})
		},
	}
}

// categories appends the six totals of a node, all but two of them 0.
func (j *job) categories(e *encoder, row int, category string) {
	for _, c := range []string{"staker", "searcher", "validator"} {
		var unlocked, locked merkle.Amount
		if c == category {
			unlocked, locked = j.amount(row), j.locked(row)
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
		write: func(j *job) error {
			return j.trees(func(part *job, i int, version uint64) error {
				name := "tree_" + strconv.Itoa(i) + ".json"
				j.note(name, part)
				return part.json(name, 2, "", func(e *encoder) error {
					return part.airdrop(e, &version, func(e *encoder, row int, proof []merkle.Hash) {
						e.key("amount")
						e.number(part.amount(row))
						e.key("locked_amount")
						e.number(part.locked(row))
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
		j.part = append(j.part, describe(name, part.t))
	}
}

// airdrop appends the object that the distributors share. Nodes stand in the order of the tree, because their programs build it again from them.
func (j *job) airdrop(e *encoder, version *uint64, amounts func(e *encoder, row int, proof []merkle.Hash)) error {
	root := j.t.Root()
	e.open('{')
	e.key("merkle_root")
	e.octets(root[:])
	if version != nil {
		e.key("airdrop_version")
		e.uint(*version)
	}
	e.key("max_num_nodes")
	e.uint(uint64(j.t.Rows().Len()))
	e.key("max_total_claim")
	e.number(j.total())
	e.key("tree_nodes")
	e.open('[')
	err := j.items(e, j.t.Rows().Len(), func() func(e *encoder, lo, hi int) {
		var proof []merkle.Hash
		var raw []byte
		return func(e *encoder, lo, hi int) {
			for pos := lo; pos < hi; pos++ {
				row := j.t.Row(pos)
				e.item()
				e.open('{')
				e.key("claimant")
				raw = j.account(row).AppendBytes(raw[:0])
				e.octets(raw)
				proof = j.t.Proof(row, proof)
				amounts(e, row, proof)
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

// trees calls each for the tree, or for those of a split: runs of Options.Split claims in claim order, tree i with version i on.
// Accounts are checked over the whole list before it is cut, which Jupiter's own tool does not do.
func (j *job) trees(each func(part *job, i int, version uint64) error) error {
	version, err := j.number("version", math.MaxUint32)
	if err != nil {
		return err
	}
	if j.o.Split == 0 {
		return each(j, 0, version)
	}
	n := j.t.Rows().Len()
	for i := 0; i*j.o.Split < n; i++ {
		lo := i * j.o.Split
		t, err := cutTree(j.ctx, j.t, lo, min(lo+j.o.Split, n), j.o.Workers)
		if err != nil {
			return err
		}
		part := &job{ctx: j.ctx, f: j.f, t: t, p: t.Profile(), o: j.o, to: j.to, done: j.done}
		if j.o.Progress != nil {
			part.o.Progress = func(done, _ int64) { j.o.Progress(done, int64(n)) }
		}
		if err := each(part, i, version+uint64(i)); err != nil {
			return err
		}
		j.done = part.done
	}
	return nil
}

// cutTree builds the tree of rows lo to hi-1.
func cutTree(ctx context.Context, t *tree.Tree, lo, hi, workers int) (*tree.Tree, error) {
	r := t.Rows()
	part := tree.Rows{Accounts: r.Accounts[lo:hi], Amounts: r.Amounts[lo:hi]}
	if r.Locked != nil {
		part.Locked = r.Locked[lo:hi]
	}
	if r.Tokens != nil {
		part.Tokens = r.Tokens[lo:hi]
	}
	if r.Index != nil {
		part.Index = r.Index[lo:hi]
	}
	for _, c := range r.Columns {
		part.Columns = append(part.Columns, tree.Column{Name: c.Name, Values: c.Values[lo:hi]})
	}
	spec := t.Spec()
	spec.Workers = workers
	return tree.Build(ctx, spec, &part)
}
