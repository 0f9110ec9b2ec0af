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
		e.open('{')
		var key []byte
		for i := range j.t.GroupCount() {
			g := j.t.Group(i)
			key = g.Account.AppendText(key[:0])
			e.key(string(key))
			e.open('{')
			for pos := g.First; pos < g.First+g.Len; pos++ {
				row := j.t.Row(pos)
				key = j.token(row).AppendText(key[:0])
				e.key(string(key))
				e.number(j.amount(row))
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
	for i := range j.t.GroupCount() {
		g := j.t.Group(i)
		if err := j.json(g.Account.Text()+".json", 2, "\n", func(e *encoder) error {
			j.earnerClaim(e, i, &g, rootIndex)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) earnerClaim(e *encoder, group int, g *tree.Group, rootIndex uint64) {
	root := j.t.Root()
	outer := j.t.GroupProof(group, nil)
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
	for pos := g.First; pos < g.First+g.Len; pos++ {
		proof = j.t.Proof(j.t.Row(pos), proof)
		e.item()
		e.joined(proof[:len(proof)-len(outer)])
		j.tick()
	}
	e.close(']')
	e.key("tokenLeaves")
	e.open('[')
	for pos := g.First; pos < g.First+g.Len; pos++ {
		row := j.t.Row(pos)
		e.item()
		e.open('{')
		e.key("token")
		e.plain(j.token(row).Text())
		e.key("cumulativeEarnings")
		e.number(j.amount(row))
		e.close('}')
	}
	e.close(']')
	e.key("tokenTreeProofsNum")
	e.uint(uint64(g.Len))
	e.key("tokenLeavesNum")
	e.uint(uint64(g.Len))
	e.close('}')
}

// joined appends hashes end to end as one hex string, 0x when there is none.
func (e *encoder) joined(list []merkle.Hash) {
	e.b = append(e.b, `"0x`...)
	for i := range list {
		e.b = hex.AppendEncode(e.b, list[i][:])
	}
	e.b = append(e.b, '"')
}
