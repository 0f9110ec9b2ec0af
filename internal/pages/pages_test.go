package pages

import (
	"testing"
	"unsafe"
)

func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, 1000, least/8 - 1, least / 8, least} {
		s := Make[uint64](n)
		if len(s) != n || cap(s) < n {
			t.Fatalf("%d: length %d, room %d", n, len(s), cap(s))
		}
		for i := range s {
			if s[i] != 0 {
				t.Fatalf("%d: %d at %d", n, s[i], i)
			}
			s[i] = uint64(i) + 1
		}
		if n > 0 && uintptr(unsafe.Pointer(&s[n-1]))-uintptr(unsafe.Pointer(&s[0])) != uintptr(n-1)*8 {
			t.Fatalf("%d: not end to end", n)
		}
	}
	if s := MakeCap[[3]byte](2, least); len(s) != 2 || cap(s) < least || s[1] != [3]byte{} {
		t.Errorf("length %d, room %d, %v", len(s), cap(s), s[:2])
	}
	if s := MakeCap[*int](0, least); len(s) != 0 || len(s[:least]) != least || s[:least][least-1] != nil {
		t.Error("a slice of pointers")
	}
}
