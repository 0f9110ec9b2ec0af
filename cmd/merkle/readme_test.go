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
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"jupiter-asr", "two-chains"} {
		if err := os.CopyFS(filepath.Join(dir, "fixtures", name), os.DirFS(filepath.Join(fixtures, name))); err != nil {
			t.Fatal(err)
		}
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
		if code != 0 && !strings.Contains(step.output, "merkle: ") {
			t.Errorf("%s: exit status %d\n%s", step.command, code, got)
		}
		if step.output != "" && !sameOutput(got, step.output) {
			t.Errorf("%s\nprints:\n%s\nREADME says:\n%s", step.command, got, step.output)
		}
	}
	if ran < 4 {
		t.Errorf("only %d commands were run", ran)
	}
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
