package solana

import (
	"encoding/binary"
	"fmt"

	"github.com/gagliardetto/solana-go"

	merkle "github.com/merkle-drop/merkle"
)

// PDA is a program-derived address and the bump that puts it off the curve.
type PDA struct {
	Address merkle.Account
	Bump    uint8
}

// Claim is what a claim record and a claim instruction depend on.
type Claim struct {
	Account merkle.Account
	Amount  uint64 // base units of the mint; of jito layouts the unlocked part
	Locked  uint64
	Index   uint64 // saber
	Nonce   uint64 // mpl-distro
	Leaf    merkle.Hash
	Proof   []merkle.Hash // leaf to root
}

// Distributor is the address of the account that holds the root.
//
//	jito, drift, streamflow   "MerkleDistributor", mint, version u64
//	jupiter                   "MerkleDistributor", base, mint, version u64
//	saber                     "MerkleDistributor", base
//	mpl-distro                "distribution", mint, seed
//	pyth                      "config"
//
// The account of jito-tip is not derived from the deployment alone and is returned as given, with bump 0.
func (d *Deployment) Distributor() (PDA, error) {
	switch d.Layout.Name {
	case Jito, Drift, Streamflow:
		return find(d.Program, []byte("MerkleDistributor"), d.Mint.Bytes(), u64(d.Version))
	case Jupiter:
		return find(d.Program, []byte("MerkleDistributor"), d.Base.Bytes(), d.Mint.Bytes(), u64(d.Version))
	case Saber:
		return find(d.Program, []byte("MerkleDistributor"), d.Base.Bytes())
	case MplDistro:
		return find(d.Program, []byte("distribution"), d.Mint.Bytes(), d.Seed.Bytes())
	case JitoTip:
		return PDA{Address: d.Account}, nil
	case Pyth:
		return find(d.Program, []byte("config"))
	}
	return PDA{}, fmt.Errorf("layout %s: no distributor", d.Layout.Name)
}

// Vault is the associated token account of the distributor, which pays. ok is false for a layout without one.
func (d *Deployment) Vault() (p PDA, ok bool, err error) {
	if !d.Layout.Tokens {
		return PDA{}, false, nil
	}
	owner, err := d.Distributor()
	if err == nil {
		p, err = d.TokenAccount(owner.Address)
	}
	return p, true, err
}

// TokenAccount is the associated token account of an owner for the mint.
func (d *Deployment) TokenAccount(owner merkle.Account) (PDA, error) {
	return find(mustKey(ataProgram), owner.Bytes(), d.TokenProgram.Bytes(), d.Mint.Bytes())
}

// ClaimStatus is the address of the record that stops a second claim. distributor is Distributor's address, handed in
// so that it is derived once for a list.
//
//	jito, jupiter, drift, streamflow   "ClaimStatus", claimant, distributor
//	saber                              "ClaimStatus", index u64, distributor
//	mpl-distro                         "claim_receipt", distribution, recipient, amount u64, nonce u64
//	jito-tip                           "CLAIM_STATUS", claimant, distribution
//	pyth                               "receipt", leaf (20 bytes)
func (d *Deployment) ClaimStatus(distributor merkle.Account, c Claim) (PDA, error) {
	switch d.Layout.Name {
	case Jito, Jupiter, Drift, Streamflow:
		return find(d.Program, []byte("ClaimStatus"), c.Account.Bytes(), distributor.Bytes())
	case Saber:
		return find(d.Program, []byte("ClaimStatus"), u64(c.Index), distributor.Bytes())
	case MplDistro:
		return find(d.Program, []byte("claim_receipt"), distributor.Bytes(), c.Account.Bytes(), u64(c.Amount), u64(c.Nonce))
	case JitoTip:
		return find(d.Program, []byte("CLAIM_STATUS"), c.Account.Bytes(), distributor.Bytes())
	case Pyth:
		return find(d.Program, []byte("receipt"), c.Leaf[:20])
	}
	return PDA{}, fmt.Errorf("layout %s: no claim record", d.Layout.Name)
}

// ClaimStatusSeeds are the seeds of ClaimStatus in words, for readers of an artefact.
func (l *Layout) ClaimStatusSeeds() []string {
	switch l.Name {
	case Saber:
		return []string{"ClaimStatus", "index u64le", "distributor"}
	case MplDistro:
		return []string{"claim_receipt", "distribution", "recipient", "amount u64le", "nonce u64le"}
	case JitoTip:
		return []string{"CLAIM_STATUS", "claimant", "distribution"}
	case Pyth:
		return []string{"receipt", "leaf 20 bytes"}
	}
	return []string{"ClaimStatus", "claimant", "distributor"}
}

func find(program merkle.Account, seeds ...[]byte) (PDA, error) {
	key, bump, err := solana.FindProgramAddress(seeds, publicKey(program))
	if err != nil {
		return PDA{}, fmt.Errorf("program %s: %w", program.Text(), err)
	}
	a, err := merkle.NewAccount(merkle.Solana, key[:])
	return PDA{a, bump}, err
}

func publicKey(a merkle.Account) solana.PublicKey { return solana.PublicKeyFromBytes(a.Bytes()) }

func u64(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }
