package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// built is a tree, in memory or on disk.
type built interface {
	Root() merkle.Hash
	Len() int
	Depth() int
	Order() tree.Order
	Profile() *tree.Profile
	Spec() tree.Spec
	Total() (merkle.Amount, bool)
	Position(row int) int
}

// window is rows in some order with their leaves and proofs: those of [lo, hi) that begin was called with. In memory these are all rows, and nothing is
// copied; of a tree on disk they are read. It is memory of one goroutine. Rows are asked for by their place in the order.
type window struct {
	j      *job
	o      *order
	rows   *tree.Rows
	lo, hi int
	err    error // the first one of leaves and proofs, which are empty then

	text *tree.ProofText // of a tree in memory

	in        *tree.RowReader // of a tree on disk
	numbers   []uint32        // of the rows read; nil: as in the list
	index     []uint64
	nodes     *tree.FiledReader
	values    func(dst []byte, row, field int) []byte
	preimages func(dst []byte, row int) []byte
}

// window returns one that is empty.
func (j *job) window(o *order) *window {
	w := &window{j: j, o: o}
	if j.t != nil {
		w.rows, w.text = j.t.Rows(), j.t.ProofText()
		return w
	}
	w.rows, w.nodes = &tree.Rows{}, j.d.Tree.Reader()
	file := j.d.Rows
	if o.file != nil {
		file = o.file
	}
	w.in, w.err = file.Reader()
	return w
}

// begin goes to the rows [lo, hi) of the order.
func (w *window) begin(lo, hi int) error {
	if w.lo, w.hi = lo, hi; w.in == nil || w.err != nil {
		return w.err
	}
	from := w.j.d.from
	if w.o.file != nil {
		from = 0
	}
	if w.err = w.in.Read(from+lo, from+hi, w.rows); w.err != nil {
		return w.err
	}
	if w.o.file != nil {
		w.numbers = w.in.Numbers()
	}
	w.index = w.index[:0]
	for i := lo; i < hi; i++ { // those by rule stand in no list
		index, ok := w.j.d.Tree.Index(w.row(i))
		if !ok {
			return nil
		}
		w.index = append(w.index, index)
	}
	w.rows.Index = w.index
	return nil
}

// seek makes row i one that may be asked for, and with it those that follow.
func (w *window) seek(i int) error {
	if i >= w.lo && i < w.hi {
		return w.err
	}
	return w.begin(i, min(i+rowsAtOnce, w.o.n))
}

// row is the row at place i of the order, as the tree counts it.
func (w *window) row(i int) int {
	switch {
	case w.numbers != nil:
		return int(w.numbers[i-w.lo])
	case w.o.rows != nil:
		return int(w.o.rows[i])
	case w.o.tree:
		return w.j.t.Row(i)
	}
	return i
}

// at is where in rows it stands.
func (w *window) at(i int) int {
	if w.in != nil {
		return i - w.lo
	}
	return w.row(i)
}

func (w *window) account(i int) merkle.Account { return w.rows.Accounts[w.at(i)] }

func (w *window) amount(i int) merkle.Amount { return w.rows.Amounts[w.at(i)] }

func (w *window) locked(i int) merkle.Amount {
	if w.rows.Locked != nil {
		return w.rows.Locked[w.at(i)]
	}
	return merkle.Amount{}
}

func (w *window) token(i int) merkle.Account {
	if w.rows.Tokens != nil {
		return w.rows.Tokens[w.at(i)]
	}
	return w.j.b.Spec().Token
}

// indexOf is the claim index, as Tree.Index gives it.
func (w *window) indexOf(i int) (index uint64, ok bool) {
	switch {
	case w.in == nil:
		return w.j.t.Index(w.row(i))
	case w.rows.Index != nil && w.j.p.Has(tree.SourceIndex):
		return w.rows.Index[i-w.lo], true
	case w.j.p.Index == tree.IndexPath:
		return tree.PathIndex(w.j.p, w.leaf(i), w.proof(i, nil), w.j.b.Depth())
	}
	return 0, false
}

// value appends the text of a leaf field by its number.
func (w *window) value(dst []byte, i, field int) []byte {
	if w.in == nil {
		return w.j.t.AppendValue(dst, w.row(i), field)
	}
	if w.values == nil {
		values, err := w.j.d.Tree.Values(w.rows)
		if err != nil {
			w.fail(err)
			return dst
		}
		w.values = values
	}
	return w.values(dst, i-w.lo, field)
}

// preimage appends what is hashed to the leaf.
func (w *window) preimage(dst []byte, i int) []byte {
	if w.in == nil {
		return w.j.t.Preimage(dst, w.row(i))
	}
	if w.preimages == nil {
		preimages, err := w.j.d.Tree.Preimages(w.rows)
		if err != nil {
			w.fail(err)
			return dst
		}
		w.preimages = preimages
	}
	return w.preimages(dst, i-w.lo)
}

func (w *window) leaf(i int) merkle.Hash {
	if w.in == nil {
		return w.j.t.Leaf(w.row(i))
	}
	leaf, err := w.nodes.Leaf(w.row(i))
	w.fail(err)
	return leaf
}

// appendLeaf appends the hex digits of the leaf.
func (w *window) appendLeaf(b []byte, i int) []byte {
	if w.in == nil {
		return w.text.AppendLeaf(b, w.row(i))
	}
	leaf := w.leaf(i)
	return tree.AppendHex(b, leaf[:w.j.p.Width])
}

// proof appends to dst[:0] the proof.
func (w *window) proof(i int, dst []merkle.Hash) []merkle.Hash {
	if w.in == nil {
		return w.j.t.Proof(w.row(i), dst)
	}
	proof, err := w.nodes.Proof(w.row(i), dst)
	w.fail(err)
	return proof
}

// appendProof appends the entries of the proof as strings with commas between.
func (w *window) appendProof(b []byte, i int) []byte {
	if w.in == nil {
		return w.text.Append(b, w.row(i))
	}
	b, err := w.nodes.AppendProof(b, w.row(i))
	w.fail(err)
	return b
}

func (w *window) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// each calls do for every row of the order, one after the other.
func (j *job) each(o *order, do func(w *window, i int) error) error {
	w := j.window(o)
	for lo := 0; lo < o.n; lo += rowsAtOnce {
		hi := min(lo+rowsAtOnce, o.n)
		if err := j.ctx.Err(); err != nil {
			return err
		}
		if err := w.begin(lo, hi); err != nil {
			return err
		}
		for i := lo; i < hi; i++ {
			if err := do(w, i); err != nil {
				return err
			}
		}
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// one is the row of a number, to be asked for at that place.
func (j *job) one(row int) (*window, error) {
	w := j.window(j.inList())
	return w, w.begin(row, row+1)
}
