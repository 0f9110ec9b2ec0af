package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A stage of unknown length is not drawn any more once another has begun.
func TestProgress_oneBar(t *testing.T) {
	var drawn bytes.Buffer
	p := &progress{w: &drawn}
	p.update("unknown", 1, -1)
	time.Sleep(150 * time.Millisecond) // more than bars are throttled by
	p.update("unknown", 2, -1)
	if !strings.Contains(drawn.String(), "unknown") {
		t.Fatalf("not drawn: %q", &drawn)
	}
	p.update("known", 1, 10)
	before := drawn.Len()
	time.Sleep(300 * time.Millisecond)
	p.mu.Lock()
	after := drawn.String()[before:]
	p.mu.Unlock()
	if strings.Contains(after, "unknown") {
		t.Errorf("drawn after its end: %q", after)
	}
	p.done()
	if last := drawn.String(); !strings.HasSuffix(strings.TrimRight(last, " "), "\r") {
		t.Errorf("the last bar stays: %q", last)
	}
}
