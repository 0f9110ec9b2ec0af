package tools

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func eigenlayerFormats() []format {
	return []format{{
		Kind: Kind{
			Name: "eigenlayer", Title: "distribution JSON of EigenLayer's rewards proofs: cumulative amounts by earner and token", Profiles: []string{"eigenlayer-v1"},
			Source: "Layr-Labs/eigenlayer-rewards-proofs @db412ab, pkg/distribution",
		},
		check: (*job).keyed,
		write: writeDistribution,
	}, {
		Kind: Kind{
			Name: "eigenlayer-claims", Title: "a claim file an earner, all its tokens inside, as EigenLayer's claim generator prints it for processClaim", Profiles: []string{"eigenlayer-v1"}, Folder: true,
			Source:   "Layr-Labs/eigenlayer-rewards-proofs @db412ab, pkg/claimgen",
			Settings: []Setting{{Name: "rootIndex", Meaning: "number of the root in the RewardsCoordinator, known once it is submitted", Required: true}},
		},
		check: func(j *job) error {
			if _, err := j.number("rootIndex", math.MaxUint32); err != nil {
				return err
			}
			return j.keyed()
		},
		write: writeEarnerClaims,
	}}
}

// number reads a setting that is a whole number; 0 when it is not told.
func (j *job) number(name string, limit uint64) (uint64, error) {
	text, told := j.o.With[name]
	if !told {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > limit || text != strconv.FormatUint(n, 10) {
		return 0, &OptionError{j.f.Name, name, fmt.Sprintf("%q: want a whole number of at most %d", text, limit)}
	}
	return n, nil
}

// writeDistribution writes the order that the library insists on: earners and their tokens by their bytes, which for
// lower-case keys is also the order of the text. Amounts are bare integers with all their digits.
func writeDistribution(j *job) error {
	return j.json("distribution.json", 0, "", func(e *encoder) error {
		rows, err := j.inTree()
		if err != nil {
			return err
		}
		earners, w := j.groups(), j.window(rows)
		e.open('{')
		var key []byte
		for k := range earners.count() {
			g, err := earners.group(k)
			if err != nil {
				return err
			}
			for i := g.First; i < g.First+g.Len; i++ {
				if err := w.seek(i); err != nil {
					return err
				}
				if i == g.First {
					key = w.account(i).AppendText(key[:0])
					e.key(string(key))
					e.open('{')
				}
				key = w.token(i).AppendText(key[:0])
				e.key(string(key))
				e.number(w.amount(i))
				j.tick()
			}
			e.close('}')
			if e.err != nil {
				return e.err
			}
		}
		e.close('}')
		return nil
	})
}

func writeEarnerClaims(j *job) error {
	rootIndex, err := j.number("rootIndex", math.MaxUint32)
	if err != nil {
		return err
	}
	rows, err := j.inTree()
	if err != nil {
		return err
	}
	earners, w := j.groups(), j.window(rows)
	for k := range earners.count() {
		g, err := earners.group(k)
		if err == nil {
			err = w.seek(g.First)
		}
		if err != nil {
			return err
		}
		g.Account = w.account(g.First)
		outer, err := earners.proof(k, nil)
		if err != nil {
			return err
		}
		if err := j.json(g.Account.Text()+".json", 2, "\n", func(e *encoder) error { return j.earnerClaim(e, w, &g, outer, rootIndex) }); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) earnerClaim(e *encoder, w *window, g *tree.Group, outer []merkle.Hash, rootIndex uint64) error {
	root := j.b.Root()
	e.open('{')
	e.key("root")
	e.hash(&root, 32)
	e.key("rootIndex")
	e.uint(rootIndex)
	e.key("earnerIndex")
	e.uint(uint64(g.Place))
	e.key("earnerTreeProof")
	e.joined(outer)
	e.key("earnerLeaf")
	e.open('{')
	e.key("earner")
	e.plain(g.Account.Text())
	e.key("earnerTokenRoot")
	e.hash(&g.Root, 32)
	e.close('}')
	e.key("tokenIndices")
	e.open('[')
	for i := range g.Len {
		e.item()
		e.uint(uint64(i))
	}
	e.close(']')
	e.key("tokenTreeProofs")
	e.open('[')
	var proof []merkle.Hash
	for i := g.First; i < g.First+g.Len; i++ {
		if err := w.seek(i); err != nil {
			return err
		}
		if proof = w.proof(i, proof); w.err != nil {
			return w.err
		}
		e.item()
		e.joined(proof[:len(proof)-len(outer)])
		j.tick()
	}
	e.close(']')
	e.key("tokenLeaves")
	e.open('[')
	for i := g.First; i < g.First+g.Len; i++ {
		if err := w.seek(i); err != nil {
			return err
		}
		e.item()
		e.open('{')
		e.key("token")
		e.plain(w.token(i).Text())
		e.key("cumulativeEarnings")
		e.number(w.amount(i))
		e.close('}')
	}
	e.close(']')
	e.key("tokenTreeProofsNum")
	e.uint(uint64(g.Len))
	e.key("tokenLeavesNum")
	e.uint(uint64(g.Len))
	e.close('}')
	return nil
}

// joined appends hashes end to end as one hex string, 0x when there is none.
func (e *encoder) joined(list []merkle.Hash) {
	e.b = append(e.b, `"0x`...)
	for i := range list {
		e.b = hex.AppendEncode(e.b, list[i][:])
	}
	e.b = append(e.b, '"')
}
