package alloc

import (
	"context"
	"errors"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func TestRefused_votesWithPlaceAndReason(t *testing.T) {
	a, b := key("A"), key("B")
	head := "proposal,account,power\n"
	evm := "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	for _, test := range []struct {
		name, votes, want string
		is                error
	}{
		{"wrong checksum", head + "P1,0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,1\n", `votes.csv:2:4: account "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": EIP-55 checksum does not match, want ` + evm, merkle.ErrChecksum},
		{"31-byte key", head + "P1,BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fi,1\n", `votes.csv:2:4: account "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fi": wrong length: 31 bytes, a Solana key has 32`, merkle.ErrAccountLength},
		{"zero account", head + "P1,11111111111111111111111111111111,1\n", `votes.csv:2:4: account "11111111111111111111111111111111": the zero account cannot claim`, merkle.ErrZeroAccount},
		{"zero EVM account", head + "P1,0x0000000000000000000000000000000000000000,1\n", `votes.csv:2:4: account "0x0000000000000000000000000000000000000000": the zero account cannot claim`, merkle.ErrZeroAccount},
		{"exponent", head + "P1," + a + ",1e21\n", `votes.csv:2:49: power "1e21": exponent not allowed`, merkle.ErrExponent},
		{"plus", head + "P1," + a + ",+5\n", `votes.csv:2:49: power "+5": sign not allowed`, merkle.ErrSign},
		{"separator", head + "P1," + a + ",\"1,000\"\n", `votes.csv:2:49: power "1,000": digit separator not allowed`, merkle.ErrSeparator},
		{"empty power", head + "P1," + a + ",\n", `votes.csv:2:49: power "": empty`, merkle.ErrEmpty},
		{"fraction", head + "P1," + a + ",1.5\n", `votes.csv:2:49: power "1.5": fraction not allowed: the key decimals of the rule says how many fraction digits a power has, here 0`, merkle.ErrNoFraction},
		{"negative", head + "P1," + a + ",-1\n", `votes.csv:2:49: power "-1": sign not allowed`, merkle.ErrSign},
		{"leading zero", head + "P1," + a + ",007\n", `votes.csv:2:49: power "007": leading zero not allowed`, merkle.ErrLeadZero},
		{"blank", head + "P1," + a + ", 7\n", `votes.csv:2:49: power " 7": blank not allowed`, merkle.ErrBlank},
		{"radix", head + "P1," + a + ",0x10\n", `votes.csv:2:49: power "0x10": not a decimal number`, merkle.ErrDigits},
		{"too wide", head + "P1," + a + ",115792089237316195423570985008687907853269984665640564039457584007913129639936\n",
			`votes.csv:2:49: power "115792089237316195423570985008687907853269984665640564039457584007913129639936": does not fit in 256 bits`, merkle.ErrOverflow},
		{"duplicate vote", head + "P1," + a + ",1\nP1," + b + ",1\nP1," + a + ",2\n", `votes.csv:4:4: account "` + a + `": duplicate, in proposal "P1", first at votes.csv:2:4`, ErrDuplicate},
		{"unknown proposal", head + "P9," + a + ",1\n", `votes.csv:2:1: proposal "P9": not a proposal of the proposals file`, ErrProposal},
		{"missing column", "proposal,account\nP1," + a + "\n", `votes.csv:1:1: column "power": column is missing`, ErrMissingColumn},
		{"unknown column", "proposal,account,power,memo\nP1," + a + ",1,x\n", `votes.csv:1:24: column "memo": not a column of this input; list it under ignore to leave it unread`, ErrUnknownColumn},
		{"unknown column and bad rows", "proposal,account,memo,power\nP1," + a + ",x,-1\n", "votes.csv:1:18: column \"memo\": not a column of this input; list it under ignore to leave it unread\nvotes.csv:2:51: power \"-1\": sign not allowed", ErrUnknownColumn},
		{"wrong case", "Proposal,account,power\n", "votes.csv:1:1: column \"Proposal\": not a column of this input; list it under ignore to leave it unread (the column is \"proposal\")\nvotes.csv:1:1: column \"proposal\": column is missing", ErrUnknownColumn},
		{"repeated column", "proposal,account,power,power\n", `votes.csv:1:24: column "power": repeated, first at votes.csv:1:18`, nil},
		{"other family", head + "P1," + evm + ",1\n", `votes.csv:2:4: account "` + evm + `": no token of the campaign is on a chain of this account's family`, ErrNoChain},
		{"NUL", head + "P1," + a + ",1\x00\n", "votes.csv:2:50: NUL byte", ErrNUL},
		{"empty file", "", "votes.csv: file is empty", ErrNoRows},
		{"unknown chain", "proposal,account,power,chain\nP1," + a + ",1,solana:other\n", `votes.csv:2:51: chain "solana:other": no token of the campaign is on this chain`, ErrOtherChain},
		{"chain of another family", "proposal,account,power,chain\nP1," + a + ",1,eip155:1\n", `votes.csv:2:51: chain "eip155:1": account is of another chain family`, merkle.ErrFamily},
		{"empty chain", "proposal,account,power,chain\nP1," + a + ",1,\n", `votes.csv:2:51: chain "": ` + merkle.ErrChain.Error(), merkle.ErrChain},
		{"time", "proposal,account,power,time\nP1," + a + ",1,yesterday\n", `votes.csv:2:51: time "yesterday": ` + ErrTime.Error(), ErrTime},
		{"time without offset", "proposal,account,power,time\nP1," + a + ",1,2024-01-01T00:00:00\n", `votes.csv:2:51: time "2024-01-01T00:00:00": ` + ErrTime.Error(), ErrTime},
		{"two kinds of time", "proposal,account,power,time\nP1," + a + ",1,5\nP1," + b + ",1,2024-01-01T00:00:00Z\n", `votes.csv:3:51: time "2024-01-01T00:00:00Z": ` + ErrTimeKinds.Error(), ErrTimeKinds},
		{"all in one run", head + "P9," + a + ",-1\nP1,x,1\nP1," + a + "\n", `votes.csv:2:1: proposal "P9": not a proposal of the proposals file
votes.csv:2:49: power "-1": sign not allowed
votes.csv:3:4: account "x": wrong length: 1 bytes, a Solana key has 32
votes.csv:4:4: wrong number of cells: 2, the header has 3`, nil},
	} {
		faults := refused(t, asrCampaign(token("X", 0, "1000")), files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": test.votes})
		if got := faults.Error(); got != test.want || test.is != nil && !errors.Is(faults, test.is) {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func TestRefused_proposals(t *testing.T) {
	for rows, want := range map[string]string{
		"P1,0\nP2,0/7\n":     "proposals.csv: the weights add up to 0",
		"":                   "proposals.csv: the weights add up to 0",
		"P1,1\nP1,2\n":       `proposals.csv:3:1: id "P1": duplicate, already at proposals.csv:2:1`,
		",1\n":               `proposals.csv:2:1: id "": an id has 1 to 256 bytes`,
		"P1,1/0\n":           `proposals.csv:2:4: weight "1/0": a weight is a decimal, or a fraction a/b of whole numbers with b above 0: division by 0`,
		"P1,1/3/5\n":         `proposals.csv:2:4: weight "1/3/5": a weight is a decimal, or a fraction a/b of whole numbers with b above 0: not a decimal number`,
		"P1,0.5/2\n":         `proposals.csv:2:4: weight "0.5/2": a weight is a decimal, or a fraction a/b of whole numbers with b above 0: fraction not allowed`,
		"P1,-1\n":            `proposals.csv:2:4: weight "-1": sign not allowed`,
		"P1,1e3\nP2,1,000\n": "proposals.csv:2:4: weight \"1e3\": exponent not allowed\nproposals.csv:3:6: wrong number of cells: 3, the header has 2",
	} {
		faults := refused(t, asrCampaign(token("X", 0, "1000")), files{"proposals.csv": "id,weight\n" + rows, "votes.csv": "proposal,account,power\nP1," + key("A") + ",1\n"})
		if got := faults.Error(); got != want {
			t.Errorf("%q: got\n%s\nwant\n%s", rows, got, want)
		}
	}
}

func TestRefused_declared(t *testing.T) {
	votes := "proposal,account,power\nP1," + key("A") + ",1.50\nP1," + key("B") + ",2\n"
	f := files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": votes}
	for _, test := range []struct{ rows, sum, sha, want string }{
		{"2", "3.5", digest(votes), ""},
		{"02", "3.500", strings.ToUpper(digest(votes)), ""},
		{"3", "", "", "campaign.yaml:5:3: votes: votes.csv: rows differs from what the campaign declares: got 2, declared 3"},
		{"", "3.51", "", "campaign.yaml:5:3: votes: votes.csv: sum differs from what the campaign declares: got 3.5, declared 3.51"},
		{"", "", digest("x"), "campaign.yaml:5:3: votes: votes.csv: sha256 differs from what the campaign declares: got " + digest(votes) + ", declared " + digest("x")},
	} {
		c := asrCampaign(token("X", 0, "1000"))
		c.Rule.JupiterASR.Decimals = 2
		in := &c.Rule.JupiterASR.Votes
		in.Rows, in.Sum, in.SHA256 = test.rows, test.sum, test.sha
		if test.want == "" {
			compute(t, c, f)
			continue
		}
		if got := refused(t, c, f).Error(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestRefused_otherInputs(t *testing.T) {
	a := key("A")
	three := token("X", 6, "10000000")
	evm := person(merkle.EVM, "A").Text()
	twoChains := token("X", 6, "10000000", onEthereum, onBase)
	coarse := token("X", 6, "10000000")
	coarse.Assets[0].Decimals = 3
	other := token("Y", 6, "1", onEthereum)
	for _, test := range []struct {
		name string
		c    *campaign.Campaign
		f    files
		want string
	}{
		{"no such file", weightCampaign(three), files{}, `campaign.yaml:5:3: weights "weights.csv": file does not exist`},
		{"weights of zero", weightCampaign(three), files{"weights.csv": "account,weight\n" + a + ",0\n"}, "weights.csv: the weights add up to 0"},
		{"duplicate weight", weightCampaign(three), files{"weights.csv": "account,weight\n" + a + ",1\n" + a + ",2\n"}, `weights.csv:3:1: account "` + a + `": duplicate, first at weights.csv:2:1`},
		{"several chains", weightCampaign(twoChains), files{"weights.csv": "account,weight\n" + evm + ",1\n"}, `weights.csv:2:1: account "` + evm + `": ` + ErrManyChains.Error()},
		{"token not there", weightCampaign(three, other), files{"weights.csv": "account,weight\n" + a + ",1\n"}, `weights.csv:2:1: account "` + a + `": token is not on the chain of this account, so it could not be paid: Y, ` + string(onSolana)},
		{"weight wider than 256 bits", weightCampaign(three), files{"weights.csv": "account,weight\n" + a + "," + strings.Repeat("9", 70) + "\n" + key("B") + ",0." + strings.Repeat("1", 70) + "\n"},
			`weights.csv:2:1: account "` + a + `": ` + errWide.Error()},
		{"unknown token", listCampaign("token", three, other), files{"list.csv": "account,amount,token\n" + a + ",1,Z\n"}, `list.csv:2:48: token "Z": not a token of the campaign`},
		{"token column needed", listCampaign("token", three, other), files{"list.csv": "account,amount\n"}, "list.csv:1:1: with several tokens a column token is needed"},
		{"fraction in base units", listCampaign("base", three), files{"list.csv": "account,amount\n" + a + ",1.0\n"}, `list.csv:2:46: amount "1.0": fraction not allowed, base units are whole; unit: token reads whole-token decimals`},
		{"too many digits", listCampaign("token", three), files{"list.csv": "account,amount\n" + a + ",1.0000001\n"}, `list.csv:2:46: amount "1.0000001": more fraction digits than allowed (6)`},
		{"zeros beyond the decimals", listCampaign("token", three), files{"list.csv": "account,amount\n" + a + ",1.0000000\n"}, `list.csv:2:46: amount "1.0000000": more fraction digits than allowed (6)`},
		{"pool passed", listCampaign("token", three), files{"list.csv": "account,amount,locked\n" + a + ",6,1\n" + key("B") + ",2,1.000001\n" + key("C") + ",1,0\n"},
			`list.csv:3:46: amount "2": from this row on the amounts are more than the pool of token X (0.000001 over)`},
		{"unit of the chain", listCampaign("token", coarse), files{"list.csv": "account,amount\n" + a + ",1.0005\n"}, `list.csv:2:46: amount "1.0005": not a multiple of what the chain can pay: ` + string(onSolana) + ` pays multiples of 1000 base units`},
		{"index", listCampaign("token", three), files{"list.csv": "account,amount,index\n" + a + ",1,18446744073709551616\n"}, `list.csv:2:48: index "18446744073709551616": an index is a whole number below 2^64`},
		{"duplicate row", listCampaign("token", three), files{"list.csv": "account,amount\n" + a + ",1\n" + a + ",1\n"}, `list.csv:3:1: account "` + a + `": duplicate, first at list.csv:2:1`},
	} {
		if got := refused(t, test.c, test.f).Error(); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func TestRefused_exclusionLists(t *testing.T) {
	a := key("A")
	for list, want := range map[string]string{
		"account,reason\n" + a + ",\n":                                              `list.csv:2:46: reason "": a reason is needed`,
		"account,reason\n" + a + ",x\n" + a + ",y\n":                                `list.csv:3:1: account "` + a + `": duplicate, already listed at list.csv:2:1`,
		"account\n" + a + "\n":                                                      `list.csv:1:1: column "reason": column is missing`,
		"account,reason,chain\n" + a + ",x,\n":                                      `list.csv:2:48: chain "": ` + merkle.ErrChain.Error(),
		"account,reason,chain\n" + a + ",x,eip155:1\n":                              `list.csv:2:48: chain "eip155:1": account is of another chain family`,
		"account,reason,chain\n" + a + ",x,solana:y\n" + a + ",x,solana:y\n":        `list.csv:3:1: account "` + a + `": duplicate, already listed at list.csv:2:1`,
		"account,reason,chain\n" + strings.Repeat(a+",x,"+string(onSolana)+"\n", 2): `list.csv:3:1: account "` + a + `": duplicate, already listed at list.csv:2:1`,
	} {
		c := weightCampaign(token("X", 0, "10"))
		c.Exclude = []campaign.Exclusion{{Input: input("list.csv"), List: "L", Version: "1"}}
		if got := refused(t, c, files{"weights.csv": "account,weight\n" + a + ",1\n", "list.csv": list}).Error(); got != want {
			t.Errorf("%q: got\n%s\nwant\n%s", list, got, want)
		}
	}
}

func TestCompute_stopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := files{"weights.csv": "account,weight\n" + key("A") + ",1\n"}
	o := f.options()
	o.Progress = func(string, int64, int64) { cancel() }
	if _, err := Compute(ctx, weightCampaign(token("X", 0, "10")), o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, ok := merkle.AsFaults(Check(ctx, weightCampaign(token("X", 0, "10")), f.options())); ok {
		t.Error("cancelling is not a fault of the input")
	}
}

func TestCompute_noRule(t *testing.T) {
	c := weightCampaign(token("X", 0, "10"))
	c.Rule.ProRata = nil
	if _, err := Compute(t.Context(), c, Options{}); !errors.Is(err, ErrRule) {
		t.Errorf("got %v", err)
	}
}
