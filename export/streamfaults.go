package export

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// unreadError is claims that could not be read: no fault of a campaign.
type unreadError struct{ err error }

func (e *unreadError) Error() string { return e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// ofFiles reports whether a builder failed by the files that it works with, such as on a full disk: no fault of a campaign either.
func ofFiles(err error) bool {
	var unread *unreadError
	var path *fs.PathError
	return errors.As(err, &unread) || errors.As(err, &path) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// refused tells what a builder has found, as family.refuse does; it reports false when that is nothing.
func (f *heldFamily) refused(w *writer, t *heldTree, err error, faults *merkle.Faults) (bool, error) {
	var rows *tree.RowErrors
	switch {
	case err == nil:
		return false, nil
	case w.ctx.Err() != nil:
		return false, w.ctx.Err()
	case ofFiles(err):
		return false, err
	case !errors.As(err, &rows):
		faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
		return true, nil
	}
	return true, t.refuseRows(w, faults)
}

// refuseRows finds the rows that a builder refuses once more, in claim order: a builder met them by key, and not all.
func (t *heldTree) refuseRows(w *writer, faults *merkle.Faults) error {
	f := t.f
	places, err := t.byClaim(w)
	if err != nil {
		return err
	}
	held := *f.rows
	held.index = nil // the rule's, which the builder finds
	spec := f.spec(w)
	each := make([]*heldReading, spec.Workers)
	built, err := tree.BuildFiled(w.ctx, spec, t.n, func(worker, lo, hi int, rows *tree.Rows) error {
		if each[worker] == nil || each[worker].rows != rows {
			each[worker] = held.reading(rows)
		}
		if err := each[worker].pick(places[lo:hi]); err != nil {
			return &unreadError{err}
		}
		return nil
	}, tree.Disk{Dir: w.x.Dir, Name: "refused", Memory: w.x.Memory / 4})
	var rows *tree.RowErrors
	switch {
	case err == nil:
		return errors.Join(fmt.Errorf("export: tree %q is refused in one order of its rows only", t.id()), built.Close())
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case ofFiles(err):
		return err
	case !errors.As(err, &rows):
		faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
		return nil
	}
	one := new(tree.Rows)
	r := f.rows.reading(one)
	for _, e := range rows.List {
		if err := r.pick(places[e.Row : e.Row+1]); err != nil {
			return err
		}
		faults.Addf(f.tree.Pos, "tree %q: %s: %s %q: %w", f.tree.ID, one.Accounts[0], e.Field, e.Value, e.Err)
	}
	faults.More += rows.More
	return nil
}

// byClaim is the places of the tree's leaves in claim order.
func (t *heldTree) byClaim(w *writer) ([]uint32, error) {
	f := t.f
	if err := f.number(w); err != nil {
		return nil, err
	}
	places := slices.Clone(t.places)
	if places == nil {
		places = make([]uint32, t.n)
		for i := range places {
			places[i] = uint32(t.lo + i)
		}
	}
	slices.SortFunc(places, func(a, b uint32) int { return int(f.claimed[a]) - int(f.claimed[b]) })
	return places, nil
}

// someRows is how many leaves are read at a time.
const someRows = 4096

// inOrder reads the tree's leaves by place, some at a time.
func (t *heldTree) inOrder(w *writer, visit func(some *tree.Rows)) error {
	var rows tree.Rows
	read := t.reader(1)
	for lo := 0; lo < t.n; lo += someRows {
		if err := errors.Join(w.ctx.Err(), read(0, lo, min(lo+someRows, t.n), &rows)); err != nil {
			return err
		}
		visit(&rows)
	}
	return nil
}

// inClaimOrder reads the tree's leaves in claim order, some at a time. That is slow: it is for trees that are refused.
func (t *heldTree) inClaimOrder(w *writer, visit func(some *tree.Rows)) error {
	places, err := t.byClaim(w)
	if err != nil {
		return err
	}
	var rows tree.Rows
	r := t.f.rows.reading(&rows)
	for some := range slices.Chunk(places, someRows) {
		if err := errors.Join(w.ctx.Err(), r.pick(some)); err != nil {
			return err
		}
		visit(&rows)
	}
	return nil
}

// passed says for each part what passes the width of its contract's sums, as family.totals does; nil when nothing does.
func (f *heldFamily) passed(w *writer) ([]error, error) {
	wide := false
	for _, claims := range f.rows.claims {
		wide = wide || claims != nil && claims.Amount.BitLen() > f.profile.TotalBits
	}
	if !wide {
		return nil, nil
	}
	found := make([]error, len(f.parts))
	sum := func(t *heldTree, inOrder func(*writer, func(*tree.Rows)) error) error {
		found[t.part] = nil
		totals := make([]merkle.Amount, len(f.tokens))
		return inOrder(w, func(some *tree.Rows) {
			for i, amount := range some.Amounts {
				if found[t.part] != nil {
					break
				}
				j := max(0, slices.IndexFunc(f.rows.assets, func(a merkle.Account) bool { return a == some.Tokens[i] }))
				fits := true
				if totals[j], fits = totals[j].Add(amount); fits && some.Locked != nil {
					totals[j], fits = totals[j].Add(some.Locked[i])
				}
				if !fits || totals[j].BitLen() > f.profile.TotalBits {
					found[t.part] = fmt.Errorf("at %s the sum of token %s passes the %d bits of profile %s",
						some.Accounts[i], f.tokens[j].token.ID, f.profile.TotalBits, f.profile.Name)
				}
			}
		})
	}
	for _, t := range f.parts {
		err := sum(t, t.inOrder)
		if err == nil && found[t.part] != nil { // in one order of the rows as in the other; where it does is told in claim order
			err = sum(t, t.inClaimOrder)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// repeats are leaves of one part whose given index another had before them, the first by claim order.
type repeats struct {
	list []repeat
	more int
}

// repeat is such a leaf: claim orders it.
type repeat struct {
	claim          []byte
	index          uint64
	account, other merkle.Account
}

func (r *repeats) cut() {
	slices.SortFunc(r.list, func(a, b repeat) int { return bytes.Compare(a.claim, b.claim) })
	if over := len(r.list) - merkle.MaxFaults; over > 0 {
		r.list, r.more = r.list[:merkle.MaxFaults], r.more+over
	}
}

func (r *repeats) tell(f *heldFamily, faults *merkle.Faults) {
	r.cut()
	name := f.profile.Fields[slices.IndexFunc(f.profile.Fields, func(f tree.Field) bool { return f.Source == tree.SourceIndex })].Name
	for _, x := range r.list {
		faults.Addf(f.tree.Pos, "tree %q: %s: %s %q: %w, for %s", f.tree.ID, x.account, name, fmt.Sprint(x.index), tree.ErrIndex, x.other)
	}
	faults.More += r.more
}

// sameIndexes finds given indexes that repeat within a part; nil where none can.
func (f *heldFamily) sameIndexes(w *writer) ([]repeats, error) {
	if !f.rows.given {
		return nil, nil
	}
	some := len(f.tokens) > 1
	for _, claims := range f.rows.claims {
		some = some || claims != nil && claims.Again // in one part or over several
	}
	if !some {
		return nil, nil
	}
	const head = 4 + 8 // part, index
	width, claim := f.byClaim()
	key := func(dst []byte, r *heldReading, i int) []byte {
		dst = binary.BigEndian.AppendUint32(dst, uint32(f.partOf(r.lo+i)))
		return claim(binary.BigEndian.AppendUint64(dst, r.rows.Index[i]), r, i)
	}
	found := make([]repeats, len(f.parts))
	var rows tree.Rows
	r := f.rows.reading(&rows)
	account := func(place int) (merkle.Account, error) {
		err := r.read(place, place+1)
		if err != nil {
			return merkle.Account{}, err
		}
		return rows.Accounts[0], nil
	}
	var last []byte
	var first merkle.Account
	var at int
	var failed error
	err := f.sorted(w, head+width, key, func(key []byte, place int) {
		if failed != nil {
			return
		}
		if last == nil || !bytes.Equal(last, key[:head]) {
			last, at, first = append(last[:0], key[:head]...), place, merkle.Account{}
			return
		}
		if first == (merkle.Account{}) {
			if first, failed = account(at); failed != nil {
				return
			}
		}
		x := repeat{claim: bytes.Clone(key[head:]), index: binary.BigEndian.Uint64(key[4:]), other: first}
		if x.account, failed = account(place); failed != nil {
			return
		}
		of := &found[binary.BigEndian.Uint32(key)]
		if of.list = append(of.list, x); len(of.list) >= 4*merkle.MaxFaults {
			of.cut()
		}
	})
	return found, errors.Join(err, failed)
}
