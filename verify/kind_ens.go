package verify

import (
	"math/big"
	"strconv"
)

// tryENS reads the shards of the ENS airdrops {proof, entries: {account: {balance, …}}} with their root file {root, shardNybbles, total}, and the list of JSON Lines
// {owner, past_tokens, future_tokens} that they are made of.
func tryENS(p *filePass) bool {
	var info, lines *source
	var shards []*source
	for _, s := range p.free() {
		top := s.top().asRows("owner", "past_tokens", "future_tokens")
		entries, ok := top.get("entries")
		switch {
		case ok && entries.kind() == '{' && has(top, "proof"):
			shards = append(shards, s)
		case has(top, "root", "shardNybbles"):
			info = s
		case top.isList() && has(top.first(), "owner", "past_tokens", "future_tokens"):
			lines = s
		}
	}
	if len(shards) == 0 && lines == nil {
		return false
	}
	digits := 1
	l := &listing{path: "entries", columns: []string{"account", "amount"}, tries: []candidate{{profile: "ens-v1"}}}
	if info != nil {
		p.take("ens", info)
		root, _ := info.top().get("root")
		l.name, l.src, l.root, l.rootAt = info.name, info, root.text(), root.at
		if v, ok := info.top().get("shardNybbles"); ok {
			if n, good := parseCount(v.text()); good && n >= 1 && n <= 4 {
				digits = n
			} else {
				p.fault(RowValue, info.place(v.at)+" shardNybbles", clip(v.raw()), "1 to 4")
			}
		}
	}
	l.tries[0].set = [][2]string{{"grouping", "shard-" + strconv.Itoa(digits)}}
	if len(shards) > 0 {
		p.take("ens", shards...)
		if l.src == nil {
			l.name, l.src = strconv.Itoa(len(shards))+" shards", shards[0]
		}
		p.ensShards(l, shards, digits)
	} else if l.src == nil {
		l.name, l.src = lines.name, lines
	}
	if lines != nil {
		p.take("ens", lines)
		p.ensLines(l, lines, len(shards) > 0)
	}
	if info != nil {
		if v, ok := info.top().get("total"); ok {
			p.figure(l, "total", v, "amount", nil)
		}
	}
	p.add(l)
	return true
}

// ensAmount is what an entry is due: its tokens of past and future, which a stated balance must equal.
func (p *filePass) ensAmount(q *rowReader, r *fileRow, v jval) (string, bool) {
	past, ok := q.numberOf(r, v, "past_tokens")
	future, ok2 := q.numberOf(r, v, "future_tokens")
	if !ok || !ok2 {
		return "", false
	}
	a, _ := new(big.Int).SetString(past, 10)
	b, _ := new(big.Int).SetString(future, 10)
	sum := a.Add(a, b).String()
	if balance, has := v.get("balance"); has {
		stated, ok := q.number(r, balance, "balance")
		if ok && stated != sum {
			p.fault(ListDiffers, q.l.where(r, balance.at, "balance"), stated, sum+", past_tokens and future_tokens")
		}
		return stated, ok
	}
	return sum, true
}

func (p *filePass) ensShards(l *listing, shards []*source, digits int) {
	q := p.rowsOf(l)
	states := map[string]shardProof{}
	for _, s := range shards {
		entries, _ := s.top().get("entries")
		proof, _ := s.top().get("proof")
		shard := ""
		entries.each(func(m jmember) bool {
			r := q.begin(s, m.at, m.name)
			ok := q.account(r, m.name, m.at)
			if here := hexText(r.acct.raw[:2])[:digits]; ok && shard == "" {
				shard = here
			} else if ok && here != shard {
				p.fault(RowPlace, l.where(r, m.at, ""), "in the shard of "+shard, "in the shard of "+here)
			}
			var amount string
			good := false
			if has(m.val, "past_tokens", "future_tokens") {
				amount, good = p.ensAmount(q, r, m.val)
			} else {
				amount, good = q.numberOf(r, m.val, "balance", "amount")
			}
			q.end(r, ok && good, hex0x(r.acct.raw[:20]), amount)
			return true
		})
		p.shardName(s, shard)
		if before, twice := states[shard]; twice {
			p.fault(ListDiffers, s.place(0), "shard "+shard, "once; it is in "+before.src.name+" too")
		}
		states[shard] = shardProof{s, proof}
	}
	q.close()
	l.after = func(j *judge, b *builtList, matched bool) { j.shardProofs(b, states, digits) }
}

// ensLines reads the list, or compares it with the shards.
func (p *filePass) ensLines(l *listing, s *source, compare bool) {
	into := l
	if compare {
		into = &listing{name: s.name, src: s, path: "rows", columns: l.columns}
	} else {
		l.path = "rows"
	}
	q := p.rowsOf(into)
	s.top().asRows("owner").items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		ok := q.accountOf(r, v, "owner")
		amount, good := p.ensAmount(q, r, v)
		q.end(r, ok && good, hex0x(r.acct.raw[:20]), amount)
		return true
	})
	if !compare {
		q.close()
		return
	}
	p.sameRows(into, l, "account", "amount")
}

// sameRows compares two listings of the same rows, whatever their order: what one has and the other has not, or has otherwise.
func (p *filePass) sameRows(list, tree *listing, columns ...string) {
	key := func(l *listing, r *fileRow) (k, rest string) {
		for i, name := range columns {
			c := r.cells[l.column(name)]
			if i == 0 {
				k = c
			} else {
				rest += " " + c
			}
		}
		return k, rest
	}
	have := make(map[string][]*fileRow, len(tree.rows))
	for i := range tree.rows {
		k, _ := key(tree, &tree.rows[i])
		have[k] = append(have[k], &tree.rows[i])
	}
	same := 0
	for i := range list.rows {
		r := &list.rows[i]
		k, rest := key(list, r)
		rows := have[k]
		at := -1
		for n, t := range rows {
			if _, other := key(tree, t); other == rest {
				at = n
				break
			}
		}
		switch {
		case len(rows) == 0:
			p.fault(ListDiffers, list.where(r, 0, ""), k+rest, "a row that "+tree.name+" has")
		case at < 0:
			_, other := key(tree, rows[0])
			p.fault(ListDiffers, list.where(r, 0, ""), k+rest, other[1:]+" as at "+tree.where(rows[0], 0, ""))
			have[k] = rows[1:]
		default:
			same++
			have[k] = append(rows[:at:at], rows[at+1:]...)
		}
	}
	for i := range tree.rows {
		k, rest := key(tree, &tree.rows[i])
		for _, t := range have[k] {
			if t == &tree.rows[i] {
				p.fault(ListDiffers, tree.where(t, 0, ""), k+rest, "a row that "+list.name+" has")
			}
		}
	}
	p.check("%s: %d of %d rows are those of %s", list.name, same, len(list.rows), tree.name)
}
