package commands

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// conclude writes down what came of an order. A store that does not take it is
// asked a few times more; after that the case stays open and is settled by a
// look at the room.
func (s *Service) conclude(ctx context.Context, a *attempt, c moderation.Case, effect provider.Effect, failed error) result {
	r := following(c, moderation.RecordSucceeded, a.in.Caller.Actor)
	r.Details.ApprovedBy = a.in.approvedBy
	var says []moderation.Sentence
	for i := range effect.Says {
		effect.Says[i] = s.discreet(effect.Says[i])
	}
	switch {
	case failed == nil && len(effect.Unreached) > 0:
		r.Kind = moderation.RecordPartial
		says = append([]moderation.Sentence{moderation.Say("act.partial", "What", s.what(a),
			"Reached", effect.Reached, "Unreached", len(effect.Unreached), "Names", s.unreachedNames(effect.Unreached))}, effect.Says...)
	case failed == nil:
		says = slices.Concat([]moderation.Sentence{s.done(a, effect)}, a.also, effect.Says)
	case codeOf(failed) == moderation.CodeOutcomeUnknown:
		r.Kind, r.Details.Code = moderation.RecordUnknown, moderation.CodeOutcomeUnknown
		says = []moderation.Sentence{s.waiting(a)}
		s.Log.Warn("an outcome is not known yet", "case", c.Number, "provider", c.Provider, "error", failed)
	default:
		r.Kind, r.Details.Code = moderation.RecordFailed, codeOf(failed)
		says = []moderation.Sentence{moderation.Say("act.failed", "What", s.what(a)), s.discreet(faultOf(failed))}
		s.Log.Info("an action failed", "case", c.Number, "provider", c.Provider, "error", failed)
	}
	says = append(says, a.told...)
	r.Details.Reached, r.Words.Unreached, r.Words.Text = effect.Reached, s.saidWhy(effect.Unreached), s.plain(says)
	if p := effect.Participant; p.ID != "" || p.Identity != "" {
		r.Words.Participant, r.Words.ParticipantID, r.Words.ParticipantName = p.Identity, p.ID, s.nameOf(p)
	}
	after := func(tx store.Tx, c moderation.Case) error { return s.consequences(tx, a, c, effect) }
	concluded, err := s.insist(ctx, entry{record: r, after: after})
	if err != nil {
		s.Log.Error("an outcome could not be written; the case is settled later", "case", c.Number, "error", err)
		return result{c, append(says, moderation.Say("act.unrecorded", "Case", c.Number))}
	}
	s.metrics.ended(concluded)
	s.work.nudge()
	return result{concluded, says}
}

// insist writes an entry that must not be lost: whoever asked may be gone.
func (s *Service) insist(ctx context.Context, e entry) (c moderation.Case, err error) {
	const tries = 4
	ctx = context.WithoutCancel(ctx)
	for try := range tries {
		if c, err = s.write(ctx, e); err == nil {
			return c, nil
		}
		if try < tries-1 {
			select {
			case <-time.After(time.Duration(100<<(2*try)) * time.Millisecond):
			case <-s.work.halt:
				return c, err
			}
		}
	}
	return c, err
}

// consequences writes what follows from an outcome into its transaction.
func (s *Service) consequences(tx store.Tx, a *attempt, c moderation.Case, effect provider.Effect) error {
	switch c.Outcome {
	case moderation.Succeeded, moderation.Partial:
		if err := s.keepStanding(tx, a, c, effect); err != nil {
			return err
		}
		if a.keep != nil {
			if err := a.keep(tx, c, effect); err != nil {
				return err
			}
		}
		if err := s.markUndone(tx, c, c.Inverts); err != nil {
			return err
		}
		if c.Action == moderation.ActionEnd {
			if err := shut(tx, c); err != nil {
				return err
			}
		}
		absent := c.Action == moderation.ActionBan && c.ParticipantID == ""
		if verified(c.Action) && a.in.Source != FromSystem && !absent {
			return setTimer(tx, timer{Kind: verifyTimer, Case: c.Number, Due: time.Now().Add(verifyAfter)})
		}
	case moderation.Unknown:
		return setTimer(tx, timer{Kind: settleTimer, Case: c.Number, Due: time.Now().Add(settleFirst)})
	case moderation.Failed:
		return dropStanding(tx, c)
	}
	return nil
}

// markUndone appends to the case undone, once, that c took it back.
func (s *Service) markUndone(tx store.Tx, c moderation.Case, undone uint64) error {
	if undone == 0 || undone == c.Number {
		return nil
	}
	before, err := tx.Case(undone)
	if err != nil || before.UndoneBy != "" {
		return err
	}
	r := following(before, moderation.RecordUndone, moderation.SystemActor)
	r.Actor, r.Details.Inverts = c.Actor, c.Number
	_, err = s.add(tx, r)
	return err
}

// saidWhy turns the keys with which a driver says why into words.
func (s *Service) saidWhy(all []moderation.Unreached) []moderation.Unreached {
	said := slices.Clone(all)
	for i, u := range said {
		said[i].Name = s.shown(cmp.Or(u.Name, u.Identity))
		said[i].Why = s.plain([]moderation.Sentence{moderation.Say(u.Why)})
	}
	return said
}

func (s *Service) unreachedNames(all []moderation.Unreached) []string {
	const most = 10
	var names []string
	for i, u := range all {
		if i == most {
			return append(names, "…")
		}
		names = append(names, s.shown(cmp.Or(u.Name, u.Identity)))
	}
	return names
}
