// Package verify checks a published bundle, independently of the code that made it. It is written from export/FORMAT.md, docs/rules, docs/assertions.md and the
// claim contracts, shares no code with the rest of the module, and computes with math/big in the plainest way.
package verify

import (
	"context"
	"io/fs"
	"math/big"
	"runtime"
)

// Options tell Check what there is besides the bundle.
type Options struct {
	// Inputs holds the raw inputs by the file names of the campaign; nil: only the copies in the bundle, if it has them.
	Inputs fs.FS
	// Roots are roots known from elsewhere (read from the chain), by tree id: 0x and hex.
	Roots map[string]string
	// Previous holds bundles that this one goes on from (the month before, what rolled in, the round that is closed), by a name for people. Which is which is told
	// by the SHA-256 of their manifest.json.
	Previous map[string]fs.FS
	// Workers is how many goroutines hash; 0: one a processor.
	Workers int
	// Progress is told how far a stage is; may be nil. It is called from one goroutine at a time.
	Progress func(stage string, done, total int64)
}

// checker holds what the stages of one Check hand to each other. A field that a failed stage could not fill is nil, and later stages say what they leave out.
type checker struct {
	ctx      context.Context
	bundle   fs.FS
	o        Options
	f        *collector
	remarks  *collector // what is worth knowing and is no fault
	files    *fileSet
	man      *manifest
	camp     *campaign
	data     *ruleData // nil when not all inputs could be read
	alloc    *allocation
	groups   []*group
	trees    map[string]*tree // by id
	checked  []string
	skipped  []string
	tokenBad map[string]bool
	paid     map[string]*big.Int    // token → what the leaves pay, base units of the token
	prev     map[string]*prevBundle // by the SHA-256 of the manifest
}

// Check reads a whole bundle and reports everything that is wrong with it. The error is not about the bundle: it is the context's, or nil. The same bundle and
// options give the same report with any number of workers.
func Check(ctx context.Context, bundle fs.FS, o Options) (*Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	k := newChecker(ctx, bundle, o)
	stages := []func(){k.readFileSet, k.readManifest, k.readCampaign, k.compareCampaign, k.checkProfiles, k.readPrevious, k.readInputs, k.allocate, k.checkGroups, k.remarkAccounts, k.checkFacts,
		k.compareClaims, k.checkTables, k.checkConservation, k.checkAssertions, k.compareRoots, k.finishFiles}
	for _, stage := range stages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		stage()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Report{Findings: k.f.findings(), Remarks: k.remarks.findings(), Kinds: k.remarks.summary(), Checked: k.checked, NotChecked: k.skipped}
	r.Trees, r.Tokens = k.summaries()
	return r, nil
}

func newChecker(ctx context.Context, bundle fs.FS, o Options) *checker {
	return &checker{ctx: ctx, bundle: bundle, o: o, f: newCollector(), remarks: newCollector(), trees: map[string]*tree{}, tokenBad: map[string]bool{}, paid: map[string]*big.Int{}}
}

func (k *checker) progress(stage string, done, total int64) {
	if k.o.Progress != nil {
		k.o.Progress(stage, done, total)
	}
}
