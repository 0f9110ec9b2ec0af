package verify

import (
	"math/big"
	"strconv"
	"strings"
)

// tryClaims reads claims of no tool in particular: an object with a root and, under some usual name, rows by account or in a list, with amounts and proofs.
// Which leaf they are of is told by the proofs and the root.
func tryClaims(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		if rows, path, ok := claimRows(top); ok && provable(top, rows.first()) {
			p.take("claims", s)
			p.genericClaims(s, s.name, top, rows, path)
			return true
		}
		if p.severalTrees(s, top) {
			return true
		}
		return false
	})
}

// provable reports a root or a proof, without which rows are only a list (tryLists).
func provable(top, row jval) bool {
	_, root := rootMember(top)
	_, proof := firstOf(row, "proof", "proofs", "merkleProof", "merkle_proof")
	return root || proof
}

// severalTrees reads a file of a tree for each token: a list of objects, or an object of them by name, every one with a root and rows.
func (p *filePass) severalTrees(s *source, top jval) bool {
	first := top.first()
	if _, _, ok := claimRows(first); !ok {
		return false
	}
	if _, ok := rootMember(first); !ok {
		return false
	}
	p.take("claims", s)
	one := func(name string, v jval) {
		for _, member := range []string{"symbol", "name"} {
			if x, ok := v.get(member); ok && x.kind() == '"' {
				name += " " + clip(x.text())
				break
			}
		}
		rows, path, ok := claimRows(v)
		if !ok {
			if root, stated := rootMember(v); stated && !strings.HasPrefix(root.text(), "0x0000000000000000") {
				p.fault(FileMember, s.place(v.at)+" "+name, "no rows", "rows by account, as others have them")
			}
			return
		}
		p.genericClaims(s, s.name+" "+name, v, rows, path)
	}
	top.each(func(m jmember) bool {
		one(clip(m.name), m.val)
		return true
	})
	top.items(func(i int, v jval) bool {
		one(strconv.Itoa(i), v)
		return true
	})
	return true
}

func rootMember(v jval) (jval, bool) {
	root, ok := firstOf(v, "merkleRoot", "root", "merkle_root", "rootHash", "merkleTreeRoot", "hexRoot")
	return root, ok && root.kind() == '"'
}

// claimRows finds the rows: a list or object under a usual name, or the file itself.
func claimRows(top jval) (rows jval, path string, ok bool) {
	for _, name := range []string{"claims", "users", "proofs", "tree", "recipients", "leaves", "claimers", "entries", "holders", "accounts", "allocations", "balances",
		"airdrop", "data", "values", "list", "rewards", "addresses", "merkle", "distribution", "claimProofs", "recipientsInfo", "snapshot", "items"} {
		if v, has := top.get(name); has && (v.isList() || v.kind() == '{') && genericRow(v) {
			return v, name, true
		}
	}
	if genericRow(top) {
		return top, "", true
	}
	return rows, "", false
}

func accountNames() []string {
	return []string{"account", "address", "recipient", "user", "wallet", "claimer", "beneficiary", "owner", "to", "holder"}
}

// genericRow reports rows with an account (as key or member) and an amount or a proof.
func genericRow(rows jval) bool {
	first := rows.first()
	switch {
	case rows.kind() == '{' && isAddress(firstName(rows)):
		if first.kind() == '"' || first.kind() == '0' {
			return plainAmounts(rows)
		}
	case rows.isList() && first.kind() == '{':
		v, ok := firstOf(first, accountNames()...)
		if !ok || !isAddress(v.text()) {
			return false
		}
	default:
		return false
	}
	_, amount := genericAmount(first)
	_, proof := firstOf(first, "proof", "proofs", "merkleProof", "merkle_proof")
	return amount || proof
}

func genericAmount(row jval) (string, bool) {
	for _, name := range []string{"cumulativeAmount", "totalAmount", "total", "tokens", "quantity", "claimable", "cumulative", "allocation", "totalClaimable", "max"} {
		if v, ok := row.get(name); ok {
			if _, _, good := integer(v); good {
				return name, true
			}
		}
	}
	return amountMember(row)
}

