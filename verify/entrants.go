package verify

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
)

// entrant is an account on a chain.
type entrant struct {
	acct  account
	chain string
}

// entrants numbers the entrants of all inputs in the order in which they are first met.
type entrants struct {
	camp   *campaign
	list   []entrant
	byText map[textKey]int32 // of text as written, NUL, chain as written
	byID   map[entrant]int32 // two spellings of one account are one entrant
	buf    []byte
}

// textKey is half of a SHA-256: texts themselves would take most of the memory.
type textKey [16]byte

func newEntrants(c *campaign) *entrants {
	return &entrants{camp: c, byText: map[textKey]int32{}, byID: map[entrant]int32{}}
}

// find reads an account and its chain; chain is nil when the file has no such column.
func (e *entrants) find(text, chain []byte) (int32, error) {
	e.buf = append(append(append(e.buf[:0], text...), 0), chain...)
	sum := sha256.Sum256(e.buf)
	key := textKey(sum[:16])
	if id, ok := e.byText[key]; ok {
		return id, nil
	}
	a, err := parseAccount(string(text))
	if err != nil {
		return 0, fmt.Errorf("account %s: %w", strconv.Quote(clip(string(text))), err)
	}
	en := entrant{acct: a, chain: string(chain)}
	if chain == nil {
		if en.chain, err = e.camp.chainOf(a.fam); err != nil {
			return 0, fmt.Errorf("account %s: %w", text, err)
		}
	} else if fam, ok := e.camp.hasChain(en.chain); !ok || fam != a.fam {
		return 0, fmt.Errorf("account %s: chain %s is not a chain of the campaign with such accounts", text, strconv.Quote(clip(en.chain)))
	}
	id, ok := e.byID[en]
	if !ok {
		id = int32(len(e.list))
		e.list = append(e.list, en)
		e.byID[en] = id
	}
	e.byText[key] = id
	return id, nil
}

// chainOf is the one chain among all assets with accounts of a family.
func (c *campaign) chainOf(f family) (string, error) {
	found := ""
	for _, t := range c.tokens {
		for _, a := range t.assets {
			if a.fam != f || a.chain == found {
				continue
			}
			if found != "" {
				return "", errors.New("several chains fit, a chain column is needed")
			}
			found = a.chain
		}
	}
	if found == "" {
		return "", errors.New("no chain of the campaign has such accounts")
	}
	return found, nil
}

func (c *campaign) hasChain(chain string) (family, bool) {
	for _, t := range c.tokens {
		if a := t.on(chain); a != nil {
			return a.fam, true
		}
	}
	return 0, false
}

// compareEntrants is entrant order: by account bytes, the shorter first where one is a prefix of the other, then by chain.
func compareEntrants(a, b *entrant) int {
	if c := bytes.Compare(a.acct.bytes(), b.acct.bytes()); c != 0 {
		return c
	}
	return bytes.Compare([]byte(a.chain), []byte(b.chain))
}
