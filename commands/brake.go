package commands

import (
	"context"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// removals is when one person has removed people lately, and whether that has
// stopped them.
type removals struct {
	At        []time.Time `json:"at"`
	StoppedAt time.Time   `json:"stopped_at,omitzero"`
	Case      uint64      `json:"case,omitempty"` // the refusal that stopped them
}

// brakes is by Actor.String.
const brakes store.Collection[removals] = "brakes"

// errBraked ends the transaction of an intent that the brake stops.
var errBraked = errors.New("stopped by the brake")

// brake counts a removal inside the transaction of its intent: a kick, a ban of
// someone present, an end as one. It returns errBraked where the caller has
// removed as many as the configuration lets one person remove in a while, or
// has been stopped and nobody has lifted it.
func (s *Service) brake(tx store.Tx, a *attempt, now time.Time) error {
	if !s.brakes(a) {
		return nil
	}
	who := a.remover()
	r, _, err := brakes.Get(tx, who)
	if err != nil {
		return err
	}
	if !r.StoppedAt.IsZero() {
		return errBraked
	}
	r.At = lately(r.At, now.Add(-s.Rules.BrakePer))
	if len(r.At) >= s.Rules.BrakeRemovals {
		return errBraked
	}
	r.At = append(r.At, now)
	return brakes.Put(tx, who, r)
}

func (s *Service) brakes(a *attempt) bool {
	if s.Rules.BrakeRemovals <= 0 || a.in.Caller.Actor.Kind == moderation.System {
		return false
	}
	switch a.action {
	case moderation.ActionKick, moderation.ActionEnd:
		return true
	case moderation.ActionBan:
		return a.person != nil
	default:
		return false
	}
}

// remover is who answers for a removal: of a request, whoever approved it.
func (a *attempt) remover() string {
	if a.in.approval != nil && a.in.approval.Request {
		return a.in.approval.By.Caller.Actor.String()
	}
	return a.in.Caller.Actor.String()
}

// lately keeps the times after a moment.
func lately(all []time.Time, after time.Time) []time.Time {
	var kept []time.Time
	for _, at := range all {
		if at.After(after) {
			kept = append(kept, at)
		}
	}
	return kept
}

// stopped refuses an attempt that the brake stopped. Its case is told in the
// requests channel too, and to each owner in a direct message, the first time.
func (s *Service) stopped(ctx context.Context, a *attempt) Answer {
	who := a.remover()
	says := []moderation.Sentence{moderation.Say("brake.stopped", "Who", actorArg(who),
		"Removals", s.Rules.BrakeRemovals, "Per", s.Rules.BrakePer, "Owners", s.ownersSaid(),
		"Command", moderation.Literal("/room-role unbrake "+who))}
	r := s.record(a, moderation.RecordRefused)
	r.Details.Code, r.Words.Text = moderation.CodeForbidden, s.plain(says)
	c, err := s.write(ctx, entry{record: r, after: func(tx store.Tx, c moderation.Case) error {
		r, _, err := brakes.Get(tx, who)
		if err != nil || !r.StoppedAt.IsZero() {
			return err
		}
		r.StoppedAt, r.Case = time.Now().UTC(), c.Number
		if err := brakes.Put(tx, who, r); err != nil {
			return err
		}
		return s.tellOwners(tx, c)
	}})
	if errors.Is(err, store.ErrKnownKey) {
		return s.answerCase(ctx, a.in.Caller, c)
	}
	if err != nil {
		return s.unstored(err)
	}
	s.metrics.ended(c)
	return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: says, Case: c.Number}
}

// tellOwners queues a case for the requests channel and, under their own ids,
// for the owners that the configuration names.
func (s *Service) tellOwners(tx store.Tx, c moderation.Case) error {
	for _, to := range append([]string{s.RequestsChannel}, s.Rules.Owners...) {
		if to == "" {
			continue
		}
		if err := tx.QueuePost(to, c.Number, c.Seq, c.ChangedAt); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) ownersSaid() (all []moderation.Sentence) {
	for _, id := range s.Rules.Owners {
		all = append(all, moderation.Say("permission.giver", "Who", moderation.UserID(id)))
	}
	return all
}

// unbrake lets someone remove people again. Another person who may manage roles
// does it, and the case that stopped them says who.
func (s *Service) unbrake(ctx context.Context, in Invocation) Answer {
	if answer := in.needs(ArgSubject); answer != nil {
		return answer
	}
	who := in.Args[ArgSubject]
	if moderation.ActorOf(who).Kind != moderation.APIToken {
		subject, err := parseSubject(who)
		if err != nil {
			return fault(in, ArgSubject, err)
		}
		who = subject.ID
	}
	if d := s.may(ctx, in.Caller, moderation.ManageRoles, Target{}); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	if in.Caller.Actor.String() == who {
		return failure(moderation.Fault(moderation.CodeForbidden, "brake.own"))
	}
	says := moderation.Say("brake.lifted", "Who", actorArg(who), "By", actorArg(in.Caller.Actor.String()))
	number := uint64(0)
	err := s.update(ctx, func(tx store.Tx) error {
		number = 0
		r, there, err := brakes.Get(tx, who)
		if err != nil {
			return err
		}
		if !there || r.StoppedAt.IsZero() {
			return moderation.Fault(moderation.CodeConflict, "brake.none", "Who", actorArg(who))
		}
		if _, err := brakes.Delete(tx, who); err != nil {
			return err
		}
		c, err := tx.Case(r.Case)
		if err != nil {
			return err
		}
		number = c.Number
		note := following(c, moderation.RecordNoted, in.Caller.Actor)
		note.Words.Text = s.plain([]moderation.Sentence{says})
		if c, err = s.add(tx, note); err != nil {
			return err
		}
		return s.tellOwners(tx, c)
	})
	var known *moderation.Error
	if errors.As(err, &known) {
		return failure(err)
	}
	if err != nil {
		return s.unstored(err)
	}
	s.posted()
	return Notice{Tone: Done, Says: []moderation.Sentence{says}, Case: number}
}
