package tools

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/crypto/sha3"
)

// TestTokensoftTranches packs the data fields as Tokensoft's script does and hashes them to the leaves.
func TestTokensoftTranches(t *testing.T) {
	built := someTree(t, "tokensoft-tranche-v1")
	var file struct {
		Claims map[string]struct {
			Data []struct {
				Name, Type string
				Value      any
			}
		}
	}
	unmarshal(t, []byte(streamed(t, "tokensoft", built, told())), &file)
	for row, who := range built.Rows().Accounts {
		var packed []byte
		for _, d := range file.Claims[who.Text()].Data {
			switch d.Type {
			case "uint256":
				word := make([]byte, 32)
				if n, ok := d.Value.(float64); ok { // JavaScript's number, small here
					binary.BigEndian.PutUint64(word[24:], uint64(n))
				} else {
					a := amount(t, d.Value.(string)).Bytes32()
					word = a[:]
				}
				packed = append(packed, word...)
			case "address", "bytes":
				raw, err := hex.DecodeString(strings.TrimPrefix(d.Value.(string), "0x"))
				if err != nil {
					t.Fatal(err)
				}
				packed = append(packed, raw...)
			default:
				t.Fatalf("type %s", d.Type)
			}
		}
		h := sha3.NewLegacyKeccak256()
		h.Write(packed)
		leaf := built.Leaf(row)
		if hex.EncodeToString(h.Sum(nil)) != hex.EncodeToString(leaf[:]) || len(packed) != 84+64+2*64 {
			t.Errorf("row %d: %d bytes hash to another leaf", row, len(packed))
		}
	}
}
