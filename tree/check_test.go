package tree

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func TestBuild_refusesRowsWithTheReason(t *testing.T) {
	big := amount(t, "18446744073709551615")
	for name, c := range map[string]struct {
		profile string
		fields  []string
		change  func(*Rows)
		row     int
		want    string
		is      error
	}{
		"amount too wide":      {"jito-v1", nil, func(r *Rows) { r.Amounts[2] = amount(t, "18446744073709551616") }, 2, `row 2: amount "18446744073709551616": wider than the contract can hold: 64 bits`, ErrWidth},
		"sum too wide":         {"jito-v1", nil, func(r *Rows) { r.Amounts[0], r.Amounts[1] = big, big }, -1, "sum of the tree's amounts: wider than the contract can hold: 64 bits", ErrWidth},
		"sum beyond 256 bits":  {"uniswap-v1", nil, func(r *Rows) { r.Amounts[0] = maxAmount(t); r.Amounts[1] = maxAmount(t) }, -1, "256 bits", ErrWidth},
		"amount of the type":   {"oz-standard-v1", []string{"account:address", "amount:uint40"}, func(r *Rows) { r.Amounts[3] = amount(t, "1099511627776") }, 3, `row 3: amount "1099511627776"`, ErrWidth},
		"other family":         {"jito-v1", nil, func(r *Rows) { r.Accounts[1] = account(t, "0x52908400098527886e0f7030069857d2e4169ee7") }, 1, "row 1: account \"0x52908400098527886e0f7030069857d2e4169ee7\"", merkle.ErrFamily},
		"account twice":        {"jito-v1", nil, func(r *Rows) { r.Accounts[4] = r.Accounts[2] }, 4, "account is there already at row 2", ErrDuplicate},
		"index twice":          {"uniswap-v1", nil, func(r *Rows) { r.Index = []uint64{0, 1, 2, 1, 4} }, 3, "index is there already at row 1", ErrIndex},
		"index too wide":       {"oz-standard-v1", []string{"account:address", "index:uint8", "amount:uint256"}, func(r *Rows) { r.Index = []uint64{0, 1, 256, 3, 4} }, 2, `row 2: index "256"`, ErrWidth},
		"claim of nothing":     {"uniswap-v1", nil, func(r *Rows) { r.Amounts[0] = merkle.Amount{} }, 0, `row 0: amount "0"`, ErrZero},
		"locked without field": {"uniswap-v1", nil, func(r *Rows) { r.Locked = make([]merkle.Amount, 5); r.Locked[4] = merkle.NewAmount(1) }, 4, "has no locked amount", nil},
		"column text": {"oz-standard-v1", []string{"account:address", "flag:bool"}, func(r *Rows) {
			r.Amounts = nil
			r.Columns = []Column{{"flag", []string{"true", "TRUE", "false", "false", "true"}}}
		}, 1, `row 1: flag "TRUE": want true or false`, ErrBool},
		"empty, not nil": {"jito-v1", nil, func(r *Rows) { r.Locked = []merkle.Amount{} }, -1, "locked: 0 values for 5 rows", nil},
		"empty tokens":   {"jito-v1", nil, func(r *Rows) { r.Tokens = []merkle.Account{} }, -1, "tokens: 0 values for 5 rows", nil},
		"short column":   {"jito-v1", nil, func(r *Rows) { r.Amounts = r.Amounts[:4] }, -1, "amounts: 4 values for 5 rows", nil},
		"no rows":        {"jito-v1", nil, func(r *Rows) { *r = Rows{} }, -1, ErrNoRows.Error(), ErrNoRows},
		"missing column": {"oz-standard-v1", []string{"account:address", "flag:bool"}, func(r *Rows) { r.Amounts = nil }, -1, "field flag: the rows have no such column", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := lookup(t, c.profile)
			if c.fields != nil {
				var err error
				if p, err = p.WithFields(c.fields); err != nil {
					t.Fatal(err)
				}
			}
			r := someRows(t, p.Accounts, 1, 5)
			c.change(r)
			for _, w := range []int{1, 2} {
				_, err := Build(context.Background(), Spec{Profile: p, Order: OrderProfile, Workers: w}, r)
				if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
					t.Fatalf("got %v, want %s", err, c.want)
				}
				var rows *RowErrors
				if errors.As(err, &rows) != (c.row >= 0) || c.row >= 0 && rows.List[0].Row != c.row {
					t.Errorf("got %#v, want row %d", err, c.row)
				}
			}
		})
	}
}

func maxAmount(t *testing.T) merkle.Amount {
	t.Helper()
	return amount(t, "115792089237316195423570985008687907853269984665640564039457584007913129639935")
}

func TestBuild_namesEveryBadRowAndCountsTheRest(t *testing.T) {
	r := someRows(t, merkle.Solana, 1, 3*chunk)
	for i := range r.Amounts {
		r.Amounts[i] = amount(t, "18446744073709551616")
	}
	_, err := Build(context.Background(), Spec{Profile: lookup(t, "jito-v1"), Order: OrderInput, Workers: 2}, r)
	var rows *RowErrors
	if !errors.As(err, &rows) || len(rows.List) != merkle.MaxFaults || rows.More != len(r.Amounts)-merkle.MaxFaults {
		t.Fatalf("got %.200v", err)
	}
	for i, e := range rows.List {
		if e.Row != i {
			t.Fatalf("fault %d is of row %d", i, e.Row)
		}
	}
}

