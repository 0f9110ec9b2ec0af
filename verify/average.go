package verify

import (
	"fmt"
	"math/big"
	"slices"
)

// averageStake is jupiter-asr/v2: the pool shared by the time average of the stake. All averages have one denominator (days or seconds of the period, and 10^decimals),
// so the sums stand for them.
func averageStake(c *campaign, d *ruleData, gone []bool, rank []int32) (*shares, error) {
	rule := c.rule.stake
	begin, end, length := int64(0), rule.days, rule.days
	if rule.intervals {
		begin, end = rule.begin(), rule.end()
		length = end - begin
	}
	by := groupRows(len(d.ents.list), len(d.stakes), func(i int) int32 { return d.stakes[i].ent })
	least := new(big.Int)
	if c.rule.metric != "" {
		z, err := scaled(c.rule.min, c.rule.decimals)
		if err != nil {
			return nil, err
		}
		least.Mul(z, big.NewInt(length))
	}
	s := &shares{}
	var sums []*big.Int
	total := new(big.Int)
	for _, id := range rank {
		rows := by.of(id)
		slices.SortFunc(rows, func(x, y int32) int {
			switch a, b := d.stakes[x].from, d.stakes[y].from; {
			case a < b:
				return -1
			case a > b:
				return 1
			}
			return 0
		})
		sum, z := new(big.Int), new(big.Int)
		for j, i := range rows {
			row := &d.stakes[i]
			if j > 0 && row.from < d.stakes[rows[j-1]].to {
				return nil, fmt.Errorf("%s has a day twice or intervals that overlap", d.ents.list[id].acct.text())
			}
			if from, to := max(row.from, begin), min(row.to, end); from < to {
				sum.Add(sum, z.Mul(row.amount.big(z), big.NewInt(to-from)))
			}
		}
		if len(rows) == 0 || gone[id] {
			continue
		}
		fits := sum.Cmp(least) >= 0
		if fits || c.rule.denominator == "before" {
			total.Add(total, sum)
		}
		if fits {
			s.ids, sums = append(s.ids, id), append(sums, sum)
		}
	}
	s.exact = func(k int) ([]*big.Int, *big.Int) {
		if total.Sign() == 0 {
			return byWeight(new(big.Int), sums), big.NewInt(1)
		}
		return byWeight(c.tokens[k].pool, sums), total
	}
	return s, nil
}
