package lists

import (
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

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
