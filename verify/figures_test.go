package verify

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// withFigures puts published figures into a campaign and the given account of them into the manifest.
func withFigures(b fstest.MapFS, campaign string, stated ...value) {
	change(b, manifestFile, func(v *value) { *at(v, "assertions") = list(stated...) })
	inCampaign("trees:", "assert:\n"+campaign+"trees:")(b)
}

func TestCheck_figures(t *testing.T) {
	s := sample{profile: "oz-standard-v1", order: "account", layout: "subtree", n: 3, shard: 4, tokens: 1, inputs: "copy"}
	// amounts 1000, 1007, 1014 of 2 decimals: 30.21 in all; pool 35.21
	stated := func(figure, prints, got, holds, level string) value {
		return obj("figure", figure, "prints", prints, "got", got, "holds", holds, "level", level)
	}
	good := []struct {
		campaign string
		stated   value
	}{
		{"  - {figure: claims-total, token: T0, prints: \"30.21\"}\n", stated("claims-total", "30.21", "30.21", "yes", "error")},
		{"  - {figure: claims-total, token: T0, prints: \"30.2\"}\n", stated("claims-total", "30.2", "30.2", "yes", "error")},
		{"  - {figure: claims-total, token: T0, prints: \"30\", rounding: floor}\n", stated("claims-total", "30", "30", "yes", "error")},
		{"  - {figure: unallocated, token: T0, prints: \"5.000\"}\n", stated("unallocated", "5.000", "5.000", "yes", "error")},
		{"  - {figure: leaves, token: T0, prints: \"3\"}\n", stated("leaves", "3", "3", "yes", "error")},
		{"  - {figure: claim, token: T0, account: \"" + s.accountText(1) + "\", prints: \"10.1\"}\n", stated("claim", "10.1", "10.1", "yes", "error")},
		{"  - {figure: residual, token: T0, prints: \"1\", level: warn}\n", stated("residual", "1", "0", "no", "warn")},
	}
	for _, g := range good {
		b := s.bundle()
		withFigures(b, g.campaign, g.stated)
		if r := check(t, b, Options{}); !r.OK() {
			t.Errorf("%s: %v", g.campaign, r.Findings)
		}
	}
	b := s.bundle()
	withFigures(b, "  - {figure: claims-total, token: T0, prints: \"30.22\"}\n", stated("claims-total", "30.22", "30.21", "no", "error"))
	wantCodes(t, check(t, b, Options{}), AssertionFails)
	b = s.bundle()
	withFigures(b, "  - {figure: claims-total, token: T0, prints: \"30.22\"}\n", stated("claims-total", "30.22", "30.22", "yes", "error"))
	wantCodes(t, check(t, b, Options{}), AssertionMismatch, AssertionFails)
	b = s.bundle()
	withFigures(b, "  - {figure: luck, token: T0, prints: \"1\"}\n", stated("luck", "1", "1", "yes", "error"))
	wantCodes(t, check(t, b, Options{}), RuleRefused)
}

// TestRoundTo: half away from zero, half to even, and floor, at the printed precision.
func TestRoundTo(t *testing.T) {
	for _, tt := range []struct{ value, mode, want string }{
		{"0.125", "half-up", "0.13"}, {"0.125", "half-even", "0.12"}, {"0.125", "floor", "0.12"},
		{"0.135", "half-even", "0.14"}, {"0.1349", "half-up", "0.13"}, {"9.999", "half-up", "10.00"}, {"9.999", "floor", "9.99"},
	} {
		d, err := parseDecimal(tt.value)
		if err != nil {
			t.Fatal(err)
		}
		if got := fixedText(roundTo(d.rat(), 2, tt.mode), 2); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.value, tt.mode, got, tt.want)
		}
	}
}

// TestCheck_fields: a list's index is in the leaf; another one is found.
func TestCheck_fields(t *testing.T) {
	s := sample{profile: "uniswap-v1", order: "account", layout: "subtree", n: 5, shard: 4, tokens: 1, inputs: "copy"}
	b := s.bundle()
	change(b, manifestFile, func(v *value) { at(v, "trees", 0, "profile", "index").text = "given" })
	seal(b)
	wantCodes(t, check(t, b, Options{}), ClaimField) // the list has no index column
}

// broken is a bundle of which one file cannot be read.
type broken struct {
	fstest.MapFS
	name string
}

func (b broken) Open(name string) (fs.File, error) {
	if name == b.name {
		return nil, &fs.PathError{Op: "open", Path: "/srv/secret/" + name, Err: errors.New("input/output error")}
	}
	return b.MapFS.Open(name)
}

func TestCheck_unreadable(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", layout: "subtree", n: 9, shard: 4, tokens: 1, inputs: "copy"}
	for name := range s.bundle() {
		r, err := Check(t.Context(), broken{s.bundle(), name}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if name == "inputs/list.csv" {
			wantCodes(t, r, InputMissing)
		} else {
			wantCodes(t, r, FileUnreadable)
		}
		for _, f := range r.Findings {
			if strings.Contains(f.String(), "secret") {
				t.Errorf("a path of the machine in %v", f)
			}
		}
	}
}
