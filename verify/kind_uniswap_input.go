package verify

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// tryUniswapInput reads the lists that merkle-distributor makes trees of: the old object {account: amount}, the newer [{address, earnings, reasons}], and the latter as
// JSON Lines. They state no root, so that one is to be given or to stand in a file beside them.
func tryUniswapInput(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top().asRows("address", "earnings")
		first := top.first()
		switch {
		case top.isList() && has(first, "address", "earnings") && !isSolanaText(first, "address"):
			p.take("uniswap-input", s)
			p.uniswapList(s, top)
		case top.kind() == '{' && isAddress(firstName(top)) && (first.kind() == '"' || first.kind() == '0') && plainAmounts(top) && !(p.o.Decimals >= 0 && wholeTokenRows(top)):
			p.take("uniswap-input", s)
			p.uniswapObject(s, top)
		default:
			return false
		}
		return true
	})
}

// isSolanaText reports a member that is a Solana key: other tools have lists of the same members.
func isSolanaText(row jval, member string) bool {
	v, _ := row.get(member)
	var raw [32]byte
	return unbase58(&raw, v.text())
}

// plainAmounts reports an object all of whose values are texts or numbers.
func plainAmounts(top jval) bool {
	good := true
	top.each(func(m jmember) bool {
		good = m.val.kind() == '"' || m.val.kind() == '0'
		return good
	})
	return good
}

func inputListing(s *source, path string) *listing {
	return &listing{name: s.name, src: s, path: path, columns: []string{"index", "account", "amount"}, tries: []candidate{
		{profile: "uniswap-v1", index: "eip55-sort", columns: []string{"index", "account", "amount"}},
		{profile: "address-amount-packed-v1"}, {profile: "hedgey-v1"}, {profile: "text-v1"}}}
}

// indexBySort gives every row the rank of its EIP-55 text, which is the index that the tool gives it.
func (l *listing) indexBySort() {
	accounts := make([]account, len(l.rows))
	for i := range l.rows {
		accounts[i] = l.rows[i].acct
	}
	for i, rank := range ranks("eip55-sort", accounts) {
		l.rows[i].cells[0] = strconv.Itoa(rank)
	}
}

func (p *filePass) uniswapList(s *source, top jval) {
	l := inputListing(s, "rows")
	q := p.rowsOf(l)
	top.items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		ok := q.accountOf(r, v, "address")
		amount, good := q.numberOf(r, v, "earnings")
		q.end(r, ok && good, "", hex0x(r.acct.raw[:20]), amount)
		return true
	})
	q.close()
	l.indexBySort()
	p.add(l)
}

// uniswapObject reads the old form. Its tool puts 0x before every value that is a text, so that "100" is 256; a JSON number 100 stays 100. Both readings become
// candidates, and where all texts look like decimals the trap is a finding, with what each reading adds up to.
func (p *filePass) uniswapObject(s *source, top jval) {
	l := inputListing(s, "")
	l.columns = append(l.columns, "decimal")
	q := p.rowsOf(l)
	texts, letters, prefixed := 0, 0, 0
	var first jmember
	top.each(func(m jmember) bool {
		r := q.begin(s, m.at, m.name)
		ok := q.account(r, m.name, m.at)
		text := strings.TrimSpace(m.val.text())
		if m.val.kind() == '0' {
			amount, good := q.number(r, m.val, "")
			q.end(r, ok && good, "", hex0x(r.acct.raw[:20]), amount, amount)
			return true
		}
		if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
			prefixed++
			amount, good := q.number(r, m.val, "")
			q.end(r, ok && good, "", hex0x(r.acct.raw[:20]), amount, amount)
			return true
		}
		if texts++; texts == 1 {
			first = m
		}
		hex, _, good := integerText("0x" + text)
		decimal, _, isDecimal := integerText(text)
		if !good {
			p.fault(RowValue, l.where(r, m.val.at, ""), clip(m.val.raw()), "hex digits, as the tool of this form reads them")
			return true
		}
		if !isDecimal {
			letters++
			decimal = new(big.Int)
		}
		if hex.BitLen() > 256 {
			p.fault(RowWidth, l.where(r, m.val.at, ""), hex.String(), "at most 256 bits")
			ok = false
		}
		q.end(r, ok, "", hex0x(r.acct.raw[:20]), hex.String(), decimal.String())
		return true
	})
	q.close()
	l.indexBySort()
	if texts > 0 && letters == 0 {
		c := candidate{profile: "uniswap-v1", index: "eip55-sort", columns: []string{"index", "account", "decimal"}, note: "texts read as decimals"}
		l.tries[0].note = "texts read as hex digits, as the tool does"
		flat, abi, text := c, c, c
		flat.profile, abi.profile, text.profile = "address-amount-packed-v1", "hedgey-v1", "text-v1"
		for _, x := range []*candidate{&flat, &abi, &text} {
			x.columns, x.index = []string{"account", "decimal"}, ""
		}
		l.tries = []candidate{l.tries[0], c, flat, abi, text}
		l.after = func(j *judge, b *builtList, matched bool) { j.hexTrap(b, first, matched) }
	}
	p.add(l)
}

// hexTrap says what each reading of the amounts adds up to. When a stated root was met, the root says which reading was meant, and the other one is the remark.
func (j *judge) hexTrap(b *builtList, first jmember, matched bool) {
	hex, decimal := j.l.sum("amount"), j.l.sum("decimal")
	where := j.l.src.place(first.val.at)
	what := fmt.Sprintf("texts without 0x that look like decimals: %s, read as hex digits by merkle-distributor (as %s by people)", first.val.raw(), first.val.text())
	want := fmt.Sprintf("total %s as hex digits, %s as decimals", hex, decimal)
	if matched {
		decimals := b.c.columns != nil && b.c.columns[len(b.c.columns)-1] == "decimal"
		reading := "hex digits"
		if decimals {
			reading, j.tree.Total = "decimals", sumText(decimal)
		}
		j.p.remark(ListTrap, where, what, want+"; the root is that of "+reading)
		return
	}
	if hex.Cmp(decimal) != 0 {
		j.p.fault(ListTrap, where, what, want+"; write 0x before hex digits, or the newer form [{address, earnings}]")
	}
}