// A rule that numbers the rows must not number more than the field holds.
func TestBuild_ruledIndexFitsItsField(t *testing.T) {
	p := lookup(t, "uniswap-v1")
	p.Fields[0].Type, p.Index = "uint8", IndexInputRow
	build(t, Spec{Profile: p, Order: OrderInput}, someRows(t, merkle.EVM, 1, 256))
	if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderInput}, someRows(t, merkle.EVM, 1, 257)); !errors.Is(err, ErrWidth) {
		t.Errorf("got %v: index 256 in a uint8", err)
	}
}

func TestValidate_refusesTheForgeable(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Profile)
		want   string
	}{
		"64 bytes hashed once": {func(p *Profile) { p.LeafHashes, p.LeafPrefixes = 1, [][]byte{{}} }, "has 64 bytes, as has that of two nodes"},
		"32 bytes and a prefix as long as a node": {func(p *Profile) {
			p.LeafHashes, p.LeafPrefixes, p.Fields = 1, [][]byte{make([]byte, 32)}, p.Fields[:1]
		}, "has 64 bytes"},
		"free length": {func(p *Profile) {
			p.LeafHashes, p.LeafPrefixes, p.Encoding, p.Fields = 1, [][]byte{{}}, EncodingPacked, []Field{{"account", "address", SourceAccount}, {"s", "string", SourceColumn}}
		}, "can reach the 64 bytes"},
		"two free lengths": {func(p *Profile) {
			p.Encoding, p.Fields = EncodingPacked, []Field{{"a", "string", SourceColumn}, {"b", "bytes", SourceColumn}}
		}, "2 types of free length packed end to end"},
		"second hash as long as a node": {func(p *Profile) { p.LeafPrefixes[1] = make([]byte, 32) }, "the last leaf hash takes in 64 bytes"},
		"ready-made leaves": {func(p *Profile) {
			p.LeafHashes, p.LeafPrefixes, p.Fields = 0, nil, []Field{{"leaf", "bytes32", SourceColumn}}
		}, "ready-made leaves can be nodes"},
		"duplicate":       {func(p *Profile) { p.Shape = Duplicate }, "Note must say why"},
		"pad of somebody": {func(p *Profile) { p.Shape, p.Pad = PadPow2, []byte(strings.Repeat("x", 32)) }, "could be the leaf of a claim"},
	} {
		p := lookup(t, "oz-standard-v1").clone()
		c.change(&p)
		if err := p.Validate(); !errors.Is(err, ErrForgeable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
		if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderInput}, someRows(t, merkle.EVM, 1, 4)); !errors.Is(err, ErrForgeable) {
			t.Errorf("%s: built: %v", name, err)
		}
	}
}

// A tool that hashes 64 bytes once takes an inner node for a row; ours refuses to make such a tree at all.
func TestValidate_refusesThePublishedForgery(t *testing.T) {
	p := lookup(t, "oz-standard-v1").clone()
	p.LeafHashes, p.LeafPrefixes, p.Index = 1, [][]byte{{}}, IndexGiven
	p.Fields = []Field{{"index", "uint256", SourceIndex}, {"amount", "uint256", SourceAmount}}
	if err := p.Validate(); !errors.Is(err, ErrForgeable) {
		t.Fatalf("got %v", err)
	}
	var file struct {
		Vectors []struct {
			ID, Root, ForgedLeafHash string
			ForgedProof              []string
		}
	}
	var raw map[string]json.RawMessage
	load(t, "evm.json", &raw)
	for _, v := range decode[[]json.RawMessage](t, raw["vectors"]) {
		if id := decode[struct{ ID string }](t, v).ID; !strings.HasPrefix(id, "negative-64-byte") {
			continue
		}
		file.Vectors = append(file.Vectors, decode[struct {
			ID, Root, ForgedLeafHash string
			ForgedProof              []string
		}](t, v))
	}
	if len(file.Vectors) != 1 {
		t.Fatalf("%d vectors", len(file.Vectors))
	}
	v := file.Vectors[0]
	var proof []merkle.Hash
	for _, h := range v.ForgedProof {
		proof = append(proof, hash(t, h))
	}
	if !Verify(&p, hash(t, v.ForgedLeafHash), 0, proof, hash(t, v.Root)) {
		t.Error("the forgery does not fold to the root: the refusal would guard against nothing")
	}
}

