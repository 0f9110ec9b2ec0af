package verify

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// sizes beyond which a file is not read whole. Inputs are streamed and have no limit.
const (
	maxManifest = 64 << 20
	maxCampaign = 16 << 20
	maxSums     = 512 << 20
	maxShard    = 64 << 20
	maxPage     = 16 << 20
)

// fileSet is what stands in the bundle's directory and in SHA256SUMS.
type fileSet struct {
	names []string          // regular files, sorted
	size  map[string]int64  // regular files by path
	sum   map[string]string // lower-case hex by path, from SHA256SUMS; nil when it could not be read
	sums  digest            // of SHA256SUMS itself

	large sync.Mutex // held by the one worker that reads a large shard

	mu     sync.Mutex
	hashed map[string]bool // compared with sum already
}

// readFileSet lists the bundle and reads SHA256SUMS.
func (k *checker) readFileSet() {
	k.files = &fileSet{size: map[string]int64{}, hashed: map[string]bool{}}
	empty := map[string]bool{} // directories without a file below them
	err := fs.WalkDir(k.bundle, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			k.f.add(FileUnreadable, name, errText(err), "")
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			empty[name] = true
			return k.ctx.Err()
		case !d.Type().IsRegular():
			k.f.add(FileIrregular, name, d.Type().String(), "a regular file")
			return nil
		}
		info, err := d.Info()
		if err != nil {
			k.f.add(FileUnreadable, name, errText(err), "")
			return nil
		}
		k.files.size[name] = info.Size()
		k.files.names = append(k.files.names, name)
		for dir := path.Dir(name); empty[dir]; dir = path.Dir(dir) {
			delete(empty, dir)
		}
		return nil
	})
	if err != nil && k.ctx.Err() == nil {
		k.f.add(FileUnreadable, ".", errText(err), "")
	}
	slices.Sort(k.files.names)
	for _, dir := range slices.Sorted(maps.Keys(empty)) {
		k.f.add(FileUnexpected, dir, "a directory without files", "")
	}
	data, ok := k.readWhole("SHA256SUMS", maxSums)
	if !ok {
		k.skipped = append(k.skipped, "the digests of the files: SHA256SUMS could not be read")
		return
	}
	k.files.sums = sha256.Sum256(data)
	k.parseSums(data)
	for _, name := range k.files.names {
		if name == "manifest.json" || name == "manifest.sig" || name == "SHA256SUMS" {
			continue
		}
		if _, ok := k.files.sum[name]; !ok {
			k.f.add(FileUnexpected, name, "a file that SHA256SUMS does not list", "")
		}
	}
	if _, ok := k.files.size["manifest.sig"]; ok {
		k.skipped = append(k.skipped, "manifest.sig: signatures are not checked by this version")
	}
}

// parseSums reads lines of 64 hex digits, two blanks, path; sorted by path, each once.
func (k *checker) parseSums(data []byte) {
	k.files.sum = map[string]string{}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		k.f.add(SumsMalformed, "SHA256SUMS", "no newline at the end", "")
	}
	last := ""
	for n, rest := 1, data; len(rest) > 0; n++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		var d digest
		where := "SHA256SUMS line " + strconv.Itoa(n)
		if len(line) < 67 || !unhex(d[:], string(line[:64])) || line[64] != ' ' || line[65] != ' ' {
			k.f.add(SumsMalformed, where, strconv.QuoteToASCII(string(line)), "64 lower-case hex digits, two blanks, path")
			continue
		}
		name := string(line[66:])
		switch {
		case !fs.ValidPath(name) || strings.ContainsFunc(name, unicode.IsControl) || name == "." || name == "manifest.json" || name == "manifest.sig" || name == "SHA256SUMS":
			k.f.add(SumsMalformed, where, strconv.QuoteToASCII(name), "the path of another file of the bundle")
			continue
		case name <= last:
			k.f.add(SumsMalformed, where, strconv.QuoteToASCII(name), "a path after "+strconv.QuoteToASCII(last))
		}
		last = name
		k.files.sum[name] = string(line[:64])
		if _, ok := k.files.size[name]; !ok {
			k.f.add(FileMissing, name, "listed in "+where+", not there", "")
		}
	}
}

// readWhole reads a file of at most limit bytes and reports why it cannot.
func (k *checker) readWhole(name string, limit int64) ([]byte, bool) {
	return k.readInto(k.f, name, limit)
}

func (k *checker) readInto(c *collector, name string, limit int64) ([]byte, bool) {
	size, ok := k.files.size[name]
	if !ok {
		c.add(FileMissing, name, "not there", "")
		return nil, false
	}
	if size > limit {
		c.add(FileTooLarge, name, fmt.Sprint(size, " bytes"), fmt.Sprint("at most ", limit))
		return nil, false
	}
	file, err := k.bundle.Open(name)
	if err != nil {
		c.add(FileUnreadable, name, errText(err), "")
		return nil, false
	}
	defer file.Close()
	data := make([]byte, 0, size+1)
	buf := bytes.NewBuffer(data)
	if _, err := buf.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		c.add(FileUnreadable, name, errText(err), "")
		return nil, false
	}
	if int64(buf.Len()) > limit {
		c.add(FileTooLarge, name, "more than its stated size", fmt.Sprint("at most ", limit))
		return nil, false
	}
	sum := sha256.Sum256(buf.Bytes())
	k.compareDigest(c, name, sum)
	return buf.Bytes(), true
}

