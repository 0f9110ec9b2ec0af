package tools

import (
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func thirdwebFormat() format {
	return format{
		Kind: Kind{
			Name: "thirdweb", Title: "folder of thirdweb's sharded allow list: a file by the first 2 hex digits of the address, and info.json", Folder: true,
			Profiles: []string{"thirdweb-drop-v1", "thirdweb-drop-v2", "thirdweb-airdrop-1155-v1"}, Decimals: true,
			Source: "npm @thirdweb-dev/sdk 4.0.99, ShardedMerkleTree; thirdweb-dev/js packages/thirdweb, utils/extensions/{drops,airdrop}/types.ts",
			Settings: []Setting{
				{Name: "baseUri", Meaning: "where the folder is published; empty until it is"},
				{Name: "originalEntriesUri", Meaning: "where the list itself is published; empty until it is"},
				{Name: "currencyDecimals", Meaning: "of the currency in which rows have a price of their own; needed when there is such a row"},
			},
		},
		check: checkThirdweb,
		write: writeThirdweb,
	}
}

// tokenID is the leaf field of airdrops of ERC-1155 tokens, whose entries have other members.
const tokenID = "tokenId"

// unlimited is what 2^256-1 stands for in a limit or a price: no bound, or no price of one's own.
const unlimited = "unlimited"

func isUnlimited(a merkle.Amount) bool { return a.BitLen() == 256 && a == allOnes() }

func allOnes() merkle.Amount {
	return merkle.AmountFromWords([4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)})
}

func checkThirdweb(j *job) error {
	if j.field(tokenID) >= 0 {
		if j.o.Decimals != 0 {
			return &OptionError{j.f.Name, "decimals", "tokens with ids are counted whole: want 0"}
		}
		return nil // an account may have several ids
	}
	if err := j.keyed(); err != nil {
		return err
	}
	if _, err := j.number("currencyDecimals", maxDecimals); err != nil {
		return err
	}
	price := j.field("price")
	if _, told := j.o.With["currencyDecimals"]; told || price < 0 {
		return nil
	}
	var text []byte
	return j.each(j.inList(), func(w *window, i int) error {
		text = w.value(text[:0], i, price)
		if a, err := merkle.ParseAmountBytes(text); err != nil || !isUnlimited(a) {
			return &OptionError{j.f.Name, "currencyDecimals", "is needed: the file has prices in whole units of the currency, and " + w.account(i).String() + " has one of its own"}
		}
		return nil
	})
}

func writeThirdweb(j *job) error {
	decimals, err := j.number("currencyDecimals", maxDecimals)
	if err != nil {
		return err
	}
	price, currency, id := j.field("price"), j.field("currency"), j.field(tokenID)
	if err := j.shards("proofs", '[', func(e *encoder, w *window, i int) error {
		e.item()
		e.open('{')
		if id >= 0 {
			e.key("recipient")
			e.plain(w.account(i).String())
			e.key("tokenId")
			e.b = append(w.value(append(e.b, '"'), i, id), '"')
			e.key("amount")
			e.digits(w.amount(i))
			e.close('}')
			return nil
		}
		e.key("address")
		e.plain(w.account(i).String())
		e.key("maxClaimable")
		e.limit(w.amount(i), j.o.Decimals)
		if price >= 0 {
			a, err := merkle.ParseAmountBytes(w.value(nil, i, price))
			if err != nil {
				return err
			}
			e.key("price")
			e.limit(a, int(decimals))
		}
		if currency >= 0 {
			e.key("currencyAddress")
			e.b = appendTyped(e.b, "address", string(w.value(nil, i, currency)))
		}
		e.close('}')
		return nil
	}); err != nil {
		return err
	}
	return j.json("info.json", 0, "", func(e *encoder) error {
		root := j.b.Root()
		e.open('{')
		e.key("merkleRoot")
		e.hash(&root, 32)
		e.key("baseUri")
		e.text(j.o.With["baseUri"])
		e.key("originalEntriesUri")
		e.text(j.o.With["originalEntriesUri"])
		e.key("shardNybbles")
		e.raw(strings.TrimPrefix(j.p.Grouping, tree.GroupingShard))
		e.key("tokenDecimals")
		e.uint(uint64(j.o.Decimals))
		e.key("isShardedMerkleTree")
		e.raw("true")
		e.close('}')
		return nil
	})
}

// shards writes a file a shard: its proof under a name, and entries, an array or object of what entry appends for each row.
func (j *job) shards(proofs string, bracket byte, entry func(e *encoder, w *window, i int) error) error {
	shards := j.groups()
	rows, start, err := j.byGroup(shards)
	if err != nil {
		return err
	}
	digits, err := strconv.Atoi(strings.TrimPrefix(j.p.Grouping, tree.GroupingShard))
	if err != nil {
		return err
	}
	w := j.window(rows)
	var proof []merkle.Hash
	for k := range shards.count() {
		if proof, err = shards.proof(k, proof); err == nil {
			err = w.seek(start[k])
		}
		if err != nil {
			return err
		}
		name := w.account(start[k]).Text()[len("0x"):][:digits] + ".json"
		if err := j.json(name, 0, "", func(e *encoder) error {
			e.open('{')
			e.key(proofs)
			e.hashes(proof, 32)
			e.key("entries")
			e.open(bracket)
			for i := start[k]; i < start[k+1]; i++ {
				if err := w.seek(i); err != nil {
					return err
				}
				if err := entry(e, w, i); err != nil {
					return err
				}
				j.tick()
			}
			e.close(bracket + 2) // ] is two behind [, } two behind {
			e.close('}')
			return w.err
		}); err != nil {
			return err
		}
	}
	return nil
}

// limit appends an amount in whole tokens, or that there is none.
func (e *encoder) limit(a merkle.Amount, decimals int) {
	if isUnlimited(a) {
		e.plain(unlimited)
		return
	}
	e.b = append(appendTokens(append(e.b, '"'), a, decimals), '"')
}

func ensFormat() format {
	return format{
		Kind: Kind{
			Name: "ens", Title: "folder of ENS's airdrop: a file by the first hex digit of the address, and root.json", Folder: true, Profiles: []string{"ens-v1"},
			Source: "ensdomains/governance @30a1989, the published folder of the second airdrop",
		},
		check: (*job).keyed,
		write: writeENS,
	}
}

// writeENS writes of an entry what the claim needs, its balance. The original's statistics of names cannot be told from it.
func writeENS(j *job) error {
	if err := j.shards("proof", '{', func(e *encoder, w *window, i int) error {
		e.key(w.account(i).Text())
		e.open('{')
		e.key("balance")
		e.digits(w.amount(i))
		e.close('}')
		return nil
	}); err != nil {
		return err
	}
	return j.json("root.json", 0, "", func(e *encoder) error {
		root := j.b.Root()
		e.open('{')
		e.key("root")
		e.hash(&root, 32)
		e.key("shardNybbles")
		e.raw(strings.TrimPrefix(j.p.Grouping, tree.GroupingShard))
		e.key("total")
		e.digits(j.total())
		e.close('}')
		return nil
	})
}
