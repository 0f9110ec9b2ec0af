package alloc

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"pgregory.net/rapid"
)

func TestInput_doesNotDependOnTheContainer(t *testing.T) {
	a, b := key("A"), key("B")
	plain := "proposal,account,power,time\nP1," + a + ",1.50,2024-01-01T00:00:00Z\n\"P,2\"," + b + ",7.0,2024-01-01T01:00:00+01:00\n"
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(plain))
	w.Close()
	renamed := "memo,vp,time,who,vote\r\nx,7.00,2024-01-01T01:00:00+01:00,\"" + b + "\",\"P,2\"\r\n,1.5,2024-01-01T00:00:00Z," + a + ",P1"
	jsonl := `{"account":"` + a + `","power":"1.5","proposal":"P1","time":"2024-01-01T00:00:00Z"}` + "\n" + `{"proposal":"P\u002c2","account":"` + b + `","time":"2024-01-01T01:00:00+01:00","power":"7"}`
	f := files{"proposals.csv": "id,weight\nP1,2/6\n\"P,2\",0.50\nP3,4/2\n", "votes.csv": plain, "votes.csv.gz": gz.String(), "renamed.csv": "\xef\xbb\xbf" + renamed, "votes.jsonl": jsonl, "odd.txt": jsonl}
	first := ""
	for _, name := range []string{"votes.csv", "votes.csv.gz", "renamed.csv", "votes.jsonl", "odd.txt"} {
		c := asrCampaign(token("X", 0, "1000"))
		c.Rule.JupiterASR.Decimals = 2
		in := &c.Rule.JupiterASR.Votes
		if in.File = name; name == "renamed.csv" {
			in.Columns, in.Ignore = map[string]string{"proposal": "vote", "account": "who", "power": "vp"}, []string{"memo"}
		}
		if name == "odd.txt" {
			in.Format = "jsonl"
		}
		got := published(t, compute(t, c, f))
		if first == "" {
			first = got
			for _, want := range []string{"id,weight\nP1,1/3\n\"P,2\",0.5\nP3,2\n", "proposal,account,power,time\n\"P,2\"," + b + ",7,2024-01-01T01:00:00+01:00\nP1," + a + ",1.5,2024-01-01T00:00:00Z\n", "votes [proposal account power time] sorted 2 8.5\n"} {
				if !strings.Contains(got, want) {
					t.Errorf("%s is not in\n%s", want, got)
				}
			}
		}
		if got != first {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, first)
		}
	}
}

// The packed sort must be the sort of the rendered rows by bytes, whatever the ids, accounts, numbers, chains and times are.
func TestInput_sortedAsBytes(t *testing.T) {
	accounts := []merkle.Account{person(merkle.EVM, "A"), person(merkle.EVM, "\xff"), person(merkle.Solana, "A"), person(merkle.Solana, "B"), person(merkle.Solana, "\x00\x00\x00")}
	ids := []string{"a", "a!", "a,", "a\"", "\"a", "a\nb", "a\r", "é", " ", "a b", "~", "0"}
	rapid.Check(t, func(t *rapid.T) {
		c := asrCampaign(token("X", 0, "1000", onSolana, onEthereum, onBase))
		c.Rule.JupiterASR.Duplicates, c.Rule.JupiterASR.Decimals = "sum", 3
		var proposals, votes bytes.Buffer
		p, v := csv.NewWriter(&proposals), csv.NewWriter(&votes)
		p.Write([]string{"id", "weight"})
		for _, id := range ids {
			p.Write([]string{id, "1"})
		}
		timed := rapid.Bool().Draw(t, "timed")
		head := []string{"proposal", "account", "power", "chain"}
		if timed {
			head = append(head, "time")
		}
		v.Write(head)
		var want []string
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			a := rapid.SampledFrom(accounts).Draw(t, "account")
			chain := onSolana
			if a.Family() == merkle.EVM {
				chain = rapid.SampledFrom([]merkle.Chain{onEthereum, onBase}).Draw(t, "chain")
			}
			row := []string{rapid.SampledFrom(ids).Draw(t, "proposal"), a.Text(), rapid.SampledFrom([]string{"1", "10", "1.5", "9", "0", "18446744073709551616"}).Draw(t, "power"), string(chain)}
			if timed {
				row = append(row, rapid.SampledFrom([]string{"1", "2", "10"}).Draw(t, "time"))
			}
			v.Write(row)
			line := appendCell(nil, row[0])
			for _, cell := range row[1:] {
				line = appendCell(append(line, ','), cell)
			}
			want = append(want, string(line))
		}
		p.Flush()
		v.Flush()
		r := newReading(t.Context(), c, files{"proposals.csv": proposals.String(), "votes.csv": votes.String()}.options())
		if _, _, _, err := r.load(false); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		var got bytes.Buffer
		if _, err := r.entries[1].WriteTo(&got); err != nil {
			t.Fatal(err)
		}
		if want := strings.Join(head, ",") + "\n" + strings.Join(append(want, ""), "\n"); got.String() != want {
			t.Fatalf("got\n%s\nwant\n%s", got.String(), want)
		}
	})
}

