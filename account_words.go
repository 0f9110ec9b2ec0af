package merkle

import "encoding/binary"

// Words returns the account's bytes as four big-endian numbers, so that accounts of one family compare as they do. An EVM address fills the
// first two and the upper half of the third; the rest is 0.
func (a *Account) Words() (w [4]uint64) {
	w[0], w[1] = binary.BigEndian.Uint64(a.raw[:8]), binary.BigEndian.Uint64(a.raw[8:16])
	w[2], w[3] = binary.BigEndian.Uint64(a.raw[16:24]), binary.BigEndian.Uint64(a.raw[24:])
	return w
}
