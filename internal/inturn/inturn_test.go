package inturn

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// TestDo takes every piece once and in order, whatever the number of goroutines and pieces.
func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 1000} {
		for _, w := range []int{1, 2, 5} {
			next, made := 0, 0
			var most atomic.Int64
			err := Do(context.Background(), w, n, 8, func() *int { made++; return new(int) }, func(worker int, x *int, lo, hi int) error {
				most.Store(max(most.Load(), int64(worker)))
				*x = lo*3 + hi
				return nil
			}, func(x *int, lo, hi int) error {
				if lo != next || hi != min(lo+8, n) || *x != lo*3+hi {
					t.Errorf("%d of %d on %d: piece %d to %d after %d, %d", n, n, w, lo, hi, next, *x)
				}
				next = hi
				return nil
			})
			if err != nil || next != n || made > 2*w || most.Load() >= int64(w) {
				t.Errorf("%d on %d: %v, %d taken, %d made, goroutine %d", n, w, err, next, made, most.Load())
			}
		}
	}
}

var errPiece = errors.New("a piece")

// TestDo_error ends at the first piece in order that fails, whoever fails first, and with the context.
func TestDo_error(t *testing.T) {
	for _, failing := range []int{0, 3, 99} {
		taken := 0
		err := Do(context.Background(), 3, 1000, 10, func() struct{} { return struct{}{} }, func(_ int, _ struct{}, lo, _ int) error {
			if lo/10 >= failing {
				return errPiece
			}
			return nil
		}, func(_ struct{}, _, _ int) error { taken++; return nil })
		if !errors.Is(err, errPiece) || taken != failing {
			t.Errorf("piece %d: %v after %d", failing, err, taken)
		}
		taken = 0
		err = Do(context.Background(), 3, 1000, 10, func() struct{} { return struct{}{} }, func(_ int, _ struct{}, _, _ int) error { return nil }, func(_ struct{}, lo, _ int) error {
			if taken++; lo/10 == failing {
				return errPiece
			}
			return nil
		})
		if !errors.Is(err, errPiece) || taken != failing+1 {
			t.Errorf("taking piece %d: %v after %d", failing, err, taken)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	err := Do(ctx, 2, 1_000_000, 1, func() struct{} { return struct{}{} }, func(_ int, _ struct{}, _, _ int) error { return nil }, func(_ struct{}, lo, _ int) error {
		if lo == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
