package tree

// FiledBytes is about how many bytes of temporary files a row takes at most while BuildFiled makes a tree of it, beside what it is read from. The records
// that are sorted take as much again where memory holds less than a fiftieth of all.
func FiledBytes(p *Profile, o Order) (bytes, records int64) {
	order, err := resolveOrder(p, o)
	if err != nil {
		return 0, 0
	}
	account, width := int64(p.Accounts.Width()), int64(p.Width)
	switch order {
	case OrderLeafHash:
		records = width + 8
	case OrderAccount, OrderKey:
		records = 8 + account + 8 + width
	}
	once, nodes := account+4, 2*width
	if p.Has(SourceToken) {
		records, once = records+32, once+32
	}
	if p.Has(SourceIndex) {
		once += 12
	}
	level := width // the leaves are in the file while their records still are
	if p.Grouped() {
		nodes, level = 3*width, 3*width
	}
	texts := int64(0)
	if p.Index == IndexEIP55 || p.Index == IndexBase58 {
		texts = base58Letters + 8
	}
	return max(records+once, records+level, nodes, texts), max(records, texts)
}
