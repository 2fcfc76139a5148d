package commands

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// How long something waits for another person.
const (
	signWithin    = 10 * time.Minute // a second signature
	requestWithin = 30 * time.Minute // a request
)

// waiting is an invocation that another person must approve before it is
// carried out. It is in the store beside its case, whose first record says
// until when it waits, so that a restart forgets neither.
type waiting struct {
	Case    uint64    `json:"case"`
	Request bool      `json:"request,omitempty"` // by someone without the permission; else a second signature
	Caller  Caller    `json:"caller"`            // who asked
	Command string    `json:"command"`
	Args    Args      `json:"args"`
	Undoes  uint64    `json:"undoes,omitempty"`
	Until   time.Time `json:"until"`
}

const waitings store.Collection[waiting] = "waiting"

func waitingKey(number uint64) string { return fmt.Sprintf("%020d", number) }

// approval is what another person said yes to, on its way through the same
// steps as any other attempt. Its records continue the case that waited.
type approval struct {
	waiting
	By Invocation // the press of the one who approved
}

// errDecided ends a transaction for something that does not wait any more.
var errDecided = errors.New("decided already")

// stillAwaits holds inside a transaction that what was approved still waits.
func stillAwaits(tx store.Tx, in Invocation) error {
	if in.approval == nil {
		return nil
	}
	w, there, err := waitings.Get(tx, waitingKey(in.approval.Case))
	if err != nil {
		return err
	}
	if !there || !time.Now().Before(w.Until) {
		return errDecided
	}
	return nil
}

// settleWaiting forgets what waited once a record of its case has decided it.
func settleWaiting(tx store.Tx, c moderation.Case) error {
	if c.AwaitsUntil.IsZero() || c.Awaits {
		return nil
	}
	_, err := waitings.Delete(tx, waitingKey(c.Number))
	return err
}

// await makes the case of what waits and posts it where people can approve it.
func (s *Service) awaitApproval(ctx context.Context, r moderation.Record, w waiting) (moderation.Case, error) {
	r.Details.AwaitsUntil, r.Details.Requested = w.Until, w.Request
	return s.write(ctx, entry{record: r, after: func(tx store.Tx, c moderation.Case) error {
		w.Case = c.Number
		if err := waitings.Put(tx, waitingKey(c.Number), w); err != nil {
			return err
		}
		return setTimer(tx, timer{Kind: lapseTimer, Case: c.Number, Due: w.Until})
	}})
}

// secondPerson makes an attempt wait for a second signature. It is asked after
// the capability and the words were checked, before anything is written.
func (s *Service) secondPerson(ctx context.Context, a *attempt) Answer {
	why, needed := s.needsSecond(ctx, a)
	if !needed || a.in.approval != nil {
		return nil
	}
	if !a.in.Confirmed {
		a.ask = append(a.ask, moderation.Say("second.ask", "Why", why, "Within", signWithin))
		return s.confirm(a)
	}
	args := a.in.Args.with(ArgRoom, a.place.arg())
	if a.person != nil {
		args[ArgPerson] = lasting(*a.person)
	}
	w := waiting{
		Caller: a.in.Caller, Command: a.in.Command, Args: args, Undoes: a.in.undoes,
		Until: time.Now().Add(signWithin).UTC(),
	}
	r := s.record(a, moderation.RecordIntended)
	says := []moderation.Sentence{moderation.Say("second.waits", "Why", why, "Until", moderation.Moment(w.Until))}
	r.Words.Text = s.plain(says)
	return s.answerWaiting(ctx, a.in, r, w, says)
}

func (s *Service) answerWaiting(ctx context.Context, in Invocation, r moderation.Record, w waiting, says []moderation.Sentence) Answer {
	c, err := s.awaitApproval(ctx, r, w)
	switch {
	case errors.Is(err, store.ErrKnownKey):
		return s.answerCase(ctx, in.Caller, c)
	case err != nil:
		return s.unstored(err)
	}
	s.work.nudge()
	return CaseAnswer{Tone: Waiting, Says: says, Case: c}
}

// needsSecond reports whether the configuration wants two people for the
// attempt, and why.
func (s *Service) needsSecond(ctx context.Context, a *attempt) (why moderation.Sentence, needed bool) {
	switch a.action {
	case moderation.ActionBan:
		if s.Rules.PermanentBans && a.details.Permanent {
			return moderation.Say("second.ban"), true
		}
	case moderation.ActionEnd:
		if s.Rules.EndOver < 0 {
			return why, false
		}
		if present := s.present(ctx, a.place, s.Rules.EndOver); present > s.Rules.EndOver {
			return moderation.Say("second.end", "People", present, "Over", s.Rules.EndOver), true
		}
	}
	return why, false
}

