package alloc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// fixedStream is fixed/v1 through disk.
type fixedStream struct {
	*stream
	set     *campaign.Fixed
	list    *listRows // what the file has, and its own columns' names; no rows
	tokens  map[string]int
	indexed bool
	locked  bool
	sums    bool // precision: floor-sum
	width   int  // bytes of an amount in a record
	sorters []*chainRows
	texts   *tempFile
	text    []byte // of the present row
	writers []*claimWriter

	rows   int
	sum    scaleSum     // of all rows
	whole  []scaleSum   // by token: of rows that are not excluded
	finest int          // the largest scale
	twice  twice        // rows of accounts that were there before
	unpaid laterFaults  // floored sums that a chain cannot pay
	ours   []fixedClaim // of the present entrant, by token
}

// streamRow is an accepted row of the list.
type streamRow struct {
	e                   Entrant
	token               int
	excluded            bool
	digits, ldigits     merkle.Amount
	scale, lscale       uint8
	base, lbase         merkle.Amount // base units of the token, floored; 0 with floor-sum
	index               uint64
	account, amountCell cell
}

func newFixedStream(s *stream) *fixedStream {
	f := &fixedStream{stream: s, set: s.c.Rule.Fixed, tokens: map[string]int{}, whole: make([]scaleSum, len(s.c.Tokens)), ours: make([]fixedClaim, len(s.c.Tokens))}
	f.list = &listRows{names: s.ownColumns()}
	f.sums = f.set.Precision == "floor-sum"
	for k := range s.c.Tokens {
		f.tokens[s.c.Tokens[k].ID] = k
		f.width = max(f.width, 1, (s.c.Tokens[k].Pool.BitLen()+7)/8)
	}
	if f.sums {
		f.width = 33 // all digits, and their scale
	}
	return f
}

func (s *fixedStream) openList() (*source, error) {
	want := []column{{"account", false}, {"amount", false}, {"token", true}, {"chain", true}, {"index", true}, {"locked", true}}
	for _, name := range s.list.names {
		want = append(want, column{name, false})
	}
	return s.open(&s.set.List, "list", want)
}

