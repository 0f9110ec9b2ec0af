package verify

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// TestParseYAML_hostile: no campaign that a reader accepts by its size ends the process or keeps it busy: what the YAML library would take minutes
// for stops this test at its timeout; the largest take about a second each.
func TestParseYAML_hostile(t *testing.T) {
	for _, unit := range []string{"-\n", "- ", "[", "{a: ", "[],", "a: b\n", "? ", ": ", "&a ", "*a ", "!t ", "- |\n", "\"a\" ", "'a' ", "a,", "#\n", "---\n", "\n", "\r", "a\n", "x", "<<: ", "`"} {
		for _, prefix := range []string{"", "a: [", "a: \"\n# \", "} {
			for _, size := range []int{30 << 10, maxCampaign} {
				if size == maxCampaign && testing.Short() {
					continue
				}
				if _, err := parseYAML([]byte(prefix + strings.Repeat(unit, size/len(unit)))); err == nil && size == maxCampaign && unit != "x" && unit != "\n" && unit != "\r" {
					t.Errorf("%q: %d bytes of %q are taken", prefix, size, unit)
				}
			}
		}
	}
}

func TestParseYAML_accepted(t *testing.T) {
	plain, err := parseYAML([]byte("a: [b, c]\nd: e\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := string(appendJSON(nil, &plain))
	for _, s := range []string{
		"\ufeffa: [b, c]\nd: e\n",
		"# x\r\na: [b, c] # y\r\n# z\r\nd: e\r\n",
		"\ufeff{\"a\": [\"b\", \"c\"],\r\n\t\"d\": \"e\"}",
		"a:\n- b\n- c\n" + strings.Repeat("# a comment\n", 100000) + "d: e",
	} {
		v, err := parseYAML([]byte(s))
		if err != nil {
			t.Errorf("%.40q: %v", s, err)
			continue
		}
		if got := string(appendJSON(nil, &v)); got != want {
			t.Errorf("%.40q is %s, want %s", s, got, want)
		}
	}
	if v, err := parseYAML([]byte("a: [" + strings.Repeat("{b: c}, ", 1000) + "{b: c}]")); err != nil || len(v.items[0].items) != 1001 {
		t.Errorf("many objects on a line: %v", err)
	}
}

func TestParseJSON_memory(t *testing.T) {
	for _, s := range []string{
		"[" + strings.Repeat("[],", maxShard/3) + "[]]",
		"[" + strings.Repeat(`{"a":""},`, 800000) + "[]]",
		strings.Repeat("[", maxShard),
		"[" + strings.Repeat(",", maxShard),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := parseJSON([]byte(s))
		runtime.ReadMemStats(&after)
		if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 600 {
			t.Errorf("%.20q: %d MiB", s, spent)
		}
		if err == nil && len(v.items) != 800001 {
			t.Errorf("%.20q: taken with %d entries", s, len(v.items))
		}
	}
	if _, err := parseJSONOf([]byte(`["a","b"]`), 3); err != nil {
		t.Error(err)
	}
	if _, err := parseJSONOf([]byte(`["a","b","c"]`), 3); err == nil || !strings.Contains(err.Error(), "more than 3 values") {
		t.Errorf("one value too many: %v", err)
	}
}

// TestCheck_valueBounds: a shard and a page may hold what the manifest says of them, and not much more.
func TestCheck_valueBounds(t *testing.T) {
	many := []byte("[" + strings.Repeat("[],", 100000) + "[]]")
	for _, name := range []string{"groups/g0/shards/000/000.json", "groups/g0/index/000/000.json"} {
		b := small()[0].bundle()
		b[name] = &fstest.MapFile{Data: many}
		seal(b)
		found := false
		for _, f := range check(t, b, Options{Workers: 1}).Findings {
			found = found || (f.Code == JSONMalformed && f.Where == name && strings.Contains(f.Got, "values"))
		}
		if !found {
			t.Errorf("%s: too many values are not reported", name)
		}
	}
}

func TestManifest_manyFaults(t *testing.T) {
	v, err := parseJSON([]byte(`{"trees":[` + strings.Repeat("{},", 1000000) + `{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := &memberReader{c: newCollector(), file: "manifest.json"}
	if m := r.manifest(&v); len(m.trees) > 100 || r.bad < maxFaults {
		t.Errorf("%d trees were read, %d faults", len(m.trees), r.bad)
	}
}

// TestInputs_placeHolders: an ellipsis declares nothing.
func TestInputs_placeHolders(t *testing.T) {
	v, err := parseYAML([]byte(`{file: v.csv, sum: "…", sha256: "…"}`))
	if err != nil {
		t.Fatal(err)
	}
	r := &memberReader{c: newCollector()}
	if d := r.inputDecl("x", "votes", &v, "file"); d.sum != "" || d.sha256 != "" || r.bad > 0 {
		t.Errorf("declared %q, %q", d.sum, d.sha256)
	}
}

// TestInputs_widePower: fraction zeros do not count against the 256 bits of a power.
func TestInputs_widePower(t *testing.T) {
	e50 := "1" + strings.Repeat("0", 50)
	csv := "proposal,account,power\nP1," + walletA + "," + e50 + "\nP1," + walletA + "," + e50 + ".0\nP1," + walletB + "," + e50 + "\n"
	for duplicates, want := range map[string]string{"sum": "666 333", "max": "500 500", "first": "500 500"} {
		c := strings.Replace(fmt.Sprintf(votesCampaign, "{file: v.csv, sum: \"3"+e50[1:]+"\"}", duplicates), "decimals: 2", "decimals: 36", 1)
		k := recompute(t, c, map[string]string{"p.csv": "id,weight\nP1,1\n", "v.csv": csv})
		if k.alloc == nil || len(k.f.list) > 0 {
			t.Errorf("%s: %v", duplicates, k.f.list)
			continue
		}
		paid := map[string]string{}
		for i, e := range k.alloc.ents {
			paid[e.acct.text()] = k.alloc.tokens[0].amounts[i].String()
		}
		if got := paid[strings.ToLower(walletA)] + " " + paid[strings.ToLower(walletB)]; got != want {
			t.Errorf("%s: paid %s, want %s", duplicates, got, want)
		}
	}
	wide := fmt.Sprintf(votesCampaign, "{file: v.csv}", "error")
	k := recompute(t, wide, map[string]string{"p.csv": "id,weight\nP1,1\n", "v.csv": "proposal,account,power\nP1," + walletA + ",1" + strings.Repeat("0", 77) + "1\n"})
	if k.alloc != nil || len(k.f.list) == 0 {
		t.Error("a power of more than 256 bits is taken")
	}
}
