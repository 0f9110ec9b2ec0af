package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func vectorKey(t *testing.T, s string) pubkey {
	t.Helper()
	a, err := parseAccount(s)
	if err != nil && err != errZero {
		t.Fatalf("%q: %v", s, err)
	}
	return a.raw
}

// TestDerivedAddress_vectors derives every address of the vectors. Seeds are words: what they mean is said beside the vectors, numbers stand in the case's name, and a
// distributor is the one of the case before.
func TestDerivedAddress_vectors(t *testing.T) {
	var file jmap
	readVectors(t, "solana.json", &file)
	named := func(name string) []byte { d := sha256.Sum256([]byte(name)); return d[:] }
	key := func(s string) []byte { k := vectorKey(t, s); return k[:] }
	mint, distributor, ran := []byte(nil), []byte(nil), 0
	for _, x := range file["pdas"].(jmap)["cases"].([]any) {
		v := x.(jmap)
		number := uint64(0)
		for _, w := range strings.Fields(str(v["name"])) {
			if n, ok := parseDigits(strings.Trim(w, ",")); ok {
				number = n.Uint64()
			}
		}
		if strings.Contains(str(v["name"]), "JTO airdrop distributor") {
			mint = key("jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL")
		} else if strings.HasPrefix(str(v["name"]), "Jito-style") {
			mint = named("vec-mint")
		}
		var seeds [][]byte
		for i, y := range v["seeds"].([]any) {
			word, _, _ := strings.Cut(str(y), " ")
			switch {
			case word[0] == '"':
				seeds = append(seeds, []byte(strings.Trim(word, `"`)))
			case word == "mint":
				seeds = append(seeds, mint)
			case word == "base", word == "seed":
				seeds = append(seeds, named("vec-base"))
			case word == "claimant", word == "recipient":
				seeds = append(seeds, named("vec-claimant-0"))
			case word == "version", word == "index":
				seeds = append(seeds, binary.LittleEndian.AppendUint64(nil, number))
			case word == "amount":
				seeds = append(seeds, binary.LittleEndian.AppendUint64(nil, 1_000_000))
			case word == "nonce":
				seeds = append(seeds, binary.LittleEndian.AppendUint64(nil, 0))
			case word == "distributor", word == "distribution", word == "owner":
				seeds = append(seeds, distributor)
			case word == "Token-2022":
				seeds = append(seeds, key(token2022ID))
			case i == 1: // the token program
				seeds = append(seeds, key(tokenProgramID))
			default:
				t.Errorf("%s: seed %q", v["name"], y)
			}
		}
		ran++
		address, bump := derivedAddress(vectorKey(t, str(v["program"])), seeds...)
		if base58(address[:]) != str(v["address"]) || bump != str(v["bump"]) {
			t.Errorf("%s: %s bump %s, want %s bump %s", v["name"], base58(address[:]), bump, v["address"], v["bump"])
		}
		if first := str(v["seeds"].([]any)[0]); first[0] == '"' && strings.Contains(first, "istribut") {
			distributor = address[:]
		}
	}
	if ran < 20 {
		t.Errorf("only %d addresses", ran)
	}
}

