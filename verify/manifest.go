package verify

import (
	"fmt"
	"math/big"
	"strconv"
)

// manifest is manifest.json as it stands, with counts read. Amounts and other numbers that are only compared stay text.
type manifest struct {
	campFile, campID, campSum string
	prevID, prevSum           string // of the bundle that this one goes on from; empty: none
	rule                      string
	tables                    []manTable
	publish                   publish
	inputs                    []manInput
	exclusions                []manExclusion
	tokens                    []manToken
	ledger                    []manLedger
	assertions                []manAssertion
	groups                    []*manGroup
	groupByID                 map[string]*manGroup
	trees                     []*manTree
	files                     struct{ file, sha256, count, bytes string }
}

type publish struct {
	inputs, proofs string
	shard          int
}

type manInput struct {
	role, order, rows, sum, sha256, file string
	columns                              []string
}

type manTable struct {
	name, rows, sha256, file string
	columns                  []string
}

type manExclusion struct{ role, list, version, accounts, matched string }

type manToken struct {
	id       string
	decimals int
	pool     *big.Int
	assets   []manAsset
}

type manAsset struct {
	asset    string
	decimals int
	unit     *big.Int
	cap      *big.Int // nil: none
}

type manLedger struct {
	token, residualTo, rolledTo                      string
	decimals, leaves, dropped                        string
	pool, carriedIn, rolledIn                        *big.Int // sources
	claims, locked, unelected                        *big.Int
	unallocated, unvested, forgone, rolled, residual *big.Int
	paidBefore                                       *big.Int
	chains                                           []manChain
}

// sources is what there was to hand out.
func (l *manLedger) sources() *big.Int {
	z := new(big.Int).Add(l.pool, l.carriedIn)
	return z.Add(z, l.rolledIn)
}

// sinks is where it went.
func (l *manLedger) sinks() *big.Int {
	z := new(big.Int)
	for _, line := range []*big.Int{l.claims, l.locked, l.unelected, l.unallocated, l.unvested, l.forgone, l.rolled, l.residual} {
		z.Add(z, line)
	}
	return z
}

type manChain struct {
	chain  string
	claims *big.Int
	leaves string
}

type manAssertion struct{ figure, prints, got, holds, level string }

type manGroup struct {
	id, chain, order, layout string
	claims, shards           int
	cut                      int // -1: empty
	families                 [][]string
	columns                  []column
	first, last              string
	index                    []string
}

type column struct{ family, field string }

type manTree struct {
	id, family  string
	part, parts int
	chain       string
	tokens      []string
	totals      []*big.Int
	group       string
	order       string
	leaves      int
	depth       int
	root        string
	constants   map[string]string
	deployment  map[string]string
	profile     profile
}

// profile is the stated parameter set, as text.
type profile struct {
	text         map[string]string
	fields       []field
	leafPrefixes []string

	// of a profile of profileByName; nil in a stated one
	indexes  []string          // index rules that it allows; the first holds where the list has no index
	defaults map[string]string // constants that need not be given
}

type field struct{ name, typ, source string }

// readManifest reads manifest.json; k.man stays nil when its members cannot be told.
func (k *checker) readManifest() {
	v, ok := k.readJSON(k.f, "manifest.json", maxManifest)
	if !ok {
		k.skipped = append(k.skipped, "everything that the manifest states: manifest.json could not be read")
		return
	}
	r := &memberReader{c: k.f, file: "manifest.json"}
	if format := r.peek(&v, "format"); format != "merkle-bundle/v1" {
		k.f.add(FormatUnknown, "manifest.json format", strconv.Quote(format), strconv.Quote("merkle-bundle/v1"))
		k.skipped = append(k.skipped, "everything that the manifest states: its format is not known to this verifier")
		return
	}
	m := r.manifest(&v)
	if r.bad > 0 {
		k.skipped = append(k.skipped, fmt.Sprintf("everything that the manifest states: %d of its members could not be read", r.bad))
		return
	}
	k.man = m
	k.checkManifestValues()
}

