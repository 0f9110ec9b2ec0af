package verify

import (
	"math/big"
	"strconv"
	"strings"
)

// tryUniswap reads the claims file of Uniswap's merkle-distributor and its many forks: {merkleRoot, tokenTotal, claims: {account: {index, amount, proof}}}.
func tryUniswap(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		claims, ok := top.get("claims")
		if !ok || claims.kind() != '{' || !has(top, "merkleRoot") {
			return false
		}
		first := claims.first()
		if first.d != nil && (!has(first, "index", "proof") || has(first, "data")) {
			return false
		}
		if _, ok := amountMember(first); first.d != nil && !ok {
			return false
		}
		p.take("uniswap", s)
		p.add(p.uniswapClaims(s, top, claims))
		return true
	})
}

// amountMember is the member of a claim in base units: forks name it otherwise, and put a text for people under amount.
func amountMember(claim jval) (string, bool) {
	for _, name := range []string{"amountInWei", "amountWei", "amountRaw", "rawAmount", "amountInBaseUnits", "amount", "earnings", "balance", "value"} {
		if v, ok := claim.get(name); ok {
			if _, _, good := integer(v); good {
				return name, true
			}
		}
	}
	if name := otherAmount(claim); name != "" {
		return name, true
	}
	if has(claim, "amount") {
		return "amount", true
	}
	return "", false
}

// otherAmount is a member with a whole number whose name speaks of an amount, where no usual name has one.
func otherAmount(claim jval) (name string) {
	claim.each(func(m jmember) bool {
		text := strings.ToLower(m.name)
		if strings.Contains(text, "amount") || strings.Contains(text, "balance") || strings.HasSuffix(text, "wei") {
			if _, _, ok := integer(m.val); ok {
				name = m.name
			}
		}
		return name == ""
	})
	return name
}

func (p *filePass) uniswapClaims(s *source, top, claims jval) *listing {
	l := &listing{name: s.name, src: s, path: "claims", columns: []string{"index", "account", "amount"},
		tries: []candidate{{profile: "uniswap-v1"}}}
	root, _ := top.get("merkleRoot")
	l.root, l.rootAt = root.text(), root.at
	human := &humanAmounts{}
	q := p.rowsOf(l)
	p.uniswapRows(q, s, claims, human)
	q.close()
	for _, name := range []string{"tokenTotalInWei", "tokenTotalWei", "tokenTotal", "totalAmount", "total"} {
		if v, ok := top.get(name); ok {
			p.total(l, name, v, "amount", human)
		}
	}
	human.compare(p, s)
	l.after = func(j *judge, b *builtList, _ bool) { j.indexBySort(b) }
	return l
}

// uniswapRows reads claims by account.
func (p *filePass) uniswapRows(q *rowReader, s *source, claims jval, human *humanAmounts) {
	amountName, _ := amountMember(claims.first())
	claims.each(func(m jmember) bool {
		r := q.begin(s, m.at, m.name)
		ok := q.account(r, m.name, m.at)
		index, okIndex := q.numberOf(r, m.val, "index")
		name := amountName
		if v, has := m.val.get(name); !has || v.kind() == '{' {
			if name, _ = amountMember(m.val); name == "" {
				name = "amount"
			}
		}
		amount, okAmount := q.numberOf(r, m.val, name)
		q.proofOf(r, m.val, "proof")
		if text, has := m.val.get("amount"); has && name != "amount" && okAmount {
			human.add(text, amount)
		}
		q.end(r, ok && okIndex && okAmount, index, hex0x(r.acct.raw[:20]), amount)
		return true
	})
}

