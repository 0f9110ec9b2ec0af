package main

import (
	"flag"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/tree"
)

// completionFlag as the last argument asks for the words that may come next; the scripts below pass the words before the
// cursor, and the one under it when it starts with a dash.
const completionFlag = "--generate-bash-completion"

// complete prints what may follow words, one a line. Nothing printed lets the shell offer files. It is answered here and not by
// the library, which would take a lone -- as the end of the flags and run the command.
func complete(app *cli.App, words []string) {
	var cmd *cli.Command
	if len(words) > 0 {
		cmd = app.Command(words[0])
	}
	if cmd == nil {
		for _, c := range app.Commands {
			fmt.Fprintln(app.Writer, c.Name)
		}
		return
	}
	last := words[len(words)-1]
	switch name := strings.TrimLeft(last, "-"); {
	case len(words) > 1 && strings.HasPrefix(last, "-") && takesValue(cmd, name):
		for _, v := range flagValues(cmd, name) {
			fmt.Fprintln(app.Writer, v)
		}
	case strings.HasPrefix(last, "-"):
		for _, f := range cmd.Flags {
			fmt.Fprintln(app.Writer, "--"+f.Names()[0])
		}
		fmt.Fprintln(app.Writer, "--help")
	case cmd.BashComplete != nil:
		cmd.BashComplete(cli.NewContext(app, flag.NewFlagSet(cmd.Name, flag.ContinueOnError), nil))
	}
}

// flagValues are the values of a flag that has a closed list of them.
func flagValues(cmd *cli.Command, name string) []string {
	for _, f := range cmd.Flags {
		for _, n := range f.Names() {
			if n == name {
				name = f.Names()[0]
			}
		}
	}
	switch name {
	case "profile":
		var names []string
		for p := range tree.Profiles() {
			names = append(names, p.Name)
		}
		return names
	case "order":
		return []string{"profile", "account", "input", "leaf-hash"}
	case "duplicates":
		return []string{"refuse", "sum", "keep"}
	case "allow":
		return []string{"zero-amount", "zero-account", "checksum"}
	case "format":
		return []string{"proofs"}
	}
	return nil
}

var completionScripts = map[string]string{
	"bash": `_merkle() {
  local words=("${COMP_WORDS[@]:0:$COMP_CWORD}") cur="${COMP_WORDS[COMP_CWORD]}"
  [[ "$cur" == -* ]] && words+=("$cur")
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$cur"))
  [[ ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o bashdefault -o default -F _merkle merkle
`,
	"zsh": `#compdef merkle
_merkle() {
  local -a opts
  local cur=${words[-1]}
  if [[ "$cur" == -* ]]; then
    opts=("${(@f)$(${words[@]:0:#words[@]-1} ${cur} --generate-bash-completion 2>/dev/null)}")
  else
    opts=("${(@f)$(${words[@]:0:#words[@]-1} --generate-bash-completion 2>/dev/null)}")
  fi
  [[ -n "${opts[1]}" ]] && _describe 'values' opts
  _files
}
compdef _merkle merkle
`,
	"powershell": `Register-ArgumentCompleter -Native -CommandName merkle -ScriptBlock {
  param($word, $ast, $pos)
  Invoke-Expression "$ast --generate-bash-completion" | Where-Object { $_ -like "$word*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a shell completion script", ArgsUsage: "bash|zsh|fish|powershell",
		Description: "Example, for bash:\n   source <(merkle completion bash)\n\nExample, for fish:\n   merkle completion fish > ~/.config/fish/completions/merkle.fish",
		BashComplete: func(c *cli.Context) {
			for _, s := range []string{"bash", "fish", "powershell", "zsh"} {
				fmt.Fprintln(c.App.Writer, s)
			}
		},
		Action: func(c *cli.Context) error {
			args, err := want(c, "SHELL")
			if err != nil {
				return err
			}
			script, ok := completionScripts[args[0]]
			if args[0] == "fish" {
				script, err = c.App.ToFishCompletion()
				ok = true
			}
			if !ok {
				return usage("completion: no shell %q; have bash, fish, powershell, zsh", args[0])
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.App.Writer, script)
			return err
		},
	}
}
