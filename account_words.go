package merkle

import "encoding/binary"

// Words returns the account's bytes as four big-endian numbers, so that accounts of one family compare as they do. An EVM address fills the
// first two and the upper half of the third; the rest is 0.
func (a *Account) Words() (w [4]uint64) {
	w[0], w[1] = binary.BigEndian.Uint64(a.raw[:8]), binary.BigEndian.Uint64(a.raw[8:16])
	w[2], w[3] = binary.BigEndian.Uint64(a.raw[16:24]), binary.BigEndian.Uint64(a.raw[24:])
	return w
}

// AccountFromWords returns the account whose Words are w; of an EVM address the lower half of w[2] and w[3] are not read. No family gives no account, zeros the
// zero account, which the caller has to refuse.
func AccountFromWords(f Family, w [4]uint64) (a Account) {
	if f.Width() == 0 {
		return a
	}
	a.family = f
	binary.BigEndian.PutUint64(a.raw[:8], w[0])
	binary.BigEndian.PutUint64(a.raw[8:16], w[1])
	if f == EVM {
		binary.BigEndian.PutUint32(a.raw[16:20], uint32(w[2]>>32))
		return a
	}
	binary.BigEndian.PutUint64(a.raw[16:24], w[2])
	binary.BigEndian.PutUint64(a.raw[24:], w[3])
	return a
}
