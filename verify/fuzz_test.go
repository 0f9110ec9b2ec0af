package verify

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func small() []sample {
	return []sample{
		{profile: "jito-v1", order: "account", layout: "subtree", n: 5, shard: 2, tokens: 1, inputs: "copy"},
		{profile: "oz-standard-v1", order: "account", layout: "subtree", n: 5, shard: 2, tokens: 1, inputs: "digest"},
		{profile: "uniswap-v1", order: "leaf-hash", layout: "inline", n: 3, shard: 2, tokens: 1, split: 2, inputs: "copy"},
		{profile: "jito-v1", order: "input", layout: "inline", n: 3, shard: 2, tokens: 1, inputs: "digest"},
	}
}

func clone(b fstest.MapFS) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range b {
		out[name] = &fstest.MapFile{Data: slices.Clone(f.Data), Mode: f.Mode}
	}
	return out
}

// flipByte changes one byte of the bundle's n-th byte over all files; it reports the file and whether another bundle came of it.
func flipByte(b fstest.MapFS, n int, mask byte) (string, bool) {
	for _, name := range sortedKeys(b) {
		if n < len(b[name].Data) {
			b[name].Data[n] ^= mask
			return name, mask != 0
		}
		n -= len(b[name].Data)
	}
	return "", false
}

// TestCheck_everyByte: no byte of a bundle is free. Each is changed alone; a change of a JSON file is also sealed, so that no digest gives it away.
func TestCheck_everyByte(t *testing.T) {
	step := 5
	if testing.Short() {
		step = 31
	}
	for _, s := range small() {
		good := s.bundle()
		// without the inputs nothing speaks for or against what the manifest says of them; so they are given, raw
		o := Options{Workers: 1, Inputs: fstest.MapFS{"list.csv": {Data: []byte(s.list())}}}
		size := 0
		for _, f := range good {
			size += len(f.Data)
		}
		for n := 0; n < size; n += step {
			for _, mask := range []byte{1 << (n % 8)} {
				b := clone(good)
				name, _ := flipByte(b, n, mask)
				if r := check(t, b, o); r.OK() {
					t.Errorf("%s: byte %d (%s) with mask %x is free", s.profile, n, name, mask)
				}
				if !strings.HasSuffix(name, ".json") {
					continue
				}
				if _, err := parseJSON(b["manifest.json"].Data); err != nil {
					continue
				}
				seal(b)
				if sameFiles(b, good) {
					continue // the seal undid the change
				}
				if r := check(t, b, o); r.OK() {
					t.Errorf("%s: byte %d (%s) with mask %x is free under new digests", s.profile, n, name, mask)
				}
			}
		}
	}
}

func sameFiles(a, b fstest.MapFS) bool {
	return slices.Equal(sortedKeys(a), sortedKeys(b)) && !slices.ContainsFunc(sortedKeys(a), func(name string) bool { return !bytes.Equal(a[name].Data, b[name].Data) })
}

func FuzzCheck(f *testing.F) {
	samples := small()
	for i := range samples {
		f.Add(uint8(i), uint32(10), byte(1), false)
		f.Add(uint8(i), uint32(900), byte(0x80), true)
	}
	bundles := make([]fstest.MapFS, len(samples))
	for i, s := range samples {
		bundles[i] = s.bundle()
	}
	f.Fuzz(func(t *testing.T, which uint8, n uint32, mask byte, cut bool) {
		good := bundles[int(which)%len(bundles)]
		size := 0
		for _, file := range good {
			size += len(file.Data)
		}
		b := clone(good)
		name, changed := flipByte(b, int(n)%size, mask)
		if cut {
			b[name].Data = b[name].Data[:len(b[name].Data)/2]
			changed = true
		}
		raw := samples[int(which)%len(bundles)].list()
		r, err := Check(context.Background(), b, Options{Workers: 1, Inputs: fstest.MapFS{"list.csv": {Data: []byte(raw)}}})
		if err != nil {
			t.Fatal(err)
		}
		if changed == r.OK() {
			t.Errorf("%s changed: %v, findings: %v", name, changed, r.Findings)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":"b"}`, `[]`, `{"a":["\u00e9","\ud83d\ude00","\n"]}`, `{"b":"","a":{}}`, ` [ "x" ] `, `[1]`, `{"a":"","a":""}`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := parseJSON(data)
		if err != nil {
			return
		}
		canon := appendJSON(nil, &v)
		again, err := parseJSON(canon)
		if err != nil {
			t.Fatalf("canonical form %q of %q is refused: %v", canon, data, err)
		}
		if twice := appendJSON(nil, &again); !bytes.Equal(canon, twice) {
			t.Fatalf("%q has two canonical forms %q and %q", data, canon, twice)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa\r\n\"x\"\"y\"\r\n", "a\n\"l\nm\"\n", "a,b\n1\n", "a\n\"", "a\n\x00\n", ""} {
		f.Add([]byte(s), false)
	}
	f.Add([]byte("{\"a\":\"1\"}\n{\"a\":\"2\"}\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, jsonl bool) {
		header, rows, err := readAll(data, jsonl)
		if err != nil || (len(header) > 0 && strings.HasPrefix(header[0], "\ufeff")) { // a second mark is text, but would be the first when written
			return
		}
		// what was read, written canonically, is read again as the same cells
		var out []byte
		for _, r := range append([][]string{header}, rows...) {
			cells := make([][]byte, len(r))
			for i := range r {
				cells[i] = []byte(r[i])
			}
			if len(cells) == 0 {
				return
			}
			out = append(canonRow(out, cells), '\n')
		}
		h2, rows2, err := readAll(out, false)
		if err != nil {
			t.Fatalf("%q of %q: %v", out, data, err)
		}
		if !slices.Equal(header, h2) || !slices.EqualFunc(rows, rows2, slices.Equal[[]string]) {
			t.Fatalf("%q and %q differ", rows, rows2)
		}
	})
}

func readAll(data []byte, jsonl bool) (header []string, rows [][]string, err error) {
	tab, err := newTable(bytes.NewReader(data), jsonl)
	if err != nil {
		return nil, nil, err
	}
	for {
		ok, err := tab.read()
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			return tab.header, rows, nil
		}
		var r []string
		for i := range tab.ends {
			r = append(r, string(tab.cell(i)))
		}
		rows = append(rows, r)
	}
}

func FuzzAccount(f *testing.F) {
	f.Add("0x00000000000000000000000000000000000000aa")
	f.Add("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseAccount(s)
		if err != nil {
			return
		}
		b, err := parseAccount(a.text())
		if err != nil || a != b {
			t.Fatalf("%q is %q, which is %v %v", s, a.text(), b, err)
		}
		if a.fam == solana && a.text() != s {
			t.Fatalf("two base58 spellings of one key: %q and %q", s, a.text())
		}
	})
}

func FuzzCampaign(f *testing.F) {
	f.Add([]byte(small()[0].campaign()))
	f.Add([]byte("a: &x [*x]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		v, err := parseYAML(data)
		if err != nil {
			return
		}
		r := &memberReader{c: newCollector(), code: CampaignUnreadable}
		r.campaign(&v)
	})
}

// endless gives one line without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 64<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func TestTable_longLine(t *testing.T) {
	for _, jsonl := range []bool{false, true} {
		e := &endless{}
		tab, err := newTable(e, jsonl)
		if err == nil {
			_, err = tab.read()
		}
		if err == nil || !strings.Contains(err.Error(), "1 MiB") {
			t.Errorf("jsonl %v: %v", jsonl, err)
		}
		if e.read > 2<<20 {
			t.Errorf("jsonl %v: %d bytes were read of it", jsonl, e.read)
		}
	}
}

