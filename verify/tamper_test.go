package verify

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// at walks down members and entries.
func at(v *value, path ...any) *value {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			i := slices.Index(v.names, p)
			if i < 0 {
				panic("no member " + p)
			}
			v = &v.items[i]
		case int:
			v = &v.items[p]
		}
	}
	return v
}

func without(v *value, name string) {
	i := slices.Index(v.names, name)
	v.names, v.items = slices.Delete(v.names, i, i+1), slices.Delete(v.items, i, i+1)
}

// change edits a JSON file of the bundle and writes it canonically.
func change(b fstest.MapFS, name string, edit func(v *value)) {
	v, err := parseJSON(b[name].Data)
	if err != nil {
		panic(err)
	}
	edit(&v)
	b[name] = &fstest.MapFile{Data: appendJSON(nil, &v)}
}

// seal makes SHA256SUMS and the manifest's statement about it true again, as somebody who tampers with care would.
func seal(b fstest.MapFS) {
	change(b, "manifest.json", func(v *value) { writeSums(b, v) })
}

const (
	manifestFile = "manifest.json"
	shard0       = "groups/g0/shards/000/000.json"
	shard1       = "groups/g0/shards/000/001.json"
	page0        = "groups/g0/index/000/000.json"
)

func set(path []any, text string) func(b fstest.MapFS) {
	return func(b fstest.MapFS) { change(b, manifestFile, func(v *value) { at(v, path...).text = text }) }
}

func inShard(edit func(v *value)) func(b fstest.MapFS) {
	return func(b fstest.MapFS) { change(b, shard1, edit); seal(b) }
}

func inCampaign(old, new string) func(b fstest.MapFS) {
	return func(b fstest.MapFS) {
		text := strings.Replace(string(b["campaign.yaml"].Data), old, new, 1)
		if text == string(b["campaign.yaml"].Data) {
			panic("nothing replaced: " + old)
		}
		b["campaign.yaml"] = &fstest.MapFile{Data: []byte(text)}
		change(b, manifestFile, func(v *value) { at(v, "campaign", "sha256").text = sha256Text([]byte(text)) })
		seal(b)
	}
}

func inList(edit func(s string) string) func(b fstest.MapFS) {
	return func(b fstest.MapFS) {
		b["inputs/list.csv"] = &fstest.MapFile{Data: []byte(edit(string(b["inputs/list.csv"].Data)))}
		seal(b)
	}
}

func sha256Text(data []byte) string { h := newHasher(sha2).sum(data); return hexText(h[:]) }

type p = []any

