package verify

import "sync"

// The kinds of accounts that are hardly a person's; "" is any other.
const (
	kindZero       = "zero"       // all bytes zero; on Solana that is the system program
	kindBurn       = "burn"       // an address that is used to burn tokens
	kindPrecompile = "precompile" // EVM: 1 to 0x11 and 0x100
	kindProgram    = "program"    // a Solana program, system variable or native mint
	kindOffCurve   = "off-curve"  // a Solana account that no private key belongs to
	kindOwn        = "own"        // the token's or the distributor's own address
)

// kinds tells the kinds of accounts. It is made once and read by many goroutines.
type kinds struct {
	known map[account]string
}

// newKinds makes the table; own are the addresses of the distribution itself.
func newKinds(own ...account) *kinds {
	k := &kinds{known: map[account]string{}}
	for _, s := range burnAddresses() {
		k.known[mustAccount(s)] = kindBurn
	}
	for _, s := range programAddresses() {
		k.known[mustAccount(s)] = kindProgram
	}
	for n := 1; n <= 0x11; n++ {
		k.known[account{raw: [32]byte{19: byte(n)}, fam: evm}] = kindPrecompile
	}
	k.known[account{raw: [32]byte{18: 1}, fam: evm}] = kindPrecompile
	for _, a := range own {
		if !a.isZero() {
			k.known[a] = kindOwn
		}
	}
	return k
}

// mustAccount reads an account of the tables below, which the tests read one by one.
func mustAccount(s string) account {
	a, _ := parseAccount(s)
	return a
}

// burnAddresses are those that explorers label as such, or that wallets and contracts burn to. Addresses of one digit repeated are told by that.
func burnAddresses() []string {
	return []string{
		"0x000000000000000000000000000000000000dead", "0xdead000000000000000000000000000000000000", "0xdead000000000000000042069420694206942069",
		"0x00000000000000000000000000000000deadbeef", "0xdeaddeaddeaddeaddeaddeaddeaddeaddeaddead", "0x00000000000000000000045261d4ee77acdb3286",
		"0x0123456789012345678901234567890123456789", "0x1234567890123456789012345678901234567890",
		"1nc1nerator11111111111111111111111111111111",
	}
}

// programAddresses are the programs and system variables of every Solana cluster, and the widely used programs of tokens.
func programAddresses() []string {
	return []string{
		"Vote111111111111111111111111111111111111111", "Stake11111111111111111111111111111111111111", "Config1111111111111111111111111111111111111",
		"StakeConfig11111111111111111111111111111111", "ComputeBudget111111111111111111111111111111", "AddressLookupTab1e1111111111111111111111111",
		"NativeLoader1111111111111111111111111111111", "BPFLoader1111111111111111111111111111111111", "BPFLoader2111111111111111111111111111111111",
		"BPFLoaderUpgradeab1e11111111111111111111111", "LoaderV411111111111111111111111111111111111", "Feature111111111111111111111111111111111111",
		"Ed25519SigVerify111111111111111111111111111", "KeccakSecp256k11111111111111111111111111111", "Secp256r1SigVerify1111111111111111111111111",
		"ZkTokenProof1111111111111111111111111111111", "ZkE1Gama1Proof11111111111111111111111111111", "Sysvar1111111111111111111111111111111111111",
		"SysvarC1ock11111111111111111111111111111111", "SysvarEpochSchedu1e111111111111111111111111", "SysvarEpochRewards1111111111111111111111111",
		"SysvarFees111111111111111111111111111111111", "Sysvar1nstructions1111111111111111111111111", "SysvarLastRestartS1ot1111111111111111111111",
		"SysvarRecentB1ockHashes11111111111111111111", "SysvarRent111111111111111111111111111111111", "SysvarRewards111111111111111111111111111111",
		"SysvarS1otHashes111111111111111111111111111", "SysvarS1otHistory11111111111111111111111111", "SysvarStakeHistory1111111111111111111111111",
		"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
		"MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr", "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo", "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",
		"namesLPneVptA9Z5rqUDD9tMTWEJwofgaYwp8cawRkX", "So11111111111111111111111111111111111111112", "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP",
	}
}

// of is the kind of one account. A point test takes some microseconds, so lists go through all.
func (k *kinds) of(a account, c *edwards) string {
	if a.isZero() {
		return kindZero
	}
	if kind, ok := k.known[a]; ok {
		return kind
	}
	if a.fam == evm {
		if repeatsDigit(a.raw[:20]) {
			return kindBurn
		}
		return ""
	}
	if !c.has(&a.raw) {
		return kindOffCurve
	}
	return ""
}

// repeatsDigit reports whether all hex digits are the same.
func repeatsDigit(b []byte) bool {
	for _, x := range b {
		if x != b[0] {
			return false
		}
	}
	return b[0]>>4 == b[0]&15
}

// all is the kind of each of n accounts, told by so many workers.
func (k *kinds) all(workers, n int, at func(i int) account) []string {
	const batch = 512
	out := make([]string, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, min(workers, (n+batch-1)/batch)) {
		wg.Go(func() {
			c := newEdwards()
			for start := range next {
				for i := start; i < min(n, start+batch); i++ {
					out[i] = k.of(at(i), c)
				}
			}
		})
	}
	for start := 0; start < n; start += batch {
		next <- start
	}
	close(next)
	wg.Wait()
	return out
}
