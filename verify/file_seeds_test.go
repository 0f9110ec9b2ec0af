package verify

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// seed is a file, or files that belong together, of one kind, made of the vectors that the tool of that kind has made.
type seed struct {
	name  string
	kind  string // as the report names it
	root  string // that it must give
	o     FileOptions
	files []string // name, text, name, text, …
	prof  string   // profile that must be found
}

func (s *seed) list() (files []File) {
	for i := 0; i < len(s.files); i += 2 {
		files = append(files, textFile(s.files[i], s.files[i+1]))
	}
	return files
}

// vectorMembers are the vectors of a file under fixtures/vectors, by id, with their members as they are written.
func vectorMembers(t testing.TB, name string) (ids []string, byID map[string]map[string]json.RawMessage) {
	t.Helper()
	data, err := os.ReadFile("../fixtures/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		var doc struct {
			Vectors []map[string]json.RawMessage `json:"vectors"`
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		list = doc.Vectors
	}
	byID = map[string]map[string]json.RawMessage{}
	for _, v := range list {
		id := rawText(t, v["id"])
		ids, byID[id] = append(ids, id), v
	}
	return ids, byID
}

func rawText(t testing.TB, raw json.RawMessage) (s string) {
	t.Helper()
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return s
}

func decodeRaw[T any](t testing.TB, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return v
}

