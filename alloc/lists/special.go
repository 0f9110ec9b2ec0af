package lists

import (
	"errors"
	"slices"
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
