package tree

import (
	"errors"
	"fmt"
	"strings"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// domainFields are the fields that https://eips.ethereum.org/EIPS/eip-712 lets a domain have, in its order, of static types; name and version,
// which are hashed texts, are in no contract of the catalogue.
func domainFields() []Field {
	return []Field{{"chainId", "uint256", SourceDomain}, {"verifyingContract", "address", SourceDomain}, {"salt", "bytes32", SourceDomain}}
}

// checkEIP712 refuses what the encoding cannot say.
func (p *Profile) checkEIP712(types []*fieldType) (errs []error) {
	allowed, at, domain := domainFields(), 0, 0
	for i, f := range p.Fields {
		if f.Source != SourceDomain {
			if types[i].dynamic() || types[i].kind == arrayKind || types[i].kind == tupleKind {
				errs = append(errs, fmt.Errorf("field %s: type %s: encoding eip712 takes static types only", f.Name, types[i]))
			}
			continue
		}
		domain++
		for at < len(allowed) && allowed[at] != f {
			at++
		}
		if at == len(allowed) {
			errs = append(errs, fmt.Errorf("field %s: the domain has chainId uint256, verifyingContract address and salt bytes32, any of them and in this order", f.Name))
			at = 0
			continue
		}
		at++
	}
	if domain == 0 {
		errs = append(errs, errors.New("encoding eip712: no field of source domain"))
	}
	if p.Hash != HashKeccak256 || p.Width != 32 || p.LeafHashes != 2 {
		errs = append(errs, errors.New("encoding eip712: want keccak256, width 32 and two leaf hashes"))
	} else if len(p.LeafPrefixes) == 2 && (len(p.LeafPrefixes[0]) != 32 || string(p.LeafPrefixes[1]) != "\x19\x01") {
		errs = append(errs, errors.New("encoding eip712: want the 32-byte type hash of the struct and 0x1901 as leafPrefixes"))
	}
	return errs
}

// domainType is the text whose hash begins the domain.
func (p *Profile) domainType() string {
	var parts []string
	for _, f := range p.Fields {
		if f.Source == SourceDomain {
			parts = append(parts, f.Type+" "+f.Name)
		}
	}
	return "EIP712Domain(" + strings.Join(parts, ",") + ")"
}

// domain is the domain separator.
func (e *encoder) domain(p *Profile) []byte {
	h := layer.New(layer.Keccak256, 32)
	text := make([]byte, 32)
	h.Sum(text, []byte(p.domainType()), nil, nil)
	for i := range e.fields {
		if f := &e.fields[i]; f.Source == SourceDomain {
			text = append(text, f.static...)
		}
	}
	out := make([]byte, 32)
	h.Sum(out, text, nil, nil)
	return out
}
