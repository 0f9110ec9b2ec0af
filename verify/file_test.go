package verify

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// TestVectorFiles reads every file that the vectors hold: kind, root, profile, and nothing wrong.
func TestVectorFiles(t *testing.T) {
	for _, s := range evmSeeds(t) {
		t.Run(s.name+"/"+s.files[0], func(t *testing.T) {
			r := checkFilesOK(t, s.o, s.list()...)
			if !r.OK() || r.Kind != s.kind || len(r.Trees) != 1 {
				t.Fatalf("kind %s, want %s\n%s", r.Kind, s.kind, filesReport(r))
			}
			tr := r.Trees[0]
			if !tr.Matched || tr.Rebuilt != s.root || tr.Profile != s.prof || !tr.OK {
				t.Errorf("got %s by %s, want %s by %s\n%s", tr.Rebuilt, tr.Profile, s.root, s.prof, filesReport(r))
			}
			if tr.Proofs != tr.Folded {
				t.Errorf("%d proofs, %d lead to the root", tr.Proofs, tr.Folded)
			}
		})
	}
}

// TestPublishedFilesEVM reads the published distributions of the EVM kinds: the root that each must give, and what is to be said of its rows.
func TestPublishedFilesEVM(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     FileOptions
		files []string
		kind  string
		prof  string
		root  string
		rows  int
		says  []string // in the report
	}{
		{"ionx", FileOptions{}, []string{"ionx/ionx-merkle-root.json"}, "uniswap", "uniswap-v1", "0x58756dddb7c90cd6eb82cde8dea667eb364056f52d18d437838a26afd2accce0", 865,
			[]string{"tokenTotal 1000000000000000000000000 = 1000000000000000000000000"}},
		{"aave", FileOptions{}, []string{"aave-rescue/aaveRescueMerkleTree.json"}, "uniswap", "uniswap-v1", "0x46cf998dfa113fd51bc43bf8931a5b20d45a75471dde5df7b06654e94333a463", 153,
			[]string{"154 amounts for people agree with those in base units at 18 decimals", "tokenTotalInWei 37883124250835274845368 = "}},
		{"one row", FileOptions{}, []string{"aave-rescue/usdtRescueMerkleTree.json"}, "uniswap", "uniswap-v1", "0xc7ee13da36bc0398f570e2c50daea6d04645f112371489486655d566c141c156", 1,
			[]string{"at 6 decimals", "1 of 1 proofs lead to the root"}},
		{"pooltogether", FileOptions{Root: "0xd0efdfaf3f46b5aad83e628951bf1dc7f60c95f8ef00c6b867c88917246b44dd"}, []string{"pooltogether/bq-results-20210202-094742-fvr9ifm390n3.json"},
			"uniswap-input", "uniswap-v1", "0xd0efdfaf3f46b5aad83e628951bf1dc7f60c95f8ef00c6b867c88917246b44dd", 17072, []string{"in 17072 of 17072 accounts"}},
		{"rocketpool 0", FileOptions{}, []string{"rocketpool/rp-rewards-mainnet-0.json"}, "rocketpool", "rocketpool-v1",
			"0xb839fa0f5842bf3c8f19091361889fb0f1cb399d64b8da476d372b7de7a93463", 1352, []string{"networkRewards.0.oracleDaoRpl 10633670478560109529794 = "}},
		{"rocketpool 45", FileOptions{}, []string{"rocketpool/rp-rewards-mainnet-45.json"}, "rocketpool", "rocketpool-v1",
			"0x97dc8f589c86c3650a96568ab05c08a9e160aec7eb405e35ec2e62c6e1af559c", 1632, []string{"totalRewards.totalSmoothingPoolEth 50729652899890010227 = "}},
		{"ens", FileOptions{}, append(ensNames(), "ens-ep2/root.json", "ens-ep2/ep2-airdrop.json"), "ens", "ens-v1",
			"0xf4ee7e270b86a22c265f8738c1fa0ebda41ef906f761892025bbebb70fe5e8ea", 2015,
			[]string{"row-zero-amount: ens-ep2/6.json", "row-burn: ens-ep2/0.json", "row-precompile: ens-ep2/0.json", "2015 of 2015 rows are those of", "16 of 16 proofs of shards",
				"total 219295650978169915391391 = 219295650978169915391391"}},
		{"ens, the list alone", FileOptions{Root: "0xf4ee7e270b86a22c265f8738c1fa0ebda41ef906f761892025bbebb70fe5e8ea"}, []string{"ens-ep2/ep2-airdrop.json"}, "ens", "ens-v1",
			"0xf4ee7e270b86a22c265f8738c1fa0ebda41ef906f761892025bbebb70fe5e8ea", 2015, []string{"row-zero-amount"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []File
			for _, name := range c.files {
				files = append(files, publishedFile(t, name))
			}
			c.o.Decimals = -1
			r := checkFilesOK(t, c.o, files...)
			text := filesReport(r)
			if !r.OK() || r.Kind != c.kind || len(r.Trees) != 1 {
				t.Fatalf("kind %s\n%s", r.Kind, text)
			}
			tr := r.Trees[0]
			if tr.Rebuilt != c.root || !tr.Matched || tr.Leaves != c.rows || tr.Profile != c.prof {
				t.Errorf("%s by %s, %d rows\n%s", tr.Rebuilt, tr.Profile, tr.Leaves, text)
			}
			for _, s := range c.says {
				if !strings.Contains(text, s) {
					t.Errorf("the report does not say %q\n%s", s, text)
				}
			}
		})
	}
}

