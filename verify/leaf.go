package verify

import (
	"errors"
	"strconv"
)

// leafRule hashes the leaves of one tree. Cells are given in leaf order, as text; the account's cell is not used, since its bytes are known.
type leafRule struct {
	name   string
	fields []field
	types  []solType // abi only
	hash   hashKind
	prefix []byte // of a node
	shape  string
}

func newLeafRule(t *tree) (*leafRule, error) {
	r := &leafRule{name: t.man.profile.text["name"], fields: t.man.profile.fields, shape: t.man.profile.text["shape"], hash: keccak}
	if r.name == "jito-v1" {
		r.hash, r.prefix = sha2, []byte{1}
	}
	if r.name == "oz-standard-v1" {
		for _, f := range r.fields {
			typ, err := parseType(f.typ)
			if err != nil {
				return nil, err
			}
			r.types = append(r.types, typ)
		}
	}
	return r, nil
}

var errU64 = errors.New("wider than 64 bits")

// leaf is the leaf hash of one claim.
func (r *leafRule) leaf(h *hasher, account []byte, cells []string) (d digest, err error) {
	switch r.name {
	case "jito-v1":
		amount, ok1 := parseNum(cells[1])
		locked, ok2 := parseNum(cells[2])
		if !ok1 || !ok2 {
			return d, errCell
		}
		return leafJito(h, account, &amount, &locked)
	case "uniswap-v1":
		index, ok1 := parseNum(cells[0])
		amount, ok2 := parseNum(cells[2])
		if !ok1 || !ok2 {
			return d, errCell
		}
		return leafUniswap(h, &index, account, &amount), nil
	}
	return leafStandard(h, r.types, cells)
}

// leafJito is TreeNode::hash of jito-foundation/distributor, under the tag that its tree puts on leaves:
// sha256(00 ‖ sha256(claimant ‖ amount as u64 little-endian ‖ locked as u64 little-endian)).
func leafJito(h *hasher, account []byte, amount, locked *num) (d digest, err error) {
	p := append(h.buf[:0], account...)
	for _, n := range []*num{amount, locked} {
		if *(*[24]byte)(n[:24]) != [24]byte{} {
			return d, errU64
		}
		for i := range 8 {
			p = append(p, n[31-i])
		}
	}
	inner := h.sum(p)
	p = append(append(p[:0], 0), inner[:]...)
	h.buf = p
	return h.sum(p), nil
}

// leafUniswap is keccak256(abi.encodePacked(index, account, amount)) of MerkleDistributor.claim.
func leafUniswap(h *hasher, index *num, account []byte, amount *num) digest {
	h.buf = append(append(append(h.buf[:0], index[:]...), account...), amount[:]...)
	return h.sum(h.buf)
}

// leafStandard is keccak256(bytes.concat(keccak256(abi.encode(...)))) as the OpenZeppelin documentation gives it for contracts.
func leafStandard(h *hasher, types []solType, cells []string) (d digest, err error) {
	p, err := encodeTuple(h.buf[:0], types, cells)
	if err != nil {
		return d, err
	}
	h.buf = p
	inner := h.sum(p)
	return h.sum(inner[:]), nil
}

// widest is how many bits a field of the tree can hold.
func (r *leafRule) widest(i int, t *tree) int {
	if r.types != nil && r.types[i].kind == typeUint {
		return r.types[i].bits
	}
	bits, _ := strconv.Atoi(t.man.profile.text["amountBits"])
	return bits
}
