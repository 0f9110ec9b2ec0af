package alloc

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// What may be wrong with one value of a Parquet file.
var (
	ErrFloat     = errors.New("a binary fraction, which does not keep every digit; write amounts as text, DECIMAL or a whole number")
	ErrLongCell  = errors.New("a value is longer than 1 MiB")
	ErrWideWhole = errors.New("a decimal is wider than 64 bytes")
	ErrYear      = errors.New("a time outside the years 0 to 9999")
)

// parquetForm is how the values of a column become text.
type parquetForm uint8

const (
	formText     parquetForm = iota // UTF-8
	formRaw                         // bytes that the file does not call text: UTF-8, or an account of 20 or 32 bytes in a column of accounts
	formAccount                     // 20 or 32 bytes each
	formBool                        // true, false
	formSigned32                    // whole numbers, divided by 10^scale
	formSigned64
	formUnsigned32
	formUnsigned64
	formDecimal // two's complement, big-endian, divided by 10^scale
	formDay     // days since 1970-01-01
	formTime    // units since 1970-01-01 UTC
)

// parquetCell makes the cells of a column: the text that a CSV file would have.
type parquetCell struct {
	form    parquetForm
	account bool // the column is read as accounts
	scale   int
	unit    int64 // of times: how many are a second
}

// cellOf is how values of a type are read.
func cellOf(typ parquet.Type) (parquetCell, error) {
	kind := typ.Kind()
	if logical := typ.LogicalType(); logical != nil && logical.Value != nil {
		switch l := logical.Value.(type) {
		case *format.StringType, *format.EnumType, *format.JsonType:
			return parquetCell{form: formText}, nil
		case *format.DecimalType:
			if l.Scale < 0 || l.Scale > 77 {
				return parquetCell{}, fmt.Errorf("%w: DECIMAL with scale %d", ErrColumnType, l.Scale)
			}
			c := parquetCell{form: formDecimal, scale: int(l.Scale)}
			switch kind {
			case parquet.Int32:
				c.form = formSigned32
			case parquet.Int64:
				c.form = formSigned64
			}
			return c, nil
		case *format.IntType:
			switch {
			case kind == parquet.Int32 && l.IsSigned:
				return parquetCell{form: formSigned32}, nil
			case kind == parquet.Int32:
				return parquetCell{form: formUnsigned32}, nil
			case l.IsSigned:
				return parquetCell{form: formSigned64}, nil
			}
			return parquetCell{form: formUnsigned64}, nil
		case *format.DateType:
			return parquetCell{form: formDay}, nil
		case *format.TimestampType:
			if !l.IsAdjustedToUTC || l.Unit.Value == nil {
				return parquetCell{}, fmt.Errorf("%w: TIMESTAMP without time zone", ErrColumnType)
			}
			return parquetCell{form: formTime, unit: int64(time.Second / l.Unit.Value.Duration())}, nil
		}
		return parquetCell{}, fmt.Errorf("%w: %s", ErrColumnType, logical)
	}
	switch kind {
	case parquet.Boolean:
		return parquetCell{form: formBool}, nil
	case parquet.Int32:
		return parquetCell{form: formSigned32}, nil
	case parquet.Int64:
		return parquetCell{form: formSigned64}, nil
	case parquet.Float, parquet.Double:
		return parquetCell{}, fmt.Errorf("%s: %w", kind, ErrFloat)
	case parquet.ByteArray:
		return parquetCell{form: formRaw}, nil
	case parquet.FixedLenByteArray:
		if n := typ.Length(); n != 20 && n != 32 {
			return parquetCell{}, fmt.Errorf("%w: %s(%d), an account has 20 or 32 bytes", ErrColumnType, kind, n)
		}
		return parquetCell{form: formAccount}, nil
	}
	return parquetCell{}, fmt.Errorf("%w: %s", ErrColumnType, kind)
}

