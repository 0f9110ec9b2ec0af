package export

import (
	"context"
	"maps"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

func TestLeafProfile_constants(t *testing.T) {
	const where = "0x29067F28306419923BCfF96E37F95E0f58ABdBBe"
	for name, c := range map[string]struct {
		profile string
		given   map[string]string
		want    map[string]string // nil: refused
		fault   string
	}{
		"bound: the chain is filled in":      {"bound-v1", map[string]string{"distributor": where}, map[string]string{"distributor": where, "chainId": "8453"}, ""},
		"bound: the chain may be said":       {"bound-v1", map[string]string{"distributor": where, "chainId": "8453"}, map[string]string{"distributor": where, "chainId": "8453"}, ""},
		"bound: another chain":               {"bound-v1", map[string]string{"distributor": where, "chainId": "1"}, nil, `constant chainId "1": the tree is on eip155:8453, a claim there needs 8453`},
		"bound: another spelling":            {"bound-v1", map[string]string{"distributor": where, "chainId": "08453"}, nil, `constant chainId "08453"`},
		"bound: no contract":                 {"bound-v1", nil, nil, "field distributor: a constant of profile bound-v1"},
		"bound: no contract, another chain":  {"bound-v1", map[string]string{"chainId": "1"}, nil, "field distributor"},
		"bound: a constant that is none":     {"bound-v1", map[string]string{"distributor": where, "salt": "1"}, nil, `"salt"`},
		"safe: defaults":                     {"safe-vesting-v1", map[string]string{"verifyingContract": where}, map[string]string{"verifyingContract": where, "chainId": "8453", "curveType": "0", "managed": "false"}, ""},
		"safe: all said":                     {"safe-vesting-v1", map[string]string{"verifyingContract": where, "curveType": "1", "managed": "true"}, map[string]string{"verifyingContract": where, "chainId": "8453", "curveType": "1", "managed": "true"}, ""},
		"safe: another chain":                {"safe-vesting-v1", map[string]string{"verifyingContract": where, "chainId": "5"}, nil, "the tree is on eip155:8453"},
		"no constants":                       {"uniswap-v1", nil, map[string]string{}, ""},
		"a column as constant":               {"rocketpool-v1", map[string]string{"network": "0"}, map[string]string{"network": "0"}, ""},
		"no account":                         {"lido-csm-v1", nil, nil, "no account field"},
		"no amount":                          {"lido-gate-v1", nil, nil, "no amount field"},
		"neither account nor one family":     {"pyth-v1", nil, nil, "profile pyth-v1"},
		"ready-made":                         {"oz-simple-v1", nil, nil, "no account field"},
		"no such profile":                    {"nobody-v1", nil, nil, "unknown"},
		"of the other family":                {"jito-v1", nil, nil, "is for solana accounts"},
		"a column of another profile's leaf": {"uniswap-v1", map[string]string{"network": "0"}, nil, `constant "network"`},
	} {
		_, constants, err := LeafProfile(&campaign.Tree{Profile: c.profile, Order: "profile", Chain: "eip155:8453", Constants: c.given})
		switch {
		case c.want == nil && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: got %v, want %q", name, err, c.fault)
		case c.want != nil && (err != nil || !maps.Equal(constants, c.want)):
			t.Errorf("%s: got %v, %v, want %v", name, constants, err, c.want)
		}
	}
}

func TestLeafProfile_doesNotChangeTheCampaign(t *testing.T) {
	given := map[string]string{"verifyingContract": "0x29067F28306419923BCfF96E37F95E0f58ABdBBe"}
	if _, _, err := LeafProfile(&campaign.Tree{Profile: "safe-vesting-v1", Order: "profile", Chain: "eip155:1", Constants: given}); err != nil || len(given) != 1 {
		t.Errorf("%v, the campaign has %v", err, given)
	}
}

func TestLeafColumns(t *testing.T) {
	for name, c := range map[string]struct {
		tree campaign.Tree
		want string
	}{
		"a profile's own":      {campaign.Tree{Profile: "rocketpool-v1"}, "network amountETH"},
		"but for constants":    {campaign.Tree{Profile: "rocketpool-v1", Constants: map[string]string{"network": "0"}}, "amountETH"},
		"none":                 {campaign.Tree{Profile: "eigenlayer-v1"}, ""},
		"a type list":          {campaign.Tree{Profile: "oz-standard-v1", Fields: []string{"memo:string", "account:address", "salt:bytes16", "amount:uint256"}, Constants: map[string]string{"salt": "0x"}}, "memo"},
		"an unknown profile's": {campaign.Tree{Profile: "nobody-v1", Fields: []string{"account:address", "memo:string", "n:uint8"}, Constants: map[string]string{"n": "1"}}, "memo"},
	} {
		if got := strings.Join(LeafColumns(&c.tree), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// Profiles whose leaf a campaign cannot fill, or whose trees it cannot have, are refused at the tree's line.
func TestTrees_refusesByProfile(t *testing.T) {
	const (
		evm    = `T: {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18, pool: "340282366920938463464"}`
		amount = "account,amount\n" + oneEVM + ",5\n"
	)
	for name, c := range map[string]struct{ tree, list, want string }{
		"no index column":     {`{id: t, tokens: [T], profile: uma-v1, order: profile}`, amount, "the list has no index column"},
		"grouped, by account": {`{id: t, tokens: [T], profile: thirdweb-drop-v1, order: account}`, amount, "order account: the groups of profile thirdweb-drop-v1 (shard-2)"},
		"grouped, as listed":  {`{id: t, tokens: [T], profile: eigenlayer-v1, order: input}`, amount, "order input: the groups of profile eigenlayer-v1 (two-level)"},
		"another chain's":     {`{id: t, tokens: [T], profile: bound-v1, order: profile, constants: {distributor: "` + oneEVM + `", chainId: "10"}}`, amount, "the tree is on eip155:1"},
		"a fixed type list":   {`{id: t, tokens: [T], profile: uniswap-v1, order: profile, fields: ["account:address", "amount:uint256"]}`, amount, "its contract fixes the leaf fields"},
		"wider than uint120": {`{id: t, tokens: [T], profile: tokensoft-v1, order: profile}`,
			"account,amount,index\n" + oneEVM + ",1329227995784915872903807060280344576,0\n", "wider than the 120 bits of profile tokensoft-v1"},
		"wider than uint128": {`{id: t, tokens: [T], profile: sablier-v1, order: profile}`,
			"account,amount\n" + oneEVM + ",340282366920938463463374607431768211456\n", "wider than the 128 bits of profile sablier-v1"},
		"a column's value": {`{id: t, tokens: [T], profile: tokensoft-satellite-v1, order: profile}`,
			"account,amount,domain\n" + oneEVM + ",5,4294967296\n", `domain "4294967296"`},
	} {
		t.Run(name, func(t *testing.T) {
			a := allocation(t, fixedCampaign([]string{evm}, []string{c.tree}), map[string]string{"list.csv": c.list})
			_, err := Trees(context.Background(), a, Options{})
			faults, ok := merkle.AsFaults(err)
			if !ok || len(faults.List) != 1 {
				t.Fatalf("got %v, want one fault", err)
			}
			if got := faults.List[0].Error(); !strings.HasPrefix(got, "campaign.yaml:") || !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %q", got, c.want)
			}
		})
	}
}

// A tree of several levels has no subtrees by account: proofs are written in full, whatever the other trees could do.
func TestWrite_groupedIsInline(t *testing.T) {
	s := sample{profile: "ens-v1", order: "profile", tokens: 1, claims: 9}
	_, trees, m := s.bundle(t, Options{})
	if m.Publish.Proofs != LayoutInline || m.Groups[0].Layout != LayoutInline || m.Groups[0].Order != string(tree.OrderLeafHash) {
		t.Errorf("got %+v", m.Groups[0])
	}
	if got := m.Trees[0]; got.Depth != trees[0].Tree.Depth() || got.Leaves != 9 || got.Profile.Grouping != "shard-1" {
		t.Errorf("got %+v", got)
	}
}
