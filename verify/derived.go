package verify

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
)

// readDerived compares an input that was made from other bundles with what those hold, and reads it from them when the bundle has no copy.
func (k *checker) readDerived(d *inputDecl, stated *manInput, data *ruleData, read bool) bool {
	open, code := k.derivedSource(d.role)
	if open == nil {
		if d.role == "rolled" && read {
			k.compareRolled(data)
		}
		return read
	}
	text, err := open()
	if err != nil {
		k.f.add(code, "input "+d.role, errText(err), "")
		return read
	}
	h := sha256.New()
	_, err = io.Copy(h, text)
	text.Close()
	if sum := hexText(h.Sum(nil)); err != nil || (stated != nil && stated.sha256 != sum) {
		k.f.add(code, "manifest.json input "+d.role, stated.sha256, sum+", what the bundle that it comes from has")
	}
	if read || err != nil {
		return read
	}
	if text, err = open(); err != nil {
		return false
	}
	defer text.Close()
	in, _, err := k.readTable(d, text, data, true)
	if err != nil {
		k.f.add(InputRefused, "input "+d.role, err.Error(), "")
		return false
	}
	k.compareInput(d, stated, in, "the bundle that it comes from")
	return true
}

// derivedSource opens what an input must be, from the bundles that were given; nil when they do not have all of it.
func (k *checker) derivedSource(role string) (func() (io.ReadCloser, error), Code) {
	u := &k.camp.rule
	switch role {
	case "positions", "paid":
		if b := k.prev[u.months.previous.manifest]; b != nil {
			return func() (io.ReadCloser, error) { return b.table(role) }, PreviousTable
		}
	case "rolled":
		text := "id,manifest,amount\n"
		for _, ref := range u.months.rolled {
			b := k.prev[ref.manifest]
			if b == nil {
				return nil, PreviousLedger
			}
			text += string(canonRow(nil, [][]byte{[]byte(b.man.campID), []byte(ref.manifest), []byte(b.rolls(u.months.destination).String())})) + "\n"
		}
		return textSource(text), PreviousLedger
	case "round":
		if b := k.prev[u.close.round.manifest]; b != nil {
			text, err := k.roundLeaves(b)
			if err != nil {
				return func() (io.ReadCloser, error) { return nil, err }, PreviousRefused
			}
			return textSource(text), PreviousLedger
		}
	}
	return nil, ""
}

func textSource(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

// table opens a table whose bytes have the digest of the bundle's manifest.
func (b *prevBundle) table(name string) (io.ReadCloser, error) {
	for _, t := range b.man.tables {
		if t.name != name {
			continue
		}
		file, err := b.fsys.Open("tables/" + name + ".csv")
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		_, err = io.Copy(h, file)
		file.Close()
		if err != nil {
			return nil, err
		}
		if sum := hexText(h.Sum(nil)); sum != t.sha256 {
			return nil, errors.New(b.name + " tables/" + name + ".csv has digest " + sum + ", its manifest gives " + clip(t.sha256))
		}
		return b.fsys.Open("tables/" + name + ".csv")
	}
	return nil, errors.New(b.name + " has no table " + name)
}

// rolls is what a bundle rolls to a destination.
func (b *prevBundle) rolls(destination string) *big.Int {
	sum := new(big.Int)
	for i := range b.man.ledger {
		l := &b.man.ledger[i]
		if l.rolledTo == destination {
			sum.Add(sum, l.unvested).Add(sum, l.forgone)
		}
		if l.residualTo == destination {
			sum.Add(sum, l.residual).Add(sum, l.unallocated)
		}
	}
	return sum
}

// compareRolled compares the rows whose bundles were given, when not all were.
func (k *checker) compareRolled(data *ruleData) {
	for i, row := range data.months.rolled {
		b := k.prev[row.manifest]
		if b == nil {
			continue
		}
		if want := b.rolls(k.camp.rule.months.destination).String(); row.amount != want || row.id != b.man.campID {
			k.f.add(PreviousLedger, fmt.Sprintf("input rolled row %d", i), row.id+" "+row.amount, b.man.campID+" "+want)
		}
	}
}

// roundLeaves checks the trees of a round against their shards and lists all leaves in the form of the input round.
func (k *checker) roundLeaves(b *prevBundle) (string, error) {
	o := k.o
	o.Inputs, o.Previous, o.Roots, o.Progress = nil, nil, nil, nil
	in := newChecker(k.ctx, b.fsys, o)
	for _, stage := range []func(){in.readFileSet, in.readManifest, in.checkProfiles, in.checkGroups} {
		stage()
	}
	if in.f.total() > 0 {
		return "", errors.New(b.name + " is not a sound round: " + in.f.findings()[0].String())
	}
	var lines []string
	for _, l := range b.man.ledger {
		if l.paidBefore.Sign() > 0 {
			return "", errors.New(b.name + ": a round of cumulative claims")
		}
	}
	for _, mt := range b.man.trees {
		t := in.trees[mt.id]
		if len(mt.tokens) != 1 {
			return "", errors.New(b.name + ": several tokens in tree " + mt.id)
		}
		for _, at := range t.rows {
			lines = append(lines, fmt.Sprintf("%s,%s,%s,%s,%s", mt.id, t.g.accounts[at].text(), mt.chain, mt.tokens[0], t.paid(int(at))))
		}
	}
	slices.Sort(lines)
	return "tree,account,chain,token,amount\n" + strings.Join(append(lines, ""), "\n"), nil
}