func (p *filePass) genericClaims(s *source, name string, top, rows jval, path string) {
	l := &listing{name: name, src: s, path: path, columns: []string{"account", "amount"}}
	if root, ok := rootMember(top); ok {
		l.root, l.rootAt = root.text(), root.at
	}
	first := rows.first()
	index, hasIndex := firstOf(first, "index", "id", "accountIndex", "claimIndex")
	if hasIndex {
		_, _, hasIndex = integer(index)
	}
	token, hasToken := firstOf(first, "token", "tokenAddress", "reward", "rewardToken", "asset")
	hasToken = hasToken && isAddress(token.text())
	if hasIndex {
		l.columns = append(l.columns, "index")
	}
	if hasToken {
		l.columns = append(l.columns, "token")
	}
	leafName := ""
	for _, n := range []string{"leaf", "leafHash", "hash", "node"} {
		if v, ok := first.get(n); ok {
			if _, good := hashOf(v.text(), 32); good && leafName == "" {
				leafName = n
			}
		}
	}
	amountOf := func(r *fileRow, v jval, member string, q *rowReader) (string, bool) { return q.number(r, v, member) }
	if p.o.Decimals >= 0 && wholeTokenRows(rows) {
		p.check("%s: amounts are in whole tokens of %d decimals", name, p.o.Decimals)
		amountOf = func(r *fileRow, v jval, member string, q *rowReader) (string, bool) { return p.tokens(l, r, v, member) }
	}
	q := p.rowsOf(l)
	one := func(v jval, key string, at int) {
		r := q.begin(s, at, key)
		ok := true
		if key != "" {
			ok = q.account(r, key, at)
			if x, has := firstOf(v, accountNames()...); has && isAddress(x.text()) && !strings.EqualFold(strings.TrimSpace(x.text()), strings.TrimSpace(key)) {
				p.fault(ListDiffers, l.where(r, x.at, ""), x.text(), key+", the key of the row")
			}
		} else {
			ok = q.accountOf(r, v, accountNames()...)
		}
		amount, good := "", false
		if v.kind() == '{' {
			name, has := genericAmount(v)
			if !has {
				name = "amount"
			}
			x, there := v.get(name)
			if !there {
				p.fault(FileMember, l.where(r, v.at, ""), "no member "+quotedText(name), "")
			} else {
				amount, good = amountOf(r, x, name, q)
			}
		} else {
			amount, good = amountOf(r, v, "", q)
		}
		cells := []string{hex0x(r.acct.raw[:20]), amount}
		ok = ok && good
		if hasIndex {
			n, good := q.numberOf(r, v, "index", "id", "accountIndex", "claimIndex")
			cells, ok = append(cells, n), ok && good
		}
		if hasToken {
			t, good := q.addressOf(r, v, "token", "tokenAddress", "reward", "rewardToken", "asset")
			cells, ok = append(cells, t), ok && good
		}
		if x, has := v.get(leafName); has && x.kind() == '"' {
			r.leaf, r.leafAt = x.text(), x.at
		}
		q.proofOf(r, v, "proof", "proofs", "merkleProof", "merkle_proof")
		q.end(r, ok, cells...)
	}
	if rows.kind() == '{' {
		rows.each(func(m jmember) bool {
			if path == "" && !isAddress(m.name) {
				return true
			}
			one(m.val, m.name, m.at)
			return true
		})
	} else {
		rows.items(func(_ int, v jval) bool {
			one(v, "", v.at)
			return true
		})
	}
	q.close()
	l.tries = genericTries(hasIndex, hasToken)
	for _, name := range []string{"tokenTotal", "total", "totalAmount", "total_amount", "sum"} {
		if v, ok := top.get(name); ok && path != "" {
			if n, _, ok := integer(v); ok && name != "tokenTotal" && n.IsInt64() && n.Int64() == int64(q.n) {
				p.figure(l, name, v, "", nil) // a count
				continue
			}
			p.total(l, name, v, "amount", &humanAmounts{})
		}
	}
	for _, name := range []string{"count", "totalClaims", "number_of_recipients", "numLeaves", "leafCount", "totalRecipients"} {
		if v, ok := top.get(name); ok && path != "" {
			p.figure(l, name, v, "", nil)
		}
	}
	p.add(l)
}

// wholeTokenRows reports rows of which one has an amount with a point, so that all are in whole tokens.
func wholeTokenRows(rows jval) (found bool) {
	look := func(v jval) bool {
		if v.kind() == '{' {
			name, _ := genericAmount(v)
			v, _ = v.get(name)
		}
		found = strings.Contains(v.text(), ".") && !strings.ContainsAny(v.text(), "eE")
		return !found
	}
	rows.each(func(m jmember) bool { return look(m.val) })
	rows.items(func(_ int, v jval) bool { return look(v) })
	return found
}

// tokens reads an amount in whole tokens of the decimals that were given.
func (p *filePass) tokens(l *listing, r *fileRow, v jval, member string) (string, bool) {
	n, cut, err := (*big.Int)(nil), "", errAmountText
	if v.kind() == '"' || v.kind() == '0' {
		n, cut, err = humanUnits(strings.TrimSpace(v.text()), p.o.Decimals)
	}
	if err != nil || cut != "" || n.BitLen() > 256 {
		p.fault(RowValue, l.where(r, v.at, member), clip(v.raw()), "a number with at most "+strconv.Itoa(p.o.Decimals)+" fraction digits")
		return "", false
	}
	return n.String(), true
}

// genericTries are the leaf rules that rows with these columns may be of.
func genericTries(index, token bool) (list []candidate) {
	types := func(names ...string) (f []field) {
		for _, n := range names {
			typ := "uint256"
			if n == "account" || n == "token" {
				typ = "address"
			}
			f = append(f, field{n, typ, n})
		}
		return f
	}
	standard := func(names ...string) candidate { return candidate{profile: "oz-standard-v1", fields: types(names...)} }
	switch {
	case index && token:
		list = append(list, candidate{profile: "tokensoft-v1", fields: types("index", "account", "token", "amount"), note: "packed index, account, token, amount"},
			standard("index", "account", "token", "amount"))
	case index:
		list = append(list, candidate{profile: "uniswap-v1"}, candidate{profile: "sablier-v1"}, candidate{profile: "uma-v1"},
			standard("account", "amount", "index"), standard("index", "account", "amount"))
	}
	if token {
		list = append(list, candidate{profile: "morpho-urd-v1"}, candidate{profile: "merkl-v1"}, candidate{profile: "account-token-packed-v1"},
			candidate{profile: "token-account-packed-v1"}, standard("token", "account", "amount"))
	}
	return append(list, candidate{profile: "address-amount-packed-v1"}, candidate{profile: "hedgey-v1"}, candidate{profile: "text-v1"},
		candidate{profile: "1inch-signature-128-v1"}, candidate{profile: "address-amount-packed-v1", set: [][2]string{{"width", "16"}}},
		candidate{profile: "thirdweb-drop-v1"}, candidate{profile: "ens-v1"})
}
