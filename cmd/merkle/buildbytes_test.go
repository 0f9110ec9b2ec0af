package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/campaign"
)

// TestBundlesNeverChange builds the synthetic campaigns of every rule. The digests are those of the first release's simple path: one goroutine, a big
// integer an amount, a file flushed after the other.
func TestBundlesNeverChange(t *testing.T) {
	for _, want := range []struct {
		rule     string
		accounts int
		seed     uint64
		digest   string
	}{
		{"fixed/v1", 1, 1, "6fef6d94b986ba22e68f3191f116ceeced93baa8be16b06a5a81b2787b239c0c"},
		{"fixed/v1", 700, 1, "4ba94d7df4b401246a20c06921934681c0f77f1d418390deee620aa8b925d187"},
		{"fixed/v1", 700, 7, "de82b1bbb6b0a924deef52e163eaed2a990abb46d9e92ebf18e1b5bb9e61d916"},
		{"fixed/v1", 9000, 7, "36b071892f44cfda6ea01c984b2cbf9dd946e2ef88dde072a0a946334a088b81"},
		{"jupiter-asr/v1", 1, 1, "3fa1d817b056159c7f46f26bcc4a0c591106c586c99416db088509e320240161"},
		{"jupiter-asr/v1", 700, 1, "f75916f01e4e4f21c2aa53c8cf2aad0387077e26376b3c5562a06184066ccb7d"},
		{"jupiter-asr/v1", 700, 7, "82033dd5a6d2d856f869902ba86b711bcca70dd47bdfc17fa1d7f02263b4ae21"},
		{"jupiter-asr/v1", 9000, 7, "cead8528da3950be7509f39f7ecd061217a0fc15868f72dd6879a30a2a349a12"},
		{"jupiter-asr/v2", 1, 1, "519eba4298e07fd7ce50d5705155472b57fca44268524ac6eb704d5f72392d1c"},
		{"jupiter-asr/v2", 700, 1, "9b2c7e0948e687035265d3ea437726f4be60a7a535c18d7d1eca43b404026f8a"},
		{"jupiter-asr/v2", 700, 7, "9bda1157eab44ef80ef6ee061f2b75d728f14123149033657cdf3d45cdf3e4fc"},
		{"jupiter-asr/v2", 9000, 7, "dded397f596e2a5094d216fa60bc03e12af1286410726c2b319a27123ace9edf"},
		{"pro-rata/v1", 1, 1, "2144b83a04af3ffbc451b6f1762e7cf3b58fd114b4162db857a4e529c748fe38"},
		{"pro-rata/v1", 700, 1, "960e7bf540385202bfc40142d95edefe5c0e92daa34c4e0d19690f9a551955ab"},
		{"pro-rata/v1", 700, 7, "acd122a50efa2f2e794ea32cbf7068ef06b10fc57de214e55f42e39dee9ed39e"},
		{"pro-rata/v1", 9000, 7, "035dcd96ece3c871338649260de6ab0e4c22221533fd5645383bfb940dd98d68"},
		{"astra-rewards/v1", 1, 1, "4d70c2e0eddd71bf55057bf11406623372420ce847dfe7131bee98ca2e6ba885"},
		{"astra-rewards/v1", 700, 1, "699738cd18d306254b5a0ba87774a16c3d86d40360be0aca9ec4ee5699dccc5a"},
		{"astra-rewards/v1", 700, 7, "094ebcd0fc0297683c06393ec7826f1583ab6a4e80eb4fdd49b5bae47780901e"},
		{"astra-rewards/v1", 9000, 7, "7b536083950fb9e7e8cb182a3a8a24a514e00d16c30ae0f84ceb09f3bc88fead"},
		{"noon-active-staking/v1", 1, 1, "4ff6f03b7ab9bb1146cea984290ccfd59accbe99a0489be0be091962bf8e996a"},
		{"noon-active-staking/v1", 700, 1, "98459e87386178da708cd01b0ef43efc3e61281ea587bc82a0ee6ca84ecb708c"},
		{"noon-active-staking/v1", 700, 7, "fae710d5e17aa6a4cb0792345f6c20cd26624df994bdccaae1037f9fb6bb266f"},
		{"noon-active-staking/v1", 9000, 7, "4d29a843b3fdbbdd88d5e89f87226b7524fea229622437f9e281f3e8bbe16aa6"},
		{"noon-open-staking/v1", 1, 1, "7e2ef19da1a3dc4e1c95168bc2fd4cffd5e2d4cef1a1704e55ee2989d1ea6f00"},
		{"noon-open-staking/v1", 700, 1, "e70950c7ff6f44f14766363123a45b7c95443d685e7a02311d0a08de5d86c3b2"},
		{"noon-open-staking/v1", 700, 7, "6d14761059e1f3e0a7631313ae23a24e8cc107334c85666951a8e5040b6b7166"},
		{"noon-open-staking/v1", 9000, 7, "43ae3e97ead6ca24509ce98581335b9fc1298a3fcdcfd49cb8d9b00191796725"},
	} {
		dir := filepath.Join(t.TempDir(), "campaign")
		if err := campaign.Scaffold(want.rule, dir, campaign.ScaffoldOptions{Accounts: want.accounts, Seed: want.seed}); err != nil {
			t.Fatal(err)
		}
		for _, workers := range []string{"1", "3"} {
			if got := bundleBytes(t, filepath.Join(dir, "campaign.yaml"), "--workers", workers); got != want.digest {
				t.Errorf("%s, %d accounts, seed %d, %s workers: %s, was %s", want.rule, want.accounts, want.seed, workers, got, want.digest)
			}
		}
	}
}

// TestBuildComparesChecksums: addresses are compared with EIP-55 many at once, and each wrong one is named where it stands.
func TestBuildComparesChecksums(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "campaign")
	if err := campaign.Scaffold("fixed/v1", dir, campaign.ScaffoldOptions{Accounts: 5000, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "list.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	var want []string
	for _, at := range []int{1, 129, 2048, 2049, 5000} { // first and last of batches
		i := strings.IndexAny(lines[at], "abcdef")
		good := lines[at][:42]
		lines[at] = lines[at][:i] + strings.ToUpper(lines[at][i:i+1]) + lines[at][i+1:]
		want = append(want, fmt.Sprintf("list.csv:%d:1: account %q: EIP-55 checksum does not match, want %s", at+1, lines[at][:42], good))
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o666); err != nil {
		t.Fatal(err)
	}
	var errw bytes.Buffer
	if code := runIn(t, io.Discard, &errw, "build", filepath.Join(dir, "campaign.yaml"), "-o", filepath.Join(dir, "bundle")); code != exitRefused {
		t.Errorf("exit status %d, want %d", code, exitRefused)
	}
	for _, line := range want {
		if !strings.Contains(errw.String(), line) {
			t.Errorf("%q is not in\n%s", line, errw.String())
		}
	}
}
