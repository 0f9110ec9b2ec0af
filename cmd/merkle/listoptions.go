package main

import (
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// listFlags say how the list is read.
func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "from", Usage: "form of the list, `KIND`, when it is not to be found out: " + kindNames()},
		&cli.StringFlag{Name: "key", Usage: "`MEMBER` of a JSON file that holds the claims (a.b for one inside another), or the token whose balances are wanted"},
		&cli.StringFlag{Name: "amounts", Usage: "how texts without 0x are meant where tools differ: decimal or hex"},
		&cli.StringFlag{Name: "unit", Usage: "amounts are in base units (base) or whole tokens (token)", DefaultText: "as the kind has it"},
		&cli.StringFlag{Name: "excess", Usage: "fraction digits that the token has not: refuse, or cut as Jupiter's generator does", Value: "refuse"},
		&cli.StringFlag{Name: "duplicates", Usage: "an account twice: refuse, sum into the first row, or keep both leaves", Value: "refuse"},
		&cli.StringFlag{Name: "accounts", Usage: "accounts that are burn addresses, precompiles, off the curve, programs or own: warn or refuse", Value: "warn"},
		&cli.StringSliceFlag{Name: "allow", Usage: "let a `FAULT` of somebody else's list through: " + strings.Join(allowed, ", ")},
		&cli.StringFlag{Name: "columns", Usage: "`NAMES` of the columns of a CSV file without a header, separated by commas"},
		&cli.StringSliceFlag{Name: "ignore", Usage: "`COLUMN` of the file that is not read"},
		&cli.StringSliceFlag{Name: "constant", Usage: "`NAME=VALUE` of a constant field of the profile"},
		&cli.StringFlag{Name: "token", Usage: "`ADDRESS` for the profile's token field when the list has no such column"},
		&cli.StringSliceFlag{Name: "own", Usage: "`ADDRESS` of the distributor, which should not be a claimant"},
	}
}

// allowed are the faults of --allow.
var allowed = []string{"zero-amount", "zero-account", "checksum", "blank", "duplicate", "exponent", "total", "width", "burn", "precompile", "off-curve", "program", "own", "all"}