// compareDigest compares a file's digest with SHA256SUMS, once a file.
func (k *checker) compareDigest(c *collector, name string, sum digest) {
	k.files.mu.Lock()
	done := k.files.hashed[name]
	k.files.hashed[name] = true
	want, listed := k.files.sum[name]
	k.files.mu.Unlock()
	if got := hexText(sum[:]); listed && !done && got != want {
		c.add(FileDigest, name, got, want)
	}
}

// readJSON reads a JSON file and checks that it is spelled canonically.
func (k *checker) readJSON(c *collector, name string, limit int64) (v value, ok bool) {
	return k.readJSONOf(c, name, limit, maxValues)
}

// readJSONOf is readJSON of a file of at most so many values.
func (k *checker) readJSONOf(c *collector, name string, limit int64, most int) (v value, ok bool) {
	data, ok := k.readInto(c, name, limit)
	if !ok {
		return v, false
	}
	v, err := parseJSONOf(data, most)
	if err != nil {
		c.add(JSONMalformed, name, err.Error(), "")
		return v, false
	}
	canon := appendJSON(make([]byte, 0, len(data)+64), &v)
	if !bytes.Equal(canon, data) {
		at := 0
		for at < len(canon) && at < len(data) && canon[at] == data[at] {
			at++
		}
		c.add(JSONNotCanonical, name, fmt.Sprintf("byte %d: %q", at, excerpt(data, at)), fmt.Sprintf("%q", excerpt(canon, at)))
	}
	return v, true
}

func excerpt(b []byte, at int) []byte { return b[at:min(len(b), at+24)] }

// errText leaves out the path of an error: the finding says it, and a report must not name this machine's directories.
func errText(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// finishFiles hashes what no stage has read, checks the manifest's statement about SHA256SUMS, and that no file is there that nothing needs.
func (k *checker) finishFiles() {
	names, total := k.files.names, int64(0)
	for i, name := range names {
		if _, listed := k.files.sum[name]; !listed {
			continue
		}
		total += k.files.size[name]
		if !k.files.hashed[name] && k.ctx.Err() == nil {
			k.hashStream(name)
		}
		if k.man != nil && k.fileRole(name) == "" {
			k.f.add(FileUnexpected, name, "a file that is no part of the bundle", "")
		}
		if i%64 == 0 {
			k.progress("digests", int64(i), int64(len(names)))
		}
	}
	if k.files.sum == nil {
		return
	}
	k.checked = append(k.checked, fmt.Sprintf("SHA-256 of %d files, %d bytes, against SHA256SUMS", len(k.files.sum), total))
	if k.man == nil {
		return
	}
	if got := hexText(k.files.sums[:]); got != k.man.files.sha256 {
		k.f.add(SumsDigest, "manifest.json files.sha256", k.man.files.sha256, got)
	}
	if got := strconv.Itoa(len(k.files.sum)); got != k.man.files.count {
		k.f.add(SumsTotal, "manifest.json files.count", k.man.files.count, got)
	}
	if got := strconv.FormatInt(total, 10); got != k.man.files.bytes {
		k.f.add(SumsTotal, "manifest.json files.bytes", k.man.files.bytes, got)
	}
}

func (k *checker) hashStream(name string) {
	file, err := k.bundle.Open(name)
	if err != nil {
		k.f.add(FileUnreadable, name, errText(err), "")
		return
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		k.f.add(FileUnreadable, name, errText(err), "")
		return
	}
	k.compareDigest(k.f, name, digest(h.Sum(nil)))
}

// fileRole tells what a listed file is for; empty when the format knows no such file in this bundle.
func (k *checker) fileRole(name string) string {
	if name == "campaign.yaml" {
		return "campaign"
	}
	for _, in := range k.man.inputs {
		if in.file == name {
			return "input"
		}
	}
	for _, t := range k.man.tables {
		if t.file == name {
			return "table"
		}
	}
	parts := strings.Split(name, "/")
	if len(parts) == 2 && parts[0] == "solana" {
		for _, t := range k.man.trees {
			if strings.HasPrefix(t.chain, "solana:") && t.id+".json" == parts[1] && (k.camp == nil || k.camp.facts) {
				return "facts"
			}
		}
	}
	if len(parts) != 5 || parts[0] != "groups" {
		return ""
	}
	g := k.man.groupByID[parts[1]]
	if g == nil {
		return ""
	}
	n := g.shards
	if parts[2] == "index" {
		n = len(g.index)
	} else if parts[2] != "shards" {
		return ""
	}
	hi, err1 := strconv.ParseUint(parts[3], 10, 24)
	lo, err2 := strconv.ParseUint(strings.TrimSuffix(parts[4], ".json"), 10, 10)
	i := int(hi*1000 + lo)
	if err1 != nil || err2 != nil || i >= n || "groups/"+g.id+"/"+parts[2]+"/"+numberPath(i) != name {
		return ""
	}
	return parts[2]
}

// numberPath is the path of page or shard i below its directory.
func numberPath(i int) string { return fmt.Sprintf("%03d/%03d.json", i/1000, i%1000) }
