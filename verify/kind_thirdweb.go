package verify

import (
	"math/big"
	"path"
	"strconv"
	"strings"
)

// tryThirdweb reads a sharded snapshot of thirdweb: files {proofs, entries: [{address, maxClaimable, price, currencyAddress}]}, and beside them the information
// {merkleRoot, shardNybbles, tokenDecimals, …}.
func tryThirdweb(p *filePass) bool {
	var info *source
	var shards []*source
	for _, s := range p.free() {
		top := s.top()
		entries, ok := top.get("entries")
		switch {
		case ok && entries.isList() && has(top, "proofs") && (has(entries.first(), "address") || has(entries.first(), "recipient")):
			shards = append(shards, s)
		case has(top, "merkleRoot", "shardNybbles") && info == nil:
			info = s
		case top.isList() && has(top.first(), "address", "maxClaimable") && len(shards) == 0:
			p.take("thirdweb-snapshot", s)
			p.thirdwebList(s, top)
			return true
		}
	}
	if len(shards) == 0 {
		return false
	}
	p.take("thirdweb", shards...)
	digits, decimals := 2, 18
	l := &listing{name: shards[0].name, src: shards[0], path: "entries", columns: []string{"account", "amount", "amountUnlimited", "price", "price6", "currency", "tokenId"}}
	if info != nil {
		p.take("thirdweb", info)
		top := info.top()
		root, _ := top.get("merkleRoot")
		l.name, l.src, l.root, l.rootAt = info.name, info, root.text(), root.at
		if v, ok := top.get("shardNybbles"); ok {
			if n, good := parseCount(v.text()); good && n >= 1 && n <= 4 {
				digits = n
			} else {
				p.fault(RowValue, info.place(v.at)+" shardNybbles", clip(v.raw()), "1 to 4")
			}
		}
		if v, ok := top.get("tokenDecimals"); ok {
			if n, good := parseCount(v.text()); good && n <= 77 {
				decimals = n
				if p.o.Decimals >= 0 && n != p.o.Decimals {
					p.fault(ListDiffers, info.place(v.at)+" tokenDecimals", v.text(), strconv.Itoa(p.o.Decimals)+" as given: the reader of these files multiplies by what stands here")
				}
			} else {
				p.fault(RowValue, info.place(v.at)+" tokenDecimals", clip(v.raw()), "0 to 77")
			}
		}
	} else if p.o.Decimals < 0 {
		p.skip("%s: the token's decimals, which no file states: 18 are taken", l.name)
	}
	if p.o.Decimals >= 0 {
		decimals = p.o.Decimals
	}
	if len(shards) > 1 && info == nil {
		l.name = strconv.Itoa(len(shards)) + " shards"
	}
	p.thirdwebRows(l, shards, digits, decimals)
	return true
}

// thirdwebList reads the snapshot that shards are made of: a list, without root and proofs.
func (p *filePass) thirdwebList(s *source, top jval) {
	l := &listing{name: s.name, src: s, path: "entries", columns: []string{"account", "amount", "amountUnlimited", "price", "price6", "currency", "tokenId"}}
	decimals := p.o.Decimals
	if decimals < 0 {
		decimals = 18
		p.skip("%s: the token's decimals, which no file states: 18 are taken", s.name)
	}
	p.thirdwebRows(l, []*source{s}, 0, decimals)
}

