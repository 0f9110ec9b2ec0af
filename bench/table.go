package main

import (
	"fmt"
	"strings"
)

// table is the results in Markdown. Times are CPU seconds, memory is the peak in MiB.
func (b *bench) table() string {
	var s strings.Builder
	s.WriteString("| rows | job | profile | merkle CPU s | wall s | peak MiB | peer | CPU s | peak MiB | CPU ratio |\n|---:|---|---|---:|---:|---:|---|---:|---:|---:|\n")
	for _, r := range b.results {
		fmt.Fprintf(&s, "| %d | %s | %s | %.3f | %.2f | %d |", r.Rows, r.Job, r.Profile, r.Ours.CPU, r.Ours.Wall, r.Ours.Peak>>10)
		if r.Theirs == nil {
			s.WriteString(" | | | |\n")
			continue
		}
		fmt.Fprintf(&s, " %s | %.2f | %d | %.1f |\n", r.Peer, r.Theirs.CPU, r.Theirs.Peak>>10, r.Theirs.CPU/r.Ours.CPU)
	}
	return s.String()
}
