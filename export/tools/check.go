package tools

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// What a reader of a file makes of a row, and why the row is refused.
var (
	ErrKeyed    = errors.New("the file names each account once, and the account is there already")
	ErrZero     = errors.New("the platform refuses a row that pays nothing")
	ErrMerged   = errors.New("the platform would add the rows of one account up, and the account is there already")
	ErrUnsafe   = errors.New("above 2^53-1: JavaScript would read another number")
	ErrWhole    = errors.New("the platform takes whole tokens only and would refuse the fraction")
	ErrRowIndex = errors.New("the platform numbers rows from 0 in the order of the list")
	ErrTwoRows  = errors.New("the platform wants at least 2 rows")
	ErrSum      = errors.New("the sum of all rows is wider than 256 bits")
)

// refused collects rows.
type refused struct {
	list []*tree.RowError
	more int
}

func (r *refused) add(row, other int, field, value string, err error) {
	if r.full() {
		r.more++
		return
	}
	r.list = append(r.list, &tree.RowError{Row: row, Other: other, Field: field, Value: value, Err: err})
}

func (r *refused) full() bool { return len(r.list) >= merkle.MaxFaults }

func (r *refused) err() error {
	if len(r.list) == 0 {
		return nil
	}
	slices.SortStableFunc(r.list, func(a, b *tree.RowError) int { return cmp.Compare(a.Row, b.Row) })
	return &tree.RowErrors{List: r.list, More: r.more}
}

// name is what the leaf calls the field with a source.
func (j *job) name(source string) string {
	for _, f := range j.p.Fields {
		if f.Source == source {
			return f.Name
		}
	}
	return source
}

// field is the place of a leaf field by name, -1 when there is none.
func (j *job) field(name string) int {
	return slices.IndexFunc(j.p.Fields, func(f tree.Field) bool { return f.Name == name })
}

// once refuses rows whose account, and token if rows have one, stand in an earlier row.
func (j *job) once(reason error) error {
	if j.t == nil {
		if j.told() {
			return nil
		}
		return j.sortedBy(j.accountKey(), func(row, before int) error {
			if before < 0 {
				return nil
			}
			return j.repeated(row, before, reason)
		})
	}
	r, order := j.t.Rows(), j.accountsSorted()
	for i := 1; i < len(order); i++ {
		a, b := int(order[i-1]), int(order[i])
		if r.Accounts[a] == r.Accounts[b] && (r.Tokens == nil || r.Tokens[a] == r.Tokens[b]) {
			j.bad.add(b, a, j.name(tree.SourceAccount), r.Accounts[b].String(), reason)
		}
	}
	return nil
}

// told reports that the building of the tree has refused a second row of an account, or of an account and token.
func (j *job) told() bool {
	s := j.b.Spec()
	return j.d.Disk.Unique && !s.KeepDuplicates && len(j.p.Key) == 0 && !j.p.HasUnlock() && j.p.Has(tree.SourceToken) == j.tokens
}

// repeated refuses a row for an earlier one, on disk.
func (j *job) repeated(row, before int, reason error) error {
	if j.bad.full() {
		j.bad.more++
		return nil
	}
	w, err := j.one(row)
	if err != nil {
		return err
	}
	j.bad.add(row, before, j.name(tree.SourceAccount), w.account(row).String(), reason)
	return nil
}

// keyed is once for files that are an object by account.
func (j *job) keyed() error { return j.once(ErrKeyed) }

// paying refuses rows of amount 0.
func (j *job) paying() error {
	return j.each(j.inList(), func(w *window, i int) error {
		if w.amount(i).IsZero() && w.locked(i).IsZero() {
			j.bad.add(i, -1, j.name(tree.SourceAmount), "0", ErrZero)
		}
		return nil
	})
}

// numbered refuses rows whose index is not their place in the list.
func (j *job) numbered() error {
	return j.indexes(func(row int, index uint64) bool { return index == uint64(row) }, ErrRowIndex)
}

// safeIndexes refuses indexes that a JSON number loses in JavaScript.
func (j *job) safeIndexes() error {
	return j.indexes(func(_ int, index uint64) bool { return index <= maxSafe }, ErrUnsafe)
}

// indexes refuses rows whose index is not good.
func (j *job) indexes(good func(row int, index uint64) bool, reason error) error {
	return j.each(j.inList(), func(w *window, i int) error {
		if index, ok := w.indexOf(i); ok && !good(i, index) {
			j.bad.add(i, -1, j.name(tree.SourceIndex), merkle.NewAmount(index).String(), reason)
		}
		return nil
	})
}

// maxSafe is the largest integer that JavaScript's numbers hold with all below it.
const maxSafe = 1<<53 - 1

// ownOrder refuses a tree in another order than the tool gives the one that it builds from what is written: the file does not say the order.
func (j *job) ownOrder() error {
	if j.p.Order != j.b.Order() {
		return &OptionError{j.f.Name, "order", fmt.Sprintf("its reader builds the tree in order %s, this one has %s: the roots would differ; order profile is the tool's", j.p.Order, j.b.Order())}
	}
	return nil
}

// several refuses a list of one row.
func (j *job) several() error {
	if j.n >= 2 {
		return nil
	}
	w, err := j.one(0)
	if err == nil {
		j.bad.add(0, -1, j.name(tree.SourceAccount), w.account(0).String(), ErrTwoRows)
	}
	return err
}

// total is the sum of amounts and locked amounts; Build has checked that it fits where the leaf has an amount.
func (j *job) total() merkle.Amount {
	total, _ := j.b.Total()
	return total
}

// checked calls checks until one cannot go on. Those of rows go on to the last row.
func checked(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}
