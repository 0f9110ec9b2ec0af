// Command peer does a benchmark's job with another Go library: peer NAME root|proofs LIST.
//
// LIST is account,amount rows with a header. The reading, the packed leaf and the JSON are this command's plain code; hashing, tree and proofs are the
// library's. It prints `root 0x…` and writes proofs to the null device, one JSON object a line.
package main

import (
	"bufio"
	"crypto"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"math/big"
	"os"
	"strings"

	cbergoon "github.com/cbergoon/merkletree"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	wealdtech "github.com/wealdtech/go-merkletree/v2"
	"github.com/wealdtech/go-merkletree/v2/keccak256"
	"golang.org/x/crypto/sha3"
)

type claim struct {
	Account string   `json:"account"`
	Amount  string   `json:"amount"`
	Proof   []string `json:"proof"`
}

// tree is a library's finished tree.
type tree struct {
	root  []byte
	proof func(i int) ([][]byte, error)
}

var libraries = map[string]func(leaves [][]byte) (tree, error){
	"cbergoon":     withCbergoon,
	"transparency": withTransparency,
	"wealdtech":    withWealdtech,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 || libraries[args[0]] == nil {
		return fmt.Errorf("usage: peer cbergoon|transparency|wealdtech root|proofs LIST")
	}
	rows, leaves, err := read(args[2])
	if err != nil {
		return err
	}
	t, err := libraries[args[0]](leaves)
	if err != nil {
		return err
	}
	fmt.Printf("root 0x%x\n", t.root)
	if args[1] != "proofs" {
		return nil
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	w := bufio.NewWriterSize(null, 1<<20)
	enc := json.NewEncoder(w)
	for i := range rows {
		nodes, err := t.proof(i)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			rows[i].Proof = append(rows[i].Proof, "0x"+hex.EncodeToString(n))
		}
		if err := enc.Encode(rows[i]); err != nil {
			return err
		}
		rows[i].Proof = nil
	}
	return w.Flush()
}

// read returns the rows and their packed leaves: 20 bytes of account, 32 of amount.
func read(name string) (rows []claim, leaves [][]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return nil, nil, err
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return rows, leaves, nil
		}
		if err != nil {
			return nil, nil, err
		}
		account, err := hex.DecodeString(strings.TrimPrefix(record[0], "0x"))
		if err != nil {
			return nil, nil, err
		}
		amount, ok := new(big.Int).SetString(record[1], 10)
		if !ok {
			return nil, nil, fmt.Errorf("amount %q", record[1])
		}
		leaf := make([]byte, 52)
		copy(leaf, account)
		amount.FillBytes(leaf[20:])
		rows = append(rows, claim{Account: strings.Clone(record[0]), Amount: strings.Clone(record[1])})
		leaves = append(leaves, leaf)
	}
}

type packed []byte

func (p packed) CalculateHash() ([]byte, error) {
	h := sha3.NewLegacyKeccak256()
	h.Write(p)
	return h.Sum(nil), nil
}

func (p packed) Equals(other cbergoon.Content) (bool, error) {
	o, ok := other.(packed)
	return ok && string(o) == string(p), nil
}

func withCbergoon(leaves [][]byte) (tree, error) {
	contents := make([]cbergoon.Content, len(leaves))
	for i, l := range leaves {
		contents[i] = packed(l)
	}
	t, err := cbergoon.NewTreeWithOptions(contents, cbergoon.WithSortedSiblings(), cbergoon.WithParallelism(0),
		cbergoon.WithHasher(func() hash.Hash { return sha3.NewLegacyKeccak256() }))
	if err != nil {
		return tree{}, err
	}
	return tree{t.MerkleRoot(), func(i int) ([][]byte, error) {
		nodes, _, err := t.GetMerklePathByIndex(i)
		return nodes, err
	}}, nil
}

func withWealdtech(leaves [][]byte) (tree, error) {
	t, err := wealdtech.NewTree(wealdtech.WithData(leaves), wealdtech.WithHashType(keccak256.New()))
	if err != nil {
		return tree{}, err
	}
	return tree{t.Root(), func(i int) ([][]byte, error) {
		p, err := t.GenerateProofWithIndex(uint64(i), 0)
		if err != nil {
			return nil, err
		}
		return p.Hashes, nil
	}}, nil
}

// withTransparency is the SHA-256 tree of RFC 6962 over the leaves.
func withTransparency(leaves [][]byte) (tree, error) {
	h := rfc6962.New(crypto.SHA256)
	levels := make([][][]byte, 1, 32)
	keep := func(id compact.NodeID, node []byte) {
		for int(id.Level) >= len(levels) {
			levels = append(levels, nil)
		}
		if id.Index == uint64(len(levels[id.Level])) {
			levels[id.Level] = append(levels[id.Level], node)
		}
	}
	f := compact.RangeFactory{Hash: h.HashChildren}
	r := f.NewEmptyRange(0)
	for _, l := range leaves {
		if err := r.Append(h.HashLeaf(l), keep); err != nil {
			return tree{}, err
		}
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		return tree{}, err
	}
	return tree{root, func(i int) ([][]byte, error) {
		nodes, err := proof.Inclusion(uint64(i), uint64(len(leaves)))
		if err != nil {
			return nil, err
		}
		hashes := make([][]byte, len(nodes.IDs))
		for k, id := range nodes.IDs {
			hashes[k] = levels[id.Level][id.Index]
		}
		return nodes.Rehash(hashes, h.HashChildren)
	}}, nil
}
