package alloc

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/parquet-go/parquet-go"
)

// syntheticVotes writes n voters with one vote in each of nine proposals, in an order that no index can profit from.
func syntheticVotes(n int) []byte {
	var b bytes.Buffer
	b.WriteString("proposal,account,power\n")
	texts := make([]string, n)
	for i := range texts {
		h := sha256.Sum256(binary.LittleEndian.AppendUint64(nil, uint64(i)))
		a, err := merkle.NewAccount(merkle.Solana, h[:])
		if err != nil {
			panic(err)
		}
		texts[i] = a.Text()
	}
	for i := range 9 * n {
		j := (i*7919 + i/n) % n
		b.WriteString("proposal-")
		b.WriteByte(byte('1' + i/n))
		b.WriteByte(',')
		b.WriteString(texts[j])
		b.WriteByte(',')
		b.WriteString(strconv.FormatUint(10+uint64(i)*2654435761%1000003, 10))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func syntheticCampaign() (*campaign.Campaign, string) {
	c := asrCampaign(token("JUP", 6, "50000000000000"), token("WEN", 5, "750000000000"), token("ZEUS", 6, "750000000000"),
		token("SHARK", 6, "7500000000000000"), token("UPT", 9, "750000000000000"))
	c.Rule.JupiterASR.Eligibility = &campaign.Eligibility{Metric: "max-power", Min: "10", Denominator: "after"}
	proposals := "id,weight\n"
	for i := range 9 {
		weight := "1"
		if i > 5 {
			weight = "1/3"
		}
		proposals += fmt.Sprintf("proposal-%d,%s\n", i+1, weight)
	}
	return c, proposals
}

// The same 90,000 votes in every container. MB/s are of what the container holds: of its text, of Parquet the file itself.
func BenchmarkTable(b *testing.B) {
	text := syntheticVotes(10000)
	var jsonl, columns bytes.Buffer
	type vote struct {
		Proposal string `parquet:"proposal,dict"`
		Account  string `parquet:"account"`
		Power    string `parquet:"power"`
	}
	var votes []vote
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if f := bytes.Split(line, []byte(",")); i > 0 {
			fmt.Fprintf(&jsonl, `{"proposal":"%s","account":"%s","power":"%s"}`+"\n", f[0], f[1], f[2])
			votes = append(votes, vote{string(f[0]), string(f[1]), string(f[2])})
		}
	}
	if err := parquet.Write(&columns, votes); err != nil {
		b.Fatal(err)
	}
	for _, in := range []struct {
		name, format string
		file         []byte
		size         int
	}{
		{"votes.csv", "csv", text, len(text)},
		{"votes.csv.gz", "csv", packedGzip(b, text, 1), len(text)},
		{"votes.csv.zst", "csv", packedZstd(b, text), len(text)},
		{"votes.jsonl", "jsonl", jsonl.Bytes(), jsonl.Len()},
		{"votes.parquet", "parquet", columns.Bytes(), columns.Len()},
	} {
		b.Run(in.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(in.size))
			for b.Loop() {
				var r io.Reader = bytes.NewReader(in.file)
				var f io.ReadCloser
				if in.format != "parquet" { // which is read at any place
					var err error
					if f, err = OpenFile(func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(in.file)), nil }, in.name); err != nil {
						b.Fatal(err)
					}
					r = f
				}
				faults := new(merkle.Faults)
				t, err := OpenTable(r, in.name, in.format, faults)
				if err != nil {
					b.Fatal(err)
				}
				for t.Next() {
				}
				if t.Rows() != 90000 || faults.Err() != nil {
					b.Fatal(t.Rows(), faults)
				}
				if f != nil {
					if err := f.Close(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// 1e6 voters take minutes to prepare; run it by name: -bench Compute/1000000 -benchtime 1x.
func BenchmarkCompute(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			if n > 100_000 && testing.Short() {
				b.Skip("a million voters; leave out -short")
			}
			c, proposals := syntheticCampaign()
			votes := syntheticVotes(n)
			o := Options{Open: func(name string) (io.ReadCloser, error) {
				if name == "votes.csv" {
					return io.NopCloser(bytes.NewReader(votes)), nil
				}
				return files{"proposals.csv": proposals}.options().Open(name)
			}}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if _, err := Compute(b.Context(), c, o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*9*n), "ns/vote")
		})
	}
}

func BenchmarkCanonical(b *testing.B) {
	c, proposals := syntheticCampaign()
	f := files{"proposals.csv": proposals, "votes.csv": string(syntheticVotes(100_000))}
	a, err := Compute(b.Context(), c, f.options())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		n, err := a.Inputs[1].WriteTo(io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
	}
}
