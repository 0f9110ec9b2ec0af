package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// monthData is the rows of the inputs of a month.
type monthData struct {
	weights   weights // points by their factors, or staked amounts
	stakes    []openStake
	seen      map[[2]int32]bool // entrant and period of stakes
	elections []election
	parts     []*big.Rat
	partOf    map[string]int32
	exits     []exitRow
	positions []position
	paid      []paidRow
	rolled    []rolledRow
}

type openStake struct {
	ent    int32
	period int32
	amount num // base units of the token
}

type election struct {
	ent    int32
	choice int32 // 0: claim
	part   int32 // in parts
	month  month
}

type exitRow struct {
	ent    int32
	month  month
	period int32
}

// position is a row of the table positions. Period 0 stands for an allocation without election.
type position struct {
	ent                     int32
	month                   month
	period                  int32
	exited                  bool
	allocation, entitlement num
}

type paidRow struct {
	ent    int32
	amount num
}

type rolledRow struct{ id, manifest, amount string }

// weights adds up decimals by entrant, exactly, in units of 10^-places of the finest so far.
type weights struct {
	places int
	byEnt  []*big.Int // nil: no row
}

func (w *weights) add(ent int32, d decimal) {
	if d.frac > w.places {
		up := pow10(d.frac - w.places)
		for _, z := range w.byEnt {
			if z != nil {
				z.Mul(z, up)
			}
		}
		w.places = d.frac
	}
	if n := int(ent) + 1 - len(w.byEnt); n > 0 {
		w.byEnt = append(w.byEnt, make([]*big.Int, n)...)
	}
	if w.byEnt[ent] == nil {
		w.byEnt[ent] = new(big.Int)
	}
	w.byEnt[ent].Add(w.byEnt[ent], new(big.Int).Mul(d.digits, pow10(w.places-d.frac)))
}

func (w *weights) of(ent int32) *big.Int {
	if int(ent) >= len(w.byEnt) {
		return nil
	}
	return w.byEnt[ent]
}

// decimalCell reads a decimal of at most places fraction digits, spells it canonically and adds it to the role's sum, if the role has one.
func (d *ruleData) decimalCell(role string, c [][]byte, i, places int) (decimal, error) {
	text := string(c[i])
	x, err := parseDecimal(text)
	if err == nil && x.frac > places {
		err = errPrecision
	}
	if err == nil && wide(text) {
		err = errors.New("wider than 256 bits")
	}
	if err != nil {
		return x, fmt.Errorf("%s: %w", quoted(c[i]), err)
	}
	c[i] = []byte(trimDecimal(text))
	d.sums[role].add(x.digits, x.frac)
	return x, nil
}

func (d *ruleData) pointsRow(m *columnMap) func(c [][]byte) error {
	rule := d.camp.rule.months
	begin, end := rule.month.begin(rule.zone), (rule.month + 1).begin(rule.zone)
	return func(c [][]byte) error {
		if len(rule.multipliers) > 0 && (c[2] == nil || c[3] == nil) {
			return errors.New("no column source or time, which multipliers need")
		}
		ent, err := d.entrantOf(c, 0, 4, -1)
		if err != nil {
			return err
		}
		x, err := d.decimalCell("points", c, 1, 77)
		if err != nil {
			return fmt.Errorf("points %w", err)
		}
		at := begin
		if c[3] != nil {
			if at, err = parseInstant(string(c[3])); err != nil {
				return fmt.Errorf("time %s: %w", quoted(c[3]), err)
			}
			if at < begin || at >= end {
				return fmt.Errorf("time %s is not in %s", quoted(c[3]), rule.month)
			}
		}
		for i := range rule.multipliers {
			f := &rule.multipliers[i]
			if f.source == string(c[2]) && at >= f.from && at < f.to {
				x = decimal{new(big.Int).Mul(x.digits, f.factor.digits), x.frac + f.factor.frac}
			}
		}
		d.months.weights.add(ent, x)
		return nil
	}
}

func (d *ruleData) openStakeRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 3, -1)
	if err != nil {
		return err
	}
	decimals := d.camp.tokens[0].decimals
	x, err := d.decimalCell("stakes", c, 1, decimals)
	if err != nil {
		return fmt.Errorf("amount %w", err)
	}
	p, ok := parsePeriod(string(c[2]))
	if !ok || !slices.Contains(d.camp.rule.months.vest.periods, p) {
		return fmt.Errorf("period %s is not offered", quoted(c[2]))
	}
	n, ok := toNum(new(big.Int).Mul(x.digits, pow10(decimals-x.frac)))
	if !ok {
		return errors.New("amount wider than 256 bits")
	}
	key := [2]int32{ent, int32(p)}
	if d.months.seen[key] {
		return fmt.Errorf("account %s stands twice with period %d", c[0], p)
	}
	d.months.seen[key] = true
	d.months.stakes = append(d.months.stakes, openStake{ent, int32(p), n})
	return nil
}

