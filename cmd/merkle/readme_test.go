package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs every command line that README.md shows, in order and in one folder, and compares what it prints with what
// README.md prints below it. A line `…` in README stands for any number of lines.
func TestReadme(t *testing.T) {
	readme, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"jupiter-asr", "two-chains", "list", "noon"} {
		if err := os.CopyFS(filepath.Join(dir, "fixtures", name), os.DirFS(filepath.Join(fixtures, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "fixtures", "noon", "out"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	ran := 0
	for _, step := range readmeSteps(string(text)) {
		args, ok := strings.CutPrefix(step.command, "go run ./cmd/merkle ")
		if !ok {
			args, ok = strings.CutPrefix(step.command, "merkle ")
		}
		if !ok {
			switch step.command {
			case "go test ./...", "go install ./cmd/merkle":
				continue // this very run; an installation
			}
			t.Errorf("README shows a command that no test runs: %s", step.command)
			continue
		}
		ran++
		var out, errw bytes.Buffer
		code := runIn(t, &out, &errw, strings.Fields(args)...)
		got := out.String() + errw.String()
		if *update {
			text = []byte(replaceOutput(string(text), step.command, got))
			continue
		}
		if code != 0 && !strings.Contains(step.output, "merkle: ") {
			t.Errorf("%s: exit status %d\n%s", step.command, code, got)
		}
		if step.output != "" && !sameOutput(got, step.output) {
			t.Errorf("%s\nprints:\n%s\nREADME says:\n%s", step.command, got, step.output)
		}
	}
	if *update {
		if err := os.WriteFile(readme, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if ran < 4 {
		t.Errorf("only %d commands were run", ran)
	}
}

// replaceOutput puts got below the first line that shows the command.
func replaceOutput(text, command, got string) string {
	head, rest, found := strings.Cut(text, "$ "+command+"\n")
	if !found {
		return text
	}
	end := min(index(rest, "$ "), index(rest, "```"))
	return head + "$ " + command + "\n" + strings.TrimRight(got, "\n") + "\n" + rest[end:]
}

// index is where a line that starts with prefix begins, or the end.
func index(text, prefix string) int {
	if strings.HasPrefix(text, prefix) {
		return 0
	}
	if i := strings.Index(text, "\n"+prefix); i >= 0 {
		return i + 1
	}
	return len(text)
}

type readmeStep struct{ command, output string }

func readmeSteps(text string) []readmeStep {
	var steps []readmeStep
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside && line == "```console"
		case inside && strings.HasPrefix(line, "$ "):
			command, _, _ := strings.Cut(line[2:], "  #")
			steps = append(steps, readmeStep{command: strings.TrimSpace(command)})
		case inside && len(steps) > 0:
			steps[len(steps)-1].output += line + "\n"
		}
	}
	return steps
}

// sameOutput compares line by line; a README line `…` swallows lines until the next one matches, and a line that ends in … is a prefix.
func sameOutput(got, want string) bool {
	g, w := strings.Split(strings.TrimSpace(got), "\n"), strings.Split(strings.TrimSpace(want), "\n")
	for len(w) > 0 {
		if strings.TrimSpace(w[0]) == "…" {
			w = w[1:]
			if len(w) == 0 {
				return true
			}
			for len(g) > 0 && !sameLine(g[0], w[0]) {
				g = g[1:]
			}
		}
		if len(g) == 0 || !sameLine(g[0], w[0]) {
			return false
		}
		g, w = g[1:], w[1:]
	}
	return len(g) == 0
}

func sameLine(got, want string) bool {
	if prefix, ok := strings.CutSuffix(want, "…"); ok {
		return strings.HasPrefix(got, prefix)
	}
	return strings.TrimRight(got, " ") == strings.TrimRight(want, " ")
}
