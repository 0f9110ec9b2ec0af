package tree

import (
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with the two types of Pyth's and Wormhole's leaf.
var (
	ErrEcosystem = errors.New("want " + strings.Join(ecosystems(), ", "))
	ErrIdentity  = errors.New("no identity of its ecosystem")
)

// ecosystems is by tag; the last is Wormhole's only (token-dispenser/programs/token-dispenser/src/lib.rs of both).
func ecosystems() []string {
	return []string{"discord", "solana", "evm", "sui", "aptos", "cosmwasm", "injective", "algorand"}
}

func ecosystemTag(text string) (byte, error) {
	if i := slices.Index(ecosystems(), text); i >= 0 {
		return byte(i), nil
	}
	return 0, ErrEcosystem
}

// identity reads an identity: its bytes, and whether they are of any number and so stand behind it.
func identity(ecosystem, text string) (raw []byte, counted bool, err error) {
	switch ecosystem {
	case "discord", "cosmwasm", "injective":
		if text == "" || !utf8.ValidString(text) {
			return nil, true, fmt.Errorf("%w: %s has text in UTF-8", ErrIdentity, ecosystem)
		}
		return []byte(text), true, nil
	case "evm", "solana":
		a, err := merkle.ParseAccountAny([]byte(text))
		if err == nil && (ecosystem == "evm") != (a.Family() == merkle.EVM) {
			err = merkle.ErrFamily
		}
		return a.Bytes(), false, err
	case "algorand":
		if len(text) == 58 {
			raw, err = algorandKey(text)
			return raw, false, err
		}
		fallthrough
	case "sui", "aptos":
		raw, err = parseHex(text)
		if err == nil && len(raw) != 32 {
			err = fmt.Errorf("%w: %d bytes, %s has 32", ErrIdentity, len(raw), ecosystem)
		}
		return raw, false, err
	}
	return nil, false, ErrEcosystem
}

// algorandKey reads the 58 letters of an address: the key and the last 4 bytes of its SHA-512/256, in base32 without padding.
func algorandKey(text string) ([]byte, error) {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(raw) != 36 {
		return nil, fmt.Errorf("%w: algorand has 58 letters of base32, or 0x and 32 bytes in hex", ErrIdentity)
	}
	key := raw[:32]
	sum := sha512.Sum512_256(key)
	if string(sum[28:]) != string(raw[32:]) || base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw) != text {
		return nil, fmt.Errorf("%w: the address's checksum does not match", ErrIdentity)
	}
	return key, nil
}

func appendIdentity(dst []byte, ecosystem, text string) ([]byte, error) {
	raw, counted, err := identity(ecosystem, text)
	if counted {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(raw)))
	}
	return append(dst, raw...), err
}

// appendIdentityText appends the published spelling.
func appendIdentityText(dst []byte, ecosystem, text string) ([]byte, error) {
	raw, counted, err := identity(ecosystem, text)
	switch {
	case err != nil:
		return dst, err
	case counted:
		return append(dst, raw...), nil
	case ecosystem == "solana":
		a, err := merkle.ParseAccountAny([]byte(text))
		return a.AppendText(dst), err
	}
	return append(dst, hexText(raw)...), nil
}
