package verify

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// fits reports whether an encoding knows a type.
func (t *solType) fits(encoding string) bool {
	switch encoding {
	case "abi":
		return t.kind < typeABI
	case "eip712":
		return t.kind < typeArray && !t.dynamic()
	case "packed":
		switch t.kind {
		case typeArray:
			return t.elem.kind < typeBytes
		case typeABI:
			return true
		}
		return t.kind < typeArray
	case "le":
		return t.kind == typePubkey || t.kind == typeU64
	case "borsh":
		return t.kind >= typePubkey
	case "text", "text-colon":
		return t.kind == typeAddress || t.kind == typePubkey || t.kind == typeUint || t.kind == typeU64
	}
	return false
}

// pack appends a cell without filling it up to words, as abi.encodePacked does, or as the little-endian and Borsh encodings have it.
func (t *solType) pack(dst []byte, cell string) ([]byte, error) {
	switch t.kind {
	case typeAddress:
		return appendHex(dst, cell, 20)
	case typePubkey:
		var key [32]byte
		if !unbase58(&key, cell) {
			return dst, errCell
		}
		return append(dst, key[:]...), nil
	case typeFixedBytes:
		return appendHex(dst, cell, t.length)
	case typeUint, typeU64:
		n, ok := parseNum(cell)
		if !ok {
			return dst, errCell
		}
		if n.bits() > t.bits {
			return dst, errWide
		}
		at := len(dst)
		dst = append(dst, n[32-t.bits/8:]...)
		if t.kind == typeU64 {
			slices.Reverse(dst[at:])
		}
		return dst, nil
	case typeEcosystem:
		n, ok := ecosystemTag(cell)
		if !ok {
			return dst, errCell
		}
		return append(dst, n), nil
	case typeABI:
		return encodeTuple(dst, []solType{*t.elem}, []string{cell})
	case typeArray: // elements of arrays take whole words
		types, cells, err := t.elements(cell)
		if err != nil {
			return dst, err
		}
		return encodeTuple(dst, types, cells)
	case typeBytes:
		b, ok := unhex0x(cell)
		if !ok {
			return dst, errCell
		}
		return append(dst, b...), nil
	case typeString:
		return append(dst, cell...), nil
	}
	word, err := t.encode(nil, cell)
	if err != nil {
		return dst, err
	}
	switch t.kind {
	case typeInt:
		return append(dst, word[32-t.bits/8:]...), nil
	case typeBool:
		return append(dst, word[31]), nil
	}
	return dst, errCell
}

func appendHex(dst []byte, cell string, size int) ([]byte, error) {
	at := len(dst)
	dst = append(dst, make([]byte, size)...)
	if !strings.HasPrefix(cell, "0x") || !unhex(dst[at:], cell[2:]) {
		return dst[:at], errCell
	}
	return dst, nil
}

// encodeABI is abi.encode of the fields of the leaf.
func (r *leafRule) encodeABI(dst, account []byte, cells []string) ([]byte, error) {
	types, list := make([]solType, 0, 8), make([]string, 0, 8)
	for i := range r.fields {
		if r.skips(i) {
			continue
		}
		c := r.cell(i, cells)
		if i == r.account && account != nil {
			c = hex0x(account)
		}
		types, list = append(types, r.types[i]), append(list, c)
	}
	return encodeTuple(dst, types, list)
}

// encodePlain is the fields as text with a separator between them.
func (r *leafRule) encodePlain(dst, account []byte, cells []string, separator byte) ([]byte, error) {
	first := true
	for i := range r.fields {
		if r.skips(i) {
			continue
		}
		if !first {
			dst = append(dst, separator)
		}
		first = false
		c := r.cell(i, cells)
		if i == r.account && account != nil {
			if c = hex0x(account); r.types[i].kind == typePubkey {
				c = base58(account)
			}
		}
		if _, err := r.types[i].pack(nil, c); err != nil {
			return dst, r.cellError(i, c, err)
		}
		dst = append(dst, c...)
	}
	return dst, nil
}

// ecosystemTag is the number of an ecosystem in the Borsh enum of the Pyth and Wormhole token dispensers.
func ecosystemTag(name string) (byte, bool) {
	at := slices.Index([]string{"discord", "solana", "evm", "sui", "aptos", "cosmwasm", "injective", "algorand"}, name)
	return byte(at), at >= 0
}

// appendIdentity appends who somebody is in an ecosystem.
func appendIdentity(dst []byte, ecosystem, cell string) ([]byte, error) {
	switch ecosystem {
	case "evm":
		return appendHex(dst, cell, 20)
	case "solana":
		var key [32]byte
		if !unbase58(&key, cell) {
			return dst, errCell
		}
		return append(dst, key[:]...), nil
	case "sui", "aptos", "algorand":
		return appendHex(dst, cell, 32)
	case "discord", "cosmwasm", "injective":
		if !utf8.ValidString(cell) || cell == "" {
			return dst, errCell
		}
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(cell)))
		return append(dst, cell...), nil
	}
	return dst, errCell
}
