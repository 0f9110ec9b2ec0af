package alloc

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestRestoreOutline_whatIsNotWhole changes every file that was saved, and the campaign.
func TestRestoreOutline_whatIsNotWhole(t *testing.T) {
	r := newChance(3)
	c := listCampaign("base", token("T", 6, "100000000"))
	c.Source = []byte("one")
	f := files{"list.csv": "account,amount\n", "out.csv": "account,reason\n" + key("b") + ",\"a\nb\"\n"}
	for i := range 40 {
		f["list.csv"] += r.claimant(onSolana.Family(), i).Text() + ",7\n"
	}
	o := f.options()
	dir := t.TempDir()
	if _, err := RestoreOutline(dir, c, o); !errors.Is(err, ErrSaved) {
		t.Errorf("of nothing: %v", err)
	}
	out, err := Stream(t.Context(), c, o, External{Dir: dir, Memory: 1 << 12, Workers: 1})
	if err == nil {
		err = errors.Join(out.Save(dir), out.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	again, err := RestoreOutline(dir, c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(text)
		changed[len(changed)/3] ^= 1
		for what, bad := range map[string][]byte{"changed": changed, "shorter": text[:len(text)-1], "longer": append(bytes.Clone(text), 'x'), "empty": nil} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := RestoreOutline(dir, c, o); !errors.Is(err, ErrSaved) {
				t.Errorf("%s %s: %v", name.Name(), what, err)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := RestoreOutline(dir, c, o); !errors.Is(err, ErrSaved) {
			t.Errorf("%s is gone: %v", name.Name(), err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := *c
	other.Source = []byte("two")
	if _, err := RestoreOutline(dir, &other, o); !errors.Is(err, ErrSaved) {
		t.Errorf("of another campaign: %v", err)
	}
}

// TestRestoreOutline_allLocked: of claims that are locked as a whole none is the largest.
func TestRestoreOutline_allLocked(t *testing.T) {
	c := listCampaign("base", token("T", 6, "100000000"))
	f := files{"list.csv": "account,amount,locked\n" + key("a") + ",0,7\n" + key("b") + ",0,8\n"}
	if !streamBoth(t, "of even length", c, f.options(), External{Memory: 1 << 12, Workers: 1}) {
		t.Error("refused")
	}
}
