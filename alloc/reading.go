package alloc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math/big"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with a row's account and chain, or with a file as a whole.
var (
	ErrNoChain     = errors.New("no token of the campaign is on a chain of this account's family")
	ErrManyChains  = errors.New("the campaign has several chains of this account's family; a chain column is needed")
	ErrOtherChain  = errors.New("no token of the campaign is on this chain")
	ErrTokenChain  = errors.New("token is not on the chain of this account, so it could not be paid")
	ErrDuplicate   = errors.New("duplicate")
	ErrDeclared    = errors.New("differs from what the campaign declares")
	ErrTooManyRows = errors.New("more than 2^32-2 rows or accounts")
)

// reading is one run over the inputs of a campaign.
type reading struct {
	ctx    context.Context
	c      *campaign.Campaign
	o      Options
	faults *merkle.Faults

	chains  []merkle.Chain        // of all assets, sorted
	units   []*big.Int            // by token, then chain; nil where the token is not on the chain
	lone    map[merkle.Family]int // family -> its only chain, or -1 when there are several
	roll    *roll
	out     []uint16 // by entrant number: 1 + the exclusion list that takes it out, or 0
	entries []Input
	opened  []*source // inputs with accounts, as they were opened; exclusion lists are not among them
}

func newReading(ctx context.Context, c *campaign.Campaign, o Options) *reading {
	r := &reading{ctx: ctx, c: c, o: o, faults: new(merkle.Faults), lone: map[merkle.Family]int{}, roll: newRoll()}
	if r.o.Open == nil {
		r.o.Open = beside(c)
	}
	for _, t := range c.Tokens {
		for _, a := range t.Assets {
			r.chains = append(r.chains, a.Asset.Chain)
		}
	}
	slices.Sort(r.chains)
	r.chains = slices.Compact(r.chains)
	for _, t := range c.Tokens {
		units := make([]*big.Int, len(r.chains))
		for _, a := range t.Assets {
			i, _ := slices.BinarySearch(r.chains, a.Asset.Chain)
			units[i] = a.Unit(t)
		}
		r.units = append(r.units, units...)
	}
	for i, chain := range r.chains {
		f := chain.Family()
		if _, other := r.lone[f]; other {
			i = -1
		}
		r.lone[f] = i
	}
	return r
}

// source is one open input.
type source struct {
	*Table
	r      *reading
	in     *campaign.Input
	role   string
	want   []column
	col    []int // by want
	file   io.Closer
	digest hash.Hash
	raw    io.Reader
	met    int64
	total  int64 // declared rows, or -1

	ahead    *ahead
	batch    *batch // with the present row
	row      int    // in batch
	reported int    // how many of the batch's faults were handed on
	cells    []cell // of the present row
	refused  int64  // cells of rows that were refused here, besides Table.bad
}

// open opens an input and binds its columns. It returns nil when rows cannot be read; why is among the faults.
func (r *reading) open(in *campaign.Input, role string, want []column) (*source, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	f, err := OpenFile(r.o.Open, in.File)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // without the directory of this machine
			err = path.Err
		}
		r.faults.Add(&merkle.Fault{Pos: in.Pos, Field: role, Value: in.File, Err: err})
		return nil, nil
	}
	s := &source{r: r, in: in, role: role, want: want, file: f, raw: f, total: -1}
	if n, err := strconv.ParseInt(in.Rows, 10, 64); err == nil {
		s.total = n
	}
	format := formatOf(in)
	if format == "parquet" {
		if err := s.hold(f); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", in.File, err), f.Close())
		}
	} else if in.SHA256 != "" {
		s.digest = sha256.New()
		s.raw = io.TeeReader(f, s.digest)
	}
	s.Table, err = OpenTable(s.raw, in.File, format, r.faults)
	if errors.Is(err, ErrFormat) {
		r.faults.Add(&merkle.Fault{Pos: in.Pos, Field: role, Value: in.File, Err: err})
		err = nil
	}
	if err != nil || s.Table == nil {
		return nil, errors.Join(err, f.Close())
	}
	ok := s.bad == 0 && len(s.header) > 0
	if len(s.header) > 0 {
		var bound bool
		s.col, bound = s.bind(in, want)
		ok = ok && bound && s.choose(s.col, s.accountColumn())
	}
	if !ok {
		err := s.Err()
		f.Close()
		return nil, err
	}
	if !strings.HasPrefix(role, "exclude-") && slices.ContainsFunc(want, func(c column) bool { return c.name == "account" }) {
		r.opened = append(r.opened, s)
	}
	return s, nil
}

