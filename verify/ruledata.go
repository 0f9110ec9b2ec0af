package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// ruleData is what the inputs say, row by row, before any rule is applied. The row functions also put each cell into its canonical spelling.
type ruleData struct {
	camp      *campaign
	ents      *entrants
	proposals []proposal
	byID      map[string]int32
	votes     []vote
	times     []timeKey // by vote; nil without a time column
	weights   []weightRow
	list      []listRow
	more      []listMore // nil: the list has accounts and amounts alone
	excluded  []exclusionList
	stakes    []stakeRow // jupiter-asr/v2
	months    *monthData // the rules of months
	astra     *astraData
	closing   *closeData
	sums      map[string]*decimalSum
	timeKind  byte
	scratch   big.Int
	ruled     bool // the list has an index or own columns
	indexed   bool // the list has an index
}

type proposal struct {
	id     string
	weight *big.Rat
}

type vote struct {
	ent, prop int32
	power     num   // in units of 10^-decimals, without the zeros
	zeros     uint8 // so many zeros follow: fraction zeros of a power that would be too wide with them
}

// packPower packs a power in units of 10^-places; fraction zeros do not count against the 256 bits.
func packPower(z *big.Int, places int) (n num, zeros uint8, ok bool) {
	if n, ok = toNum(z); ok {
		return n, 0, true
	}
	ten, q, rest := big.NewInt(10), new(big.Int).Set(z), new(big.Int)
	for int(zeros) < places {
		next, _ := new(big.Int).QuoRem(q, ten, rest)
		if rest.Sign() > 0 {
			break
		}
		q = next
		zeros++
	}
	n, ok = toNum(q)
	return n, zeros, ok
}

// scaled is the power in units of 10^-decimals.
func (v *vote) scaled(z *big.Int) *big.Int {
	v.power.big(z)
	if v.zeros > 0 {
		z.Mul(z, pow10(int(v.zeros)))
	}
	return z
}

// timeKey orders times: whole numbers by length and digits, RFC 3339 by second and fraction.
type timeKey struct {
	major int64
	minor string
}

type weightRow struct {
	ent    int32
	weight decimal
}

// listRow is a row of a list; its cells beside the amount are in listMore, aligned, where the list has such columns.
type listRow struct {
	ent    int32
	token  uint16
	frac   uint8 // amount is digits · 10^-frac
	digits num
}

type listMore struct {
	locked listRow // digits and frac alone
	index  num
	own    []string
}

type exclusionList struct {
	accounts map[account]bool // on every chain
	pairs    map[entrant]bool
	rows     int
}

func newRuleData(c *campaign) *ruleData {
	return &ruleData{camp: c, ents: newEntrants(c), byID: map[string]int32{}, sums: map[string]*decimalSum{}}
}

// apart is a place for rows that are read a second time and not computed from; votes need the proposals that were read.
func (d *ruleData) apart(role string) *ruleData {
	e := newRuleData(d.camp)
	if role == "votes" {
		e.proposals, e.byID = d.proposals, d.byID
	}
	return e
}

func (d *ruleData) sum(role string) string {
	if !hasSum(role) {
		return ""
	}
	if d.sums[role] == nil {
		return "0"
	}
	return d.sums[role].String()
}

// hasSum tells whether an input has a value column.
func hasSum(role string) bool {
	switch role {
	case "proposals", "elections", "exits", "positions", "history", "cooldown", "claimed":
		return false
	}
	return !strings.HasPrefix(role, "exclude-")
}

// rows is the function that takes the rows of a role.
func (d *ruleData) rows(role string, m *columnMap) func(cells [][]byte) error {
	d.sums[role] = &decimalSum{}
	if u := &d.camp.rule; !strings.HasPrefix(role, "exclude-") {
		switch {
		case u.months != nil:
			return d.monthRows(role, m)
		case u.stake != nil:
			return d.stakeRow
		case u.astra != nil:
			return d.astraRows(role)
		case u.close != nil:
			return d.closeRows(role)
		}
	}
	switch role {
	case "proposals":
		return d.proposalRow
	case "votes":
		if m.has("time") {
			d.times = []timeKey{}
		}
		return d.voteRow
	case "weights":
		return d.weightRow
	case "list":
		return d.listRow(m)
	}
	d.excluded = append(d.excluded, exclusionList{accounts: map[account]bool{}, pairs: map[entrant]bool{}})
	return d.exclusionRow
}

// finish checks what only all rows together show.
func (d *ruleData) finish(role string) error {
	switch role {
	case "rolled":
		return d.finishRolled()
	case "proposals":
		total := new(big.Rat)
		for _, p := range d.proposals {
			total.Add(total, p.weight)
		}
		if total.Sign() == 0 {
			return errors.New("the weights of the proposals add up to zero")
		}
	case "weights":
		for _, w := range d.weights {
			if w.weight.digits.Sign() > 0 {
				return nil
			}
		}
		if len(d.weights) > 0 {
			return errors.New("the weights add up to zero")
		}
	}
	return nil
}

func quoted(b []byte) string { return strconv.Quote(clip(string(b))) }

// wide reports whether the digits of a decimal, without trailing fraction zeros, pass 256 bits.
func wide(s string) bool {
	z, _ := new(big.Int).SetString(strings.Replace(trimDecimal(s), ".", "", 1), 10)
	return z.BitLen() > 256
}

