package lists

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

var errNoRows = errors.New("no rows: a tree has at least one leaf")

// forms are all kinds; the first that knows a file reads it.
var forms = slices.Concat([]form{plain}, csvForms, dumpForms, []form{
	{Kind: Kind{"rocketpool", "Rocket Pool rewards file: nodeRewards", false}, json: isRocketPool, open: openRocketPool},
	{Kind: Kind{"tokensoft", "Tokensoft input or claims: {key: {data: [{name, type, value}]}}", false}, json: isTokensoft, open: openTokensoft},
	{Kind: Kind{"thirdweb", "thirdweb snapshot or shard: [{address, maxClaimable, price, currencyAddress}] in whole tokens", true}, json: isThirdweb, open: openThirdweb},
	{Kind: Kind{"ens", "ENS airdrop: owner, past_tokens and future_tokens, one object a line, or a shard's entries", false}, json: isENS, open: openENS},
	{Kind: Kind{"lisk", "Lisk leaves: b32Address with balanceBeddows, numberOfSignatures, mandatoryKeys and optionalKeys, or with balanceWei", false}, json: isLisk, open: openLisk},
	{Kind: Kind{"merkl", "Merkl: {rewardToken, rewards: {account: {reason: amount}}}, {campaign: {token, holders}}, or rows with a reason", false}, json: isMerkl, open: openMerkl},
	{Kind: Kind{"eigenlayer", "EigenLayer distribution {earner: {token: amount}}, or rows of earner, token, amount", false}, json: isEigenLayer, open: openEigenLayer},
	{Kind: Kind{"balances", "{token: {account: amount}}; --key TOKEN picks one", false}, json: isBalances, open: openBalances},
	{Kind: Kind{"uniswap", "Uniswap's generator: {address: amount}, [{address, earnings, reasons}], or its claims file", false}, json: isUniswap, open: openUniswap},
}, objectForms, namedForms)

// namedForms are files of other tools that need nothing of their own: their claims are objects with members that profiles know.
var namedForms = []form{
	{Kind: Kind{"proofs", "merkle-proofs/v1, as this tool writes it", false}, open: openObjects},
	{Kind: Kind{"urd", "Morpho: {tree: [{account, reward, claimable}]}", false}, open: openObjects},
	{Kind: Kind{"jito", "Jito tree JSON: {tree_nodes: [{claimant, …}]}", false}, open: openObjects},
	{Kind: Kind{"jupiter", "Jupiter tree JSON: {tree_nodes: [{claimant, amount, locked_amount}]}", false}, open: openObjects},
	{Kind: Kind{"jupiter-kv", "Jupiter proofs by wallet: {wallet: {amount, locked_amount, …}}", false}, open: openObjects},
	{Kind: Kind{"saber", "Saber claims JSON: {claims: {wallet: {index, amount}}}", false}, open: openObjects},
	{Kind: Kind{"threshold", "{stakingProvider: {beneficiary, amount}}, also under claims", false}, open: openObjects},
}

// first is the first row's object of a list, -1 when there is none.
func (d *document) first(o Options) int {
	n, ok := d.claims(o.Key)
	if !ok && len(d.roots) == 1 {
		return -1
	}
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 || d.kind(valueOf(rows[0], keyed)) != object {
		return -1
	}
	return valueOf(rows[0], keyed)
}

func (d *document) has(n int, names ...string) bool {
	for _, name := range names {
		if n < 0 || d.member(n, name) < 0 {
			return false
		}
	}
	return true
}

func isENS(d *document, o Options) bool { return d.has(d.first(o), "past_tokens", "future_tokens") }

// openENS adds past and future tokens, which is what the balance of a published shard is.
func openENS(d *document, o Options, l *List, faults *merkle.Faults) {
	n, _ := d.claims(o.Key)
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	g := newGrid(d, faults, rows, "account", "amount")
	g.fill = func(g *grid, row int) bool {
		v := valueOf(row, keyed)
		if d.kind(v) != object {
			g.fault(v, "", fmt.Errorf("not an object"))
			return false
		}
		account := row
		if !keyed {
			account = d.member(v, "owner")
		}
		past, future := d.member(v, "past_tokens"), d.member(v, "future_tokens")
		if account < 0 || past < 0 || future < 0 {
			g.fault(v, "", fmt.Errorf("owner, past_tokens or future_tokens is missing"))
			return false
		}
		var total merkle.Amount
		if !g.sum(&total, past, "past_tokens", l.Whole) || !g.sum(&total, future, "future_tokens", l.Whole) {
			return false
		}
		if b := d.member(v, "balance"); b >= 0 {
			var booked merkle.Amount
			if !g.sum(&booked, b, "balance", l.Whole) {
				return false
			}
			if booked != total {
				g.fault(b, "balance", fmt.Errorf("past_tokens and future_tokens are %s", total))
				return false
			}
		}
		return g.set(0, account, d.str(account)) && g.set(1, past, total.AppendText(nil))
	}
	l.Rows = g
}

