package solana

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"github.com/gagliardetto/solana-go"

	merkle "github.com/merkle-drop/merkle"
)

// MaxTransaction is the most bytes of a serialised transaction that the network carries.
const MaxTransaction = 1232

// Extras says what else is in a claim transaction.
type Extras uint8

// The three cases, from least to most.
const (
	Bare          Extras = iota // the claim alone
	WithBudget                  // and two compute budget instructions (limit, price)
	WithBudgetATA               // and those and the creation of the receiver's token account
)

// String names the case.
func (e Extras) String() string {
	return [...]string{"bare", "with compute budget", "with compute budget and new token account"}[e]
}

// CommonTreeSize is how many leaves a tree of Jupiter's own distributions has at most: every claim writes the one
// distributor account, so several trees let claims run side by side.
const CommonTreeSize = 12_000

// TransactionSize is the length in bytes of a signed v0 transaction without lookup tables that claims with a proof of
// depth entries; the claimant pays. It is measured on the serialised transaction.
func (l *Layout) TransactionSize(depth int, e Extras) (int, error) {
	d, err := l.sample()
	if err != nil {
		return 0, err
	}
	c := Claim{Account: sampleKey("claimant"), Proof: make([]merkle.Hash, depth)}
	ix, err := d.NewClaim(c)
	if err != nil {
		return 0, err
	}
	if l.Name == Streamflow { // the table of accounts has these beside Jito's; their order does not change the length
		twin := *d
		twin.Layout.Name = Jito
		full, err := twin.NewClaim(c)
		if err != nil {
			return 0, err
		}
		ix.Accounts = append(full.Accounts, Meta{Account: d.Mint}, Meta{Account: sampleKey("event authority")}, Meta{Account: d.Program})
	}
	if ix.Accounts == nil {
		return 0, fmt.Errorf("claim of %s: %w", l.Name, ErrNoInstruction)
	}
	var all []solana.Instruction
	if e >= WithBudget {
		budget := publicKey(mustKey(budgetProgram))
		all = append(all, solana.NewInstruction(budget, nil, make([]byte, 5)), solana.NewInstruction(budget, nil, make([]byte, 9)))
	}
	if e == WithBudgetATA {
		all = append(all, wire(d.createTokenAccount(c.Account)))
	}
	all = append(all, wire(ix))
	tx, err := solana.NewTransaction(all, solana.Hash{}, solana.TransactionPayer(publicKey(c.Account)))
	if err != nil {
		return 0, err
	}
	if _, err := tx.Message.SetVersion(solana.MessageVersionV0); err != nil {
		return 0, err
	}
	tx.Signatures = make([]solana.Signature, tx.Message.Header.NumRequiredSignatures)
	raw, err := tx.MarshalBinary()
	return len(raw), err
}

// MaxDepth is the longest proof with which a claim still fits in one transaction, -1 when none does.
func (l *Layout) MaxDepth(e Extras) (int, error) {
	for depth := 0; ; depth++ {
		n, err := l.TransactionSize(depth, e)
		if err != nil {
			return 0, err
		}
		if n > MaxTransaction {
			return depth - 1, nil
		}
	}
}

// Split proposes the most leaves a part may have so that every claim of n leaves fits in one transaction in the largest
// case, and how many parts that makes. Both are 0 when the tree fits as it is.
func (l *Layout) Split(n int) (leaves, parts int, err error) {
	limit, err := l.MaxDepth(WithBudgetATA)
	if err != nil || n < 1 || bits.Len(uint(n-1)) <= limit {
		return 0, 0, err
	}
	leaves = 1 << limit
	return leaves, (n + leaves - 1) / leaves, nil
}

// createTokenAccount is the associated token program's idempotent creation, paid by the owner.
func (d *Deployment) createTokenAccount(owner merkle.Account) *Instruction {
	account, err := d.TokenAccount(owner)
	if err != nil {
		panic(err) // a bump exists for all but one seed in 2^255
	}
	return &Instruction{Program: mustKey(ataProgram), Data: []byte{1}, Accounts: []Meta{
		{Account: owner, Signer: true, Writable: true}, {Account: account.Address, Writable: true}, {Account: owner},
		{Account: d.Mint}, {Account: mustKey(systemProgram)}, {Account: d.TokenProgram},
	}}
}

// sample is a deployment with keys of its own: lengths do not depend on them.
func (l *Layout) sample() (*Deployment, error) {
	m := map[string]string{"layout": l.Name, "program": l.Program}
	if l.Program == "" {
		m["program"] = sampleKey("program").Text()
	}
	switch l.Name {
	case Jupiter, Saber:
		m["base"] = sampleKey("base").Text()
	case MplDistro:
		m["seed"] = sampleKey("seed").Text()
	case JitoTip:
		m["account"] = sampleKey("account").Text()
	}
	return ParseDeployment(m, sampleKey("mint"))
}

func sampleKey(name string) merkle.Account {
	sum := sha256.Sum256([]byte(name))
	a, err := merkle.NewAccount(merkle.Solana, sum[:])
	if err != nil {
		panic(err) // only for the zero hash
	}
	return a
}

func wire(ix *Instruction) solana.Instruction {
	metas := make(solana.AccountMetaSlice, len(ix.Accounts))
	for i, m := range ix.Accounts {
		key := m.Account
		if key.Family() == 0 {
			key = sampleKey(m.Name)
		}
		metas[i] = solana.NewAccountMeta(publicKey(key), m.Writable, m.Signer)
	}
	return solana.NewInstruction(publicKey(ix.Program), metas, ix.Data)
}