func (d *ruleData) electionRow(c [][]byte) error {
	w := d.months
	ent, err := d.entrantOf(c, 0, 4, -1)
	if err != nil {
		return err
	}
	e := election{ent: ent, month: d.camp.rule.months.month}
	if string(c[1]) != "claim" {
		p, ok := parsePeriod(string(c[1]))
		if !ok || !slices.Contains(d.camp.rule.months.vest.periods, p) {
			return fmt.Errorf("choice %s is neither claim nor a period that is offered", quoted(c[1]))
		}
		e.choice = int32(p)
	}
	part := "1"
	if c[2] != nil {
		part = string(c[2])
		x, err := weightText(part)
		if err != nil || x.Sign() == 0 || x.Cmp(big.NewRat(1, 1)) > 0 {
			return fmt.Errorf("part %s: not a fraction or decimal above 0 and at most 1", quoted(c[2]))
		}
		if strings.Contains(part, "/") {
			c[2] = []byte(x.RatString())
		} else {
			c[2] = []byte(trimDecimal(part))
		}
		part = x.RatString()
	}
	at, ok := w.partOf[part]
	if !ok {
		x, _ := new(big.Rat).SetString(part)
		at = int32(len(w.parts))
		w.parts, w.partOf[part] = append(w.parts, x), at
	}
	e.part = at
	if len(c[3]) > 0 {
		if e.month, err = parseMonth(string(c[3])); err != nil {
			return fmt.Errorf("month %s: %w", quoted(c[3]), err)
		}
	}
	w.elections = append(w.elections, e)
	return nil
}

func (d *ruleData) exitRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 3, -1)
	if err != nil {
		return err
	}
	m, err := parseMonth(string(c[1]))
	if err != nil {
		return fmt.Errorf("month %s: %w", quoted(c[1]), err)
	}
	p, ok := parsePeriod(string(c[2]))
	if !ok {
		return fmt.Errorf("period %s: not a number of months", quoted(c[2]))
	}
	d.months.exits = append(d.months.exits, exitRow{ent, m, int32(p)})
	return nil
}

// positionRow reads a row of the predecessor's table as strictly as it is written.
func (d *ruleData) positionRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 1, -1)
	if err != nil {
		return err
	}
	p := position{ent: ent}
	if p.month, err = parseMonth(string(c[2])); err != nil {
		return fmt.Errorf("month %s: %w", quoted(c[2]), err)
	}
	n, ok := 0, true
	if len(c[3]) > 0 {
		n, ok = parsePeriod(string(c[3]))
	}
	var ok1, ok2 bool
	p.period = int32(n)
	p.allocation, ok1 = parseNum(string(c[4]))
	p.entitlement, ok2 = parseNum(string(c[5]))
	p.exited = string(c[6]) == "yes"
	if !ok || !ok1 || !ok2 || (!p.exited && string(c[6]) != "no") {
		return errors.New("not a row of positions: period, allocation, entitlement or exited")
	}
	order := slices.Compare(p.entitlement[:], p.allocation[:])
	age := d.camp.rule.months.month - p.month
	if p.allocation.isZero() || order > 0 || (order < 0 && (n == 0 || p.exited)) || (n == 0 && p.exited) || age < 1 || (n > 0 && int(age) > n) {
		return errors.New("a row that no predecessor publishes")
	}
	unit := d.camp.tokens[0].on(d.ents.list[ent].chain).unit
	for _, x := range []*num{&p.allocation, &p.entitlement} {
		if new(big.Int).Rem(x.big(new(big.Int)), unit).Sign() != 0 {
			return fmt.Errorf("%s is not a multiple of %s, which is one base unit on the chain", x, unit)
		}
	}
	d.months.positions = append(d.months.positions, p)
	return nil
}

func (d *ruleData) paidRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 1, -1)
	if err != nil {
		return err
	}
	n, ok := parseNum(string(c[2]))
	if !ok || n.isZero() {
		return fmt.Errorf("amount %s: not digits above 0 of at most 256 bits", quoted(c[2]))
	}
	d.sums["paid"].add(n.big(new(big.Int)), 0)
	d.months.paid = append(d.months.paid, paidRow{ent, n})
	return nil
}

func (d *ruleData) rolledRow(c [][]byte) error {
	refs, i := d.camp.rule.months.rolled, len(d.months.rolled)
	if i >= len(refs) || refs[i].manifest != string(c[1]) {
		return fmt.Errorf("manifest %s is not that of bundle %d of the campaign", quoted(c[1]), i)
	}
	n, ok := parseNum(string(c[2]))
	if !ok {
		return fmt.Errorf("amount %s: not digits of at most 256 bits", quoted(c[2]))
	}
	d.sums["rolled"].add(n.big(new(big.Int)), 0)
	d.months.rolled = append(d.months.rolled, rolledRow{string(c[0]), string(c[1]), string(c[2])})
	return nil
}

// monthRows is the function that takes the rows of a role of a month.
func (d *ruleData) monthRows(role string, m *columnMap) func(c [][]byte) error {
	if d.months == nil {
		d.months = &monthData{seen: map[[2]int32]bool{}, partOf: map[string]int32{}}
	}
	switch role {
	case "points":
		return d.pointsRow(m)
	case "stakes":
		return d.openStakeRow
	case "elections":
		return d.electionRow
	case "exits":
		return d.exitRow
	case "positions":
		return d.positionRow
	case "paid":
		return d.paidRow
	}
	return d.rolledRow
}

// finishRolled checks that every bundle of the campaign has its row.
func (d *ruleData) finishRolled() error {
	if got, want := len(d.months.rolled), len(d.camp.rule.months.rolled); got != want {
		return errors.New(strconv.Itoa(got) + " bundles, the campaign names " + strconv.Itoa(want))
	}
	return nil
}
