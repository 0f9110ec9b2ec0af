package alloc

import (
	"fmt"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func TestFixed_columnsAndOrder(t *testing.T) {
	c := listCampaign("token", token("X", 2, "10000"), token("Y", 0, "50"))
	c.Rule.Fixed.Duplicates = "sum"
	c.Trees = []campaign.Tree{{ID: "x", Fields: []string{"index:uint256", "account:address", "amount:uint256", "memo:string", "season:uint8"}, Constants: map[string]string{"season": "3"}}}
	f := files{"list.csv": "token,account,amount,locked,index,memo\n" +
		"X," + key("B") + ",1.50,2,7,\"one, two\"\n" +
		"Y," + key("A") + ",5,0,8,y\n" +
		"X," + key("A") + ",0,0,9,\n" +
		"X," + key("B") + ",0.25,1.0,10,later\n" +
		"X," + key("Q") + ",90,0,11,gone\n",
		"out.csv": "account,reason\n" + key("Q") + ",team\n"}
	c.Exclude = []campaign.Exclusion{{Input: input("out.csv"), List: "L", Version: "1"}}
	a := compute(t, c, f)
	x, y := a.Tokens[0], a.Tokens[1]
	if got := fmt.Sprint(x.Amounts, x.Locked, x.Index, x.Extra); got != "[0 175] [0 300] [9 7] [{memo [ one, two]}]" {
		t.Errorf("X: %s", got)
	}
	if got := fmt.Sprint(y.Amounts, y.Locked, y.Index, y.Extra); got != "[5 0] [0 0] [8 0] [{memo [y ]}]" {
		t.Errorf("Y: %s", got)
	}
	if got := fmt.Sprint(a.Order); got != "[1 0]" {
		t.Errorf("claim order %s", got)
	}
	if got := fmt.Sprintf("%+v", x.Ledger); got != "{Pool:10000 CarriedIn:0 RolledIn:0 Claims:475 Unallocated:9525 Unvested:0 Forgone:0 Rolled:0 Residual:0 Locked:0 Unelected:0 PaidBefore:0 RolledTo: ResidualTo:treasury Leaves:1 Dropped:1 Chains:[{Chain:"+string(onSolana)+" Claims:475 Leaves:1}]}" {
		t.Errorf("X: %s", got)
	}
	if y.Ledger.Leaves != 1 || y.Ledger.Dropped != 0 || y.Ledger.Unallocated.String() != "45" {
		t.Errorf("Y: %+v", y.Ledger)
	}
	in := a.Inputs[0]
	want := "account,amount,token,index,locked,memo\n" + key("B") + ",1.5,X,7,2,\"one, two\"\n" + key("A") + ",5,Y,8,0,y\n" + key("A") + ",0,X,9,0,\n" + key("B") + ",0.25,X,10,1,later\n" + key("Q") + ",90,X,11,0,gone\n"
	if got := canonical(t, &in); got != want || in.Rows != 5 || in.Sum != "96.75" || in.Order != "file" || in.Role != "list" {
		t.Errorf("canonical form of %+v:\n%s", in, got)
	}
}

func TestFixed_floorSumWithLocked(t *testing.T) {
	c := listCampaign("token", token("X", 0, "10"))
	c.Rule.Fixed.Duplicates, c.Rule.Fixed.Precision = "sum", "floor-sum"
	f := files{"list.csv": "account,amount,locked\n" + key("A") + ",1.6,0.5\n" + key("A") + ",1.6,0.6\n" + key("B") + ",0.9,0.9\n"}
	a := compute(t, c, f)
	x := a.Tokens[0]
	if got := fmt.Sprint(x.Amounts, x.Locked); got != "[3 0] [1 0]" {
		t.Errorf("got %s", got)
	}
	// 6.1 in all: 6 earned, 4 paid.
	if l := x.Ledger; l.Unallocated.String() != "4" || l.Residual.String() != "2" || l.Claims.String() != "4" || l.Dropped != 1 {
		t.Errorf("got %+v", l)
	}
	c.Rule.Fixed.Precision = "floor-row"
	if x := compute(t, c, f).Tokens[0]; fmt.Sprint(x.Amounts, x.Locked) != "[2 0] [0 0]" {
		t.Errorf("floor-row: %v %v", x.Amounts, x.Locked)
	}
}

func TestFixed_chainsShareOneBudget(t *testing.T) {
	tok := token("X", 9, "10000000000", onSolana, onEthereum, onBase)
	tok.Assets[0].Decimals = 6
	eth := person(merkle.EVM, "A").Text()
	c := listCampaign("token", tok)
	f := files{"list.csv": "account,amount,chain\n" + eth + ",1.000000001,eip155:1\n" + eth + ",2,eip155:8453\n" + key("A") + ",3.000001," + string(onSolana) + "\n"}
	a := compute(t, c, f)
	if got := fmt.Sprint(a.Tokens[0].Amounts, a.Tokens[0].Ledger.Chains, a.Chains()); got != "[3000001000 1000000001 2000000000] [{eip155:1 1000000001 1} {eip155:8453 2000000000 1} {"+string(onSolana)+" 3000001000 1}] [eip155:1 eip155:8453 "+string(onSolana)+"]" {
		t.Errorf("got %s", got)
	}
	f["list.csv"] += key("B") + ",4," + string(onSolana) + "\n"
	faults := refused(t, c, f)
	if len(faults.List) != 1 || faults.List[0].Pos.Line != 5 {
		t.Errorf("got %v", faults)
	}
}

func TestFixed_baseUnitsAbove64Bits(t *testing.T) {
	const most = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
	a := compute(t, listCampaign("base", token("X", 18, most)), files{"list.csv": "account,amount\n" + key("A") + "," + most + "\n"})
	equalText(t, "amount", a.Tokens[0].Amounts[0], most)
	equalText(t, "unallocated", a.Tokens[0].Ledger.Unallocated, "0")
}
