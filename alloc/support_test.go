package alloc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

const (
	onSolana   = merkle.Chain("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp")
	onEthereum = merkle.Chain("eip155:1")
	onBase     = merkle.Chain("eip155:8453")
)

// files is a directory in memory.
type files map[string]string

func (f files) options() Options {
	return Options{Open: func(name string) (io.ReadCloser, error) {
		text, ok := f[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: "/home/somebody/" + name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// person stands for a short id of a vector: accounts in the order of the ids.
func person(f merkle.Family, id string) merkle.Account {
	raw := make([]byte, f.Width())
	copy(raw, id)
	raw[f.Width()-1] = 1
	a, err := merkle.NewAccount(f, raw)
	if err != nil {
		panic(err)
	}
	return a
}

func key(id string) string { return person(merkle.Solana, id).Text() }

func asset(chain merkle.Chain, decimals uint8) campaign.AssetOn {
	a := merkle.Asset{Chain: chain, Namespace: "token", Token: person(merkle.Solana, "token")}
	if chain.Family() == merkle.EVM {
		a = merkle.Asset{Chain: chain, Namespace: "erc20", Token: person(merkle.EVM, "token")}
	}
	return campaign.AssetOn{Asset: a, Decimals: decimals}
}

func token(id string, decimals uint8, pool string, chains ...merkle.Chain) campaign.Token {
	p, err := merkle.ParseAmount(pool)
	if err != nil {
		panic(err)
	}
	t := campaign.Token{ID: id, Decimals: decimals, Pool: p}
	for _, c := range chains {
		t.Assets = append(t.Assets, asset(c, decimals))
	}
	if chains == nil {
		t.Assets = []campaign.AssetOn{asset(onSolana, decimals)}
	}
	return t
}

func floorOnce() campaign.Rounding {
	return campaign.Rounding{Pos: at("campaign.yaml", 9, 1), Method: "floor", At: "account-token", Residual: campaign.Residual{To: "treasury"}}
}

func at(file string, line, col int) merkle.Pos { return merkle.Pos{File: file, Line: line, Col: col} }

func input(file string) campaign.Input {
	return campaign.Input{Pos: at("campaign.yaml", 5, 3), File: file}
}

func asrCampaign(tokens ...campaign.Token) *campaign.Campaign {
	return &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: tokens, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v1",
		JupiterASR: &campaign.JupiterASR{Proposals: input("proposals.csv"), Votes: input("votes.csv"), Duplicates: "error", Unearned: "unallocated"}}}
}

func weightCampaign(tokens ...campaign.Token) *campaign.Campaign {
	return &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: tokens, Rounding: floorOnce(), Rule: campaign.Rule{Name: "pro-rata/v1",
		ProRata: &campaign.ProRata{Weights: input("weights.csv"), Duplicates: "error"}}}
}

func listCampaign(unit string, tokens ...campaign.Token) *campaign.Campaign {
	return &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: tokens, Rounding: floorOnce(), Rule: campaign.Rule{Name: "fixed/v1",
		Fixed: &campaign.Fixed{List: input("list.csv"), Unit: unit, Precision: "exact", Duplicates: "error"}}}
}

func compute(t tester, c *campaign.Campaign, f files) *Allocation {
	t.Helper()
	a, err := Compute(t.Context(), c, f.options())
	if err != nil {
		t.Fatalf("compute: %v", err)
	}
	for k := range a.Tokens {
		if err := a.prove(k); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// refused returns the faults of a run that must be refused, by Check and by Compute alike.
func refused(t tester, c *campaign.Campaign, f files) *merkle.Faults {
	t.Helper()
	_, err := Compute(t.Context(), c, f.options())
	faults, ok := merkle.AsFaults(err)
	if !ok {
		t.Fatalf("got %v, want faults", err)
	}
	if check, ok := merkle.AsFaults(Check(t.Context(), c, f.options())); !ok || check.Error() != faults.Error() {
		t.Fatalf("check and compute differ:\n%v\n%v", check, faults)
	}
	return faults
}

// claims maps short ids to the claims of token k above 0.
func claims(a *Allocation, k int) map[string]string {
	got := map[string]string{}
	for i, e := range a.Entrants {
		if c := a.Tokens[k].claim(i); !c.IsZero() {
			raw := e.Account.Bytes()
			got[string(bytes.TrimRight(raw[:len(raw)-1], "\x00"))] = c.String()
		}
	}
	return got
}

func equalClaims(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func equalText(t testing.TB, what string, got fmt.Stringer, want string) {
	t.Helper()
	if got.String() != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func canonical(t testing.TB, in *Input) string {
	t.Helper()
	var b bytes.Buffer
	if n, err := in.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("%d bytes, reported %d: %v", b.Len(), n, err)
	}
	return b.String()
}

// tester is what tests and properties have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Context() context.Context
}
