package tree

import (
	"encoding/binary"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/inturn"
)

// base58Letters is the longest base58 text of 32 bytes.
const base58Letters = 44

// rank finds the indexes of rows by the text of their accounts, as leafIndexes does: equal texts in claim order.
func (b *filing) rank() (err error) {
	p := &b.spec.Profile
	if b.given || p.Index != IndexEIP55 && p.Index != IndexBase58 {
		return nil
	}
	letters, tail := addressLetters, 4
	if p.Index == IndexBase58 {
		letters = base58Letters
	}
	if b.d.Claims != nil {
		tail = 8
	}
	size := letters + tail
	sorter, err := b.sorter("texts", size, b.d.Memory/2, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sorter.Close()) }()
	type piece struct {
		rows    Rows
		case55  *EIP55
		text    []byte
		records []byte
		wrong   bool
	}
	known := true // all accounts are of the profile's family; else the pass over the rows says which are not
	err = inturn.Do(b.ctx, b.w, b.n, fileBatch, func() *piece { return &piece{case55: NewEIP55()} },
		func(worker int, s *piece, lo, hi int) error {
			if err := b.read(worker, lo, hi, &s.rows); err != nil {
				return err
			}
			accounts := s.rows.Accounts
			if len(accounts) != hi-lo {
				return fmt.Errorf("%d accounts at %d to %d", len(accounts), lo, hi)
			}
			s.records, s.wrong = s.records[:0], !allOf(accounts, p.Accounts)
			if s.wrong {
				return nil
			}
			if p.Index == IndexEIP55 {
				s.text = s.case55.Append(s.text[:0], accounts)
			} else {
				s.text = appendBase58(s.text[:0], accounts)
			}
			for i := range accounts {
				s.records = append(s.records, s.text[i*letters:(i+1)*letters]...)
				if b.d.Claims != nil {
					s.records = binary.BigEndian.AppendUint32(s.records, b.d.Claims[lo+i])
				}
				s.records = binary.BigEndian.AppendUint32(s.records, uint32(lo+i))
			}
			return nil
		},
		func(s *piece, _, _ int) error {
			if known = known && !s.wrong; !known {
				return nil
			}
			return addAll(sorter, s.records, size)
		})
	if err != nil {
		return err
	}
	b.ranks = make([]uint32, b.n)
	if !known {
		return nil
	}
	in, err := sorter.Sort(b.ctx)
	if err != nil {
		return err
	}
	for rank := 0; in.Next(); rank++ {
		if rank%65536 == 0 && b.ctx.Err() != nil {
			return errors.Join(b.ctx.Err(), in.Close())
		}
		b.ranks[binary.BigEndian.Uint32(in.Record()[size-4:])] = uint32(rank)
	}
	return errors.Join(in.Err(), in.Close())
}

// appendBase58 appends the text of every account, filled up with zero bytes, which are before every letter.
func appendBase58(dst []byte, accounts []merkle.Account) []byte {
	for i := range accounts {
		end := len(dst) + base58Letters
		dst = accounts[i].AppendText(dst)
		for len(dst) < end {
			dst = append(dst, 0)
		}
	}
	return dst
}
