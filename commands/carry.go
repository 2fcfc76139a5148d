package commands

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// How long a provider gets for what was asked of it. What takes a call for
// each of many people gets longer, and tells how far it is.
const (
	actDeadline  = 15 * time.Second
	bulkDeadline = 5 * time.Minute
)

// carryOut takes an attempt that its caller may make from the capability to
// its outcome.
func (s *Service) carryOut(ctx context.Context, a *attempt) Answer {
	a.noteTelling()
	a.order.Action, a.order.Media, a.order.Room, a.order.Progress = a.action, a.media, a.place.room, a.in.Progress
	if a.person != nil {
		a.order.Participant = *a.person
	}
	if able := moderation.CapabilityFor(a.action, a.media, a.toOne); able != "" {
		support := a.place.client.Capabilities(a.place.room)[able]
		if !support.Available() {
			return s.refuse(ctx, a, moderation.CodeUnsupported, "", s.cannot(a, support))
		}
		if len(a.ask) == 0 && !support.Asks.IsZero() {
			a.ask = []moderation.Sentence{moderation.Say(support.Asks.Key, s.facts(a)...)}
		}
	}
	if err := a.place.client.CheckOrder(a.order); err != nil {
		return fault(a.in, argOf(a.action), err)
	}
	if len(a.ask) > 0 && !a.in.Confirmed {
		return s.confirm(a)
	}
	if answer := s.secondPerson(ctx, a); answer != nil {
		return answer
	}
	if s.work.stopped() {
		return failure(moderation.Errorf(moderation.CodeBusy, "stopping"))
	}
	c, answer := s.intend(ctx, a)
	if answer != nil {
		return answer
	}
	return s.await(ctx, a, c)
}

// cannot says why the provider cannot do what was asked.
func (s *Service) cannot(a *attempt, support moderation.Support) []moderation.Sentence {
	says := []moderation.Sentence{moderation.Say("act.cannot", "What", s.what(a), "Provider", moderation.Literal(a.place.room.Provider))}
	if !support.Says.IsZero() {
		says = append(says, support.Says)
	}
	return says
}

// argOf is the word that a fault of an order is about.
func argOf(action moderation.Action) string {
	switch action {
	case moderation.ActionDial:
		return ArgNumber
	case moderation.ActionAnnounce:
		return ArgText
	case moderation.ActionHold:
		return ArgURL
	default:
		return ArgOptions
	}
}

// confirm asks before it acts, with everything found out so far in its words.
func (s *Service) confirm(a *attempt) Answer {
	args := a.in.Args.with(ArgRoom, a.place.arg())
	if a.person != nil {
		args[ArgPerson] = a.person.ID
	}
	return Confirm{Says: a.ask, Command: a.in.Command, Args: args, Label: label(a.in.Command, a.media), Danger: true}
}

// intend writes the attempt down before anything is sent. The answer is set
// where someone else has done it already, or the store did not take it.
func (s *Service) intend(ctx context.Context, a *attempt) (moderation.Case, Answer) {
	var held *guard
	c, err := s.write(ctx, entry{
		record: s.record(a, moderation.RecordIntended),
		before: func(tx store.Tx) (err error) {
			if err := stillAwaits(tx, a.in); err != nil {
				return err
			}
			if err := s.stillAllowed(tx, a.judged); err != nil {
				return err
			}
			if held, err = heldGuard(tx, a); held != nil {
				return errHeld
			}
			if err != nil {
				return err
			}
			return s.brake(tx, a, time.Now().UTC())
		},
		after: func(tx store.Tx, c moderation.Case) error {
			if m, puts, _ := standing(a); puts {
				m.take(m.Identity, taken{Connection: m.Connection, Restore: a.place.client.Remember(a.order), Expected: true})
				if err := intendStanding(tx, m, c); err != nil {
					return err
				}
			}
			if a.intend != nil {
				if err := a.intend(tx, c); err != nil {
					return err
				}
			}
			return takeGuard(tx, a, c)
		},
	})
	var refused ruled
	switch {
	case errors.As(err, &refused):
		return c, s.refuse(ctx, a, moderation.CodeForbidden, refused.Missing, refused.Says)
	case errors.Is(err, errHeld):
		return c, s.already(*held)
	case errors.Is(err, errBraked):
		return c, s.stopped(ctx, a)
	case errors.Is(err, errDecided):
		return c, s.decidedBefore(ctx, a.in.approval.By, a.in.approval.Case)
	case errors.Is(err, store.ErrKnownKey):
		return c, s.answerCase(ctx, a.in.Caller, c)
	case err != nil:
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			s.forsake(ctx, a)
		}
		return c, s.unstored(err)
	}
	return c, nil
}

