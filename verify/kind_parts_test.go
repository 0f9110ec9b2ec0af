package verify

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// evmTree builds rows into a tree, of which callers write the proofs; the first column is the account.
func evmTree(t testing.TB, columns []string, rows [][]string, c candidate) (string, []string) {
	t.Helper()
	l := &listing{columns: columns}
	for i, cells := range rows {
		r := newRow(nil, 0, "", i)
		if !unhex(r.acct.raw[:20], cells[0][2:]) {
			t.Fatal(cells[0])
		}
		r.cells = cells
		l.rows = append(l.rows, r)
	}
	p := &filePass{faults: newCollector(), remarks: newCollector(), o: FileOptions{Workers: 1}}
	b := (&judge{p: p, l: l, amount: l.column("amount")}).build(c, map[string]*builtList{})
	if b.err != nil || b.tree == nil {
		t.Fatalf("%v %v", b.err, b.bad)
	}
	var proofs []string
	for i := range rows {
		proofs = append(proofs, proofText(b.tree, i, prefixed))
	}
	return b.rule.hashText(&b.tree.root), proofs
}

// thresholdSet is a tree with the parts that were added up.
func thresholdSet(t testing.TB) map[string]string {
	var rows [][]string
	var claims, first, second, total []string
	accounts := evmTexts(14)
	sum := 0
	for i, a := range accounts[:7] {
		amount := 3000 + 11*i
		rows = append(rows, []string{a, accounts[7+i], fmt.Sprint(amount)})
		sum += amount
	}
	root, proofs := evmTree(t, []string{"account", "beneficiary", "amount"}, rows, candidate{profile: "threshold-v1"})
	part := func(r []string, amount int) string {
		return fmt.Sprintf(`"%s":{"beneficiary":"%s","amount":"%d"}`, r[0], r[1], amount)
	}
	for i, r := range rows {
		amount := 3000 + 11*i
		claims = append(claims, fmt.Sprintf(`"%s":{"beneficiary":"%s","amount":"%d","proof":%s}`, r[0], r[1], amount, proofs[i]))
		total = append(total, part(r, amount))
		first = append(first, part(r, 1000))
		second = append(second, part(r, amount-1000))
	}
	return map[string]string{"dist.json": fmt.Sprintf(`{"totalAmount":"%d","merkleRoot":"%s","claims":{%s}}`, sum, root, join(claims)),
		"one.json": "{" + join(first) + "}", "two.json": "{" + join(second) + "}", "total.json": "{" + join(total) + "}"}
}

func liskSet(t testing.TB) map[string]string {
	var rows [][]string
	var leaves []string
	key := func(i int) string { return hexed(someClaims(9)[i].key[:]) }
	for i, a := range evmTexts(7) {
		mandatory, n := "[]", 0
		if i%3 == 0 {
			mandatory, n = "["+strings.Replace(key(i), `"`, `"0x`, 1)+"]", 1
		}
		rows = append(rows, []string{a, fmt.Sprint(5000 + i), fmt.Sprint(n), strings.ReplaceAll(mandatory, `"`, ""), "[]"})
	}
	c := candidate{profile: "oz-standard-v1", columns: []string{"account", "amount", "numberOfSignatures", "mandatoryKeys", "optionalKeys"},
		fields: []field{{"b32Address", "bytes20", "column"}, {"balanceBeddows", "uint64", "column"}, {"numberOfSignatures", "uint32", "column"},
			{"mandatoryKeys", "bytes32[]", "column"}, {"optionalKeys", "bytes32[]", "column"}}}
	root, proofs := evmTree(t, c.columns, rows, c)
	for i, r := range rows {
		keys := r[3]
		if keys != "[]" {
			keys = `["` + keys[1:len(keys)-1] + `"]`
		}
		leaves = append(leaves, fmt.Sprintf(`{"b32Address":"%s","balanceBeddows":%s,"mandatoryKeys":%s,"numberOfSignatures":%s,"optionalKeys":[],"proof":%s}`, r[0], r[1], keys, r[2], proofs[i]))
	}
	return map[string]string{"leaves.json": `{"leaves":[` + join(leaves) + "]}", "root.json": `{"merkleRoot":"` + root + `"}`}
}

// feiSet is a redemption of three tokens: balances of two files, merged, with roots and proofs.
func feiSet(t testing.TB) map[string]string {
	accounts, tokens := evmTexts(12), evmTexts(20)[12:]
	var merged, base, extra, roots, proofs []string
	for k, token := range tokens[:3] {
		var rows [][]string
		var all, a, b, pr []string
		for i, acct := range accounts[k : k+4+k] {
			rows = append(rows, []string{acct, fmt.Sprint(700 + 10*i + k)})
		}
		root, list := evmTree(t, []string{"account", "amount"}, rows, candidate{profile: "address-amount-packed-v1"})
		for i, r := range rows {
			cell := fmt.Sprintf(`"%s":"%s"`, r[0], r[1])
			all = append(all, cell)
			if i == 1 {
				b = append(b, cell)
			} else {
				a = append(a, cell)
			}
			pr = append(pr, fmt.Sprintf(`"%s":%s`, r[0], list[i]))
		}
		sheet := func(list []string) string { return fmt.Sprintf(`"%s":{%s}`, token, join(list)) }
		merged, base, extra, proofs = append(merged, sheet(all)), append(base, sheet(a)), append(extra, sheet(b)), append(proofs, sheet(pr))
		roots = append(roots, fmt.Sprintf(`"%s":"%s"`, token, root))
	}
	whole := func(list []string) string { return "{" + join(list) + "}" }
	return map[string]string{"merged.json": whole(merged), "balances.json": whole(base), "more.json": whole(extra), "roots.json": whole(roots), "proofs.json": whole(proofs)}
}

