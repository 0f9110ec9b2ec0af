package main

import (
	"bytes"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with the spelling of an account in somebody else's list.
var (
	errBlank  = errors.New("blanks around it (--allow blank reads it without them)")
	errUpper  = errors.New("not as EIP-55 writes it, so that nothing guards against a typing error (--allow checksum reads it)")
	errPrefix = errors.New("begins with 0X (--allow checksum reads it)")
)

// spelled is the text of an account without the blemishes that are allowed.
func (l *list) spelled(cell []byte) []byte {
	if l.set.blanks {
		cell = bytes.TrimSpace(cell)
	}
	if l.set.anyChecksum && len(cell) == 42 && cell[0] == '0' {
		cell = bytes.ToLower(cell)
	}
	return cell
}

func (l *list) account(cell []byte) (merkle.Account, error) {
	text := cell
	if l.set.anyChecksum || l.set.blanks {
		text = l.spelled(cell)
	}
	read := merkle.ParseAccountBytes
	if l.set.zeroAccount {
		read = merkle.ParseAccountAny
	}
	a, err := read(text)
	switch {
	case err != nil && len(bytes.TrimSpace(text)) < len(text):
		err = errBlank
	case err != nil && len(text) == 42 && text[1] == 'X':
		err = errPrefix
	case errors.Is(err, merkle.ErrChecksum):
		err = fmt.Errorf("%w (--allow checksum reads it)", err)
	case errors.Is(err, merkle.ErrZeroAccount):
		err = fmt.Errorf("%w (--allow zero-account keeps it)", err)
	case err == nil && a.Family() == merkle.EVM && shouted(text) && a.String() != string(text):
		err = errUpper
	}
	return a, err
}

// shouted reports whether all letters of an EVM address are upper-case and there is one.
func shouted(text []byte) bool {
	upper := false
	for _, c := range text[2:] {
		if c >= 'a' {
			return false
		}
		upper = upper || c >= 'A'
	}
	return upper
}
