// Command bench runs merkle beside other tools on the same lists and prints the ratios; bench/run prepares and starts it.
//
// Runs are in turn (merkle, peer, merkle, peer …) after one run of each that is not counted, so that a busy machine slows both. What counts is the CPU
// time of the whole process, user and system; of the counted runs the median is taken.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	sizes := flag.String("sizes", "1e4,1e5", "rows of the lists, separated by commas")
	peers := flag.String("peers", "openzeppelin,merkletreejs,cbergoon,transparency,wealdtech", "tools to run beside merkle, separated by commas; empty for merkle alone")
	profiles := flag.String("profiles", "oz-standard-v1,uniswap-v1,jito-v1", "profiles of the runs of merkle alone; empty for none")
	pairs := flag.Int("pairs", 3, "counted runs of each side")
	slow := flag.Int("slow", 1e4, "most rows for openzeppelin, which needs minutes beyond")
	bin := flag.String("bin", "", "folder with merkle and peer")
	out := flag.String("json", "", "file for the figures as JSON")
	flag.Parse()
	dir, err := os.MkdirTemp("", "merkle-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, merkle: filepath.Join(*bin, "merkle"), peer: filepath.Join(*bin, "peer"), pairs: *pairs, slow: *slow}
	if *peers != "" {
		if err := b.sameRoots(split(*peers)); err != nil {
			return err
		}
	}
	for _, s := range split(*sizes) {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n < 1 {
			return fmt.Errorf("size %q", s)
		}
		if err := b.size(int(n), split(*peers), split(*profiles)); err != nil {
			return err
		}
	}
	fmt.Print(b.table())
	if *out == "" {
		return nil
	}
	text, err := json.MarshalIndent(b.results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(text, '\n'), 0o644)
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
