package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"
)

// measure is what one run took.
type measure struct {
	CPU  float64 `json:"cpu_s"`  // user and system
	Wall float64 `json:"wall_s"` //
	Peak int64   `json:"peak_kib"`
	root string
}

// result is one job at one size; of measures the median by CPU time.
type result struct {
	Rows    int      `json:"rows"`
	Job     string   `json:"job"` // root or proofs
	Profile string   `json:"profile"`
	Ours    measure  `json:"merkle"`
	Peer    string   `json:"peer,omitempty"`
	Theirs  *measure `json:"theirs,omitempty"`
	Same    bool     `json:"same_root,omitempty"`
}

type bench struct {
	dir, merkle, peer string
	pairs, slow       int
	results           []result
}

// contest is a peer and the profile that merkle runs beside it: of the same tree where the peer has one of ours, else OpenZeppelin's, which hashes more.
var contest = map[string]struct {
	profile string
	same    bool
}{
	"openzeppelin": {"oz-standard-v1", true},
	"merkletreejs": {"address-amount-packed-v1", true},
	"cbergoon":     {"oz-standard-v1", false},
	"transparency": {"oz-standard-v1", false},
	"wealdtech":    {"oz-standard-v1", false},
}

var rootText = regexp.MustCompile(`root\s+(0x[0-9a-f]{64})`)

// start runs a program to its end and takes its measure. A silent one writes its standard output to the null device.
func start(silent bool, name string, args ...string) (measure, error) {
	c := exec.Command(name, args...)
	var stdout, stderr bytes.Buffer
	c.Stderr = &stderr
	if !silent {
		c.Stdout = &stdout
	}
	began := time.Now()
	if err := c.Run(); err != nil {
		return measure{}, fmt.Errorf("%s %q: %w\n%s", name, args, err, stderr.Bytes())
	}
	m := measure{Wall: time.Since(began).Seconds(), CPU: (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.Peak = int64(u.Maxrss)
	}
	if found := rootText.FindSubmatch(stdout.Bytes()); found != nil {
		m.root = string(found[1])
	} else if found := rootText.FindSubmatch(stderr.Bytes()); found != nil {
		m.root = string(found[1])
	}
	return m, nil
}

func (b *bench) ours(profile, job, list string, more ...string) func() (measure, error) {
	args := append([]string{"tree", list, "-p", profile, "-q"}, more...)
	if job == "proofs" {
		args = append(args, "-o", "-")
	}
	return func() (measure, error) { return start(job == "proofs", b.merkle, args...) }
}

func (b *bench) theirs(peer, job, list string) func() (measure, error) {
	if peer == "openzeppelin" || peer == "merkletreejs" {
		return func() (measure, error) {
			return start(false, "node", "--max-old-space-size=12000", "peers.mjs", peer, job, list)
		}
	}
	return func() (measure, error) { return start(false, b.peer, peer, job, list) }
}

// paired runs all sides in turn and returns the median of each; the first round is not counted, unless a single one was asked for.
func (b *bench) paired(pairs int, sides ...func() (measure, error)) ([]measure, error) {
	runs := make([][]measure, len(sides))
	for round := range pairs + 1 {
		if round == 0 && pairs == 1 {
			continue
		}
		for i, side := range sides {
			m, err := side()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				runs[i] = append(runs[i], m)
			}
		}
	}
	medians := make([]measure, len(sides))
	for i, all := range runs {
		slices.SortFunc(all, func(a, b measure) int {
			if a.CPU < b.CPU {
				return -1
			}
			return 1
		})
		medians[i] = all[len(all)/2]
	}
	return medians, nil
}

func (b *bench) list(kind string, n int) (string, error) {
	name := filepath.Join(b.dir, fmt.Sprintf("%s-%d.csv", kind, n))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	return name, writeList(name, kind, n)
}

// size measures all jobs on lists of n rows.
func (b *bench) size(n int, peers, profiles []string) error {
	for _, profile := range profiles {
		kind := map[string]string{"jito-v1": "solana", "uniswap-v1": "index"}[profile]
		if kind == "" {
			kind = "evm"
		}
		list, err := b.list(kind, n)
		if err != nil {
			return err
		}
		for _, job := range []string{"root", "proofs"} {
			m, err := b.paired(b.pairs, b.ours(profile, job, list))
			if err != nil {
				return err
			}
			b.results = append(b.results, result{Rows: n, Job: job, Profile: profile, Ours: m[0]})
		}
	}
	list, err := b.list("evm", n)
	if err != nil {
		return err
	}
	for _, peer := range peers {
		c, known := contest[peer]
		if !known {
			return fmt.Errorf("no peer %q", peer)
		}
		if peer == "openzeppelin" && n > b.slow {
			continue
		}
		for _, job := range []string{"root", "proofs"} {
			m, err := b.paired(b.pairs, b.ours(c.profile, job, list), b.theirs(peer, job, list))
			if err != nil {
				return err
			}
			if c.same && job == "root" && (m[0].root == "" || m[0].root != m[1].root) {
				return fmt.Errorf("%s of %d rows: root %s, ours %s", peer, n, m[1].root, m[0].root)
			}
			b.results = append(b.results, result{n, job, c.profile, m[0], peer, &m[1], c.same})
		}
	}
	return nil
}

// sameRoots holds the Go libraries to a tree that all shapes agree on: a power of two of packed leaves in the order of the list, pairs sorted.
func (b *bench) sameRoots(peers []string) error {
	if !slices.Contains(peers, "cbergoon") {
		return nil
	}
	list, err := b.list("evm", 4096)
	if err != nil {
		return err
	}
	ours, err := b.ours("address-amount-packed-v1", "root", list, "--order", "input")()
	if err != nil {
		return err
	}
	theirs, err := b.theirs("cbergoon", "root", list)()
	if err != nil {
		return err
	}
	if ours.root == "" || ours.root != theirs.root {
		return errors.New("cbergoon's root of 4096 leaves is not ours")
	}
	return nil
}
