package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spot is one piece of a file's text that means something: a value, or the name of a member.
type spot struct {
	file     int // of the seed's names and texts
	from, to int
	path     string
}

// meaningless are members that say nothing about who is paid what.
func meaningless() []string {
	return []string{"flags", "reasons", "id", "metadata", "snapshot", "lastUpdateEpoch", "campaignId", "reason", "lastProcessedTimestamp", "rewardsFileVersion", "baseUri",
		"originalEntriesUri", "isShardedMerkleTree", "format", "leafEncoding", "name", "type", "profile", "order", "merkle_tree", "d1", "d2", "d3"}
}

// spotsOf are the values and account keys of a file that mean something, and the rows.
func spotsOf(file int, text string) (values, rows []spot) {
	s := newSource("x", text)
	if s.doc == nil {
		return nil, nil
	}
	var walk func(v jval, path string, isRow bool)
	walk = func(v jval, path string, isRow bool) {
		if isRow {
			rows = append(rows, spot{file, v.at, s.doc.end(v.at), path})
		}
		switch v.kind() {
		case '{':
			for _, m := range v.members() {
				if slices.Contains(meaningless(), m.name) && m.name != "d1" && m.name != "d2" && m.name != "d3" {
					continue
				}
				if isAddress(m.name) {
					values = append(values, spot{file, m.at, s.doc.stringEnd(m.at), path + ".(key)"})
				}
				walk(m.val, path+"."+m.name, false)
			}
		case '[', 'l':
			for i, item := range v.list() {
				walk(item, fmt.Sprintf("%s[%d]", path, i), item.kind() == '{' && !has(item, "type"))
			}
		case '"', '0':
			values = append(values, spot{file, v.at, s.doc.end(v.at), path})
		}
	}
	walk(s.top(), "", false)
	return values, rows
}

// editDigit gives a digit of the spot another value. Letters keep their size, so that a hash or address stays well formed.
func editDigit(t *rapid.T, text string, sp spot) (string, bool) {
	piece := text[sp.from:sp.to]
	if strings.HasPrefix(piece, `"unlimited`) {
		return text[:sp.from] + `"7"` + text[sp.to:], true
	}
	start := 0
	if i := strings.Index(piece, "0x"); i >= 0 {
		start = i + 2
	}
	var at []int
	for i := start; i < len(piece); i++ {
		if _, _, ok := nibble(piece[i]); ok {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return "", false
	}
	i := rapid.SampledFrom(at).Draw(t, "digit")
	hex := start > 0
	digits := "0123456789"
	if hex {
		digits += "abcdef"
	}
	old, _, _ := nibble(piece[i])
	if int(old) >= len(digits) {
		return "", false
	}
	d := digits[(int(old)+rapid.IntRange(1, len(digits)-1).Draw(t, "by"))%len(digits)]
	if d == '0' && i == start && !hex && len(at) > 1 { // no leading zero in a bare number
		d = '0' + (old+1)%9 + 1
		if d == '0'+old {
			d = '1' + old%9
		}
	}
	if d == piece[i] {
		return "", false
	}
	return text[:sp.from] + piece[:i] + string(d) + piece[i+1:] + text[sp.to:], true
}

// TestOneEdit changes one thing that means something in a file of every kind and expects a fault: a digit of a value or an account, a row left out, a row twice.
func TestOneEdit(t *testing.T) {
	for _, s := range evmSeeds(t) {
		t.Run(s.name+"/"+s.files[0], func(t *testing.T) {
			var values, rows []spot
			for i := 1; i < len(s.files); i += 2 {
				v, r := spotsOf(i, s.files[i])
				values, rows = append(values, v...), append(rows, r...)
			}
			if len(values) == 0 {
				t.Fatal("nothing to edit")
			}
			rapid.Check(t, func(t *rapid.T) {
				edited := seed{s.name, s.kind, s.root, s.o, slices.Clone(s.files), s.prof}
				var what spot
				if len(rows) > 1 && rapid.IntRange(0, 4).Draw(t, "row") == 0 {
					what = rapid.SampledFrom(rows).Draw(t, "spot")
					text := s.files[what.file]
					if rapid.Bool().Draw(t, "twice") {
						edited.files[what.file] = text[:what.to] + "," + text[what.from:]
						if newSource("x", text).doc.top().kind() == 'l' {
							edited.files[what.file] = text[:what.to] + "\n" + text[what.from:]
						}
					} else {
						edited.files[what.file] = cutEntry(text, what)
					}
				} else {
					what = rapid.SampledFrom(values).Draw(t, "spot")
					text, ok := editDigit(t, s.files[what.file], what)
					if !ok {
						t.Skip("no digit")
					}
					edited.files[what.file] = text
				}
				r := editedReport(t, edited.o, edited.list()...)
				if r != nil && len(r.Findings) == 0 {
					t.Fatalf("an edit at %s was not found:\n%s\n%s", what.path, edited.files[what.file], filesReport(r))
				}
			})
		})
	}
}

// cutEntry leaves an entry of a list out, with the comma on one side of it.
func cutEntry(text string, sp spot) string {
	before, after := strings.TrimRight(text[:sp.from], " \t\r\n"), strings.TrimLeft(text[sp.to:], " \t\r\n")
	switch {
	case strings.HasPrefix(after, ","):
		return before + after[1:]
	case strings.HasSuffix(before, ","):
		return before[:len(before)-1] + after
	}
	return before + "\n" + after
}

// editedReport judges files; nil when no kind is known, which an edit may bring about.
func editedReport(t *rapid.T, o FileOptions, files ...File) *FileReport {
	r, err := CheckFiles(context.Background(), files, o)
	if err != nil && !errors.Is(err, ErrUnknownFile) {
		t.Fatal(err)
	}
	return r
}
