package counts

import (
	"crypto/sha256"
	"encoding/binary"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// RowCount is the rows of the trees that are counted; no power of two, so that every shape has lone nodes.
const RowCount = 20000

// Cost is what a tree of one profile and order may take.
type Cost struct {
	Profile string
	Order   tree.Order
	Hashes  float64 // a row: of the leaf, one node, and of what decides order or index
	Bytes   float64 // a row, allocated while building, the rows themselves not counted
}

// Model is the cost model: the table in docs/performance.md says where the numbers come from.
var Model = []Cost{
	{"oz-standard-v1", tree.OrderProfile, 3, 98}, // two of the leaf, one node
	{"oz-standard-v1", tree.OrderAccount, 4, 98}, // and one for the key that accounts are put in order by
	{"uniswap-v1", tree.OrderProfile, 3, 126},    // one of the leaf, one node, one for the capitals that decide the index
	{"jito-v1", tree.OrderProfile, 3, 74},        // two of the leaf, one node
	{"text-v1", tree.OrderProfile, 2, 98},        // one of the leaf, whose length differs, one node
}

// Name is profile and order.
func (c Cost) Name() string { return c.Profile + "/" + string(c.Order) }

// Rows makes n rows for the profile, the same every time.
func (c Cost) Rows(n int) (tree.Spec, *tree.Rows, error) {
	p, err := tree.Lookup(c.Profile)
	if err != nil {
		return tree.Spec{}, nil, err
	}
	r := &tree.Rows{Accounts: make([]merkle.Account, n), Amounts: make([]merkle.Amount, n)}
	for i := range n {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		if r.Accounts[i], err = merkle.NewAccount(p.Accounts, h[:p.Accounts.Width()]); err != nil {
			return tree.Spec{}, nil, err
		}
		r.Amounts[i] = merkle.NewAmount(1 + binary.BigEndian.Uint64(h[24:])>>25)
	}
	return tree.Spec{Profile: p, Order: c.Order, Workers: 1}, r, nil
}
