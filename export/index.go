package export

import (
	"slices"
	"strconv"
)

// pageSegments is how many segments an index page holds.
const pageSegments = 1024

// segment is a run of neighbours in key order inside one shard, found by its separator.
type segment struct {
	separator string
	shard     int
}

// segments lists the segments of a group's shards by key: runs are the places that a shard holds, in runs that do not touch each other, and key
// reads the key at a place.
func segments(shards int, runs func(shard int) [][2]int, key func(place int) (string, error)) ([]segment, error) {
	type run struct{ from, shard int }
	var all []run
	for i := range shards {
		for _, r := range runs(i) {
			all = append(all, run{r[0], i})
		}
	}
	slices.SortFunc(all, func(a, b run) int { return a.from - b.from })
	out := make([]segment, len(all))
	for i, r := range all {
		out[i].shard = r.shard
		if i == 0 {
			continue
		}
		last, err := key(r.from - 1)
		if err != nil {
			return nil, err
		}
		next, err := key(r.from)
		if err != nil {
			return nil, err
		}
		out[i].separator = separator(last, next)
	}
	return out, nil
}

// separator is the shortest prefix of next that is greater than last; all of next when the two are equal.
func separator(last, next string) string {
	for i := range next {
		if last[i] != next[i] {
			return next[:i+1]
		}
	}
	return next
}

// indexPage is the JSON of one page.
func indexPage(group string, page int, segments []segment) ([]byte, error) {
	list := make([]any, len(segments))
	for i, s := range segments {
		list[i] = []any{s.separator, strconv.Itoa(s.shard)}
	}
	return appendValue(nil, map[string]any{"format": FormatIndex, "group": group, "page": strconv.Itoa(page), "segments": list})
}

// perDirectory is how many numbered files a directory holds.
const perDirectory = 1000

// numbered is the path of shard or page number i below a group's directory: kind/DDD/DDD.json.
func numbered(group, kind string, i int) (dir, name string) {
	dir = "groups/" + group + "/" + kind + "/" + digits3(i/perDirectory)
	return dir, dir + "/" + digits3(i%perDirectory) + ".json"
}

func digits3(i int) string {
	text := strconv.Itoa(i)
	return "000"[min(3, len(text)):] + text
}
