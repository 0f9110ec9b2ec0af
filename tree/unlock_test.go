package tree

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	merkle "github.com/merkle-drop/merkle"
)

func unlockProfile(t testing.TB, unlock string) Profile {
	t.Helper()
	p, err := lookup(t, "oz-standard-v1").WithFields([]string{"account:address", "amount:uint256", unlock})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProfile_HasUnlock(t *testing.T) {
	for field, want := range map[string]bool{
		"unlock:uint256": true, "unlock:uint64": true, "unlock:uint8": true,
		"unlock:int256": false, "unlock:string": false, "unlock:bytes32": false, "unlock:uint256[]": false, "unlockAt:uint256": false, "Unlock:uint64": false,
	} {
		p := unlockProfile(t, field)
		if got := p.HasUnlock(); got != want {
			t.Errorf("%s: got %v, want %v", field, got, want)
		}
	}
	constant, err := lookup(t, "oz-standard-v1").WithFields([]string{"account:address", "amount:uint256", "unlock:uint64"})
	if err == nil {
		constant, err = constant.WithConstants("unlock")
	}
	if err != nil || constant.HasUnlock() {
		t.Errorf("a constant unlock tells no two leaves apart: %v", err)
	}
}

func TestBuild_leavesOfOneAccount(t *testing.T) {
	p := unlockProfile(t, "unlock:uint64")
	a := account(t, "0x0fe54250faad8d67c03b8b390f49cebdec8f136b")
	one := amount(t, "1")
	build := func(unlocks ...string) (*Tree, error) {
		rows := &Rows{Columns: []Column{{Name: FieldUnlock, Values: unlocks}}}
		for range unlocks {
			rows.Accounts, rows.Amounts = append(rows.Accounts, a), append(rows.Amounts, one)
		}
		return Build(context.Background(), Spec{Profile: p, Order: OrderAccount}, rows)
	}
	made, err := build("1000", "9", "18446744073709551615", "0")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for pos := range made.Len() {
		got = append(got, string(made.AppendValue(nil, made.Row(pos), 2)))
	}
	if want := []string{"0", "9", "1000", "18446744073709551615"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want them as numbers: %q", got, want)
	}
	if made.CompareUnlock(0, 1) <= 0 || made.CompareUnlock(1, 0) >= 0 || made.CompareUnlock(2, 2) != 0 {
		t.Error("rows are not compared by unlock as a number")
	}
	var rows *RowErrors
	if _, err := build("9", "1000", "9"); !errors.As(err, &rows) || !errors.Is(err, ErrDuplicate) || rows.List[0].Row != 2 || rows.List[0].Other != 0 {
		t.Errorf("got %v, want row 2 refused because of row 0", err)
	}
	for _, bad := range []string{"09", "18446744073709551616", "1.0", "", "-1"} {
		if _, err := build("9", bad); err == nil {
			t.Errorf("unlock %q was taken", bad)
		}
	}
	plain := unlockProfile(t, "memo:string")
	if _, err := Build(context.Background(), Spec{Profile: plain, Order: OrderAccount}, &Rows{
		Accounts: []merkle.Account{a, a}, Amounts: []merkle.Amount{one, one}, Columns: []Column{{Name: "memo", Values: []string{"a", "b"}}},
	}); !errors.Is(err, ErrDuplicate) {
		t.Errorf("got %v: another column does not let an account have two leaves", err)
	}
}

// The order of digits by length and text is the order of the numbers.
func TestCompareDigits_isNumeric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`0|[1-9][0-9]{0,80}`)
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		if got := CompareDigits(a, b); got != x.Cmp(y) {
			t.Fatalf("%s against %s: got %d", a, b, got)
		}
	})
}
