package tools

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// What the platforms' CSV readers make of a row.
var (
	ErrTwice = errors.New("the platform refuses an account twice, and the account is there already")
	ErrDate  = errors.New("the column holds dates up to the year 9999")
)

// jitoDecimals is fixed in the code of Jito's tool.
const jitoDecimals = 9

func csvFormats() []format {
	return []format{{
		Kind: Kind{
			Name: "csv-jito", Title: "list for Jito's create-merkle-tree: pubkey,amount_unlocked,amount_locked,category in whole tokens of 9 decimals", Profiles: []string{"jito-v1"},
			Source:   "jito-foundation/distributor @2cf79f6, merkle-tree/src/{csv_entry,tree_node}.rs",
			Settings: []Setting{{Name: "category", Meaning: "Staker, Validator or Searcher, for all rows", Required: true}},
		},
		check: checkCSVJito,
		write: func(j *job) error {
			category := j.o.With["category"]
			return j.csv("pubkey,amount_unlocked,amount_locked,category", func(b []byte, w *window, i int) []byte {
				b = append(appendTokens(b, w.amount(i), jitoDecimals), ',')
				b = append(appendTokens(b, w.locked(i), jitoDecimals), ',')
				return append(b, category...)
			})
		},
	}, {
		Kind: Kind{
			Name: "csv-jupiter", Title: "list for Jupiter's create-merkle-tree: pubkey,amount,locked_amount in whole tokens", Profiles: []string{"jito-v1"}, Decimals: true,
			Source: "jup-ag/distributor @304c28a, merkle-tree/src/csv_entry.rs",
		},
		check: (*job).unmerged,
		write: func(j *job) error {
			return j.csv("pubkey,amount,locked_amount", func(b []byte, w *window, i int) []byte {
				b = append(appendTokens(b, w.amount(i), j.o.Decimals), ',')
				return appendTokens(b, w.locked(i), j.o.Decimals)
			})
		},
	}, {
		Kind: Kind{
			Name: "csv-sablier", Title: "list for Sablier's airdrop page: address,amount in whole tokens", Profiles: []string{"sablier-v1"}, Decimals: true,
			Source: "sablier-labs/merkle-api @bbf27a9, the rules of its CSV reader",
		},
		check: func(j *job) error {
			return checked(j.several, func() error { return j.once(ErrTwice) }, j.paying, j.numbered, j.ownOrder)
		},
		write: (*job).addressAmount,
	}, {
		Kind: Kind{
			Name: "csv-hedgey", Title: "list for Hedgey's token claims: address,amount in whole tokens", Profiles: []string{"hedgey-v1"}, Decimals: true,
			Source: "hedgey.gitbook.io, Creating a Token Claim using the Hedgey APIs",
		},
		check: func(j *job) error { return checked(j.unmerged, j.paying, j.ownOrder) },
		write: (*job).addressAmount,
	}, {
		Kind: Kind{
			Name: "csv-safe", Title: "vesting list of Safe's claiming app: owner,duration,startDate,amount with weeks, a date and base units", Profiles: []string{"safe-vesting-v1"},
			Source: "safe-global/claiming-app-data @9fbbe2b, the published lists",
		},
		check: checkCSVSafe,
		write: writeCSVSafe,
	}}
}

// unmerged is once for platforms that add up.
func (j *job) unmerged() error { return j.once(ErrMerged) }

// csv writes a head and a line a row: the account, a comma and what line appends. Rows stand in claim order, or where the platform's tree keeps the order of
// its list in the order of the tree.
func (j *job) csv(head string, line func(b []byte, w *window, i int) []byte) error {
	return j.json("list.csv", 0, "", func(e *encoder) error {
		rows := j.inList()
		if j.p.Order == tree.OrderInput {
			var err error
			if rows, err = j.inTree(); err != nil {
				return err
			}
		}
		e.b = append(append(e.b, head...), '\n')
		return j.rows(e, rows, func(w *window) func(b []byte, lo, hi int) ([]byte, error) {
			var names spelling
			return func(b []byte, lo, hi int) ([]byte, error) {
				names.begin(lo, hi, w.account)
				for i := lo; i < hi; i++ {
					b = append(line(append(names.append(b, i), ','), w, i), '\n')
				}
				return b, nil
			}
		})
	})
}

func (j *job) addressAmount() error {
	return j.csv("address,amount", func(b []byte, w *window, i int) []byte { return appendTokens(b, w.amount(i), j.o.Decimals) })
}

func checkCSVJito(j *job) error {
	if c := j.o.With["category"]; c != "Staker" && c != "Validator" && c != "Searcher" {
		return &OptionError{j.f.Name, "category", fmt.Sprintf("%q: want Staker, Validator or Searcher", c)}
	}
	if j.o.Decimals >= 0 && j.o.Decimals != jitoDecimals {
		return &OptionError{j.f.Name, "decimals", fmt.Sprintf("%d: the tool takes every token for one of %d decimals", j.o.Decimals, jitoDecimals)}
	}
	if err := j.unmerged(); err != nil {
		return err
	}
	var text []byte
	return j.each(j.inList(), func(w *window, i int) error {
		for _, part := range [...]struct {
			source string
			amount merkle.Amount
		}{{tree.SourceAmount, w.amount(i)}, {tree.SourceLocked, w.locked(i)}} {
			if text = appendTokens(text[:0], part.amount, jitoDecimals); bytes.IndexByte(text, '.') >= 0 {
				j.bad.add(i, -1, j.name(part.source), part.amount.String(), ErrWhole)
			}
		}
		return nil
	})
}

// lastDate is the last second of the year 9999, the last that the date's form can say.
const lastDate = 253402300799

func checkCSVSafe(j *job) error {
	first, err := j.one(0)
	if err != nil {
		return err
	}
	for _, c := range [...]struct{ field, value string }{{"curveType", "0"}, {"managed", "false"}} {
		if i := j.field(c.field); i < 0 || string(first.value(nil, 0, i)) != c.value {
			return &OptionError{j.f.Name, c.field, "the list's reader knows " + c.value + " only"}
		}
	}
	return j.each(j.inList(), func(w *window, i int) error {
		if _, err := w.startDate(i); err != nil {
			j.bad.add(i, -1, "startDate", string(w.value(nil, i, j.field("startDate"))), err)
		}
		return nil
	})
}

func (w *window) startDate(i int) (time.Time, error) {
	n, err := strconv.ParseInt(string(w.value(nil, i, w.j.field("startDate"))), 10, 64)
	if err != nil || n > lastDate {
		return time.Time{}, ErrDate
	}
	return time.Unix(n, 0).UTC(), nil
}

func writeCSVSafe(j *job) error {
	duration := j.field("durationWeeks")
	return j.csv("owner,duration,startDate,amount", func(b []byte, w *window, i int) []byte {
		b = append(w.value(b, i, duration), ',')
		start, _ := w.startDate(i) // the check has read it
		b = append(start.AppendFormat(b, "2006-01-02T15:04:05+00:00"), ',')
		return w.amount(i).AppendText(b)
	})
}
