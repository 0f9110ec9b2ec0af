package alloc

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with the bundle that a campaign goes on from.
var (
	ErrBundle    = errors.New("cannot go on from this bundle")
	ErrManifest  = errors.New("its manifest has another SHA-256: it is another bundle, or a changed one")
	ErrSuccessor = errors.New("is not what this campaign follows")
)

const bundleFormat = "merkle-bundle/v1"

// maxJSON is the largest JSON file of a bundle (export/FORMAT.md section 2).
const maxJSON = 64 << 20

// manifest is what is read of a manifest.json (export/FORMAT.md section 3).
type manifest struct {
	Format   string
	Campaign struct{ File, ID, SHA256 string }
	Rule     string
	Ledger   []manifestLedger
	Tables   []struct{ Name, SHA256, File, Rows string }
	Trees    []manifestTree
	Groups   []manifestGroup
	Files    struct{ File, SHA256 string }
}

type manifestLedger struct {
	Token, Decimals, Claims, Locked, Unelected, Unallocated, Unvested, Forgone, Rolled, Residual, PaidBefore string

	RolledTo, ResidualTo string
}

// bundle is a published bundle, opened by the digest of its manifest.
type bundle struct {
	ref      campaign.Bundle
	manifest manifest
	campaign *campaign.Campaign
}

// openBundle reads manifest and campaign file of a bundle. It returns nil when the bundle is refused; why is among the faults.
func (r *reading) openBundle(ref campaign.Bundle) (*bundle, error) {
	refuse := func(err error) (*bundle, error) {
		r.faults.Add(&merkle.Fault{Pos: ref.Pos, Field: "bundle", Value: ref.Dir, Err: fmt.Errorf("%w: %w", ErrBundle, err)})
		return nil, nil
	}
	text, digest, err := r.readWhole(ref.Dir+"/manifest.json", maxJSON)
	if err != nil {
		return refuse(err)
	}
	if digest != ref.Manifest {
		return refuse(fmt.Errorf("%w: got %s, the campaign says %s", ErrManifest, digest, ref.Manifest))
	}
	b := &bundle{ref: ref}
	if err := json.Unmarshal(text, &b.manifest); err != nil {
		return refuse(fmt.Errorf("manifest.json: %w", err))
	}
	if b.manifest.Format != bundleFormat {
		return refuse(fmt.Errorf("its format is %q, this release reads %s", b.manifest.Format, bundleFormat))
	}
	source, digest, err := r.readWhole(ref.Dir+"/campaign.yaml", campaign.MaxBytes)
	if err != nil {
		return refuse(err)
	}
	if digest != b.manifest.Campaign.SHA256 {
		return refuse(fmt.Errorf("its campaign.yaml has the SHA-256 %s, its manifest says %s", digest, b.manifest.Campaign.SHA256))
	}
	if b.campaign, err = campaign.Parse(source, ref.Dir+"/campaign.yaml"); err != nil {
		return refuse(err)
	}
	if len(b.manifest.Ledger) != len(b.campaign.Tokens) {
		return refuse(fmt.Errorf("its ledger has %d tokens, its campaign %d", len(b.manifest.Ledger), len(b.campaign.Tokens)))
	}
	return b, nil
}

// readWhole reads a file of at most that many bytes, and its digest.
func (r *reading) readWhole(name string, most int64) (text []byte, digest string, err error) {
	f, err := r.o.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // without the directory of this machine
			err = path.Err
		}
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	text, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("larger than %d bytes", most)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:]), nil
}

func (b *bundle) refuse(r *reading, format string, args ...any) {
	r.faults.Add(&merkle.Fault{Pos: b.ref.Pos, Field: "bundle", Value: b.ref.Dir, Err: fmt.Errorf("%w: %w", ErrBundle, fmt.Errorf(format, args...))})
}

// months are the settings by months of its campaign, nil when its rule is not of that kind.
func (b *bundle) months() *campaign.Months { return monthsOf(b.campaign) }

func monthsOf(c *campaign.Campaign) *campaign.Months {
	switch {
	case c.Rule.NoonActive != nil:
		return &c.Rule.NoonActive.Months
	case c.Rule.NoonOpen != nil:
		return &c.Rule.NoonOpen.Months
	}
	return nil
}

// sameToken refuses a bundle whose token k is not this campaign's: chains may be added, nothing else may change.
func (b *bundle) sameToken(r *reading, k int) bool {
	if k >= len(b.campaign.Tokens) {
		b.refuse(r, "%w: it has no token %s", ErrSuccessor, r.c.Tokens[k].ID)
		return false
	}
	was, is := &b.campaign.Tokens[k], &r.c.Tokens[k]
	if was.ID != is.ID || was.Decimals != is.Decimals {
		b.refuse(r, "%w: its token is %s with %d decimals, here %s with %d", ErrSuccessor, was.ID, was.Decimals, is.ID, is.Decimals)
		return false
	}
	for _, old := range was.Assets {
		found := false
		for _, now := range is.Assets {
			found = found || now.Asset.String() == old.Asset.String() && now.Decimals == old.Decimals
		}
		if !found {
			b.refuse(r, "%w: its token has the asset %s with %d decimals, which this campaign has not", ErrSuccessor, old.Asset, old.Decimals)
			return false
		}
	}
	return true
}

// follows refuses a bundle that is not of the month before.
func (b *bundle) follows(r *reading, set *campaign.Months) bool {
	was := b.months()
	if was == nil {
		b.refuse(r, "%w: its rule is %s", ErrSuccessor, b.campaign.Rule.Name)
		return false
	}
	before, _ := campaign.Month([]byte(was.Month))
	now, _ := campaign.Month([]byte(set.Month))
	if before+1 != now {
		b.refuse(r, "%w: it is of month %s, this campaign of %s; months follow each other", ErrSuccessor, was.Month, set.Month)
		return false
	}
	if was.Zone != set.Zone {
		b.refuse(r, "%w: its zone is %s, here %s", ErrSuccessor, was.Zone, set.Zone)
		return false
	}
	return b.sameToken(r, 0)
}

// table is one of its published tables as an input; nil when it has none of that name.
func (b *bundle) table(r *reading, name string) *campaign.Input {
	for _, t := range b.manifest.Tables {
		if t.Name == name {
			return &campaign.Input{Pos: b.ref.Pos, File: b.ref.Dir + "/tables/" + name + ".csv", Format: "csv", Rows: t.Rows, SHA256: t.SHA256}
		}
	}
	b.refuse(r, "its manifest names no table %s", name)
	return nil
}

// line adds lines of the ledger of token k.
func (b *bundle) line(r *reading, lines ...string) (merkle.Amount, bool) {
	var sum merkle.Amount
	for _, text := range lines {
		v, err := merkle.ParseAmount(text)
		fits := err == nil
		if fits {
			sum, fits = sum.Add(v)
		}
		if !fits {
			b.refuse(r, "its ledger has an amount %q", text)
			return merkle.Amount{}, false
		}
	}
	return sum, true
}
