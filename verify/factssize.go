package verify

import (
	"slices"
	"strconv"
)

// maxTransaction is what a transaction of Solana can hold, in bytes.
const maxTransaction = 1232

// packet counts the bytes of a signed v0 transaction without lookup tables: its distinct accounts, programs among them, one signer, and its instructions.
type packet struct {
	keys         []string
	instructions int // bytes
	count        int
}

// add counts one instruction with so many bytes of data.
func (p *packet) add(program string, accounts []string, data int) {
	for _, name := range append(slices.Clone(accounts), program) {
		if !slices.Contains(p.keys, name) {
			p.keys = append(p.keys, name)
		}
	}
	p.instructions += 1 + shortLength(len(accounts)) + len(accounts) + shortLength(data) + data
	p.count++
}

// bytes is the whole: signatures; version, header, keys, block hash, instructions, no lookup tables.
func (p *packet) bytes() int {
	return shortLength(1) + 64 + 1 + 3 + shortLength(len(p.keys)) + 32*len(p.keys) + 32 + shortLength(p.count) + p.instructions + shortLength(0)
}

// shortLength is how many bytes a length takes: seven bits each.
func shortLength(n int) int {
	size := 1
	for ; n > 127; n >>= 7 {
		size++
	}
	return size
}

// claimSize is the size of a claim with a proof of so many entries in one of the three cases. The claimant is the fee payer, payer and recipient.
func (f *facts) claimSize(kind string, depth int) int {
	var names []string
	token := "to"
	switch f.layout {
	case "saber":
		names = []string{"distributor", "claimStatus", "from", "to", "claimant", "claimant", "system", "token"}
	case "mpl-distro":
		token = "recipientTokenAccount"
		names = []string{"distribution", "mint", "claimReceipt", token, "from", "claimant", "claimant", "feeWallet", "associated", "token", "system"}
	default:
		names = []string{"distributor", "claimStatus", "from", "to", "claimant", "token", "system"}
		switch f.layout {
		case "jupiter":
			names = slices.Insert(names, 5, "program")
		case "streamflow":
			names = append(names, "mint", "event", "program")
		}
	}
	data := 8 + 8 + 8 + 4
	switch f.layout {
	case "saber":
		data = 8 + 1 + 8 + 8 + 4
	case "mpl-distro":
		data = 1 + 8 + 4 + 8
	}
	p := &packet{keys: []string{"claimant"}}
	if kind != "bare" {
		p.add("budget", nil, 5)
		p.add("budget", nil, 9)
	}
	if kind == "budget-ata" {
		p.add("associated", []string{"claimant", token, "claimant", "mint", "system", "token"}, 1)
	}
	p.add("program", names, data+32*depth)
	return p.bytes()
}

// sizes are the transactions of a claim in a tree of that depth, and the split that makes the claims fit.
func (f *facts) sizes(depth, leaves int) (cases, split value) {
	cases, split = value{kind: jsonArray}, factObject("leaves", "0", "parts", "0")
	if f.layout == "jito-tip" {
		return cases, split
	}
	for _, kind := range []string{"bare", "budget", "budget-ata"} {
		most := 0
		for f.claimSize(kind, most+1) <= maxTransaction {
			most++
		}
		cases.items = append(cases.items, factObject("name", kind, "bytes", strconv.Itoa(f.claimSize(kind, depth)), "maxDepth", strconv.Itoa(most), "fits", yes(depth <= most)))
		if kind == "budget-ata" && depth > most {
			part := 1 << most
			split = factObject("leaves", strconv.Itoa(part), "parts", strconv.Itoa((leaves+part-1)/part))
		}
	}
	return cases, split
}
