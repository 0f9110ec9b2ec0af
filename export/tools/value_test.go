package tools

import (
	"math/big"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func drawAmount(t *rapid.T) merkle.Amount {
	words := rapid.SliceOfN(rapid.Uint64(), 4, 4).Draw(t, "words")
	keep := rapid.IntRange(0, 4).Draw(t, "words kept")
	var w [4]uint64
	copy(w[:], words[:keep])
	return merkle.AmountFromWords(w)
}

// TestTokens reads whole tokens back to the base units that they were made of.
func TestTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, decimals := drawAmount(t), rapid.IntRange(0, 77).Draw(t, "decimals")
		text := string(appendTokens([]byte("x"), a, decimals))[1:]
		back, err := merkle.ParseTokens(text, uint8(decimals))
		if err != nil || back != a {
			t.Fatalf("%s with %d decimals: %q reads as %s, %v", a, decimals, text, back, err)
		}
		if last := text[len(text)-1]; decimals > 0 && (last == '.' || last == '0' && len(text) > 1 && bytesHas(text, '.')) {
			t.Fatalf("%q has digits that say nothing", text)
		}
	})
	for _, c := range []struct {
		base     uint64
		decimals int
		want     string
	}{{0, 0, "0"}, {0, 18, "0"}, {1, 18, "0.000000000000000001"}, {1_500_000, 6, "1.5"}, {1_000_000, 6, "1"}, {10, 1, "1"}, {100, 0, "100"}, {100, 1, "10"}} {
		if got := string(appendTokens(nil, merkle.NewAmount(c.base), c.decimals)); got != c.want {
			t.Errorf("%d with %d decimals: %s, want %s", c.base, c.decimals, got, c.want)
		}
	}
}

func bytesHas(text string, c byte) bool {
	for i := range len(text) {
		if text[i] == c {
			return true
		}
	}
	return false
}

// TestHex reads the digits back with math/big.
func TestHex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAmount(t)
		text := string(appendHex(nil, a))
		n, ok := new(big.Int).SetString(text, 0)
		if !ok || n.Cmp(a.Big()) != 0 || len(text)%2 != 0 || len(text) < 4 || len(text) > 4 && text[2:4] == "00" {
			t.Fatalf("%s: %q", a, text)
		}
	})
}

func TestTyped(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"uint256", "5", `"5"`}, {"bool", "true", "true"}, {"bytes32", "0xab", `"0xab"`}, {"string", `a"b`, `"a\"b"`}, {"string", "a<b", `"a<b"`}, {"string", "", `""`},
		{"address", "0x53599d727db6997c1b9665215610fa84fe3edbf9", `"0x53599D727db6997C1B9665215610Fa84FE3edBf9"`},
		{"address", "0x0000000000000000000000000000000000000000", `"0x0000000000000000000000000000000000000000"`},
		{"uint8[]", "[]", "[]"}, {"uint8[]", "[1,2]", `["1","2"]`}, {"uint8[][2]", "[[1],[]]", `[["1"],[]]`},
		{"(uint8,bool)", "[1,true]", `["1",true]`}, {"(uint8,(address,string)[])[]", `[[1,[[0x53599d727db6997c1b9665215610fa84fe3edbf9,"a,\"]b"]]]]`,
			`[["1",[["0x53599D727db6997C1B9665215610Fa84FE3edBf9","a,\"]b"]]]]`},
		{"string[]", `["x,y","[z"]`, `["x,y","[z"]`},
	} {
		if got := string(appendTyped(nil, c.typ, c.text)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.typ, c.text, got, c.want)
		}
	}
}

// TestSumOfLimits is exact where it is wider than an amount can be.
func TestSumOfLimits(t *testing.T) {
	rows := &tree.Rows{Accounts: evmAccounts(t, 3), Amounts: []merkle.Amount{allOnes(), allOnes(), merkle.NewAmount(2)}}
	text := streamed(t, "proofs", build(t, tree.Spec{Profile: lookup(t, "thirdweb-drop-v1")}, rows), told())
	want := new(big.Int).Lsh(big.NewInt(1), 257)
	if !strings.Contains(text, `"total":"`+want.String()+`"`) {
		t.Errorf("%.300s", text)
	}
	text = streamed(t, "proofs", someTree(t, "lido-gate-v1"), told())
	if !strings.Contains(text, `"total":"0"`) {
		t.Errorf("%.300s", text)
	}
}

// TestDocs finds every kind, and each of its settings, in the manual.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	_, manual, _ := strings.Cut(string(text), "\n## Writing\n")
	for _, k := range Kinds() {
		_, line, ok := strings.Cut(manual, "| `"+k.Name+"` |")
		line, _, _ = strings.Cut(line, "\n")
		if !ok {
			t.Errorf("%s is not in docs/files.md", k.Name)
		}
		for _, s := range k.Settings {
			if !strings.Contains(line, s.Name) {
				t.Errorf("%s: %s is not in docs/files.md", k.Name, s.Name)
			}
		}
		if k.Decimals != strings.Contains(line, "`--decimals N`") {
			t.Errorf("%s: decimals are said otherwise in docs/files.md", k.Name)
		}
	}
}

func TestByNumber(t *testing.T) {
	got := byNumber([]string{"10", "9", "0", "100", "11"})
	for i, want := range []string{"0", "9", "10", "11", "100"} {
		if got[i] != want {
			t.Fatalf("%v", got)
		}
	}
}
