package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// leafRule hashes the leaves of trees of one profile and says how the trees are built. It is made once and read by many goroutines.
type leafRule struct {
	name      string
	fields    []field
	types     []solType         // of the fields
	constants map[string]string // values of fields whose cells need not be given
	encoding  string
	hashes    int
	prefixes  [][]byte // before the input of each leaf hash; two-level: of inner and outer leaves
	domain    []byte   // eip712: hash of the domain, which the second hash takes before the first
	hash      hashKind
	width     int // bytes kept of each hash

	prefix     []byte // of a node
	positional bool   // left child first; else the bytewise smaller one
	shape      string
	pad        digest
	order      string // the profile's own
	dedupe     bool
	grouping   string
	shard      int // digits of shard-K, else 0
	account    int // place of the field of source account, -1: none
	token      int // likewise
	widest     []int
}

var (
	errCell = errors.New("not a value of the field's type, in the format's spelling")
	errWide = errors.New("wider than the field")
)

// newLeafRuleFor prepares a profile that is settled (resolve). Constants are the values of fields of source constant and domain; the latter must be there.
func newLeafRuleFor(p *profile, constants map[string]string) (*leafRule, error) {
	t := p.text
	r := &leafRule{name: t["name"], fields: p.fields, constants: constants, encoding: t["encoding"], shape: t["shape"], order: t["order"], grouping: t["grouping"],
		positional: t["pair"] == "positional", dedupe: t["dedupe"] == "yes", account: -1, token: -1}
	wrong := func(member string) error { return fmt.Errorf("profile %s: %s %q", r.name, member, clip(t[member])) }
	switch t["hash"] {
	case "keccak256":
	case "sha256":
		r.hash = sha2
	default:
		return nil, wrong("hash")
	}
	var ok bool
	if r.width, ok = parseCount(t["width"]); !ok || r.width < 1 || r.width > 32 {
		return nil, wrong("width")
	}
	if r.hashes, ok = parseCount(t["leafHashes"]); !ok || r.hashes > 2 {
		return nil, wrong("leafHashes")
	}
	for _, s := range p.leafPrefixes {
		b, ok := unhex0x(s)
		if !ok {
			return nil, fmt.Errorf("profile %s: leafPrefixes %q", r.name, clip(s))
		}
		r.prefixes = append(r.prefixes, b)
	}
	if r.prefix, ok = unhex0x(t["nodePrefix"]); !ok {
		return nil, wrong("nodePrefix")
	}
	pad, ok := unhex0x(t["pad"])
	if !ok || len(pad) > 32 {
		return nil, wrong("pad")
	}
	copy(r.pad[:], pad)
	if !slices.Contains([]string{"heap", "promote", "duplicate", "pad-pow2", "zero-sibling", "empty-sibling"}, r.shape) {
		return nil, wrong("shape")
	}
	if err := r.readGrouping(); err != nil {
		return nil, err
	}
	if want := r.hashes + btoi(r.grouping == "two-level"); len(r.prefixes) != want {
		return nil, fmt.Errorf("profile %s: %d leaf prefixes, want %d", r.name, len(r.prefixes), want)
	}
	return r, r.readFields(p)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *leafRule) readGrouping() error {
	switch r.grouping {
	case "none", "two-level":
	case "shard-1", "shard-2", "shard-3", "shard-4":
		r.shard = int(r.grouping[len("shard-")] - '0')
	default:
		return fmt.Errorf("profile %s: grouping %q", r.name, clip(r.grouping))
	}
	return nil
}

func (r *leafRule) readFields(p *profile) error {
	amountBits, _ := parseCount(p.text["amountBits"])
	for i, f := range r.fields {
		typ, err := parseType(f.typ)
		if err != nil {
			return err
		}
		if !typ.fits(r.encoding) {
			return fmt.Errorf("profile %s: field %s: type %q in encoding %s", r.name, f.name, clip(f.typ), r.encoding)
		}
		if typ.kind == typeIdentity && (i == 0 || r.types[i-1].kind != typeEcosystem) {
			return fmt.Errorf("profile %s: field %s: an identity without the ecosystem before it", r.name, f.name)
		}
		r.types = append(r.types, typ)
		bits := typ.bits
		switch f.source {
		case "account":
			r.account = i
		case "token":
			r.token = i
		case "amount":
			if amountBits > 0 && (amountBits < bits || bits == 0) {
				bits = amountBits
			}
		}
		r.widest = append(r.widest, bits)
	}
	if r.hashes == 0 && (len(r.types) != 1 || r.types[0].kind != typeFixedBytes || r.types[0].length != r.width) {
		return fmt.Errorf("profile %s: a leaf that is not hashed must be one field of %d bytes", r.name, r.width)
	}
	if r.grouping == "two-level" && (r.account != 0 || r.token < 0) || r.shard > 0 && (r.account < 0 || p.text["accounts"] != "evm") {
		return fmt.Errorf("profile %s: fields that grouping %s does not work with", r.name, r.grouping)
	}
	if r.encoding == "eip712" {
		return r.readDomain()
	}
	return nil
}

