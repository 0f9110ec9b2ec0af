package tree

// FiledBytes is about how many bytes of temporary files a row takes at most while BuildFiled makes a tree of it, beside what it is read from.
func FiledBytes(p *Profile, o Order) int64 {
	order, err := resolveOrder(p, o)
	if err != nil {
		return 0
	}
	account := int64(p.Accounts.Width())
	nodes, leaves, once := 2*int64(p.Width), int64(0), int64(0)
	switch order {
	case OrderLeafHash:
		leaves = int64(p.Width) + 8
	case OrderAccount, OrderKey:
		leaves = 8 + account + 12 + int64(p.Width)
	}
	if p.Has(SourceToken) {
		leaves, once = leaves+32, 32
	}
	once += account + 4
	if p.Has(SourceIndex) {
		once += 12
	}
	texts := int64(0)
	if p.Index == IndexEIP55 || p.Index == IndexBase58 {
		texts = base58Letters + 8
	}
	return max(nodes+leaves+once, texts)
}

// GatheredBytes is the same of a Gatherer.
func GatheredBytes(p *Profile, o Order) int64 {
	order, err := resolveOrder(p, o)
	if err != nil {
		return 0
	}
	account, leaf := int64(p.Accounts.Width()), int64(p.Width)
	if order == OrderAccount {
		leaf += 8 + account
	}
	if p.Shape == Heap {
		leaf += int64(p.Width) / 2
	}
	return leaf + account + 4 + 12
}
