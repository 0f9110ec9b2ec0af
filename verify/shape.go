package verify

// shaper hashes trees of one shape with sorted pairs. One goroutine each.
type shaper struct {
	h      *hasher
	prefix []byte
	shape  string // "promote", "duplicate" or "heap"
}

func (r *leafRule) shaper() *shaper { return &shaper{newHasher(r.hash), r.prefix, r.shape} }

func (s *shaper) pair(a, b *digest) digest { return s.h.node(s.prefix, a, b) }

// ceilLog2 is the smallest d with 2^d ≥ n.
func ceilLog2(n int) int {
	d := 0
	for 1<<d < n {
		d++
	}
	return d
}

// floorLog2 is the largest d with 2^d ≤ n, for n ≥ 1.
func floorLog2(n int) int {
	d := 0
	for 2<<d <= n {
		d++
	}
	return d
}

// depthOf is the length of the longest proof in a tree of n leaves.
func depthOf(shape string, n int) int {
	if shape == "heap" {
		return floorLog2(2*n - 1)
	}
	return ceilLog2(n)
}

// root is the recursive definition of a tree's root: nothing is stored, each node is asked for once.
func (s *shaper) root(leaves []digest) digest {
	if s.shape == "heap" {
		return s.heapNode(leaves, 0)
	}
	return s.levelNode(leaves, ceilLog2(len(leaves)), 0)
}

// heapNode is t[i]: leaf k stands at t[2n−2−k], an inner node is the hash of t[2i+1] and t[2i+2].
func (s *shaper) heapNode(leaves []digest, i int) digest {
	n := len(leaves)
	if i >= n-1 {
		return leaves[2*n-2-i]
	}
	a, b := s.heapNode(leaves, 2*i+1), s.heapNode(leaves, 2*i+2)
	return s.pair(&a, &b)
}

// levelNode is node i of a level; level 0 is the leaves, and level j has ⌈n / 2^j⌉ nodes.
func (s *shaper) levelNode(leaves []digest, level, i int) digest {
	if level == 0 {
		return leaves[i]
	}
	a := s.levelNode(leaves, level-1, 2*i)
	if below := (len(leaves) + 1<<(level-1) - 1) >> (level - 1); 2*i+1 < below {
		b := s.levelNode(leaves, level-1, 2*i+1)
		return s.pair(&a, &b)
	}
	if s.shape == "promote" {
		return a
	}
	return s.pair(&a, &a)
}

// nodes holds every node of a small or whole tree, to read proofs from.
type nodes struct {
	shape  string
	n      int
	heap   []digest   // shape heap: t[0] … t[2n−2]
	levels [][]digest // layered shapes: levels[0] is the leaves
}

// build hashes all nodes. For layered shapes exactly the given number of levels is hashed above the leaves, so the last level has one node.
func (s *shaper) build(leaves []digest, levels int) *nodes {
	t := &nodes{shape: s.shape, n: len(leaves)}
	if s.shape == "heap" {
		t.heap = make([]digest, 2*t.n-1)
		for k := range leaves {
			t.heap[2*t.n-2-k] = leaves[k]
		}
		for i := t.n - 2; i >= 0; i-- {
			t.heap[i] = s.pair(&t.heap[2*i+1], &t.heap[2*i+2])
		}
		return t
	}
	t.levels = append(t.levels, leaves)
	for range levels {
		below := t.levels[len(t.levels)-1]
		level := make([]digest, (len(below)+1)/2)
		for i := range level {
			switch {
			case 2*i+1 < len(below):
				level[i] = s.pair(&below[2*i], &below[2*i+1])
			case s.shape == "promote":
				level[i] = below[2*i]
			default:
				level[i] = s.pair(&below[2*i], &below[2*i])
			}
		}
		t.levels = append(t.levels, level)
	}
	return t
}

func (t *nodes) root() digest {
	if t.shape == "heap" {
		return t.heap[0]
	}
	return t.levels[len(t.levels)-1][0]
}

// proof appends the siblings of leaf k, from leaf to root.
func (t *nodes) proof(dst []digest, k int) []digest {
	if t.shape == "heap" {
		for i := 2*t.n - 2 - k; i > 0; i = (i - 1) / 2 {
			sibling := i + 1
			if i%2 == 0 {
				sibling = i - 1
			}
			dst = append(dst, t.heap[sibling])
		}
		return dst
	}
	for _, level := range t.levels[:len(t.levels)-1] {
		switch {
		case k^1 < len(level):
			dst = append(dst, level[k^1])
		case t.shape == "duplicate":
			dst = append(dst, level[k])
		}
		k /= 2
	}
	return dst
}

// fold is the claim contracts' check: hash the leaf with each proof entry in turn.
func (s *shaper) fold(leaf digest, proof []digest) digest {
	for i := range proof {
		leaf = s.pair(&leaf, &proof[i])
	}
	return leaf
}
