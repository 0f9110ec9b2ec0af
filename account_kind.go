package merkle

import "encoding/binary"

// AccountKind is what an account is known to be by its bytes alone. Nothing is looked up on a chain.
type AccountKind uint8

// The kinds. KindOwn is never found by Account.Kind: which addresses are the distribution's own is known to the caller.
const (
	KindWallet     AccountKind = iota // nothing is known against it
	KindZero                          // all-zero address, default public key
	KindBurn                          // address whose tokens are gone
	KindPrecompile                    // EVM precompiled contract
	KindOffCurve                      // Solana key off ed25519: a program-derived address, nobody can sign for it
	KindProgram                       // Solana program id, sysvar or native mint
	KindOwn                           // the token's or distributor's own address

	accountKinds // how many
)

// String is the name that policies and findings use.
func (k AccountKind) String() string {
	if k >= accountKinds {
		return "unknown"
	}
	return [accountKinds]string{"wallet", "zero", "burn", "precompile", "off-curve", "program", "own"}[k]
}

// Why says in words what is the matter with accounts of the kind; empty for KindWallet.
func (k AccountKind) Why() string {
	if k >= accountKinds {
		return ""
	}
	return [accountKinds]string{
		KindZero:       "the zero account, which nobody owns",
		KindBurn:       "a burn address: what is claimed for it is gone",
		KindPrecompile: "an EVM precompile, which can never send tokens",
		KindOffCurve:   "off the ed25519 curve, so a program's address: nobody can sign a claim for it",
		KindProgram:    "a Solana program, sysvar or native mint, which cannot claim",
		KindOwn:        "the token's or distributor's own address",
	}[k]
}

// ParseAccountKind reads a name that String writes.
func ParseAccountKind(name string) (AccountKind, bool) {
	for k := range accountKinds {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// AccountKinds lists all kinds, wallet first.
func AccountKinds() []AccountKind {
	out := make([]AccountKind, accountKinds)
	for i := range out {
		out[i] = AccountKind(i)
	}
	return out
}

// Kind is what a is known to be. No account at all is KindZero.
func (a Account) Kind() AccountKind {
	begin := binary.BigEndian.Uint64(a.raw[:8])
	known := knownBegins[begin>>54]&(1<<(begin>>48&63)) != 0 // few accounts begin like a known one, and are looked up
	switch {
	case begin == 0 && a.IsZero():
		return KindZero
	case a.family == EVM:
		if begin == 0 && a.precompile() {
			return KindPrecompile
		}
		if !known {
			return KindWallet
		}
		return knownAccounts[a]
	}
	if known {
		if k, is := knownAccounts[a]; is {
			return k
		}
	}
	if !a.OnCurve() {
		return KindOffCurve
	}
	return KindWallet
}

// precompile reports 0x01 to 0x11 (https://eips.ethereum.org: up to BLS12-381 of EIP-2537) and 0x100 (P-256, EIP-7951).
func (a Account) precompile() bool {
	for _, b := range a.raw[:18] {
		if b != 0 {
			return false
		}
	}
	n := int(a.raw[18])<<8 | int(a.raw[19])
	return n >= 0x01 && n <= 0x11 || n == 0x100
}

// AccountCounts says how many accounts there are of each kind; the index is the kind.
type AccountCounts [accountKinds]int

// Suspicious is how many are not KindWallet.
func (c *AccountCounts) Suspicious() int {
	n := 0
	for _, k := range c[1:] {
		n += k
	}
	return n
}
