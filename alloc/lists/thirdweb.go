package lists

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

func isThirdweb(d *document, o Options) bool {
	n := d.first(o)
	return d.has(n, "address", "maxClaimable") || d.has(n, "recipient", "amount") && strings.HasPrefix(o.Profile, "thirdweb-drop-")
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
