package main

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/export"
)

// result is a bundle that was built, and what is told about it.
type result struct {
	*alloc.Allocation
	manifest    *export.Manifest
	dir, digest string
	entrants    int
	sizes       func() []*sizes       // by token
	largest     func() merkle.Account // with the largest claim of the first token; zero when there is none
}

// resultOf is the result of a build in memory.
func resultOf(a *alloc.Allocation, m *export.Manifest) *result {
	return &result{Allocation: a, manifest: m, entrants: len(a.Entrants),
		sizes: func() (list []*sizes) {
			for i := range a.Tokens {
				list = append(list, sizesOf(&a.Tokens[i]))
			}
			return list
		},
		largest: func() merkle.Account { return largest(a) },
	}
}

// resultOnDisk is the result of a build whose claims were on disk.
func resultOnDisk(out *alloc.Outline, m *export.Manifest) *result {
	return &result{Allocation: out.Allocation, manifest: m, entrants: out.Enrolled,
		sizes: func() (list []*sizes) {
			for i := range out.Sizes {
				z := &out.Sizes[i]
				list = append(list, &sizes{z.Count, z.Largest, z.Median, z.Smallest, z.Bits})
			}
			return list
		},
		largest: func() merkle.Account { return out.Sizes[0].Winner.Account },
	}
}

// largest is the account with the largest claim of the first token.
func largest(a *alloc.Allocation) merkle.Account {
	best := -1
	if len(a.Tokens) > 0 {
		for i, v := range a.Tokens[0].Amounts {
			if !v.IsZero() && (best < 0 || v.Cmp(a.Tokens[0].Amounts[best]) > 0) {
				best = i
			}
		}
	}
	if best < 0 {
		return merkle.Account{}
	}
	return a.Entrants[best].Account
}