func TestCheck_tampered(t *testing.T) {
	heap := sample{profile: "oz-standard-v1", order: "account", layout: "subtree", n: 33, shard: 8, tokens: 2, inputs: "copy"}
	inline := sample{profile: "uniswap-v1", order: "leaf-hash", layout: "inline", n: 33, shard: 8, tokens: 2, inputs: "copy"}
	input := sample{profile: "jito-v1", order: "input", layout: "inline", n: 13, shard: 8, tokens: 1, inputs: "copy"}
	split := sample{profile: "uniswap-v1", order: "account", layout: "inline", n: 13, shard: 8, tokens: 1, split: 5, inputs: "copy"}
	promote := sample{profile: "uniswap-v1", order: "account", layout: "subtree", n: 33, shard: 8, tokens: 1, inputs: "copy"}
	digestOnly := heap
	digestOnly.inputs = "digest"
	tree0, ledger0, group0 := p{"trees", 0}, p{"ledger", 0}, p{"groups", 0}
	with := func(base p, more ...any) p { return append(slices.Clone(base), more...) }
	first := func(s sample) string { return s.accountText(0) + "," }
	tests := []struct {
		name string
		s    sample
		want Code
		edit func(b fstest.MapFS)
	}{
		{"file removed", heap, FileMissing, func(b fstest.MapFS) { delete(b, shard1) }},
		{"input removed", heap, FileMissing, func(b fstest.MapFS) { delete(b, "inputs/list.csv") }},
		{"file added", heap, FileUnexpected, func(b fstest.MapFS) { b["groups/g0/.DS_Store"] = &fstest.MapFile{Data: []byte("x")} }},
		{"file added and listed", heap, FileUnexpected, func(b fstest.MapFS) { b["inputs/votes.csv"] = &fstest.MapFile{Data: []byte("x")}; seal(b) }},
		{"empty directory added", heap, FileUnexpected, func(b fstest.MapFS) { b["groups/g9"] = &fstest.MapFile{Mode: fs.ModeDir} }},
		{"link", heap, FileIrregular, func(b fstest.MapFS) { b[shard1] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("000.json")} }},
		{"huge page", heap, FileTooLarge, func(b fstest.MapFS) { b[page0] = &fstest.MapFile{Data: make([]byte, maxPage+1)}; seal(b) }},
		{"byte of a shard", heap, FileDigest, func(b fstest.MapFS) { change(b, shard1, func(v *value) { at(v, "rows", 0, 1).text = "7" }) }},
		{"line end in SHA256SUMS", heap, SumsMalformed, func(b fstest.MapFS) {
			b["SHA256SUMS"].Data = bytes.ReplaceAll(b["SHA256SUMS"].Data, []byte("\n"), []byte("\r\n"))
		}},
		{"lines of SHA256SUMS swapped", heap, SumsMalformed, func(b fstest.MapFS) {
			lines := bytes.SplitAfter(b["SHA256SUMS"].Data, []byte("\n"))
			lines[0], lines[1] = lines[1], lines[0]
			b["SHA256SUMS"].Data = bytes.Join(lines, nil)
		}},
		{"digest of SHA256SUMS", heap, SumsDigest, set(p{"files", "sha256"}, strings.Repeat("0", 64))},
		{"count of files", heap, SumsTotal, set(p{"files", "count"}, "3")},
		{"bytes of files", heap, SumsTotal, set(p{"files", "bytes"}, "3")},
		{"number in the manifest", heap, JSONMalformed, func(b fstest.MapFS) {
			b[manifestFile].Data = bytes.Replace(b[manifestFile].Data, []byte(`"depth":"6"`), []byte(`"depth":6`), 1)
		}},
		{"repeated member", heap, JSONMalformed, func(b fstest.MapFS) {
			b[manifestFile].Data = append([]byte(`{"rule":"fixed/v1",`), b[manifestFile].Data[1:]...)
		}},
		{"white space", heap, JSONNotCanonical, func(b fstest.MapFS) { b[manifestFile].Data = append(b[manifestFile].Data, '\n') }},
		{"escape of a letter", heap, JSONNotCanonical, func(b fstest.MapFS) {
			b[manifestFile].Data = bytes.Replace(b[manifestFile].Data, []byte("fixed"), []byte(`\u0066ixed`), 1)
		}},
		{"later version of the bundle", heap, FormatUnknown, set(p{"format"}, "merkle-bundle/v2")},
		{"later version of a shard", heap, FormatUnknown, inShard(func(v *value) { at(v, "format").text = "merkle-shard/v2" })},
		{"later version of a page", heap, FormatUnknown, func(b fstest.MapFS) {
			change(b, page0, func(v *value) { at(v, "format").text = "merkle-index/v2" })
			seal(b)
		}},
		{"later version of the campaign", heap, FormatUnknown, inCampaign("campaign/v1", "campaign/v2")},
		{"member missing", heap, ManifestMember, func(b fstest.MapFS) { change(b, manifestFile, func(v *value) { without(v, "rule") }) }},
		{"member added", heap, ManifestMember, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { v.names, v.items = append(v.names, "note"), append(v.items, text("x")) })
		}},
		{"leading zero", heap, ManifestMember, set(with(tree0, "leaves"), "033")},
		{"upper-case root", heap, ManifestValue, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { r := at(v, "trees", 0, "root"); r.text = "0x" + strings.ToUpper(r.text[2:]) })
		}},
		{"unit", heap, ManifestValue, set(p{"tokens", 0, "assets", 0, "unit"}, "10")},
		{"ledger of another token", heap, ManifestValue, set(with(ledger0, "token"), "T1")},
		{"campaign digest", heap, CampaignDigest, set(p{"campaign", "sha256"}, strings.Repeat("1", 64))},
		{"campaign cut", heap, CampaignUnreadable, inCampaign("trees:", "trees: [")},
		{"repeated key in the campaign", heap, CampaignUnreadable, inCampaign("id: sample", "id: sample\nid: sample")},
		{"anchor in the campaign", heap, CampaignUnreadable, inCampaign("id: sample", "id: &x sample")},
		{"key in the campaign", heap, CampaignKey, inCampaign("unit: base", "unit: base\n  bonus: 3")},
		{"campaign id", heap, CampaignID, set(p{"campaign", "id"}, "other")},
		{"rule", heap, CampaignRule, set(p{"rule"}, "pro-rata/v1")},
		{"pool raised in the manifest", heap, CampaignToken, func(b fstest.MapFS) {
			set(p{"tokens", 0, "pool"}, "99999999")(b)
			set(with(ledger0, "pool"), "99999999")(b)
		}},
		{"asset exchanged", heap, CampaignToken, set(p{"tokens", 0, "assets", 0, "asset"}, heap.asset(7))},
		{"cap invented", heap, CampaignToken, set(p{"tokens", 0, "assets", 0, "cap"}, "99999999")},
		{"order in the campaign", heap, CampaignTree, inCampaign("order: account", "order: leaf-hash")},
		{"split in the campaign", heap, CampaignTree, inCampaign("split: 0", "split: 100")},
		{"publish", heap, CampaignPublish, set(p{"publish", "shard"}, "9")},
		{"profile renamed", heap, ProfileUnknown, set(with(tree0, "profile", "name"), "oz-standard-v2")},
		{"profile shape", heap, ProfileParameter, set(with(tree0, "profile", "shape"), "promote")},
		{"profile prefix", input, ProfileParameter, set(with(tree0, "profile", "nodePrefix"), "0x02")},
		{"profile width", heap, ProfileParameter, set(with(tree0, "profile", "totalBits"), "255")},
		{"field type", heap, ProfileParameter, set(with(tree0, "profile", "fields", 1, "type"), "int256")},
		{"field types exchanged", heap, CampaignTree, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				at(v, "trees", 0, "profile", "fields", 1, "type").text = "uint128"
				at(v, "trees", 0, "profile", "amountBits").text = "128"
			})
			inCampaign("profile: oz-standard-v1", `fields: ["account:address", "amount:uint256"], profile: oz-standard-v1`)(b)
		}},
		{"input role", heap, InputList, set(p{"inputs", 0, "role"}, "votes")},
		{"input file", digestOnly, InputList, set(p{"inputs", 0, "file"}, "inputs/list.csv")},
		{"input columns", heap, InputColumns, set(p{"inputs", 0, "columns", 1}, "weight")},
		{"input order", heap, InputColumns, set(p{"inputs", 0, "order"}, "sorted")},
		{"input rows", heap, InputRows, set(p{"inputs", 0, "rows"}, "65")},
		{"input sum", heap, InputSum, set(p{"inputs", 0, "sum"}, "65")},
		{"input digest", heap, InputDigest, set(p{"inputs", 0, "sha256"}, strings.Repeat("2", 64))},
		{"amount in the input", heap, InputDigest, inList(func(s string) string { return strings.Replace(s, first(heap)+"1000", first(heap)+"1001", 1) })},
		{"line ends of a copy", heap, InputCopy, inList(func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })},
		{"byte order mark", heap, InputCopy, inList(func(s string) string { return "\ufeff" + s })},
		{"exponent in the input", heap, InputRefused, inList(func(s string) string { return strings.Replace(s, ",1000,", ",1e3,", 1) })},
		{"declared rows", heap, InputDeclared, inCampaign("file: list.csv", "file: list.csv, rows: 65")},
		{"declared sum", heap, InputDeclared, inCampaign("file: list.csv", `file: list.csv, sum: "65"`)},
		{"row twice", heap, RuleRefused, inList(func(s string) string { return s + strings.SplitAfter(s, "\n")[1] })},
		{"pool lowered", heap, RuleRefused, inCampaign(heap.pool(0), "1")},
		{"assertion invented", heap, AssertionMismatch, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				at(v, "assertions").items = append(at(v, "assertions").items, obj("figure", "leaves", "prints", "33", "got", "33", "holds", "yes", "level", "error"))
			})
		}},
		{"exclusion invented", heap, ExclusionMismatch, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				at(v, "exclusions").items = append(at(v, "exclusions").items, obj("role", "exclude-0", "list", "x", "version", "1", "accounts", "0", "matched", "0"))
			})
		}},
		{"residual", heap, LedgerBalance, set(with(ledger0, "residual"), "1")},
		{"unallocated to residual", heap, LedgerMismatch, func(b fstest.MapFS) {
			set(with(ledger0, "residual"), "1")(b)
			set(with(ledger0, "unallocated"), "499")(b)
		}},
		{"residual's destination", heap, LedgerMismatch, set(with(ledger0, "residualTo"), "team")},
		{"dropped", heap, LedgerMismatch, set(with(ledger0, "dropped"), "1")},
		{"leaves of the ledger", heap, LedgerLeaves, set(with(ledger0, "leaves"), "34")},
		{"claims of the ledger", digestOnly, LedgerLeaves, func(b fstest.MapFS) {
			set(with(ledger0, "claims"), "1")(b)
		}},
		{"chain of the ledger", heap, LedgerChain, set(with(ledger0, "chains", 0, "claims"), "1")},
		{"pool below the leaves", digestOnly, PoolExceeded, func(b fstest.MapFS) {
			set(p{"tokens", 0, "pool"}, "1")(b)
		}},
		{"cap below the leaves", digestOnly, CapExceeded, set(p{"tokens", 0, "assets", 0, "cap"}, "1")},
		{"amount in a shard", heap, ClaimAmount, inShard(func(v *value) { at(v, "rows", 0, 1).text += "0" })},
		{"amounts of two accounts exchanged", heap, ClaimAmount, inShard(func(v *value) {
			a, c := at(v, "rows", 0, 1), at(v, "rows", 1, 1)
			a.text, c.text = c.text, a.text
		})},
		{"amount 0", heap, ClaimZero, inShard(func(v *value) { at(v, "rows", 0, 1).text = "0" })},
		{"account exchanged", heap, ClaimMissing, inShard(func(v *value) { at(v, "rows", 0, 0).text = heap.accountText(777) })},
		{"account exchanged, seen from the leaf", heap, ClaimExtra, inShard(func(v *value) { at(v, "rows", 0, 0).text = heap.accountText(777) })},
		{"row added to the input", heap, ClaimMissing, inList(func(s string) string { return s + heap.accountText(500) + ",1,T0\n" })},
		{"amount in the input, with all digests", heap, ClaimAmount, func(b fstest.MapFS) {
			text := strings.Replace(string(b["inputs/list.csv"].Data), first(heap)+"1000", first(heap)+"1001", 1)
			b["inputs/list.csv"] = &fstest.MapFile{Data: []byte(text)}
			set(p{"inputs", 0, "sha256"}, sha256Text([]byte(text)))(b)
			set(p{"inputs", 0, "sum"}, "73426")(b)
			seal(b)
		}},
		{"account doubled", heap, ClaimDuplicate, inShard(func(v *value) { *at(v, "rows", 0, 0) = *at(v, "rows", 1, 0) })},
		{"excluded in the campaign", heap, ClaimExcluded, func(b fstest.MapFS) {
			list := "account,reason\n" + heap.accountText(0) + ",sanctioned\n"
			b["inputs/exclude-0.csv"] = &fstest.MapFile{Data: []byte(list)}
			change(b, manifestFile, func(v *value) {
				at(v, "inputs").items = append(at(v, "inputs").items, obj("role", "exclude-0", "columns", texts([]string{"account", "reason"}), "order", "sorted", "rows", "1", "sum", "",
					"sha256", sha256Text([]byte(list)), "file", "inputs/exclude-0.csv"))
				at(v, "exclusions").items = append(at(v, "exclusions").items, obj("role", "exclude-0", "list", "x", "version", "1", "accounts", "1", "matched", "1"))
			})
			inCampaign("trees:", "exclude: [{file: x.csv, list: x, version: \"1\"}]\ntrees:")(b)
		}},
		{"part exchanged", split, ClaimPart, func(b fstest.MapFS) {
			change(b, shard0, func(v *value) { at(v, "rows", 0, 1).text = "1" })
			seal(b)
		}},
		{"EIP-55 account", heap, AccountMalformed, inShard(func(v *value) {
			a, _ := parseAccount(at(v, "rows", 0, 0).text)
			at(v, "rows", 0, 0).text = checksumText(a.raw[:20])
		})},
		{"31-byte key", input, AccountMalformed, inShard(func(v *value) { at(v, "rows", 0, 0).text = base58(make([]byte, 31)) })},
		{"zero account", heap, AccountZero, inShard(func(v *value) { at(v, "rows", 0, 0).text = "0x" + strings.Repeat("0", 40) })},
		{"blank in an amount", heap, LeafValue, inShard(func(v *value) { at(v, "rows", 0, 1).text = " 1" })},
		{"amount above u64", input, LeafWidth, inShard(func(v *value) { at(v, "rows", 0, 2).text = "18446744073709551616" })},
		{"index", promote, LeafIndex, inShard(func(v *value) { at(v, "rows", 0, 1).text = "0" })},
		{"positions exchanged", input, LeafOrder, inShard(func(v *value) {
			a, c := at(v, "rows", 0, 1), at(v, "rows", 1, 1)
			a.text, c.text = c.text, a.text
		})},
		{"position twice", input, LeafOrder, inShard(func(v *value) { at(v, "rows", 0, 1).text = at(v, "rows", 1, 1).text })},
		{"tree added", heap, TreeUnexpected, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				extra, _ := parseJSON(appendJSON(nil, at(v, "trees", 1)))
				at(&extra, "id").text, at(&extra, "family").text = "t9", "t9"
				at(v, "trees").items = append(at(v, "trees").items, extra)
			})
		}},
		{"tree in no group", heap, GroupMismatch, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				f := at(v, "groups", 0, "families")
				f.items = f.items[:1]
			})
		}},
		{"last part removed", split, TreeMissing, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { at(v, "trees").items = at(v, "trees").items[:2] })
		}},
		{"leaves", split, TreeLeaves, func(b fstest.MapFS) {
			set(with(tree0, "leaves"), "4")(b)
			set(p{"trees", 1, "leaves"}, "6")(b)
		}},
		{"depth", heap, TreeDepth, set(with(tree0, "depth"), "5")},
		{"total", heap, TreeTotal, set(with(tree0, "totals", 0), "5")},
		{"sum above u64", input, TreeWidth, inShard(func(v *value) {
			at(v, "rows", 0, 2).text, at(v, "rows", 1, 2).text = "18446744073709551615", "18446744073709551615"
		})},
		{"constant missing", input, TreeConstant, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { at(v, "trees", 0, "constants").items[0].text = "1" })
		}},
		{"constant invented", heap, TreeConstant, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { *at(v, "trees", 0, "constants") = obj("memo", "x") })
		}},
		{"root of another tree", heap, TreeRoot, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) { at(v, "trees", 0, "root").text = at(v, "trees", 1, "root").text })
		}},
		{"root zero", heap, RootZero, set(with(tree0, "root"), "0x"+strings.Repeat("0", 64))},
		{"group claims", heap, GroupMismatch, set(with(group0, "claims"), "2000000000")},
		{"group last", heap, GroupMismatch, set(with(group0, "last"), strings.Repeat("f", 64))},
		{"group index", heap, IndexSeparator, set(with(group0, "index", 0), "1")},
		{"columns exchanged", heap, GroupColumns, func(b fstest.MapFS) {
			change(b, manifestFile, func(v *value) {
				c := at(v, "groups", 0, "columns").items
				c[0], c[1] = c[1], c[0]
			})
		}},
		{"cut", heap, GroupCut, set(with(group0, "cut"), "2")},
		{"shards", heap, GroupCut, set(with(group0, "shards"), "9")},
		{"shard number", heap, ShardMalformed, inShard(func(v *value) { at(v, "shard").text = "2" })},
		{"cell added", heap, ShardMalformed, inShard(func(v *value) { r := at(v, "rows", 0); r.items = append(r.items, text("1")) })},
		{"row removed", heap, ShardRows, inShard(func(v *value) { r := at(v, "rows"); r.items = r.items[1:] })},
		{"row doubled", heap, ShardRows, inShard(func(v *value) { r := at(v, "rows"); r.items = append(r.items, r.items[0]) })},
		{"rows exchanged", heap, ShardOrder, inShard(func(v *value) { r := at(v, "rows"); r.items[0], r.items[1] = r.items[1], r.items[0] })},
		{"paths in layout inline", inline, ShardPath, inShard(func(v *value) { *at(v, "paths") = list(list(), list()) })},
		{"path cut", heap, ShardPath, inShard(func(v *value) { r := at(v, "paths", 0); r.items = r.items[1:] })},
		{"path bit", heap, ProofWrong, inShard(func(v *value) { flip(at(v, "paths", 0, 0)) })},
		{"path entry moved past an empty one", promote, ShardPath, func(b fstest.MapFS) {
			change(b, "groups/g0/shards/000/004.json", func(v *value) {
				r := at(v, "paths", 0)
				r.items[0], r.items[2] = r.items[2], r.items[0]
			})
			seal(b)
		}},
		{"proof bit", inline, ProofWrong, inShard(func(v *value) { flip(at(v, "rows", 0, 3, 0)) })},
		{"proof hash in upper case", inline, ProofWrong, inShard(func(v *value) { h := at(v, "rows", 0, 3, 0); h.text = "0x" + strings.ToUpper(h.text[2:]) })},
		{"proof cut", inline, ProofLength, inShard(func(v *value) { r := at(v, "rows", 0, 3); r.items = r.items[1:] })},
		{"proof padded", inline, ProofLength, inShard(func(v *value) { r := at(v, "rows", 0, 3); r.items = append(r.items, r.items[0]) })},
		{"page number", heap, IndexMalformed, func(b fstest.MapFS) {
			change(b, page0, func(v *value) { at(v, "page").text = "1" })
			seal(b)
		}},
		{"separator", heap, IndexSeparator, func(b fstest.MapFS) {
			change(b, page0, func(v *value) { at(v, "segments", 1, 0).text += "0" })
			seal(b)
		}},
		{"shards of segments exchanged", heap, IndexShard, func(b fstest.MapFS) {
			change(b, page0, func(v *value) {
				a, c := at(v, "segments", 1, 1), at(v, "segments", 2, 1)
				a.text, c.text = c.text, a.text
			})
			seal(b)
		}},
	}
	reached := map[Code]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.s.bundle()
			if r := check(t, b, Options{}); !r.OK() {
				t.Fatalf("before the edit: %v", r.Findings)
			}
			tt.edit(b)
			r := check(t, b, Options{Workers: 2})
			codes := map[Code]bool{}
			for _, f := range r.Findings {
				codes[f.Code] = true
			}
			if r.OK() || !codes[tt.want] {
				t.Errorf("want %s, got %v", tt.want, r.Findings)
			}
			maps.Copy(reached, codes)
		})
	}
	// What cannot be shown by an edit of these samples has a test of its own, or would need a fault in a library.
	elsewhere := []Code{FileUnreadable, InputMissing, AssertionFails, ClaimField, RootExpected, ProofSecond}
	for _, m := range Codes() {
		if !reached[m.Code] && !slices.Contains(elsewhere, m.Code) && m.Area != "previous" && m.Area != "tables" && m.Area != "accounts" && m.Area != "facts" {
			t.Errorf("no edit reaches %s", m.Code)
		}
	}
}

func flip(v *value) {
	c := byte('0')
	if v.text[10] == '0' {
		c = '1'
	}
	v.text = v.text[:10] + string(c) + v.text[11:]
}