// read reads the list once: its sums, its canonical form, and a record a row into the sorters.
func (s *fixedStream) read() (err error) {
	src, err := s.openList()
	if src == nil {
		return err
	}
	s.list.chain, s.list.token = src.has(listChain), src.has(listToken)
	if !s.list.token && len(s.c.Tokens) > 1 {
		src.fault(src.heads[0], "", "", ErrListToken)
	}
	s.indexed, s.locked = src.has(listIndex), src.has(listLocked)
	rest := 8*btoi(s.indexed) + 12*btoi(len(s.list.names) > 0) + s.width*(1+btoi(s.locked))
	if s.sorters, err = s.openChains("rows", 2*btoi(len(s.c.Tokens) > 1), rest, s.x.Memory); err != nil {
		return errors.Join(err, src.abandon())
	}
	if len(s.list.names) > 0 {
		if s.texts, err = s.temp("texts"); err != nil {
			return errors.Join(err, src.abandon())
		}
	}
	var out *bufio.Writer
	var line []byte
	if s.x.List != nil {
		out = bufio.NewWriterSize(s.x.List, 1<<20)
		out.WriteString(strings.Join(present(src.want, src.col), ",") + "\n")
	}
	err = s.scan(src, func(row *streamRow) error {
		s.sum[row.scale].add(row.digits)
		s.finest = max(s.finest, int(row.scale))
		if s.locked {
			s.finest = max(s.finest, int(row.lscale))
		}
		if out != nil {
			line = s.canonicalRow(line[:0], src, row)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		if row.excluded {
			return nil
		}
		whole := &s.whole[row.token]
		whole[row.scale].add(row.digits)
		if s.locked {
			whole[row.lscale].add(row.ldigits)
		}
		return s.add(src, row)
	})
	if out != nil {
		err = errors.Join(err, out.Flush())
	}
	if err == nil && s.texts != nil {
		err = s.texts.Flush()
	}
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	finest := 0
	for scale := range s.sum {
		if s.sum[scale] != (total{}) {
			finest = scale
		}
	}
	return src.close("file", decimalText(s.sum.at(finest), finest), nil)
}

// add makes the record of a row: index, place among the texts, amount and locked amount, of which an amount above the pool is kept as 0: the list is
// refused for it.
func (s *fixedStream) add(src *source, row *streamRow) error {
	c := s.sorters[row.e.Chain]
	rest := c.begin(row.e.Account, row.token, uint32(s.rows))
	if s.indexed {
		binary.BigEndian.PutUint64(rest, row.index)
		rest = rest[8:]
	}
	if s.texts != nil {
		text := s.text[:0]
		for i := range s.list.names {
			text = binary.AppendUvarint(text, uint64(len(src.cell(listOwn+i))))
			text = append(text, src.cell(listOwn+i)...)
		}
		s.text = text
		binary.BigEndian.PutUint64(rest, uint64(s.texts.at))
		binary.BigEndian.PutUint32(rest[8:], uint32(len(text)))
		if _, err := s.texts.Write(text); err != nil {
			return err
		}
		rest = rest[12:]
	}
	put := func(digits, base merkle.Amount, scale uint8) {
		if s.sums {
			putAmount(rest[:32], digits)
			rest[32] = scale
		} else {
			putAmount(rest[:s.width], base)
		}
		rest = rest[s.width:]
	}
	put(row.digits, row.base, row.scale)
	if s.locked {
		put(row.ldigits, row.lbase, row.lscale)
	}
	return c.sorter.Add(c.record)
}

// scan calls visit for every accepted row, as readList accepts them.
func (s *fixedStream) scan(src *source, visit func(*streamRow) error) error {
	var row streamRow
	s.rows = 0
	for src.next() {
		ok := true
		if row.token = 0; s.list.token {
			if row.token, ok = s.tokens[string(src.cell(listToken))]; !ok {
				src.no(listToken, ErrToken)
			}
		}
		var good bool
		row.e, good = src.account(listAccount, listChain)
		if ok && good {
			if _, there := s.unit(row.token, row.e.Chain); !there {
				src.no(listAccount, s.shadowed(row.token, row.e))
				good = false
			}
		}
		ok = ok && good
		row.digits, row.scale, row.base, good = s.number(src, listAmount, row.token, row.e, ok)
		ok = ok && good
		if s.locked {
			row.ldigits, row.lscale, row.lbase, good = s.number(src, listLocked, row.token, row.e, ok)
			ok = ok && good
		}
		if s.indexed {
			a, err := merkle.ParseAmountBytes(src.cell(listIndex))
			if err == nil {
				if row.index, good = a.Uint64(); !good {
					err = ErrIndex
				}
			}
			if err != nil {
				src.no(listIndex, err)
				ok = false
			}
		}
		if !ok || src.full(listAccount, s.rows) {
			continue
		}
		row.excluded = s.excludes(row.e)
		row.account, row.amountCell = src.cells[src.col[listAccount]], src.cells[src.col[listAmount]]
		if err := visit(&row); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// decimals is how many digits of scale are whole base units of a token.
func (s *fixedStream) decimals(k int) int {
	if s.set.Unit == "token" {
		return int(s.c.Tokens[k].Decimals)
	}
	return 0
}

// number is listRows.number with the base units.
func (s *fixedStream) number(src *source, col, k int, e Entrant, judge bool) (digits merkle.Amount, scale uint8, base merkle.Amount, ok bool) {
	most := s.decimals(k)
	if s.set.Unit == "token" && s.set.Precision != "" && s.set.Precision != "exact" {
		most = maxFraction
	}
	digits, scale, err := parseDecimal(src.cell(col), most)
	if err == nil && judge && !s.sums {
		if base, err = s.list.base(s.reading, k, digits, scale); err == nil {
			err = s.payable(k, e, base)
		}
	}
	if s.set.Unit == "base" && errors.Is(err, merkle.ErrNoFraction) {
		err = fmt.Errorf("%w, base units are whole; unit: token reads whole-token decimals", err)
	}
	if err != nil {
		src.no(col, err)
	}
	return digits, scale, base, err == nil
}

// canonicalRow is a row of listRows.canonical, with its newline.
func (s *fixedStream) canonicalRow(dst []byte, src *source, row *streamRow) []byte {
	dst = append(row.e.Account.AppendText(dst), ',')
	dst = appendDecimal(dst, row.digits, int(row.scale))
	if s.list.token {
		dst = appendCell(append(dst, ','), s.c.Tokens[row.token].ID)
	}
	if s.list.chain {
		dst = append(append(dst, ','), s.chains[row.e.Chain]...)
	}
	if s.indexed {
		dst = merkle.NewAmount(row.index).AppendText(append(dst, ','))
	}
	if s.locked {
		dst = appendDecimal(append(dst, ','), row.ldigits, int(row.lscale))
	}
	for i := range s.list.names {
		dst = appendCell(append(dst, ','), src.cell(listOwn+i))
	}
	return append(dst, '\n')
}
