package solana

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// Meta is one account of an instruction. Account is zero where it is the caller's to choose (fee payer, receiver).
type Meta struct {
	Name             string
	Account          merkle.Account
	Signer, Writable bool
}

// Instruction is what a wallet signs, unsigned.
type Instruction struct {
	Program  merkle.Account
	Data     []byte
	Accounts []Meta
}

// Discriminator is the first 8 bytes of sha256("global:" + name): how Anchor programs tell instructions apart. name is
// the instruction in snake case.
func Discriminator(name string) [8]byte {
	sum := sha256.Sum256([]byte("global:" + name))
	return [8]byte(sum[:8])
}

// ClaimDiscriminator is how the claim instruction's data of a layout begin, nil where no instruction is known.
func (l *Layout) ClaimDiscriminator() []byte {
	var d [8]byte
	switch l.Name {
	case Jito, Jupiter, Drift, Streamflow:
		d = Discriminator("new_claim")
	case Saber, JitoTip:
		d = Discriminator("claim")
	case MplDistro:
		return []byte{4}
	default:
		return nil
	}
	return d[:]
}

// ErrNoInstruction says that the layout's instruction is not known well enough to be written.
var ErrNoInstruction = errors.New("this instruction is not known for the layout")

// ClaimData is the data of the claim instruction:
//
//	jito, jupiter, drift, streamflow   new_claim: amount u64, locked u64, proof
//	saber                              claim: bump of the claim record u8, index u64, amount u64, proof
//	jito-tip                           claim: bump of the claim record u8, amount u64, proof
//	mpl-distro                         distribute: byte 4, amount u64, proof, nonce u64
//
// a proof is its length as u32 and 32 bytes an entry; all numbers little-endian.
func (d *Deployment) ClaimData(c Claim, status PDA) ([]byte, error) {
	data := d.Layout.ClaimDiscriminator()
	switch d.Layout.Name {
	case Jito, Jupiter, Drift, Streamflow:
		data = append(append(data, u64(c.Amount)...), u64(c.Locked)...)
	case Saber:
		data = append(append(append(data, status.Bump), u64(c.Index)...), u64(c.Amount)...)
	case JitoTip:
		data = append(append(data, status.Bump), u64(c.Amount)...)
	case MplDistro:
		data = append(data, u64(c.Amount)...)
	default:
		return nil, fmt.Errorf("claim of %s: %w", d.Layout.Name, ErrNoInstruction)
	}
	data = binary.LittleEndian.AppendUint32(data, uint32(len(c.Proof)))
	for i := range c.Proof {
		data = append(data, c.Proof[i][:]...)
	}
	if d.Layout.Name == MplDistro {
		data = append(data, u64(c.Nonce)...)
	}
	return data, nil
}

// NewClaim is the claim instruction. The receiving token account is the claimant's associated one, the payer the
// claimant where the program lets anybody pay. A layout whose accounts are not known in their order has none.
func (d *Deployment) NewClaim(c Claim) (*Instruction, error) {
	distributor, err := d.Distributor()
	if err != nil {
		return nil, err
	}
	status, err := d.ClaimStatus(distributor.Address, c)
	if err != nil {
		return nil, err
	}
	ix := &Instruction{Program: d.Program}
	if ix.Data, err = d.ClaimData(c, status); err != nil {
		return nil, err
	}
	var vault, to PDA
	if d.Layout.Tokens {
		if vault, err = d.TokenAccount(distributor.Address); err == nil {
			to, err = d.TokenAccount(c.Account)
		}
		if err != nil {
			return nil, err
		}
	}
	ix.Accounts = d.claimAccounts(distributor.Address, status.Address, vault.Address, to.Address, c.Account)
	return ix, nil
}

func (d *Deployment) claimAccounts(distributor, status, from, to, claimant merkle.Account) []Meta {
	w := func(name string, a merkle.Account) Meta { return Meta{Name: name, Account: a, Writable: true} }
	r := func(name string, a merkle.Account) Meta { return Meta{Name: name, Account: a} }
	token, system := r("tokenProgram", d.TokenProgram), r("systemProgram", mustKey(systemProgram))
	signer := Meta{Name: "claimant", Account: claimant, Signer: true, Writable: true}
	switch d.Layout.Name {
	case Jito, Drift:
		return []Meta{w("distributor", distributor), w("claimStatus", status), w("from", from), w("to", to), signer, token, system}
	case Jupiter: // the program's own id stands for "no operator"
		return []Meta{w("distributor", distributor), w("claimStatus", status), w("from", from), w("to", to), signer, r("operator", d.Program), token, system}
	case Saber:
		payer := signer
		payer.Name = "payer"
		signer.Writable = false
		return []Meta{w("distributor", distributor), w("claimStatus", status), w("from", from), w("to", to), signer, payer, system, token}
	case MplDistro:
		payer := Meta{Name: "payer", Account: claimant, Signer: true, Writable: true}
		return []Meta{w("distribution", distributor), r("mint", d.Mint), w("claimReceipt", status), w("recipientTokenAccount", to), w("distributionTokenAccount", from),
			r("recipient", claimant), payer, w("feeWallet", merkle.Account{}), r("associatedTokenProgram", mustKey(ataProgram)), token, system}
	}
	return nil
}
