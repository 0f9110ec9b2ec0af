package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func merklFormat() format {
	return format{
		Kind: Kind{
			Name: "merkl", Title: "rewards JSON that a team hands to Merkl for an airdrop: one token's rewards by account and reason", Profiles: []string{"merkl-v1", "merkl-sdk-v1"},
			Source: "AngleProtocol/merkl-docs, campaign-types/airdrop.md",
			Settings: []Setting{
				{Name: "reason", Meaning: "the text under which every account sees its reward", Required: true},
				{Name: "token", Meaning: "the token whose rows are written, when the list has several"},
			},
		},
		check: checkMerkl,
		write: writeMerkl,
	}
}

// checkMerkl asks for one token and for rows that pay: Merkl adds what it is given to what it has.
func checkMerkl(j *job) error {
	if err := j.keyed(); err != nil {
		return err
	}
	token, err := j.merklToken()
	if err != nil {
		return err
	}
	return j.each(j.inList(), func(w *window, i int) error {
		if w.amount(i).IsZero() && w.token(i) == token {
			j.bad.add(i, -1, j.name(tree.SourceAmount), "0", ErrZero)
		}
		return nil
	})
}

// merklToken is the one token of the file.
func (j *job) merklToken() (merkle.Account, error) {
	text, told := j.o.With["token"]
	var want merkle.Account
	if told {
		var err error
		if want, err = merkle.ParseAccount(text); err != nil {
			return want, &OptionError{j.f.Name, "token", err.Error()}
		}
	}
	some, others := false, false
	if err := j.each(j.inList(), func(w *window, i int) error {
		if i == 0 && !told {
			want = w.token(0)
		}
		some, others = some || w.token(i) == want, others || w.token(i) != want
		return nil
	}); err != nil {
		return want, err
	}
	switch {
	case told && !some:
		return want, &OptionError{j.f.Name, "token", "no row has " + text}
	case !told && others:
		return want, &OptionError{j.f.Name, "token", "the list has several tokens and the file has one: name it"}
	}
	return want, nil
}

func writeMerkl(j *job) error {
	return j.json("rewards.json", 2, "\n", func(e *encoder) error {
		token, err := j.merklToken()
		if err != nil {
			return err
		}
		e.open('{')
		e.key("rewardToken")
		e.plain(token.String())
		e.key("rewards")
		e.open('{')
		reason := appendText(nil, j.o.With["reason"])
		err = j.each(j.inList(), func(w *window, i int) error {
			if w.token(i) != token {
				return nil
			}
			e.key(w.account(i).String())
			e.open('{')
			e.item()
			e.b = append(e.b, reason...)
			e.colon()
			e.digits(w.amount(i))
			e.close('}')
			j.tick()
			return e.err
		})
		e.close('}')
		e.close('}')
		return err
	})
}