func ensNames() (out []string) {
	for _, d := range "0123456789abcdef" {
		out = append(out, "ens-ep2/"+string(d)+".json")
	}
	return out
}

// TestUnknownFile tells what is no kind of file from what is broken.
func TestUnknownFile(t *testing.T) {
	for _, text := range []string{`{"hello": 1}`, `[1, 2]`, `"text"`, `null`} {
		if _, err := CheckFiles(context.Background(), []File{textFile("x.json", text)}, FileOptions{Decimals: -1}); !errors.Is(err, ErrUnknownFile) {
			t.Errorf("%s: got %v, want ErrUnknownFile", text, err)
		}
	}
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("x.json", "{\"claims\":\n  {"))
	if len(r.Findings) != 1 || r.Findings[0].Code != FileMalformed || !strings.HasPrefix(r.Findings[0].Where, "x.json:2:4") {
		t.Errorf("%s", filesReport(r))
	}
	if _, err := CheckFiles(context.Background(), []File{textFile("x.json", "{}")}, FileOptions{Profile: "no-such"}); !errors.Is(err, ErrFileOption) {
		t.Errorf("got %v, want ErrFileOption", err)
	}
	if _, err := CheckFiles(context.Background(), []File{textFile("x.json", "{}")}, FileOptions{Root: "0x12"}); !errors.Is(err, ErrFileOption) {
		t.Errorf("got %v, want ErrFileOption", err)
	}
	missing := File{Name: "gone", Open: publishedOpen("gone")}
	if _, err := CheckFiles(context.Background(), []File{missing}, FileOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want not exist", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := CheckFiles(stopped, evmSeeds(t)[0].list(), FileOptions{Decimals: -1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}

// TestHexTrap says what both readings of old Uniswap lists add up to, and takes the root's word for it when there is one.
func TestHexTrap(t *testing.T) {
	const list = `{"0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f": "100"}`
	r := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("list.json", list))
	if len(r.Findings) != 1 || r.Findings[0].Code != ListTrap || !strings.Contains(r.Findings[0].String(), "total 256 as hex digits, 100 as decimals") ||
		!strings.HasPrefix(r.Findings[0].Where, "list.json:1:48") {
		t.Errorf("%s", filesReport(r))
	}
	for root, want := range map[string]string{
		"0x68de9ea8bc4f9376714cd180a888b051634a2e2d775af9e29d911fe191624eba": "the root is that of hex digits",
		"0xdefa96435aec82d201dbd2e5f050fb4e1fef5edac90ce1e03953f916a5e1132d": "the root is that of decimals",
	} {
		r := checkFilesOK(t, FileOptions{Decimals: -1, Root: root}, textFile("list.json", list))
		if !r.OK() || len(r.Remarks) != 1 || r.Remarks[0].Code != ListTrap || !strings.Contains(r.Remarks[0].Want, want) {
			t.Errorf("%s: %s", root, filesReport(r))
		}
	}
	plain := checkFilesOK(t, FileOptions{Decimals: -1}, textFile("list.json", strings.ReplaceAll(list, `"100"`, `"0x64"`)))
	if !plain.OK() || plain.Trees[0].Total != "100" {
		t.Errorf("%s", filesReport(plain))
	}
}

// TestFileCodes compares the catalogue with docs/files.md, line by line.
func TestFileCodes(t *testing.T) {
	data, err := os.ReadFile("../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	var inDocs []string
	for _, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(line, "|")
		if strings.HasPrefix(line, "| `") && len(cells) == 5 && (strings.TrimSpace(cells[2]) == "fault" || strings.TrimSpace(cells[2]) == "remark") {
			inDocs = append(inDocs, strings.Trim(cells[1], " `")+" "+strings.TrimSpace(cells[2])+"s "+strings.TrimSpace(cells[3]))
		}
	}
	known, seen := map[Code]bool{}, map[Code]bool{}
	for _, m := range Codes() {
		known[m.Code] = true
	}
	for i, m := range FileCodes() {
		if seen[m.Code] || known[m.Code] {
			t.Errorf("%s stands twice", m.Code)
		}
		seen[m.Code] = true
		want := string(m.Code) + " " + m.Area + " " + m.Text
		if i >= len(inDocs) {
			t.Errorf("not in docs/files.md: %s", want)
		} else if inDocs[i] != want {
			t.Errorf("docs/files.md has\n%s, want\n%s", inDocs[i], want)
		}
	}
	if len(inDocs) > len(FileCodes()) {
		t.Errorf("docs/files.md has %d rows too many", len(inDocs)-len(FileCodes()))
	}
}

func publishedOpen(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(name) }
}
