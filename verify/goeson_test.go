package verify

import (
	"bytes"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// inFile replaces text in a file of the bundle, and makes the digests of SHA256SUMS and, for a table, of the manifest true again.
func inFile(name, old, new string) func(b fstest.MapFS) {
	return func(b fstest.MapFS) {
		data := bytes.Replace(b[name].Data, []byte(old), []byte(new), 1)
		if bytes.Equal(data, b[name].Data) {
			panic("nothing replaced: " + old)
		}
		b[name] = &fstest.MapFile{Data: data}
		change(b, manifestFile, func(v *value) {
			for _, part := range []string{"tables", "inputs"} {
				for i := range at(v, part).items {
					if e := at(v, part, i); at(e, "file").text == name {
						at(e, "sha256").text = sha256Text(data)
					}
				}
			}
		})
		seal(b)
	}
}

func TestCheck_tamperedState(t *testing.T) {
	first, second := monthBundles(t)
	round, closed := roundBundles(t)
	other := func(name string, edit func(b fstest.MapFS)) map[string]fs.FS { // a predecessor that was edited
		b := maps.Clone(first)
		edit(b)
		return map[string]fs.FS{name: b}
	}
	given := map[string]fs.FS{"before": first}
	ended := map[string]fs.FS{"round": round}
	tests := []struct {
		name     string
		b        fstest.MapFS
		previous map[string]fs.FS
		want     Code
		edit     func(b fstest.MapFS)
	}{
		{"predecessor of another id", second, given, PreviousStated, set(p{"previous", "id"}, "elsewhere")},
		{"predecessor of another digest", second, given, PreviousStated, set(p{"previous", "manifest"}, emptyPrev)},
		{"predecessor left out", second, nil, PreviousStated, func(b fstest.MapFS) {
			set(p{"previous", "id"}, "")(b)
			set(p{"previous", "manifest"}, "")(b)
		}},
		{"predecessor of a first month", first, nil, PreviousStated, set(p{"previous", "manifest"}, emptyPrev)},
		{"predecessor changed", second, other("before", set(p{"ledger", 0, "locked"}, "1")), PreviousUnknown, func(b fstest.MapFS) {}},
		{"predecessor of a bundle that has none", first, given, PreviousUnknown, func(b fstest.MapFS) {}},
		{"predecessor without a manifest", second, map[string]fs.FS{"before": fstest.MapFS{}}, PreviousRefused, func(b fstest.MapFS) {}},
		{"predecessor's campaign changed", second, other("before", func(b fstest.MapFS) { b["campaign.yaml"] = &fstest.MapFile{Data: []byte("x")} }), PreviousRefused, func(b fstest.MapFS) {}},
		{"month left out", second, given, PreviousRefused, inCampaignText("2026-02", "2026-03")},
		{"month again", second, given, PreviousRefused, inCampaignText("month: \"2026-02\"", "month: \"2026-01\"")},
		{"another zone", second, given, PreviousRefused, inCampaignText("+00:00", "+01:00")},
		{"another token", second, given, PreviousRefused, inCampaignText("decimals: 0", "decimals: 2")},
		{"predecessor's table changed", second, other("before", func(b fstest.MapFS) {
			b["tables/paid.csv"] = &fstest.MapFile{Data: []byte("account,chain,amount\nx\n")}
		}), PreviousTable, func(b fstest.MapFS) {}},
		{"position given more", second, given, PreviousTable, inFile("inputs/positions.csv", "428,428", "438,438")},
		{"position given more, no predecessor to compare with", second, nil, LedgerMismatch, inFile("inputs/positions.csv", "428,428", "438,438")},
		{"carried in", second, given, PreviousLedger, set(p{"ledger", 0, "carriedIn"}, "7")},
		{"round's leaf changed", closed, ended, PreviousLedger, inFile("inputs/round.csv", ",1000\n", ",1001\n")},
		{"claimed from another tree", closed, nil, RuleRefused, inFile("inputs/claimed.csv", ",t1,", ",t9,")},
		{"round not sorted", closed, nil, InputCopy, inFile("inputs/round.csv", "t0,", "t9,")},
		{"claimed twice", closed, nil, RuleRefused, func(b fstest.MapFS) {
			lines := strings.SplitAfter(string(b["inputs/claimed.csv"].Data), "\n")
			inFile("inputs/claimed.csv", lines[1], lines[1]+lines[1])(b)
		}},
		{"table left out", second, given, TableList, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { l := at(v, "tables"); l.items = l.items[1:] })
		}},
		{"tables exchanged", second, given, TableList, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { l := at(v, "tables").items; l[0], l[1] = l[1], l[0] })
		}},
		{"table elsewhere", second, given, TableList, set(p{"tables", 0, "file"}, "tables/positions.csv")},
		{"rows of a table", second, given, TableRows, set(p{"tables", 1, "rows"}, "77")},
		{"column of a table", second, given, TableRows, set(p{"tables", 1, "columns", 2}, "day")},
		{"digest of a table", second, given, TableDigest, set(p{"tables", 1, "sha256"}, emptyPrev)},
		{"header of a table", second, given, TableForm, inFile("tables/positions.csv", "exited", "left")},
		{"row of a table twice", second, given, TableForm, func(b fstest.MapFS) {
			lines := strings.SplitAfter(string(b["tables/positions.csv"].Data), "\n")
			inFile("tables/positions.csv", lines[1], lines[1]+lines[1])(b)
		}},
		{"table without a last newline", second, given, TableForm, func(b fstest.MapFS) {
			b["tables/positions.csv"].Data = bytes.TrimSuffix(b["tables/positions.csv"].Data, []byte("\n"))
			seal(b)
		}},
		{"entitlement in a table", second, given, TableContent, inFile("tables/positions.csv", "428,428", "428,427")},
		{"voting power", second, given, TableContent, inFile("tables/voting-power.csv", ",eip155:1,", ",eip155:1,1")},
		{"unclaimed", closed, ended, TableContent, inFile("tables/unclaimed.csv", ",1000\n", ",1001\n")},
		{"locked", second, given, LedgerMismatch, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				l := at(v, "ledger", 0)
				at(l, "locked").text, at(l, "unelected").text = at(l, "unelected").text, at(l, "locked").text
			})
		}},
		{"destination of what rolls", second, given, LedgerMismatch, set(p{"ledger", 0, "rolledTo"}, "treasury")},
		{"claims of a closed round", closed, ended, LedgerMismatch, set(p{"ledger", 0, "leaves"}, "9")},
	}
	reached := map[Code]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := maps.Clone(tt.b)
			for name, f := range b {
				b[name] = &fstest.MapFile{Data: bytes.Clone(f.Data)}
			}
			tt.edit(b)
			codes := map[Code]bool{}
			r := check(t, b, Options{Previous: tt.previous, Workers: 2})
			for _, f := range r.Findings {
				codes[f.Code] = true
			}
			if r.OK() || !codes[tt.want] {
				t.Errorf("want %s, got %v", tt.want, r.Findings)
			}
			maps.Copy(reached, codes)
		})
	}
	for _, m := range Codes() {
		if (m.Area == "previous" || m.Area == "tables") && !reached[m.Code] {
			t.Errorf("no edit reaches %s", m.Code)
		}
	}
}

func inCampaignText(old, new string) func(b fstest.MapFS) {
	return func(b fstest.MapFS) {
		text := strings.Replace(string(b["campaign.yaml"].Data), old, new, 1)
		b["campaign.yaml"] = &fstest.MapFile{Data: []byte(text)}
		change(b, manifestFile, func(v *value) { at(v, "campaign", "sha256").text = sha256Text([]byte(text)) })
		seal(b)
	}
}
