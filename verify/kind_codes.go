package verify

// The findings that only lists and trees of several files have; FileCodes lists them with the others.
const (
	RowTwoTrees Code = "row-two-trees"
	RowCut      Code = "row-cut"
)

func partCodes() []Meaning {
	return []Meaning{
		{RowTwoTrees, "faults", "a wallet is in two trees of one split; the tools that serve proofs keep one of its claims only"},
		{RowCut, "remarks", "an amount has more fraction digits than the token, and the tool of this kind of list cuts them off"},
	}
}
