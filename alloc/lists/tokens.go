package lists

import (
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// entry is one account's amount of one token, gathered from several places of a file.
type entry struct {
	account, token, amount int // nodes; token -1: none
	sum                    merkle.Amount
}

// entries is Rows over gathered entries.
func entries(d *document, faults *merkle.Faults, list []entry, columns []string) *grid {
	rows := make([]int, len(list))
	for i, e := range list {
		rows[i] = e.account
	}
	g := newGrid(d, faults, rows, columns...)
	i := 0
	g.fill = func(g *grid, _ int) bool {
		e := &list[i]
		i++
		for c, name := range columns {
			switch name {
			case "account":
				g.set(c, e.account, d.str(e.account))
			case "token":
				g.set(c, e.token, d.str(e.token))
			case "amount":
				g.set(c, e.amount, e.sum.AppendText(nil))
			}
		}
		return true
	}
	return g
}

// isMaps reports whether a value is an object of objects whose own keys are accounts.
func (d *document) isMaps(n int) bool {
	if d.kind(n) != object || !d.keyed(n) {
		return false
	}
	inner := n + 2 // first key, first value
	return d.kind(inner) == object && (d.keyed(inner) || int(d.nodes[inner].next) == inner+1)
}

func (d *document) mapsOf(o Options) (int, bool) {
	if len(d.roots) > 1 {
		return 0, false
	}
	if d.isMaps(d.roots[0]) {
		return d.roots[0], true
	}
	n, ok := d.claims("")
	return n, ok && d.isMaps(n)
}

func isEigenLayer(d *document, o Options) bool {
	if d.has(d.first(o), "earner", "token") {
		return true
	}
	_, maps := d.mapsOf(o)
	return maps && o.Profile == "eigenlayer-v1"
}

// openEigenLayer reads {earner: {token: amount}}, or rows.
func openEigenLayer(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.mapsOf(o)
	if !ok {
		openObjects(d, o, l, faults)
		return
	}
	l.Rows = crossed(d, n, l, faults, false, []string{"account", "token", "amount"})
}

func isBalances(d *document, o Options) bool {
	_, maps := d.mapsOf(o)
	return maps
}

// openBalances reads {token: {account: amount}}: all of it where the leaf holds a token, else the one that Key names.
func openBalances(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.mapsOf(o)
	switch {
	case !ok:
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: ErrClaims})
	case o.Tokens && o.Key == "" && l.Kind.Name == "balances" && o.Profile != "":
		l.Rows = crossed(d, n, l, faults, true, []string{"token", "account", "amount"})
	case o.Key == "":
		faults.Add(&merkle.Fault{Pos: d.at(n + 1), Field: "key", Value: string(d.str(n + 1)),
			Err: fmt.Errorf("the file holds the balances of several tokens, a tree each, and the leaf has no token: --key TOKEN picks one")})
	default:
		at := d.memberLike(n, o.Key)
		if at < 0 {
			faults.Add(&merkle.Fault{Pos: d.at(n), Err: fmt.Errorf("no member %q", o.Key)})
			return
		}
		if rows, _ := d.rowsOf(at); len(rows) == 0 {
			faults.Add(&merkle.Fault{Pos: d.at(at), Err: errNoRows})
			return
		}
		rows, keyed := d.rowsOf(at)
		open(d, l, faults, rows, keyed)
	}
}

// crossed gathers {outer: {inner: amount}}.
func crossed(d *document, n int, l *List, faults *merkle.Faults, tokenOutside bool, columns []string) Rows {
	var list []entry
	adder := &grid{d: d, faults: faults}
	d.members(n, func(outer, inside int) bool {
		if d.kind(inside) != object {
			adder.fault(inside, "", fmt.Errorf("not an object"))
			return true
		}
		d.members(inside, func(inner, value int) bool {
			e := entry{account: outer, token: inner, amount: value}
			if tokenOutside {
				e.account, e.token = inner, outer
			}
			if adder.sum(&e.sum, value, "amount", l.Whole) {
				list = append(list, e)
			}
			return true
		})
		return true
	})
	if len(list) == 0 {
		if len(faults.List) == 0 {
			faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		}
		return nothing{}
	}
	return entries(d, faults, list, columns)
}

func isMerkl(d *document, o Options) bool {
	if len(d.roots) > 1 {
		return false
	}
	if d.kind(0) == object {
		if d.has(0, "rewardToken", "rewards") {
			return true
		}
		_, ok := d.campaigns()
		return ok
	}
	return d.has(d.first(o), "recipient", "rewardToken", "amount")
}

// campaigns is the object {campaign: {token, holders}}: the file itself or its member rewards.
func (d *document) campaigns() (int, bool) {
	for _, n := range []int{0, d.member(0, "rewards")} {
		if n >= 0 && d.kind(n) == object && int(d.nodes[n].next) > n+2 && d.kind(n+2) == object && d.has(n+2, "token", "holders") {
			return n, true
		}
	}
	return 0, false
}

