package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetColumn says how the values of a column become the text that a CSV file would have.
type parquetColumn struct {
	physical parquet.Kind
	logical  format.LogicalTypeValue
	length   int    // of a fixed-length byte array
	account  bool   // bytes without a logical type may be an account
	no       string // why it is not read

	read   bool
	queue  *pageQueue    // what the library reads
	pages  parquet.Pages // of the present row group
	page   parquet.Page
	values parquet.ValueReader // of the page
	room   []parquet.Value
	got    []parquet.Value // of room, those that are still to be used
}

func (c *parquetColumn) settle(typ parquet.Type, account bool) {
	c.account = account
	if l := typ.LogicalType(); l != nil {
		c.logical = l.Value
	}
	if c.physical == parquet.FixedLenByteArray {
		c.length = typ.Length()
	}
	c.no = fmt.Sprintf("values of type %s are not read", typ)
	switch l := c.logical.(type) {
	case nil:
		switch c.physical {
		case parquet.Boolean, parquet.Int32, parquet.Int64, parquet.ByteArray:
			c.no = ""
		case parquet.FixedLenByteArray:
			if c.length == 20 || c.length == 32 {
				c.no = ""
			}
		case parquet.Float, parquet.Double:
			c.no = "binary fractions are not read: they do not keep every digit"
		}
	case *format.StringType, *format.EnumType, *format.JsonType, *format.IntType, *format.DateType:
		c.no = ""
	case *format.DecimalType:
		if l.Scale >= 0 && l.Scale <= 77 {
			c.no = ""
		}
	case *format.TimestampType:
		if l.IsAdjustedToUTC && l.Unit.Value != nil {
			c.no = ""
		}
	}
}

// text appends a value; a null is an empty cell.
func (c *parquetColumn) text(dst []byte, v parquet.Value) ([]byte, error) {
	if v.IsNull() {
		return dst, nil
	}
	switch l := c.logical.(type) {
	case nil:
		return c.plain(dst, v), nil
	case *format.IntType:
		switch {
		case l.IsSigned:
			return append(dst, c.whole(v).String()...), nil
		case c.physical == parquet.Int32:
			return strconv.AppendUint(dst, uint64(uint32(v.Int32())), 10), nil
		}
		return strconv.AppendUint(dst, uint64(v.Int64()), 10), nil
	case *format.DecimalType:
		n := c.whole(v)
		if n.BitLen() > 511 {
			return dst, errors.New("a decimal of more than 64 bytes")
		}
		return append(dst, pointed(n, int(l.Scale))...), nil
	case *format.DateType:
		return moment(dst, time.Unix(int64(v.Int32())*24*60*60, 0), "2006-01-02")
	case *format.TimestampType:
		var at time.Time
		switch n := v.Int64(); l.Unit.Value.(type) {
		case *format.MilliSeconds:
			at = time.UnixMilli(n)
		case *format.MicroSeconds:
			at = time.UnixMicro(n)
		default:
			at = time.Unix(0, n)
		}
		return moment(dst, at, time.RFC3339Nano)
	}
	return append(dst, v.ByteArray()...), nil
}

// plain is a value without a logical type.
func (c *parquetColumn) plain(dst []byte, v parquet.Value) []byte {
	switch c.physical {
	case parquet.Boolean:
		return strconv.AppendBool(dst, v.Boolean())
	case parquet.Int32, parquet.Int64:
		return append(dst, c.whole(v).String()...)
	}
	b := v.ByteArray()
	if fixed := c.physical == parquet.FixedLenByteArray; fixed || c.account {
		switch {
		case len(b) == 20:
			return append(dst, hex0x(b)...)
		case len(b) == 32 && (fixed || strings.Trim(string(b), base58Digits) != ""):
			return append(dst, base58(b)...)
		}
	}
	return append(dst, b...)
}

// whole is the integer that a value is, or of a decimal its digits.
func (c *parquetColumn) whole(v parquet.Value) *big.Int {
	switch c.physical {
	case parquet.Int32:
		return big.NewInt(int64(v.Int32()))
	case parquet.Int64:
		return big.NewInt(v.Int64())
	}
	b := v.ByteArray()
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 { // two's complement
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return n
}

// pointed writes n / 10^scale without trailing zeros of the fraction.
func pointed(n *big.Int, scale int) string {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	whole, rest := new(big.Int).QuoRem(new(big.Int).Abs(n), ten, new(big.Int))
	text := whole.String()
	if rest.Sign() != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%0*s", scale, rest), "0")
	}
	if n.Sign() < 0 {
		text = "-" + text
	}
	return text
}

func moment(dst []byte, t time.Time, layout string) ([]byte, error) {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return dst, errors.New("a time outside the years 0 to 9999")
	}
	return t.UTC().AppendFormat(dst, layout), nil
}