func setFiles(set map[string]string) (list []File) {
	for _, name := range sortedKeys(set) {
		list = append(list, textFile(name, set[name]))
	}
	return list
}

func TestPartsVerify(t *testing.T) {
	fei := feiSet(t)
	for _, c := range []struct {
		name, kind string
		set        map[string]string
		trees      int
		has        string
	}{
		{"threshold", "threshold", thresholdSet(t), 1, "one.json, two.json added up are the list of dist.json: 7 of 7"},
		{"lisk", "lisk", liskSet(t), 1, "root.json states a root"},
		{"fei", "fei", fei, 3, "merged.json is balances.json and more.json merged"},
		{"fei, balances merged here", "fei", map[string]string{"balances.json": fei["balances.json"], "more.json": fei["more.json"], "roots.json": fei["roots.json"], "proofs.json": fei["proofs.json"]},
			3, "balances.json and more.json merged: 15 balances"},
		{"fei, no roots", "fei", map[string]string{"merged.json": fei["merged.json"], "proofs.json": fei["proofs.json"]}, 3, "the root, since none is stated"},
		{"fei, no proofs", "fei", map[string]string{"merged.json": fei["merged.json"], "roots.json": fei["roots.json"]}, 3, "rebuilt from 4 rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFilesOK(t, FileOptions{Decimals: -1}, setFiles(c.set)...)
			if text := filesReport(r); !r.OK() || r.Kind != c.kind || len(r.Trees) != c.trees || !strings.Contains(text, c.has) {
				t.Errorf("kind %s, %d trees, no %q\n%s", r.Kind, len(r.Trees), c.has, text)
			}
		})
	}
}

// Whichever digit of whichever file is changed, a fault is found.
func TestPartsEditsAreFound(t *testing.T) {
	for name, set := range map[string]map[string]string{"threshold": thresholdSet(t), "lisk": liskSet(t), "fei": feiSet(t)} {
		t.Run(name, func(t *testing.T) {
			names := sortedKeys(set)
			places := map[string][]int{}
			for _, n := range names {
				places[n] = meaningfulPlaces(set[n])
			}
			rapid.Check(t, func(t *rapid.T) {
				file := names[rapid.IntRange(0, len(names)-1).Draw(t, "file")]
				text := set[file]
				at := places[file][rapid.IntRange(0, len(places[file])-1).Draw(t, "place")]
				digits := "0123456789"
				if text[at] > '9' {
					digits = "abcdef"
				}
				c := digits[rapid.IntRange(0, len(digits)-1).Draw(t, "digit")]
				edited := text[:at] + string(c) + text[at+1:]
				if c == text[at] || sameJSON(text, edited) {
					return
				}
				var files []File
				for _, n := range names {
					if n == file {
						files = append(files, textFile(n, edited))
					} else {
						files = append(files, textFile(n, set[n]))
					}
				}
				r, err := CheckFiles(context.Background(), files, FileOptions{Decimals: -1, Workers: 1})
				if err == nil && len(r.Findings) == 0 {
					t.Fatalf("%s: byte %d %q for %q is not found: %s…\n%s", file, at, c, text[at], edited[max(0, at-60):min(len(edited), at+20)], filesReport(r))
				}
			})
		})
	}
}

func TestPartsRowsAreCounted(t *testing.T) {
	fei, threshold := feiSet(t), thresholdSet(t)
	cut := func(s, from, to string) string {
		i := strings.Index(s, from)
		j := i + strings.Index(s[i:], to) + len(to)
		return s[:i] + s[j:]
	}
	first := evmTexts(1)[0]
	token := evmTexts(20)[12]
	for _, c := range []struct {
		name string
		set  map[string]string
		edit func(map[string]string)
		want string
	}{
		{"a claim less", threshold, func(m map[string]string) { m["dist.json"] = cut(m["dist.json"], `"`+first+`"`, "]},") }, "list-root: dist.json"},
		{"a part's row less", threshold, func(m map[string]string) { m["two.json"] = cut(m["two.json"], `"`+first+`"`, "},") }, "together 1000, in the tree 3000"},
		{"the sum's row less", threshold, func(m map[string]string) { m["total.json"] = cut(m["total.json"], `"`+first+`"`, "},") }, "is in the tree, want not in total.json"},
		{"another beneficiary in a part", threshold, func(m map[string]string) {
			m["one.json"] = strings.Replace(m["one.json"], evmTexts(14)[8], evmTexts(14)[9], 1)
		}, "list-differs: one.json"},
		{"a balance less", fei, func(m map[string]string) { m["merged.json"] = cut(m["merged.json"], `"`+first+`"`, ",") }, "list-differs"},
		{"a proof less", fei, func(m map[string]string) { m["proofs.json"] = cut(m["proofs.json"], `"`+first+`"`, "],") }, "row-proof-absent: merged.json"},
		{"a root less", fei, func(m map[string]string) { m["roots.json"] = cut(m["roots.json"], `"`+token+`"`, ",") }, "has balances, want a root in roots.json"},
		{"a token less", fei, func(m map[string]string) { m["merged.json"] = cut(m["merged.json"], `"`+token+`"`, "},") }, "list-differs"},
		{"a token in capitals", fei, func(m map[string]string) {
			m["roots.json"] = strings.Replace(m["roots.json"], token, "0x"+strings.ToUpper(token[2:]), 1)
		}, "a reader that compares texts finds no root"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := map[string]string{}
			for k, v := range c.set {
				m[k] = v
			}
			c.edit(m)
			r := checkFilesOK(t, FileOptions{Decimals: -1}, setFiles(m)...)
			if text := filesReport(r); !strings.Contains(text, c.want) {
				t.Errorf("no %q in\n%s", c.want, text)
			}
		})
	}
}
