package tree

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// The letters of many accounts are those of each alone; any other capitals are found, and nothing else.
func TestEIP55_isTheTextOfEachAccount(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	e := NewEIP55()
	for _, n := range []int{0, 1, 2, 7, 8, 9, eip55Batch - 1, eip55Batch, eip55Batch + 1, 3*eip55Batch + 17} {
		accounts := someRows(t, merkle.EVM, uint64(n), n).Accounts
		var want []byte
		for _, a := range accounts {
			want = append(want, a.String()[2:]...)
		}
		got := e.Append([]byte("kept"), accounts)
		if string(got) != "kept"+string(want) {
			t.Fatalf("n %d: got %s, want kept%s", n, got, want)
		}
		if wrong := e.Check(want, nil); len(wrong) != 0 {
			t.Fatalf("n %d: right ones %v refused", n, wrong)
		}
		var changed []int
		for i := range n {
			if rng.IntN(3) > 0 {
				continue
			}
			text := want[40*i : 40*i+40]
			at := slices.IndexFunc(text, func(c byte) bool { return c > '9' })
			for k := range 40 { // any letter of the text
				if j := (k + rng.IntN(40)) % 40; text[j] > '9' {
					at = j
				}
			}
			if at >= 0 {
				text[at] ^= 0x20
				changed = append(changed, i)
			}
		}
		if wrong := e.Check(append(want, "0123456789abcdef"...), []int{-7}); !slices.Equal(wrong, append([]int{-7}, changed...)) {
			t.Fatalf("n %d: found %v, changed %v", n, wrong, changed)
		}
	}
}

// An address of digits only, and one of letters only in either case.
func TestEIP55_atItsEdges(t *testing.T) {
	e := NewEIP55()
	for _, text := range []string{strings.Repeat("1234567890", 4), strings.Repeat("ff", 20), strings.Repeat("00", 19) + "0a", strings.Repeat("abcdefabcd", 4)} {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		a, err := merkle.NewAccount(merkle.EVM, raw)
		if err != nil {
			t.Fatal(err)
		}
		right := []byte(a.String()[2:])
		for _, tried := range [][]byte{right, bytes.ToLower(right), bytes.ToUpper(right)} {
			if got, want := len(e.Check(tried, nil)) == 0, bytes.Equal(tried, right); got != want {
				t.Errorf("%s: accepted %v, want %v (%s)", tried, got, want, right)
			}
		}
	}
}

func BenchmarkEIP55(b *testing.B) {
	const n = 1 << 14
	accounts := someRows(b, merkle.EVM, 1, n).Accounts
	e := NewEIP55()
	letters := e.Append(nil, accounts)
	wrong := make([]int, 0, n)
	for name, do := range map[string]func(){
		"Check":  func() { wrong = e.Check(letters, wrong[:0]) },
		"Append": func() { letters = e.Append(letters[:0], accounts) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/address")
		})
	}
	if len(wrong) > 0 {
		b.Fatal(fmt.Sprint(wrong))
	}
}
