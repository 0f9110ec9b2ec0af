package alloc

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// kind is the number that the rows of an input are about. Rows of an entrant are met by it.
func (s *astraStream) kind(x *astraInput) int { return slices.Index(s.inputs, x) }

// visit adds a row to the present entrant.
func (s *astraStream) visit(c *chainRows, record []byte) {
	o, kind, row := &s.own, c.number(record), c.rowOf(record)
	if !o.begun {
		account, _ := merkle.NewAccount(s.chains[c.chain].Family(), c.raw(record)) // was one before it was sorted
		e := Entrant{account, c.chain}
		*o = astraEntrant{begun: true, e: e, excluded: s.excludes(e), kind: -1, stakes: o.stakes, from: len(s.batch.rows), wide: len(s.batch.history.numbers.wide)}
		clear(o.stakes)
	}
	x := s.inputs[kind]
	if x != s.history {
		if o.kind == kind {
			x.repeat(o.e.Account, row, o.first)
		} else {
			o.kind, o.first = kind, row
		}
	}
	x.visit(c, record)
}

// repeat refuses the row of an account that was there before.
func (x *astraInput) repeat(account merkle.Account, row, first uint32) {
	x.repeated.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])}
	}})
}

// refuse refuses a row.
func (x *astraInput) refuse(account merkle.Account, row uint32, err error) {
	x.wrong.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, row}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: err}
	}})
}

// newInput puts an input behind those whose rows of an entrant are met before.
func (s *astraStream) newInput(x astraInput) *astraInput {
	s.inputs = append(s.inputs, &x)
	return &x
}

func (s *astraStream) cooldownInput() *astraInput {
	set := s.rule.set
	if set.Cooldown == nil {
		return nil
	}
	return s.newInput(astraInput{in: set.Cooldown, role: "cooldown", columns: cooldownColumns(), chain: cooldownChain, blame: cooldownAccount,
		read: func(src *source, row *astraRow) (ok bool) {
			row.e, ok = src.account(cooldownAccount, cooldownChain)
			return ok
		},
		visit: func(*chainRows, []byte) { s.own.cooling = true },
	})
}

// longestEvent is the most bytes that stand before the amount of an event: a time, a lock, two commas and a minus.
const longestEvent = len("2006-01-02T15:04:05+00:00") + 12

func (s *astraStream) historyInput() *astraInput {
	set := s.rule.set
	if set.History == nil {
		return nil
	}
	return s.newInput(astraInput{in: set.History, role: "history", columns: historyColumns(), chain: historyChain, blame: historyChange, number: s.number, about: longestEvent,
		read: func(src *source, row *astraRow) bool {
			x, ok := src.historyRow(set, s.rule.at)
			if !ok {
				return false
			}
			row.e, row.digits, row.scale, row.lock, row.time, row.mark = x.e, x.amount, set.StakeDecimals, x.lock, x.time, byte(btoi(x.minus))
			row.about = append(append(row.about, src.cell(historyTime)...), ',')
			row.about = append(strconv.AppendInt(row.about, int64(set.Locks[x.lock].Months), 10), ',')
			if x.minus {
				row.about = append(row.about, '-')
			}
			return true
		},
		visit: s.event,
	})
}

// event adds a row of the history to the present entrant.
func (s *astraStream) event(c *chainRows, record []byte) {
	row := c.rowOf(record)
	if r := &s.overdraft; !r.met || row < r.first {
		r.met, r.first = true, row
	}
	at, rest := record[c.aboutAt()+2:], record[c.restAt():]
	b := &s.batch
	b.history.add(historyRow{lock: at[0], time: int64(binary.BigEndian.Uint64(at[1:]) - 1<<63), minus: rest[s.number] == 1, amount: getAmount(rest[:s.number])})
	if n := len(b.order); n <= len(b.rows) {
		b.order = append(b.order, uint32(n))
	}
	b.rows = append(b.rows, row)
}

func (s *astraStream) poolInputs() (list []*astraInput) {
	for q := range s.rule.set.Pools {
		p := &s.rule.set.Pools[q]
		x := s.newInput(astraInput{in: &p.Stakes, role: "stakes-" + p.ID, columns: poolColumns(), chain: poolChain, blame: poolAccount, number: s.number, sums: new(scaleSum),
			read: func(src *source, row *astraRow) (ok bool) {
				row.e, row.digits, row.scale, ok = src.poolRow()
				row.mark = row.scale
				return ok
			}})
		x.visit = func(c *chainRows, record []byte) { s.stake(x, q, c.rowOf(record), record[c.restAt():]) }
		list = append(list, x)
	}
	return list
}

// stake adds a row of the stakes of pool q to the present entrant.
func (s *astraStream) stake(x *astraInput, q int, row uint32, rest []byte) {
	o := &s.own
	if o.out() {
		return
	}
	v, ok := shift(getAmount(rest[:s.number]), s.scale-int(rest[s.number]))
	if !ok || v.BitLen() > widestStake {
		x.refuse(o.e.Account, row, errWide)
		return
	}
	o.listed = true
	if o.stakes == nil {
		o.stakes = make([]merkle.Amount, len(s.sums))
	}
	o.stakes[q] = v
}

func (s *astraStream) takeInput() *astraInput {
	set := s.rule.set
	if set.Elections == nil {
		return nil
	}
	x := s.newInput(astraInput{in: set.Elections, role: "elections", columns: takeColumns(), chain: takeChain, blame: takeAccount, number: 4, about: len("restake,"),
		read: func(src *source, row *astraRow) bool {
			e, take, age, ok := src.takeRow()
			row.e, row.digits, row.scale, row.mark = e, merkle.NewAmount(uint64(age)), 0, byte(btoi(take))
			if row.about = append(row.about, "restake,"...); take {
				row.about = append(row.about[:0], "take,"...)
			}
			return ok
		}})
	x.visit = func(c *chainRows, record []byte) {
		o, rest := &s.own, record[c.restAt():]
		if !o.listed && !o.out() {
			x.refuse(o.e.Account, c.rowOf(record), ErrNoStake)
		}
		if o.take = 0; rest[s.number] == 1 {
			age, _ := getAmount(rest[:s.number]).Uint64()
			o.take = 1 + age
		}
	}
	return x
}
