package campaign

import (
	merkle "github.com/merkle-drop/merkle"
)

// AccountPolicy says what is done about claimants of each kind. The zero value warns about all that are not wallets.
type AccountPolicy struct {
	Pos   merkle.Pos // of the key accounts; zero when the file has none
	words [len(merkle.AccountCounts{})]string
}

// Of is warn (a note, which changes no byte), refuse (a fault with the row's place) or allow (nothing is said).
func (p AccountPolicy) Of(k merkle.AccountKind) string {
	switch {
	case k == merkle.KindWallet:
		return "allow"
	case p.words[k] == "":
		return "warn"
	}
	return p.words[k]
}

// Set says what is done about a kind: warn, refuse or allow. Wallets stay allowed.
func (p *AccountPolicy) Set(k merkle.AccountKind, word string) { p.words[k] = word }

// Refuses reports whether any kind is refused.
func (p AccountPolicy) Refuses() bool {
	for _, k := range merkle.AccountKinds() {
		if p.Of(k) == "refuse" {
			return true
		}
	}
	return false
}

// judgedKinds are the kinds that a campaign may say something about: all but wallets, and the zero account, which is always refused.
func judgedKinds() []merkle.AccountKind { return merkle.AccountKinds()[2:] }

// accounts reads what is done about kinds of accounts; the key all stands for those that are not named.
func (r *reader) accounts(n *node, c *Campaign) {
	if n == nil {
		return
	}
	allowed := []string{"all"}
	for _, k := range judgedKinds() {
		allowed = append(allowed, k.String())
	}
	k := r.object(n, "accounts", allowed...)
	c.Accounts.Pos = k.pos
	word := func(key, fallback string) string {
		return r.choice(k.get(key), key, fallback, "warn", "refuse", "allow")
	}
	all := word("all", "warn")
	for _, kind := range judgedKinds() {
		c.Accounts.words[kind] = word(kind.String(), all)
	}
}
