package merkle

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// Family is the kind of account a chain uses. The zero value is no family.
type Family uint8

// The two families.
const (
	EVM    Family = 1 // 20 bytes, hex with EIP-55 checksum
	Solana Family = 2 // 32 bytes, base58
)

// String returns "evm", "solana" or "none".
func (f Family) String() string {
	switch f {
	case EVM:
		return "evm"
	case Solana:
		return "solana"
	}
	return "none"
}

// Width is the number of account bytes: 20, 32, or 0 for no family.
func (f Family) Width() int {
	switch f {
	case EVM:
		return 20
	case Solana:
		return 32
	}
	return 0
}

// What may be wrong with the text of an account.
var (
	ErrAccountPrefix = errors.New("an EVM address starts with 0x")
	ErrAccountLength = errors.New("wrong length")
	ErrAccountChar   = errors.New("character not allowed")
	ErrChecksum      = errors.New("EIP-55 checksum does not match")
	ErrZeroAccount   = errors.New("the zero account cannot claim")
	ErrFamily        = errors.New("account is of another chain family")
)

// Account is a claimant: a 20-byte EVM address or a 32-byte Solana key.
// Values are comparable with ==; the zero value is no account.
type Account struct {
	raw    [32]byte
	family Family
}

// NewAccount copies raw bytes (20 for EVM, 32 for Solana). It refuses other lengths and the zero account.
func NewAccount(f Family, raw []byte) (Account, error) {
	if f.Width() == 0 || len(raw) != f.Width() {
		return Account{}, fmt.Errorf("%w: %d bytes, want %d", ErrAccountLength, len(raw), f.Width())
	}
	a := Account{family: f}
	copy(a.raw[:], raw)
	if a.raw == ([32]byte{}) {
		return Account{}, ErrZeroAccount
	}
	return a, nil
}

// ParseAccount reads an account of either family: text that starts with 0x is EVM, anything else Solana.
func ParseAccount(text string) (Account, error) { return ParseAccountBytes([]byte(text)) }

// ParseAccountBytes is ParseAccount without a copy; it keeps no reference to text.
func ParseAccountBytes(text []byte) (Account, error) {
	a, err := ParseAccountAny(text)
	if err == nil && a.raw == ([32]byte{}) {
		return Account{}, ErrZeroAccount
	}
	return a, err
}

// ParseAccountAny is ParseAccountBytes that lets the zero account through. It is for judging other people's
// lists, never for paying.
func ParseAccountAny(text []byte) (Account, error) {
	a, mixed, err := parseAccount(text)
	if mixed && err == nil {
		var want [42]byte
		if a.appendEIP55(want[:0]); !bytes.Equal(want[:], text) {
			return Account{}, fmt.Errorf("%w, want %s", ErrChecksum, want)
		}
	}
	return a, err
}

// ParseAccountUnchecked is ParseAccountBytes without the comparison with EIP-55: mixed reports that text has small and capital letters, so that
// the caller must still compare them. It is for many addresses at once, whose checksums cost a seventh together.
func ParseAccountUnchecked(text []byte) (a Account, mixed bool, err error) {
	a, mixed, err = parseAccount(text)
	if err == nil && a.raw == ([32]byte{}) {
		return Account{}, false, ErrZeroAccount
	}
	return a, mixed, err
}

func parseAccount(text []byte) (a Account, mixed bool, err error) {
	if len(text) >= 2 && text[0] == '0' { // '0' is not a base58 digit
		return parseEVM(text)
	}
	a, err = parseSolana(text)
	return a, false, err
}

