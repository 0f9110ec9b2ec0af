package tree

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// parameters is the published form of a profile, export/FORMAT.md 4.1. Members stand in the order of RFC 8785.
type parameters struct {
	Accounts     string      `json:"accounts"`
	Amount       string      `json:"amount"`
	AmountBits   string      `json:"amountBits"`
	Dedupe       string      `json:"dedupe"`
	Encoding     string      `json:"encoding"`
	Fields       []jsonField `json:"fields"`
	Grouping     string      `json:"grouping"`
	Hash         string      `json:"hash"`
	Index        string      `json:"index"`
	LeafHashes   string      `json:"leafHashes"`
	LeafPrefixes []string    `json:"leafPrefixes"`
	Name         string      `json:"name"`
	NodePrefix   string      `json:"nodePrefix"`
	Order        string      `json:"order"`
	OrderKey     string      `json:"orderKey"`
	Pad          string      `json:"pad"`
	Pair         string      `json:"pair"`
	Shape        string      `json:"shape"`
	TotalBits    string      `json:"totalBits"`
	Width        string      `json:"width"`
}

type jsonField struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Type   string `json:"type"`
}

func hexText(b []byte) string { return "0x" + hex.EncodeToString(b) }

// MarshalJSON writes the parameters in canonical form (RFC 8785). What does not change a byte of a tree is left out.
func (p Profile) MarshalJSON() ([]byte, error) {
	dedupe := "no"
	if p.Dedupe {
		dedupe = "yes"
	}
	out := parameters{
		Accounts: p.Accounts.String(), Amount: p.Amount, AmountBits: strconv.Itoa(p.AmountBits), Dedupe: dedupe, Encoding: p.Encoding,
		Fields: make([]jsonField, len(p.Fields)), Grouping: p.Grouping, Hash: p.Hash, Index: p.Index, LeafHashes: strconv.Itoa(p.LeafHashes),
		LeafPrefixes: make([]string, len(p.LeafPrefixes)), Name: p.Name, NodePrefix: hexText(p.NodePrefix), Order: string(p.Order),
		OrderKey: p.OrderKey, Pad: hexText(p.Pad), Pair: p.Pair, Shape: string(p.Shape), TotalBits: strconv.Itoa(p.TotalBits), Width: strconv.Itoa(p.Width),
	}
	for i, f := range p.Fields {
		out.Fields[i] = jsonField{f.Name, f.Source, f.Type}
	}
	for i, b := range p.LeafPrefixes {
		out.LeafPrefixes[i] = hexText(b)
	}
	return json.Marshal(out)
}

// sameContract reports whether a contract of the catalogue's entry of that name sees no difference: where leaf values come
// from may differ, and the leaf itself if the entry takes any type list.
func (p Profile) sameContract() bool {
	entry, err := Lookup(p.Name)
	if err != nil {
		return false
	}
	entry.Index = p.Index
	sameType := func(a, b Field) bool { return a.Name == b.Name && a.Type == b.Type }
	if entry.AnyFields || slices.EqualFunc(entry.Fields, p.Fields, sameType) {
		entry.Fields = p.Fields
	}
	if entry.AnyFields {
		entry.AmountBits = p.AmountBits
	}
	a, errA := json.Marshal(p)
	b, errB := json.Marshal(entry)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// UnmarshalJSON reads what MarshalJSON writes: members that are unknown, missing, repeated or spelled otherwise are refused. Descriptions,
// which are not published, come from the catalogue's entry of that name if the parameters are its own. p is left alone on failure.
func (p *Profile) UnmarshalJSON(text []byte) error {
	var in parameters
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("profile parameters: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("profile parameters: text after the object")
	}
	out, err := Lookup(in.Name)
	if err != nil {
		out = Profile{Name: in.Name, Zero: ZeroKeep}
	}
	out.Accounts = 0
	for _, f := range []merkle.Family{merkle.EVM, merkle.Solana} {
		if in.Accounts == f.String() {
			out.Accounts = f
		}
	}
	out.Amount, out.Encoding, out.Grouping, out.Hash, out.Index = in.Amount, in.Encoding, in.Grouping, in.Hash, in.Index
	out.Order, out.OrderKey, out.Pair, out.Shape, out.Dedupe = Order(in.Order), in.OrderKey, in.Pair, Shape(in.Shape), in.Dedupe == "yes"
	var errs []error
	number := func(text string) int {
		n, err := strconv.ParseUint(text, 10, 16)
		errs = append(errs, err)
		return int(n)
	}
	raw := func(text string) []byte {
		digits, ok := strings.CutPrefix(text, "0x")
		b, err := hex.DecodeString(digits)
		if err == nil && !ok {
			err = ErrHex
		}
		errs = append(errs, err)
		return b
	}
	out.AmountBits, out.TotalBits, out.LeafHashes, out.Width = number(in.AmountBits), number(in.TotalBits), number(in.LeafHashes), number(in.Width)
	out.NodePrefix, out.Pad = raw(in.NodePrefix), raw(in.Pad)
	out.Fields, out.LeafPrefixes = nil, nil
	for _, f := range in.Fields {
		out.Fields = append(out.Fields, Field{f.Name, f.Type, f.Source})
	}
	for _, b := range in.LeafPrefixes {
		out.LeafPrefixes = append(out.LeafPrefixes, raw(b))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("profile parameters: %w", err)
	}
	again, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, bytes.TrimSpace(text)) {
		return fmt.Errorf("profile parameters: not in canonical form")
	}
	if !out.sameContract() { // the entry's Note must not excuse what other parameters do
		out.Title, out.Source, out.Vectors, out.Claim, out.RootGetter, out.ProofForm, out.Note = "", "", "", "", "", "", ""
		out.Zero, out.AnyFields = ZeroKeep, false
	}
	*p = out
	return nil
}
