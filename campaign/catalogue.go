package campaign

import (
	"fmt"
	"slices"
	"strings"
)

// RuleInfo describes an allocation rule: what the reader of campaign files accepts for it and what `merkle rules` shows are the same table.
type RuleInfo struct {
	Name     string        `json:"name"`    // versioned, e.g. "jupiter-asr/v1"
	Summary  string        `json:"summary"` // one line
	Formula  string        `json:"formula"` // a few lines
	Inputs   []InputInfo   `json:"inputs"`
	Settings []SettingInfo `json:"settings"`
	Source   string        `json:"source"` // where the rule comes from
	Page     string        `json:"page"`   // page of the documentation, relative to the repository
}

// InputInfo is a data file of a rule.
type InputInfo struct {
	Key      string   `json:"key"`      // key in the campaign file, and role in the bundle
	Columns  []string `json:"columns"`  // required columns
	Optional []string `json:"optional"` // columns that may be absent
	Needed   string   `json:"needed"`   // "always", in words when, or empty for an input that may be left out
	Own      bool     `json:"own"`      // whether columns named by the fields of trees are read too
	Sum      string   `json:"sum"`      // column whose sum may be declared; empty if none
}

// SettingInfo is a key of a rule beside its inputs.
type SettingInfo struct {
	Key     string   `json:"key"`
	Choices []string `json:"choices"` // allowed words; nil where Values says what is allowed
	Values  string   `json:"values"`  // in words
	Default string   `json:"default"` // empty where there is none; then Needed says when the key must be there
	Needed  string   `json:"needed"`  // "always", "with caps", or empty for a key that may be left out
	Meaning string   `json:"meaning"`
}

// Keys are the keys that the rule has in a campaign file, name first.
func (r *RuleInfo) Keys() []string {
	out := []string{"name"}
	for _, in := range r.Inputs {
		out = append(out, in.Key)
	}
	for _, s := range r.Settings {
		out = append(out, s.Key)
	}
	return out
}

func (r *RuleInfo) input(key string) InputInfo {
	i := slices.IndexFunc(r.Inputs, func(in InputInfo) bool { return in.Key == key })
	return r.Inputs[i]
}

func (r *RuleInfo) setting(key string) SettingInfo {
	i := slices.IndexFunc(r.Settings, func(s SettingInfo) bool { return s.Key == key })
	return r.Settings[i]
}

// LookupRule returns the rule of that name; false when this release has none.
func LookupRule(name string) (RuleInfo, bool) {
	for _, r := range Rules() {
		if r.Name == name {
			return r, true
		}
	}
	return RuleInfo{}, false
}

// Text is the rule as `merkle rules NAME` prints it.
func (r RuleInfo) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nformula\n  %s\n\ninputs\n", r.Name, r.Summary, strings.ReplaceAll(r.Formula, "\n", "\n  "))
	width := 0
	for _, key := range r.Keys() {
		width = max(width, len(key))
	}
	for _, in := range r.Inputs {
		fmt.Fprintf(&b, "  %-*s  %s%s\n", width, in.Key, in.header(), in.needed())
	}
	b.WriteString("\nsettings\n")
	for _, s := range r.Settings {
		fmt.Fprintf(&b, "  %-*s  %s\n  %-*s  %s\n", width, s.Key, s.values(), width, "", s.Meaning)
	}
	fmt.Fprintf(&b, "\nsource  %s\npage    %s\n", r.Source, r.Page)
	return b.String()
}

// header lists the columns, optional ones in brackets.
func (in InputInfo) header() string {
	out := strings.Join(in.Columns, ",")
	for _, c := range in.Optional {
		out += "[," + c + "]"
	}
	if in.Own {
		out += " and columns named by the fields of trees"
	}
	return out
}

func (in InputInfo) needed() string {
	switch in.Needed {
	case "always":
		return ""
	case "":
		return "; may be left out"
	}
	return "; required " + in.Needed
}

