package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// stakeRow is a stake from one time to before another: days of the period counted from 0, or instants.
type stakeRow struct {
	ent      int32
	from, to int64
	amount   num // in units of 10^-decimals
}

func (d *ruleData) stakeRow(c [][]byte) error {
	rule := d.camp.rule.stake
	amount, chain := 2, 3
	if rule.intervals {
		amount, chain = 3, 4
	}
	ent, err := d.entrantOf(c, 0, chain, -1)
	if err != nil {
		return err
	}
	row := stakeRow{ent: ent}
	if rule.intervals {
		var err2 error
		row.from, err = parseInstant(string(c[1]))
		row.to, err2 = parseInstant(string(c[2]))
		if err = errors.Join(err, err2); err != nil {
			return fmt.Errorf("from %s, to %s: %w", quoted(c[1]), quoted(c[2]), errInstant)
		}
		if row.from >= row.to {
			return fmt.Errorf("from %s is not before %s", quoted(c[1]), quoted(c[2]))
		}
	} else {
		day, err := parseDay(string(c[1]))
		if err != nil {
			return fmt.Errorf("day %s: %w", quoted(c[1]), err)
		}
		row.from, row.to = day-rule.first, day-rule.first+1
		if row.from < 0 || row.from >= rule.days {
			return fmt.Errorf("day %s is not in the period", quoted(c[1]))
		}
	}
	x, err := d.decimalCell("stakes", c, amount, d.camp.rule.decimals)
	if err != nil {
		return fmt.Errorf("amount %w", err)
	}
	var ok bool
	if row.amount, ok = toNum(new(big.Int).Mul(x.digits, pow10(d.camp.rule.decimals-x.frac))); !ok {
		return errors.New("amount wider than 256 bits")
	}
	d.stakes = append(d.stakes, row)
	return nil
}

// astraData is the rows of the inputs of astra-rewards/v1.
type astraData struct {
	events    []lockEvent
	pools     [][]poolStake // as rule.pools
	cooling   map[int32]bool
	elections map[int32]earlyClaim
}

type lockEvent struct {
	ent     int32
	lock    int32 // in rule.locks
	row     int32
	at      int64
	change  num // in units of 10^-stakeDecimals
	negated bool
}

type poolStake struct {
	ent    int32
	amount decimal
}

type earlyClaim struct {
	take bool
	age  *big.Int
}

func (d *ruleData) historyRow(c [][]byte) error {
	rule := d.camp.rule.astra
	ent, err := d.entrantOf(c, 0, 4, -1)
	if err != nil {
		return err
	}
	e := lockEvent{ent: ent, lock: -1, row: int32(len(d.astra.events) + 1)}
	if e.at, err = parseInstant(string(c[1])); err != nil {
		return fmt.Errorf("time %s: %w", quoted(c[1]), err)
	}
	if e.at > rule.at {
		return fmt.Errorf("time %s is after the instant of the distribution", quoted(c[1]))
	}
	for i := range rule.locks {
		if m, ok := parseCount(string(c[2])); ok && rule.locks[i].months == m {
			e.lock = int32(i)
		}
	}
	if e.lock < 0 {
		return fmt.Errorf("lock %s is not one of windows", quoted(c[2]))
	}
	text, negated := strings.CutPrefix(string(c[3]), "-")
	e.negated = negated
	z, err := scaled(text, rule.stakeDecimals)
	ok := false
	if err == nil && !wide(text) {
		e.change, ok = toNum(z)
	}
	if !ok || e.change.isZero() {
		return fmt.Errorf("change %s: not a decimal other than 0 of at most %d fraction digits", quoted(c[3]), rule.stakeDecimals)
	}
	c[3] = []byte(strings.Repeat("-", len(c[3])-len(text)) + trimDecimal(text))
	d.astra.events = append(d.astra.events, e)
	return nil
}

func (d *ruleData) poolRow(role string, pool int) func(c [][]byte) error {
	seen := map[int32]bool{}
	return func(c [][]byte) error {
		ent, err := d.entrantOf(c, 0, 2, -1)
		if err != nil {
			return err
		}
		if seen[ent] {
			return fmt.Errorf("account %s stands twice", c[0])
		}
		seen[ent] = true
		x, err := d.decimalCell(role, c, 1, maxDigits)
		if err != nil {
			return fmt.Errorf("amount %w", err)
		}
		d.astra.pools[pool] = append(d.astra.pools[pool], poolStake{ent, x})
		return nil
	}
}

