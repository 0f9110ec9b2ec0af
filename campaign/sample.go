package campaign

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// sampler writes synthetic inputs. Every number in them is a function of the seed and its place, so nothing is kept.
type sampler struct {
	dir   string
	o     ScaffoldOptions
	files map[string]sampleFile
	done  int64
	total int64
}

// sampleFile is what a campaign file declares of an input.
type sampleFile struct {
	Rows   int64
	Sum    string
	SHA256 string
}

// sample is an input being written. Sums are of whole numbers; units are thousandths where the file has fractions.
type sample struct {
	s    *sampler
	f    *os.File
	w    *bufio.Writer
	h    hash.Hash
	rows int64
	sum  uint64
	line []byte
}

func (s *sampler) create(name, header string) (*sample, error) {
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	out := &sample{s: s, f: f, h: h, w: bufio.NewWriterSize(io.MultiWriter(f, h), 1<<18)}
	out.w.WriteString(header + "\n")
	return out, nil
}

// row ends the row that is in line. The first error of writing stays in w and shows in close.
func (f *sample) row(value uint64) error {
	f.line = append(f.line, '\n')
	f.w.Write(f.line)
	f.line = f.line[:0]
	f.rows++
	f.sum += value // at most 9 * 10^8 rows below 2^30
	f.s.done++
	if f.s.done%4096 != 0 {
		return nil
	}
	if f.s.o.Progress != nil {
		f.s.o.Progress(f.s.done, f.s.total)
	}
	if f.s.o.Interrupted != nil {
		return f.s.o.Interrupted()
	}
	return nil
}

func (f *sample) close(sum string) error {
	name := filepath.Base(f.f.Name())
	err := errors.Join(f.w.Flush(), f.f.Close())
	f.s.files[name] = sampleFile{f.rows, sum, hex.EncodeToString(f.h.Sum(nil))}
	return err
}

// account is number i of the sample: a digest, to which nobody holds a key.
func (s *sampler) account(f merkle.Family, i int) merkle.Account {
	var in [24]byte
	copy(in[:], "sample")
	binary.BigEndian.PutUint64(in[8:], s.o.Seed)
	binary.BigEndian.PutUint64(in[16:], uint64(i))
	sum := sha256.Sum256(in[:])
	a, err := merkle.NewAccount(f, sum[:f.Width()])
	if err != nil {
		panic("campaign: " + err.Error()) // a digest of zeros
	}
	return a
}

// number is a whole number with a heavy tail: low, and each octave above is half as likely as the one before, up to low*2^14.
func (s *sampler) number(purpose, i, low uint64) uint64 {
	x := mix(mix(s.o.Seed+purpose*0x9e3779b97f4a7c15) + i)
	low <<= min(bits.TrailingZeros64(x), 13)
	part, _ := bits.Mul64(mix(x), low)
	return low + part
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// votes writes the inputs of jupiter-asr/v1: every account votes on each of nine proposals.
func (s *sampler) votes() error {
	ids := []string{"grants", "roadmap", "council-1", "listing-1", "budget-trial", "media-trial", "web-trial", "listing-2", "council-2"}
	s.total = int64(len(ids) * s.o.Accounts)
	proposals, err := s.create("proposals.csv", "id,weight")
	if err != nil {
		return err
	}
	for i, id := range ids {
		weight := ",1"
		if i >= 4 && i <= 6 {
			weight = ",1/3"
		}
		proposals.line = append(append(proposals.line, id...), weight...)
		proposals.row(0)
	}
	if err := proposals.close(""); err != nil {
		return err
	}
	s.done = 0
	votes, err := s.create("votes.csv", "proposal,account,power")
	if err != nil {
		return err
	}
	for p, id := range ids {
		for i := range s.o.Accounts {
			least := uint64(8) // some are below the minimum of the campaign, the first never: somebody has a claim
			if i == 0 {
				least = 1000
			}
			power := s.number(1, uint64(i), least)
			power += power * uint64(p) / 20 // stakes grow over the season
			votes.line = append(append(votes.line, id...), ',')
			votes.line = append(s.account(merkle.Solana, i).AppendText(votes.line), ',')
			votes.line = strconv.AppendUint(votes.line, power, 10)
			if err := votes.row(power); err != nil {
				return errors.Join(err, votes.close(""))
			}
		}
	}
	if err := votes.close(strconv.FormatUint(votes.sum, 10)); err != nil {
		return err
	}
	return s.excluded(func(i int) merkle.Family { return merkle.Solana }, "team wallet")
}

// weights writes the inputs of pro-rata/v1: accounts of both families in turn, weights with up to three fraction digits.
func (s *sampler) weights() error {
	family := func(i int) merkle.Family { return [...]merkle.Family{merkle.EVM, merkle.Solana}[i%2] }
	return s.list("weights.csv", "account,weight", family, "exchange deposit account")
}

// amounts writes the inputs of fixed/v1 and returns a pool that covers them, in whole tokens.
func (s *sampler) amounts() (pool string, err error) {
	err = s.list("list.csv", "account,amount", func(int) merkle.Family { return merkle.EVM }, "mail came back")
	if err != nil {
		return "", err
	}
	whole, _ := strconv.ParseUint(beforePoint(s.files["list.csv"].Sum), 10, 64)
	return strconv.FormatUint(whole+1, 10), nil
}

func (s *sampler) list(name, header string, family func(int) merkle.Family, reason string) error {
	s.total = int64(s.o.Accounts)
	out, err := s.create(name, header)
	if err != nil {
		return err
	}
	for i := range s.o.Accounts {
		thousandths := s.number(1, uint64(i), 8000)
		out.line = append(appendAccount(out.line, s.account(family(i), i)), ',')
		out.line = appendThousandths(out.line, thousandths)
		if err := out.row(thousandths); err != nil {
			return errors.Join(err, out.close(""))
		}
	}
	if err := out.close(string(appendThousandths(nil, out.sum))); err != nil {
		return err
	}
	return s.excluded(family, reason)
}

// excluded writes an exclusion list of a few accounts of the sample, none when it has fewer than four.
func (s *sampler) excluded(family func(int) merkle.Family, reason string) error {
	out, err := s.create("excluded.csv", "account,reason")
	if err != nil {
		return err
	}
	for i := 3; i < min(s.o.Accounts, 12); i += 5 {
		out.line = append(appendAccount(out.line, s.account(family(i), i)), ',')
		out.line = append(out.line, reason...)
		out.row(0)
	}
	return out.close("")
}

// appendAccount writes EVM accounts as wallets show them, with their checksum.
func appendAccount(dst []byte, a merkle.Account) []byte {
	if a.Family() == merkle.EVM {
		return append(dst, a.String()...)
	}
	return a.AppendText(dst)
}

// appendThousandths writes v/1000 without trailing fraction zeros.
func appendThousandths(dst []byte, v uint64) []byte {
	dst = strconv.AppendUint(dst, v/1000, 10)
	if v %= 1000; v == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+v/100), byte('0'+v/10%10), byte('0'+v%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func beforePoint(decimal string) string {
	for i := range len(decimal) {
		if decimal[i] == '.' {
			return decimal[:i]
		}
	}
	return decimal
}
