package verify

// accountKinds says of each row what kind of account it pays: "" is any wallet or contract.
func (j *judge) accountKinds(rows []*fileRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		if r.acct.isZero() {
			out[i] = "zero"
		}
	}
	return out
}
