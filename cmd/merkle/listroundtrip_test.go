package main

import (
	"fmt"
	"math/big"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/sha3"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// someAccount is the i-th account of a family: no burn address, no program, and whatever the curve says.
func someAccount(t *testing.T, family merkle.Family, i int) merkle.Account {
	t.Helper()
	h := sha3.NewLegacyKeccak256()
	fmt.Fprintf(h, "account %d", i)
	a, err := merkle.NewAccount(family, h.Sum(nil)[:family.Width()])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// someList is a list of n rows for a profile, in this tool's own form, with amounts in base units beyond 2^53 where they fit.
func someList(t *testing.T, p *tree.Profile, n int) string {
	t.Helper()
	var heads []string
	for _, f := range p.Fields {
		if f.Source != tree.SourceConstant && f.Source != tree.SourceDomain {
			heads = append(heads, f.Name)
		}
	}
	var b strings.Builder
	b.WriteString(strings.Join(heads, ",") + "\n")
	for i := range n {
		for j, f := range p.Fields {
			if f.Source == tree.SourceConstant || f.Source == tree.SourceDomain {
				continue
			}
			if j > 0 && b.String()[b.Len()-1] != '\n' {
				b.WriteByte(',')
			}
			switch {
			case f.Source == tree.SourceAccount:
				b.WriteString(someAccount(t, p.Accounts, i).String())
			case f.Source == tree.SourceToken:
				b.WriteString(someAccount(t, p.Accounts, 1000+i%2).String())
			case f.Source == tree.SourceIndex:
				fmt.Fprint(&b, i)
			case f.Source == tree.SourceAmount && p.AmountBits > 64:
				b.WriteString(new(big.Int).Mul(big.NewInt(int64(i+1)), big.NewInt(1234567890123456789)).String())
			case strings.HasPrefix(f.Type, "abi("):
				fmt.Fprintf(&b, `"[[%d,5000],[%d,5000]]"`, 1700000000+i, 1800000000+i)
			case f.Type == "address":
				b.WriteString(someAccount(t, p.Accounts, 2000+i).String())
			case f.Type == "bytes16":
				fmt.Fprintf(&b, "0x%032x", i+1)
			case f.Type == "uint16":
				fmt.Fprint(&b, 52+i)
			case f.Name == "startDate":
				fmt.Fprint(&b, 1700000000+i)
			case f.Name == "network":
				b.WriteString("0")
			default:
				fmt.Fprint(&b, 1_000_000+i)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// wholeUnits is the end of an amount; with the zeros behind it, it is whole units of Jito's token.
var wholeUnits = regexp.MustCompile(`,1[0-9]{6}`)

// What `merkle tree --format` writes for another tool, `merkle tree` reads as a list of the same tree.
func TestTree_readsWhatItWrites(t *testing.T) {
	for _, c := range []struct {
		format, profile string
		flags, back     []string
	}{
		{"uniswap", "uniswap-v1", nil, nil},
		{"oz-dump", "oz-standard-v1", nil, nil},
		{"oz-dump", "sablier-v1", nil, nil},
		{"oz-dump", "hedgey-v1", nil, nil},
		{"oz-dump", "morpho-urd-v1", nil, nil},
		{"sablier", "sablier-v1", nil, nil},
		{"urd", "morpho-urd-v1", nil, nil},
		{"eigenlayer", "eigenlayer-v1", nil, nil},
		{"tokensoft", "tokensoft-v1", nil, nil},
		{"tokensoft", "tokensoft-continuous-v1", nil, nil},
		{"tokensoft", "tokensoft-tranche-v1", nil, nil},
		{"tokensoft", "tokensoft-satellite-v1", nil, nil},
		{"jito", "jito-v1", nil, nil},
		{"jupiter", "jito-v1", nil, nil},
		{"saber", "saber-v1", nil, nil},
		{"csv-jupiter", "jito-v1", []string{"--decimals", "6"}, []string{"--decimals", "6"}},
		{"csv-jito", "jito-v1", []string{"--with", "category=Staker"}, nil},
		{"csv-sablier", "sablier-v1", []string{"--decimals", "6"}, []string{"--decimals", "6"}},
		{"csv-hedgey", "hedgey-v1", []string{"--decimals", "18"}, []string{"--decimals", "18"}},
		{"csv-safe", "safe-vesting-v1", []string{"--constant", "chainId=1", safeEcosystem}, []string{"--constant", "chainId=1", safeEcosystem}},
		{"proofs", "uniswap-v1", nil, nil},
		{"proofs", "jito-v1", nil, nil},
		{"proofs", "threshold-v1", nil, nil},
		{"proofs", "mpl-distro-v1", nil, nil},
		{"proofs", "1inch-128-v1", nil, nil},
		{"proofs", "token-account-packed-v1", nil, nil},
	} {
		t.Run(c.format+"/"+c.profile, func(t *testing.T) {
			p, err := tree.Lookup(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			text := someList(t, &p, 7)
			if c.format == "csv-jito" { // whole units only
				text = wholeUnits.ReplaceAllString(text, "${0}000000000")
			}
			out := filepath.Join(t.TempDir(), "out.json")
			if strings.HasPrefix(c.format, "csv-") {
				out = filepath.Join(t.TempDir(), "out.csv")
			}
			args := append([]string{write(t, "list.csv", []byte(text)), "--profile", c.profile, "--format", c.format, "-o", out}, c.flags...)
			first, said, code := treeOf(t, args...)
			if code != exitDone {
				t.Fatalf("writing: exit status %d\n%s\n%s", code, said, text)
			}
			back, said, code := treeOf(t, append([]string{out, "--profile", c.profile}, c.back...)...)
			if code != exitDone || back.Root != first.Root || back.Leaves != 7 || back.Total != first.Total {
				t.Errorf("reading: exit status %d, root %s of %d leaves, total %s, want %s, total %s\n%s", code, back.Root, back.Leaves, back.Total, first.Root, first.Total, said)
			}
		})
	}
}
