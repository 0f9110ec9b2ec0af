package tree

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// levelChild is set in the process that the test below starts for a level of kernels.
const levelChild = "MERKLE_TEST_LEVEL"

// Every tree of every profile is the same with the kernels of every level. Which ones are used is decided when the process starts, so a process is
// started for each level; the setting is golang.org/x/sys/cpu's.
func TestBuild_sameBytesAtEveryLevel(t *testing.T) {
	if os.Getenv(levelChild) != "" {
		fmt.Printf("level %s digest %x\n", layer.Best(), digestOfAll(t))
		return
	}
	if layer.Best() == layer.Scalar {
		t.Skip("this machine or build has one level of kernels")
	}
	want := fmt.Sprintf("digest %x", digestOfAll(t))
	below := map[layer.Level]string{layer.Scalar: "cpu.avx512f=off,cpu.avx2=off", layer.AVX2: "cpu.avx512f=off,cpu.sse41=off", layer.SHANI: "cpu.avx512f=off"}
	if runtime.GOARCH == "arm64" {
		below = map[layer.Level]string{layer.Scalar: "cpu.sha3=off"}
	}
	for _, level := range layer.Levels() {
		off, other := below[level]
		if !other { // the level of this process
			continue
		}
		child := exec.Command(os.Args[0], "-test.run=^TestBuild_sameBytesAtEveryLevel$")
		child.Env = append(os.Environ(), levelChild+"=1", "GODEBUG="+off)
		out, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", level, err, out)
		}
		if line, _, _ := strings.Cut(string(out), "\n"); line != fmt.Sprintf("level %s %s", level, want) {
			t.Errorf("%s: got %q, want %q", level, line, want)
		}
	}
}

// digestOfAll hashes root, leaves and proofs of trees of all profiles and sizes. Cores take turns; that they agree is another test's.
func digestOfAll(t *testing.T) []byte {
	rng, sum := rand.New(rand.NewPCG(2, 8)), sha256.New()
	for p := range Profiles() {
		for n := 1; n <= 300; n += 1 + n/12 {
			addTree(t, sum, p, n)
		}
	}
	for _, name := range []string{"oz-standard-v1", "uniswap-v1", "jito-v1", "saber-v1", "pyth-v1", "eigenlayer-v1", "merkl-v1"} {
		p, err := Lookup(name)
		if err != nil {
			continue
		}
		addTree(t, sum, p, 1000+rng.IntN(20000))
	}
	return sum.Sum(nil)
}

func addTree(t *testing.T, sum io.Writer, p Profile, n int) {
	s, r := sample(t, p, uint64(n), n)
	for i, order := range []Order{OrderProfile, OrderAccount} {
		if order == OrderAccount && (p.Grouped() || !p.Has(SourceAccount)) {
			continue
		}
		s.Order, s.Workers = order, 1+(n+i)%3
		tree := build(t, s, r)
		root := tree.Root()
		sum.Write(root[:])
		var proof []merkle.Hash
		step := 1 + n/400
		for row := 0; row < n; row += step {
			leaf := tree.Leaf(row)
			sum.Write(binary.AppendUvarint(leaf[:], uint64(tree.Position(row))))
			proof = tree.Proof(row, proof)
			for _, h := range proof {
				sum.Write(h[:])
			}
		}
	}
}

// Equal leaves are one leaf, that of the first row in the tree's order, whatever the order and the number of cores: the tree is that of the
// rows without the others.
func TestBuild_equalLeavesAreThoseOfTheFirstRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, shape := range []Shape{Promote, Heap} {
		p := lookup(t, "address-amount-packed-v1")
		p.Shape, p.Note = shape, "a test says why"
		for _, n := range []int{1, 2, 3, 10, 100, 2*chunk + 9} {
			r := someRows(t, merkle.EVM, uint64(n), n)
			for range n / 3 {
				to, from := rng.IntN(n), rng.IntN(n)
				r.Accounts[to], r.Amounts[to] = r.Accounts[from], r.Amounts[from]
			}
			seen, once := map[merkle.Account]int{}, &Rows{}
			for i, a := range r.Accounts {
				if _, ok := seen[a]; !ok {
					seen[a] = len(once.Accounts)
					once.Accounts, once.Amounts = append(once.Accounts, a), append(once.Amounts, r.Amounts[i])
				}
			}
			for _, order := range []Order{OrderInput, OrderAccount, OrderLeafHash} {
				want := build(t, Spec{Profile: p, Order: order}, once)
				for _, w := range []int{1, 2, 3} {
					got, err := Build(context.Background(), Spec{Profile: p, Order: order, Workers: w, KeepDuplicates: true}, r)
					if err != nil {
						t.Fatal(err)
					}
					if got.Root() != want.Root() || got.Len() != want.Len() {
						t.Fatalf("%s n %d order %s workers %d: root %s of %d leaves, want %s of %d", shape, n, order, w, got.Root(), got.Len(), want.Root(), want.Len())
					}
					for row, a := range r.Accounts {
						if got.Position(row) != want.Position(seen[a]) || got.Leaf(row) != want.Leaf(seen[a]) {
							t.Fatalf("%s n %d order %s workers %d row %d: position %d, want %d", shape, n, order, w, row, got.Position(row), want.Position(seen[a]))
						}
					}
					for pos := range got.Len() {
						if first := got.Row(pos); seen[r.Accounts[first]] != want.Row(pos) {
							t.Fatalf("%s n %d order %s workers %d position %d: row %d", shape, n, order, w, pos, first)
						}
					}
				}
			}
		}
	}
}
