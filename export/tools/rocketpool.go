package tools

import (
	"errors"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// columnOracle is the part of a node's RPL that the oracle DAO earned. The leaf has the sum only.
const columnOracle = "oracleDaoRpl"

var errOracle = errors.New("more than the row's RPL, of which it is a part")

func rocketpoolFormat() format {
	return format{
		Kind: Kind{
			Name: "rocketpool", Title: "rewards file of Rocket Pool's smart node, version 3, or 5 with voters' shares", Profiles: []string{"rocketpool-v1", "rocketpool-voter-v1"},
			Source: "rocket-pool/smartnode, shared/services/rewards/types.go, rewards-file-v3.go, ssz_types/rewards-file-v5.go; rocket-pool/rewards-trees @940d81a",
			Settings: []Setting{
				{Name: "index", Meaning: "number of the rewards interval, which a claim names", Required: true},
				{Name: "network", Meaning: "name of the chain, such as mainnet", Required: true},
				{Name: columnOracle, Meaning: "0 when no row's RPL is the oracle DAO's; the leaf holds only the sum of both (a program can hand over a column of that name)"},
			},
		},
		check:  checkRocketpool,
		proofs: true, write: writeRocketpool,
	}
}

// rpl is how the RPL of rows divides.
type rpl struct{ column bool } // of texts; else all is collateral

func (j *job) rpl() (rpl, error) {
	if slices.Contains(j.columns, columnOracle) {
		return rpl{true}, nil
	}
	if text, told := j.o.With[columnOracle]; !told || text != "0" {
		return rpl{}, &OptionError{j.f.Name, columnOracle, "the file divides a row's RPL into the node's own and the oracle DAO's, and the leaf has only the sum: say 0 when all is the node's own"}
	}
	return rpl{}, nil
}

// oracle is the text in the column.
func (w *window) oracle(i int) string {
	for _, c := range w.rows.Columns {
		if c.Name == columnOracle {
			return c.Values[w.at(i)]
		}
	}
	return ""
}

// split is the two parts of an amount.
func (r rpl) split(w *window, i int) (collateral, oracle merkle.Amount, err error) {
	amount := w.amount(i)
	if !r.column {
		return amount, oracle, nil
	}
	if oracle, err = merkle.ParseAmount(w.oracle(i)); err != nil {
		return collateral, oracle, err
	}
	collateral, ok := amount.Sub(oracle)
	if !ok {
		err = errOracle
	}
	return collateral, oracle, err
}

func checkRocketpool(j *job) error {
	if err := j.keyed(); err != nil {
		return err
	}
	if _, err := j.number("index", maxSafe); err != nil {
		return err
	}
	parts, err := j.rpl()
	if err != nil {
		return err
	}
	network := j.field("network")
	var sums rewardSums
	var text []byte
	if err := j.each(j.inList(), func(w *window, i int) error {
		collateral, oracle, err := parts.split(w, i)
		if err != nil {
			j.bad.add(i, -1, j.name(tree.SourceAmount), w.oracle(i), err)
			return nil
		}
		text = w.value(text[:0], i, network)
		if n, err := merkle.ParseAmountBytes(text); err != nil || n.BitLen() > 53 {
			j.bad.add(i, -1, "network", string(text), ErrUnsafe)
		}
		if !sums.add(collateral, oracle, w.eth(i, poolETH)) {
			j.bad.add(i, -1, j.name(tree.SourceAmount), w.amount(i).String(), ErrSum)
		}
		return nil
	}); err != nil {
		return err
	}
	return j.ownOrder()
}

// Leaf fields of ETH: a node's share of the smoothing pool, and what it has as a voter.
const (
	poolETH  = "amountETH"
	voterETH = "amountVoterETH"
)

// eth is the value of one of them.
func (w *window) eth(i int, field string) merkle.Amount {
	a, err := merkle.ParseAmountBytes(w.value(nil, i, w.j.field(field)))
	if err != nil { // Build has read it as a uint256
		return merkle.Amount{}
	}
	return a
}

type rewardSums struct{ collateral, oracle, eth merkle.Amount }

func (s *rewardSums) add(collateral, oracle, eth merkle.Amount) bool {
	var a, b, c bool
	s.collateral, a = s.collateral.Add(collateral)
	s.oracle, b = s.oracle.Add(oracle)
	s.eth, c = s.eth.Add(eth)
	return a && b && c
}

func (s *rewardSums) members(e *encoder, collateral, oracle, eth string) {
	e.key(collateral)
	e.digits(s.collateral)
	e.key(oracle)
	e.digits(s.oracle)
	e.key(eth)
	e.digits(s.eth)
}

// writeRocketpool writes the members that follow from the tree. Times, blocks, the ruleset and the protocol DAO's share, which no claim needs and
// no leaf holds, are left out.
func writeRocketpool(j *job) error {
	index, err := j.number("index", maxSafe)
	if err != nil {
		return err
	}
	parts, err := j.rpl()
	if err != nil {
		return err
	}
	networks, sums, all, err := j.networkSums(parts)
	if err != nil {
		return err
	}
	rows, err := j.byAccount()
	if err != nil {
		return err
	}
	return j.json("rewards.json", 2, "\n", func(e *encoder) error {
		root := j.b.Root()
		e.open('{')
		e.key("rewardsFileVersion")
		if j.field(voterETH) < 0 {
			e.raw("3")
		} else {
			e.raw("5")
		}
		e.key("network")
		e.text(j.o.With["network"])
		e.key("index")
		e.uint(index)
		e.key("merkleRoot")
		e.hash(&root, 32)
		e.key("totalRewards")
		e.open('{')
		all.members(e, "totalCollateralRpl", "totalOracleDaoRpl", "nodeOperatorSmoothingPoolEth")
		e.close('}')
		e.key("networkRewards")
		e.open('{')
		for _, name := range networks {
			e.key(name)
			e.open('{')
			sums[name].members(e, "collateralRpl", "oracleDaoRpl", "smoothingPoolEth")
			e.close('}')
		}
		e.close('}')
		e.key("nodeRewards")
		e.open('{')
		err := j.nodeRewards(e, rows, parts)
		e.close('}')
		e.close('}')
		return err
	})
}

// networkSums is the sums of each network and of all, networks by number.
func (j *job) networkSums(parts rpl) (names []string, sums map[string]*rewardSums, all rewardSums, err error) {
	sums = map[string]*rewardSums{}
	network := j.field("network")
	var text []byte
	err = j.each(j.inList(), func(w *window, i int) error {
		text = w.value(text[:0], i, network)
		s := sums[string(text)]
		if s == nil {
			s = &rewardSums{}
			sums[string(text)] = s
		}
		collateral, oracle, err := parts.split(w, i)
		if err != nil {
			return err
		}
		if eth := w.eth(i, poolETH); !s.add(collateral, oracle, eth) || !all.add(collateral, oracle, eth) {
			return ErrSum
		}
		return nil
	})
	return byNumber(sortedNames(sums)), sums, all, err
}

func (j *job) nodeRewards(e *encoder, rows *order, parts rpl) error {
	network := j.field("network")
	return j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
		var proof []merkle.Hash
		return func(e *encoder, lo, hi int) {
			for i := lo; i < hi; i++ {
				collateral, oracle, err := parts.split(w, i)
				w.fail(err)
				e.key(w.account(i).Text())
				e.open('{')
				e.key("rewardNetwork")
				e.b = w.value(e.b, i, network)
				one := rewardSums{collateral, oracle, w.eth(i, poolETH)}
				one.members(e, "collateralRpl", "oracleDaoRpl", "smoothingPoolEth")
				if j.field(voterETH) >= 0 {
					e.key("voterShareEth")
					e.digits(w.eth(i, voterETH))
				}
				e.key("merkleProof")
				proof = w.proof(i, proof)
				e.hashes(proof, 32)
				e.close('}')
			}
		}
	})
}
