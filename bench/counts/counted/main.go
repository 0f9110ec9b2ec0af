//go:build counted

// Command counted builds one tree of each profile and prints how many hashes it took. It compiles only with the overlay that TestHashes makes, in which
// package layer counts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/merkle-drop/merkle/bench/counts"
	"github.com/merkle-drop/merkle/tree"
)

func main() {
	took := map[string]uint64{}
	for _, m := range counts.Model {
		spec, rows, err := m.Rows(counts.RowCount)
		if err != nil {
			fail(err)
		}
		before := tree.HashesCounted()
		if _, err := tree.Build(context.Background(), spec, rows); err != nil {
			fail(fmt.Errorf("%s: %w", m.Name(), err))
		}
		took[m.Name()] = tree.HashesCounted() - before
	}
	if err := json.NewEncoder(os.Stdout).Encode(took); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