func (r *reading) progress(stage string, done, total int64) {
	if r.o.Progress != nil {
		r.o.Progress(stage, done, total)
	}
}

// has reports whether the file has column i of want.
func (s *source) has(i int) bool { return s.col[i] >= 0 }

// cell is the text of column i of want.
func (s *source) cell(i int) []byte { return s.Cell(s.col[i]) }

// no adds a fault about column i of want in this row.
func (s *source) no(i int, err error) { s.refuse(s.col[i], s.want[i].name, err) }

// full refuses rows beyond what 32 bits number.
func (s *source) full(i, rows int) bool {
	if uint64(rows) < maxEntrants {
		return false
	}
	s.no(i, ErrTooManyRows)
	return true
}

// account reads an account and resolves its chain; chainCol is an index of want.
func (s *source) account(i, chainCol int) (Entrant, bool) {
	a, err := s.read()
	if err != nil {
		s.no(i, err)
		return Entrant{}, false
	}
	if !s.has(chainCol) {
		chain, err := s.r.chainOf(a)
		if err != nil {
			s.no(i, err)
		}
		return Entrant{a, chain}, err == nil
	}
	chain, err := s.chain(chainCol, a)
	if err != nil {
		s.no(chainCol, err)
	}
	return Entrant{a, chain}, err == nil
}

func (s *source) chain(i int, a merkle.Account) (uint16, error) {
	text := s.cell(i)
	for n, c := range s.r.chains { // few
		if string(c) == string(text) {
			if c.Family() != a.Family() {
				return 0, merkle.ErrFamily
			}
			return uint16(n), nil
		}
	}
	c, err := merkle.ParseChain(string(text))
	switch {
	case err != nil:
		return 0, err
	case c.Family() != a.Family():
		return 0, merkle.ErrFamily
	}
	return 0, ErrOtherChain
}

// chainOf is the one chain of the campaign where a can be paid.
func (r *reading) chainOf(a merkle.Account) (uint16, error) {
	i, ok := r.lone[a.Family()]
	switch {
	case !ok:
		return 0, ErrNoChain
	case i < 0:
		return 0, ErrManyChains
	}
	return uint16(i), nil
}

// unit is the unit of token k on a chain (docs/rules/common.md), or false when the token is not there.
func (r *reading) unit(k int, chain uint16) (*big.Int, bool) {
	u := r.units[k*len(r.chains)+int(chain)]
	return u, u != nil
}

// close reads to the end, compares with what is declared and records the input.
func (s *source) close(order, sum string, rows func(emit func([]byte) error) error) error {
	s.finish()
	defer s.file.Close()
	if err := errors.Join(s.r.ctx.Err(), s.Err()); err != nil {
		return err
	}
	declared := func(what, want, got string) {
		if want != "" && want != got {
			s.r.faults.Addf(s.in.Pos, "%s: %s: %s %w: got %s, declared %s", s.role, s.in.File, what, ErrDeclared, got, want)
		}
	}
	declared("rows", trimZeros(s.in.Rows), strconv.FormatInt(s.Rows(), 10))
	if s.in.Sum != "" && s.bad == 0 { // with a malformed row the sum says nothing new
		declared("sum", normalDecimal(s.in.Sum), sum)
	}
	if s.digest != nil && s.Table.lines.eof {
		declared("sha256", strings.ToLower(s.in.SHA256), hex.EncodeToString(s.digest.Sum(nil)))
	}
	s.r.entries = append(s.r.entries, Input{Role: s.role, Columns: present(s.want, s.col), Order: order, Rows: s.Table.Rows(), Sum: sum, rows: rows})
	s.r.progress(s.role, s.Table.Rows(), s.Table.Rows())
	return nil
}

func trimZeros(digits string) string {
	if t := strings.TrimLeft(digits, "0"); t != "" || digits == "" {
		return t
	}
	return "0"
}

// normalDecimal drops trailing fraction zeros.
func normalDecimal(text string) string {
	if strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// shadowed explains why a token cannot be paid to e.
func (r *reading) shadowed(k int, e Entrant) error {
	return fmt.Errorf("%w: %s, %s", ErrTokenChain, r.c.Tokens[k].ID, r.chains[e.Chain])
}
