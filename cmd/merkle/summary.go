package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/export"
)

// summary tells a person what was built: pools, paid, residual, claims, roots, and what to do next.
func summary(w io.Writer, r *result) error {
	var b bytes.Buffer
	a, m := r.Allocation, r.manifest
	fmt.Fprintf(&b, "%s   rule %s   %s accounts\n\n", a.Campaign.ID, a.Campaign.Rule.Name, group(fmt.Sprint(r.entrants)))
	ledgerTable(&b, a)
	claimsTable(&b, r)
	rows := [][]string{{"tree", "chain", "profile", "order", "leaves", "depth", "root"}}
	for _, t := range m.Trees {
		rows = append(rows, []string{t.ID, shortChain(merkle.Chain(t.Chain)), t.Profile.Name, t.Order, group(fmt.Sprint(t.Leaves)), fmt.Sprint(t.Depth), t.Root})
	}
	if len(m.Trees) > 0 {
		table(&b, rows, "llllrrl")
	} else {
		b.WriteString("no trees: nothing is claimable from this bundle\n\n")
	}
	published(&b, m)
	assertions(&b, a)
	if a.Accounts.Suspicious() > 0 {
		fmt.Fprintf(&b, "accounts with a claim: %s\n\n", countsText(a.Accounts))
	}
	notes := append(sameRoots(m.Trees), a.Notes...)
	for _, n := range notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	if len(notes) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "bundle    %s   %s files, %s bytes\nmanifest  sha256 %s\n\n", r.dir, group(fmt.Sprint(m.Files.Count)), group(fmt.Sprint(m.Files.Bytes)), r.digest)
	fmt.Fprintf(&b, "Next:\n  merkle verify %s            check everything again, with independent code\n", shellWord(r.dir))
	if acct := r.largest(); !acct.IsZero() {
		if len(m.Trees) > 0 {
			fmt.Fprintf(&b, "  merkle prove %s %s\n", shellWord(r.dir), acct)
		}
		fmt.Fprintf(&b, "  merkle explain %s %s\n", shellWord(a.Campaign.Path), acct)
	}
	if len(m.Trees) > 0 {
		b.WriteString("  publish the directory as static files, and the roots above with the manifest's sha256\n")
	} else {
		b.WriteString("  publish the directory as static files, with the manifest's sha256\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func claimsTable(b *bytes.Buffer, r *result) {
	rows := [][]string{{"claims", "count", "largest", "median", "smallest", "size, small to large"}}
	for i, s := range r.sizes() {
		k := r.Tokens[i].Token
		if s.count == 0 {
			rows = append(rows, []string{k.ID, "0", "", "", "", ""})
			continue
		}
		d := k.Decimals
		rows = append(rows, []string{k.ID, group(fmt.Sprint(s.count)), tokens(s.largest, d), tokens(s.median, d), tokens(s.smallest, d), s.spark()})
	}
	table(b, rows, "lrrrrl")
}

func assertions(b *bytes.Buffer, a *alloc.Allocation) {
	holds := 0
	for _, r := range a.Assertions {
		if r.Holds {
			holds++
			continue
		}
		fmt.Fprintf(b, "published figure does not hold: %s: %s prints %s, exact %s\n", r.Pos, r.Figure, r.Prints, r.Got)
	}
	if len(a.Assertions) > 0 {
		fmt.Fprintf(b, "%d of %d published figures hold\n\n", holds, len(a.Assertions))
	}
}

// sameRoots names trees with one root, which startles whoever compares them.
func sameRoots(trees []export.TreeInfo) []string {
	var notes []string
	for i, t := range trees {
		for _, o := range trees[:i] {
			if o.Root == t.Root {
				notes = append(notes, fmt.Sprintf("trees %s and %s have the same root, because their accounts and amounts in base units are the same: the claim contract of each must pay its own token only", o.ID, t.ID))
				break
			}
		}
	}
	return notes
}

// shellWord quotes a path for a POSIX shell when it needs it, so that the printed commands can be pasted.
func shellWord(path string) string {
	if path != "" && path[0] != '-' && !strings.ContainsFunc(path, func(r rune) bool {
		return r < 0x80 && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+:@%,=", r))
	}) {
		return path
	}
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