func parseEVM(text []byte) (a Account, mixed bool, err error) {
	a.family = EVM
	if text[1] != 'x' {
		return Account{}, false, ErrAccountPrefix
	}
	if len(text) != 42 {
		return Account{}, false, fmt.Errorf("%w: %d characters, an EVM address has 42", ErrAccountLength, len(text))
	}
	if _, err := hex.Decode(a.raw[:20], text[2:]); err != nil {
		return Account{}, false, fmt.Errorf("%w: not hexadecimal", ErrAccountChar)
	}
	// Of hex digits letters alone have the bit 0x40, and small ones 0x20 besides.
	const letter = 0x4040404040404040
	var small, capital uint64
	for digits := text[2:]; len(digits) >= 8; digits = digits[8:] {
		v := binary.LittleEndian.Uint64(digits)
		small |= v & (v << 1) & letter
		capital |= v &^ (v << 1) & letter
	}
	return a, small != 0 && capital != 0, nil
}

func parseSolana(text []byte) (Account, error) {
	a := Account{family: Solana}
	if err := decodeBase58(&a.raw, text); err != nil {
		return Account{}, err
	}
	return a, nil
}

// Family is EVM, Solana, or 0 for no account.
func (a Account) Family() Family { return a.family }

// IsZero reports whether a is no account or the zero account.
func (a Account) IsZero() bool { return a.raw == [32]byte{} }

// Bytes returns the 20 or 32 account bytes, in a new slice.
func (a Account) Bytes() []byte { return a.AppendBytes(nil) }

// AppendBytes appends the 20 or 32 account bytes to dst.
func (a Account) AppendBytes(dst []byte) []byte { return append(dst, a.raw[:a.family.Width()]...) }

// Compare orders accounts by their bytes; where one is a prefix of the other the shorter comes first.
func (a Account) Compare(b Account) int {
	return bytes.Compare(a.raw[:a.family.Width()], b.raw[:b.family.Width()])
}

// String is the form shown to people and wallets: EIP-55 hex or base58.
func (a Account) String() string {
	switch a.family {
	case EVM:
		return string(a.appendEIP55(make([]byte, 0, 42)))
	case Solana:
		return string(appendBase58(make([]byte, 0, 44), &a.raw))
	}
	return ""
}

// AppendText appends the form used in published files: lower-case hex or base58.
func (a Account) AppendText(dst []byte) []byte {
	switch a.family {
	case EVM:
		var text [42]byte
		text[0], text[1] = '0', 'x'
		for i := range 5 {
			binary.LittleEndian.PutUint64(text[2+8*i:], hexDigits(binary.LittleEndian.Uint32(a.raw[4*i:])))
		}
		return append(dst, text[:]...)
	case Solana:
		return appendBase58(dst, &a.raw)
	}
	return dst
}

// hexDigits is the 8 small hex digits of 4 bytes; of both the first is in the lowest byte.
func hexDigits(v uint32) uint64 {
	s := uint64(v)
	s = (s | s<<16) & 0x0000ffff0000ffff
	s = (s | s<<8) & 0x00ff00ff00ff00ff
	s = s>>4&0x000f000f000f000f | s<<8&0x0f000f000f000f00 // a digit a byte, the high one first
	above9 := (s + 0x0606060606060606) >> 4 & 0x0101010101010101
	return s + 0x3030303030303030 + above9*('a'-'0'-10)
}

// Text is AppendText as a string.
func (a Account) Text() string { return string(a.AppendText(nil)) }

var hashers = sync.Pool{New: func() any { return keccak.NewLegacyKeccak256() }}

// appendEIP55 appends 0x and the checksummed hex (https://eips.ethereum.org/EIPS/eip-55).
func (a Account) appendEIP55(dst []byte) []byte {
	n := len(dst) + 2
	dst = hex.AppendEncode(append(dst, "0x"...), a.raw[:20])
	var sum [32]byte
	h := hashers.Get().(interface {
		hash.Hash
		io.Reader
	})
	h.Reset()
	h.Write(dst[n:])
	h.Read(sum[:])
	hashers.Put(h)
	for i := n; i < len(dst); i++ {
		nibble := sum[(i-n)/2] >> (4 * (1 - (i-n)%2)) & 15
		if dst[i] >= 'a' && nibble >= 8 {
			dst[i] -= 'a' - 'A'
		}
	}
	return dst
}
