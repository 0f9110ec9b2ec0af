package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// pubkey is an address of Solana.
type pubkey = [32]byte

// facts are the claim facts of one tree: its deployment, resolved, and what is derived from it.
type facts struct {
	layout        string
	program       pubkey
	mint          pubkey
	base          pubkey // jupiter, saber: base; mpl-distro: seed; jito-tip: account
	tokenProgram  pubkey
	version       uint64
	deployment    map[string]string
	distributor   pubkey
	vault         pubkey
	bump, vaultAt string // as decimal text
}

const (
	tokenProgramID      = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
	token2022ID         = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
	associatedProgramID = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
)

// layoutProgram is the program that the authors of a layout run; empty for pyth, which has none.
func layoutProgram(layout string) (id string, ok bool) {
	switch layout {
	case "jito":
		return "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv", true
	case "jupiter":
		return "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R", true
	case "drift":
		return "E7HtfkEMhmn9uwL7EFNydcXBWy5WCYN1vFmKKjipEH1x", true
	case "streamflow":
		return "MErKy6nZVoVAkryxAejJz2juifQ4ArgLgHmaJCQkU7N", true
	case "saber":
		return "MRKGLMizK9XSTaD1d1jbVkdHZbQVCSnPpYiTw9aKQv8", true
	case "mpl-distro":
		return "D1STRoZTUiEa6r8TLg2aAbG4nSRT5cDBmgG7jDqCZvU8", true
	case "jito-tip":
		return "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7", true
	case "pyth":
		return "", true
	}
	return "", false
}

// layoutsOf are the layouts that a profile's claims can have.
func layoutsOf(profile string) []string {
	switch profile {
	case "jito-v1", "jupiter-ts-v1":
		return []string{"jito", "jupiter", "drift", "streamflow"}
	case "saber-v1":
		return []string{"saber"}
	case "mpl-distro-v1":
		return []string{"mpl-distro"}
	case "jito-tip-v1":
		return []string{"jito-tip"}
	}
	return nil
}

// baseKey is the key of the deployment that the layout's address needs beside mint and version; empty when it needs none.
func baseKey(layout string) string {
	switch layout {
	case "jupiter", "saber":
		return "base"
	case "mpl-distro":
		return "seed"
	case "jito-tip":
		return "account"
	}
	return ""
}

// resolveFacts reads a tree's deployment and derives its addresses.
func resolveFacts(t *tree) (*facts, error) {
	f := &facts{deployment: t.man.deployment}
	for _, name := range sortedKeys(f.deployment) {
		if !slices.Contains(deploymentKeys(), name) {
			return nil, fmt.Errorf("key %q, which claim facts do not know", name)
		}
	}
	if err := f.readProgram(t.man.profile.text["name"]); err != nil {
		return nil, err
	}
	var err error
	mint, ok := f.deployment["mint"]
	if !ok && len(t.tokenTexts) == 1 {
		mint = t.tokenTexts[0]
	}
	if f.mint, err = f.key("mint", mint); err != nil {
		return nil, err
	}
	if name := baseKey(f.layout); name != "" {
		if f.base, err = f.key(name, f.deployment[name]); err != nil {
			return nil, err
		}
	}
	text := or(f.deployment["tokenProgram"], "token")
	switch text {
	case "token":
		text = tokenProgramID
	case "token-2022":
		text = token2022ID
	}
	if f.tokenProgram, err = f.key("tokenProgram", text); err != nil {
		return nil, err
	}
	version, err := f.number("version", or(f.deployment["version"], "0"), 8)
	if err != nil {
		return nil, err
	}
	f.version = version + uint64(t.man.part)
	if f.version < version {
		return nil, errors.New("version: wider than 64 bits")
	}
	for _, x := range append(termsOf(f.layout), term{"clawbackReceiver", "key", ""}, term{"admin", "key", ""}) {
		if text, ok := f.deployment[x.name]; ok {
			if _, err := f.term(nil, x, text); err != nil {
				return nil, err
			}
		}
	}
	f.derive()
	return f, nil
}

func (f *facts) readProgram(profile string) error {
	program := f.deployment["program"]
	id, named := layoutProgram(program)
	f.layout = f.deployment["layout"]
	if !named {
		id = program
		for _, layout := range []string{"jito", "jupiter", "drift", "streamflow", "saber", "mpl-distro", "jito-tip"} {
			if own, _ := layoutProgram(layout); f.layout == "" && own == program {
				f.layout = layout
			}
		}
	} else if f.layout == "" {
		f.layout = program
	}
	if !slices.Contains(layoutsOf(profile), f.layout) {
		return fmt.Errorf("layout %q: profile %s has %s", f.layout, profile, or(strings.Join(layoutsOf(profile), ", "), "no claim facts"))
	}
	var err error
	f.program, err = f.key("program", id)
	return err
}

func (f *facts) key(name, text string) (p pubkey, err error) {
	if text == "" {
		return p, errors.New(name + ": missing")
	}
	if !unbase58(&p, text) {
		return p, fmt.Errorf("%s %q: not base58 of 32 bytes", name, clip(text))
	}
	return p, nil
}

