// Package solana derives what a claim on Solana needs beside the proof: program-derived addresses, instruction data and
// accounts, and how long a proof may be before a claim no longer fits in one transaction.
//
// Everything is computed offline from a [Deployment]; nothing is read from or sent to a cluster. The layouts are facts
// about deployed programs, each with its source in [Layouts].
package solana

import (
	"fmt"
	"strings"
)

// Layout is how one family of claim programs derives its addresses and lays out its instructions.
type Layout struct {
	Name    string // what a deployment's "layout" or "program" may say
	Title   string
	Program string // base58 id of the program that its authors run; empty when there is none of record
	Source  string // repository and commit, or package and version, of the facts
	Tokens  bool   // claims pay an SPL token out of a vault
}

// The layouts.
const (
	Jito       = "jito"
	Jupiter    = "jupiter"
	Drift      = "drift"
	Streamflow = "streamflow"
	Saber      = "saber"
	MplDistro  = "mpl-distro"
	JitoTip    = "jito-tip"
	Pyth       = "pyth"
)

// Layouts is the table of what this package can derive.
func Layouts() []Layout {
	return []Layout{
		{Jito, "Jito distributor and forks that kept its accounts", "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv", "jito-foundation/distributor 2cf79f6 programs/merkle-distributor", true},
		{Jupiter, "Jupiter distributor (2025)", "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R", "jup-ag/distributor 304c28a programs/merkle-distributor", true},
		{Drift, "Drift distributor and Velocity's fork", "E7HtfkEMhmn9uwL7EFNydcXBWy5WCYN1vFmKKjipEH1x", "drift-labs/distributor programs/merkle-distributor", true},
		{Streamflow, "Streamflow distributor", "MErKy6nZVoVAkryxAejJz2juifQ4ArgLgHmaJCQkU7N", "streamflow-finance/js-sdk packages/distributor (IDL)", true},
		{Saber, "Saber distributor", "MRKGLMizK9XSTaD1d1jbVkdHZbQVCSnPpYiTw9aKQv8", "saber-hq/merkle-distributor ac937d1 programs/merkle-distributor", true},
		{MplDistro, "Metaplex mpl-distro", "D1STRoZTUiEa6r8TLg2aAbG4nSRT5cDBmgG7jDqCZvU8", "npm @metaplex-foundation/mpl-distro 0.3.4", true},
		{JitoTip, "Jito tip and priority-fee distribution", "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7", "jito-foundation/jito-programs mev-programs/programs/tip-distribution", false},
		{Pyth, "Pyth and Wormhole token dispensers", "", "pyth-network/grant-program token-dispenser", false},
	}
}

// FindLayout looks a layout up by its name, or by the base58 id of the program that its authors run.
func FindLayout(text string) (Layout, error) {
	var names []string
	for _, l := range Layouts() {
		if text == l.Name || l.Program != "" && text == l.Program {
			return l, nil
		}
		names = append(names, l.Name)
	}
	return Layout{}, fmt.Errorf("layout %q: unknown, want one of %s", text, strings.Join(names, ", "))
}

// LayoutsOf names the layouts whose program checks the leaf of a tree profile, most used first; none for a profile
// that no known Solana program checks.
func LayoutsOf(profile string) []string {
	switch profile {
	case "jito-v1", "jupiter-ts-v1":
		return []string{Jito, Jupiter, Drift, Streamflow}
	case "saber-v1":
		return []string{Saber}
	case "mpl-distro-v1":
		return []string{MplDistro}
	case "jito-tip-v1":
		return []string{JitoTip}
	case "pyth-v1":
		return []string{Pyth}
	}
	return nil
}
