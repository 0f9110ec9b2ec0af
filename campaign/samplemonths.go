package campaign

import (
	"errors"
	"strconv"
	"time"

	merkle "github.com/merkle-drop/merkle"
)

func onEVM(int) merkle.Family { return merkle.EVM }

const teamReason = "team wallet"

// pointsAndElections writes the inputs of noon-active-staking/v1: a month's points and what each account does with its allocation.
func (s *sampler) pointsAndElections() error {
	if err := s.list("points.csv", "account,points", onEVM, teamReason); err != nil {
		return err
	}
	out, err := s.create("elections.csv", "account,choice,part")
	if err != nil {
		return err
	}
	periods := [...]string{"3", "6", "9", "12", "24", "48"}
	row := func(i int, choice, part string) error {
		out.line = append(appendAccount(out.line, s.account(merkle.EVM, i)), ',')
		out.line = append(append(append(out.line, choice...), ','), part...)
		return out.row(0)
	}
	for i := range s.o.Accounts {
		x := mix(mix(s.o.Seed^0x656c656374) + uint64(i))
		period := periods[x>>8%uint64(len(periods))]
		err := error(nil)
		switch pick := x % 8; {
		case i == 0 || pick < 2: // the first account claims, so that there is a claim
			err = row(i, "claim", "1")
		case pick == 2: // has not decided yet
		case pick == 3:
			err = errors.Join(row(i, "claim", "1/3"), row(i, period, "2/3"))
		default:
			err = row(i, period, "1")
		}
		if err != nil {
			return errors.Join(err, out.close(""))
		}
	}
	return out.close("")
}

// openStakes writes the input of noon-open-staking/v1.
func (s *sampler) openStakes() error {
	s.total = int64(s.o.Accounts)
	out, err := s.create("stakes.csv", "account,amount,period")
	if err != nil {
		return err
	}
	periods := [...]string{"3", "6", "9", "12", "24", "48"}
	for i := range s.o.Accounts {
		v := s.number(1, uint64(i), 8000)
		out.line = appendThousandths(append(appendAccount(out.line, s.account(merkle.EVM, i)), ','), v)
		out.line = append(append(out.line, ','), periods[mix(mix(s.o.Seed^0x6f70656e)+uint64(i))%uint64(len(periods))]...)
		if err := out.row(v); err != nil {
			return errors.Join(err, out.close(""))
		}
	}
	if err := out.close(string(appendThousandths(nil, out.sum))); err != nil {
		return err
	}
	return s.excluded(onEVM, teamReason)
}

// dailyStakes writes the input of jupiter-asr/v2: a week of stakes.
func (s *sampler) dailyStakes() error {
	const days = 7
	s.total = int64(days * s.o.Accounts)
	out, err := s.create("stakes.csv", "account,day,amount")
	if err != nil {
		return err
	}
	for d := range days {
		for i := range s.o.Accounts {
			least := uint64(20) // some are below the minimum of the campaign, the first never: somebody has a claim
			if i == 0 {
				least = 1000
			}
			v := s.number(1, uint64(i), least)
			if x := mix(mix(s.o.Seed^0x646179) + uint64(i)); i > 0 && x%5 == 0 && d < int(x>>8%days) { // staked in the course of the week
				continue
			}
			out.line = append(s.account(merkle.Solana, i).AppendText(out.line), ",2025-07-0"...)
			out.line = append(strconv.AppendInt(out.line, int64(d+1), 10), ',')
			out.line = strconv.AppendUint(out.line, v, 10)
			if err := out.row(v); err != nil {
				return errors.Join(err, out.close(""))
			}
		}
	}
	if err := out.close(strconv.FormatUint(out.sum, 10)); err != nil {
		return err
	}
	return s.excluded(func(int) merkle.Family { return merkle.Solana }, teamReason)
}

// rewards writes the inputs of astra-rewards/v1: deposits and withdrawals over 60 days and more, and the stakes of two pools.
func (s *sampler) rewards() error {
	s.total = int64(4 * s.o.Accounts)
	out, err := s.create("history.csv", "account,time,lock,change")
	if err != nil {
		return err
	}
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	locks := [...]string{"0", "6", "9", "12"}
	for i := range s.o.Accounts {
		x := mix(mix(s.o.Seed^0x7374616b65) + uint64(i))
		amount := s.number(1, uint64(i), 500)
		row := func(days uint64, lock string, minus bool, v uint64) error {
			out.line = append(appendAccount(out.line, s.account(merkle.EVM, i)), ',')
			out.line = at.Add(-time.Duration(days)*24*time.Hour).AppendFormat(out.line, time.RFC3339)
			out.line = append(append(append(out.line, ','), lock...), ',')
			if minus {
				out.line = append(out.line, '-')
			}
			out.line = strconv.AppendUint(out.line, v, 10)
			return out.row(0)
		}
		lock := locks[x%4]
		err := row(30+x>>8%60, lock, false, amount)
		if err == nil && x>>16%3 == 0 {
			err = row(1+x>>24%29, locks[x>>32%4], false, amount/2+1)
		}
		if err == nil && x>>40%4 == 0 {
			err = row(x>>48%29, lock, true, amount/3+1)
		}
		if err != nil {
			return errors.Join(err, out.close(""))
		}
	}
	if err := out.close(""); err != nil {
		return err
	}
	for n, name := range []string{"stakes-itoken.csv", "stakes-lp.csv"} {
		out, err := s.create(name, "account,amount")
		if err != nil {
			return err
		}
		for i := range s.o.Accounts {
			if i > 0 && mix(uint64(i)+uint64(n)<<32)%3 == 0 {
				continue
			}
			v := s.number(uint64(2+n), uint64(i), 3000)
			out.line = appendThousandths(append(appendAccount(out.line, s.account(merkle.EVM, i)), ','), v)
			if err := out.row(v); err != nil {
				return errors.Join(err, out.close(""))
			}
		}
		if err := out.close(string(appendThousandths(nil, out.sum))); err != nil {
			return err
		}
	}
	return s.excluded(onEVM, teamReason)
}

// claimed writes the input of close-round/v1.
func (s *sampler) claimed() error {
	s.total = int64(s.o.Accounts)
	out, err := s.create("claimed.csv", "account,tree")
	if err != nil {
		return err
	}
	for i := range s.o.Accounts {
		out.line = append(appendAccount(out.line, s.account(merkle.EVM, i)), ",drop"...)
		if err := out.row(0); err != nil {
			return errors.Join(err, out.close(""))
		}
	}
	return out.close("")
}
