package tree

import "testing"

type solanaVector struct {
	N            int
	OddRule      string `json:"odd_rule"`
	Root         string
	Claims       []solanaClaim
	InputOrder   []struct{ Address, Earnings string } `json:"input_order"`
	TreeHeight   int                                  `json:"tree_height"`
	Distribution string                               `json:"distribution_account"`
}

type solanaClaim struct {
	Claimant, Preimage, Amount, Nonce, Identity, Ecosystem string
	Index                                                  uint64
	Unlocked                                               string `json:"amount_unlocked"`
	Locked                                                 string `json:"amount_locked"`
	LeafHash                                               string `json:"leaf_hash"`
	Proof                                                  []string
}

func solanaVectors(t *testing.T, profile string) []solanaVector {
	t.Helper()
	var file struct {
		Profiles map[string]struct{ Cases []solanaVector }
	}
	load(t, "solana.json", &file)
	if len(file.Profiles[profile].Cases) == 0 {
		t.Fatalf("no vector %s", profile)
	}
	return file.Profiles[profile].Cases
}

func TestVectors_jito(t *testing.T) {
	for name, entry := range map[string]string{"jito-distributor": "jito-v1", "jupiter-ts-test-tree": "jupiter-ts-v1"} {
		for _, v := range solanaVectors(t, name) {
			r, wants := &Rows{}, []want{}
			for _, c := range v.Claims {
				r.Accounts = append(r.Accounts, account(t, c.Claimant))
				r.Amounts = append(r.Amounts, amount(t, c.Unlocked))
				r.Locked = append(r.Locked, amount(t, c.Locked))
				wants = append(wants, want{c.LeafHash, c.Preimage, c.Proof, true})
			}
			s := Spec{Profile: lookup(t, entry), Order: OrderProfile}
			if v.N != len(wants) {
				t.Fatalf("%s: %d claims, want %d", name, len(wants), v.N)
			}
			expect(t, build(t, s, r), v.Root, wants)
		}
	}
}
