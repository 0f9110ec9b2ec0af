package verify

// Code names one kind of finding. Codes are stable: a code is never renamed and never given another meaning.
type Code string

// The findings, by area. Codes returns them with their meaning; docs/findings.md says what causes each and what to do.
const (
	FileMissing      Code = "file-missing"
	FileUnexpected   Code = "file-unexpected"
	FileIrregular    Code = "file-irregular"
	FileTooLarge     Code = "file-too-large"
	FileUnreadable   Code = "file-unreadable"
	FileDigest       Code = "file-digest"
	SumsMalformed    Code = "sums-malformed"
	SumsDigest       Code = "sums-digest"
	SumsTotal        Code = "sums-total"
	JSONMalformed    Code = "json-malformed"
	JSONNotCanonical Code = "json-not-canonical"
	FormatUnknown    Code = "format-unknown"

	ManifestMember Code = "manifest-member"
	ManifestValue  Code = "manifest-value"

	CampaignDigest     Code = "campaign-digest"
	CampaignUnreadable Code = "campaign-unreadable"
	CampaignKey        Code = "campaign-key"
	CampaignID         Code = "campaign-id"
	CampaignRule       Code = "campaign-rule"
	CampaignToken      Code = "campaign-token"
	CampaignTree       Code = "campaign-tree"
	CampaignPublish    Code = "campaign-publish"

	PreviousStated  Code = "previous-stated"
	PreviousUnknown Code = "previous-unknown"
	PreviousRefused Code = "previous-refused"
	PreviousTable   Code = "previous-table"
	PreviousLedger  Code = "previous-ledger"

	ProfileUnknown   Code = "profile-unknown"
	ProfileParameter Code = "profile-parameter"

	InputList     Code = "input-list"
	InputMissing  Code = "input-missing"
	InputRefused  Code = "input-refused"
	InputColumns  Code = "input-columns"
	InputRows     Code = "input-rows"
	InputSum      Code = "input-sum"
	InputDigest   Code = "input-digest"
	InputCopy     Code = "input-copy"
	InputDeclared Code = "input-declared"

	TableList    Code = "table-list"
	TableRows    Code = "table-rows"
	TableDigest  Code = "table-digest"
	TableForm    Code = "table-form"
	TableContent Code = "table-content"

	RuleRefused       Code = "rule-refused"
	ExclusionMismatch Code = "exclusion-mismatch"
	AssertionMismatch Code = "assertion-mismatch"
	AssertionFails    Code = "assertion-fails"

	LedgerBalance  Code = "ledger-balance"
	LedgerMismatch Code = "ledger-mismatch"
	LedgerLeaves   Code = "ledger-leaves"
	LedgerChain    Code = "ledger-chain"
	PoolExceeded   Code = "pool-exceeded"
	CapExceeded    Code = "cap-exceeded"

	ClaimMissing   Code = "claim-missing"
	ClaimExtra     Code = "claim-extra"
	ClaimAmount    Code = "claim-amount"
	ClaimField     Code = "claim-field"
	ClaimZero      Code = "claim-zero"
	ClaimDuplicate Code = "claim-duplicate"
	ClaimExcluded  Code = "claim-excluded"
	ClaimPart      Code = "claim-part"

	AccountMalformed Code = "account-malformed"
	AccountZero      Code = "account-zero"
	LeafValue        Code = "leaf-value"
	LeafWidth        Code = "leaf-width"
	LeafIndex        Code = "leaf-index"
	LeafOrder        Code = "leaf-order"
	TreeUnexpected   Code = "tree-unexpected"
	TreeMissing      Code = "tree-missing"
	TreeLeaves       Code = "tree-leaves"
	TreeDepth        Code = "tree-depth"
	TreeTotal        Code = "tree-total"
	TreeWidth        Code = "tree-width"
	TreeConstant     Code = "tree-constant"
	TreeRoot         Code = "tree-root"
	RootZero         Code = "root-zero"
	RootExpected     Code = "root-expected"

	AccountBurn       Code = "account-burn"
	AccountPrecompile Code = "account-precompile"
	AccountOffCurve   Code = "account-off-curve"
	AccountProgram    Code = "account-program"
	AccountOwn        Code = "account-own"

	FactsRefused Code = "facts-refused"
	FactsMember  Code = "facts-member"

	GroupMismatch  Code = "group-mismatch"
	GroupColumns   Code = "group-columns"
	GroupCut       Code = "group-cut"
	ShardMalformed Code = "shard-malformed"
	ShardRows      Code = "shard-rows"
	ShardOrder     Code = "shard-order"
	ShardPath      Code = "shard-path"
	ProofWrong     Code = "proof-wrong"
	ProofLength    Code = "proof-length"
	ProofSecond    Code = "proof-second-opinion"
	IndexMalformed Code = "index-malformed"
	IndexSeparator Code = "index-separator"
	IndexShard     Code = "index-shard"
)

