package export

import (
	"os"
	"testing"
)

func TestSince58(t *testing.T) {
	for release, want := range map[string]bool{
		"5.8.0": true, "5.8": true, "5.10.0-28-amd64": true, "6.1.0": true, "10.0": true, "5.7.19": false, "4.19.0": false, "3.10.0-1160.el7": false,
		"": false, "5": false, "x.y": false, "6.x": false, "5.8-rc1": true,
	} {
		if got := since58(release); got != want {
			t.Errorf("%q: %t, want %t", release, got, want)
		}
	}
}

func TestFlushAll(t *testing.T) {
	f := openFlush(t.TempDir())
	if f == nil {
		t.Skip("this system's kernel is before 5.8: files are flushed one by one")
	}
	defer f.Close()
	if err := flushAll(f); err != nil {
		t.Error(err)
	}
	if openFlush(os.DevNull+"/none") != nil {
		t.Error("a place that is not there is opened")
	}
}
