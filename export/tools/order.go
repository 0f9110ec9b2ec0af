package tools

import "slices"

// byNumber sorts texts of numbers without leading zeros by their value.
func byNumber(texts []string) []string {
	slices.SortFunc(texts, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		if a < b {
			return -1
		}
		if a > b {
			return 1
		}
		return 0
	})
	return texts
}
