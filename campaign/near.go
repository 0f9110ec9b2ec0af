package campaign

import "strings"

// nearest is the allowed word that was probably meant: equal but for case, - and _, or at most two letters off. It is "" when none is near.
func nearest(v string, allowed []string) string {
	plain := strings.NewReplacer("-", "", "_", "")
	fold := func(s string) string { return strings.ToLower(plain.Replace(s)) }
	best, least := "", 3
	for _, a := range allowed {
		if d := distance(fold(v), fold(a)); d < least && d < len(a) {
			best, least = a, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or exchange (Levenshtein); long words are far from everything.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
