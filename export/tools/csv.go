package tools

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
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
			return j.csv("pubkey,amount_unlocked,amount_locked,category", func(b []byte, row int) []byte {
				b = append(append(b, j.account(row).String()...), ',')
				b = append(appendTokens(b, j.amount(row), jitoDecimals), ',')
				b = append(appendTokens(b, j.locked(row), jitoDecimals), ',')
				return append(b, category...)
			})
		},
	}, {
		Kind: Kind{
			Name: "csv-jupiter", Title: "list for Jupiter's create-merkle-tree: pubkey,amount,locked_amount in whole tokens", Profiles: []string{"jito-v1"}, Decimals: true,
			Source: "jup-ag/distributor @304c28a, merkle-tree/src/csv_entry.rs",
		},
		check: func(j *job) error {
			j.once(ErrMerged)
			return nil
		},
		write: func(j *job) error {
			return j.csv("pubkey,amount,locked_amount", func(b []byte, row int) []byte {
				b = append(append(b, j.account(row).String()...), ',')
				b = append(appendTokens(b, j.amount(row), j.o.Decimals), ',')
				return appendTokens(b, j.locked(row), j.o.Decimals)
			})
		},
	}, {
		Kind: Kind{
			Name: "csv-sablier", Title: "list for Sablier's airdrop page: address,amount in whole tokens", Profiles: []string{"sablier-v1"}, Decimals: true,
			Source: "sablier-labs/merkle-api @bbf27a9, the rules of its CSV reader",
		},
		check: func(j *job) error {
			j.several()
			j.once(ErrTwice)
			j.paying()
			j.numbered()
			return j.ownOrder()
		},
		write: (*job).addressAmount,
	}, {
		Kind: Kind{
			Name: "csv-hedgey", Title: "list for Hedgey's token claims: address,amount in whole tokens", Profiles: []string{"hedgey-v1"}, Decimals: true,
			Source: "hedgey.gitbook.io, Creating a Token Claim using the Hedgey APIs",
		},
		check: func(j *job) error {
			j.once(ErrMerged)
			j.paying()
			return j.ownOrder()
		},
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

// csv writes a head and a line a row. Rows stand in claim order, or where the platform's tree keeps the order of its list in the order of the tree.
func (j *job) csv(head string, line func(b []byte, row int) []byte) error {
	listed := j.p.Order == tree.OrderInput
	return j.json("list.csv", 0, "", func(e *encoder) error {
		e.b = append(append(e.b, head...), '\n')
		for i := range j.t.Rows().Len() {
			row := i
			if listed {
				row = j.t.Row(i)
			}
			e.b = append(line(e.b, row), '\n')
			if e.flush(); e.err != nil {
				return e.err
			}
			j.tick()
		}
		return nil
	})
}

func (j *job) addressAmount() error {
	return j.csv("address,amount", func(b []byte, row int) []byte {
		b = append(append(b, j.account(row).String()...), ',')
		return appendTokens(b, j.amount(row), j.o.Decimals)
	})
}

func checkCSVJito(j *job) error {
	if c := j.o.With["category"]; c != "Staker" && c != "Validator" && c != "Searcher" {
		return &OptionError{j.f.Name, "category", fmt.Sprintf("%q: want Staker, Validator or Searcher", c)}
	}
	if j.o.Decimals >= 0 && j.o.Decimals != jitoDecimals {
		return &OptionError{j.f.Name, "decimals", fmt.Sprintf("%d: the tool takes every token for one of %d decimals", j.o.Decimals, jitoDecimals)}
	}
	j.once(ErrMerged)
	var text []byte
	for row := range j.t.Rows().Len() {
		for _, part := range [...]struct {
			source string
			amount merkle.Amount
		}{{tree.SourceAmount, j.amount(row)}, {tree.SourceLocked, j.locked(row)}} {
			if text = appendTokens(text[:0], part.amount, jitoDecimals); strings.IndexByte(string(text), '.') >= 0 {
				j.bad.add(row, -1, j.name(part.source), part.amount.String(), ErrWhole)
			}
		}
	}
	return nil
}

// lastDate is the last second of the year 9999, the last that the date's form can say.
const lastDate = 253402300799

func checkCSVSafe(j *job) error {
	for _, c := range [...]struct{ field, value string }{{"curveType", "0"}, {"managed", "false"}} {
		if i := j.field(c.field); i < 0 || string(j.t.AppendValue(nil, 0, i)) != c.value {
			return &OptionError{j.f.Name, c.field, "the list's reader knows " + c.value + " only"}
		}
	}
	for row := range j.t.Rows().Len() {
		if _, err := j.startDate(row); err != nil {
			j.bad.add(row, -1, "startDate", string(j.t.AppendValue(nil, row, j.field("startDate"))), err)
		}
	}
	return nil
}

func (j *job) startDate(row int) (time.Time, error) {
	n, err := strconv.ParseInt(string(j.t.AppendValue(nil, row, j.field("startDate"))), 10, 64)
	if err != nil || n > lastDate {
		return time.Time{}, ErrDate
	}
	return time.Unix(n, 0).UTC(), nil
}

func writeCSVSafe(j *job) error {
	duration := j.field("durationWeeks")
	return j.csv("owner,duration,startDate,amount", func(b []byte, row int) []byte {
		b = append(append(b, j.account(row).String()...), ',')
		b = append(j.t.AppendValue(b, row, duration), ',')
		start, _ := j.startDate(row) // the check has read it
		b = append(start.AppendFormat(b, "2006-01-02T15:04:05+00:00"), ',')
		return j.amount(row).AppendText(b)
	})
}
