package main

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

func TestReport_eachLineOnceWithTheProgramsName(t *testing.T) {
	full := errors.New("write out: no space left on device")
	var b bytes.Buffer
	if code := report(context.Background(), &b, false, errors.Join(full, errors.New("sync out: I/O error"), full)); code != exitFailed {
		t.Errorf("exit status %d", code)
	}
	if want := "merkle: write out: no space left on device\nmerkle: sync out: I/O error\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestShellWord(t *testing.T) {
	for path, want := range map[string]string{
		"out/b-1.x": "out/b-1.x", "sp ace": "'sp ace'", "ü": "ü", "it's": `'it'\''s'`, "-o": "'./-o'", "": "''", "a;b": "'a;b'", "$x": "'$x'", "a\nb": "'a\nb'",
	} {
		if got := shellWord(path); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
}
