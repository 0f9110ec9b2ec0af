package verify

import "slices"

// shaper hashes trees of one shape. One goroutine each.
type shaper struct {
	h          *hasher
	prefix     []byte
	shape      string // "promote", "duplicate", "zero-sibling", "empty-sibling", "pad-pow2" or "heap"
	width      int    // bytes of a hash
	positional bool   // left child first; else the bytewise smaller one
	pad        digest // what the three shapes that fill up fill up with
}

func (r *leafRule) shaper() *shaper {
	return &shaper{newHasher(r.hash), r.prefix, r.shape, r.width, r.positional, r.pad}
}

// pair is the hash of two children: prefix, one, the other.
func (s *shaper) pair(a, b *digest) digest {
	if !s.positional {
		a, b = sortPair(a, b)
	}
	s.h.buf = append(append(append(s.h.buf[:0], s.prefix...), a[:s.width]...), b[:s.width]...)
	return s.h.cut(s.h.buf, s.width)
}

// lone is the node above one without a sibling.
func (s *shaper) lone(a *digest) digest {
	switch s.shape {
	case "promote":
		return *a
	case "duplicate":
		return s.pair(a, a)
	}
	return s.pair(a, &s.pad)
}

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
	levels := ceilLog2(len(leaves))
	return s.levelNode(s.fill(leaves, levels), levels, 0)
}

// fill makes up a power of two of leaves where the shape does.
func (s *shaper) fill(leaves []digest, levels int) []digest {
	if s.shape != "pad-pow2" || len(leaves) == 1<<levels {
		return leaves
	}
	return append(slices.Clone(leaves), slices.Repeat([]digest{s.pad}, 1<<levels-len(leaves))...)
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
	return s.lone(&a)
}

// nodes holds every node of a small or whole tree, to read proofs from.
type nodes struct {
	shape  string
	n      int
	heap   []digest   // shape heap: t[0] … t[2n−2]
	levels [][]digest // layered shapes: levels[0] is the leaves
	pad    digest     // proof entry of a lone node in the shapes that fill up
}

// build hashes all nodes. For layered shapes exactly the given number of levels is hashed above the leaves, so the last level has one node.
func (s *shaper) build(leaves []digest, levels int) *nodes {
	t := &nodes{shape: s.shape, n: len(leaves), pad: s.pad}
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
	t.levels = append(t.levels, s.fill(leaves, levels))
	for range levels {
		below := t.levels[len(t.levels)-1]
		level := make([]digest, (len(below)+1)/2)
		for i := range level {
			if 2*i+1 < len(below) {
				level[i] = s.pair(&below[2*i], &below[2*i+1])
			} else {
				level[i] = s.lone(&below[2*i])
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
		case t.shape != "promote":
			dst = append(dst, t.pad)
		}
		k /= 2
	}
	return dst
}

// sides appends for each entry of the proof of leaf k whether the running hash is the right child there.
func (t *nodes) sides(dst []bool, k int) []bool {
	if t.shape == "heap" {
		for i := 2*t.n - 2 - k; i > 0; i = (i - 1) / 2 {
			dst = append(dst, i%2 == 0)
		}
		return dst
	}
	for _, level := range t.levels[:len(t.levels)-1] {
		if k^1 < len(level) || t.shape != "promote" {
			dst = append(dst, k%2 == 1)
		}
		k /= 2
	}
	return dst
}

// fold is the claim contracts' check: hash the leaf with each proof entry in turn. Sides are needed for positional pairs only.
func (s *shaper) fold(leaf digest, proof []digest, sides []bool) digest {
	for i := range proof {
		if i < len(sides) && sides[i] {
			leaf = s.pair(&proof[i], &leaf)
		} else {
			leaf = s.pair(&leaf, &proof[i])
		}
	}
	return leaf
}
