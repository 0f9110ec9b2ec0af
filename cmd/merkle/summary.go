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
func summary(w io.Writer, dir string, a *alloc.Allocation, trees []*export.Tree, m *export.Manifest, digest string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s   rule %s   %s accounts\n\n", a.Campaign.ID, a.Campaign.Rule.Name, group(fmt.Sprint(len(a.Entrants))))
	ledgerTable(&b, a)
	claimsTable(&b, a)
	rows := [][]string{{"tree", "chain", "profile", "order", "leaves", "depth", "root"}}
	for _, t := range trees {
		rows = append(rows, []string{t.ID, shortChain(t.Chain), t.Tree.Profile().Name, string(t.Tree.Order()), group(fmt.Sprint(t.Tree.Len())), fmt.Sprint(t.Tree.Depth()), rootText(t)})
	}
	if len(trees) > 0 {
		table(&b, rows, "llllrrl")
	} else {
		b.WriteString("no trees: nothing is claimable from this bundle\n\n")
	}
	published(&b, m)
	assertions(&b, a)
	if a.Accounts.Suspicious() > 0 {
		fmt.Fprintf(&b, "accounts with a claim: %s\n\n", countsText(a.Accounts))
	}
	notes := append(sameRoots(trees), a.Notes...)
	for _, n := range notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	if len(notes) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "bundle    %s   %s files, %s bytes\nmanifest  sha256 %s\n\n", dir, group(fmt.Sprint(m.Files.Count)), group(fmt.Sprint(m.Files.Bytes)), digest)
	fmt.Fprintf(&b, "Next:\n  merkle verify %s            check everything again, with independent code\n", shellWord(dir))
	if acct, ok := largest(a); ok {
		if len(trees) > 0 {
			fmt.Fprintf(&b, "  merkle prove %s %s\n", shellWord(dir), acct)
		}
		fmt.Fprintf(&b, "  merkle explain %s %s\n", shellWord(a.Campaign.Path), acct)
	}
	if len(trees) > 0 {
		b.WriteString("  publish the directory as static files, and the roots above with the manifest's sha256\n")
	} else {
		b.WriteString("  publish the directory as static files, with the manifest's sha256\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func claimsTable(b *bytes.Buffer, a *alloc.Allocation) {
	rows := [][]string{{"claims", "count", "largest", "median", "smallest", "size, small to large"}}
	for i := range a.Tokens {
		k := &a.Tokens[i]
		s := sizesOf(k)
		if s.count == 0 {
			rows = append(rows, []string{k.Token.ID, "0", "", "", "", ""})
			continue
		}
		d := k.Token.Decimals
		rows = append(rows, []string{k.Token.ID, group(fmt.Sprint(s.count)), tokens(s.largest, d), tokens(s.median, d), tokens(s.smallest, d), s.spark()})
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
func sameRoots(trees []*export.Tree) []string {
	var notes []string
	for i, t := range trees {
		for _, o := range trees[:i] {
			if o.Tree.Root() == t.Tree.Root() {
				notes = append(notes, fmt.Sprintf("trees %s and %s have the same root, because their accounts and amounts in base units are the same: the claim contract of each must pay its own token only", o.ID, t.ID))
				break
			}
		}
	}
	return notes
}

// largest is the account with the largest claim of the first token.
func largest(a *alloc.Allocation) (merkle.Account, bool) {
	best := -1
	if len(a.Tokens) > 0 {
		for i, v := range a.Tokens[0].Amounts {
			if !v.IsZero() && (best < 0 || v.Cmp(a.Tokens[0].Amounts[best]) > 0) {
				best = i
			}
		}
	}
	if best < 0 {
		return merkle.Account{}, false
	}
	return a.Entrants[best].Account, true
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