// number reads a whole number of at most so many bytes.
func (f *facts) number(name, text string, size int) (uint64, error) {
	z, ok := parseDigits(text)
	if !ok || z.BitLen() > 8*size {
		return 0, fmt.Errorf("%s %q: not a whole number of %d bytes", name, clip(text), size)
	}
	return z.Uint64(), nil
}

// derive works out the distributor and its vault.
func (f *facts) derive() {
	if f.layout == "jito-tip" {
		f.distributor = f.base
		return
	}
	version := binary.LittleEndian.AppendUint64(nil, f.version)
	var seeds [][]byte
	switch f.layout {
	case "jupiter":
		seeds = [][]byte{[]byte("MerkleDistributor"), f.base[:], f.mint[:], version}
	case "saber":
		seeds = [][]byte{[]byte("MerkleDistributor"), f.base[:]}
	case "mpl-distro":
		seeds = [][]byte{[]byte("distribution"), f.mint[:], f.base[:]}
	default:
		seeds = [][]byte{[]byte("MerkleDistributor"), f.mint[:], version}
	}
	f.distributor, f.bump = derivedAddress(f.program, seeds...)
	f.vault, f.vaultAt = associatedAccount(f.distributor, f.tokenProgram, f.mint)
}

// derivedAddress is the program-derived address of some seeds, with its bump: the largest one whose address is no point of ed25519.
func derivedAddress(program pubkey, seeds ...[]byte) (address pubkey, bump string) {
	c := newEdwards()
	all := slices.Concat(seeds...)
	for b := 255; b >= 0; b-- {
		pre := append(append(slices.Clone(all), byte(b)), program[:]...)
		address = sha256.Sum256(append(pre, "ProgramDerivedAddress"...))
		if !c.has(&address) {
			return address, strconv.Itoa(b)
		}
	}
	return pubkey{}, "" // one in 2^256
}

// associatedAccount is the token account that belongs to an owner and a mint.
func associatedAccount(owner, tokenProgram, mint pubkey) (pubkey, string) {
	var program pubkey
	unbase58(&program, associatedProgramID)
	return derivedAddress(program, owner[:], tokenProgram[:], mint[:])
}

// term is a value of new_distributor: kind time, number, byte, flag or key; preset is what holds when the deployment does not say it, empty: it must.
type term struct{ name, kind, preset string }

func termsOf(layout string) []term {
	jito := []term{{"start", "number", ""}, {"end", "number", ""}, {"clawbackStart", "number", ""}}
	switch layout {
	case "jito":
		return jito
	case "drift":
		return append(jito, term{"enableSlot", "number", ""}, term{"closable", "flag", ""})
	case "jupiter":
		zero := base58(make([]byte, 32))
		return append(jito, term{"activationPoint", "number", ""}, term{"activationType", "byte", ""}, term{"closable", "flag", ""}, term{"totalBonus", "number", "0"},
			term{"bonusVestingDuration", "number", "0"}, term{"claimType", "byte", "0"}, term{"operator", "key", zero}, term{"locker", "key", zero})
	}
	return nil
}

// deploymentKeys are the keys that claim facts know.
func deploymentKeys() []string {
	keys := []string{"program", "layout", "mint", "version", "base", "seed", "account", "tokenProgram", "clawbackReceiver", "admin"}
	for _, layout := range []string{"drift", "jupiter"} {
		for _, x := range termsOf(layout) {
			keys = append(keys, x.name)
		}
	}
	return keys
}

// term appends a term in the encoding of instruction data.
func (f *facts) term(dst []byte, x term, text string) ([]byte, error) {
	switch x.kind {
	case "key":
		p, err := f.key(x.name, text)
		return append(dst, p[:]...), err
	case "flag":
		if text != "yes" && text != "no" {
			return dst, fmt.Errorf("%s %q: not yes or no", x.name, clip(text))
		}
		return append(dst, byte(btoi(text == "yes"))), nil
	case "byte":
		n, err := f.number(x.name, text, 1)
		return append(dst, byte(n)), err
	}
	n, err := f.number(x.name, text, 8)
	return binary.LittleEndian.AppendUint64(dst, n), err
}

// creation is the data of new_distributor, and the terms that are missing for it.
func (f *facts) creation(t *tree) (data []byte, missing []string) {
	terms := termsOf(f.layout)
	if terms == nil {
		return nil, nil
	}
	total := new(big.Int)
	for _, z := range t.man.totals {
		total.Add(total, z)
	}
	if bonus, ok := parseDigits(f.deployment["totalBonus"]); ok && f.layout == "jupiter" {
		total.Add(total, bonus)
	}
	data = binary.LittleEndian.AppendUint64([]byte{0x20, 0x8b, 0x70, 0xab, 0x00, 0x02, 0xe1, 0x9b}, f.version)
	data = append(data, t.root[:]...)
	data = binary.LittleEndian.AppendUint64(data, total.Uint64())
	data = binary.LittleEndian.AppendUint64(data, uint64(t.man.leaves))
	for _, x := range terms {
		text := or(f.deployment[x.name], x.preset)
		if text == "" {
			missing = append(missing, x.name)
			continue
		}
		data, _ = f.term(data, x, text) // resolveFacts has read it
	}
	if missing != nil {
		return nil, missing
	}
	return data, nil
}