// FuzzMonth: whatever the inputs of a month say, it is refused or it balances, and tables can be listed.
func FuzzMonth(f *testing.F) {
	f.Add("account,points\n"+wallet("A")+",3.5\n", "account,choice,part\n"+wallet("A")+",claim,1/3\n"+wallet("A")+",12,2/3\n", "account,month,period\n", uint8(0))
	f.Add("account,points,source,time\n"+wallet("A")+",3,usn,2026-02-01T00:00:00Z\n", "account,choice\n"+wallet("B")+",6\n", "account,month,period\n"+wallet("B")+",2026-01,12\n", uint8(5))
	first := oneMonth(f, monthCampaign("noon-active-staking/v1", jan, true, "1001", "  points: {file: p.csv}\n  elections: {file: e.csv}\n"),
		map[string]string{"p.csv": "account,points\n" + wallet("A") + ",2\n" + wallet("B") + ",1\n", "e.csv": "account,choice\n" + wallet("B") + ",12\n"}, nil)
	must(f, first)
	f.Fuzz(func(t *testing.T, points, elections, exits string, setting uint8) {
		settings := "  points: {file: p.csv}\n  elections: {file: e.csv}\n  exits: {file: x.csv}\n"
		settings += "  exitPaid: " + []string{"at-exit", "at-end"}[setting&1] + "\n  claims: " + []string{"month", "cumulative"}[setting>>1&1] + "\n"
		k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan+1, false, "777", settings), map[string]string{"p.csv": points, "e.csv": elections, "x.csv": exits}, first)
		if (k.alloc == nil) != (k.f.total() > 0) {
			t.Fatalf("neither refused nor allocated, or both: %v", k.f.list)
		}
		if k.alloc == nil {
			return
		}
		last := ""
		for _, r := range k.alloc.tables {
			last = ""
			for line := range r.rows {
				if string(line) <= last {
					t.Fatalf("%s: %q after %q", r.name, line, last)
				}
				last = string(line)
			}
		}
	})
}

// FuzzHistory: a staking history is refused, or its scores are not negative and what is handed out is at most the pool.
func FuzzHistory(f *testing.F) {
	f.Add("account,time,lock,change\n"+wallet("A")+","+daysBefore(30)+",6,120000\n"+wallet("A")+","+daysBefore(3)+",6,-1\n", "account,choice,age\n"+wallet("A")+",take,3\n", uint8(1))
	f.Fuzz(func(t *testing.T, events, elections string, setting uint8) {
		settings := history + "  elections: {file: e.csv}\n  lvm: " + []string{"weighted", "mean-tenths", "max"}[setting%3] + "\n  shares: " + []string{"individual", "flat", "tvl", "bps"}[setting/3%4] + "\n"
		k := astraCase(t, "1000003", "{start: 100, end: 103, current: 102}", settings, []map[string]string{{"A": "1", "B": "2.5"}, {"B": "7"}}, map[string]string{"h.csv": events, "e.csv": elections})
		if (k.alloc == nil) != (k.f.total() > 0) {
			t.Fatalf("neither refused nor allocated, or both: %v", k.f.list)
		}
		if k.alloc != nil && k.alloc.tokens[0].claims.Cmp(k.alloc.tokens[0].pool) > 0 {
			t.Fatal("more than the pool")
		}
	})
}