func (d *ruleData) cooldownRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 1, -1)
	if err != nil {
		return err
	}
	if d.astra.cooling[ent] {
		return fmt.Errorf("account %s stands twice", c[0])
	}
	d.astra.cooling[ent] = true
	return nil
}

func (d *ruleData) earlyRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 3, -1)
	if err != nil {
		return err
	}
	if _, twice := d.astra.elections[ent]; twice {
		return fmt.Errorf("account %s stands twice", c[0])
	}
	choice := string(c[1])
	if choice != "take" && choice != "restake" {
		return fmt.Errorf("choice %s: take or restake", quoted(c[1]))
	}
	age, ok := parseDigits(string(c[2]))
	if !ok {
		return fmt.Errorf("age %s: not a whole number of days", quoted(c[2]))
	}
	d.astra.elections[ent] = earlyClaim{choice == "take", age}
	return nil
}

func (d *ruleData) astraRows(role string) func(c [][]byte) error {
	rule := d.camp.rule.astra
	if d.astra == nil {
		d.astra = &astraData{pools: make([][]poolStake, len(rule.pools)), cooling: map[int32]bool{}, elections: map[int32]earlyClaim{}}
	}
	switch role {
	case "history":
		return d.historyRow
	case "cooldown":
		return d.cooldownRow
	case "elections":
		return d.earlyRow
	}
	for i := range rule.pools {
		if role == "stakes-"+rule.pools[i].id {
			return d.poolRow(role, i)
		}
	}
	return nil
}

// closeData is the rows of the inputs of close-round/v1.
type closeData struct {
	claimed []claimedRow
	round   []roundRow
	byLeaf  map[roundKey]int32
}

type claimedRow struct {
	acct   account
	tree   string
	chain  string // empty: not given
	amount num
	stated bool
}

type roundKey struct {
	tree string
	acct account
}

type roundRow struct {
	acct   account
	tree   string
	chain  string
	token  int
	amount num // base units of the chain, locked included
}

func (d *ruleData) claimedRow(c [][]byte) error {
	a, err := parseAccount(string(c[0]))
	if err != nil {
		return fmt.Errorf("account %s: %w", quoted(c[0]), err)
	}
	c[0] = []byte(a.text())
	row := claimedRow{acct: a, tree: string(c[1]), chain: string(c[3]), stated: c[2] != nil}
	if c[3] != nil && len(c[3]) == 0 {
		return errors.New("an empty chain")
	}
	if row.stated {
		var ok bool
		if row.amount, ok = parseNum(string(c[2])); !ok {
			return fmt.Errorf("amount %s: not digits of at most 256 bits", quoted(c[2]))
		}
	}
	d.closing.claimed = append(d.closing.claimed, row)
	return nil
}

func (d *ruleData) roundRow(c [][]byte) error {
	a, err := parseAccount(string(c[1]))
	if err != nil || a.text() != string(c[1]) {
		return fmt.Errorf("account %s: not an account as bundles spell it", quoted(c[1]))
	}
	row := roundRow{acct: a, tree: string(c[0]), chain: string(c[2]), token: -1}
	for i, t := range d.camp.tokens {
		if t.id == string(c[3]) && t.on(row.chain) != nil {
			row.token = i
		}
	}
	if row.token < 0 {
		return fmt.Errorf("token %s on %s is not one of the campaign", quoted(c[3]), quoted(c[2]))
	}
	var ok bool
	if row.amount, ok = parseNum(string(c[4])); !ok || row.amount.isZero() {
		return fmt.Errorf("amount %s: not digits above 0 of at most 256 bits", quoted(c[4]))
	}
	key := roundKey{row.tree, a}
	if _, twice := d.closing.byLeaf[key]; twice {
		return fmt.Errorf("account %s stands twice in tree %s", c[1], quoted(c[0]))
	}
	d.closing.byLeaf[key] = int32(len(d.closing.round))
	d.sums["round"].add(row.amount.big(new(big.Int)), 0)
	d.closing.round = append(d.closing.round, row)
	return nil
}

func (d *ruleData) closeRows(role string) func(c [][]byte) error {
	if d.closing == nil {
		d.closing = &closeData{byLeaf: map[roundKey]int32{}}
	}
	if role == "claimed" {
		return d.claimedRow
	}
	return d.roundRow
}
