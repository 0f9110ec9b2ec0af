package extsort

import "syscall"

// Free is how many bytes may still be written below dir; known is false where the system does not say.
func Free(dir string) (n int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(min(s.Bavail*uint64(s.Bsize), 1<<62)), true
}

// SameDisk reports whether what is written below one directory takes the room of the other.
func SameDisk(a, b string) bool {
	var x, y syscall.Stat_t
	return syscall.Stat(a, &x) == nil && syscall.Stat(b, &y) == nil && x.Dev == y.Dev
}
