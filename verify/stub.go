package verify

import "math/big"

type inputData struct{}
type allocation struct{ tokens []tokenResult }
type tokenResult struct{ claims *big.Int }

func (k *checker) readInputs() {
	k.skipped = append(k.skipped, "inputs, and the allocation from them: this build of the verifier does not recompute them")
}
func (k *checker) allocate()        {}
func (k *checker) compareClaims()   {}
func (k *checker) checkAssertions() {}