func (r *memberReader) manifest(v *value) *manifest {
	m := &manifest{groupByID: map[string]*manGroup{}}
	o := r.object("", v, "assertions", "campaign", "exclusions", "files", "format", "groups", "inputs", "ledger", "previous", "publish", "rule", "tables", "tokens", "trees")
	c := r.object("campaign", o.get("campaign"), "file", "id", "sha256")
	m.campFile, m.campID, m.campSum = c.text("file"), c.text("id"), c.text("sha256")
	m.rule = o.text("rule")
	prev := r.object("previous", o.get("previous"), "id", "manifest")
	m.prevID, m.prevSum = prev.text("id"), prev.text("manifest")
	o.each("tables", func(at string, v *value) {
		e := r.object(at, v, "columns", "file", "name", "rows", "sha256")
		m.tables = append(m.tables, manTable{e.text("name"), e.text("rows"), e.text("sha256"), e.text("file"), e.texts("columns")})
	})
	p := r.object("publish", o.get("publish"), "inputs", "proofs", "shard")
	m.publish = publish{p.text("inputs"), p.text("proofs"), p.count("shard")}
	o.each("inputs", func(at string, v *value) {
		e := r.object(at, v, "columns", "file", "order", "role", "rows", "sha256", "sum")
		m.inputs = append(m.inputs, manInput{e.text("role"), e.text("order"), e.text("rows"), e.text("sum"), e.text("sha256"), e.text("file"), e.texts("columns")})
	})
	o.each("exclusions", func(at string, v *value) {
		e := r.object(at, v, "accounts", "list", "matched", "role", "version")
		m.exclusions = append(m.exclusions, manExclusion{e.text("role"), e.text("list"), e.text("version"), e.text("accounts"), e.text("matched")})
	})
	o.each("tokens", func(at string, v *value) {
		e := r.object(at, v, "assets", "decimals", "id", "pool")
		t := manToken{id: e.text("id"), decimals: e.count("decimals"), pool: e.amount("pool")}
		e.each("assets", func(at string, v *value) {
			a := r.object(at, v, "asset", "cap", "decimals", "unit")
			t.assets = append(t.assets, manAsset{a.text("asset"), a.count("decimals"), a.amount("unit"), a.amountOrEmpty("cap")})
		})
		m.tokens = append(m.tokens, t)
	})
	o.each("ledger", func(at string, v *value) { m.ledger = append(m.ledger, r.ledger(at, v)) })
	o.each("assertions", func(at string, v *value) {
		e := r.object(at, v, "figure", "got", "holds", "level", "prints")
		m.assertions = append(m.assertions, manAssertion{e.text("figure"), e.text("prints"), e.text("got"), e.text("holds"), e.text("level")})
	})
	o.each("groups", func(at string, v *value) { m.groups = append(m.groups, r.group(at, v)) })
	o.each("trees", func(at string, v *value) { m.trees = append(m.trees, r.tree(at, v)) })
	f := r.object("files", o.get("files"), "bytes", "count", "file", "sha256")
	m.files.file, m.files.sha256, m.files.count, m.files.bytes = f.text("file"), f.text("sha256"), f.text("count"), f.text("bytes")
	return m
}

func (r *memberReader) ledger(at string, v *value) manLedger {
	e := r.object(at, v, "carriedIn", "chains", "claims", "decimals", "dropped", "forgone", "leaves", "locked", "paidBefore", "pool", "residual", "residualTo", "rolled",
		"rolledIn", "rolledTo", "token", "unallocated", "unelected", "unvested")
	l := manLedger{token: e.text("token"), residualTo: e.text("residualTo"), rolledTo: e.text("rolledTo"), decimals: e.text("decimals"), leaves: e.text("leaves"),
		dropped: e.text("dropped"), pool: e.amount("pool"), carriedIn: e.amount("carriedIn"), rolledIn: e.amount("rolledIn"), claims: e.amount("claims"),
		locked: e.amount("locked"), unelected: e.amount("unelected"), unallocated: e.amount("unallocated"), unvested: e.amount("unvested"),
		forgone: e.amount("forgone"), rolled: e.amount("rolled"), residual: e.amount("residual"), paidBefore: e.amount("paidBefore")}
	e.each("chains", func(at string, v *value) {
		c := r.object(at, v, "chain", "claims", "leaves")
		l.chains = append(l.chains, manChain{c.text("chain"), c.amount("claims"), c.text("leaves")})
	})
	return l
}

func (r *memberReader) group(at string, v *value) *manGroup {
	e := r.object(at, v, "chain", "claims", "columns", "cut", "families", "first", "id", "index", "last", "layout", "order", "shards")
	g := &manGroup{id: e.text("id"), chain: e.text("chain"), order: e.text("order"), layout: e.text("layout"), claims: e.count("claims"), shards: e.count("shards"),
		cut: -1, first: e.text("first"), last: e.text("last"), index: e.texts("index")}
	if e.text("cut") != "" {
		g.cut = e.count("cut")
	}
	e.each("families", func(at string, v *value) { g.families = append(g.families, r.texts(at, v)) })
	e.each("columns", func(at string, v *value) {
		c := r.object(at, v, "family", "field")
		g.columns = append(g.columns, column{c.text("family"), c.text("field")})
	})
	return g
}

func (r *memberReader) tree(at string, v *value) *manTree {
	e := r.object(at, v, "chain", "constants", "deployment", "depth", "family", "group", "id", "leaves", "order", "part", "parts", "profile", "root", "tokens", "totals")
	t := &manTree{id: e.text("id"), family: e.text("family"), part: e.count("part"), parts: e.count("parts"), chain: e.text("chain"), tokens: e.texts("tokens"),
		group: e.text("group"), order: e.text("order"), leaves: e.count("leaves"), depth: e.count("depth"), root: e.text("root")}
	e.each("totals", func(at string, v *value) { t.totals = append(t.totals, r.amount(at, v)) })
	t.constants, t.deployment = r.strings(at+".constants", e.get("constants")), r.strings(at+".deployment", e.get("deployment"))
	t.profile = r.profile(at+".profile", e.get("profile"))
	return t
}

// the members of a stated profile that are plain strings
func profileMembers() []string {
	return []string{"accounts", "amount", "amountBits", "dedupe", "encoding", "grouping", "hash", "index", "leafHashes", "name", "nodePrefix", "order", "orderKey",
		"pad", "pair", "shape", "totalBits", "width"}
}

func (r *memberReader) profile(at string, v *value) profile {
	p := profile{text: map[string]string{}}
	e := r.object(at, v, append(profileMembers(), "fields", "leafPrefixes")...)
	for _, name := range profileMembers() {
		p.text[name] = e.text(name)
	}
	p.leafPrefixes = e.texts("leafPrefixes")
	e.each("fields", func(at string, v *value) {
		f := r.object(at, v, "name", "source", "type")
		p.fields = append(p.fields, field{f.text("name"), f.text("type"), f.text("source")})
	})
	return p
}
