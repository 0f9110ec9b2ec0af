package main

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/*.txtar")

func TestMain(m *testing.M) {
	if os.Getenv("MERKLE_RUN") == "1" { // the tests that kill a run start this binary again
		main()
	}
	testscript.Main(m, map[string]func(){
		"merkle": func() { os.Exit(run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs testdata/*.txtar, one behaviour a file. `exitcode N merkle …` runs a command and compares its exit status;
// `fixture NAME` copies a shipped campaign; `pin CAMPAIGN` writes the digests of the bundles that it names into it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"edit":     editCmd,
			"exitcode": exitcodeCmd,
			"fixture":  fixtureCmd,
			"pin":      pinCmd,
		},
	})
}

func exitcodeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N command [args]")
	}
	wantCode, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != wantCode {
		ts.Fatalf("exit status %d, want %d", got, wantCode)
	}
}

// editCmd writes a file with the first OLD in it replaced.
func editCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: edit FILE OLD NEW OUT")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s: no %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o666))
}

func fixtureCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fixture NAME")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(fixtures, args[0]))))
}

func pinCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pin CAMPAIGN")
	}
	file := ts.MkAbs(args[0])
	fixed, err := withDigests(file)
	ts.Check(err)
	ts.Check(os.WriteFile(file, fixed, 0o666))
}

var fixtures = func() string {
	dir, err := filepath.Abs("../../fixtures")
	if err != nil {
		panic(err)
	}
	return dir
}()

// runIn runs the program in this process and returns its exit status.
func runIn(t *testing.T, out, errw io.Writer, args ...string) int {
	t.Helper()
	return run(t.Context(), append([]string{"merkle"}, args...), nil, out, errw)
}
