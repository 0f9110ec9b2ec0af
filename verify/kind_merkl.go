package verify

import (
	"errors"
	"math/big"
)

// tryMerkl reads rewards of Merkl: the epoch file {merklRoot, rewards: {id: {token, holders}}}, the same without a root, rows {recipient, rewardToken, reason, amount}, the
// input of airdrops {rewardToken, rewards: {account: {reason: amount}}}, and what the claims API answers.
func tryMerkl(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top().asRows("recipient", "rewardToken", "amount")
		rewards, ok := top.get("rewards")
		switch first := top.first(); {
		case ok && rewards.kind() == '{' && has(rewards.first(), "holders"):
			p.take("merkl", s)
			p.merklEpoch(s, top, rewards)
		case top.kind() == '{' && has(first, "token", "holders"):
			p.take("merkl", s)
			p.merklEpoch(s, top, top)
		case ok && rewards.kind() == '{' && has(top, "rewardToken"):
			p.take("merkl", s)
			p.merklInput(s, top, rewards)
		case top.isList() && has(first, "recipient", "rewardToken", "amount"):
			p.take("merkl", s)
			p.merklRows(s, top)
		case isMerklAnswer(top):
			p.take("merkl-api", s)
			p.merklAnswer(s, top)
		default:
			return false
		}
		return true
	})
}

// merklSums adds what rows give one account in one token, in the order in which they are first met.
type merklSums struct {
	p      *filePass
	l      *listing
	q      *rowReader
	at     map[[2]account]int
	users  []account
	tokens []account
	seen   map[account]bool
	known  map[account]bool
}

func (p *filePass) merklSums(s *source, path string) *merklSums {
	l := &listing{name: s.name, src: s, path: path, columns: []string{"account", "token", "amount"}}
	m := &merklSums{p: p, l: l, q: p.rowsOf(l), at: map[[2]account]int{}, seen: map[account]bool{}, known: map[account]bool{}}
	l.tries = []candidate{
		{profile: "merkl-v1", keep: func(r *fileRow) bool { return r.cells[2] != "0" }, note: "without amounts of 0"},
		{profile: "merkl-sdk-v1", extra: m.zeros, note: "a row for every account and token"},
		{profile: "merkl-v1"},
	}
	return m
}

// add counts an amount to its account and token.
func (m *merklSums) add(r *fileRow, token account, amount string) {
	key := [2]account{r.acct, token}
	if !m.seen[r.acct] {
		m.seen[r.acct] = true
		m.users = append(m.users, r.acct)
	}
	if !m.known[token] {
		m.known[token] = true
		m.tokens = append(m.tokens, token)
	}
	if i, ok := m.at[key]; ok {
		a, _ := new(big.Int).SetString(m.l.rows[i].cells[2], 10)
		b, _ := new(big.Int).SetString(amount, 10)
		m.l.rows[i].cells[2] = a.Add(a, b).String()
		return
	}
	m.at[key] = len(m.l.rows)
	m.q.end(r, true, hex0x(r.acct.raw[:20]), hex0x(token.raw[:20]), amount)
}

// zeros are the rows of amount 0 for every account and token that the list does not pair.
func (m *merklSums) zeros() ([]fileRow, error) {
	if len(m.users)*len(m.tokens) > 4_000_000 {
		return nil, errors.New("more than 4 million pairs of account and token")
	}
	var out []fileRow
	for _, u := range m.users {
		for _, t := range m.tokens {
			if _, ok := m.at[[2]account{u, t}]; !ok {
				r := newRow(m.l.src, 0, "", -1)
				r.acct, r.cells = u, []string{hex0x(u.raw[:20]), hex0x(t.raw[:20]), "0"}
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func (m *merklSums) finish() {
	m.q.close()
	m.p.add(m.l)
}

// token reads an address that is not a row's account.
func (p *filePass) tokenAt(s *source, v jval, what string) (account, bool) {
	if v.kind() != '"' {
		p.fault(RowAccount, s.place(max(v.at, 0))+" "+what, clip(v.raw()), "0x and 40 hex digits")
		return account{}, false
	}
	return p.evmAccount(v.text(), s.place(v.at)+" "+what)
}

func (p *filePass) merklEpoch(s *source, top, rewards jval) {
	m := p.merklSums(s, "rewards")
	if root, ok := firstOf(top, "merklRoot", "merkleRoot", "root"); ok && root.kind() == '"' {
		m.l.root, m.l.rootAt = root.text(), root.at
	}
	rewards.each(func(d jmember) bool {
		v, _ := d.val.get("token")
		token, ok := p.tokenAt(s, v, "rewards["+quotedText(d.name)+"].token")
		holders, _ := d.val.get("holders")
		sum := new(big.Int)
		holders.each(func(h jmember) bool {
			r := m.q.begin(s, h.at, h.name)
			good := m.q.account(r, h.name, h.at)
			amount, okAmount := m.q.numberOf(r, h.val, "amount")
			if parts, has := h.val.get("breakdown"); has && okAmount {
				p.merklParts(m.l, r, parts, amount)
			}
			if okAmount {
				n, _ := new(big.Int).SetString(amount, 10)
				sum.Add(sum, n)
			}
			if ok && good && okAmount {
				m.add(r, token, amount)
			}
			return true
		})
		if total, has := d.val.get("totalAmount"); has {
			p.figure(m.l, "rewards["+quotedText(d.name)+"].totalAmount", total, "", sum)
		}
		return true
	})
	m.finish()
}

// merklParts holds the parts of an amount against it.
func (p *filePass) merklParts(l *listing, r *fileRow, parts jval, amount string) {
	sum, n := new(big.Int), 0
	for _, part := range parts.members() {
		v := part.val
		if v.kind() == '{' {
			if x, ok := v.get("amount"); ok {
				v = x
			}
		}
		x, _, ok := integer(v)
		if !ok {
			return
		}
		sum.Add(sum, x)
		n++
	}
	if n > 0 && sum.String() != amount {
		p.fault(ListDiffers, l.where(r, parts.at, "breakdown"), sum.String(), amount+", the amount that it breaks down")
	}
}

func (p *filePass) merklInput(s *source, top, rewards jval) {
	m := p.merklSums(s, "rewards")
	v, _ := top.get("rewardToken")
	token, ok := p.tokenAt(s, v, "rewardToken")
	rewards.each(func(h jmember) bool {
		r := m.q.begin(s, h.at, h.name)
		good := m.q.account(r, h.name, h.at)
		sum := new(big.Int)
		h.val.each(func(reason jmember) bool {
			v := reason.val
			if v.kind() == '{' {
				v, _ = v.get("amount")
			}
			amount, okAmount := m.q.number(r, v, quotedText(reason.name))
			if okAmount {
				n, _ := new(big.Int).SetString(amount, 10)
				sum.Add(sum, n)
			}
			good = good && okAmount
			return true
		})
		if ok && good {
			m.add(r, token, sum.String())
		}
		return true
	})
	m.finish()
}

func (p *filePass) merklRows(s *source, top jval) {
	m := p.merklSums(s, "rows")
	top.items(func(_ int, v jval) bool {
		r := m.q.begin(s, v.at, "")
		ok := m.q.accountOf(r, v, "recipient")
		x, _ := v.get("rewardToken")
		token, ok2 := p.tokenAt(s, x, "rewardToken")
		amount, ok3 := m.q.numberOf(r, v, "amount")
		if ok && ok2 && ok3 {
			m.add(r, token, amount)
		}
		return true
	})
	m.finish()
}
