//go:build !linux

package extsort

// Free is how many bytes may still be written below dir; known is false where the system does not say.
func Free(string) (n int64, known bool) { return 0, false }

// SameDisk reports whether what is written below one directory takes the room of the other; false where Free does not say how much there is.
func SameDisk(string, string) bool { return false }
