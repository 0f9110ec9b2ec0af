package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

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