func isRocketPool(d *document, o Options) bool {
	return len(d.roots) == 1 && d.kind(0) == object && d.member(0, "nodeRewards") >= 0
}

// openRocketPool adds up what one leaf value is made of: RPL of collateral and oracle duty.
func openRocketPool(d *document, o Options, l *List, faults *merkle.Faults) {
	n := d.member(0, "nodeRewards")
	if n < 0 || d.kind(n) != object && d.kind(n) != array {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: fmt.Errorf("no member nodeRewards with the claims")})
		return
	}
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	columns := []string{"account", "network", "amountRPL", "amountETH"}
	parts := [][]string{nil, nil, {"collateralRpl", "oracleDaoRpl"}, {"smoothingPoolEth"}}
	voter := []string{"voterShareEth", "voterEth", "amountVoterETH"}
	if slices.ContainsFunc(voter, func(name string) bool { return d.has(valueOf(rows[0], keyed), name) }) {
		columns, parts = append(columns, "amountVoterETH"), append(parts, voter)
	}
	dropped := 0
	g := newGrid(d, faults, rows, columns...)
	g.fill = func(g *grid, row int) bool {
		v := valueOf(row, keyed)
		if d.kind(v) != object {
			g.fault(v, "", fmt.Errorf("not an object"))
			return false
		}
		account := row
		if !keyed {
			account = d.member(v, "address")
		}
		network := max(d.member(v, "rewardNetwork"), d.member(v, "network"))
		if account < 0 || network < 0 || !d.scalar(network) {
			g.fault(v, "", fmt.Errorf("the node's address or rewardNetwork is missing"))
			return false
		}
		g.set(0, account, d.str(account))
		g.set(1, network, d.str(network))
		nothing := true
		for i := 2; i < len(columns); i++ {
			var total merkle.Amount
			at := -1
			for _, name := range parts[i] {
				if part := d.member(v, name); part >= 0 {
					if at = part; !g.sum(&total, part, name, l.Whole) {
						return false
					}
				}
			}
			if at < 0 {
				g.fault(v, "", fmt.Errorf("none of %s is there", strings.Join(parts[i], ", ")))
				return false
			}
			g.set(i, at, total.AppendText(nil))
			nothing = nothing && total.IsZero()
		}
		if nothing && !o.Zero {
			dropped++
			return false
		}
		return true
	}
	l.Notes = func() []string {
		if dropped == 0 {
			return nil
		}
		return []string{fmt.Sprintf("%d nodes without any reward are left out, as the smart node does (--allow zero-amount keeps them)", dropped)}
	}
	l.Rows = g
}

func isThirdweb(d *document, o Options) bool {
	n := d.first(o)
	return d.has(n, "address", "maxClaimable") || d.has(n, "recipient", "amount") && strings.HasPrefix(o.Profile, "thirdweb-")
}

// nativeDecimals are those of the chain's coin, in which a price without a currency is.
const nativeDecimals = 18

// openThirdweb knows that unlimited, which a missing price is too, is 2^256-1.
func openThirdweb(d *document, o Options, l *List, faults *merkle.Faults) {
	openObjects(d, o, l, faults)
	l.Amount.Unlimited = true
	l.Numbers = map[string]*Number{"price": {Unlimited: true, Hex: true, Exponent: o.Exponent, Tokens: o.Unit != "base", Decimals: nativeDecimals, Cut: o.Cut}}
	l.Defaults = map[string]string{"price": "unlimited", "currencyAddress": "0x0000000000000000000000000000000000000000"}
	if g, ok := l.Rows.(*grid); ok {
		g.refusePrices()
	}
}

