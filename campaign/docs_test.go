package campaign

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The examples of docs/campaign.md make one campaign, and it names all that rules and inputs accept.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/campaign.md")
	if err != nil {
		t.Fatal(err)
	}
	source := "format: merkle-campaign/v1\nid: docs\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\n"
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
		source += string(block[1])
	}
	c, err := Parse([]byte(source), "docs.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if len(c.Tokens) != 2 || len(c.Trees) != 2 || len(c.Assert) != 2 || len(c.Exclude) != 1 || c.Publish.Pos.Line == 0 {
		t.Errorf("got %+v", c)
	}
	words := inputKeys[:]
	for _, r := range Rules() {
		words = append(words, r.Name)
		words = append(words, r.Keys()...)
		for _, s := range r.Settings {
			words = append(words, s.Choices...)
		}
	}
	for _, w := range words {
		if !strings.Contains(string(page), "`"+w+"`") {
			t.Errorf("docs/campaign.md does not name %s", w)
		}
	}
}

// Every rule has its page, and every page of a rule its place in the catalogue.
func TestRules_havePages(t *testing.T) {
	for i, r := range Rules() {
		page, err := os.ReadFile("../" + r.Page)
		if err != nil || !strings.HasPrefix(string(page), "# "+r.Name+"\n") {
			t.Errorf("%s: page %s: %v", r.Name, r.Page, err)
		}
		for _, key := range r.Keys()[1:] {
			if !strings.Contains(string(page), "`"+key+"`") {
				t.Errorf("%s: its page does not name %s", r.Name, key)
			}
		}
		for _, want := range []string{r.Name + ": " + r.Summary, r.Formula[:10], r.Source, r.Page} {
			if !strings.Contains(r.Text(), want) {
				t.Errorf("%s: its text lacks %q:\n%s", r.Name, want, r.Text())
			}
		}
		if all := Rules(); i > 0 && all[i-1].Name >= r.Name {
			t.Errorf("%s stands after %s", r.Name, all[i-1].Name)
		}
	}
	if _, ok := LookupRule("fixed/v0"); ok {
		t.Error("a rule that does not exist was found")
	}
}
