package campaign

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed scaffold
var scaffolds embed.FS

// ScaffoldOptions says how large the sample inputs of a new campaign are.
type ScaffoldOptions struct {
	Accounts    int                     // 1 to MaxScaffoldAccounts; 0 is DefaultScaffoldAccounts
	Seed        uint64                  // the same rule, accounts and seed give the same bytes
	Progress    func(done, total int64) // rows of the largest input; may be nil
	Interrupted func() error            // asked now and then, may be nil; an error ends the work and leaves nothing behind

	// Work makes an empty folder in parent, or below a folder of its own there, in which the files are made before they come to their place; the caller removes what
	// is left. nil: a folder that Scaffold makes and removes, but not when it is killed.
	Work func(parent string) (string, error)
}

// Sizes of sample inputs.
const (
	DefaultScaffoldAccounts = 20
	MaxScaffoldAccounts     = 100_000_000
)

// What Scaffold refuses.
var (
	ErrNotEmpty = errors.New("exists and is not empty")
	ErrRule     = errors.New("no such rule")
	ErrAccounts = errors.New("number of accounts is out of range")
)

// Scaffold writes a complete commented campaign.yaml of a rule, with synthetic inputs, to dir. The folder must not exist or be empty; it is
// written whole or not at all. Inputs are streamed: a million voters on nine proposals take seconds and no memory.
func Scaffold(rule, dir string, o ScaffoldOptions) error {
	if _, ok := LookupRule(rule); !ok {
		var names []string
		for _, r := range Rules() {
			names = append(names, r.Name)
		}
		return fmt.Errorf("%w: %q; there are %s", ErrRule, rule, strings.Join(names, ", "))
	}
	if o.Accounts == 0 {
		o.Accounts = DefaultScaffoldAccounts
	}
	if o.Accounts < 1 || o.Accounts > MaxScaffoldAccounts {
		return fmt.Errorf("%w: %d, want 1 to %d", ErrAccounts, o.Accounts, MaxScaffoldAccounts)
	}
	entries, err := os.ReadDir(dir)
	exists := err == nil
	switch {
	case len(entries) > 0:
		return fmt.Errorf("%s %w", dir, ErrNotEmpty)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	parent := dir // inside an empty folder, which may be the working directory; beside one that is to come
	if !exists {
		parent = filepath.Dir(filepath.Clean(dir))
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	if o.Work == nil {
		o.Work = func(parent string) (string, error) { return os.MkdirTemp(parent, ".merkle-init-") }
	}
	work, err := o.Work(parent)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := writeScaffold(rule, work, o); err != nil {
		return err
	}
	if !exists {
		if err := os.Chmod(work, 0o755); err != nil {
			return err
		}
		return os.Rename(work, dir)
	}
	return moveAll(work, dir)
}

// moveAll moves the files of one folder to another, the campaign file last; on an error it takes back what it moved.
func moveAll(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Name() != "campaign.yaml" {
			names = append(names, e.Name())
		}
	}
	for i, name := range append(names, "campaign.yaml") {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			for _, moved := range names[:i] {
				os.Remove(filepath.Join(to, moved))
			}
			return err
		}
	}
	return nil
}

// writeScaffold writes the inputs, then the campaign file, which states their rows, sums and digests.
func writeScaffold(rule, dir string, o ScaffoldOptions) error {
	s := sampler{dir: dir, o: o, files: make(map[string]sampleFile)}
	pool := ""
	var err error
	switch rule {
	case "jupiter-asr/v1":
		err = s.votes()
	case "pro-rata/v1":
		err = s.weights()
	case "fixed/v1":
		pool, err = s.amounts()
	case "jupiter-asr/v2":
		err = s.dailyStakes()
	case "noon-active-staking/v1":
		err = s.pointsAndElections()
	case "noon-open-staking/v1":
		err = s.openStakes()
	case "astra-rewards/v1":
		err = s.rewards()
	case "close-round/v1":
		err = s.claimed()
	}
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(rule, "/", "-") + ".yaml"
	text, err := template.ParseFS(scaffolds, "scaffold/"+name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "campaign.yaml"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	err = text.Execute(f, map[string]any{"Accounts": o.Accounts, "Seed": o.Seed, "Pool": pool, "Files": s.files})
	return errors.Join(err, f.Close())
}