func (s SettingInfo) values() string {
	out := s.Values
	if s.Choices != nil {
		out = strings.Join(s.Choices, ", ")
	}
	switch {
	case s.Needed == "always":
		out += "; required"
	case s.Needed != "":
		out += "; required " + s.Needed
	case s.Default != "":
		out += "; default " + s.Default
	default:
		out += "; optional"
	}
	return out
}

// Rules is the catalogue of rules, by name. The slice is the caller's.
func Rules() []RuleInfo {
	return []RuleInfo{astraInfo(), closeInfo(), {
		Name:    "fixed/v1",
		Summary: "a list of amounts, as given",
		Formula: "x(u,k) = sum of the amounts of u's rows for token k",
		Inputs: []InputInfo{{Key: "list", Columns: []string{"account", "amount"},
			Optional: []string{"token", "chain", "index", "locked"}, Own: true, Sum: "amount", Needed: "always"}},
		Settings: []SettingInfo{
			{Key: "unit", Choices: []string{"base", "token"}, Needed: "always", Meaning: "amounts are base units of the token, or whole-token decimals"},
			{Key: "precision", Choices: []string{"exact", "floor-row", "floor-sum"}, Default: "exact",
				Meaning: "with unit token, amounts finer than the token: refused, floored row by row, or added exactly and the sum floored"},
			{Key: "duplicates", Choices: []string{"error", "sum"}, Default: "error", Meaning: "a second row of the same entrant and token"},
		},
		Source: "lists as every claim tool takes them; sums and floors as in github.com/jup-ag/distributor",
		Page:   "docs/rules/fixed-v1.md",
	}, {
		Name:    "jupiter-asr/v1",
		Summary: "voting power, proposal by proposal (Jupiter Active Staking Rewards)",
		Formula: "x(u,k,p) = P(k) * w(p)/W * v(u,p)/V(p)\nx(u,k)   = sum over p of x(u,k,p)",
		Inputs: []InputInfo{
			{Key: "proposals", Columns: []string{"id", "weight"}, Needed: "always"},
			{Key: "votes", Columns: []string{"proposal", "account", "power"}, Optional: []string{"chain", "time"}, Sum: "power", Needed: "always"},
		},
		Settings: []SettingInfo{
			{Key: "decimals", Values: "0 to 36", Default: "0", Meaning: "fraction digits allowed in power and in eligibility.min"},
			{Key: "eligibility", Values: "{metric: max-power|mean-power|last-power|each-vote, min, denominator: after|before}",
				Meaning: "inclusive minimum; absent: everybody with a vote"},
			{Key: "duplicates", Choices: []string{"error", "last", "first", "max", "sum"}, Default: "error",
				Meaning: "a second row of the same entrant in the same proposal"},
			{Key: "unearned", Choices: []string{"unallocated", "renormalise"}, Default: "unallocated", Meaning: "the part of a proposal without votes"},
		},
		Source: "Jupiter \"About ASR\" and jupresear.ch/t/19338",
		Page:   "docs/rules/jupiter-asr-v1.md",
	}, jupiterASR2Info(), noonActiveInfo(), noonOpenInfo(), {
		Name:    "pro-rata/v1",
		Summary: "a pool split by a list of weights",
		Formula: "x(u,k) = P(k) * w(u)/W",
		Inputs:  []InputInfo{{Key: "weights", Columns: []string{"account", "weight"}, Optional: []string{"chain"}, Sum: "weight", Needed: "always"}},
		Settings: []SettingInfo{
			{Key: "eligibility", Values: "{metric: weight, min, denominator: after|before}", Meaning: "inclusive minimum weight; absent: everybody in the list"},
			{Key: "duplicates", Choices: []string{"error", "sum"}, Default: "error", Meaning: "a second row of the same entrant"},
			{Key: "caps", Values: "{TOKEN: whole tokens, …}", Meaning: "the most that one entrant may get of a token"},
			{Key: "overCap", Choices: []string{"cut", "redistribute"}, Needed: "with caps",
				Meaning: "what is above a cap stays unallocated, or is split among the others, again and again"},
		},
		Source: "the common form of all weight lists",
		Page:   "docs/rules/pro-rata-v1.md",
	}}
}
