package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// chain is the shipped campaigns that go on from bundles, each after those that it names, and the folder that each bundle goes to.
var chain = []struct{ campaign, bundle string }{
	{"noon/2026-01/campaign.yaml", "noon/out/2026-01"},
	{"noon/2026-02/campaign.yaml", "noon/out/2026-02"},
	{"noon/2026-03/campaign.yaml", "noon/out/2026-03"},
	{"noon/2026-04/campaign.yaml", "noon/out/2026-04"},
	{"noon/open-2026-02/campaign.yaml", "noon/out/open-2026-02"},
	{"noon/open-2026-03/campaign.yaml", "noon/out/open-2026-03"},
	{"two-chains/campaign.yaml", "out/two-chains"},
	{"closing/campaign.yaml", "out/closing"},
}

var reference = regexp.MustCompile(`bundle: ([^ ,]+), manifest: "([0-9a-f]{64})"`)

// buildChain copies the campaigns to a folder and builds all of them there, in order. With -update it writes the digests of the
// bundles into the shipped campaign files; without, a digest that is another is an error.
func buildChain(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"two-chains", "closing", "noon"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(fixtures, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"out", "noon/out"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range chain {
		file := filepath.Join(dir, step.campaign)
		pinReferences(t, file, filepath.Join(fixtures, step.campaign))
		var out, errw bytes.Buffer
		if code := runIn(t, &out, &errw, "build", file, "-o", filepath.Join(dir, step.bundle)); code != exitDone {
			t.Fatalf("build %s: exit status %d\n%s", step.campaign, code, errw.String())
		}
	}
	return dir
}

// pinReferences compares the digests that a campaign names with the bundles that are there.
func pinReferences(t *testing.T, file, shipped string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := withDigests(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(fixed, text) {
		return
	}
	if !*update {
		t.Fatalf("%s names digests that its bundles do not have; with new bytes run the test with -update", shipped)
	}
	for _, name := range []string{file, shipped} {
		if err := os.WriteFile(name, fixed, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// withDigests is a campaign file with the digests of the bundles that it names.
func withDigests(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var failed error
	fixed := reference.ReplaceAllFunc(text, func(ref []byte) []byte {
		m := reference.FindSubmatch(ref)
		manifest, err := os.ReadFile(filepath.Join(filepath.Dir(file), string(m[1]), "manifest.json"))
		if err != nil {
			failed = err
			return ref
		}
		return fmt.Appendf(nil, `bundle: %s, manifest: "%x"`, m[1], sha256.Sum256(manifest))
	})
	return fixed, failed
}

// referred lists the bundles that a campaign names, relative to the campaign file.
func referred(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range reference.FindAllSubmatch(text, -1) {
		if dir := filepath.Join(filepath.Dir(file), string(m[1])); !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// The shipped months name the bundles that they go on from by digest, and the verifier finds all of them good, each with its predecessors.
func TestChain_verifies(t *testing.T) {
	dir := buildChain(t)
	for _, step := range chain {
		args := []string{"verify", filepath.Join(dir, step.bundle), "--inputs", filepath.Join(dir, filepath.Dir(step.campaign))}
		for _, previous := range referred(t, filepath.Join(dir, step.campaign)) {
			args = append(args, "--previous", previous)
		}
		var out, errw bytes.Buffer
		if code := runIn(t, &out, &errw, args...); code != exitDone {
			t.Errorf("verify %s: exit status %d\n%s%s", step.bundle, code, out.String(), errw.String())
		}
		if len(args) > 4 && strings.Contains(out.String(), "taken over") {
			t.Errorf("%s: predecessors were given but not checked:\n%s", step.bundle, out.String())
		}
	}
}

// The page's example, month by month: 100,000 staked for 12 months in January and left in August, after 7 months, pays what 6 months
// give: 29.85 % with the page's milestone, 30.3625 % with its curve. The rest is forgone.
func TestMonths_leaveAfterSeven(t *testing.T) {
	for _, c := range []struct{ vesting, claims, forgone string }{
		{`  vesting: {milestones: {"6": "0.2985"}}` + "\n", "29850", "70150"},
		{"", "30362", "69638"},
	} {
		dir := t.TempDir()
		write := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		const who = "0x0fe54250faad8d67c03b8b390f49cebdec8f136b"
		write("none.csv", "account,points\n"+who+",0\n")
		write("points.csv", "account,points\n"+who+",1\n")
		write("elections.csv", "account,choice\n"+who+",12\n")
		write("exits.csv", "account,month,period\n"+who+",2026-01,12\n")
		for n := 1; n <= 8; n++ {
			previous, inputs, asserts := "none", "  points: {file: none.csv}\n", ""
			if n > 1 {
				previous = fmt.Sprintf(`{bundle: out-%d, manifest: "%064d"}`, n-1, 0)
			}
			switch n {
			case 1:
				inputs = "  points: {file: points.csv}\n  elections: {file: elections.csv}\n"
				asserts = "  - {figure: locked, token: NOON, prints: \"100000\"}\n"
			case 7:
				asserts = "  - {figure: carried-in, token: NOON, prints: \"100000\"}\n"
			case 8:
				inputs += "  exits: {file: exits.csv}\n"
				asserts = "  - {figure: claim, token: NOON, account: \"" + who + "\", prints: \"" + c.claims + "\"}\n" +
					"  - {figure: forgone, token: NOON, prints: \"" + c.forgone + "\"}\n"
			}
			if asserts != "" {
				asserts = "assert:\n" + asserts
			}
			file := fmt.Sprintf("%d.yaml", n)
			write(file, fmt.Sprintf(`format: merkle-campaign/v1
id: noon-%d
tokens:
  NOON: {asset: "eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: 0, pool: "100000"}
rule:
  name: noon-active-staking/v1
  month: "2026-%02d"
  zone: "+00:00"
  previous: %s
%s%srounding: {method: floor, at: account-token, residual: {to: open-staking}}
%strees:
  - {id: noon, tokens: [NOON], profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account}
`, n, n, previous, inputs, c.vesting, asserts))
			fixed, err := withDigests(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			write(file, string(fixed))
			var out, errw bytes.Buffer
			if code := runIn(t, &out, &errw, "build", filepath.Join(dir, file), "-o", filepath.Join(dir, fmt.Sprintf("out-%d", n))); code != exitDone {
				t.Fatalf("month %d: exit status %d\n%s", n, code, errw.String())
			}
			args := []string{"verify", filepath.Join(dir, fmt.Sprintf("out-%d", n))}
			if n > 1 {
				args = append(args, "--previous", filepath.Join(dir, fmt.Sprintf("out-%d", n-1)))
			}
			if code := runIn(t, &out, &errw, args...); code != exitDone {
				t.Fatalf("month %d is not good:\n%s%s", n, out.String(), errw.String())
			}
		}
	}
}
