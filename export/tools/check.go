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
	if len(r.list) >= merkle.MaxFaults {
		r.more++
		return
	}
	r.list = append(r.list, &tree.RowError{Row: row, Other: other, Field: field, Value: value, Err: err})
}

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

func (j *job) account(row int) merkle.Account { return j.t.Rows().Accounts[row] }

func (j *job) amount(row int) merkle.Amount { return j.t.Rows().Amounts[row] }

func (j *job) locked(row int) merkle.Amount {
	if locked := j.t.Rows().Locked; locked != nil {
		return locked[row]
	}
	return merkle.Amount{}
}

func (j *job) token(row int) merkle.Account {
	if tokens := j.t.Rows().Tokens; tokens != nil {
		return tokens[row]
	}
	return j.t.Spec().Token
}

// sorted is all rows by less, rows that are equal by it in claim order.
func (j *job) sorted(compare func(a, b int) int) []uint32 {
	order := make([]uint32, j.t.Rows().Len())
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if c := compare(int(a), int(b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return order
}

// byAccount is all rows by the bytes of account and token.
func (j *job) byAccount() []uint32 {
	accounts, tokens := j.t.Rows().Accounts, j.t.Rows().Tokens
	return j.sorted(func(a, b int) int {
		c := accounts[a].Compare(accounts[b])
		if c == 0 && tokens != nil {
			c = tokens[a].Compare(tokens[b])
		}
		return c
	})
}

// once refuses rows whose account, and token if the leaf has one, stand in an earlier row.
func (j *job) once(reason error) {
	order := j.byAccount()
	for i := 1; i < len(order); i++ {
		a, b := int(order[i-1]), int(order[i])
		if j.account(a) == j.account(b) && (j.t.Rows().Tokens == nil || j.token(a) == j.token(b)) {
			j.bad.add(b, a, j.name(tree.SourceAccount), j.account(b).String(), reason)
		}
	}
}

// keyed is once for files that are an object by account.
func (j *job) keyed() error {
	j.once(ErrKeyed)
	return nil
}

// paying refuses rows of amount 0.
func (j *job) paying() {
	for row, a := range j.t.Rows().Amounts {
		if a.IsZero() && j.locked(row).IsZero() {
			j.bad.add(row, -1, j.name(tree.SourceAmount), "0", ErrZero)
		}
	}
}

// numbered refuses rows whose index is not their place in the list.
func (j *job) numbered() {
	for row := range j.t.Rows().Len() {
		if index, ok := j.t.Index(row); ok && index != uint64(row) {
			j.bad.add(row, -1, j.name(tree.SourceIndex), merkle.NewAmount(index).String(), ErrRowIndex)
		}
	}
}

// safeIndexes refuses indexes that a JSON number loses in JavaScript.
func (j *job) safeIndexes() {
	for row := range j.t.Rows().Len() {
		if index, ok := j.t.Index(row); ok && index > maxSafe {
			j.bad.add(row, -1, j.name(tree.SourceIndex), merkle.NewAmount(index).String(), ErrUnsafe)
		}
	}
}

// maxSafe is the largest integer that JavaScript's numbers hold with all below it.
const maxSafe = 1<<53 - 1

// ownOrder refuses a tree in another order than the tool gives the one that it builds from what is written: the file does not say the order.
func (j *job) ownOrder() error {
	if j.p.Order != j.t.Order() {
		return &OptionError{j.f.Name, "order", fmt.Sprintf("its reader builds the tree in order %s, this one has %s: the roots would differ; order profile is the tool's", j.p.Order, j.t.Order())}
	}
	return nil
}

// several refuses a list of one row.
func (j *job) several() {
	if j.t.Rows().Len() < 2 {
		j.bad.add(0, -1, j.name(tree.SourceAccount), j.account(0).String(), ErrTwoRows)
	}
}

// total is the sum of amounts and locked amounts; Build has checked that it fits where the leaf has an amount.
func (j *job) total() merkle.Amount {
	total, _ := j.t.Total()
	return total
}
