package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// trancheAllocation is n accounts of which account i has i%4+1 tranches with unlocks far apart in their number of digits.
func trancheAllocation(t *testing.T, n int, treeLine string) *alloc.Allocation {
	t.Helper()
	s := sample{profile: "oz-standard-v1", order: "account", tokens: 1, claims: n}
	var list strings.Builder
	list.WriteString("account,amount,unlock\n") // the rule fixed/v1 wants a column for the field; tranches take its place
	for i := range n {
		fmt.Fprintf(&list, "%s,%d,0\n", s.account(i).Text(), (i%4+1)*1000)
	}
	text := list.String()
	if !strings.Contains(treeLine, tree.FieldUnlock) {
		text = strings.NewReplacer(",unlock", "", ",0\n", "\n").Replace(text)
	}
	a := allocation(t, fixedCampaign([]string{evmToken("T", 0, "10000000")}, []string{treeLine}), map[string]string{"list.csv": text})
	leaves := 0
	for _, e := range a.Order {
		for k := range a.Tokens[0].Amounts[e].Big().Int64() / 1000 {
			a.Tranches = append(a.Tranches, alloc.Tranche{Entrant: e, Amount: merkle.AmountFromWords([4]uint64{1000}), Unlock: []int64{900, 1000, 1767225600, 10000000000}[k]})
			leaves++
		}
	}
	if a.Order == nil {
		t.Fatal("a fixed list has a claim order")
	}
	a.Tokens[0].Ledger.Leaves, a.Tokens[0].Ledger.Chains[0].Leaves = leaves, leaves
	return a
}

const trancheTree = `{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "unlock:uint64"], order: %s}`

func TestTrees_tranches(t *testing.T) {
	for _, order := range []string{"account", "input", "leaf-hash"} {
		a := trancheAllocation(t, 23, fmt.Sprintf(trancheTree, order))
		trees, err := Trees(context.Background(), a, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "bundle")
		m, err := Write(context.Background(), dir, a, trees, Options{noSync: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Trees) != 1 || m.Trees[0].Leaves != len(a.Tranches) || m.Groups[0].Claims != len(a.Tranches) {
			t.Fatalf("%s: %d leaves for %d tranches", order, m.Trees[0].Leaves, len(a.Tranches))
		}
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for e := range a.Entrants {
			claims, err := r.Find(a.Entrants[e].Account)
			if err != nil {
				t.Fatal(err)
			}
			var unlocks []string
			for _, c := range claims {
				if c.Amount.String() != "1000" || len(c.Fields) != 3 || c.Fields[2].Name != tree.FieldUnlock {
					t.Fatalf("%s: got claim %+v", order, c)
				}
				unlocks = append(unlocks, c.Fields[2].Value)
			}
			if want := []string{"900", "1000", "1767225600", "10000000000"}[:len(claims)]; !slices.Equal(unlocks, want) {
				t.Errorf("%s: %s has unlocks %q, want %q", order, a.Entrants[e].Account, unlocks, want)
			}
			found += len(claims)
		}
		if found != len(a.Tranches) {
			t.Errorf("%s: found %d of %d tranches", order, found, len(a.Tranches))
		}
	}
}

func TestTrees_refusesTranchesThatMeet(t *testing.T) {
	for name, c := range map[string]struct {
		tree string
		edit func(*alloc.Allocation)
		want string
	}{
		"no field":   {`{id: t, tokens: [T], profile: oz-standard-v1, order: account}`, func(*alloc.Allocation) {}, `claims: tranches needs a leaf field "unlock"`},
		"text field": {strings.Replace(fmt.Sprintf(trancheTree, "account"), "unlock:uint64", "unlock:string", 1), func(*alloc.Allocation) {}, `profile oz-standard-v1 has none`},
		"split":      {strings.Replace(fmt.Sprintf(trancheTree, "account"), "order:", "split: 4, order:", 1), func(*alloc.Allocation) {}, "a tree of tranches cannot be split"},
		"same unlock": {fmt.Sprintf(trancheTree, "account"), func(a *alloc.Allocation) {
			a.Tranches[1].Entrant, a.Tranches[1].Unlock = a.Tranches[0].Entrant, a.Tranches[0].Unlock
		}, "account is there already"},
	} {
		a := trancheAllocation(t, 5, c.tree)
		c.edit(a)
		if _, err := Trees(context.Background(), a, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// A ledger that tells another story than the leaves is never published.
func TestWrite_refusesAnotherLedger(t *testing.T) {
	a := trancheAllocation(t, 5, fmt.Sprintf(trancheTree, "account"))
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a.Tranches = nil
	for name, edit := range map[string]func(*alloc.Ledger){
		"claims":      func(l *alloc.Ledger) { l.Claims, _ = l.Claims.Add(merkle.AmountFromWords([4]uint64{1})) },
		"paid before": func(l *alloc.Ledger) { l.PaidBefore, _ = l.PaidBefore.Add(merkle.AmountFromWords([4]uint64{1})) },
		"chain": func(l *alloc.Ledger) {
			l.Chains = []alloc.ChainLine{{Chain: evmChain, Claims: l.Claims, Leaves: l.Leaves + 1}}
		},
		"other chain": func(l *alloc.Ledger) { l.Chains = nil },
	} {
		l := a.Tokens[0].Ledger
		edit(&a.Tokens[0].Ledger)
		if _, err := Write(context.Background(), filepath.Join(t.TempDir(), "bundle"), a, trees, Options{noSync: true}); err == nil || !strings.Contains(err.Error(), "the ledger has") {
			t.Errorf("%s: got %v", name, err)
		}
		a.Tokens[0].Ledger = l
	}
}
