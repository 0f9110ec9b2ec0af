// Package pages makes large slices, whose memory the system is asked to back by large pages: memory that is read at random, or touched for the first time,
// costs a fraction then.
package pages

import "unsafe"

// least is from how many bytes on the system is asked: smaller slices have no large page of their own.
const least = 8 << 20

// Make is make([]T, n).
func Make[T any](n int) []T { return MakeCap[T](n, n) }

// MakeCap is make([]T, n, room).
func MakeCap[T any](n, room int) []T {
	s := make([]T, n, room)
	if size := room * int(unsafe.Sizeof(*new(T))); size >= least {
		advise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), size))
	}
	return s
}
