package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

var (
	errRuns       = errors.New("its runs of values are damaged")
	errRunsMore   = errors.New("holds more values than its header says")
	errRunsLess   = errors.New("holds fewer values than its header says")
	errNullsOther = errors.New("has another number of nulls than its header says")
)

// plainDictionary is how old writers name both the encoding of a dictionary and that of places in it.
const plainDictionary format.Encoding = 2

// runSlack is how many values the runs of a page may have beyond those that its header says: the last run is of groups of eight, and writers fill it up.
const runSlack = 512

// fits refuses a page whose values would take more room than its header says: runs of one value, sums of lengths and dictionaries announce in a few bytes
// what the library then makes room for. nulls are the levels of a page of the second kind.
func (s *pageStream) fits(p *pageParts, nulls, text []byte) error {
	present := p.values
	if s.kind.optional && !p.dictionary {
		if p.header.Type == format.DataPage {
			if len(text) < 4 || uint64(binary.LittleEndian.Uint32(text)) > uint64(len(text)-4) {
				return errRuns
			}
			n := 4 + int(binary.LittleEndian.Uint32(text))
			nulls, text = text[4:n], text[n:]
		}
		if p.levels != format.RLE {
			return fmt.Errorf("%w: levels as %s", ErrColumnType, p.levels)
		}
		var err error
		if present, err = levels(nulls, p.values); err != nil {
			return err
		}
	}
	if p.present >= 0 && p.present != present {
		return errNullsOther
	}
	return s.values(p, text, present)
}

// values checks what holds the values of a page that are not null.
func (s *pageStream) values(p *pageParts, text []byte, present int64) error {
	encoding := p.encoding
	if p.dictionary && encoding == plainDictionary {
		encoding = format.Plain
	}
	kind, size := s.kind.physical, int64(len(text))
	long, fixed := present*s.kind.width, s.kind.width > 0
	if kind == parquet.Boolean {
		long, fixed = (present+7)/8, true
	}
	switch {
	case present == 0 && size == 0:
		return nil
	case fixed && long > maxPageBytes:
		return errPageSize
	case fixed && (encoding == format.Plain || encoding == format.ByteStreamSplit):
		if long > size {
			return errRunsLess
		}
		return nil
	case kind == parquet.ByteArray && encoding == format.Plain:
		rest, err := behindTexts(text, present)
		p.behind = len(rest)
		return err
	case !p.dictionary && (encoding == plainDictionary || encoding == format.RLEDictionary):
		if size == 0 {
			return nil // no value, or all of them the first
		}
		if text[0] > 32 {
			return errRuns
		}
		return runs(text[1:], int64(text[0]), present)
	case kind == parquet.Boolean && encoding == format.RLE:
		if size < 4 {
			return nil // refused, or empty
		}
		return runs(text[4:4+min(size-4, int64(binary.LittleEndian.Uint32(text)))], 1, present)
	case encoding == format.DeltaBinaryPacked && (kind == parquet.Int32 || kind == parquet.Int64):
		_, err := deltas(text, present)
		return err
	case encoding == format.DeltaLengthByteArray && kind == parquet.ByteArray:
		rest, sum, err := s.sum(text, present)
		if err == nil && sum > int64(len(rest)) {
			err = errRunsLess
		}
		return err
	case encoding == format.DeltaByteArray && (kind == parquet.ByteArray || fixed):
		rest, shared, err := s.sum(text, present)
		if err != nil {
			return err
		}
		rest, own, err := s.sum(rest, present)
		switch {
		case err != nil:
			return err
		case own > int64(len(rest)):
			return errRunsLess
		case max(shared+own, long) > maxPageBytes:
			return errPageSize
		}
		return nil
	}
	return fmt.Errorf("%w: %s as %s", ErrColumnType, kind, encoding)
}

