package verify

// The findings about other tools' files. Those that harm nobody are reported as remarks.
const (
	FileMalformed  Code = "list-malformed"
	FileKeyTwice   Code = "list-key-twice"
	FileMember     Code = "list-member"
	ListEmpty      Code = "list-empty"
	ListRoot       Code = "list-root"
	ListRootGiven  Code = "list-root-given"
	ListTotal      Code = "list-total"
	ListCount      Code = "list-count"
	ListWidth      Code = "list-width"
	ListIncomplete Code = "list-incomplete"
	ListDiffers    Code = "list-differs"
	ListTrap       Code = "list-trap"
	ListNode       Code = "list-node"

	RowAccount     Code = "row-account"
	RowChecksum    Code = "row-checksum"
	RowSpelling    Code = "row-spelling"
	RowValue       Code = "row-value"
	RowWidth       Code = "row-width"
	RowDuplicate   Code = "row-duplicate"
	RowRepeated    Code = "row-repeated"
	RowIndex       Code = "row-index"
	RowLeaf        Code = "row-leaf"
	RowProof       Code = "row-proof"
	RowProofOther  Code = "row-proof-other"
	RowProofAbsent Code = "row-proof-absent"
	RowPlace       Code = "row-place"
	RowZero        Code = "row-zero-account"
	RowZeroAmount  Code = "row-zero-amount"
	RowBurn        Code = "row-burn"
	RowPrecompile  Code = "row-precompile"
	RowOffCurve    Code = "row-off-curve"
	RowProgram     Code = "row-program"
	RowOwn         Code = "row-own"
)

// FileCodes lists every code that CheckFiles can report, in the order of docs/files.md. Area is "faults" or "remarks".
func FileCodes() []Meaning {
	return append([]Meaning{
		{FileMalformed, "faults", "the file is not JSON, or not a table, from this place on"},
		{FileKeyTwice, "faults", "an object has a key twice; readers keep the last value and lose the other"},
		{FileMember, "faults", "a member that the kind of file must have is missing or is not of the right kind"},
		{ListEmpty, "faults", "there is no row in the list"},
		{ListRoot, "faults", "no tree that is possible for this kind of file has the stated root"},
		{ListRootGiven, "faults", "the root that the file states is not the one that was given, for example the one on chain"},
		{ListTotal, "faults", "a stated total is not the sum of the rows"},
		{ListCount, "faults", "a stated count is not the number of rows"},
		{ListWidth, "faults", "the sum of the rows is wider than the contract can hold"},
		{ListIncomplete, "faults", "proofs name parts of the tree in which no row of the list stands: rows are missing"},
		{ListDiffers, "faults", "two files, or two places of one file, that must agree do not"},
		{ListTrap, "faults", "amounts that the tool of this kind of file reads otherwise than they look"},
		{ListNode, "faults", "a stored node of the tree is not the hash of its two children"},
		{RowAccount, "faults", "an account is not an address of the chain"},
		{RowChecksum, "faults", "an address of mixed letters is not the EIP-55 checksum of its bytes"},
		{RowValue, "faults", "a value is not of the form its field needs"},
		{RowWidth, "faults", "an amount is wider than the contract can hold"},
		{RowDuplicate, "faults", "a row that can never be paid, since the contract pays its account (and token) once or only the largest of its rows"},
		{RowIndex, "faults", "two rows have one index, of which the contract pays once"},
		{RowLeaf, "faults", "a stated leaf hash is not that of its row"},
		{RowProof, "faults", "a proof does not lead from the row's leaf to the root"},
		{RowProofAbsent, "faults", "a row has no proof while others have"},
		{RowPlace, "faults", "a row states another place in the tree than its own"},
		{RowZero, "faults", "a row pays the zero account"},
		{RowSpelling, "remarks", "an account, number or category is spelled oddly: blanks around it, 0X, all letters large, no checksum, an exponent, a word that its tool does not know"},
		{RowRepeated, "remarks", "an account, or a whole row, is there more than once and each can be paid"},
		{RowProofOther, "remarks", "a proof leads to the root but is not the one of the rebuilt tree"},
		{RowZeroAmount, "remarks", "a row pays nothing"},
		{RowBurn, "remarks", "a row pays a known burn address"},
		{RowPrecompile, "remarks", "a row pays a precompiled contract"},
		{RowOffCurve, "remarks", "a row pays a key that is not on the curve, so that no wallet holds it"},
		{RowProgram, "remarks", "a row pays a program, a sysvar or a native mint"},
		{RowOwn, "remarks", "a row pays the token or the distributor itself"},
	}, partCodes()...)
}
