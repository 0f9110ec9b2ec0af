package verify

import (
	"fmt"
	"strings"
)

// settleConstants spells the values of constants as leaf rules take them: hex in small letters. An address of mixed letters must be EIP-55.
func settleConstants(given map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(given))
	for _, name := range sortedKeys(given) {
		value := strings.TrimSpace(given[name])
		if len(value) > 2 && strings.EqualFold(value[:2], "0x") {
			low := "0x" + strings.ToLower(value[2:])
			if len(value) == 42 && value[2:] != low[2:] && value[2:] != strings.ToUpper(value[2:]) {
				var b [20]byte
				if unhex(b[:], low[2:]) && checksumText(b[:]) != "0x"+value[2:] {
					return nil, fmt.Errorf("%w: constant %s %q: want the checksum %s", ErrFileOption, name, value, checksumText(b[:]))
				}
			}
			value = low
		}
		out[name] = value
	}
	return out, nil
}