// present counts who is in a room, no further than just over a bound. Where it
// cannot be told the bound counts as passed.
func (s *Service) present(ctx context.Context, p place, bound int) int {
	if p.room.Participants >= 0 {
		return p.room.Participants
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	count := 0
	err := everyone(ctx, p, "", func(moderation.Participant) bool { count++; return count <= bound })
	if err != nil {
		s.Log.Warn("who is in a room could not be counted", "provider", p.room.Provider, "error", err)
		return bound + 1
	}
	return count
}

// lasting names a participant so that the name still means them in a while.
func lasting(p moderation.Participant) string {
	if p.Identity != "" {
		return p.Identity
	}
	return p.ID
}

// awaitRole makes a change of roles wait for a second signature.
func (s *Service) awaitRole(ctx context.Context, in Invocation, c roleChange) Answer {
	why, yes := moderation.Say("second.grant", c.facts()...), moderation.Say("label.grant")
	if c.action == moderation.ActionDefine {
		why, yes = moderation.Say("second.define", c.facts()...), moderation.Say("label.define")
	}
	if !in.Confirmed {
		return Confirm{
			Says:    []moderation.Sentence{moderation.Say("second.ask", "Why", why, "Within", signWithin)},
			Command: in.Command, Args: in.Args, Label: yes,
		}
	}
	w := waiting{
		Caller: in.Caller, Command: in.Command, Args: in.Args.with(ArgScope, c.grant.Scope), Undoes: in.undoes,
		Until: time.Now().Add(signWithin).UTC(),
	}
	says := []moderation.Sentence{moderation.Say("second.waits", "Why", why, "Until", moderation.Moment(w.Until))}
	r := c.record(in, moderation.RecordIntended)
	r.Words.Text = s.plain(says)
	return s.answerWaiting(ctx, in, r, w, says)
}

// approvalOffers are the buttons of a case that waits.
func approvalOffers(c moderation.Case) []Offer {
	if !c.Awaits {
		return nil
	}
	args := Args{ArgCase: strconv.FormatUint(c.Number, 10)}
	return []Offer{
		{Command: approveCommand.Name, Args: args, Label: label(approveCommand.Name, ""), Ask: moderation.Say("ask.approve", "Case", c.Number)},
		{Command: denyCommand.Name, Args: args, Label: label(denyCommand.Name, ""), Danger: true},
	}
}

// lapse ends what nobody has approved in time.
func (s *Service) lapse(ctx context.Context, t timer) error {
	c, err := s.decide(ctx, t.Case, moderation.SystemActor, func(w waiting) []moderation.Sentence {
		if w.Request {
			return []moderation.Sentence{moderation.Say("request.lapsed")}
		}
		return []moderation.Sentence{moderation.Say("second.lapsed")}
	}, "")
	if errors.Is(err, errDecided) {
		err = nil
	}
	if err != nil {
		return err
	}
	if c.Number != 0 {
		s.metrics.ended(c)
	}
	return s.drop(ctx, t)
}

// decide refuses what waits, once.
func (s *Service) decide(ctx context.Context, number uint64, by moderation.Actor, say func(waiting) []moderation.Sentence, word string) (moderation.Case, error) {
	w, c, err := s.waitingCase(ctx, number)
	if err != nil {
		return c, err
	}
	r := following(c, moderation.RecordRefused, by)
	r.Details.Code = moderation.CodeForbidden
	r.Words.Text = s.plain(say(w))
	r.Words.Reason = word
	return s.write(ctx, entry{record: r, before: func(tx store.Tx) error {
		_, there, err := waitings.Get(tx, waitingKey(number))
		if err == nil && !there {
			return errDecided
		}
		return err
	}})
}

// waitingCase reads what waits with its case; errDecided where it waits no more.
func (s *Service) waitingCase(ctx context.Context, number uint64) (w waiting, c moderation.Case, err error) {
	err = s.view(ctx, func(tx store.Tx) error {
		var there bool
		var err error
		if c, err = tx.Case(number); err != nil {
			return err
		}
		if w, there, err = waitings.Get(tx, waitingKey(number)); err == nil && !there {
			return errDecided
		}
		return err
	})
	return w, c, err
}
