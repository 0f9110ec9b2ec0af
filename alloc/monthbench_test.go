package alloc

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func syntheticAccounts(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		h := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("account"), uint64(i)))
		a, err := merkle.NewAccount(merkle.Solana, h[:])
		if err != nil {
			panic(err)
		}
		texts[i] = a.Text()
	}
	return texts
}

func (f files) bytesOptions(big map[string][]byte) Options {
	return Options{Open: func(name string) (io.ReadCloser, error) {
		if text, ok := big[name]; ok {
			return io.NopCloser(bytes.NewReader(text)), nil
		}
		return f.options().Open(name)
	}}
}

// noonMonth is a month with n accounts, each with points, an election and twelve positions of the months before.
func noonMonth(b *testing.B, n int) (*campaign.Campaign, Options) {
	accounts := syntheticAccounts(n)
	now := 2026*12 + 11
	var points, elections, positions bytes.Buffer
	points.WriteString("account,points\n")
	elections.WriteString("account,choice\n")
	positions.WriteString("account,chain,month,period,allocation,entitlement,exited\n")
	locked := int64(0)
	for i, a := range accounts {
		fmt.Fprintf(&points, "%s,%d.%02d\n", a, i%1000+1, i%97)
		fmt.Fprintf(&elections, "%s,12\n", a)
		for m := now - 12; m < now; m++ {
			s := int64(1000000 + i%1000)
			fmt.Fprintf(&positions, "%s,%s,%s,12,%d,%d,no\n", a, onSolana, campaign.MonthText(m), s, s)
			locked += s
		}
	}
	paid := []byte("account,chain,amount\n")
	source := noonSource(activeRule, "m", "0", onlySolana, "month: "+campaign.MonthText(now-1)+"\nzone: \"+00:00\"\nprevious: none\npoints: {file: points.csv}")
	digestOf := func(text []byte) string { sum := sha256.Sum256(text); return fmt.Sprintf("%x", sum) }
	f := files{"p/campaign.yaml": source}
	f["p/manifest.json"] = fmt.Sprintf(`{"format":"merkle-bundle/v1","campaign":{"id":"m","sha256":%q},"ledger":[{"token":"NOON","locked":"%d","unelected":"0"}],"tables":[{"name":"positions","rows":"%d","sha256":%q},{"name":"paid","rows":"0","sha256":%q}]}`,
		digestOf([]byte(source)), locked, 12*n, digestOf(positions.Bytes()), digestOf(paid))
	c := parse(b, noonSource(activeRule, "m", "1000000000000", onlySolana, "month: "+campaign.MonthText(now)+"\nzone: \"+00:00\"\nprevious: {bundle: p, manifest: "+digest(f["p/manifest.json"])+
		"}\npoints: {file: points.csv}\nelections: {file: elections.csv}"))
	o := f.bytesOptions(map[string][]byte{"points.csv": points.Bytes(), "elections.csv": elections.Bytes(), "p/tables/positions.csv": positions.Bytes(), "p/tables/paid.csv": paid})
	return c, o
}

// A million accounts take minutes to prepare; run them by name: -bench NoonMonth/1000000 -benchtime 1x.
func BenchmarkNoonMonth(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			if n > 100_000 && testing.Short() {
				b.Skip("a million accounts with twelve positions; leave out -short")
			}
			c, o := noonMonth(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				a, err := Compute(b.Context(), c, o)
				if err != nil {
					b.Fatal(err)
				}
				for i := range a.Tables {
					if _, err := a.Tables[i].WriteTo(io.Discard); err != nil {
						b.Fatal(err)
					}
				}
				if a.Tokens[0].Ledger.Leaves != n {
					b.Fatalf("%d leaves", a.Tokens[0].Ledger.Leaves)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/account")
		})
	}
}

// BenchmarkNoonMonth_throughDisk is the same with 16 MiB of buffers.
func BenchmarkNoonMonth_throughDisk(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			c, o := noonMonth(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				out, err := Stream(b.Context(), c, o, External{Dir: b.TempDir(), Memory: 16 << 20})
				if err != nil {
					b.Fatal(err)
				}
				if out.Tokens[0].Ledger.Leaves != n {
					b.Fatalf("%d leaves", out.Tokens[0].Ledger.Leaves)
				}
				for i := range out.Tables {
					if _, err := out.Tables[i].WriteTo(io.Discard); err != nil {
						b.Fatal(err)
					}
				}
				if err := out.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/account")
		})
	}
}

// astraEpoch is an epoch of n accounts with eight events each over 60 days, a quarter of them with several locks, and two pools.
func astraEpoch(b *testing.B, n int) (*campaign.Campaign, Options) {
	accounts := syntheticAccounts(n)
	rng := rand.New(rand.NewPCG(1, 2))
	var history, stakes, lp bytes.Buffer
	history.WriteString("account,time,lock,change\n")
	stakes.WriteString("account,amount\n")
	lp.WriteString("account,amount\n")
	for i, a := range accounts {
		for event := range 8 {
			lock := []string{"0", "6", "9", "12"}[i%4]
			if i%4 == 3 {
				lock = []string{"6", "9"}[event%2]
			}
			sign := ""
			if event == 5 || event == 6 {
				sign = "-"
			}
			fmt.Fprintf(&history, "%s,%s,%s,%s%d.%018d\n", a, astraAt.Add(-time.Duration(60*24-event*150)*time.Hour).Format(time.RFC3339), lock, sign, 1000+rng.IntN(10000)/(1+len(sign)*20), rng.Int64N(1e18))
		}
		fmt.Fprintf(&stakes, "%s,%d.5\n", a, 1+rng.IntN(100000))
		if i%3 == 0 {
			fmt.Fprintf(&lp, "%s,%d.25\n", a, 1+rng.IntN(1000))
		}
	}
	c := parse(b, astraSource("1000000000000000000000000", strings.Replace(onePool, "[{id: itoken", "[{id: lp, alloc: \"1\", last: 100, stakes: {file: lp.csv}}, {id: itoken", 1)+trailing))
	return c, files{}.bytesOptions(map[string][]byte{"history.csv": history.Bytes(), "stakes.csv": stakes.Bytes(), "lp.csv": lp.Bytes()})
}

func BenchmarkAstraEpoch(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			if n > 100_000 && testing.Short() {
				b.Skip("a million accounts with eight events; leave out -short")
			}
			c, o := astraEpoch(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if _, err := Compute(b.Context(), c, o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/account")
		})
	}
}

// BenchmarkAstraEpoch_throughDisk is the same with 16 MiB of buffers.
func BenchmarkAstraEpoch_throughDisk(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			c, o := astraEpoch(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				out, err := Stream(b.Context(), c, o, External{Dir: b.TempDir(), Memory: 16 << 20})
				if err == nil {
					err = out.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/account")
		})
	}
}