// tryUniswapChunks reads claims that were cut into several files by account, {account: {index, amount, proof}} each, as the claim pages of large drops load them. The
// files state no root: it stands beside them, is given, or is what the proofs lead to.
func tryUniswapChunks(p *filePass) bool {
	var chunks []*source
	for _, s := range p.free() {
		top := s.top()
		if top.kind() != '{' || !isAddress(firstName(top)) || !has(top.first(), "index", "proof") || has(top.first(), "data") {
			continue
		}
		if _, ok := amountMember(top.first()); ok {
			chunks = append(chunks, s)
		}
	}
	if len(chunks) == 0 {
		return false
	}
	p.take("uniswap-chunks", chunks...)
	l := &listing{name: chunks[0].name, src: chunks[0], path: "", columns: []string{"index", "account", "amount"}, tries: []candidate{{profile: "uniswap-v1"}}}
	if len(chunks) > 1 {
		l.name = strconv.Itoa(len(chunks)) + " chunks"
	}
	q, human := p.rowsOf(l), &humanAmounts{}
	for _, s := range chunks {
		p.uniswapRows(q, s, s.top(), human)
	}
	q.close()
	human.compare(p, chunks[0])
	l.after = func(j *judge, b *builtList, _ bool) { j.indexBySort(b) }
	p.add(l)
	return true
}

// indexBySort says whether the indexes are those that merkle-distributor gives: the rank of the account's EIP-55 text. Others are as good to the contract.
func (j *judge) indexBySort(b *builtList) {
	i := j.l.column("index")
	accounts := make([]account, len(b.rows))
	for k, r := range b.rows {
		accounts[k] = r.acct
	}
	for k, rank := range ranks("eip55-sort", accounts) {
		if b.rows[k].cells[i] != strconv.Itoa(rank) {
			return
		}
	}
	j.tree.Index = "eip55-sort"
	j.p.check("%s: every index is the rank of the account's EIP-55 text", j.l.name)
}

// total notes a stated total: a whole number is compared with the sum of a column; a text for people is compared with the totals in base units.
func (p *filePass) total(l *listing, name string, v jval, column string, human *humanAmounts) {
	if n, _, ok := integer(v); ok {
		l.figures = append(l.figures, figure{name: name, src: l.src, at: v.at, got: n, column: column})
		return
	}
	if human != nil && v.kind() == '"' {
		human.totals = append(human.totals, v)
		human.sum = l.sum(column)
		return
	}
	p.fault(RowValue, l.src.place(v.at)+" "+name, clip(v.raw()), "a whole number that is not negative")
}

// humanAmounts are texts such as "49 UNI" beside amounts in base units. They must all agree for one number of decimals.
type humanAmounts struct {
	texts  []jval
	units  []string
	totals []jval
	sum    *big.Int
}

func (h *humanAmounts) add(v jval, units string) {
	if v.kind() == '"' || v.kind() == '0' {
		h.texts, h.units = append(h.texts, v), append(h.units, units)
	}
}

func (h *humanAmounts) compare(p *filePass, s *source) {
	for _, v := range h.totals {
		if h.sum != nil {
			h.texts, h.units = append(h.texts, v), append(h.units, h.sum.String())
		}
	}
	if len(h.texts) == 0 {
		return
	}
	decimals, known := 0, false
	for d := 0; d <= 36 && !known; d++ {
		agree := 0
		for i := range h.texts {
			if n, ok := humanValue(h.texts[i].text(), d); ok && n.String() == h.units[i] && h.units[i] != "0" {
				agree++
			}
		}
		if agree > 0 && 2*agree > len(h.texts)-1 {
			decimals, known = d, true
		}
	}
	if !known {
		p.skip("%s: the amounts for people beside those in base units: they fit no number of decimals", s.name)
		return
	}
	for i, v := range h.texts {
		if n, ok := humanValue(v.text(), decimals); !ok || n.String() != h.units[i] {
			p.fault(ListDiffers, s.place(v.at), clip(v.text()), h.units[i]+" base units")
		}
	}
	p.check("%s: %d amounts for people agree with those in base units at %d decimals", s.name, len(h.texts), decimals)
}

// humanValue reads "110.94798609 UNI" in units of 10^-decimals.
func humanValue(s string, decimals int) (*big.Int, bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	s = strings.ReplaceAll(s, ",", "")
	n, cut, err := humanUnits(s, decimals)
	return n, err == nil && cut == ""
}
