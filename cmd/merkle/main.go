// Command merkle computes token distributions, builds their Merkle trees, publishes them as static files and verifies them.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code) // the only os.Exit
}

// run is the whole program: args[0] is the program's name. It returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	app := newApp(in, out, errw)
	if n := len(args) - 1; n > 0 && args[n] == completionFlag {
		complete(app, args[1:n])
		return exitDone
	}
	ordered, err := permute(app, args)
	if err == nil {
		err = app.RunContext(ctx, ordered)
	}
	return report(ctx, errw, wantsJSON(args), err)
}
