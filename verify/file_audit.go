package verify

import (
	"fmt"
	"math/big"
)

// checkRows looks at what the rows pay and whom, with the contract of the profile in mind.
func (j *judge) checkRows(b *builtList) {
	j.checkAccounts(b)
	j.checkWidths(b)
	j.checkTwice(b)
	if j.amount < 0 {
		return
	}
	for _, r := range b.rows {
		if r.n >= 0 && r.cells[j.amount] == "0" && j.paysNothing(r) {
			j.p.remark(RowZeroAmount, j.l.where(r, 0, ""), "amount 0", "")
		}
	}
}

// paysNothing reports whether a second amount of the row, if it has one, is zero too.
func (j *judge) paysNothing(r *fileRow) bool {
	for _, name := range []string{"locked", "amountETH", "amountVoterETH"} {
		if i := j.l.column(name); i >= 0 && r.cells[i] != "0" && r.cells[i] != "" {
			return false
		}
	}
	return true
}

// checkWidths holds every amount and the sum against the widths of the contract.
func (j *judge) checkWidths(b *builtList) {
	if j.amount < 0 {
		return
	}
	bits, _ := parseCount(b.prof.text["amountBits"])
	wide, _ := parseCount(b.prof.text["totalBits"])
	if j.l.bits > 0 && (bits == 0 || j.l.bits < bits) {
		bits = j.l.bits
	}
	sum, x, locked := new(big.Int), new(big.Int), j.l.column("locked")
	for _, r := range b.rows {
		if _, ok := x.SetString(r.cells[j.amount], 10); !ok {
			continue
		}
		if bits > 0 && x.BitLen() > bits {
			j.p.fault(RowWidth, j.l.where(r, 0, ""), x.String(), fmt.Sprintf("at most %d bits, which the contract of %s holds", bits, b.prof.text["name"]))
		}
		sum.Add(sum, x)
		if locked >= 0 {
			if _, ok := x.SetString(r.cells[locked], 10); ok {
				sum.Add(sum, x)
			}
		}
	}
	if wide > 0 && sum.BitLen() > wide && b.prof.text["amount"] != "limit" {
		j.p.fault(ListWidth, j.l.name, sum.String(), fmt.Sprintf("at most %d bits", wide))
	}
}

// payRule says what the contract of a profile pays once: an index, or an account (and token). Accounts that are there more often are then lost (fault) or merely
// odd (remark).
type payRule struct {
	index bool
	by    []string // columns
	lost  bool
}

func payRuleOf(name string) payRule {
	switch name {
	case "uniswap-v1", "sablier-v1", "uma-v1", "saber-v1", "gumdrop-v1", "gumdrop-edition-v1", "bound-v1":
		return payRule{index: true, by: []string{"account"}}
	case "tokensoft-v1", "tokensoft-continuous-v1", "tokensoft-tranche-v1":
		return payRule{index: true, by: []string{"account"}, lost: true}
	case "lido-csm-v1":
		return payRule{index: true}
	case "merkl-v1", "merkl-sdk-v1", "morpho-urd-v1", "eigenlayer-v1", "token-account-packed-v1", "account-token-packed-v1":
		return payRule{by: []string{"account", "token"}, lost: true}
	case "thirdweb-airdrop-1155-v1":
		return payRule{by: []string{"account", "tokenId"}, lost: true}
	case "oz-standard-v1", "murky-v1", "safe-vesting-v1", "1inch-signature-128-v1", "dropsy-v1":
		return payRule{by: []string{"account"}}
	case "mpl-distro-v1": // the receipt is of recipient, amount and nonce
		return payRule{by: []string{"account", "amount", "nonce"}, lost: true}
	case "oz-simple-v1":
		return payRule{by: []string{"leaf"}}
	case "pyth-v1":
		return payRule{by: []string{"ecosystem", "identity"}, lost: true}
	}
	return payRule{by: []string{"account"}, lost: true}
}

