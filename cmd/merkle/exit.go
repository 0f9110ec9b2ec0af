package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	merkle "github.com/merkle-drop/merkle"
)

// Exit statuses, the same for every command.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitFindings    = 4
	exitInterrupted = 130
)

const exitHelp = `
EXIT STATUS:
   0    done
   1    failed (I/O, or an internal check)
   2    wrong usage
   3    input refused: every fault is printed with file:line:col
   4    findings: what was checked is not right
   130  interrupted`

// usageError is a command line that cannot be run.
type usageError struct{ text, hint string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{text: fmt.Sprintf(format, args...)} }

// refusedError is an input that was refused as a whole, without a place of its own.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// errFindings says that findings were printed already.
var errFindings = errors.New("findings")

func exitCode(ctx context.Context, err error) int {
	var u *usageError
	var refused *refusedError
	_, faults := merkle.AsFaults(err)
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &u):
		return exitUsage
	case faults || errors.As(err, &refused):
		return exitRefused
	case errors.Is(err, errFindings):
		return exitFindings
	}
	return exitFailed
}

// report writes err to errw as words, or as one JSON line, and returns the exit status.
func report(ctx context.Context, errw io.Writer, asJSON bool, err error) int {
	code := exitCode(ctx, err)
	if err == nil || errors.Is(err, errFindings) {
		return code
	}
	if code == exitInterrupted {
		err = errors.New("interrupted")
	}
	faults, _ := merkle.AsFaults(err)
	if asJSON {
		reportJSON(errw, code, err, faults)
		return code
	}
	if faults != nil {
		for line := range strings.SplitSeq(faults.Error(), "\n") {
			fmt.Fprintf(errw, "merkle: %s\n", line)
		}
		return code
	}
	for _, line := range linesOf(err) {
		fmt.Fprintf(errw, "merkle: %s\n", line)
	}
	var u *usageError
	if errors.As(err, &u) && u.hint != "" {
		fmt.Fprintf(errw, "merkle: %s\n", u.hint)
	}
	return code
}

// linesOf is what an error says, once: several workers may meet the same full disk, each with a file of its own, and the first one tells enough.
func linesOf(err error) (lines []string) {
	full := false
	for line := range strings.SplitSeq(err.Error(), "\n") {
		again := slices.Contains(lines, line)
		if errors.Is(err, syscall.ENOSPC) && strings.HasSuffix(line, syscall.ENOSPC.Error()) {
			again, full = again || full, true
		}
		if !again {
			lines = append(lines, line)
		}
	}
	return lines
}

func reportJSON(errw io.Writer, code int, err error, faults *merkle.Faults) {
	type place struct {
		File   string `json:"file"`
		Line   int    `json:"line,omitempty"`
		Col    int    `json:"col,omitempty"`
		Field  string `json:"field,omitempty"`
		Value  string `json:"value,omitempty"`
		Reason string `json:"reason"`
	}
	doc := struct {
		Exit   int     `json:"exit"`
		Error  string  `json:"error"`
		Faults []place `json:"faults,omitempty"`
		More   int     `json:"moreFaults,omitempty"`
	}{Exit: code, Error: strings.Join(linesOf(err), "\n")}
	if faults != nil {
		doc.Error, doc.More = "input refused", faults.More
		for _, f := range faults.List {
			doc.Faults = append(doc.Faults, place{f.Pos.File, f.Pos.Line, f.Pos.Col, f.Field, f.Value, f.Err.Error()})
		}
	}
	line, _ := json.Marshal(doc) // strings and ints only: cannot fail
	fmt.Fprintf(errw, "%s\n", line)
}

// wantsJSON looks at the raw arguments, because a usage error may come before flags are parsed.
func wantsJSON(args []string) bool {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	return slices.Contains(args[:end], "--json") || slices.Contains(args[:end], "-json")
}
