package alloc

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/merkle-drop/merkle/campaign"
)

const noonAssets = `    assets:
      - {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 6}
      - {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:HrayGRNywXnfjAHj1V9eA7pUB4DwcqBpLnzWRbSHz6ki", decimals: 6}
`

// noonSource is a campaign of one month; settings are further keys of the rule, one a line. pool is in base units.
func noonSource(rule, id, pool, assets, settings string) string {
	whole := fmt.Sprintf("%07s", pool)
	whole = whole[:len(whole)-6] + "." + whole[len(whole)-6:]
	var rows strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(settings), "\n") {
		rows.WriteString("  " + line + "\n")
	}
	return `format: merkle-campaign/v1
id: ` + id + `
tokens:
  NOON:
    decimals: 6
    pool: "` + whole + `"
` + assets + `rule:
  name: ` + rule + `
` + rows.String() + `rounding: {method: floor, at: account-token, residual: {to: open-staking}}
trees:
  - {id: noon, tokens: [NOON], chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", profile: jito-v1, order: account}
`
}

const onlySolana = `    asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:HrayGRNywXnfjAHj1V9eA7pUB4DwcqBpLnzWRbSHz6ki"
`

func parse(t tester, source string) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse([]byte(source), "campaign.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return c
}

// publish adds what the next campaign reads of a bundle to f, under dir, and returns the digest of its manifest.
func publish(t tester, f files, dir string, a *Allocation) string {
	t.Helper()
	l := a.Tokens[0].Ledger
	digestOf := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	var tables []map[string]string
	for i := range a.Tables {
		var b strings.Builder
		if _, err := a.Tables[i].WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		name := "tables/" + a.Tables[i].Name + ".csv"
		f[dir+"/"+name] = b.String()
		tables = append(tables, map[string]string{"name": a.Tables[i].Name, "file": name, "rows": fmt.Sprint(a.Tables[i].Rows), "sha256": digestOf(b.String())})
		if rows := strings.Count(b.String(), "\n") - 1; int64(rows) != a.Tables[i].Rows {
			t.Fatalf("%s: %d rows, says %d", name, rows, a.Tables[i].Rows)
		}
	}
	f[dir+"/campaign.yaml"] = string(a.Campaign.Source)
	m := map[string]any{
		"format": bundleFormat, "rule": a.Campaign.Rule.Name,
		"campaign": map[string]string{"file": "campaign.yaml", "id": a.Campaign.ID, "sha256": digestOf(string(a.Campaign.Source))},
		"tables":   tables,
		"ledger": []map[string]string{{"token": "NOON", "claims": l.Claims.String(), "locked": l.Locked.String(), "unelected": l.Unelected.String(), "unallocated": l.Unallocated.String(),
			"unvested": l.Unvested.String(), "forgone": l.Forgone.String(), "rolled": l.Rolled.String(), "residual": l.Residual.String(), "paidBefore": l.PaidBefore.String(),
			"rolledTo": l.RolledTo, "residualTo": l.ResidualTo}},
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	f[dir+"/manifest.json"] = string(text)
	return digestOf(string(text))
}

func tableText(t tester, a *Allocation, name string) string {
	t.Helper()
	for i := range a.Tables {
		if a.Tables[i].Name == name {
			var b strings.Builder
			if _, err := a.Tables[i].WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	t.Fatalf("no table %s", name)
	return ""
}

// month computes one month and publishes it as DIR; previous and settings go into the campaign.
func month(t tester, f files, rule, name, pool, previous, settings string) *Allocation {
	t.Helper()
	prev := "previous: none\n"
	if previous != "" {
		prev = "previous: {bundle: " + previous + ", manifest: " + digest(f[previous+"/manifest.json"]) + "}\n"
	}
	c := parse(t, noonSource(rule, "m-"+name, pool, onlySolana, "month: "+name+"\nzone: \"+00:00\"\n"+prev+settings))
	a := compute(t, c, f)
	publish(t, f, name, a)
	return a
}

func copyFiles(f files) files { return maps.Clone(f) }