// Meaning is one row of the catalogue of findings.
type Meaning struct {
	Code Code
	Area string // "files", "manifest", "campaign", "previous", "profile", "inputs", "allocation", "tables", "ledger", "claims", "trees", "accounts" (remarks), "facts", "groups"
	Text string // one line: what is wrong when the code is reported
}

// Codes lists every code that Check can report, in the order of docs/findings.md.
func Codes() []Meaning {
	return []Meaning{
		{FileMissing, "files", "a file that the format requires, or that SHA256SUMS lists, is not there"},
		{FileUnexpected, "files", "a file or directory that is no part of the bundle, or is not listed in SHA256SUMS"},
		{FileIrregular, "files", "a name is a link, device or other thing that is not a regular file"},
		{FileTooLarge, "files", "a file is larger than any honest file of its kind and was not read"},
		{FileUnreadable, "files", "a file could not be read"},
		{FileDigest, "files", "the bytes of a file do not have the digest that SHA256SUMS gives"},
		{SumsMalformed, "files", "a line of SHA256SUMS is not of the form, or not in the order, of the format"},
		{SumsDigest, "files", "SHA256SUMS does not have the digest that the manifest gives"},
		{SumsTotal, "files", "the manifest's count or size of the listed files is wrong"},
		{JSONMalformed, "files", "a file is not JSON of objects, arrays and strings, repeats a member, or has more values than it can have"},
		{JSONNotCanonical, "files", "a JSON file is not spelled in canonical form"},
		{FormatUnknown, "files", "a format name that this verifier does not know, for example of a later version"},

		{ManifestMember, "manifest", "a member is missing, unknown or of the wrong kind"},
		{ManifestValue, "manifest", "a value is not of the form the format gives, or contradicts another"},

		{CampaignDigest, "campaign", "campaign.yaml does not have the digest that the manifest gives"},
		{CampaignUnreadable, "campaign", "the campaign file could not be read, or a value in it is refused"},
		{CampaignKey, "campaign", "the campaign file has a key that this verifier does not know"},
		{CampaignID, "campaign", "the manifest names another campaign id than the campaign file"},
		{CampaignRule, "campaign", "the manifest names another rule than the campaign file"},
		{CampaignToken, "campaign", "a token, asset, pool, unit or cap differs from the campaign file"},
		{CampaignTree, "campaign", "a tree's tokens, chain, profile, order, split or deployment differs from the campaign file"},
		{CampaignPublish, "campaign", "the publish settings differ from what the campaign file resolves to"},

		{PreviousStated, "previous", "the manifest names another bundle to go on from than the campaign file"},
		{PreviousUnknown, "previous", "a bundle that was given as a predecessor is none that the campaign names by its manifest's digest"},
		{PreviousRefused, "previous", "a predecessor cannot be gone on from: its month, rule, token, zone or form"},
		{PreviousTable, "previous", "an input that was taken over is not the predecessor's table, or that table does not have its digest"},
		{PreviousLedger, "previous", "an amount that was taken over is not what the predecessor's ledger or leaves give"},

		{ProfileUnknown, "profile", "a tree uses a profile that this verifier does not know; its leaves cannot be checked"},
		{ProfileParameter, "profile", "a stated profile parameter differs from the profile of that name"},

		{InputList, "inputs", "the manifest's inputs are not those of the campaign file, or not in that order"},
		{InputMissing, "inputs", "an input that should be there could not be opened"},
		{InputRefused, "inputs", "a row or cell of an input is refused by the rules"},
		{InputColumns, "inputs", "the columns or the row order stated for an input are wrong"},
		{InputRows, "inputs", "the number of rows stated for an input is wrong"},
		{InputSum, "inputs", "the sum stated for an input is wrong"},
		{InputDigest, "inputs", "the canonical form of an input does not have the stated digest"},
		{InputCopy, "inputs", "the copy of an input in the bundle is not in canonical form"},
		{InputDeclared, "inputs", "rows, sum or sha256 declared in the campaign differ from the input"},

		{RuleRefused, "allocation", "the campaign and its inputs cannot be allocated by the rule"},
		{ExclusionMismatch, "allocation", "the manifest's account of an exclusion list is wrong"},
		{AssertionMismatch, "allocation", "the manifest's account of a published figure is wrong"},
		{AssertionFails, "allocation", "a published figure that must hold does not"},

		{TableList, "tables", "the manifest's tables are not those of the rule, or not in that order"},
		{TableRows, "tables", "the columns or the number of rows stated for a table are wrong"},
		{TableDigest, "tables", "a table does not have the digest that the manifest gives"},
		{TableForm, "tables", "a table is not in canonical form"},
		{TableContent, "tables", "a table differs from the recomputed one"},

		{LedgerBalance, "ledger", "the lines of a token's ledger do not add up to its pool and what came in"},
		{LedgerMismatch, "ledger", "a ledger line differs from the recomputed one"},
		{LedgerLeaves, "ledger", "a ledger line differs from what the leaves add up to"},
		{LedgerChain, "ledger", "the ledger's lines of the chains differ from the leaves on them, or do not add up"},
		{PoolExceeded, "ledger", "the leaves of a token, over all chains, pay more than its pool and what came in"},
		{CapExceeded, "ledger", "the leaves of a token on one chain pay more than the cap of that chain"},

		{ClaimMissing, "claims", "an account that is due an amount has no leaf"},
		{ClaimExtra, "claims", "a leaf pays an account that is due nothing"},
		{ClaimAmount, "claims", "a leaf pays another amount than the account is due"},
		{ClaimField, "claims", "another leaf value (locked, index, own column) differs from the input"},
		{ClaimZero, "claims", "a leaf pays nothing"},
		{ClaimDuplicate, "claims", "an account has more than one leaf for the same token on the same chain (and the same time of unlocking)"},
		{ClaimExcluded, "claims", "a leaf pays an account that an exclusion list names"},
		{ClaimPart, "claims", "a claim stands in another part of a split than the split rule gives"},

		{AccountMalformed, "trees", "an account is not spelled as the format says"},
		{AccountZero, "trees", "a leaf pays the zero account"},
		{LeafValue, "trees", "a cell is not a value of its leaf field's type"},
		{LeafWidth, "trees", "an amount is wider than the profile's contract can hold"},
		{LeafIndex, "trees", "a leaf's index is not the one the profile's index rule gives, or is used twice"},
		{LeafOrder, "trees", "the leaves are not in the tree's stated order"},
		{TreeUnexpected, "trees", "the bundle has a tree that the campaign does not give"},
		{TreeMissing, "trees", "the campaign gives a tree that the bundle does not have"},
		{TreeLeaves, "trees", "a tree's stated number of leaves is wrong"},
		{TreeDepth, "trees", "a tree's stated depth is wrong"},
		{TreeTotal, "trees", "a tree's stated total is not the sum of its leaves"},
		{TreeWidth, "trees", "the sum of a tree's leaves is wider than the profile's contract can hold"},
		{TreeConstant, "trees", "a tree's constants are not those that the format requires"},
		{TreeRoot, "trees", "the root rebuilt from the leaves is not the stated root"},
		{RootZero, "trees", "a stated root is zero"},
		{RootExpected, "trees", "a root is not the one that was expected, for example the one on chain"},

		{AccountBurn, "accounts", "a leaf pays an address that burns what it is sent"},
		{AccountPrecompile, "accounts", "a leaf pays the address of a precompiled contract"},
		{AccountOffCurve, "accounts", "a leaf pays a Solana address that no private key belongs to"},
		{AccountProgram, "accounts", "a leaf pays a Solana program, system variable or native mint"},
		{AccountOwn, "accounts", "a leaf pays the token's or the distributor's own address"},

		{FactsRefused, "facts", "the campaign asks for claim facts of a Solana tree whose deployment does not give them"},
		{FactsMember, "facts", "a claim fact of a Solana tree differs from the derived one"},

		{GroupMismatch, "groups", "a group's members are not those that the format gives for these trees"},
		{GroupColumns, "groups", "the columns of a group are not those that the format gives for its trees"},
		{GroupCut, "groups", "the number of levels or shards does not follow from the number of leaves"},
		{ShardMalformed, "groups", "a shard's members, or a row's cells, are not of the form of the format"},
		{ShardRows, "groups", "a shard does not hold the rows it must"},
		{ShardOrder, "groups", "rows are not in ascending order of their keys"},
		{ShardPath, "groups", "the path from a shard to a tree's root is wrong"},
		{ProofWrong, "groups", "a proof does not lead from its leaf to the root, or differs from the rebuilt one"},
		{ProofLength, "groups", "a proof is shorter or longer than the leaf's place in the tree gives"},
		{ProofSecond, "groups", "the second library does not accept a proof"},
		{IndexMalformed, "groups", "an index page is not of the form of the format"},
		{IndexSeparator, "groups", "a separator in the index is not the one the keys give"},
		{IndexShard, "groups", "the index sends a key to another shard than the one that holds it"},
	}
}