// TestFacts_known: the distributor and vault of an airdrop that is on chain; the vault stands in its authors' readme.
func TestFacts_known(t *testing.T) {
	f, err := resolveFacts(&tree{man: &manTree{profile: *profileByName("jito-v1"), deployment: map[string]string{"program": "jito"}},
		tokenTexts: []string{"jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := base58(f.distributor[:]); got != "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1" || f.bump != "255" {
		t.Errorf("distributor %s bump %s", got, f.bump)
	}
	if got := base58(f.vault[:]); got != "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6" {
		t.Errorf("vault %s", got)
	}
}

// TestFacts_sizes: measured sizes of claims without proof, and the longest proofs that fit.
func TestFacts_sizes(t *testing.T) {
	for _, tt := range []struct {
		layout                   string
		bytes, bare, budget, ata int
	}{
		{"jito", 398, 26, 24, 22}, {"drift", 398, 26, 24, 22}, {"jupiter", 399, 26, 24, 22}, {"saber", 400, 25, 24, 22}, {"streamflow", 465, 23, 22, 21}, {"mpl-distro", 491, 23, 21, 21},
	} {
		f := &facts{layout: tt.layout}
		if got := f.claimSize("bare", 0); got != tt.bytes {
			t.Errorf("%s: %d bytes, want %d", tt.layout, got, tt.bytes)
		}
		cases, _ := f.sizes(22, 1<<22)
		for i, want := range []int{tt.bare, tt.budget, tt.ata} {
			if got := at(&cases, i, "maxDepth").text; got != fmt.Sprint(want) {
				t.Errorf("%s, %s: at most %s entries, want %d", tt.layout, at(&cases, i, "name").text, got, want)
			}
		}
		_, split := f.sizes(tt.ata+1, 1<<tt.ata+1)
		if got := at(&split, "leaves").text + " " + at(&split, "parts").text; got != fmt.Sprint(1<<tt.ata, " 2") {
			t.Errorf("%s: split %s", tt.layout, got)
		}
	}
}

// factSamples are campaigns that ask for claim facts, one a layout.
func factSamples() map[string]sample {
	key := "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP"
	s := func(profile, deployment string) sample {
		return sample{profile: profile, order: "account", layout: "inline", n: 7, shard: 4, tokens: 1, inputs: "copy", split: 3, deployment: deployment}
	}
	terms := `start: "10", end: "20", clawbackStart: "1000000"`
	return map[string]sample{
		"jito":          s("jito-v1", "program: jito, version: \"5\", "+terms+", admin: "+key),
		"jito, unnamed": s("jito-v1", "program: mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv, tokenProgram: token-2022, start: \"10\""),
		"fork":          s("jupiter-ts-v1", "program: "+key+", layout: drift, "+terms+`, enableSlot: "3", closable: "yes"`),
		"jupiter":       s("jito-v1", "program: jupiter, base: "+key+", "+terms+`, activationPoint: "4", activationType: "1", closable: "no", totalBonus: "9", locker: `+key),
		"streamflow":    s("jito-v1", "program: streamflow"),
		"saber":         s("saber-v1", "program: saber, base: "+key),
		"mpl-distro":    s("mpl-distro-v1", "program: mpl-distro, seed: "+key),
		"jito-tip":      s("jito-tip-v1", "program: jito-tip, account: "+key),
	}
}

// TestCheck_facts: the files that a campaign asks for are derived again; every change of one is found.
func TestCheck_facts(t *testing.T) {
	for name, s := range factSamples() {
		t.Run(name, func(t *testing.T) {
			b := s.bundle()
			if r := check(t, b, Options{}); !r.OK() {
				t.Fatal(r.Findings)
			}
			file := "solana/t0-1.json"
			for place := range len(leafTexts(mustJSON(t, b[file].Data))) {
				edited := clone(b)
				change(edited, file, func(v *value) {
					x := leafTexts(v)[place]
					x.text += "1"
				})
				seal(edited)
				r := check(t, edited, Options{})
				if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == FactsMember || f.Code == FormatUnknown }) {
					t.Errorf("text %d: %v", place, r.Findings)
				}
			}
		})
	}
}

func mustJSON(t *testing.T, data []byte) *value {
	v, err := parseJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// leafTexts lists the strings of a value.
func leafTexts(v *value) (out []*value) {
	if v.kind == jsonString {
		return []*value{v}
	}
	for i := range v.items {
		out = append(out, leafTexts(&v.items[i])...)
	}
	return out
}

func TestCheck_factsTampered(t *testing.T) {
	good := factSamples()["jito"]
	for _, tt := range []struct {
		name string
		edit func(b fstest.MapFS)
		want Code
	}{
		{"a file missing", func(b fstest.MapFS) { delete(b, "solana/t0-0.json"); seal(b) }, FileMissing},
		{"a file for no tree", func(b fstest.MapFS) { b["solana/t9.json"] = b["solana/t0-0.json"]; seal(b) }, FileUnexpected},
		{"another format", func(b fstest.MapFS) {
			change(b, "solana/t0-0.json", func(v *value) { at(v, "format").text = "merkle-solana/v2" })
			seal(b)
		}, FormatUnknown},
		{"a member added", func(b fstest.MapFS) {
			change(b, "solana/t0-0.json", func(v *value) { v.names, v.items = append(v.names, "note"), append(v.items, text("")) })
			seal(b)
		}, FactsMember},
		{"a member missing", func(b fstest.MapFS) { change(b, "solana/t0-0.json", func(v *value) { without(v, "split") }); seal(b) }, FactsMember},
		{"not asked for", inCampaign(", facts: yes", ""), FileUnexpected},
		{"a key that is not known", func(b fstest.MapFS) {
			inCampaign("program: jito", "note: x, program: jito")(b)
			change(b, manifestFile, func(v *value) {
				d := at(v, "trees", 0, "deployment")
				d.names, d.items = append(d.names, "note"), append(d.items, text("x"))
			})
		}, FactsRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := good.bundle()
			tt.edit(b)
			r := check(t, b, Options{})
			if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == tt.want }) {
				t.Errorf("want %s, got %v", tt.want, r.Findings)
			}
		})
	}
}

// TestFacts_refused: deployments from which nothing can be derived.
func TestFacts_refused(t *testing.T) {
	for text, d := range map[string]map[string]string{
		"layout \"\"":          {},
		"layout \"saber\"":     {"program": "saber", "base": "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP"},
		"layout \"pyth\"":      {"program": "pyth"},
		"base: missing":        {"program": "jupiter"},
		"version \"-1\"":       {"program": "jito", "version": "-1"},
		"closable \"maybe\"":   {"program": "drift", "closable": "maybe"},
		"mint \"x\"":           {"program": "jito", "mint": "x"},
		"start \"1844674407":   {"program": "jito", "start": "18446744073709551616"},
		"key \"colour\"":       {"program": "jito", "colour": "red"},
		"tokenProgram \"new\"": {"program": "jito", "tokenProgram": "new"},
	} {
		_, err := resolveFacts(&tree{man: &manTree{profile: *profileByName("jito-v1"), deployment: d}, tokenTexts: []string{"jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL"}})
		if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSuffix(text, "\"")) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
