package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What is committed is what the generator prints.
func TestFilesAreGenerated(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what go generate writes", name)
		}
	}
	found, err := filepath.Glob("../*.s")
	if err != nil || len(found) != len(files()) {
		t.Errorf("assembly files %v (%v), the generator writes %d", found, err, len(files()))
	}
}

// The tables are computed; these are the values that FIPS 180-4 and FIPS 202 print.
func TestConstants(t *testing.T) {
	k, iv, rc, rot := rootFractions(64, 3), rootFractions(8, 2), roundConstants(), rotations()
	if k[0] != 0x428a2f98 || k[63] != 0xc67178f2 || iv[0] != 0x6a09e667 || iv[7] != 0x5be0cd19 {
		t.Errorf("sha256: %08x %08x %08x %08x", k[0], k[63], iv[0], iv[7])
	}
	if rc[0] != 1 || rc[1] != 0x8082 || rc[23] != 0x8000000080008008 || rot[1] != 1 || rot[24] != 14 || rot[0] != 0 {
		t.Errorf("keccak: %x %x %x %v", rc[0], rc[1], rc[23], rot)
	}
}
