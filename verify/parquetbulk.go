package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var errRun = errors.New("its runs of values are damaged")

// oldDictionary is an encoding that older files name, of dictionaries and of places in them.
const oldDictionary format.Encoding = 2

// spare is how many values the last run of a page may hold that are not of the page.
const spare = 512

// bulk is what a page says of its values: a few bytes, a run or a sum of lengths, can say much.
type bulk struct {
	kind             format.PageType
	values           int64
	nulls            int64 // of a page of the second kind
	ofLists, ofNulls int64 // bytes of levels in front of such a page
	encoding, levels format.Encoding
	behind           int // bytes that are of no value
}

// weigh refuses a page that would take more room than its header says, once it is read.
func (q *pageQueue) weigh(b *bulk, text []byte) error {
	there := b.values
	second := b.kind == format.DataPageV2
	text, nulls := text[b.ofLists+b.ofNulls:], text[b.ofLists:b.ofLists+b.ofNulls]
	if q.nullable && b.kind != format.DictionaryPage {
		if !second {
			n := uint64(1 << 40)
			if len(text) >= 4 {
				n = uint64(binary.LittleEndian.Uint32(text)) + 4
			}
			if n > uint64(len(text)) {
				return errRun
			}
			nulls, text = text[4:n], text[n:]
		}
		if b.levels != format.RLE {
			return fmt.Errorf("nulls as %s, which is not read", b.levels)
		}
		var err error
		if there, err = pass(nulls, 1, b.values); err != nil {
			return err
		}
	}
	if second && b.values-there != b.nulls {
		return errors.New("has another number of nulls than its header says")
	}
	room := there * q.width
	if q.physical == parquet.Boolean {
		room = (there + 7) / 8
	}
	switch held := int64(len(text)); {
	case room > mostPage:
		return errPage
	case there == 0 && held == 0:
		return nil
	case b.encoding == format.Plain, b.encoding == oldDictionary && b.kind == format.DictionaryPage, b.encoding == format.ByteStreamSplit:
		if q.physical == parquet.ByteArray {
			rest, err := skipTexts(text, there)
			b.behind = len(rest)
			return err
		}
		if q.width == 0 && q.physical != parquet.Boolean || held < room {
			return errWithin
		}
		return nil
	case (b.encoding == oldDictionary || b.encoding == format.RLEDictionary) && b.kind != format.DictionaryPage:
		if held == 0 {
			return nil // all are the first one
		}
		if text[0] > 32 {
			return errRun
		}
		_, err := pass(text[1:], int64(text[0]), there)
		return err
	case b.encoding == format.RLE && q.physical == parquet.Boolean:
		if held < 4 {
			return errRun
		}
		_, err := pass(text[4:min(held, 4+int64(binary.LittleEndian.Uint32(text)))], 1, there)
		return err
	case b.encoding == format.DeltaBinaryPacked:
		_, err := behind(text, there)
		return err
	case b.encoding == format.DeltaLengthByteArray:
		own, rest, err := q.lengths(text, there)
		if err == nil && own > int64(len(rest)) {
			err = errWithin
		}
		return err
	case b.encoding == format.DeltaByteArray:
		shared, rest, err := q.lengths(text, there)
		own := int64(0)
		if err == nil {
			own, rest, err = q.lengths(rest, there)
		}
		switch {
		case err != nil:
			return err
		case own > int64(len(rest)):
			return errWithin
		case own+shared > mostPage:
			return errPage
		}
		return nil
	}
	return fmt.Errorf("values as %s, which is not read", b.encoding)
}

// skipTexts goes through n texts behind their lengths. What it returns is not of them, and some writers leave it there.
func skipTexts(text []byte, n int64) ([]byte, error) {
	for ; n > 0; n-- {
		if len(text) < 4 || uint64(binary.LittleEndian.Uint32(text)) > uint64(len(text)-4) {
			return nil, errWithin
		}
		text = text[4+binary.LittleEndian.Uint32(text):]
	}
	return text, nil
}

// pass goes through runs of n values of some bits each (Parquet's RLE and bit-packing hybrid), and counts the ones where they have one bit.
func pass(text []byte, wide, n int64) (ones int64, err error) {
	for left := n; len(text) > 0; {
		head, used := binary.Uvarint(text)
		times := int64(head >> 1)
		if used <= 0 || head>>1 > mostPageValues {
			return 0, errRun
		}
		text = text[used:]
		if head&1 == 0 { // one value, again and again
			size := (wide + 7) / 8
			if size > int64(len(text)) {
				return 0, errRun
			}
			if wide == 1 {
				ones += int64(text[0]&1) * max(0, min(times, left))
			}
			text = text[size:]
		} else {
			size := times * wide
			times *= 8
			if size > int64(len(text)) { // the end of the last eight may be missing
				if size = int64(len(text)); min(times, left)*wide > 8*size {
					return 0, errWithin
				}
			}
			if wide == 1 {
				for i, b := range text[:size] {
					if of := left - int64(i)*8; of < 8 {
						b &= byte(1<<max(of, 0) - 1)
					}
					ones += int64(bits.OnesCount8(b))
				}
			}
			text = text[size:]
		}
		if left -= times; left < -spare {
			return 0, errBeyond
		}
	}
	return ones, nil
}

// behind tells what follows n numbers that are packed by difference.
func behind(text []byte, n int64) ([]byte, error) {
	var head [4]uint64 // numbers in a block, parts of it, numbers, the first
	for i := range head {
		v, used := binary.Uvarint(text)
		if used <= 0 {
			return nil, errRun
		}
		head[i], text = v, text[used:]
	}
	switch {
	case head[0] > 1<<16 || head[1] == 0 || head[1] > head[0]:
		return nil, errRun
	case head[2] > uint64(n):
		return nil, errBeyond
	case head[2] < uint64(n):
		return nil, errWithin
	}
	for n--; n > 0; {
		_, used := binary.Uvarint(text) // the least difference
		if used <= 0 || int(head[1]) > len(text)-used {
			return nil, errRun
		}
		wide := text[used : used+int(head[1])]
		text = text[used+int(head[1]):]
		for _, w := range wide {
			if n > 0 {
				each := int64(head[0] / head[1])
				text, n = text[min(int64(len(text)), each*int64(w)/8):], n-each
			}
		}
	}
	return text, nil
}

// lengths adds up lengths that are packed by difference.
func (q *pageQueue) lengths(text []byte, n int64) (sum int64, rest []byte, err error) {
	if rest, err = behind(text, n); err != nil {
		return 0, nil, err
	}
	if q.distances, err = parquet.DeltaBinaryPacked.DecodeInt32(q.distances, text); err != nil {
		return 0, nil, err
	}
	for _, d := range q.distances {
		if sum += int64(d); d < 0 {
			return 0, nil, errRun
		}
	}
	if sum > mostPage {
		return 0, nil, errPage
	}
	return sum, rest, nil
}
