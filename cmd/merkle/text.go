package main

import (
	"bytes"
	"math/big"
	"strings"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
)

// tokens is an amount in whole tokens with all decimals and digits in groups of three.
func tokens(a merkle.Amount, decimals uint8) string { return group(a.Tokens(decimals)) }

// group puts commas between groups of three digits before the point. For people only, never for files.
func group(digits string) string {
	whole, fraction, found := strings.Cut(digits, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if found {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}

// percent is part of whole with four decimals, rounded down.
func percent(part, whole merkle.Amount) string {
	if whole.IsZero() {
		return ""
	}
	v := new(big.Int).Mul(part.Big(), big.NewInt(1_000_000))
	v.Div(v, whole.Big())
	a, _ := merkle.AmountFromBig(v)
	return a.Tokens(4) + " %"
}

// shortChain keeps what people know a chain by.
func shortChain(c merkle.Chain) string {
	if c.Family() == merkle.Solana {
		if c == "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" {
			return "solana"
		}
		return string(c)[:min(len(c), len("solana:")+8)] + "…"
	}
	return string(c)
}

// table writes rows in columns; align has one letter a column, l or r. A blank line follows.
func table(b *bytes.Buffer, rows [][]string, align string) {
	widths := make([]int, len(align))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if align[i] == 'r' {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString("   ")
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}
