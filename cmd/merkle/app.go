package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
)

func newApp(in io.Reader, out, errw io.Writer) *cli.App {
	app := &cli.App{
		Name:      "merkle",
		Usage:     "compute, prove, publish and verify token distributions",
		UsageText: "merkle COMMAND [ARGUMENTS] [FLAGS]\n\n   merkle build fixtures/jupiter-asr/campaign.yaml -o bundle\n   merkle verify bundle",
		Version:   version(),
		Reader:    in, Writer: out, ErrWriter: errw,
		HideHelpCommand:       true,
		CustomAppHelpTemplate: cli.AppHelpTemplate + exitHelp + "\n",
		ExitErrHandler:        func(*cli.Context, error) {}, // run decides about the exit status
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return &usageError{text: err.Error(), hint: "merkle --help lists the commands"}
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return &usageError{text: fmt.Sprintf("no command %q", c.Args().First()), hint: "merkle --help lists the commands"}
			}
			return cli.ShowAppHelp(c)
		},
		Commands: []*cli.Command{
			initCommand(), checkCommand(), buildCommand(), treeCommand(), verifyCommand(),
			proveCommand(), exportCommand(), explainCommand(), profilesCommand(), formatsCommand(), rulesCommand(), completionCommand(),
		},
	}
	cli.VersionFlag = &cli.BoolFlag{Name: "version", Usage: "print the version", DisableDefaultText: true}
	for _, c := range app.Commands {
		name := c.Name
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error {
			return &usageError{text: name + ": " + err.Error(), hint: "merkle " + name + " --help says how it is called"}
		}
		c.CustomHelpTemplate = cli.CommandHelpTemplate + exitHelp + "\n"
	}
	return app
}

// version is the release and, in a build from a checkout, its commit.
func version() string {
	v := merkle.Version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " (" + s.Value[:12] + ")"
		}
	}
	return v
}

// permute moves the flags of a command before its arguments, so that both orders work: the flag package stops at the
// first argument. A flag whose value was forgotten is refused: it would take the next flag for its value, and build would
// make a directory named --json.
func permute(app *cli.App, args []string) ([]string, error) {
	if len(args) < 3 {
		return args, nil
	}
	cmd := app.Command(args[1])
	if cmd == nil {
		return args, nil
	}
	var flags, rest []string
	for i := 2; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if !strings.Contains(arg, "=") && takesValue(cmd, strings.TrimLeft(arg, "-")) {
				i++
				if i == len(args) || args[i] == "--" || isFlag(cmd, args[i]) {
					return nil, &usageError{text: cmd.Name + ": " + arg + " needs a value", hint: "merkle " + cmd.Name + " --help says how it is called"}
				}
				flags = append(flags, args[i])
			}
		}
	}
	out := append([]string{args[0], args[1]}, flags...)
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

func isFlag(cmd *cli.Command, arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return len(arg) > 1 && arg[0] == '-' && slices.ContainsFunc(cmd.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

func takesValue(cmd *cli.Command, name string) bool {
	for _, f := range cmd.Flags {
		if slices.Contains(f.Names(), name) {
			d, ok := f.(cli.DocGenerationFlag)
			return ok && d.TakesValue()
		}
	}
	return false
}

// want checks the number of arguments and returns them.
func want(c *cli.Context, names ...string) ([]string, error) {
	if c.NArg() != len(names) {
		return nil, &usageError{
			text: fmt.Sprintf("%s: %d arguments, want %d: %s", c.Command.Name, c.NArg(), len(names), strings.Join(names, " ")),
			hint: "merkle " + c.Command.Name + " --help says how it is called",
		}
	}
	return c.Args().Slice(), nil
}

var jsonFlag = &cli.BoolFlag{Name: "json", Usage: "print one JSON document instead of words", DisableDefaultText: true}

var quietFlag = &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress bars", DisableDefaultText: true}

func workersFlag() cli.Flag {
	return &cli.IntFlag{Name: "workers", Usage: "processors to use; never changes a byte", DefaultText: "all"}
}

func workers(c *cli.Context) (int, error) {
	n := c.Int("workers")
	if n < 0 || n > 1024 {
		return 0, usage("--workers %d: want 1 to 1024", n)
	}
	return n, nil
}

// notThere says so early and clearly when a file to read does not exist.
func notThere(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: no such file or directory", path)
	}
	return nil
}
