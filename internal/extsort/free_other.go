//go:build !linux

package extsort

// Free is how many bytes may still be written below dir; known is false where the system does not say.
func Free(string) (n int64, known bool) { return 0, false }
