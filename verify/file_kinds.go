package verify

import "slices"

// fileKind is one kind of file of another tool. try looks at the sources that are free, by content and never by name; when it recognises its own, it takes them
// (filePass.take), adds a listing for each tree and returns true. It is called again until it returns false.
type fileKind struct {
	name string
	try  func(p *filePass) bool
}

// fileKinds are all kinds, the narrow ones before the wide. Companions (a root, a list beside a tree) come after the kinds that they accompany.
func fileKinds() []fileKind {
	return slices.Concat(ownKinds(), partKinds(), solanaKinds(), evmKinds(), genericKinds(), listKinds())
}

// ownKinds come first: our own file names its format, profile and order, and its members look like those of others.
func ownKinds() []fileKind { return []fileKind{{"proofs", tryOwnProofs}} }

func evmKinds() []fileKind {
	return []fileKind{
		{"oz-dump", tryOZ},
		{"multiproof", tryMultiproof},
		{"sablier", trySablier},
		{"rocketpool", tryRocketPool},
		{"merkl", tryMerkl},
		{"urd", tryURD},
		{"tokensoft", tryTokensoft},
		{"thirdweb", tryThirdweb},
		{"ens", tryENS},
		{"uniswap", tryUniswap},
		{"uniswap-chunks", tryUniswapChunks},
		{"uniswap-input", tryUniswapInput},
		{"eigenlayer", tryEigenLayer},
	}
}

func genericKinds() []fileKind { return []fileKind{{"claims", tryClaims}} }
