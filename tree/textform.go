package tree

import merkle "github.com/merkle-drop/merkle"

func isText(encoding string) bool { return encoding == EncodingText || encoding == EncodingTextColon }

// spells reports whether the type can stand in a text leaf: accounts and whole numbers, of which each value has one spelling without blanks
// and colons. So two rows never have one text.
func (t *fieldType) spells() bool {
	switch t.kind {
	case uintKind, intKind, addressKind, pubkeyKind:
		return true
	}
	return false
}

// minText is the fewest characters of a value; exact for addresses.
func (t *fieldType) minText() int {
	switch t.kind {
	case addressKind:
		return 2 + 2*merkle.EVM.Width()
	case pubkeyKind:
		return merkle.Solana.Width() // 32 zero bytes are 32 ones
	}
	return 1
}
