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
	j.once(ErrKeyed)
	token, err := j.merklToken()
	if err != nil {
		return err
	}
	for row, a := range j.t.Rows().Amounts {
		if a.IsZero() && j.token(row) == token {
			j.bad.add(row, -1, j.name(tree.SourceAmount), "0", ErrZero)
		}
	}
	return nil
}

// merklToken is the one token of the file.
func (j *job) merklToken() (merkle.Account, error) {
	if text, told := j.o.With["token"]; told {
		a, err := merkle.ParseAccount(text)
		if err != nil {
			return a, &OptionError{j.f.Name, "token", err.Error()}
		}
		for row := range j.t.Rows().Len() {
			if j.token(row) == a {
				return a, nil
			}
		}
		return a, &OptionError{j.f.Name, "token", "no row has " + text}
	}
	first := j.token(0)
	for row := range j.t.Rows().Len() {
		if j.token(row) != first {
			return first, &OptionError{j.f.Name, "token", "the list has several tokens and the file has one: name it"}
		}
	}
	return first, nil
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
		for row := range j.t.Rows().Len() {
			if j.token(row) != token {
				continue
			}
			e.key(j.account(row).String())
			e.open('{')
			e.item()
			e.b = append(e.b, reason...)
			e.colon()
			e.digits(j.amount(row))
			e.close('}')
			if e.err != nil {
				return e.err
			}
			j.tick()
		}
		e.close('}')
		e.close('}')
		return nil
	})
}