// evmSeeds are all files that the EVM vectors hold, and files of kinds of which they hold the content.
func evmSeeds(t testing.TB) (out []seed) {
	t.Helper()
	ids, byID := vectorMembers(t, "evm.json")
	for _, id := range ids {
		v := byID[id]
		add := func(kind, root, prof string, o FileOptions, files ...string) {
			o.Decimals = -1
			out = append(out, seed{id, kind, root, o, files, prof})
		}
		root := ""
		if v["root"] != nil {
			root = rawText(t, v["root"])
		}
		if v["claimFile"] != nil {
			add("uniswap", root, "uniswap-v1", FileOptions{}, "claims.json", string(v["claimFile"]))
			add("uniswap-input", root, "uniswap-v1", FileOptions{Root: root}, "list.json", string(v["input"]))
			add("proofs", root, "uniswap-v1", FileOptions{}, "proofs.json", ownProofsOf(t, root, v))
			add("claims", root, "uniswap-v1", FileOptions{}, "users.json", strings.NewReplacer(`"merkleRoot"`, `"root"`, `"claims"`, `"users"`).Replace(string(v["claimFile"])))
		}
		if v["dump"] != nil {
			prof := "oz-standard-v1"
			if strings.HasPrefix(id, "oz-simple") {
				prof = "oz-simple-v1"
			}
			add("oz-dump", root, prof, FileOptions{}, "dump.json", string(v["dump"]))
		}
		if v["campaignJson"] != nil {
			text := string(v["campaignJson"])
			if strings.HasPrefix(text, `"`) {
				text = rawText(t, v["campaignJson"])
			}
			add("sablier", root, "sablier-v1", FileOptions{}, "campaign.json", text)
		}
		if v["urdJson"] != nil {
			add("urd", root, "morpho-urd-v1", FileOptions{}, "urd.json", string(v["urdJson"]))
		}
		switch {
		case strings.HasPrefix(id, "merkl-dispute"):
			add("merkl", root, "merkl-v1", FileOptions{Root: root}, "rewards.json", string(v["input"]))
		case strings.HasPrefix(id, "merkl-sdk"):
			add("merkl", root, "merkl-sdk-v1", FileOptions{}, "epoch.json", `{"lastUpdateEpoch":1,"merklRoot":"`+root+`","rewards":`+string(v["input"])+`}`)
		case strings.HasPrefix(id, "eigenlayer-e"):
			add("eigenlayer", root, "eigenlayer-v1", FileOptions{Root: root}, "lines.json", linesOf(t, v["input"]))
			add("eigenlayer", root, "eigenlayer-v1", FileOptions{Root: root}, "distribution.json", nestedOf(t, v["input"]))
		case strings.HasPrefix(id, "tokensoft"):
			prof := "tokensoft-v1"
			if strings.Contains(id, "continuous") {
				prof = "tokensoft-continuous-v1"
			}
			add("tokensoft", root, prof, FileOptions{}, "claims.json", string(v["output"]))
		case strings.HasPrefix(id, "thirdweb"):
			prof := "thirdweb-drop-v1"
			if strings.Contains(id, "-v2") {
				prof = "thirdweb-drop-v2"
			}
			files := []string{"info.json", string(v["info"])}
			shards := decodeRaw[map[string]json.RawMessage](t, v["shardFiles"])
			var names []string
			for name := range shards {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				files = append(files, name, string(shards[name]))
			}
			add("thirdweb", root, prof, FileOptions{}, files...)
		case strings.HasPrefix(id, "rocketpool"):
			add("rocketpool", root, "rocketpool-voter-v1", FileOptions{}, "rewards.json", rocketOf(t, root, v["leaves"]))
		}
		if v["output"] != nil && strings.HasPrefix(id, "uniswap-oldformat") {
			out := decodeRaw[struct{ MerkleRoot string }](t, v["output"])
			add("uniswap", out.MerkleRoot, "uniswap-v1", FileOptions{}, "claims.json", string(v["output"]))
			add("uniswap-input", out.MerkleRoot, "uniswap-v1", FileOptions{Root: out.MerkleRoot}, "list.json", string(v["input"]))
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d files in the vectors", len(out))
	}
	return out
}

// ownProofsOf writes a vector's claims as merkle-proofs/v1.
func ownProofsOf(t testing.TB, root string, v map[string]json.RawMessage) string {
	leaves := decodeRaw[[]struct {
		Index                     int
		Account, Amount, LeafHash string
		Proof                     []string
	}](t, v["leaves"])
	claims := decodeRaw[struct {
		Claims map[string]struct{ Proof []string }
	}](t, v["claimFile"])
	var b strings.Builder
	fmt.Fprintf(&b, `{"format":"merkle-proofs/v1","profile":"uniswap-v1","order":"leaf-hash","root":"%s","leaves":"%d","claims":[`, root, len(leaves))
	for i, l := range leaves {
		proof, _ := json.Marshal(append([]string{}, claims.Claims[l.Account].Proof...))
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n"+`{"index":"%d","account":"%s","amount":"%s","leaf":"%s","proof":%s}`, l.Index, strings.ToLower(l.Account), l.Amount, l.LeafHash, proof)
	}
	return b.String() + "]}\n"
}

type earnerRow struct{ Earner, Token, Amount string }

// linesOf writes rows as EigenLayer publishes them, a line each.
func linesOf(t testing.TB, raw json.RawMessage) string {
	var b strings.Builder
	for _, r := range decodeRaw[[]earnerRow](t, raw) {
		fmt.Fprintf(&b, `{"earner":"%s","token":"%s","snapshot":1,"cumulative_amount":"%s"}`+"\n", r.Earner, r.Token, r.Amount)
	}
	return b.String()
}

// nestedOf writes rows as the nested object of bare numbers.
func nestedOf(t testing.TB, raw json.RawMessage) string {
	rows := decodeRaw[[]earnerRow](t, raw)
	var b strings.Builder
	last := ""
	b.WriteByte('{')
	for _, r := range rows {
		switch {
		case r.Earner == last:
			b.WriteByte(',')
		case last != "":
			b.WriteString("},")
		}
		if r.Earner != last {
			fmt.Fprintf(&b, `"%s":{`, r.Earner)
		}
		last = r.Earner
		fmt.Fprintf(&b, `"%s":%s`, r.Token, r.Amount)
	}
	return b.String() + "}}"
}

// rocketOf writes the leaves of a vector, of which it holds the pre-images, as a rewards file.
func rocketOf(t testing.TB, root string, raw json.RawMessage) string {
	leaves := decodeRaw[[]struct {
		Preimage string
		Proof    []string
	}](t, raw)
	number := func(b []byte) string {
		var n num
		copy(n[:], b)
		return n.String()
	}
	var rows []string
	sums := [3]string{"0", "0", "0"}
	add := func(i int, s string) {
		x, _ := parseDigits(sums[i])
		y, _ := parseDigits(s)
		sums[i] = x.Add(x, y).String()
	}
	for _, l := range leaves {
		b, err := hex.DecodeString(strings.TrimPrefix(l.Preimage, "0x"))
		if err != nil || len(b) != 20+4*32 {
			t.Fatalf("pre-image of %d bytes: %v", len(b), err)
		}
		rpl, eth, voter := number(b[52:84]), number(b[84:116]), number(b[116:])
		add(0, rpl)
		add(1, eth)
		add(2, voter)
		proof, _ := json.Marshal(append([]string{}, l.Proof...))
		rows = append(rows, fmt.Sprintf(`"%s":{"rewardNetwork":%s,"collateralRpl":"%s","oracleDaoRpl":"0","smoothingPoolEth":"%s","voterShareEth":"%s","merkleProof":%s}`,
			hex0x(b[:20]), number(b[20:52]), rpl, eth, voter, proof))
	}
	return fmt.Sprintf(`{"rewardsFileVersion":3,"merkleRoot":"%s","totalRewards":{"totalCollateralRpl":"%s","totalOracleDaoRpl":"0","nodeOperatorSmoothingPoolEth":"%s"},"nodeRewards":{%s}}`,
		root, sums[0], sums[1], strings.Join(rows, ",\n"))
}