func TestValidate_refusesHostileTypes(t *testing.T) {
	for _, typ := range []string{
		"uint256[999999999]", "uint256[99999999999999999999999]", "uint8" + strings.Repeat("[65535]", 2), "string[256][256]", "uint8" + strings.Repeat("[]", 9),
		strings.Repeat("]", 100000), "uint8[0]", "uint8[01]", "uint8[-1]", "uint7", "uint264", "uint08", "bytes33", "bytes0", "address payable", "", "[]", "pubkey[]", "u64[2]", "tuple", "uint256 ", "uint8[ 2]",
	} {
		if _, err := lookup(t, "oz-standard-v1").WithFields([]string{"v:" + typ}); err == nil {
			t.Errorf("type %.40q is accepted", typ)
		}
	}
	var many []string
	for range 65 {
		many = append(many, "f:uint8")
	}
	if _, err := lookup(t, "oz-standard-v1").WithFields(many); err == nil || !strings.Contains(err.Error(), "at most 64") {
		t.Errorf("65 fields: %v", err)
	}
}

// A published profile under a known name gets the catalogue's excuses only with the catalogue's parameters.
func TestUnmarshal_noNoteForOtherParameters(t *testing.T) {
	for want := range Profiles() {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Profile
		if err := json.Unmarshal(text, &got); err != nil || got.Note != want.Note || got.Claim != want.Claim || got.Validate() != nil {
			t.Errorf("%s: %v, note %q, %v", want.Name, err, got.Note, got.Validate())
		}
	}
	p := lookup(t, "jito-v1").clone()
	p.LeafHashes, p.LeafPrefixes, p.Fields = 0, nil, []Field{{"leaf", "bytes32", SourceColumn}}
	p.Encoding = EncodingPacked
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var got Profile
	if err := json.Unmarshal(text, &got); err != nil || got.Note != "" || !errors.Is(got.Validate(), ErrForgeable) {
		t.Errorf("%v, note %q, %v", err, got.Note, got.Validate())
	}
}

func TestBuild_equalLeaves(t *testing.T) {
	r := someRows(t, merkle.EVM, 1, 5)
	r.Accounts[3], r.Amounts[3] = r.Accounts[1], r.Amounts[1]
	s := Spec{Profile: lookup(t, "oz-standard-v1"), Order: OrderLeafHash, KeepDuplicates: true}
	kept := build(t, s, r)
	if kept.Len() != 5 || kept.Position(3) != kept.Position(1)+1 {
		t.Errorf("%d leaves, equal ones at %d and %d: want them kept, in claim order", kept.Len(), kept.Position(1), kept.Position(3))
	}
	s.Profile.Dedupe = true
	one := build(t, s, r)
	if one.Len() != 4 || one.Position(3) != one.Position(1) || one.Row(one.Position(3)) != 1 {
		t.Errorf("%d leaves, equal ones at %d and %d: want one, of the first row", one.Len(), one.Position(1), one.Position(3))
	}
	if !Verify(&s.Profile, one.Leaf(3), 0, one.Proof(3, nil), one.Root()) {
		t.Error("the second row has no proof")
	}
}

func TestBuild_specOutOfRange(t *testing.T) {
	r := someRows(t, merkle.Solana, 1, 5)
	for name, change := range map[string]func(*Spec){
		"levels below 0":    func(s *Spec) { s.Levels = -1 },
		"levels above 62":   func(s *Spec) { s.Levels = 63 },
		"levels too few":    func(s *Spec) { s.Levels = 2 },
		"no order":          func(s *Spec) { s.Order = "" },
		"another order":     func(s *Spec) { s.Order = "amount" },
		"key without a key": func(s *Spec) { s.Order = OrderKey },
		"unknown constant":  func(s *Spec) { s.Constants = map[string]string{"x": "1"} },
		"no profile":        func(s *Spec) { s.Profile = Profile{} },
	} {
		s := Spec{Profile: lookup(t, "jito-v1"), Order: OrderInput}
		change(&s)
		if _, err := Build(context.Background(), s, r); err == nil {
			t.Errorf("%s: built", name)
		}
	}
	s := Spec{Profile: lookup(t, "jito-v1"), Order: OrderInput, Workers: math.MaxInt}
	if got := build(t, s, r).Root(); got != build(t, Spec{Profile: s.Profile, Order: OrderInput, Workers: 1}, r).Root() {
		t.Errorf("any number of workers: root %s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, Spec{Profile: s.Profile, Order: OrderInput}, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A contract that multiplies by the decimals itself must not get base units.
func TestBuild_refusesBaseUnitsWhereWholeTokensAreWanted(t *testing.T) {
	r := someRows(t, merkle.Solana, 1, 3)
	for p := range Profiles() {
		if p.WholeTokens != (p.Name == "dropsy-v1") {
			t.Errorf("%s: whole tokens %v", p.Name, p.WholeTokens)
		}
	}
	p := lookup(t, "dropsy-v1")
	if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderProfile, Decimals: 6}, r); !errors.Is(err, ErrWholeTokens) {
		t.Errorf("base units: %v", err)
	}
	for _, s := range []Spec{{Profile: p, Order: OrderProfile}, {Profile: lookup(t, "jito-v1"), Order: OrderProfile, Decimals: 6}} {
		if _, err := Build(context.Background(), s, r); err != nil {
			t.Errorf("%s: %v", s.Profile.Name, err)
		}
	}
}
