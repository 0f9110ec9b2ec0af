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

// segments lists the group's segments by key.
func (g *group) segments() []segment {
	type placed struct{ from, to, shard int }
	var runs []placed
	for i := range g.shards {
		for _, r := range g.shards[i].runs {
			runs = append(runs, placed{r[0], r[1], i})
		}
	}
	slices.SortFunc(runs, func(a, b placed) int { return a.from - b.from })
	out := make([]segment, len(runs))
	for i, r := range runs {
		out[i].shard = r.shard
		if i > 0 {
			out[i].separator = separator(g.key(r.from-1), g.key(r.from))
		}
	}
	return out
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

// numbered is the path of shard or page number i below a group's directory: kind/DDD/DDD.json.
func numbered(group, kind string, i int) (dir, name string) {
	dir = "groups/" + group + "/" + kind + "/" + digits3(i/1000)
	return dir, dir + "/" + digits3(i%1000) + ".json"
}

func digits3(i int) string {
	text := strconv.Itoa(i)
	return "000"[min(3, len(text)):] + text
}