// openMerkl adds up the reasons and campaigns of one account and token. Merkl's dispute builder drops sums of 0 (merkl-v1); the SDK's
// keeps a leaf for every account and token that it has met (merkl-sdk-v1).
func openMerkl(d *document, o Options, l *List, faults *merkle.Faults) {
	m := &merkl{grid: grid{d: d, faults: faults}, at: map[[2]merkle.Account]int{}, number: l.Whole}
	switch {
	case d.kind(0) == array:
		d.items(0, func(item int) bool {
			if !d.has(item, "recipient", "rewardToken", "amount") {
				m.fault(item, "", fmt.Errorf("recipient, rewardToken or amount is missing"))
				return true
			}
			m.add(d.member(item, "recipient"), d.member(item, "rewardToken"), d.member(item, "amount"), "amount")
			return true
		})
	case d.has(0, "rewardToken", "rewards"):
		token := d.member(0, "rewardToken")
		d.members(d.member(0, "rewards"), func(account, reasons int) bool {
			if d.kind(reasons) != object {
				m.add(account, token, reasons, "amount")
				return true
			}
			d.members(reasons, func(reason, amount int) bool {
				if d.kind(amount) == object && d.member(amount, "amount") >= 0 {
					amount = d.member(amount, "amount")
				}
				m.add(account, token, amount, string(d.str(reason)))
				return true
			})
			return true
		})
	default:
		list, ok := d.campaigns()
		if !ok {
			faults.Add(&merkle.Fault{Pos: d.at(0), Err: ErrClaims})
			return
		}
		d.members(list, func(campaign, inside int) bool {
			if !d.has(inside, "token", "holders") || d.kind(d.member(inside, "holders")) != object {
				m.fault(inside, string(d.str(campaign)), fmt.Errorf("token or holders is missing"))
				return true
			}
			d.members(d.member(inside, "holders"), func(account, amount int) bool {
				if d.kind(amount) == object && d.member(amount, "amount") >= 0 {
					amount = d.member(amount, "amount")
				}
				m.add(account, d.member(inside, "token"), amount, "amount")
				return true
			})
			return true
		})
	}
	if len(faults.List) > 0 {
		return
	}
	if o.Profile == "merkl-sdk-v1" {
		m.product()
	}
	dropped := 0
	if o.Profile == "merkl-v1" && !o.Zero {
		all := len(m.list)
		m.list = slices.DeleteFunc(m.list, func(e entry) bool { return e.sum.IsZero() })
		dropped = all - len(m.list)
	}
	if len(m.list) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: errNoRows})
		return
	}
	l.Notes = func() []string {
		if dropped == 0 {
			return nil
		}
		return []string{fmt.Sprintf("%d sums of 0 are left out, as Merkl's own builder does (--allow zero-amount keeps them)", dropped)}
	}
	l.Rows = entries(d, faults, m.list, []string{"account", "token", "amount"})
}

// merkl gathers sums in the order of first appearance.
type merkl struct {
	grid
	list   []entry
	at     map[[2]merkle.Account]int // place in list by account and token
	number *Number
}

func (m *merkl) account(node int) (merkle.Account, bool) {
	a, err := looseAccount(m.d.str(node))
	if err != nil {
		m.fault(node, "account", err)
	}
	return a, err == nil
}

func (m *merkl) add(account, token, amount int, reason string) {
	a, ok := m.account(account)
	t, ok2 := m.account(token)
	if !ok || !ok2 {
		return
	}
	i, known := m.at[[2]merkle.Account{a, t}]
	if !known {
		i = len(m.list)
		m.at[[2]merkle.Account{a, t}] = i
		m.list = append(m.list, entry{account: account, token: token, amount: amount})
	}
	m.sum(&m.list[i].sum, amount, reason, m.number)
}

// product adds an entry of 0 for every account and token that have none, by accounts as they were met.
func (m *merkl) product() {
	var accounts, tokens []int
	seen := map[merkle.Account]bool{}
	for _, e := range m.list {
		if a, _ := m.account(e.account); !seen[a] {
			seen[a], accounts = true, append(accounts, e.account)
		}
	}
	seen = map[merkle.Account]bool{}
	for _, e := range m.list {
		if t, _ := m.account(e.token); !seen[t] {
			seen[t], tokens = true, append(tokens, e.token)
		}
	}
	for _, account := range accounts {
		for _, token := range tokens {
			a, _ := m.account(account)
			t, _ := m.account(token)
			if _, known := m.at[[2]merkle.Account{a, t}]; !known {
				m.list = append(m.list, entry{account: account, token: token, amount: account})
			}
		}
	}
}
