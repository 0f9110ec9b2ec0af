package solana

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// Token programs by the names that a deployment may use.
const (
	tokenProgram     = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
	token2022Program = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
	ataProgram       = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
	systemProgram    = "11111111111111111111111111111111"
	budgetProgram    = "ComputeBudget111111111111111111111111111111"
)

// Deployment is one distributor account of a claim program: where it is and what its creator says of it.
type Deployment struct {
	Layout       Layout
	Program      merkle.Account
	Mint         merkle.Account // zero for layouts without tokens
	Base         merkle.Account // Jupiter, Saber: the key that signs the creation
	Seed         merkle.Account // mpl-distro
	Account      merkle.Account // jito-tip: the distribution account, which other facts decide
	TokenProgram merkle.Account
	Version      uint64            // "airdrop version": which of several distributors of one mint
	Terms        map[string]string // arguments of new_distributor, by the names of Terms
}

// deploymentKeys are the keys of a deployment that are not terms of new_distributor.
func deploymentKeys() []string {
	return []string{"program", "layout", "mint", "base", "seed", "account", "tokenProgram", "version"}
}

// ParseDeployment reads the map deployment of a campaign's tree:
//
//	program       name of a layout, or the base58 id of a program
//	layout        which layout a program of another id has
//	mint          base58; mint is taken from the parameter where it is not given
//	base, seed    base58; what the layout's seeds ask for
//	version       decimal, 0 when not given
//	tokenProgram  "token" (as when not given), "token-2022" or base58
//
// and the terms of new_distributor that [Terms] names. Other keys are an error, and so is a part that the layout's
// addresses need and that is not there; the error names every one.
func ParseDeployment(m map[string]string, mint merkle.Account) (*Deployment, error) {
	d := &Deployment{Terms: map[string]string{}, Mint: mint}
	var errs []error
	bad := func(key string, err error) { errs = append(errs, fmt.Errorf("deployment %s %q: %w", key, m[key], err)) }
	account := func(key string) merkle.Account {
		if m[key] == "" {
			return merkle.Account{}
		}
		a, err := ParseKey(m[key])
		if err != nil {
			bad(key, err)
		}
		return a
	}
	d.layout(m, bad)
	if m["mint"] != "" {
		d.Mint = account("mint")
	}
	d.Base, d.Seed, d.Account = account("base"), account("seed"), account("account")
	switch m["tokenProgram"] {
	case "", "token":
		d.TokenProgram = mustKey(tokenProgram)
	case "token-2022":
		d.TokenProgram = mustKey(token2022Program)
	default:
		d.TokenProgram = account("tokenProgram")
	}
	if text := m["version"]; text != "" {
		v, err := parseU64(text)
		if err != nil {
			bad("version", err)
		}
		d.Version = v
	}
	terms := Terms(d.Layout.Name)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch {
		case slices.Contains(deploymentKeys(), key):
		case slices.Contains(terms, key):
			d.Terms[key] = m[key]
		default:
			bad(key, fmt.Errorf("unknown, want %s", strings.Join(append(deploymentKeys(), terms...), ", ")))
		}
	}
	if len(errs) == 0 {
		errs = d.missing()
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return d, nil
}

// layout sets Layout and Program from the keys program and layout.
func (d *Deployment) layout(m map[string]string, bad func(string, error)) {
	program, name := m["program"], m["layout"]
	if program == "" && name == "" {
		bad("program", errors.New("missing: a layout's name or a program's id"))
		return
	}
	known, err := FindLayout(program)
	if name == "" {
		if err != nil {
			if _, keyErr := ParseKey(program); keyErr == nil {
				err = errors.New("a program that is not in the table; layout must say which one it is like")
			}
			bad("program", err)
			return
		}
		d.Layout, program = known, known.Program
	} else {
		if d.Layout, err = FindLayout(name); err != nil {
			bad("layout", err)
			return
		}
		if program == "" || program == known.Name {
			program = d.Layout.Program
		}
		if known.Name != "" && known.Name != d.Layout.Name {
			bad("layout", fmt.Errorf("the program has layout %s", known.Name))
		}
	}
	if program == "" {
		bad("program", fmt.Errorf("layout %s has no program of record; its id must be given", d.Layout.Name))
		return
	}
	if d.Program, err = ParseKey(program); err != nil {
		bad("program", err)
	}
}

// missing names the parts that the layout's seeds need.
func (d *Deployment) missing() (errs []error) {
	need := func(have merkle.Account, key string) {
		if have.Family() != merkle.Solana {
			errs = append(errs, fmt.Errorf("deployment %s: missing, the addresses of layout %s depend on it", key, d.Layout.Name))
		}
	}
	if d.Layout.Tokens {
		need(d.Mint, "mint")
	}
	switch d.Layout.Name {
	case Jupiter, Saber:
		need(d.Base, "base")
	case MplDistro:
		need(d.Seed, "seed")
	case JitoTip:
		need(d.Account, "account")
	}
	return errs
}

// ParseKey reads a base58 key of 32 bytes; unlike a claimant it may be the system program's.
func ParseKey(text string) (merkle.Account, error) {
	a, err := merkle.ParseAccountAny([]byte(text))
	if err == nil && a.Family() != merkle.Solana {
		return merkle.Account{}, merkle.ErrFamily
	}
	return a, err
}

// mustKey reads a key that this package wrote itself.
func mustKey(text string) merkle.Account {
	a, err := ParseKey(text)
	if err != nil {
		panic("solana: constant " + text + ": " + err.Error())
	}
	return a
}

var errU64 = errors.New("want a whole number of at most 64 bits")

// parseU64 reads decimal digits without leading zeros.
func parseU64(text string) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil || text != strconv.FormatUint(v, 10) {
		return 0, errU64
	}
	return v, nil
}