// checkTwice names rows whose account, or index, was there before.
func (j *judge) checkTwice(b *builtList) {
	rule := payRuleOf(b.prof.text["name"])
	if i := j.l.column("index"); rule.index && i >= 0 {
		seen := make(map[string]*fileRow, len(b.rows))
		for _, r := range b.rows {
			if before := seen[r.cells[i]]; before != nil {
				j.p.fault(RowIndex, j.l.where(r, 0, ""), "index "+clip(r.cells[i]), "another than that of "+j.l.where(before, 0, ""))
				continue
			}
			seen[r.cells[i]] = r
		}
	}
	var cols []int
	for _, name := range rule.by {
		if name == "account" {
			cols = append(cols, -1)
		} else if i := j.l.column(name); i >= 0 {
			cols = append(cols, i)
		}
	}
	hasAccount := j.l.column("account") >= 0
	if len(cols) == 0 || cols[0] < 0 && !hasAccount {
		return
	}
	type rowKey struct {
		acct account
		rest string
	}
	seen := make(map[rowKey]int, len(b.rows))
	for i, r := range b.rows {
		var k rowKey
		for _, c := range cols {
			if c < 0 {
				k.acct = r.acct
			} else {
				k.rest += r.cells[c] + "\x00"
			}
		}
		before, twice := seen[k]
		if !twice {
			seen[k] = i
			continue
		}
		same := b.leaves[before] == b.leaves[i]
		what := j.accountText(r)
		if same {
			what += ", the same row"
		}
		switch {
		case rule.lost || same && b.prof.text["name"] == "safe-vesting-v1":
			j.p.fault(RowDuplicate, j.l.where(r, 0, ""), what, "once; it is at "+j.l.where(b.rows[before], 0, "")+" before, and both cannot be paid")
		default:
			j.p.remark(RowRepeated, j.l.where(r, 0, ""), what, "it is at "+j.l.where(b.rows[before], 0, "")+" before")
		}
	}
}

func (j *judge) accountText(r *fileRow) string {
	if j.l.column("account") < 0 {
		return "the row"
	}
	if r.acct.fam == evm {
		return checksumText(r.acct.raw[:20])
	}
	return r.acct.text()
}

// checkAccounts counts the kinds of accounts that cannot or should not be paid, and names them.
func (j *judge) checkAccounts(b *builtList) {
	if j.l.column("account") < 0 {
		return
	}
	counts := map[string]int{}
	kinds := newKinds(j.ownAccounts()...).all(j.p.o.Workers, len(b.rows), func(i int) account { return b.rows[i].acct })
	for i, r := range b.rows {
		kind := kinds[i]
		if kind == "" || r.n < 0 {
			continue
		}
		counts[kind]++
		text := j.accountText(r)
		where := j.l.where(r, 0, "")
		switch kind {
		case kindZero:
			j.p.fault(RowZero, where, text, "an account that somebody holds")
		case kindBurn:
			j.p.remark(RowBurn, where, text, "")
		case kindPrecompile:
			j.p.remark(RowPrecompile, where, text, "")
		case kindOffCurve:
			j.p.remark(RowOffCurve, where, text, "")
		case kindProgram:
			j.p.remark(RowProgram, where, text, "")
		case kindOwn:
			j.p.remark(RowOwn, where, text, "")
		}
	}
	for _, kind := range sortedKeys(counts) {
		j.tree.Accounts = append(j.tree.Accounts, KindCount{kind, counts[kind]})
	}
}

// ownAccounts are the token and the contract of the distribution, as far as they are known.
func (j *judge) ownAccounts() (own []account) {
	texts := []string{j.p.o.Token}
	for _, name := range []string{"distributor", "verifyingContract", "token"} {
		texts = append(texts, j.p.o.Constants[name])
	}
	if i := j.l.column("token"); i >= 0 {
		seen := map[string]bool{}
		for k := range j.l.rows {
			if t := j.l.rows[k].cells[i]; !seen[t] {
				seen[t] = true
				texts = append(texts, t)
			}
		}
	}
	for _, s := range texts {
		if a, err := parseAccount(s); s != "" && err == nil {
			own = append(own, a)
		}
	}
	return own
}
