package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// listFlags say how the list is read.
func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "duplicates", Usage: "an account twice: refuse, sum into the first row, or keep both leaves", Value: "refuse"},
		&cli.StringSliceFlag{Name: "allow", Usage: "let a `FAULT` of somebody else's list through: zero-amount, zero-account, checksum"},
		&cli.StringSliceFlag{Name: "ignore", Usage: "`COLUMN` of the file that is not read"},
		&cli.StringSliceFlag{Name: "constant", Usage: "`NAME=VALUE` of a constant field of the profile"},
		&cli.StringFlag{Name: "token", Usage: "`ADDRESS` for the profile's token field when the list has no such column"},
	}
}

// listSettings says how a list is read.
type listSettings struct {
	profile                              tree.Profile
	duplicates                           string
	zeroAmount, zeroAccount, anyChecksum bool
	ignore                               []string
	constants                            map[string]string
	token                                merkle.Account
	workers                              int
}

func listOptions(c *cli.Context) (*listSettings, error) {
	o := &listSettings{duplicates: c.String("duplicates"), ignore: c.StringSlice("ignore"), constants: map[string]string{}}
	name := c.String("profile")
	if name == "" {
		return nil, &usageError{text: "tree: no profile", hint: "merkle profiles lists them; then merkle tree LIST --profile NAME"}
	}
	var err error
	if o.profile, err = tree.Lookup(name); err != nil {
		return nil, usage("tree: %v", err)
	}
	if !slices.Contains([]string{"profile", "account", "input", "leaf-hash"}, c.String("order")) {
		return nil, usage("tree: --order %q: want profile, account, input or leaf-hash", c.String("order"))
	}
	if !slices.Contains([]string{"refuse", "sum", "keep"}, o.duplicates) {
		return nil, usage("tree: --duplicates %q: want refuse, sum or keep", o.duplicates)
	}
	if c.String("format") != "proofs" {
		return nil, usage("tree: --format %q: want proofs", c.String("format"))
	}
	for _, fault := range c.StringSlice("allow") {
		switch fault {
		case "zero-amount":
			o.zeroAmount = true
		case "zero-account":
			o.zeroAccount = true
		case "checksum":
			o.anyChecksum = true
		default:
			return nil, usage("tree: --allow %q: want zero-amount, zero-account or checksum", fault)
		}
	}
	for _, pair := range c.StringSlice("constant") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usage("tree: --constant %q: want NAME=VALUE", pair)
		}
		o.constants[name] = value
	}
	if text := c.String("token"); text != "" {
		if o.token, err = argAccount(c, text); err != nil {
			return nil, err
		}
	}
	o.workers, err = workers(c)
	return o, err
}