func (p *filePass) thirdwebRows(l *listing, shards []*source, digits, decimals int) {
	q := p.rowsOf(l)
	priced, open, kind1155, kind721 := false, false, false, false
	states := map[string]shardProof{} // shard to its proof
	for _, s := range shards {
		entries, proofs := s.top(), jval{}
		if digits > 0 {
			entries, _ = s.top().get("entries")
			proofs, _ = s.top().get("proofs")
		}
		shard := ""
		q.n = 0
		entries.items(func(_ int, v jval) bool {
			r := q.begin(s, v.at, "")
			ok := q.accountOf(r, v, "address", "recipient")
			if here := hexText(r.acct.raw[:2])[:digits]; ok && shard == "" {
				shard = here
			} else if ok && here != shard {
				p.fault(RowPlace, l.where(r, v.at, ""), "in the shard of "+shard, "in the shard of "+here)
			}
			limit, has1 := firstOf(v, "maxClaimable", "amount", "quantity")
			id, hasID := v.get("tokenId")
			amount, unlimited, tokenID := "0", unlimitedText(), ""
			if hasID {
				n, good := q.number(r, id, "tokenId")
				tokenID, ok = n, ok && good
				kind1155, kind721 = kind1155 || has1, kind721 || !has1
			}
			if has1 {
				n, good := p.quantity(l, r, limit, decimals)
				amount, unlimited, ok = n, n, ok && good
			} else if !hasID {
				open = true
			}
			price, price6 := unlimitedText(), unlimitedText()
			if x, has := v.get("price"); has && x.kind() != 'n' {
				good := true
				priced = true
				price, good = p.quantity(l, r, x, 18)
				ok = ok && good
				if n, cut, err := humanUnits(x.text(), 6); err == nil && cut == "" {
					price6 = n.String()
				}
			}
			currency := "0x" + strings.Repeat("00", 20)
			if x, has := firstOf(v, "currencyAddress", "currency"); has && x.kind() == '"' {
				good := true
				priced = true
				currency, good = q.address(r, x, "currencyAddress")
				ok = ok && good
			}
			if !has1 && hasID {
				amount, unlimited = tokenID, tokenID
			}
			q.end(r, ok, hex0x(r.acct.raw[:20]), amount, unlimited, price, price6, currency, tokenID)
			return true
		})
		p.shardName(s, shard)
		if before, twice := states[shard]; twice {
			p.fault(ListDiffers, s.place(0), "shard "+shard, "once; it is in "+before.src.name+" too")
		}
		states[shard] = shardProof{s, proofs}
	}
	q.close()
	flat := digits == 0
	if flat {
		digits = 2
	}
	group := [2]string{"grouping", "shard-" + strconv.Itoa(digits)}
	v1 := candidate{profile: "thirdweb-drop-v1", set: [][2]string{group}}
	v2 := candidate{profile: "thirdweb-drop-v2", set: [][2]string{group}}
	v6 := v2
	v6.columns, v6.note = []string{"account", "amount", "price6", "currency"}, "prices with 6 decimals"
	l.tries = []candidate{v1, v2}
	if priced {
		l.tries = []candidate{v2, v6, v1}
	}
	if open {
		for _, c := range []candidate{v1, v2} {
			c.columns, c.note = []string{"account", "amountUnlimited", "price", "currency"}[:len(profileByName(c.profile).fields)], "no limit where none is stated"
			l.tries = append(l.tries, c)
		}
	}
	if kind1155 && !kind721 {
		l.tries = []candidate{{profile: "thirdweb-airdrop-1155-v1", set: [][2]string{group}}}
	}
	if !flat {
		l.after = func(j *judge, b *builtList, matched bool) { j.shardProofs(b, states, digits) }
	}
	p.add(l)
}

// shardName holds the name of a shard's file, where it is hex digits, against the accounts in it: a claim page fetches it by the first digits of the account.
func (p *filePass) shardName(s *source, shard string) {
	stem, _, _ := strings.Cut(path.Base(s.name), ".")
	if shard == "" || len(stem) == 0 || len(stem) > 4 || strings.Trim(stem, hexDigits) != "" {
		return
	}
	if stem != shard {
		p.fault(ListDiffers, s.place(0), "the shard of accounts 0x"+shard+"…", "that of 0x"+stem+"…, by the name of the file")
	}
}

type shardProof struct {
	src   *source
	proof jval
}

func unlimitedText() string {
	n := new(big.Int).Lsh(big.NewInt(1), 256)
	return n.Sub(n, big.NewInt(1)).String()
}

// quantity reads "unlimited" or a number of whole tokens.
func (p *filePass) quantity(l *listing, r *fileRow, v jval, decimals int) (string, bool) {
	text := strings.TrimSpace(v.text())
	if text == "unlimited" {
		return unlimitedText(), true
	}
	if v.kind() == '0' {
		if n, odd, ok := wholeNumber(text); ok && odd != "" {
			text = n.String()
		}
	}
	n, cut, err := humanUnits(text, decimals)
	if err != nil || cut != "" || n.BitLen() > 256 {
		p.fault(RowValue, l.where(r, v.at, ""), clip(v.raw()), "unlimited, or a number with at most "+strconv.Itoa(decimals)+" fraction digits")
		return "", false
	}
	return n.String(), true
}

// shardProofs compares the proof of every shard's root with the rebuilt one: a reader of the shard puts it behind the proof that it makes itself.
func (j *judge) shardProofs(b *builtList, states map[string]shardProof, digits int) {
	if b.tree == nil {
		return
	}
	row := map[string]int{}
	for i, r := range b.rows {
		shard := hexText(r.acct.raw[:2])[:digits]
		if _, ok := row[shard]; !ok {
			row[shard] = i
		}
	}
	n := 0
	for _, shard := range sortedKeys(states) {
		st := states[shard]
		i, ok := row[shard]
		if !ok {
			continue
		}
		stated, err := jsonProof(nil, &fileRow{src: st.src, proof: st.proof.at}, b.rule.width)
		where := st.src.place(st.proof.at) + " proof of shard " + shard
		if err != nil {
			j.p.fault(RowProof, where, err.Error(), "")
			continue
		}
		whole := b.tree.proof(nil, i)
		g := &b.tree.groups[b.tree.of[i]]
		upper := whole[len(g.nodes.proof(nil, b.tree.within(i))):]
		if at := differs(stated, upper); at >= 0 {
			j.p.fault(RowProof, where, "entry "+strconv.Itoa(at)+" "+entry(b.rule, stated, at), entry(b.rule, upper, at))
			continue
		}
		n++
	}
	j.tree.Proofs, j.tree.Folded = len(states), n
	j.p.check("%s: %d of %d proofs of shards are those of the rebuilt tree", j.l.name, n, len(states))
}
