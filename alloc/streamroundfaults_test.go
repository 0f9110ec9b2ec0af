package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// closes makes the campaign that closes a round of one token on Solana with these accounts, by number, in groups; edit may change what was drawn.
func closes(t tester, seed uint64, groups [][]int, edit func(d *roundDraw)) (*campaign.Campaign, Options) {
	t.Helper()
	d := &roundDraw{chance: newChance(seed), n: 1, files: files{}, units: map[string]*big.Int{}}
	d.assets(1, []merkle.Chain{onSolana})
	for _, who := range groups {
		before := len(d.groups)
		for len(d.groups) == before {
			d.group(onSolana, who)
		}
	}
	d.round(nil)
	d.files["claimed.csv"] = d.claims()
	edit(d)
	manifest := digest(d.files["r/manifest.json"])
	c := parse(t, d.source("closed", "  name: close-round/v1\n  round: {bundle: r, manifest: "+manifest+"}\n  claimed: {file: claimed.csv, ignore: [note]}\n  unclaimed: next-pool\n", "[]"))
	return c, d.files.options()
}

// firstOf are the numbers from 0.
func firstOf(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestStream_manyFaultsOfRounds has more faults than are told: of rows among which others are malformed, of leaves, and of leaves of one account.
func TestStream_manyFaultsOfRounds(t *testing.T) {
	all := firstOf(1100)
	turned := slices.Clone(all)
	slices.Reverse(turned)
	claims := func(times int) func(d *roundDraw) {
		return func(d *roundDraw) {
			var b strings.Builder
			b.WriteString("account,tree,amount\n")
			for i := range times * len(d.leaves) {
				x := d.leaves[i%len(d.leaves)]
				fmt.Fprintf(&b, "%s,%s,%s\n", x.account, x.tree, x.amount)
				if i%3 == 1 {
					b.WriteString(x.account + "," + x.tree + "," + d.one("x", "7") + "\n" + d.one("y", x.account) + "," + d.one("none", d.leaves[0].tree) + ",1\n")
				}
			}
			d.files["claimed.csv"] = b.String()
		}
	}
	for what, x := range map[string]struct {
		groups [][]int
		edit   func(d *roundDraw)
	}{
		"claims":      {[][]int{all}, claims(3)},
		"leaves":      {[][]int{all, turned}, claims(1)},
		"one account": {[][]int{make([]int, 200), all[:9]}, claims(2)},
		"few":         {[][]int{all[:300], all[:3]}, claims(1)},
		"some":        {[][]int{all[:40]}, claims(2)},
	} {
		c, o := closes(t, 5, x.groups, x.edit)
		if streamBoth(t, what, c, o, External{Memory: 1 << 14, Workers: 2}) {
			t.Errorf("%s: not refused", what)
		}
		c.Accounts.Set(merkle.KindOffCurve, "refuse")
		if streamBoth(t, what+", accounts refused", c, o, External{Memory: 1 << 14, Workers: 1}) {
			t.Errorf("%s: not refused", what)
		}
	}
}

// TestStream_roundsThatCannotBe has manifests that no build of ours writes, which are told in memory and through disk in the same words.
func TestStream_roundsThatCannotBe(t *testing.T) {
	for what, edit := range map[string]func(d *roundDraw, manifest string) string{
		"a token that is not on the chain": func(d *roundDraw, manifest string) string {
			d.tokens += "  T1: {asset: \"eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025\", decimals: 6, pool: \"%s\"}\n"
			d.pools = append(d.pools, big.NewInt(9))
			campaign := d.source("round", "  name: fixed/v1\n  list: {file: list.csv}\n  unit: base\n  duplicates: error\n", "\n  - {id: t, tokens: [T0], profile: jito-v1, order: account}")
			manifest = strings.Replace(strings.Replace(manifest, digest(d.files["r/campaign.yaml"]), digest(campaign), 1), `"ledger":[`, `"ledger":[{"claims":"CLAIMS","paidBefore":"0"},`, 1)
			manifest = strings.Replace(strings.Replace(manifest, `"claims":"`+d.pools[0].String(), `"claims":"9`, 1), "CLAIMS", d.pools[0].String(), 1)
			d.files["r/campaign.yaml"] = campaign
			return strings.ReplaceAll(manifest, `["T0"]`, `["T1"]`)
		},
		"less claimed than leaves hold": func(d *roundDraw, manifest string) string {
			d.pools[0].SetInt64(1000)
			return strings.Replace(manifest, `"claims":"`, `"claims":"1000","was":"`, 1)
		},
		"a tree without leaves on a chain of nobody": func(d *roundDraw, manifest string) string {
			d.files["claimed.csv"] = "account,tree\n" + d.leaves[0].account + ",zzz\n"
			return strings.Replace(manifest, `"trees":[`, `"trees":[{"id":"zzz","chain":"solana:zzz","family":"zzz","tokens":["T0"],"totals":["0"],"leaves":"0"},`, 1)
		},
		"nothing claimed": func(d *roundDraw, manifest string) string {
			d.files["claimed.csv"] = "account,tree\n"
			return manifest
		},
	} {
		c, o := closes(t, 8, [][]int{firstOf(30)}, func(d *roundDraw) {
			text := edit(d, d.files["r/manifest.json"])
			d.files["r/manifest.json"] = text
		})
		if closed := streamBoth(t, what, c, o, External{Memory: 1 << 14, Workers: 2}); closed != (what == "nothing claimed") {
			t.Errorf("%s: closed %v", what, closed)
		}
	}
}

// Accounts that a campaign refuses are told where they stand in the list of what was claimed; those of the round alone at the campaign's key.
func TestStream_roundOfRefusedAccounts(t *testing.T) {
	for what, claimed := range map[string]int{"nothing claimed": 0, "some claimed": 9} {
		c, o := closes(t, 8, [][]int{firstOf(30)}, func(d *roundDraw) {
			rows := strings.SplitAfter(d.claims(), "\n")
			d.files["claimed.csv"] = strings.Join(rows[:1+claimed], "")
		})
		c.Accounts.Pos = at("campaign.yaml", 60, 1)
		c.Accounts.Set(merkle.KindOffCurve, "refuse")
		_, err := Compute(t.Context(), c, o)
		if text := fmt.Sprint(err); !strings.Contains(text, "campaign.yaml:60:1: account") || strings.Contains(text, "claimed.csv:") != (claimed > 0) {
			t.Errorf("%s: %v", what, err)
		}
		if streamBoth(t, what, c, o, External{Memory: 1 << 14, Workers: 2}) {
			t.Errorf("%s: not refused", what)
		}
	}
}

// A tree whose name has a comma is for memory: rows that begin with it are not sorted tree by tree.
func TestStream_roundOfOddNames(t *testing.T) {
	c, o := closes(t, 8, [][]int{firstOf(30)}, func(d *roundDraw) {
		for _, f := range d.families {
			for _, id := range f.trees {
				d.files["r/manifest.json"] = strings.ReplaceAll(d.files["r/manifest.json"], `"`+id+`"`, `"`+id+`,0"`)
			}
		}
		d.files["claimed.csv"] = "account,tree\n"
	})
	if streamFails(t, c, o) {
		t.Fatal("refused in memory")
	}
	dir := t.TempDir()
	if _, err := Stream(t.Context(), c, o, External{Dir: dir, Memory: 1 << 20}); !errors.Is(err, ErrInMemory) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

func TestStream_closeEndsEarly(t *testing.T) {
	c, o := closes(t, 8, [][]int{firstOf(900)}, func(*roundDraw) {})
	endsEarly(t, "a round", c, o)
}

// Every leaf is a fault for each one before it of the same account and tree; of more than are told only the number is kept.
func TestCloseStream_leavesOfOneAccount(t *testing.T) {
	const n = merkle.MaxFaults + 50
	s := &closeStream{rule: new(closing), bundle: &bundle{manifest: manifest{Trees: make([]manifestTree, 1)}}}
	s.own.tree = -1
	c := &chainRows{account: 32, about: roundAbout}
	c.record = make([]byte, c.restAt()+narrow)
	for i := range n {
		c.begin(person(merkle.Solana, "A"), 0, uint32(i))
		s.meet(c, c.record)
	}
	if got := &s.own.twice; got.count != n*(n-1)/2 || len(got.list) < merkle.MaxFaults || len(got.list) > 4*merkle.MaxFaults {
		t.Errorf("%d faults, %d kept", got.count, len(got.list))
	}
}
