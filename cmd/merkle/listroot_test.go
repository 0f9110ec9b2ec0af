package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// What is said of a list, and its root, do not depend on whether anything but the root is asked for.
func TestTree_rootAloneIsTheRoot(t *testing.T) {
	many, _ := manyRows(3000)
	line := func(text string, at int) string { return strings.Split(text, "\n")[at] }
	wide := strings.Repeat("9", 77)
	random := rand.New(rand.NewPCG(3, 1))
	var solana strings.Builder
	solana.WriteString("account,amount,locked\n")
	for range 2*merkle.MaxFaults + 700 {
		var raw [32]byte
		for i := range raw {
			raw[i] = byte(random.Uint32())
		}
		a, _ := merkle.NewAccount(merkle.Solana, raw[:]) // 32 random bytes are not zero
		fmt.Fprintf(&solana, "%s,%d,%d\n", a, random.Uint64N(1000), random.Uint64N(3))
	}
	for _, c := range []struct {
		name, text string
		args       []string
	}{
		{"many", string(many), nil},
		{"in order", string(many), []string{"--order", "input"}},
		{"one", "account,amount\n" + spelt + ",1\n", nil},
		{"given index", "index,account,amount\n5," + spelt + ",1\n7," + small + ",2\n", []string{"-p", "uniswap-v1"}},
		{"index turned", "index,account,amount\n7," + spelt + ",1\n5," + small + ",2\n", []string{"-p", "uniswap-v1"}},
		{"index twice", "index,account,amount\n7," + spelt + ",1\n7," + small + ",2\n", []string{"-p", "uniswap-v1"}},
		{"index by rule", "account,amount\n" + spelt + ",1\n" + small + ",2\n", []string{"-p", "uniswap-v1"}},
		{"twice", string(many) + line(string(many), 7) + "\n", nil},
		{"twice and kept", string(many) + line(string(many), 7) + "\n", []string{"--duplicates", "keep"}},
		{"twice and added", string(many) + line(string(many), 7) + "\n", []string{"--duplicates", "sum"}},
		{"wide", "account,amount\n" + spelt + "," + wide + "\n" + small + "," + wide + "\n" + another + "," + wide + "\n", nil},
		{"too wide in all", "account,amount\n" + spelt + ",1" + wide + "\n" + small + ",1" + wide + "\n", nil},
		{"wide for the leaf", "account,amount\n" + spelt + "," + wide + "\n", []string{"-p", "1inch-128-v1"}},
		{"odd", "account,amount\n0x000000000000000000000000000000000000dEaD,1\n" + spelt + ",2\n0x0000000000000000000000000000000000000001,3\n", nil},
		{"odd refused", "account,amount\n0x000000000000000000000000000000000000dEaD,1\n" + spelt + ",2\n0x0000000000000000000000000000000000000001,3\n", []string{"--accounts", "refuse"}},
		{"own", string(many), []string{"--own", strings.Split(line(string(many), 9), ",")[0]}},
		{"off the curve", solana.String(), []string{"-p", "jito-v1"}},
		{"off the curve and refused", solana.String(), []string{"-p", "jito-v1", "--accounts", "refuse"}},
		{"nothing", "account,amount\n" + spelt + ",0\n", []string{"-p", "address-amount-packed-v1"}},
		{"faults", string(many) + "0x12,5\n" + spelt + ",-1\n", nil},
		{"empty", "account,amount\n", nil},
		{"unknown constant", string(many), []string{"--constant", "deadline=5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := write(t, "list.csv", []byte(c.text))
			args := append([]string{list}, c.args...)
			if len(c.args) == 0 || c.args[0] != "-p" {
				args = append(args, "-p", "oz-standard-v1")
			}
			got, gotSaid, code := treeOf(t, args...)
			proofs := filepath.Join(t.TempDir(), "proofs.json")
			want, wantSaid, wantCode := treeOf(t, append(args, "-o", proofs)...)
			want.Output = ""
			if code != wantCode || gotSaid != wantSaid || !reflect.DeepEqual(got, want) {
				t.Errorf("root alone: exit status %d, %+v\n%s\nwith proofs: exit status %d, %+v\n%s", code, got, gotSaid, wantCode, want, wantSaid)
			}
		})
	}
}

// Lists without anything the matter are read once, their rows not kept.
func TestReadList_rootAlone(t *testing.T) {
	csv, jsonl := manyRows(70_000)
	for name, text := range map[string][]byte{"list.csv": csv, "list.jsonl": jsonl} {
		for _, workers := range []int{1, 3} {
			set := settingsFor(t, "oz-standard-v1")
			set.rootOnly, set.order, set.workers = true, tree.OrderProfile, workers
			l, err := readList(t.Context(), write(t, name, text), set, &progress{})
			if err != nil {
				t.Fatal(err)
			}
			kept := settingsFor(t, "oz-standard-v1")
			k, err := readList(t.Context(), write(t, name, text), kept, &progress{})
			if err != nil {
				t.Fatal(err)
			}
			built, err := tree.Build(t.Context(), tree.Spec{Profile: k.profile, Order: tree.OrderProfile, Constants: kept.constants}, &k.rows)
			if err != nil {
				t.Fatal(err)
			}
			total, _ := built.Total()
			if l.rooted == nil || l.rooted.Root != built.Root() || l.rooted.Leaves != 70_000 || l.rooted.Total != total || l.rows.Len() != 0 {
				t.Errorf("%s, %d workers: %+v, %d rows kept, want root %s", name, workers, l.rooted, l.rows.Len(), built.Root())
			}
		}
	}
}
