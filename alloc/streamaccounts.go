package alloc

import (
	"bytes"
	"crypto/sha256"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// kindTally counts kinds of accounts and keeps the first of each in entrant order. Accounts are judged many at once, on all processors:
// whether a key is on the curve takes microseconds.
type kindTally struct {
	own     map[merkle.Account]bool
	counts  merkle.AccountCounts
	first   [len(merkle.AccountCounts{})]Entrant
	waiting []Entrant
}

// tallied is how many entrants are judged at once.
const tallied = 1 << 14

// meet takes an entrant that has a claim.
func (t *kindTally) meet(e Entrant) {
	if t.waiting = append(t.waiting, e); len(t.waiting) == tallied {
		t.judge()
	}
}

// judge judges those that are waiting.
func (t *kindTally) judge() {
	n := len(t.waiting)
	var mu sync.Mutex
	inParts(sortParts, func(part int) {
		var own kindTally
		for _, e := range t.waiting[part*n/sortParts : (part+1)*n/sortParts] {
			k := e.Account.Kind()
			if t.own[e.Account] {
				k = merkle.KindOwn
			}
			own.add(k, 1, e)
		}
		mu.Lock()
		defer mu.Unlock()
		for k, n := range own.counts {
			t.add(merkle.AccountKind(k), n, own.first[k])
		}
	})
	t.waiting = t.waiting[:0]
}

func (t *kindTally) add(k merkle.AccountKind, n int, e Entrant) {
	if n > 0 && (t.counts[k] == 0 || e.compare(t.first[k]) < 0) {
		t.first[k] = e
	}
	t.counts[k] += n
}

// notes is countKinds.
func (t *kindTally) notes(c *campaign.Campaign) (notes []string) {
	for _, k := range merkle.AccountKinds() {
		if t.counts[k] > 0 && c.Accounts.Of(k) == "warn" {
			notes = append(notes, kindNote(k, t.counts[k], t.first[k].Account))
		}
	}
	return notes
}

// refusedAccounts are accounts of kinds that the campaign refuses. So many are kept as faults could name, and more; beyond, entrants are counted.
type refusedAccounts struct {
	waiting []merkle.Account
	kinds   map[merkle.Account]merkle.AccountKind
	more    int
}

const mostRefused = 1 << 16

// judge takes an entrant that is not excluded, when the campaign refuses any kind of account.
func (s *stream) judge(e Entrant) {
	if !s.refuses || s.excludes(e) {
		return
	}
	r := &s.refused
	if r.waiting = append(r.waiting, e.Account); len(r.waiting) == tallied {
		r.judge(s)
	}
}

// judge judges those that are waiting, on all processors.
func (r *refusedAccounts) judge(s *stream) {
	n := len(r.waiting)
	kinds := make([]merkle.AccountKind, n)
	inParts(sortParts, func(part int) {
		for i := part * n / sortParts; i < (part+1)*n/sortParts; i++ {
			if kinds[i] = r.waiting[i].Kind(); s.own[r.waiting[i]] {
				kinds[i] = merkle.KindOwn
			}
		}
	})
	for i, k := range kinds {
		a := r.waiting[i]
		if _, known := r.kinds[a]; known || s.c.Accounts.Of(k) != "refuse" {
			continue
		}
		if len(r.kinds) == mostRefused {
			r.more++
			continue
		}
		if r.kinds == nil {
			r.kinds = map[merkle.Account]merkle.AccountKind{}
		}
		r.kinds[a] = k
	}
	r.waiting = r.waiting[:0]
}

// refuse is refuseAccounts: a fault for each of them at its first row.
func (s *stream) refuse() error {
	s.refused.judge(s)
	for _, src := range s.opened {
		if len(s.refused.kinds) == 0 {
			break
		}
		if err := src.refuseRows(s.refused.kinds); err != nil {
			return err
		}
	}
	s.refuseRest(s.refused.kinds)
	s.faults.More += s.refused.more
	return nil
}

// gaining is the account that takes residuals, when the campaign names one. It has a record among the claims of every token, at its place, whether
// it has a claim or not: what it gains is known only when all claims are.
type gaining struct {
	entrant Entrant
	raw     []byte
	key     [32]byte
	named   bool
	met     bool   // it is an entrant without its gain
	added   bool   // and else has been added
	dropped []bool // by token: it counts as dropped without its gain
}

func (g *gaining) find(r *reading) {
	if r.c.Rounding.Residual.To != "account" || r.c.Rule.Astra != nil {
		return
	}
	e, err := r.residualEntrant()
	if err != nil { // checkResidual refuses it
		return
	}
	*g = gaining{entrant: e, raw: e.Account.Bytes(), named: true, dropped: make([]bool, len(r.c.Tokens))}
	g.key = sha256.Sum256(g.raw)
}

// due reports whether the account is to be added to a chain before the entrant with these account bytes; nil: at the end.
func (g *gaining) due(chain uint16, next []byte) bool {
	if !g.named || g.met || g.added || g.entrant.Chain != chain {
		return false
	}
	if next == nil {
		return true
	}
	k := sha256.Sum256(next)
	return bytes.Compare(g.key[:], k[:]) < 0
}

// is reports whether the entrant is the account.
func (g *gaining) is(chain uint16, raw []byte) bool {
	return g.named && g.entrant.Chain == chain && bytes.Equal(g.raw, raw)
}

// enters is reading.enter: it refuses the first row of an entrant whom a token could not be paid. excluded says whether a list takes the entrant out.
func (s *stream) enters(src *source, col int, e Entrant) (excluded, ok bool) {
	excluded = s.excludes(e)
	for k := range s.c.Tokens {
		if _, there := s.unit(k, e.Chain); there || s.unpayable[e] {
			continue
		}
		if len(s.unpayable) < mostRefused {
			s.unpayable[e] = true
		}
		src.no(col, s.shadowed(k, e))
		s.judge(e) // it may have no other row
		return excluded, false
	}
	return excluded, true
}
