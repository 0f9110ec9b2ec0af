package export

import (
	"encoding/binary"
	"errors"

	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// rankKey appends to dst what row i of a reading is sorted by, always of one length.
type rankKey func(dst []byte, r *heldReading, i int) []byte

// sorted calls visit for each place of the family in the order of a key of width bytes.
func (f *heldFamily) sorted(w *writer, width int, key rankKey, visit func(key []byte, place int)) (err error) {
	s, err := extsort.New(extsort.Config{Dir: w.x.Dir, Name: "ranks-" + f.tree.ID, Size: width + 4, Memory: w.x.Memory / 2, Workers: w.workers()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	const batch = 4096
	var rows tree.Rows
	r := f.rows.reading(&rows)
	record := make([]byte, 0, width+8)
	for lo := 0; lo < f.rows.len; lo += batch {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+batch, f.rows.len)
		if err := r.read(lo, hi); err != nil {
			return err
		}
		for i := range hi - lo {
			record = binary.BigEndian.AppendUint32(key(record[:0], r, i), uint32(lo+i))
			if err := s.Add(record); err != nil {
				return err
			}
		}
	}
	in, err := s.Sort(w.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		record := in.Record()
		visit(record[:width], int(binary.BigEndian.Uint32(record[width:])))
	}
	return in.Err()
}

// byClaim is claim order: entrant by entrant, the tokens of one as the campaign has them.
func (f *heldFamily) byClaim() (width int, key rankKey) {
	account := f.profile.Accounts.Width()
	return account + 1, func(dst []byte, r *heldReading, i int) []byte {
		if r.row != nil {
			dst = binary.BigEndian.AppendUint32(dst, r.row[i])
			for range account - 4 {
				dst = append(dst, 0)
			}
		} else {
			dst = r.rows.Accounts[i].AppendBytes(dst)
		}
		return append(dst, r.token(i))
	}
}

// longestAccount is the most letters of an account's text that are compared: 40 hexadecimal digits, or 44 of base58.
const longestAccount = 44

// byText is the order of the accounts' texts; those of one account as the campaign has the tokens.
func (f *heldFamily) byText() (width int, key rankKey) {
	const digits = 40
	spell := tree.NewEIP55()
	var letters []byte // of all rows that were read
	return longestAccount + 1, func(dst []byte, r *heldReading, i int) []byte {
		if i == 0 && f.profile.Index == tree.IndexEIP55 {
			letters = spell.Append(letters[:0], r.rows.Accounts)
		}
		at := len(dst)
		if f.profile.Index == tree.IndexEIP55 {
			dst = append(dst, letters[i*digits:(i+1)*digits]...)
		} else {
			dst = r.rows.Accounts[i].AppendText(dst)
		}
		for len(dst) < at+longestAccount {
			dst = append(dst, 0)
		}
		return append(dst, r.token(i))
	}
}

// token is which token of the family row i is of.
func (r *heldReading) token(i int) byte {
	if r.owner == nil {
		return 0
	}
	return r.owner[i]
}

// number fills claimed: the places of the leaves in claim order.
func (f *heldFamily) number(w *writer) error {
	if f.claimed != nil {
		return nil
	}
	width, key := f.byClaim()
	claimed := make([]uint32, f.rows.len)
	n := uint32(0)
	err := f.sorted(w, width, key, func(_ []byte, place int) {
		claimed[place] = n
		n++
	})
	f.claimed = claimed
	return err
}

// rank fills the index field where a rule of the profile gives it. In each part it counts from 0.
func (f *heldFamily) rank(w *writer) error {
	if !f.profile.Has(tree.SourceIndex) || f.rows.given {
		return nil
	}
	width, key := f.byClaim()
	if f.profile.Index != tree.IndexInputRow {
		width, key = f.byText()
	}
	index, next := make([]uint32, f.rows.len), make([]uint32, len(f.parts))
	err := f.sorted(w, width, key, func(_ []byte, place int) {
		part := f.partOf(place)
		index[place] = next[part]
		next[part]++
	})
	f.rows.index = index
	return err
}
