package verify

import (
	"math/big"
	"strings"
)

// tryRocketPool reads a rewards file of Rocket Pool's smartnode: {rewardsFileVersion, merkleRoot, totalRewards, networkRewards, nodeRewards}.
func tryRocketPool(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		nodes, ok := top.get("nodeRewards")
		if !ok || nodes.kind() != '{' {
			return false
		}
		p.take("rocketpool", s)
		p.rocketPool(s, top, nodes)
		return true
	})
}

func (p *filePass) rocketPool(s *source, top, nodes jval) {
	l := &listing{name: s.name, src: s, path: "nodeRewards",
		columns: []string{"account", "network", "amount", "amountETH", "amountVoterETH", "collateralRpl", "oracleDaoRpl"}}
	if root, ok := top.get("merkleRoot"); ok {
		l.root, l.rootAt = root.text(), root.at
	}
	voter := false
	q := p.rowsOf(l)
	nodes.each(func(m jmember) bool {
		r := q.begin(s, m.at, m.name)
		ok := q.account(r, m.name, m.at)
		network, ok2 := q.numberOf(r, m.val, "rewardNetwork")
		collateral, ok3 := q.numberOf(r, m.val, "collateralRpl")
		oracle, ok4 := q.numberOf(r, m.val, "oracleDaoRpl")
		eth, ok5 := q.numberOf(r, m.val, "smoothingPoolEth")
		share := "0"
		if v, has := firstOf(m.val, "voterShareEth", "voterShareETH"); has {
			good := false
			share, good = q.number(r, v, "voterShareEth")
			ok, voter = ok && good, voter || share != "0"
		}
		q.proofOf(r, m.val, "merkleProof")
		if ok = ok && ok2 && ok3 && ok4 && ok5; ok {
			a, _ := new(big.Int).SetString(collateral, 10)
			b, _ := new(big.Int).SetString(oracle, 10)
			q.end(r, true, hex0x(r.acct.raw[:20]), network, a.Add(a, b).String(), eth, share, collateral, oracle)
		}
		return true
	})
	q.close()
	plain := candidate{profile: "rocketpool-v1"}
	withVoter := candidate{profile: "rocketpool-voter-v1"}
	l.tries = []candidate{plain, withVoter}
	if voter {
		l.tries = []candidate{withVoter, plain}
	}
	for _, c := range l.tries[:2] {
		c.keep = func(r *fileRow) bool { return r.cells[2] != "0" || r.cells[3] != "0" || r.cells[4] != "0" }
		c.note = "without the nodes that get nothing"
		l.tries = append(l.tries, c)
	}
	if total, ok := top.get("totalRewards"); ok {
		for _, x := range [][2]string{{"totalCollateralRpl", "collateralRpl"}, {"totalOracleDaoRpl", "oracleDaoRpl"}, {"nodeOperatorSmoothingPoolEth", "amountETH"}} {
			if v, ok := total.get(x[0]); ok && v.text() != "null" {
				p.figure(l, "totalRewards."+x[0], v, x[1], nil)
			}
		}
		p.rocketPool2(l, total)
	}
	if networks, ok := top.get("networkRewards"); ok {
		p.rocketNetworks(l, networks)
	}
	p.add(l)
}

// rocketPool2 holds the smoothing pool's two shares against its total.
func (p *filePass) rocketPool2(l *listing, total jval) {
	pool, ok := total.get("totalSmoothingPoolEth")
	users, ok2 := total.get("poolStakerSmoothingPoolEth")
	nodes, ok3 := total.get("nodeOperatorSmoothingPoolEth")
	if !ok || !ok2 || !ok3 {
		return
	}
	for _, m := range total.members() { // shares of the pool that this code does not know of
		switch m.name {
		case "totalSmoothingPoolEth", "poolStakerSmoothingPoolEth", "nodeOperatorSmoothingPoolEth", "totalProtocolDaoEth", "voterShareEth", "totalVoterShareEth":
		default:
			if strings.HasSuffix(strings.ToLower(m.name), "eth") && m.val.text() != "0" && m.val.text() != "null" {
				return
			}
		}
	}
	a, _, good := integer(users)
	b, _, good2 := integer(nodes)
	if !good || !good2 {
		return
	}
	sum := new(big.Int).Add(a, b)
	for _, name := range []string{"voterShareEth", "totalVoterShareEth"} {
		if v, ok := total.get(name); ok {
			if n, _, ok := integer(v); ok {
				sum.Add(sum, n)
			}
		}
	}
	if pdao, ok := total.get("totalProtocolDaoEth"); ok && pdao.text() != "null" {
		if n, _, ok := integer(pdao); ok {
			sum.Add(sum, n)
		}
	}
	p.figure(l, "totalRewards.totalSmoothingPoolEth", pool, "", sum)
}

// rocketNetworks compares the sums of every network with the rows that go there.
func (p *filePass) rocketNetworks(l *listing, networks jval) {
	sums := map[string]*[3]big.Int{}
	for i := range l.rows {
		c := l.rows[i].cells
		if sums[c[1]] == nil {
			sums[c[1]] = new([3]big.Int)
		}
		for k, cell := range []string{c[5], c[6], c[3]} {
			n, _ := new(big.Int).SetString(cell, 10)
			sums[c[1]][k].Add(&sums[c[1]][k], n)
		}
	}
	stated := map[string]bool{}
	for _, m := range networks.members() {
		stated[m.name] = true
		have := sums[m.name]
		if have == nil {
			have = new([3]big.Int)
		}
		for k, name := range []string{"collateralRpl", "oracleDaoRpl", "smoothingPoolEth"} {
			if v, ok := m.val.get(name); ok {
				p.figure(l, "networkRewards."+strings.TrimSpace(m.name)+"."+name, v, "", &have[k])
			}
		}
	}
	for _, name := range sortedKeys(sums) {
		if !stated[name] {
			p.fault(ListDiffers, l.src.place(networks.at)+" networkRewards", "no network "+name, "every network that rows go to")
		}
	}
}