// behindTexts passes texts that are each behind its length, and tells what is behind them: some writers leave a few bytes there.
func behindTexts(text []byte, present int64) (rest []byte, err error) {
	for range present {
		if len(text) < 4 {
			return nil, errRunsLess
		}
		n := uint64(binary.LittleEndian.Uint32(text))
		if text = text[4:]; n > uint64(len(text)) {
			return nil, errRunsLess
		}
		text = text[n:]
	}
	return text, nil
}

// run reads the head of a run of values of width bits: count times the same, or bit by bit. in are its bytes, as far as they are there.
func run(text []byte, width int64) (count int64, packed bool, in, rest []byte, err error) {
	head, n := binary.Uvarint(text)
	if n <= 0 || head>>1 > maxPageValues {
		return 0, false, nil, nil, errRuns
	}
	text, count, packed = text[n:], int64(head>>1), head&1 != 0
	size := (width + 7) / 8
	if packed {
		size, count = count*width, count*8
	}
	if size > int64(len(text)) {
		if !packed {
			return 0, false, nil, nil, errRuns
		}
		size = int64(len(text)) // some writers leave out the end of the last group
	}
	return count, packed, text[:size], text[size:], nil
}

// runs bounds how many values runs hold.
func runs(text []byte, width, values int64) error {
	for total := int64(0); len(text) > 0; {
		count, packed, in, rest, err := run(text, width)
		if err != nil {
			return err
		}
		if packed && min(count, values-total)*width > 8*int64(len(in)) {
			return errRunsLess
		}
		if total += count; total > values+runSlack {
			return errRunsMore
		}
		text = rest
	}
	return nil
}

// levels counts the values that are not null, whose level is 1.
func levels(text []byte, values int64) (present int64, err error) {
	if err := runs(text, 1, values); err != nil {
		return 0, err
	}
	for total := int64(0); len(text) > 0 && total < values; {
		count, packed, in, rest, err := run(text, 1)
		if err != nil {
			return 0, err
		}
		count = min(count, values-total)
		switch {
		case !packed:
			present += count * int64(in[0]&1)
		default:
			for i := int64(0); i < count; i += 8 {
				b := in[i/8]
				if left := count - i; left < 8 {
					b &= 1<<left - 1
				}
				present += int64(bits.OnesCount8(b))
			}
		}
		total, text = total+count, rest
	}
	return present, nil
}

// deltas bounds how many numbers are in delta-packed blocks, and tells what is behind them.
func deltas(text []byte, values int64) (rest []byte, err error) {
	var head [4]uint64 // numbers in a block, parts of a block, numbers, the first
	for i := range head {
		n := 0
		if head[i], n = binary.Uvarint(text); n <= 0 {
			return nil, errRuns
		}
		text = text[n:]
	}
	block, parts := head[0], head[1]
	switch {
	case block == 0 || block > 1<<16 || parts == 0 || parts > block:
		return nil, errRuns
	case head[2] > uint64(values):
		return nil, errRunsMore
	case head[2] < uint64(values):
		return nil, errRunsLess
	}
	part := int64(block / parts)
	for left := values - 1; left > 0; {
		_, n := binary.Uvarint(text) // the least difference
		if n <= 0 || uint64(len(text)-n) < parts {
			return nil, errRuns
		}
		widths := text[n : n+int(parts)]
		text = text[n+int(parts):]
		for i := 0; i < len(widths) && left > 0; i++ {
			text = text[min(part*int64(widths[i])/8, int64(len(text))):]
			left -= part
		}
	}
	return text, nil
}

// sum adds up delta-packed lengths, and tells what is behind them.
func (s *pageStream) sum(text []byte, present int64) (rest []byte, sum int64, err error) {
	if rest, err = deltas(text, present); err != nil {
		return nil, 0, err
	}
	var packed delta.BinaryPackedEncoding
	if s.lengths, err = packed.DecodeInt32(s.lengths, text); err != nil {
		return nil, 0, err
	}
	for _, n := range s.lengths {
		if n < 0 {
			return nil, 0, errRuns
		}
		if sum += int64(n); sum > maxPageBytes {
			return nil, 0, errPageSize
		}
	}
	return rest, sum, nil
}
