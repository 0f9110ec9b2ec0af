package solana

import (
	"encoding/binary"
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// TreeFacts is what the distributor account takes from the tree.
type TreeFacts struct {
	Root   merkle.Hash
	Total  uint64 // sum of amounts and locked amounts, base units
	Leaves uint64
}

// term is an argument of new_distributor after those that the tree and the version give.
type term struct {
	name  string
	width int    // bytes: 8 a number, 1 a byte or yes/no, 32 a key
	unset string // value when the deployment has none; empty: it must be given
}

// terms are the further arguments in their order. Times are Unix seconds.
func terms(layout string) []term {
	jito := []term{{"start", 8, ""}, {"end", 8, ""}, {"clawbackStart", 8, ""}}
	switch layout {
	case Jito:
		return jito
	case Drift:
		return append(jito, term{"enableSlot", 8, ""}, term{"closable", 1, ""})
	case Jupiter:
		return append(jito, term{"activationPoint", 8, ""}, term{"activationType", 1, ""}, term{"closable", 1, ""}, term{"totalBonus", 8, "0"},
			term{"bonusVestingDuration", 8, "0"}, term{"claimType", 1, "0"}, term{"operator", 32, systemProgram}, term{"locker", 32, systemProgram})
	}
	return nil
}

// Terms names what a deployment may say for new_distributor: its arguments, and clawbackReceiver (a token account) and
// admin among its accounts. None for a layout whose instruction is not known.
func Terms(layout string) []string {
	var names []string
	for _, t := range terms(layout) {
		names = append(names, t.name)
	}
	if names != nil {
		names = append(names, "clawbackReceiver", "admin")
	}
	return names
}

// MissingTerms are the arguments that new_distributor needs and the deployment does not give.
func (d *Deployment) MissingTerms() (names []string) {
	for _, t := range terms(d.Layout.Name) {
		if d.Terms[t.name] == "" && t.unset == "" {
			names = append(names, t.name)
		}
	}
	return names
}

// NewDistributor is the instruction that creates the distributor account:
//
//	jito      version u64, root 32, total u64, leaves u64, start i64, end i64, clawbackStart i64
//	drift     the same, enableSlot u64, closable u8
//	jupiter   the same as jito, activationPoint u64, activationType u8 (0 slot, 1 Unix time), closable u8, totalBonus u64,
//	          bonusVestingDuration u64, claimType u8, operator 32, locker 32
//
// totalBonus is paid on top of the leaves, so Jupiter's total is the tree's plus the bonus. The programs refuse
// end ≤ start and a clawback less than a day after end; so does this.
func (d *Deployment) NewDistributor(t TreeFacts) (*Instruction, error) {
	list := terms(d.Layout.Name)
	if list == nil {
		return nil, fmt.Errorf("new_distributor of %s: %w", d.Layout.Name, ErrNoInstruction)
	}
	if missing := d.MissingTerms(); len(missing) > 0 {
		return nil, fmt.Errorf("new_distributor: the deployment does not say %q", missing)
	}
	total := t.Total
	if text := d.Terms["totalBonus"]; text != "" {
		bonus, err := parseU64(text)
		if err != nil {
			return nil, fmt.Errorf("deployment totalBonus %q: %w", text, err)
		}
		if total+bonus < total {
			return nil, fmt.Errorf("deployment totalBonus %q: with the tree's total %d more than 64 bits", text, t.Total)
		}
		total += bonus
	}
	disc := Discriminator("new_distributor")
	data := append(disc[:], u64(d.Version)...)
	data = append(append(append(data, t.Root[:]...), u64(total)...), u64(t.Leaves)...)
	for _, a := range list {
		var err error
		if data, err = a.append(data, d.Terms[a.name]); err != nil {
			return nil, fmt.Errorf("deployment %s %q: %w", a.name, d.Terms[a.name], err)
		}
	}
	if err := d.checkTimes(); err != nil {
		return nil, err
	}
	accounts, err := d.createAccounts()
	if err != nil {
		return nil, err
	}
	return &Instruction{Program: d.Program, Data: data, Accounts: accounts}, nil
}

func (t *term) append(data []byte, text string) ([]byte, error) {
	if text == "" {
		text = t.unset
	}
	switch t.width {
	case 32:
		key, err := ParseKey(text)
		return append(data, key.Bytes()...), err
	case 1:
		switch text {
		case "no", "false":
			text = "0"
		case "yes", "true":
			text = "1"
		}
		v, err := strconv.ParseUint(text, 10, 8)
		return append(data, byte(v)), err
	}
	v, err := parseU64(text)
	if err == nil && v>>63 != 0 { // times are signed
		err = errU64
	}
	return binary.LittleEndian.AppendUint64(data, v), err
}

// checkTimes refuses what the programs refuse without knowing the clock.
func (d *Deployment) checkTimes() error {
	start, _ := parseU64(d.Terms["start"])
	end, _ := parseU64(d.Terms["end"])
	clawback, _ := parseU64(d.Terms["clawbackStart"])
	if start >= end {
		return fmt.Errorf("deployment end %q: not after start %q", d.Terms["end"], d.Terms["start"])
	}
	if clawback < end || clawback-end < 86400 {
		return fmt.Errorf("deployment clawbackStart %q: less than a day (86400) after end %q", d.Terms["clawbackStart"], d.Terms["end"])
	}
	return nil
}

func (d *Deployment) createAccounts() ([]Meta, error) {
	distributor, err := d.Distributor()
	if err != nil {
		return nil, err
	}
	vault, err := d.TokenAccount(distributor.Address)
	if err != nil {
		return nil, err
	}
	var receiver, admin merkle.Account
	for key, a := range map[string]*merkle.Account{"clawbackReceiver": &receiver, "admin": &admin} {
		if d.Terms[key] != "" {
			if *a, err = ParseKey(d.Terms[key]); err != nil {
				return nil, fmt.Errorf("deployment %s %q: %w", key, d.Terms[key], err)
			}
		}
	}
	out := []Meta{{Name: "distributor", Account: distributor.Address, Writable: true}}
	if d.Layout.Name == Jupiter {
		out = append(out, Meta{Name: "base", Account: d.Base, Signer: true})
	}
	return append(out,
		Meta{Name: "clawbackReceiver", Account: receiver, Writable: true},
		Meta{Name: "mint", Account: d.Mint},
		Meta{Name: "tokenVault", Account: vault.Address},
		Meta{Name: "admin", Account: admin, Signer: true, Writable: true},
		Meta{Name: "systemProgram", Account: mustKey(systemProgram)},
		Meta{Name: "associatedTokenProgram", Account: mustKey(ataProgram)},
		Meta{Name: "tokenProgram", Account: d.TokenProgram},
	), nil
}