// text is the text of a value: bytes of the page, or, where that is nil, what was appended to dst. A null is an empty cell.
func (c *parquetCell) text(v *parquet.Value, dst []byte) (text, out []byte, err error) {
	if v.IsNull() {
		return nil, dst, nil
	}
	switch c.form {
	case formText, formRaw:
		b := v.ByteArray()
		if c.form == formRaw && c.account && (len(b) == 20 || len(b) == 32 && !isBase58(b)) {
			dst, err = appendRawAccount(dst, b)
			return nil, dst, err
		}
		if len(b) == 0 {
			return nil, dst, nil
		}
		if len(b) > maxLine {
			return nil, dst, ErrLongCell
		}
		if _, err := badByte(b); err != nil {
			return nil, dst, err
		}
		return b, dst, nil
	case formAccount:
		dst, err = appendRawAccount(dst, v.ByteArray())
	case formBool:
		dst = strconv.AppendBool(dst, v.Boolean())
	case formSigned32:
		dst = appendScaled(dst, int64(v.Int32()), c.scale)
	case formSigned64:
		dst = appendScaled(dst, v.Int64(), c.scale)
	case formUnsigned32:
		dst = strconv.AppendUint(dst, uint64(v.Uint32()), 10)
	case formUnsigned64:
		dst = strconv.AppendUint(dst, v.Uint64(), 10)
	case formDecimal:
		dst, err = appendTwos(dst, v.ByteArray(), c.scale)
	case formDay:
		dst, err = appendTime(dst, time.Unix(int64(v.Int32())*86400, 0), time.DateOnly)
	case formTime:
		n := v.Int64()
		whole, rest := n/c.unit, n%c.unit
		dst, err = appendTime(dst, time.Unix(whole, rest*(int64(time.Second)/c.unit)), time.RFC3339Nano)
	}
	return nil, dst, err
}

func isBase58(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool {
		return c < '1' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' || c == 'I' || c == 'O' || c == 'l'
	})
}

// appendRawAccount writes 20 bytes as lower-case hex, which claims no checksum, and 32 as base58.
func appendRawAccount(dst, raw []byte) ([]byte, error) {
	if len(raw) == 20 {
		return hex.AppendEncode(append(dst, "0x"...), raw), nil
	}
	a, err := merkle.NewAccount(merkle.Solana, raw)
	if err != nil {
		return dst, err
	}
	return a.AppendText(dst), nil
}

// appendTwos writes a number of two's complement, big-endian.
func appendTwos(dst, b []byte, scale int) ([]byte, error) {
	if len(b) > 64 {
		return dst, ErrWideWhole
	}
	sign := byte(0)
	if len(b) > 0 && b[0] >= 0x80 {
		sign = 0xff
	}
	for len(b) > 8 && b[0] == sign && (b[1]^sign) < 0x80 { // bytes that only repeat the sign
		b = b[1:]
	}
	if len(b) <= 8 {
		var wide [8]byte
		for i := range wide {
			wide[i] = sign
		}
		copy(wide[8-len(b):], b)
		return appendScaled(dst, int64(binary.BigEndian.Uint64(wide[:])), scale), nil
	}
	z := new(big.Int).SetBytes(b)
	if sign != 0 {
		z.Sub(z, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		dst = append(dst, '-')
		z.Abs(z)
	}
	var digits [160]byte
	return appendPoint(dst, z.Append(digits[:0], 10), scale), nil
}

func appendScaled(dst []byte, n int64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	size := uint64(n)
	if n < 0 {
		dst, size = append(dst, '-'), -size
	}
	var digits [20]byte
	return appendPoint(dst, strconv.AppendUint(digits[:0], size, 10), scale)
}

// appendPoint writes digits / 10^scale without trailing zeros of the fraction.
func appendPoint(dst, digits []byte, scale int) []byte {
	for scale > 0 && len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits, scale = digits[:len(digits)-1], scale-1
	}
	if scale == 0 || string(digits) == "0" {
		return append(dst, digits...)
	}
	if whole := len(digits) - scale; whole > 0 {
		dst = append(append(dst, digits[:whole]...), '.')
		return append(dst, digits[whole:]...)
	}
	dst = append(dst, "0."...)
	for range scale - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

func appendTime(dst []byte, t time.Time, layout string) ([]byte, error) {
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return dst, ErrYear
	}
	return t.AppendFormat(dst, layout), nil
}