// refusePrices puts a check before fill: a price in a currency other than the chain's coin has decimals that nobody has told.
func (g *grid) refusePrices() {
	price, currency := slices.Index(g.header, "price"), slices.Index(g.header, "currencyAddress")
	if price < 0 || currency < 0 {
		return
	}
	fill := g.fill
	g.fill = func(g *grid, row int) bool {
		if !fill(g, row) {
			return false
		}
		p, c := string(g.cells[price].text), strings.ToLower(string(g.cells[currency].text))
		native := c == "" || strings.Trim(c, "0x") == "" || strings.Trim(c, "e") == "0x"
		if !native && p != "" && p != "unlimited" && p != "0" {
			g.fault(g.cells[price].node, "price", fmt.Errorf("is in %s, whose decimals are not known here: give a list in base units", c))
			return false
		}
		return true
	}
}

func isLisk(d *document, o Options) bool {
	n := d.first(o)
	return d.has(n, "b32Address", "balanceBeddows", "numberOfSignatures") || d.has(n, "b32Address", "balanceWei")
}

// openLisk names the fields of the leaf with their types, in the contract's order; the JSON has another.
func openLisk(d *document, o Options, l *List, faults *merkle.Faults) {
	n, _ := d.claims(o.Key)
	rows, keyed := d.rowsOf(n)
	members := []string{"b32Address", "balanceBeddows", "numberOfSignatures", "mandatoryKeys", "optionalKeys"}
	types := []string{"bytes20", "uint64", "uint32", "bytes32[]", "bytes32[]"}
	if len(rows) == 0 || keyed {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	if d.kind(rows[0]) == object && d.has(rows[0], "balanceWei") { // the airdrop on the new chain
		members, types = []string{"b32Address", "balanceWei"}, []string{"bytes20", "uint256"}
	}
	g := newGrid(d, faults, rows, members...)
	g.fill = func(g *grid, row int) bool {
		for i, name := range members {
			v := -1
			if d.kind(row) == object {
				v = d.member(row, name)
			}
			if v < 0 {
				g.fault(row, "", fmt.Errorf("%s is missing", name))
				return false
			}
			cell, fits := d.appendTyped(nil, v, types[i], false)
			if !fits || !g.set(i, v, cell) {
				g.fault(v, name, fmt.Errorf("not a value of type %s", types[i]))
				return false
			}
		}
		return true
	}
	for i, name := range members {
		if strings.HasPrefix(name, "balance") {
			name = "amount"
			g.header[i] = name
		}
		l.Types = append(l.Types, name+":"+types[i])
	}
	l.Rows = g
}

func isUniswap(d *document, o Options) bool {
	if o.Profile != "uniswap-v1" || len(d.roots) > 1 || o.Key != "" || d.kind(0) != object || !d.keyed(0) {
		return false
	}
	return d.scalar(2) // root, first key, first value
}

// openUniswap reads {address: amount} as Uniswap's generator would be told to: it puts 0x before a text, so that "100" is 256,
// while a JSON number 100 is 100.
func openUniswap(d *document, o Options, l *List, faults *merkle.Faults) {
	l.Reports = []string{"reasons", "flags"}
	openObjects(d, o, l, faults)
	g, ok := l.Rows.(*grid)
	if !ok || l.KeyOf != 0 || d.kind(valueOf(g.rows[0], true)) == object {
		return
	}
	amount := slices.Index(g.header, "amount")
	bare := func(v int) bool { return d.isText(v) && !strings.HasPrefix(string(d.str(v)), "0x") }
	if o.Amounts == "" {
		first, more := -1, 0
		for _, row := range g.rows {
			if bare(row + 1) {
				if first < 0 {
					first = row + 1
				} else {
					more++
				}
			}
		}
		if first >= 0 {
			text := d.str(first)
			read := "no number"
			if v, err := appendHex(nil, text); err == nil {
				read = string(v)
			}
			err := fmt.Errorf("Uniswap's generator puts 0x before a text: to it this is %s, and not %s as it is written; --amounts hex or --amounts decimal says which is meant", read, text)
			if more > 0 {
				err = fmt.Errorf("%w (%d more such texts)", err, more)
			}
			faults.Add(&merkle.Fault{Pos: d.at(first), Field: "amount", Value: string(text), Err: err})
			l.Rows = nothing{}
		}
		return
	}
	if o.Amounts == "hex" {
		fill := g.fill
		g.fill = func(g *grid, row int) bool {
			if !fill(g, row) {
				return false
			}
			if c := &g.cells[amount]; bare(c.node) {
				c.text = append([]byte("0x"), c.text...)
			}
			return true
		}
	}
}