func kindNames() string {
	var names []string
	for _, k := range lists.Kinds() {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

// listSettings says how a list is read.
type listSettings struct {
	// spilling begins to take the rows of a list, whose columns are known, through disk if memory does not hold them at so many bytes each; nil: it does.
	spilling func(l *list, each int64) (*spill, error)
	rootOnly bool       // nothing but the tree's root is asked for
	order    tree.Order // of its leaves

	profile    tree.Profile
	duplicates string
	ignore     []string
	constants  map[string]string
	token      merkle.Account
	workers    int
	oneByOne   bool // rows are read one by one, as those with faults are

	from                                                       string
	read                                                       lists.Options
	accounts                                                   string // warn, refuse
	own                                                        []merkle.Account
	in                                                         io.Reader // what the list - is
	zeroAmount, zeroAccount, anyChecksum, blanks, total, width bool
	allow                                                      [8]bool // by merkle.AccountKind
}

func listOptions(c *cli.Context) (*listSettings, error) {
	o := &listSettings{duplicates: c.String("duplicates"), ignore: c.StringSlice("ignore"), constants: map[string]string{}, in: c.App.Reader,
		from: c.String("from"), accounts: c.String("accounts")}
	name := c.String("profile")
	if name == "" {
		return nil, &usageError{text: "tree: no profile", hint: "merkle profiles lists them; then merkle tree LIST --profile NAME"}
	}
	var err error
	if o.profile, err = tree.Lookup(name); err != nil {
		return nil, usage("tree: %v", err)
	}
	for _, choice := range []struct {
		flag string
		want []string
	}{
		{"order", []string{"profile", "account", "input", "leaf-hash"}},
		{"duplicates", []string{"refuse", "sum", "keep"}},
		{"amounts", []string{"", "decimal", "hex"}},
		{"unit", []string{"", "base", "token"}},
		{"excess", []string{"refuse", "cut"}},
		{"accounts", []string{"warn", "refuse"}},
	} {
		if !slices.Contains(choice.want, c.String(choice.flag)) {
			return nil, usage("tree: --%s %q: want %s", choice.flag, c.String(choice.flag), words(choice.want))
		}
	}
	if o.from != "" {
		if _, err := lists.Named(o.from); err != nil {
			return nil, usage("tree: --from %q: want %s", o.from, kindNames())
		}
	}
	o.read = lists.Options{Profile: o.profile.Name, Tokens: o.profile.Has(tree.SourceToken), Key: c.String("key"), Amounts: c.String("amounts"),
		Unit: c.String("unit"), Decimals: -1, Cut: c.String("excess") == "cut"}
	if names := c.String("columns"); names != "" {
		o.read.Columns = strings.Split(names, ",")
	}
	if c.IsSet("decimals") {
		if o.read.Decimals = c.Int("decimals"); o.read.Decimals < 0 || o.read.Decimals > 77 {
			return nil, usage("tree: --decimals %d: want 0 to 77", o.read.Decimals)
		}
	}
	if !o.profile.AnyFields {
		for _, f := range o.profile.Fields {
			if f.Source != tree.SourceConstant && f.Source != tree.SourceDomain {
				o.read.Fields = append(o.read.Fields, f.Name+":"+f.Type)
			}
		}
	}
	for _, fault := range c.StringSlice("allow") {
		if err := o.let(fault); err != nil {
			return nil, err
		}
	}
	o.read.Zero = o.zeroAmount
	for _, pair := range c.StringSlice("constant") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usage("tree: --constant %q: want NAME=VALUE", pair)
		}
		o.constants[name] = value
	}
	if err := o.constantFields(); err != nil {
		return nil, err
	}
	if text := c.String("token"); text != "" {
		if o.token, err = argAccount(c, text); err != nil {
			return nil, err
		}
	}
	for _, text := range c.StringSlice("own") {
		a, err := argAccount(c, text)
		if err != nil {
			return nil, err
		}
		o.own = append(o.own, a)
	}
	o.workers, err = workers(c)
	return o, err
}

// words is a choice for a message: a, b or c.
func words(choice []string) string {
	if choice[0] == "" {
		choice = choice[1:]
	}
	last := len(choice) - 1
	return strings.Join(choice[:last], ", ") + " or " + choice[last]
}

func (o *listSettings) let(fault string) error {
	all := fault == "all"
	known := all
	for name, set := range map[string]*bool{"zero-amount": &o.zeroAmount, "zero-account": &o.zeroAccount, "checksum": &o.anyChecksum, "blank": &o.blanks, "total": &o.total, "width": &o.width, "exponent": &o.read.Exponent} {
		if all || fault == name {
			*set, known = true, true
		}
	}
	if all || fault == "duplicate" {
		known = true
		if o.duplicates == "refuse" {
			o.duplicates = "keep"
		}
	}
	for _, k := range merkle.AccountKinds()[2:] {
		if all || fault == k.String() {
			o.allow[k], known = true, true
		}
	}
	if !known {
		return usage("tree: --allow %q: want %s", fault, words(allowed))
	}
	return nil
}

// constantFields asks for the values that no list has: a contract's address, a chain's number. A column may be given as a
// constant too, when the list does not have it.
func (o *listSettings) constantFields() error {
	var missing []string
	for _, f := range o.profile.Fields {
		given := slices.ContainsFunc(o.profile.Defaults, func(d tree.Default) bool { return d.Field == f.Name })
		if _, ok := o.constants[f.Name]; !ok && !given && (f.Source == tree.SourceConstant || f.Source == tree.SourceDomain) {
			missing = append(missing, "--constant "+f.Name+"=VALUE")
		}
	}
	if len(missing) > 0 {
		return usage("tree: profile %s has values that are in no list: %s", o.profile.Name, strings.Join(missing, " "))
	}
	return nil
}
