package tree

import "math/big"

func bigFrom(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