func (d *ruleData) proposalRow(c [][]byte) error {
	id, text := string(c[0]), string(c[1])
	if id == "" || len(id) > 256 {
		return fmt.Errorf("id %s: must have 1 to 256 bytes", quoted(c[0]))
	}
	if _, ok := d.byID[id]; ok {
		return fmt.Errorf("id %s stands twice", quoted(c[0]))
	}
	var w *big.Rat
	if a, b, ok := strings.Cut(text, "/"); ok {
		x, ok1 := parseDigits(a)
		y, ok2 := parseDigits(b)
		if !ok1 || !ok2 || y.Sign() == 0 || x.BitLen() > 256 || y.BitLen() > 256 {
			return fmt.Errorf("weight %s: not a fraction of whole numbers", quoted(c[1]))
		}
		w = new(big.Rat).SetFrac(x, y)
		c[1] = []byte(w.RatString())
	} else {
		x, err := parseDecimal(text)
		if err != nil || wide(text) {
			return fmt.Errorf("weight %s: %w", quoted(c[1]), errNumber)
		}
		w = x.rat()
		c[1] = []byte(trimDecimal(text))
	}
	d.byID[id] = int32(len(d.proposals))
	d.proposals = append(d.proposals, proposal{id, w})
	return nil
}

func (d *ruleData) voteRow(c [][]byte) error {
	prop, ok := d.byID[string(c[0])]
	if !ok {
		return fmt.Errorf("proposal %s is not in the proposals", quoted(c[0]))
	}
	ent, err := d.entrantOf(c, 1, 3, -1)
	if err != nil {
		return err
	}
	power, zeros, err := d.power(c)
	if err != nil {
		return fmt.Errorf("power %s: %w", quoted(c[2]), err)
	}
	d.votes = append(d.votes, vote{ent, prop, power, zeros})
	if c[4] != nil {
		key, kind, err := parseTime(string(c[4]))
		if err != nil || (d.timeKind != 0 && kind != d.timeKind) {
			return fmt.Errorf("time %s: not RFC 3339 with offset or a whole number, one kind in a file", quoted(c[4]))
		}
		d.timeKind = kind
		d.times = append(d.times, key)
	}
	return nil
}

// power reads a vote's power at the campaign's decimals and adds it to the sum.
func (d *ruleData) power(c [][]byte) (n num, zeros uint8, err error) {
	places := d.camp.rule.decimals
	text := string(c[2])
	if places == 0 && len(text) <= 18 {
		n, ok := parseNum(text)
		if !ok {
			return n, 0, errNumber
		}
		d.sums["votes"].add(n.big(&d.scratch), 0)
		return n, 0, nil
	}
	z, err := scaled(text, places)
	if err != nil {
		return n, 0, err
	}
	n, zeros, ok := packPower(z, places)
	if !ok {
		return n, 0, errors.New("wider than 256 bits")
	}
	d.sums["votes"].add(z, places)
	c[2] = []byte(trimDecimal(text))
	return n, zeros, nil
}

// entrantOf finds the entrant of a row that would be paid the given token, or all tokens with -1, and spells the account canonically.
func (d *ruleData) entrantOf(c [][]byte, acct, chain, tok int) (int32, error) {
	ent, err := d.ents.find(c[acct], c[chain])
	if err != nil {
		return 0, err
	}
	e := &d.ents.list[ent]
	for i, t := range d.camp.tokens {
		if (tok < 0 || tok == i) && t.on(e.chain) == nil {
			return 0, fmt.Errorf("account %s: token %s is not on %s", quoted(c[acct]), t.id, e.chain)
		}
	}
	if e.acct.fam == evm {
		for i, b := range c[acct] { // in place: an accepted EVM account differs from the canonical text in letter case only
			if b >= 'A' && b <= 'F' {
				c[acct][i] = b - 'A' + 'a'
			}
		}
	}
	return ent, nil
}

func parseTime(s string) (timeKey, byte, error) {
	if digitsOnly(s) && len(s) <= maxDigits {
		return timeKey{int64(len(s)), s}, 'n', nil
	}
	whole, frac := s, ""
	if len(s) > 19 && s[19] == '.' {
		end := 20
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		whole, frac = s[:19]+s[end:], strings.TrimRight(s[20:end], "0")
		if end == 20 {
			return timeKey{}, 0, errNumber
		}
	}
	t, err := time.Parse(time.RFC3339, whole)
	if err != nil || len(whole) < 20 || len(whole) > 25 {
		return timeKey{}, 0, errNumber
	}
	return timeKey{t.Unix(), frac}, 't', nil
}

func (d *ruleData) weightRow(c [][]byte) error {
	ent, err := d.entrantOf(c, 0, 2, -1)
	if err != nil {
		return err
	}
	text := string(c[1])
	w, err := parseDecimal(text)
	if err == nil && w.frac > 77 {
		err = errPrecision
	}
	if err == nil && wide(text) {
		err = errors.New("wider than 256 bits")
	}
	if err != nil {
		return fmt.Errorf("weight %s: %w", quoted(c[1]), err)
	}
	c[1] = []byte(trimDecimal(text))
	d.sums["weights"].add(w.digits, w.frac)
	d.weights = append(d.weights, weightRow{ent, w})
	return nil
}
