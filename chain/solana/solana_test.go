package solana_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/chain/solana"
)

type vectorFile struct {
	Discriminators struct {
		Instructions map[string]string
	}
	PDAs struct {
		Cases []struct {
			Name, Program, Address string
			Seeds                  []string
			Bump                   uint8
		}
	}
	Profiles map[string]struct {
		Cases []struct {
			Account string `json:"distribution_account"`
			Claims  []struct {
				Claimant, Amount string
				Unlocked         string `json:"amount_unlocked"`
				Locked           string `json:"amount_locked"`
				Proof            []string
				Data             string `json:"new_claim_data"`
				TipData          string `json:"instruction_data"`
				Status           string `json:"claim_status_pda"`
				Bump             uint8  `json:"claim_status_bump"`
			}
		}
	}
}

func vectors(t testing.TB) *vectorFile {
	raw, err := os.ReadFile("../../fixtures/vectors/solana.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectorFile
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return &v
}

func key(name string) merkle.Account {
	sum := sha256.Sum256([]byte(name))
	a, err := merkle.NewAccount(merkle.Solana, sum[:])
	if err != nil {
		panic(err)
	}
	return a
}

func deployment(t testing.TB, pairs ...string) *solana.Deployment {
	t.Helper()
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	d, err := solana.ParseDeployment(m, key("vec-mint"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// deploymentOf makes the deployment that a PDA vector's name tells.
func deploymentOf(t testing.TB, name string) *solana.Deployment {
	version := "0"
	if i := strings.LastIndex(name, "version "); i >= 0 {
		version = strings.TrimSpace(name[i+8:])
	}
	base := key("vec-base").Text()
	switch {
	case strings.Contains(name, "JTO"):
		return deployment(t, "program", "jito", "mint", "jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL")
	case strings.HasPrefix(name, "Jupiter"):
		return deployment(t, "program", "jupiter", "base", base, "version", version)
	case strings.HasPrefix(name, "Drift"):
		return deployment(t, "program", "drift", "version", version)
	case strings.HasPrefix(name, "Streamflow vault"):
		return deployment(t, "program", "streamflow", "version", "5", "tokenProgram", "token-2022")
	case strings.HasPrefix(name, "Streamflow"):
		return deployment(t, "program", "streamflow", "version", version)
	case strings.HasPrefix(name, "Saber"):
		return deployment(t, "program", "saber", "base", base)
	case strings.HasPrefix(name, "mpl-distro"):
		return deployment(t, "program", "mpl-distro", "seed", base)
	}
	return deployment(t, "program", "jito", "version", version)
}

func TestPDAs(t *testing.T) {
	cases := vectors(t).PDAs.Cases
	if len(cases) < 20 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		d := deploymentOf(t, c.Name)
		got, err := d.Distributor()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.Contains(c.Name, "vault"):
			got, _, err = d.Vault()
		case strings.Contains(c.Name, "ClaimStatus"), strings.Contains(c.Name, "receipt"):
			claim := solana.Claim{Account: key("vec-claimant-0"), Amount: 1_000_000}
			if _, index, ok := strings.Cut(c.Name, "index "); ok {
				claim.Index, _ = strconv.ParseUint(index, 10, 64)
			}
			got, err = d.ClaimStatus(got.Address, claim)
		}
		if err != nil || got.Address.Text() != c.Address || got.Bump != c.Bump {
			t.Errorf("%s: got %s bump %d (%v), want %s bump %d", c.Name, got.Address.Text(), got.Bump, err, c.Address, c.Bump)
		}
	}
}

func TestDiscriminators(t *testing.T) {
	for name, want := range vectors(t).Discriminators.Instructions {
		if name == "saber_or_jito_tip_claim" {
			name = "claim"
		}
		if got := solana.Discriminator(name); hex.EncodeToString(got[:]) != want {
			t.Errorf("%s: %x, want %s", name, got, want)
		}
	}
}

func TestClaimData(t *testing.T) {
	v := vectors(t)
	for profile, layout := range map[string]string{"jito-distributor": solana.Jito, "jito-tip-distribution": solana.JitoTip} {
		checked := 0
		for _, c := range v.Profiles[profile].Cases {
			pairs := []string{"program", layout}
			if layout == solana.JitoTip {
				pairs = append(pairs, "account", c.Account)
			}
			d := deployment(t, pairs...)
			for _, claim := range c.Claims {
				a, err := merkle.ParseAccount(claim.Claimant)
				if err != nil {
					t.Fatal(err)
				}
				in := solana.Claim{Account: a}
				in.Amount, _ = strconv.ParseUint(claim.Unlocked+claim.Amount, 10, 64)
				in.Locked, _ = strconv.ParseUint(claim.Locked, 10, 64)
				for _, p := range claim.Proof {
					raw, err := hex.DecodeString(p)
					if err != nil {
						t.Fatal(err)
					}
					in.Proof = append(in.Proof, merkle.Hash(raw))
				}
				distributor, err := d.Distributor()
				if err != nil {
					t.Fatal(err)
				}
				status, err := d.ClaimStatus(distributor.Address, in)
				if err != nil {
					t.Fatal(err)
				}
				if claim.Status != "" && (status.Address.Text() != claim.Status || status.Bump != claim.Bump) {
					t.Errorf("%s: claim record %s, want %s", profile, status.Address.Text(), claim.Status)
				}
				data, err := d.ClaimData(in, status)
				if want := claim.Data + claim.TipData; err != nil || hex.EncodeToString(data) != want {
					t.Errorf("%s: claim data %x (%v), want %s", profile, data, err, want)
				}
				checked++
			}
		}
		if checked < 10 {
			t.Errorf("%s: only %d claims", profile, checked)
		}
	}
}

// The figures of npm runs with the programs' own clients: base bytes, and the deepest proof in each case.
func TestTransactionSizes(t *testing.T) {
	for name, want := range map[string][4]int{
		solana.Jito: {398, 26, 24, 22}, solana.Jupiter: {399, 26, 24, 22}, solana.Saber: {400, 25, 24, 22},
		solana.Streamflow: {465, 23, 22, 21}, solana.MplDistro: {491, 23, 21, 21},
	} {
		l, err := solana.FindLayout(name)
		if err != nil {
			t.Fatal(err)
		}
		var got [4]int
		if got[0], err = l.TransactionSize(0, solana.Bare); err != nil {
			t.Fatal(err)
		}
		for i, e := range []solana.Extras{solana.Bare, solana.WithBudget, solana.WithBudgetATA} {
			if got[i+1], err = l.MaxDepth(e); err != nil {
				t.Fatal(err)
			}
		}
		if got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	l, _ := solana.FindLayout(solana.Jito)
	for _, c := range []struct{ n, leaves, parts int }{{1, 0, 0}, {1 << 22, 0, 0}, {1<<22 + 1, 1 << 22, 2}, {100_000_000, 1 << 22, 24}} {
		leaves, parts, err := l.Split(c.n)
		if err != nil || leaves != c.leaves || parts != c.parts {
			t.Errorf("%d leaves: %d in %d parts (%v), want %d in %d", c.n, leaves, parts, err, c.leaves, c.parts)
		}
	}
}

func TestNewDistributor(t *testing.T) {
	terms := []string{"start", "1700000000", "end", "1800000000", "clawbackStart", "1800086400"}
	facts := solana.TreeFacts{Root: merkle.Hash{1, 2, 3}, Total: 77, Leaves: 3}
	ix, err := deployment(t, append(terms, "program", "jito", "version", "9")...).NewDistributor(facts)
	if err != nil {
		t.Fatal(err)
	}
	want := "208b70ab0002e19b" + "0900000000000000" + "010203" + strings.Repeat("00", 29) + "4d00000000000000" + "0300000000000000" +
		"00f1536500000000" + "00d2496b00000000" + "80234b6b00000000"
	if got := hex.EncodeToString(ix.Data); got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	jup := append(terms, "program", "jupiter", "base", key("vec-base").Text(), "activationPoint", "5", "activationType", "1", "closable", "yes", "totalBonus", "3")
	if ix, err = deployment(t, jup...).NewDistributor(facts); err != nil {
		t.Fatal(err)
	}
	if n := 8 + 8 + 32 + 8 + 8 + 24 + 8 + 1 + 1 + 8 + 8 + 1 + 64; len(ix.Data) != n || ix.Data[48] != 80 {
		t.Errorf("%d bytes, total %d; want %d bytes and total 80", len(ix.Data), ix.Data[48], n)
	}
	if i := slices.IndexFunc(ix.Accounts, func(m solana.Meta) bool { return m.Name == "base" }); i != 1 || !ix.Accounts[i].Signer {
		t.Errorf("base at %d of %v", i, ix.Accounts)
	}
	for _, wrong := range [][]string{
		{"start", "5", "end", "5", "clawbackStart", "90000"},
		{"start", "5", "end", "6", "clawbackStart", "86405"},
		{"start", "5", "end", "6"},
		{"start", "5", "end", "6", "clawbackStart", "9223372036854775808"},
	} {
		if _, err := deployment(t, append(wrong, "program", "jito")...).NewDistributor(facts); err == nil {
			t.Errorf("%v: accepted", wrong)
		}
	}
	if _, err := deployment(t, "program", "streamflow").NewDistributor(facts); err == nil {
		t.Error("streamflow: an instruction that is not known was written")
	}
}

func TestParseDeploymentRefuses(t *testing.T) {
	jito := "mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv"
	for want, m := range map[string]map[string]string{
		"missing: a layout's name":       {},
		"not in the table":               {"program": key("x").Text()},
		"want one of jito, ":             {"program": "jitoo"},
		"the program has layout jito":    {"program": jito, "layout": "drift"},
		"deployment base: missing":       {"program": "jupiter"},
		"deployment seed: missing":       {"program": "mpl-distro"},
		`version "01"`:                   {"program": "jito", "version": "01"},
		`clawback "1"`:                   {"program": "jito", "clawback": "1"},
		`mint "0x"`:                      {"program": "jito", "mint": "0x"},
		"no program of record":           {"layout": "pyth"},
		"account is of another chain fa": {"program": "jito", "mint": "0x52908400098527886E0F7030069857D2E4169EE7"},
	} {
		if _, err := solana.ParseDeployment(m, key("mint")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", m, err, want)
		}
	}
	for _, m := range []map[string]string{{"program": jito}, {"layout": "jito"}, {"program": "jito", "layout": "jito"}, {"program": key("fork").Text(), "layout": "jito"}} {
		d, err := solana.ParseDeployment(m, key("mint"))
		if err != nil || d.Layout.Name != "jito" || (m["program"] == key("fork").Text()) != (d.Program == key("fork")) {
			t.Errorf("%v: %v %v", m, d, err)
		}
	}
	if _, err := solana.ParseDeployment(map[string]string{"program": "jito"}, merkle.Account{}); err == nil {
		t.Error("no mint: accepted")
	}
}

func BenchmarkClaimStatus(b *testing.B) {
	b.ReportAllocs()
	d := deployment(b, "program", "jito")
	at, err := d.Distributor()
	if err != nil {
		b.Fatal(err)
	}
	c := solana.Claim{Account: key("claimant")}
	for b.Loop() {
		if _, err := d.ClaimStatus(at.Address, c); err != nil {
			b.Fatal(err)
		}
	}
}
