package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// writeList makes a list of n rows, the same for the same n and kind: kind "evm" has EIP-55 accounts, "solana" base58, "index" an index before EIP-55
// accounts. Amounts have up to 20 digits for EVM, up to 12 for Solana; about half of its accounts are off the curve, which is warned of.
func writeList(name, kind string, n int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	family, header := merkle.EVM, "account,amount\n"
	switch kind {
	case "solana":
		family = merkle.Solana
	case "index":
		header = "index,account,amount\n"
	}
	w.WriteString(header)
	line := make([]byte, 0, 128)
	for i := range n {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		account, err := merkle.NewAccount(family, h[:family.Width()])
		if err != nil {
			return err
		}
		more := sha256.Sum256(h[:])
		amount := 1 + binary.BigEndian.Uint64(more[:])
		if kind == "solana" {
			amount >>= 26 // the sum of 1e7 rows and more fits in 64 bits, too
		}
		line = line[:0]
		if kind == "index" {
			line = append(strconv.AppendInt(line, int64(i), 10), ',')
		}
		line = append(append(line, account.String()...), ',')
		line = append(strconv.AppendUint(line, amount|1, 10), '\n')
		w.Write(line)
	}
	return w.Flush()
}
