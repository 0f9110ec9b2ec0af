module github.com/merkle-drop/merkle/bench

go 1.26.0

require (
	github.com/cbergoon/merkletree v0.5.0
	github.com/cloudflare/circl v1.6.5
	github.com/ethereum/go-ethereum v1.17.10
	github.com/merkle-drop/merkle v0.0.0
	github.com/minio/sha256-simd v1.0.1
	github.com/transparency-dev/merkle v0.0.2
	github.com/wealdtech/go-merkletree/v2 v2.6.1
	golang.org/x/crypto v0.58.0
)

require (
	github.com/holiman/uint256 v1.3.2 // indirect
	github.com/iden3/go-iden3-crypto v0.0.16 // indirect
	github.com/klauspost/cpuid/v2 v2.3.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/shopspring/decimal v1.6.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/merkle-drop/merkle => ../
