package tools

import (
	"errors"
	"math"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

func jupiterKVFormat() format {
	return format{
		Kind: Kind{
			Name: "jupiter-kv", Title: "Jupiter's proofs for a key-value store: 0.json, 1.json … of entries by wallet", Profiles: []string{"jito-v1"}, Splits: true, Folder: true,
			Source: "jup-ag/distributor @304c28a, cli/src/bin/instructions/process_generate_kv_proof.rs",
			Settings: []Setting{
				{Name: "version", Meaning: "airdrop_version of the first tree, from 0"},
				{Name: "entries", Meaning: "most entries a file, from 1; 100000 without it"},
				{Name: "distributor", Meaning: "account of the one tree, which entries name; else it is derived from program, mint, base and version"},
				{Name: "program", Meaning: "claim program, by the name of its layout or its id; jupiter without it"},
				{Name: "mint", Meaning: "the token's mint"},
				{Name: "base", Meaning: "the key that signs the creation of Jupiter's distributors"},
			},
		},
		check: func(j *job) error {
			for _, name := range []string{"version", "entries"} {
				if _, err := j.number(name, math.MaxUint32); err != nil {
					return err
				}
			}
			if j.o.With["entries"] == "0" {
				return &OptionError{j.f.Name, "entries", "want at least 1"}
			}
			if _, err := j.distributor(0); err != nil {
				return err
			}
			return j.keyed()
		},
		proofs: true, write: writeKV,
	}
}

// writeKV fills files one after the other, over the ends of trees. Members stand in claim order; the original leaves them in any.
func writeKV(j *job) error {
	limit, err := j.number("entries", math.MaxUint32)
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = 100_000
	}
	kv := kvFiles{j: j, limit: limit}
	err = j.trees(func(part *job, i int, version uint64) error {
		at, err := j.distributor(version)
		if err != nil {
			return err
		}
		j.note("version "+strconv.FormatUint(version, 10), part)
		return kv.add(part, at.String())
	})
	if err != nil && kv.file != nil {
		return errors.Join(err, kv.file.Close())
	}
	if err != nil {
		return err
	}
	return kv.finish()
}

// distributor is the account that holds the root of the tree with a version.
func (j *job) distributor(version uint64) (merkle.Account, error) {
	if text, told := j.o.With["distributor"]; told {
		if j.o.Split > 0 {
			return merkle.Account{}, &OptionError{j.f.Name, "distributor", "is of one tree, and a split makes several: tell program, mint and base"}
		}
		at, err := merkle.ParseAccount(text)
		if err == nil && at.Family() != merkle.Solana {
			err = errors.New("not a Solana key")
		}
		if err != nil {
			return at, &OptionError{j.f.Name, "distributor", err.Error()}
		}
		return at, nil
	}
	if j.o.Distributor == nil {
		return merkle.Account{}, &OptionError{j.f.Name, "distributor", "is needed: entries name the account of their tree"}
	}
	at, err := j.o.Distributor(version)
	if err != nil {
		return at, &OptionError{j.f.Name, "distributor", err.Error()}
	}
	return at, nil
}

type kvFiles struct {
	j     *job
	limit uint64
	e     *encoder
	file  interface{ Close() error }
	here  uint64 // entries in the open file
	next  int
}

func (k *kvFiles) add(part *job, distributor string) error {
	var proof []merkle.Hash
	return part.each(part.inList(), func(w *window, i int) (err error) {
		if k.e == nil {
			if k.e, k.file, err = k.j.begin(strconv.Itoa(k.next)+".json", 2); err != nil {
				return err
			}
			k.e.open('{')
		}
		e := k.e
		e.key(w.account(i).String())
		e.open('{')
		e.key("merkle_tree")
		e.plain(distributor)
		e.key("amount")
		e.number(w.amount(i))
		e.key("locked_amount")
		e.number(w.locked(i))
		proof = w.proof(i, proof)
		e.proofOctets(proof)
		e.close('}')
		part.tick()
		if k.here++; k.here == k.limit || e.err != nil {
			return k.finish()
		}
		return nil
	})
}

// finish ends the open file, if one is.
func (k *kvFiles) finish() error {
	if k.e == nil {
		return nil
	}
	k.e.close('}')
	err := k.e.end()
	if closing := k.file.Close(); err == nil {
		err = closing
	}
	k.e, k.file, k.here = nil, nil, 0
	k.next++
	return err
}
