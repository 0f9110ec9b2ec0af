package export

import (
	"fmt"
	"strings"
	"testing"
)

// A month with every kind of leaf, in every order and layout, has the same bytes through disk.
func TestWriteStream_months(t *testing.T) {
	const profile = `oz-standard-v1, fields: ["account:address", "amount:uint256"%s]`
	claims := map[string]string{"month": "", "cumulative": "", "tranches": `, "unlock:uint64"`}
	rules := monthInputs()
	refused := map[string]int{}
	for rule, draw := range rules {
		for kind, field := range claims {
			for _, order := range []string{"account", "input", "leaf-hash"} {
				for _, layout := range []string{"subtree", "inline"} {
					if layout == "subtree" && order != "account" {
						continue
					}
					for _, n := range []int{1, 3, 5, 40, 700} {
						if testing.Short() && (n == 3 || n == 5) {
							continue
						}
						profile := profile
						if n == 40 { // shares of 25,000: wider than the leaf
							profile = strings.Replace(profile, "uint256", "uint8", 1)
						}
						settings, inputs := draw(n)
						yaml := monthYAML(rule, kind, fmt.Sprintf(profile, field), order, layout, settings)
						what := fmt.Sprintf("%s, claims: %s, order: %s, %s, %d accounts", rule, kind, order, layout, n)
						inMemory, onDisk, a, out, errs := both(t, yaml, inputs, 1<<13, 1+n%2)
						if fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) || errs[0] != nil && n != 40 {
							t.Fatalf("%s:\nin memory %v\nthrough disk %v", what, errs[0], errs[1])
						}
						if errs[0] != nil {
							refused[kind]++
							continue
						}
						sameFiles(t, what, onDisk, inMemory)
						sameOutline(t, a, out)
						if kind == "tranches" && n > 64 && out.Tokens[0].Ledger.Leaves <= n*3/4 {
							t.Errorf("%s: only %d leaves", what, out.Tokens[0].Ledger.Leaves)
						}
					}
				}
			}
		}
	}
	for kind := range claims {
		if refused[kind] == 0 {
			t.Errorf("claims: %s: nothing was refused", kind)
		}
	}
}

// monthYAML is the campaign of a first month.
func monthYAML(rule, claims, profile, order, layout, settings string) string {
	return "format: merkle-campaign/v1\nid: m\ntokens:\n  NOON:\n    decimals: 6\n    pool: \"1000003\"\n    asset: \"eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025\"\n" +
		"rule:\n  name: " + rule + "\n  month: 2026-01\n  zone: \"+00:00\"\n  previous: none\n  claims: " + claims + "\n" + settings +
		"rounding: {method: floor, at: account-token, residual: {to: open-staking}}\n" +
		"trees:\n  - {id: noon, tokens: [NOON], profile: " + profile + ", order: " + order + "}\npublish: {proofs: " + layout + ", shard: 16}\n"
}

// monthInputs makes the settings and inputs of each rule by months, of so many accounts.
func monthInputs() map[string]func(n int) (settings string, inputs map[string]string) {
	const account = "0x%040x"
	return map[string]func(n int) (settings string, inputs map[string]string){
		"noon-active-staking/v1": func(n int) (string, map[string]string) {
			var points, elections strings.Builder
			points.WriteString("account,points\n")
			elections.WriteString("account,choice,part\n")
			for i := range n {
				who := fmt.Sprintf(account, 1<<40+i*7919)
				fmt.Fprintf(&points, "%s,%d\n", who, 1+i%97)
				switch i % 4 {
				case 0:
					fmt.Fprintf(&elections, "%s,claim,1/3\n%[1]s,6,1/3\n%[1]s,12,1/3\n", who)
				case 1:
					fmt.Fprintf(&elections, "%s,claim,1\n", who)
				case 2:
					fmt.Fprintf(&elections, "%s,3,0.5\n%[1]s,48,0.5\n", who)
				}
			}
			return "  points: {file: points.csv}\n  elections: {file: elections.csv}\n", map[string]string{"points.csv": points.String(), "elections.csv": elections.String()}
		},
		"noon-open-staking/v1": func(n int) (string, map[string]string) {
			var stakes strings.Builder
			stakes.WriteString("account,amount,period\n")
			for i := range n {
				who := fmt.Sprintf(account, 1<<40+i*7919)
				fmt.Fprintf(&stakes, "%s,%d,3\n", who, 1+i%97)
				if i%3 == 0 {
					fmt.Fprintf(&stakes, "%s,%d.5,24\n", who, i%7)
				}
			}
			return "  stakes: {file: stakes.csv}\n", map[string]string{"stakes.csv": stakes.String()}
		},
	}
}
