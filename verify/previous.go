package verify

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// prevBundle is another bundle that this one takes something over from.
type prevBundle struct {
	name string
	fsys fs.FS
	man  *manifest
	camp *campaign
}

// refs are the bundles that the campaign names, the one of the manifest's previous first.
func (c *campaign) refs() (refs []bundleRef, previous string) {
	switch {
	case c.rule.months != nil:
		m := c.rule.months
		if previous = m.previous.manifest; previous != "" {
			refs = append(refs, m.previous)
		}
		refs = append(refs, m.rolled...)
	case c.rule.close != nil:
		refs = append(refs, c.rule.close.round)
		previous = c.rule.close.round.manifest
	}
	return refs, previous
}

// readPrevious checks which bundles this one goes on from, and reads those that were given.
func (k *checker) readPrevious() {
	if k.camp == nil {
		return
	}
	refs, previous := k.camp.refs()
	if k.man != nil && (k.man.prevSum != previous || (k.man.prevID == "") != (previous == "")) {
		k.f.add(PreviousStated, "manifest.json previous", fmt.Sprintf("%q with manifest %q", k.man.prevID, k.man.prevSum), "manifest "+strconv.Quote(previous))
	}
	k.prev = map[string]*prevBundle{}
	for _, name := range sortedKeys(k.o.Previous) {
		k.givenBundle(name, k.o.Previous[name], refs)
	}
	for i, ref := range refs {
		if k.prev[ref.manifest] == nil {
			if !slices.ContainsFunc(refs[:i], func(r bundleRef) bool { return r.manifest == ref.manifest }) {
				k.skipped = append(k.skipped, fmt.Sprintf("whether what was taken over from %q is what the bundle with manifest %s has: it was not given, or could not be read", clip(ref.dir), ref.manifest))
			}
			continue
		}
		k.goesOn(k.prev[ref.manifest], ref.manifest == previous)
	}
	if len(k.prev) > 0 {
		k.checked = append(k.checked, fmt.Sprintf("%d bundles that this one takes over from: manifest digest, rule, month, zone, token; verify them on their own, too", len(k.prev)))
	}
}

// givenBundle reads the manifest and the campaign of a bundle that was given.
func (k *checker) givenBundle(name string, fsys fs.FS, refs []bundleRef) {
	refused := func(where, got, want string) { k.f.add(PreviousRefused, name+" "+where, got, want) }
	data, err := readLimited(fsys, "manifest.json", maxManifest)
	if err != nil {
		refused("manifest.json", errText(err), "")
		return
	}
	sum := sha256Hex(data)
	var wanted []string
	for _, ref := range refs {
		wanted = append(wanted, ref.manifest)
	}
	if !slices.Contains(wanted, sum) {
		k.f.add(PreviousUnknown, name+" manifest.json", sum, or(strings.Join(wanted, " or "), "no bundle"))
		return
	}
	v, err := parseJSON(data)
	if err != nil || !bytes.Equal(appendJSON(nil, &v), data) {
		refused("manifest.json", "not canonical JSON", "")
		return
	}
	own := newCollector() // what is wrong with a predecessor is reported as one finding; verifying it says more
	r := &memberReader{c: own, file: "manifest.json"}
	if format := r.peek(&v, "format"); format != "merkle-bundle/v1" {
		refused("manifest.json format", strconv.Quote(format), strconv.Quote("merkle-bundle/v1"))
		return
	}
	b := &prevBundle{name: name, fsys: fsys, man: r.manifest(&v)}
	text, err := readLimited(fsys, "campaign.yaml", maxCampaign)
	if err == nil && sha256Hex(text) != b.man.campSum {
		err = errors.New("not the digest that its manifest gives")
	}
	if err == nil {
		v, err = parseYAML(text)
	}
	if err != nil {
		refused("campaign.yaml", errText(err), "")
		return
	}
	b.camp = (&memberReader{c: own, file: "campaign.yaml", code: CampaignUnreadable}).campaign(&v)
	if own.total() > 0 {
		f := own.findings()[0]
		refused(f.Where, f.Got, f.Want)
		return
	}
	k.prev[sum] = b
}

// goesOn checks that a bundle is one that this campaign may take over from.
func (k *checker) goesOn(b *prevBundle, previous bool) {
	refused := func(what, got, want string) { k.f.add(PreviousRefused, b.name+" "+what, got, want) }
	if previous && k.man != nil && k.man.prevID != b.man.campID {
		k.f.add(PreviousStated, "manifest.json previous.id", strconv.Quote(k.man.prevID), strconv.Quote(b.man.campID))
	}
	if why := k.tokensGoOn(b); why != "" {
		refused("tokens", why, "the tokens of this campaign")
	}
	m, before := k.camp.rule.months, b.camp.rule.months
	if m == nil {
		return
	}
	switch {
	case before == nil || (previous && b.camp.rule.name != k.camp.rule.name):
		refused("rule", strconv.Quote(b.camp.rule.name), "the rule of this campaign, or one that rolls into it")
		return
	case before.month != m.month-1:
		refused("month", before.month.String(), (m.month - 1).String())
	case before.zone != m.zone:
		refused("zone", before.zoneText, m.zoneText)
	}
	if previous && k.man != nil && len(b.man.ledger) == 1 && len(k.man.ledger) == 1 {
		l := &b.man.ledger[0]
		if sum := new(big.Int).Add(l.locked, l.unelected); sum.Cmp(k.man.ledger[0].carriedIn) != 0 {
			k.f.add(PreviousLedger, "manifest.json ledger[0].carriedIn", k.man.ledger[0].carriedIn.String(), sum.String()+", locked and unelected of "+b.name)
		}
	}
}

// tokensGoOn says why the tokens of a predecessor are not those of this campaign: id, decimals and all its assets, while chains may be added.
func (k *checker) tokensGoOn(b *prevBundle) string {
	if len(b.camp.tokens) != len(k.camp.tokens) {
		return fmt.Sprint(len(b.camp.tokens), " tokens")
	}
	for i, t := range b.camp.tokens {
		now := k.camp.tokens[i]
		if k.camp.rule.close != nil {
			now = k.camp.token(t.id)
		}
		if now == nil || t.id != now.id || t.decimals != now.decimals {
			return fmt.Sprintf("%s with %d decimals", t.id, t.decimals)
		}
		for _, a := range t.assets {
			if on := now.on(a.chain); on == nil || on.id != a.id || on.decimals != a.decimals {
				return fmt.Sprintf("%s with %d decimals", a.id, a.decimals)
			}
		}
	}
	return ""
}

func sha256Hex(data []byte) string {
	d := sha256.Sum256(data)
	return hexText(d[:])
}

// readLimited reads a file of another bundle.
func readLimited(fsys fs.FS, name string, limit int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return data, err
}
