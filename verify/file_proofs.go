package verify

import (
	"fmt"
	"sync"
)

// proofCount is what one batch of rows found.
type proofCount struct {
	faults, remarks *collector
	proofs, folded  int
	absent          []int
	seen            map[digest]bool // nodes that have a row under them
	from, to        int             // rows of the batch
}

// checkProofs folds every proof. With a matched tree each is also compared with the rebuilt one.
func (j *judge) checkProofs(b *builtList) error {
	const batch = 4096
	parts := make([]*proofCount, (len(b.rows)+batch-1)/batch)
	next, failed := make(chan int), j.p.ctx.Done()
	want := j.target
	if (j.tree.Stated == "" && !j.implied || j.agreed) && b.tree != nil {
		want = b.tree.root
	}
	var wg sync.WaitGroup
	for range max(1, min(j.p.o.Workers, len(parts))) {
		wg.Go(func() {
			s := b.rule.shaper()
			for k := range next {
				parts[k] = j.foldBatch(b, s, want, k*batch, min((k+1)*batch, len(b.rows)))
			}
		})
	}
	for k := range parts {
		select {
		case next <- k:
			j.p.o.Progress("proofs", int64(k*batch), int64(len(b.rows)))
		case <-failed:
			close(next)
			wg.Wait()
			return j.p.ctx.Err()
		}
	}
	close(next)
	wg.Wait()
	absent := 0
	for _, part := range parts {
		j.p.faults.merge(part.faults)
		j.p.remarks.merge(part.remarks)
		j.tree.Proofs, j.tree.Folded = j.tree.Proofs+part.proofs, j.tree.Folded+part.folded
		absent += len(part.absent)
	}
	switch {
	case j.tree.Proofs == 0:
		if j.tree.Stated != "" && !j.tree.Matched {
			j.p.skip("%s: which row is wrong cannot be told, since the file has no proofs", j.l.name)
		}
		return nil
	case absent > 0:
		for _, part := range parts {
			for _, i := range part.absent {
				j.p.fault(RowProofAbsent, j.l.where(b.rows[i], 0, ""), "no proof", "a proof as the other rows have")
			}
		}
	}
	j.p.check("%s: %d of %d proofs lead to the root", j.l.name, j.tree.Folded, j.tree.Proofs)
	if !j.tree.Matched && j.tree.Stated != "" && j.tree.Folded > 0 && !j.agreed {
		j.namedBeside(b, parts)
	}
	return nil
}

func (j *judge) foldBatch(b *builtList, s *shaper, want digest, from, to int) *proofCount {
	out := &proofCount{faults: newCollector(), remarks: newCollector(), from: from, to: to}
	if !j.tree.Matched && j.tree.Stated != "" && !j.agreed {
		out.seen = map[digest]bool{}
	}
	var own, rebuilt []digest
	read := j.l.readProof
	if read == nil {
		read = jsonProof
	}
	for i := from; i < to; i++ {
		r := b.rows[i]
		if r.proof < 0 {
			out.absent = append(out.absent, i)
			continue
		}
		out.proofs++
		var err error
		own, err = read(own[:0], r, b.rule.width)
		if err != nil {
			out.faults.add(RowProof, j.l.where(r, r.proof, "proof"), err.Error(), "")
			continue
		}
		var u route
		if b.tree != nil {
			u = b.tree.route(i)
			rebuilt = b.tree.proof(rebuilt[:0], i)
		}
		if j.tree.Matched || (j.tree.Stated == "" && !j.implied || j.agreed) && b.tree != nil {
			if at := differs(own, rebuilt); at < 0 {
				out.folded++
				continue
			} else if got := b.rule.foldProof(s, b.leaves[i], r.acct.bytes(), own, u); got == want {
				out.folded++
				out.remarks.add(RowProofOther, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s", at, entry(b.rule, own, at)), entry(b.rule, rebuilt, at))
			} else {
				out.faults.add(RowProof, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s, which leads to %s", at, entry(b.rule, own, at), b.rule.hashText(&got)),
					fmt.Sprintf("%s, which leads to %s", entry(b.rule, rebuilt, at), b.rule.hashText(&want)))
			}
			continue
		}
		got := b.rule.foldProof(s, b.leaves[i], r.acct.bytes(), own, u)
		if got != want {
			out.faults.add(RowProof, j.l.where(r, 0, ""), "the row with its proof leads to "+b.rule.hashText(&got), b.rule.hashText(&want))
			continue
		}
		out.folded++
		if out.seen == nil || b.rule.grouping == "two-level" || b.rule.positional {
			continue
		}
		node := b.leaves[i]
		out.seen[node] = true
		for k := range own {
			node = s.pair(&node, &own[k])
			out.seen[node] = true
		}
	}
	return out
}

// namedBeside looks, where the root is not met although proofs lead to it, for parts of the tree in which no row stands: there rows are missing from the list.
func (j *judge) namedBeside(b *builtList, parts []*proofCount) {
	if j.tree.Folded < j.tree.Proofs || j.l.partial {
		return // rows that do not lead to the root are named already, and their place is empty
	}
	seen := map[digest]bool{b.rule.pad: true}
	for _, part := range parts {
		for node := range part.seen {
			seen[node] = true
		}
	}
	named := map[digest]bool{}
	for _, part := range parts {
		for i := part.from; i < part.to; i++ {
			r := b.rows[i]
			proof, ok := j.proof(b, r)
			for k := range proof {
				if ok && !seen[proof[k]] && !named[proof[k]] {
					named[proof[k]] = true
					j.p.fault(ListIncomplete, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s has no row of the list under it", k, b.rule.hashText(&proof[k])), "")
				}
			}
		}
	}
}

// differs is the first entry in which two proofs differ, or -1.
func differs(a, b []digest) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

func entry(r *leafRule, proof []digest, i int) string {
	if i >= len(proof) {
		return "(none)"
	}
	return r.hashText(&proof[i])
}
