package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// oneMore says who gets a unit more by largest-remainder: all before the last one, by falling remainder, then in entrant order.
type oneMore struct {
	count   int64  // how many
	rem     []byte // of the last one, the highest byte first
	entrant Entrant
}

// remainderBits is how many of the highest bits of a fraction are counted before it is looked at exactly.
const remainderBits = 16

// findExtra finds them for every token, in two passes: the first counts fractions by their highest bits, the second sorts those between which the last one is.
func (s *shareStream) findExtra() error {
	tokens := len(s.c.Tokens)
	counts, given := make([][]int64, tokens), make([]total, tokens)
	for k := range counts {
		counts[k] = make([]int64, 1<<remainderBits)
	}
	err := s.pieces("remainders", func(p *piece) error {
		budgets := s.capped(p)
		if err := s.whole(p, budgets); err != nil {
			return err
		}
		for k := range budgets {
			for _, v := range p.out.Tokens[k].Amounts {
				given[k].add(v)
			}
			err := s.fractions(p, &budgets[k], func(i, top int, rem []byte) error {
				counts[k][top]++
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	edges := make([]int, tokens)
	for k := range s.extra {
		more := new(big.Int).Sub(s.earned[k], given[k].big())
		if more.Sign() == 0 {
			continue
		}
		if more.Sign() < 0 || !more.IsInt64() || more.Int64() >= int64(s.enrolled) {
			return fmt.Errorf("%w: %s units left over for %d entrants", errInternal, more, s.enrolled)
		}
		x := &oneMore{count: more.Int64()}
		left := x.count
		edges[k] = len(counts[k]) - 1
		for ; left > counts[k][edges[k]]; edges[k]-- {
			left -= counts[k][edges[k]]
		}
		if err := s.findLast(x, k, edges[k], left); err != nil {
			return err
		}
		s.extra[k] = x
	}
	return nil
}

// findLast finds the one of a rank, from 1, among those whose fractions have the highest bits top.
func (s *shareStream) findLast(x *oneMore, k, top int, rank int64) error {
	size := 8 * wordsFor(s.budgets[k].den)
	const who = 36 // account, its length, chain
	sorter, err := extsort.New(extsort.Config{Dir: s.x.Dir, Name: fmt.Sprintf("remainders-%d", k), Size: size + who, Memory: s.x.Memory / 4, Workers: s.x.Workers})
	if err != nil {
		return err
	}
	record := make([]byte, size+who)
	err = s.pieces("remainders", func(p *piece) error {
		budgets := s.capped(p)
		return s.fractions(p, &budgets[k], func(i, t int, rem []byte) error {
			if t != top {
				return nil
			}
			for j, b := range rem {
				record[j] = ^b // the largest first
			}
			e := p.out.Entrants[i]
			clear(record[size:])
			raw := e.Account.AppendBytes(record[size:size])
			record[size+32] = byte(len(raw)) // of two accounts of which one begins with the other the shorter is first
			binary.BigEndian.PutUint16(record[size+33:], e.Chain)
			return sorter.Add(record)
		})
	})
	if err != nil {
		return errors.Join(err, sorter.Close())
	}
	n := int64(0)
	err = s.drain(sorter, func(r []byte) error {
		if n++; n != rank {
			return nil
		}
		for _, b := range r[:size] {
			x.rem = append(x.rem, ^b)
		}
		x.entrant.Chain = binary.BigEndian.Uint16(r[size+33:])
		var err error
		x.entrant.Account, err = merkle.NewAccount(s.chains[x.entrant.Chain].Family(), r[size:size+int(r[size+32])])
		return err
	})
	if err == nil && n < rank {
		err = fmt.Errorf("%w: %d remainders, the last is number %d", errInternal, n, rank)
	}
	return err
}

// fractions calls visit with what the floor of a budget leaves of each entrant of a piece: its highest bits as a fraction, and all of it as bytes.
func (s *shareStream) fractions(p *piece, b *budget, visit func(i, top int, rem []byte) error) error {
	if b.den == nil || b.den.Sign() == 0 {
		return nil
	}
	v := s.by.vector(p)
	rems, err := v.remainders(s.ctx, b)
	if err != nil {
		return err
	}
	k := wordsFor(b.den)
	rem := make([]byte, 8*k)
	var r, top big.Int
	var room []big.Word
	for i := range v.n {
		words := rems[k*i : k*i+k]
		for j, w := range words {
			binary.BigEndian.PutUint64(rem[8*(k-1-j):], w)
		}
		room = setWords(&r, room, words)
		top.Quo(top.Lsh(&r, remainderBits), b.den)
		if err := visit(i, int(top.Uint64()), rem); err != nil {
			return err
		}
	}
	return nil
}

// give adds the unit to the claims of a piece.
func (x *oneMore) give(s *shareStream, p *piece, k int, b *budget) error {
	one := merkle.NewAmount(1)
	return s.fractions(p, b, func(i, _ int, rem []byte) error {
		c := slices.Compare(rem, x.rem)
		if c < 0 || c == 0 && p.out.Entrants[i].compare(x.entrant) > 0 {
			return nil
		}
		var ok bool
		if p.out.Tokens[k].Amounts[i], ok = p.out.Tokens[k].Amounts[i].Add(one); !ok {
			return fmt.Errorf("%w: a claim above 256 bits", errInternal)
		}
		return nil
	})
}
