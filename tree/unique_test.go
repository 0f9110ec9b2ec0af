package tree

import (
	"context"
	"errors"
	"testing"
)

// What a contract pays once may be more than an account, or none.
func TestBuild_keys(t *testing.T) {
	for name, same := range map[string]struct {
		change func(*Rows) // rows 1 and 3 become one claim
		field  string
	}{
		"mpl-distro-v1": {func(r *Rows) {
			r.Accounts[3], r.Amounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Amounts[1], r.Columns[0].Values[1]
		}, "account, amount, nonce"},
		"thirdweb-airdrop-1155-v1": {func(r *Rows) { r.Accounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Columns[0].Values[1] }, "account, tokenId"},
		"tokensoft-satellite-v1":   {func(r *Rows) { r.Accounts[3], r.Columns[0].Values[3] = r.Accounts[1], r.Columns[0].Values[1] }, "account, domain"},
		"pyth-v1": {func(r *Rows) {
			r.Columns[0].Values[1], r.Columns[1].Values[1] = "evm", "0x52908400098527886e0f7030069857d2e4169ee7"
			r.Columns[0].Values[3], r.Columns[1].Values[3] = "evm", "0x52908400098527886E0F7030069857D2E4169EE7"
		}, "ecosystem, identity"},
		"safe-vesting-v1": {func(r *Rows) {
			r.Accounts[3], r.Amounts[3] = r.Accounts[1], r.Amounts[1]
			for i := range r.Columns {
				r.Columns[i].Values[3] = r.Columns[i].Values[1]
			}
		}, "account, durationWeeks, startDate, amount"},
		"lido-csm-v1": {func(r *Rows) { r.Index[3] = r.Index[1] }, "nodeOperatorId"},
		"jito-v1":     {func(r *Rows) { r.Accounts[3] = r.Accounts[1] }, "account"},
		"merkl-v1":    {func(r *Rows) { r.Accounts[3], r.Tokens[3] = r.Accounts[1], r.Tokens[1] }, "account"},
	} {
		s, r := sample(t, lookup(t, name), 2, 6)
		build(t, s, r)
		same.change(r)
		_, err := Build(context.Background(), s, r)
		var rows *RowErrors
		if !errors.As(err, &rows) || len(rows.List) != 1 || rows.List[0].Row != 3 || rows.List[0].Other != 1 || rows.List[0].Field != same.field {
			t.Errorf("%s: got %v, want row 3 as row 1", name, err)
			continue
		}
		if name != "lido-csm-v1" && !errors.Is(err, ErrDuplicate) {
			t.Errorf("%s: %v is no ErrDuplicate", name, err)
		}
		s.KeepDuplicates = true
		if _, err := Build(context.Background(), s, r); (err != nil) != (name == "lido-csm-v1") { // an index can never be there twice
			t.Errorf("%s: kept: %v", name, err)
		}
	}
	s, r := sample(t, lookup(t, "gumdrop-v1"), 2, 6) // one account, several numbers
	r.Accounts[3], r.Tokens[3] = r.Accounts[1], r.Tokens[1]
	build(t, s, r)
}

// Sums of limits are not the contract's business.
func TestBuild_limits(t *testing.T) {
	s, r := sample(t, lookup(t, "thirdweb-drop-v1"), 1, 3)
	if sum, ok := build(t, s, r).Total(); !ok || sum.IsZero() {
		t.Errorf("total %s, %v", sum, ok)
	}
	r.Amounts[0], r.Amounts[1] = maxAmount(t), maxAmount(t)
	if sum, ok := build(t, s, r).Total(); ok {
		t.Errorf("total %s", sum)
	}
	p := s.Profile.clone()
	p.Amount = AmountOneShot
	s.Profile = p
	if _, err := Build(context.Background(), s, r); !errors.Is(err, ErrWidth) {
		t.Errorf("sums that are paid: %v", err)
	}
}