// readDomain hashes the EIP-712 domain, which is made of the fields of source domain.
func (r *leafRule) readDomain() error {
	text, h := "EIP712Domain(", newHasher(keccak)
	var encoded []byte
	for i, f := range r.fields {
		if f.source != "domain" {
			continue
		}
		if !strings.HasSuffix(text, "(") {
			text += ","
		}
		text += f.typ + " " + f.name
		cell, ok := r.constants[f.name]
		if !ok {
			return fmt.Errorf("profile %s: the constant %s is needed for the domain", r.name, f.name)
		}
		var err error
		if encoded, err = r.types[i].encode(encoded, cell); err != nil {
			return fmt.Errorf("profile %s: the constant %s = %q: %w", r.name, f.name, clip(cell), err)
		}
	}
	kind := h.sum([]byte(text + ")"))
	sum := h.sum(append(kind[:], encoded...))
	r.domain = sum[:]
	return nil
}

// skips reports whether a field is not in the leaf's pre-image: one of the domain, and the account of a two-level tree, which is in the outer leaf.
func (r *leafRule) skips(i int) bool {
	return r.fields[i].source == "domain" || (r.grouping == "two-level" && i == r.account)
}

// cell is what a field holds: the constant of that name, if there is one.
func (r *leafRule) cell(i int, cells []string) string {
	if s := r.fields[i].source; s == "constant" || s == "domain" {
		if c, ok := r.constants[r.fields[i].name]; ok {
			return c
		}
	}
	return cells[i]
}

// preimage appends the bytes that are hashed first, without prefix. Cells are given in leaf order, as text in the spelling of FORMAT.md 7; account is the raw bytes of
// the account, or nil when its cell is to be read. Errors are errCell, errWide, or wrap one of them.
func (r *leafRule) preimage(dst, account []byte, cells []string) ([]byte, error) {
	switch r.encoding {
	case "abi", "eip712":
		return r.encodeABI(dst, account, cells)
	case "text":
		return r.encodePlain(dst, account, cells, ' ')
	case "text-colon":
		return r.encodePlain(dst, account, cells, ':')
	}
	var err error
	for i := range r.fields {
		if r.skips(i) {
			continue
		}
		if i == r.account && account != nil {
			dst = append(dst, account...)
			continue
		}
		c := r.cell(i, cells)
		if t := &r.types[i]; t.kind == typeIdentity {
			dst, err = appendIdentity(dst, r.cell(i-1, cells), c)
		} else {
			dst, err = t.pack(dst, c)
		}
		if err != nil {
			return dst, r.cellError(i, c, err)
		}
	}
	return dst, nil
}

func (r *leafRule) cellError(i int, cell string, err error) error {
	return fmt.Errorf("%s %q: %w", r.fields[i].name, clip(cell), err)
}

// leaf is the leaf hash of one claim, as preimage takes it. In a two-level tree it is the inner one.
func (r *leafRule) leaf(h *hasher, account []byte, cells []string) (d digest, err error) {
	if r.hashes == 0 {
		b, err := r.preimage(h.buf[:0], account, cells)
		copy(d[:], b)
		return d, err
	}
	p, err := r.preimage(append(h.buf[:0], r.prefixes[0]...), account, cells)
	h.buf = p
	if err != nil {
		return d, err
	}
	if r.hashes == 1 {
		return h.cut(p, r.width), nil
	}
	d = h.cut(p, r.width)
	p = append(append(append(p[:0], r.prefixes[1]...), r.domain...), d[:r.width]...)
	h.buf = p
	return h.cut(p, r.width), nil
}

// outer is the leaf of an account's inner root in a two-level tree.
func (r *leafRule) outer(h *hasher, account []byte, inner *digest) digest {
	h.buf = append(append(append(h.buf[:0], r.prefixes[1]...), account...), inner[:r.width]...)
	return h.cut(h.buf, r.width)
}
