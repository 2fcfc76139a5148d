package commands

import (
	"context"
	"errors"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// answer tells what came of a case, with what may be done next.
func (s *Service) answer(ctx context.Context, c Caller, of moderation.Case, says []moderation.Sentence) Answer {
	return CaseAnswer{Tone: tone(of.Outcome), Says: says, Case: of, Offers: s.caseOffers(ctx, c, of)}
}

// answerCase tells a case as it stands, to someone whose invocation made it before.
func (s *Service) answerCase(ctx context.Context, c Caller, of moderation.Case) Answer {
	switch {
	case of.Outcome == moderation.Refused && of.Code == moderation.CodeNotFound:
		// A room that the caller may not see: the words of its refusal are not for them.
		return Notice{Tone: Failure, Code: moderation.CodeNotFound, Says: []moderation.Sentence{moderation.Say("room.gone_again")}}
	case of.Outcome == moderation.Refused:
		return Notice{Tone: Refusal, Code: of.Code, Case: of.Number, Says: []moderation.Sentence{moderation.Say("case.text", "Text", of.Text)}}
	case of.Outcome.Open():
		return CaseAnswer{Tone: Waiting, Case: of, Says: []moderation.Sentence{moderation.Say("case.open", "Case", of.Number)}}
	}
	return s.answer(ctx, c, of, []moderation.Sentence{moderation.Say("case.text", "Text", of.Text)})
}

// answerKnown answers an invocation whose key has made a case before.
func (s *Service) answerKnown(ctx context.Context, in Invocation) (Answer, bool) {
	if in.Key == "" {
		return nil, false
	}
	var c moderation.Case
	err := s.view(ctx, func(tx store.Tx) (err error) {
		c, err = tx.CaseByKey(in.Key)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, false
	}
	if err != nil {
		return s.unreadable(err), true
	}
	return s.answerCase(ctx, in.Caller, c), true
}
