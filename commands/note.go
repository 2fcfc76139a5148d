package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

var noteCommand = &Command{
	Name:     "note",
	Args:     []Arg{caseArg, {Name: ArgText, Usage: "text", Required: true, Rest: true}},
	Summary:  moderation.Say("help.note"),
	Examples: []string{"/room-note 17 third time this week"},
	Needs:    moderation.WriteNote,
	run:      runNote,
}

var reviewCommand = &Command{
	Name:     "review",
	Args:     []Arg{caseArg, {Name: ArgVerdict, Usage: "[verdict]"}, {Name: ArgText, Usage: "[text]", Rest: true}},
	Summary:  moderation.Say("help.review"),
	Examples: []string{"/room-review 17", "/room-review 17 wrong it was a test call"},
	Notes:    []moderation.Sentence{moderation.Say("help.review_own")},
	Needs:    moderation.ReviewAudit,
	run:      runReview,
}

// Verdicts are the words of a review; without one of them it says seen.
func Verdicts() []string { return []string{"right", "wrong", "unclear"} }

func runNote(ctx context.Context, s *Service, in Invocation) Answer {
	c, answer := s.openCase(ctx, in, moderation.WriteNote)
	if answer != nil {
		return answer
	}
	r := following(c, moderation.RecordNoted, in.Caller.Actor)
	r.Words.Text = strings.TrimSpace(in.Args[ArgText])
	return s.extend(ctx, in, r, "note.done", func(c moderation.Case) error { return nil })
}

func runReview(ctx context.Context, s *Service, in Invocation) Answer {
	c, answer := s.openCase(ctx, in, moderation.ReviewAudit)
	if answer != nil {
		return answer
	}
	if !s.mayJudge(in.Caller, c) {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Case: c.Number, Says: []moderation.Sentence{
			moderation.Say("review.own", "Case", c.Number),
		}}
	}
	verdict, text := strings.ToLower(in.Args[ArgVerdict]), strings.TrimSpace(in.Args[ArgText])
	if verdict != "" && !slices.Contains(Verdicts(), verdict) {
		// A word that is no verdict begins the text.
		text = strings.TrimSpace(in.Args[ArgVerdict] + " " + text)
		verdict = ""
	}
	r := following(c, moderation.RecordReviewed, in.Caller.Actor)
	r.Details.Verdict, r.Words.Text = verdict, text
	return s.extend(ctx, in, r, "review.done", func(c moderation.Case) error {
		if c.Review == nil {
			return nil
		}
		return moderation.Fault(moderation.CodeConflict, "review.already", "Case", c.Number,
			"Actor", actorArg(c.Review.Actor), "At", moderation.Moment(c.Review.At))
	})
}

// mayJudge reports whether a case is not the caller's own: neither who acted nor
// who let it pass says whether it was right, unless the rules let them.
func (s *Service) mayJudge(caller Caller, c moderation.Case) bool {
	who := caller.Actor.String()
	return s.Rules.ReviewOwn || who != c.Actor && who != c.ApprovedBy
}

// extend appends a record to a case, once for a key, unless the case as it
// stands in the transaction is against it.
func (s *Service) extend(ctx context.Context, in Invocation, r moderation.Record, done string, against func(moderation.Case) error) Answer {
	var again bool
	var before moderation.Case
	c, err := s.write(ctx, entry{record: r, before: func(tx store.Tx) (err error) {
		if before, err = tx.Case(r.Case); err != nil {
			return err
		}
		if again, err = onceFor(tx, in.Key); err != nil {
			return err
		}
		if again {
			return errHeld
		}
		return against(before)
	}})
	if again {
		c, err = before, nil
	}
	if err != nil {
		return s.unstored(err)
	}
	return CaseAnswer{
		Tone: Done, Says: []moderation.Sentence{moderation.Say(done, "Case", c.Number)},
		Case: c, Offers: s.caseOffers(ctx, in.Caller, c),
	}
}

// Remark notes something in a case as roomwarden itself; store.ErrNotFound where
// there is no such case.
func (s *Service) Remark(ctx context.Context, number uint64, says moderation.Sentence) error {
	c, err := s.caseOf(ctx, number)
	if err != nil {
		return err
	}
	r := following(c, moderation.RecordNoted, moderation.SystemActor)
	r.Words.Text = s.plain([]moderation.Sentence{says})
	_, err = s.write(ctx, entry{record: r})
	return err
}

// done holds the keys of what was done without a case of its own.
const doneKeys store.Collection[int64] = "done"

// onceFor reports whether the key was used before, and takes it.
func onceFor(tx store.Tx, key string) (again bool, err error) {
	if key == "" {
		return false, nil
	}
	if _, again, err = doneKeys.Get(tx, key); err != nil || again {
		return again, err
	}
	return false, doneKeys.Put(tx, key, time.Now().Unix())
}