func TestInput_fileOrderMattersOnlyWithoutTimes(t *testing.T) {
	rows := "P1," + key("B") + ",1\nP1," + key("A") + ",2\nP1," + key("B") + ",3\n"
	for _, policy := range []string{"error", "sum", "max", "first", "last"} {
		for _, timed := range []bool{false, true} {
			text := "proposal,account,power\n" + rows
			if timed {
				text = strings.ReplaceAll("proposal,account,power,time\n"+rows, "\n", ",1\n")
				text = strings.Replace(strings.Replace(text, "time,1", "time", 1), "3,1", "3,2", 1)
			}
			c := asrCampaign(token("X", 0, "100"))
			c.Rule.JupiterASR.Duplicates = policy
			r := newReading(t.Context(), c, files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": text}.options())
			r.load(false)
			want := "sorted"
			if !timed && (policy == "first" || policy == "last") {
				want = "file"
			}
			in := &r.entries[1]
			if in.Order != want {
				t.Errorf("%s: got %s", policy, in.Order)
			}
			if sorted := strings.Index(canonical(t, in), key("A")) < strings.Index(canonical(t, in), key("B")); sorted != (want == "sorted") {
				t.Errorf("%s: rows are not in %s order", policy, want)
			}
		}
	}
}

func TestInput_sums(t *testing.T) {
	var rows []map[string]string
	for i, w := range []string{"0.1", "0.20", "100000000000000000000000000000000000000000000", "0." + strings.Repeat("0", 70) + "1", "3"} {
		rows = append(rows, map[string]string{"account": key(fmt.Sprint(i)), "weight": w})
	}
	var text bytes.Buffer
	for _, r := range rows[:3] {
		line, _ := json.Marshal(r)
		text.Write(append(line, '\n'))
	}
	c := weightCampaign(token("X", 0, "100"))
	c.Rule.ProRata.Weights.File = "weights.jsonl"
	a := compute(t, c, files{"weights.jsonl": text.String()})
	if in := a.Inputs[0]; in.Sum != "100000000000000000000000000000000000000000000.3" || in.Rows != 3 {
		t.Errorf("got %+v", in)
	}
	c = weightCampaign(token("X", 0, "100"))
	c.Exclude = []campaign.Exclusion{{Input: input("out.csv"), List: "L", Version: "1"}}
	a = compute(t, c, files{"weights.csv": "account,weight\n" + key("A") + ",1\n" + key("B") + ",2.5\n", "out.csv": "account,reason\n" + key("B") + ",\"a \"\"b\"\"\"\n" + key("0") + ",c\n"})
	if in := a.Inputs[0]; in.Sum != "3.5" || in.Rows != 2 {
		t.Errorf("excluded rows count in sum and rows: %+v", in)
	}
	if got, want := canonical(t, &a.Inputs[1]), "account,reason\n"+key("0")+",c\n"+key("B")+",\"a \"\"b\"\"\"\n"; got != want || a.Inputs[1].Role != "exclude-0" || a.Inputs[1].Sum != "" {
		t.Errorf("got %s", got)
	}
	equalClaims(t, "excluded", claims(a, 0), named{"A": "100"})
	if got := fmt.Sprint(a.Exclusions); got != "[{exclude-0 L 1 2 1}]" {
		t.Errorf("got %s", got)
	}
}

func TestParseDecimal_agreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?`).Draw(t, "text")
		digits, scale, err := parseDecimal([]byte(text), maxFraction)
		if err != nil {
			t.Fatal(err)
		}
		got := rat(string(appendDecimal(nil, digits, int(scale))))
		if got.Cmp(rat(text)) != 0 {
			t.Fatalf("%s is read as %s·10^-%d", text, digits, scale)
		}
		if normal := string(appendDecimal(nil, digits, int(scale))); normal != normalDecimal(text) {
			t.Fatalf("%s is written %s", text, normal)
		}
	})
	rapid.Check(t, func(t *rapid.T) { // whatever the text, it is accepted exactly where the vocabulary accepts it
		text := rapid.StringOfN(rapid.RuneFrom([]rune("0019.,-+eE _x")), 0, 24, -1).Draw(t, "text")
		fraction := rapid.IntRange(0, 5).Draw(t, "fraction")
		_, _, err := parseDecimal([]byte(text), fraction)
		if want := merkle.CheckDecimal(text, fraction); (err == nil) != (want == nil) {
			t.Fatalf("%q: got %v, want %v", text, err, want)
		}
	})
}
