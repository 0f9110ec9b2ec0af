package verify

import (
	"fmt"
	"slices"
	"sync"
)

// Finding is one thing that is wrong with a bundle.
type Finding struct {
	Code  Code
	Where string // file and place in it, e.g. "groups/g0/shards/000/003.json row 17"; rows and array places count from 0 in JSON files, lines from 1 in inputs
	Got   string // what the bundle says
	Want  string // what it must be; empty when there is no single right value
}

// String is the finding on one line: code, place, what was got and what is wanted.
func (f Finding) String() string {
	s := string(f.Code) + ": " + f.Where
	if f.Got != "" {
		s += ": got " + f.Got
	}
	if f.Want != "" {
		s += ", want " + f.Want
	}
	return s
}

// TreeSummary is what was found out about one tree. Numbers are decimal digits.
type TreeSummary struct {
	ID, Chain string
	Profile   string
	Order     string
	Root      string   // as stated in the manifest
	Rebuilt   string   // from the leaves by the recursive definition of the shape; empty when that was not possible
	Leaves    int      // leaves read from the shards
	Depth     int      // length of the longest proof
	Tokens    []string // token ids
	Totals    []string // sum of the leaves read, aligned with Tokens, base units of the chain
	Folded    int      // proofs folded to the root
	Second    int      // of these, proofs that the second library folded too
	OK        bool     // no finding concerns this tree's leaves, proofs or root
}

// TokenSummary is the conservation of one token, in base units of the token as decimal digits. Pool + CarriedIn + RolledIn = Claims + Locked + Unelected +
// Unallocated + Unvested + Forgone + Rolled + Residual when Conserved.
type TokenSummary struct {
	ID                                                             string
	Decimals                                                       int
	Pool, Claims, Unallocated, Unvested, Forgone, Rolled, Residual string
	ResidualTo                                                     string
	CarriedIn, RolledIn                                            string // what came in besides the pool
	Locked, Unelected                                              string // what stays with its accounts
	RolledTo                                                       string // destination of Unvested, Forgone and Rolled
	PaidBefore                                                     string // what cumulative leaves hold beside Claims
	Leaves, Dropped                                                string
	FromLeaves                                                     string // Σ unit · leaf amounts over all trees and chains, as read from the shards
	Recomputed                                                     string // Σ claims as recomputed from the inputs; empty when inputs were not there
	Conserved                                                      bool   // the ledger adds up to the pool, with =
	OK                                                             bool   // conserved, equal to the leaves, and equal to the recomputed ledger when there is one
}

// Report is the verdict on a bundle.
type Report struct {
	Findings   []Finding
	Remarks    []Finding     // what an auditor wants to know of and is no fault: accounts that are hardly a person's
	Kinds      []RemarkCount // the same, counted by code
	Checked    []string      // what was checked, with counts
	NotChecked []string      // exactly what could not be checked, and why
	Trees      []TreeSummary
	Tokens     []TokenSummary
}

// RemarkCount is how often a remark was made, and the first of them.
type RemarkCount struct {
	Code  Code
	Count int
	First Finding
}

// OK reports whether nothing wrong was found. What was not checked is in NotChecked.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// findings of one code beyond this many are counted, not listed.
const maxPerCode = 50

// collector gathers findings. Workers use one each and merge them in the order of their shards, so that a report does not depend on scheduling.
type collector struct {
	mu     sync.Mutex
	list   []Finding
	counts map[Code]int
	extra  map[Code]int
	order  []Code
}

func newCollector() *collector { return &collector{counts: map[Code]int{}, extra: map[Code]int{}} }

func (c *collector) add(code Code, where, got, want string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(Finding{code, where, clip(got), clip(want)}, 1)
}

func (c *collector) addLocked(f Finding, n int) {
	if c.counts[f.Code] == 0 {
		c.order = append(c.order, f.Code)
	}
	c.counts[f.Code] += n
	if c.counts[f.Code]-c.extra[f.Code] > maxPerCode {
		c.extra[f.Code] += n
		return
	}
	c.list = append(c.list, f)
}

// merge appends what a worker found.
func (c *collector) merge(o *collector) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range o.list {
		c.addLocked(f, 1)
	}
	for _, code := range o.order {
		if n := o.extra[code]; n > 0 {
			c.counts[code] += n
			c.extra[code] += n
		}
	}
}

func (c *collector) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, k := range c.counts {
		n += k
	}
	return n
}

// findings lists what was found, then for each code how many more there are.
func (c *collector) findings() []Finding {
	out := c.list
	for _, code := range c.order {
		if n := c.extra[code]; n > 0 {
			out = append(out, Finding{code, fmt.Sprintf("and %d more of this code", n), "", ""})
		}
	}
	return out
}

// summary counts what was gathered, by code in the order of their first places.
func (c *collector) summary() (out []RemarkCount) {
	for _, code := range c.order {
		i := slices.IndexFunc(c.list, func(f Finding) bool { return f.Code == code })
		out = append(out, RemarkCount{code, c.counts[code], c.list[i]})
	}
	return out
}

// clip keeps a hostile value from filling the report.
func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}