// forsake closes the case of an intent that the store did not take in time: it
// may have become durable after its caller was told that nothing is done.
func (s *Service) forsake(ctx context.Context, a *attempt) {
	if a.in.Key == "" {
		return // the sweep finds it by and by
	}
	s.work.start(context.WithoutCancel(ctx), func(ctx context.Context) {
		var c moderation.Case
		for range forsakeTries {
			err := s.view(ctx, func(tx store.Tx) (err error) {
				c, err = tx.CaseByKey(a.in.Key)
				return err
			})
			if err == nil {
				break
			}
			select {
			case <-time.After(storeDeadline):
			case <-ctx.Done():
				return
			}
		}
		if c.Outcome != moderation.Intended || c.Awaits || s.work.busy(c.Number) {
			return // busy: the key is that of an attempt which is being sent
		}
		r := following(c, moderation.RecordFailed, moderation.SystemActor)
		r.Details.Code = moderation.CodeInternal
		r.Words.Text = s.plain([]moderation.Sentence{moderation.Say("store.unwritable")})
		if _, err := s.insist(ctx, entry{record: r, after: dropStanding}); err != nil {
			s.Log.Error("a case that was given up could not be closed", "case", c.Number, "error", err)
		}
	})
}

// forsakeTries is how often a case that was given up is looked for.
const forsakeTries = 5

// result is what came of sending an order.
type result struct {
	c    moderation.Case
	says []moderation.Sentence
}

// await sends the order and answers with its outcome, or, where the caller's
// time ends first, that it is not known yet. The sending goes on without the caller.
func (s *Service) await(ctx context.Context, a *attempt, c moderation.Case) Answer {
	done := make(chan result, 1)
	s.work.begin(c.Number)
	started := s.work.start(context.WithoutCancel(ctx), func(ctx context.Context) {
		defer s.work.end(c.Number)
		defer func() {
			if fault := recover(); fault != nil {
				s.Log.Error("an action panicked", "case", c.Number, "panic", fault, "stack", string(debug.Stack()))
				done <- result{c, []moderation.Sentence{moderation.Say("act.unrecorded", "Case", c.Number)}}
			}
		}()
		done <- s.send(ctx, a, c)
	})
	if !started {
		s.work.end(c.Number)
		return CaseAnswer{Tone: Waiting, Case: c, Says: []moderation.Sentence{moderation.Say("act.stopping")}}
	}
	select {
	case r := <-done:
		return s.answer(ctx, a.in.Caller, r.c, r.says)
	case <-ctx.Done():
		return CaseAnswer{Tone: Waiting, Case: c, Says: []moderation.Sentence{s.waiting(a)}}
	}
}

// send asks the provider and writes down what came of it.
func (s *Service) send(ctx context.Context, a *attempt, c moderation.Case) result {
	limit := max(actDeadline, a.place.client.Patience(a.order)+time.Second)
	if bulk(a.action) {
		limit = bulkDeadline
	}
	acting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a.told = s.tell(acting, a)
	began := time.Now()
	effect, err := s.ask(acting, a)
	s.metrics.answered(a.action, time.Since(began))
	if codeOf(err) == moderation.CodeOutcomeUnknown && s.took(ctx, a) {
		a.also, err = append(a.also, moderation.Say("settle.done")), nil
	}
	return s.conclude(ctx, a, c, effect, err)
}

// took looks whether the room shows the effect of an order whose answer was
// lost. That it does not show yet is no answer: the order may still be under way.
func (s *Service) took(ctx context.Context, a *attempt) bool {
	ctx, cancel := context.WithTimeout(ctx, readDeadline/2)
	defer cancel()
	outcome, err := a.place.client.Look(ctx, a.order)
	return err == nil && outcome == moderation.Succeeded
}

func bulk(action moderation.Action) bool {
	return slices.Contains([]moderation.Action{moderation.ActionMuteAll, moderation.ActionEnd}, action)
}

// ask sends the order. A driver that panics has perhaps done something: its
// outcome is unknown.
func (s *Service) ask(ctx context.Context, a *attempt) (effect provider.Effect, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = moderation.Errorf(moderation.CodeOutcomeUnknown, "the driver of %s panicked: %v", a.place.room.Provider, fault)
		}
	}()
	send := a.send
	if send == nil {
		send = func(ctx context.Context) (provider.Effect, error) { return a.place.client.Act(ctx, a.order) }
	}
	effect, err = send(ctx)
	var known *moderation.Error
	if err != nil && !errors.As(err, &known) {
		err = moderation.Errorf(moderation.CodeOutcomeUnknown, "%w", err)
	}
	return effect, err
}
