package tree

import (
	"errors"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// rowPile is refused rows of all batches: the first ones, and how many more there are.
type rowPile struct {
	list []*RowError
	more int
}

// take adds the rows of a *RowErrors of a batch that begins at row base; it reports false for other errors.
func (p *rowPile) take(err error, base int) bool {
	var refused *RowErrors
	if !errors.As(err, &refused) {
		return false
	}
	for _, e := range refused.List {
		e.Row += base
		p.list = append(p.list, e)
	}
	p.more += refused.More
	p.cut()
	return true
}

// cut keeps the first rows.
func (p *rowPile) cut() {
	slices.SortStableFunc(p.list, func(a, b *RowError) int { return a.Row - b.Row })
	if over := len(p.list) - merkle.MaxFaults; over > 0 {
		p.list, p.more = p.list[:merkle.MaxFaults], p.more+over
	}
}

// err is the rows as Build tells them, nil when there are none.
func (p *rowPile) err() error {
	if len(p.list) == 0 {
		return nil
	}
	p.cut()
	return &RowErrors{List: p.list, More: p.more}
}
