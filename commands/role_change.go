package commands

import (
	"context"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// roleChange is one change of grants or presets on its way from the words to
// the store.
type roleChange struct {
	action moderation.Action
	grant  moderation.Grant  // grant, revoke
	preset moderation.Preset // what is given, taken, defined or deleted
	// before is the preset that a definition replaces, held whether anyone holds it.
	before *moderation.Preset
	held   bool
	// check is asked inside the transaction: what stands against the change now.
	check func(tx store.Tx) error
	done  moderation.Sentence
}

// changes lists what the caller must be allowed, all of it.
func (c roleChange) changes() []moderation.Change {
	extent := moderation.Extent{Scope: moderation.Everywhere}
	if c.grant.Scope != "" {
		extent = moderation.Extent{Scope: c.grant.Scope, AuthID: c.grant.AuthID}
	}
	all := []moderation.Change{{Preset: c.preset, Extent: extent}}
	if c.before != nil {
		all = append(all, moderation.Change{Preset: *c.before, Extent: extent})
	}
	return all
}

// heavy reports whether the change gives someone the rights of an admin, for
// which the configuration may want two people: a grant does, and so does a
// definition that makes more of a preset which people hold already.
func (c roleChange) heavy() bool {
	switch c.action {
	case moderation.ActionGrant:
		return ofAdmin(c.preset)
	case moderation.ActionDefine:
		return c.held && ofAdmin(c.preset) && !ofAdmin(*c.before)
	default:
		return false
	}
}

// ofAdmin reports whether a preset has the rights of an admin.
func ofAdmin(p moderation.Preset) bool {
	admin, _ := builtIn(moderation.Admin)
	return p.Weight() >= admin.Rank && p.Has(moderation.ManageRoles) || p.Rank >= admin.Rank
}

// record begins a record of the change.
func (c roleChange) record(in Invocation, kind moderation.RecordKind) moderation.Record {
	r := moderation.Record{
		Kind: kind, Actor: in.Caller.Actor.String(), Action: c.action,
		Details: moderation.Details{
			Key: in.Key, Source: string(in.Source), Inverts: in.undoes, ApprovedBy: in.approvedBy,
			Subject: c.grant.Subject.ID, Preset: c.preset.Name, Scope: c.grant.Scope, AuthID: c.grant.AuthID,
			Until: c.grant.Until,
		},
		Words: moderation.Words{Reason: in.Args[ArgReason]},
	}
	if in.approval != nil {
		r.Case, r.Details.Key, r.Details.Begins = in.approval.Case, "", kind == moderation.RecordSucceeded
	}
	return r
}

// put writes the change itself.
func (c roleChange) put(tx store.Tx, number uint64) error {
	var err error
	switch c.action {
	case moderation.ActionGrant:
		g := c.grant
		g.Case = number
		if err = store.Grants.Put(tx, g.Key(), g); err == nil && !g.Until.IsZero() {
			err = setTimer(tx, timer{Kind: grantTimer, Case: number, Due: g.Until, Grant: g.Key()})
		}
	case moderation.ActionRevoke:
		_, err = store.Grants.Delete(tx, c.grant.Key())
	case moderation.ActionDefine:
		err = store.Presets.Put(tx, c.preset.Name, c.preset)
	case moderation.ActionDelete:
		_, err = store.Presets.Delete(tx, c.preset.Name)
	}
	return err
}

// change carries one change of roles out, or refuses it: a case either way. The
// decision is made again inside the transaction that writes, by the policy that
// it writes over.
func (s *Service) change(ctx context.Context, in Invocation, c roleChange) Answer {
	signed, answer := s.judgeCountersign(ctx, in, c)
	if answer != nil {
		return answer
	}
	judged, d := s.judgeRoles(ctx, in, c)
	if !d.Allowed {
		return s.refuseRole(ctx, in, c, d.Missing, d.Says)
	}
	if s.Rules.AdminGrants && c.heavy() && in.approval == nil && in.Caller.Actor.Kind != moderation.System {
		return s.awaitRole(ctx, in, c)
	}
	written, err := s.write(ctx, entry{
		record: func() moderation.Record {
			r := c.record(in, moderation.RecordSucceeded)
			r.Words.Text = s.plain([]moderation.Sentence{c.done})
			return r
		}(),
		before: func(tx store.Tx) error {
			if err := stillAwaits(tx, in); err != nil {
				return err
			}
			if err := s.stillAllowed(tx, append(judged, signed...)); err != nil {
				return err
			}
			if c.check != nil {
				return c.check(tx)
			}
			return nil
		},
		after: func(tx store.Tx, written moderation.Case) error {
			if err := c.put(tx, written.Number); err != nil {
				return err
			}
			return s.markUndone(tx, written, in.undoes)
		},
	})
	var refused ruled
	var known *moderation.Error
	switch {
	case errors.Is(err, errDecided):
		return s.decidedBefore(ctx, in.approval.By, in.approval.Case)
	case errors.As(err, &refused):
		return s.refuseRole(ctx, in, c, refused.Missing, refused.Says)
	case errors.Is(err, store.ErrKnownKey):
		return s.answerCase(ctx, in.Caller, written)
	case errors.As(err, &known):
		return failure(err)
	case err != nil:
		return s.unstored(err)
	}
	s.metrics.ended(written)
	s.work.nudge()
	return s.answer(ctx, in.Caller, written, []moderation.Sentence{c.done})
}

// endGrant says of a grant whose time is over that it has ended, and forgets
// it. It gave nothing from that moment on; one that was given anew meanwhile
// has another case.
func (s *Service) endGrant(ctx context.Context, t timer) error {
	c, err := s.caseOf(ctx, t.Case)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, entry{
		record: following(c, moderation.RecordExpired, moderation.SystemActor),
		before: func(tx store.Tx) error {
			g, there, err := store.Grants.Get(tx, t.Grant)
			if err == nil && (!there || g.Case != t.Case || g.Live(time.Now())) {
				return errDecided
			}
			return err
		},
		after: func(tx store.Tx, _ moderation.Case) error {
			_, err := store.Grants.Delete(tx, t.Grant)
			return err
		},
	})
	if err != nil && !errors.Is(err, errDecided) {
		return err
	}
	return s.drop(ctx, t)
}

// judgeRoles asks whether the caller may make the change. It returns the
// questions with the facts that were read.
func (s *Service) judgeRoles(ctx context.Context, in Invocation, c roleChange) (asked []moderation.Question, d Decision) {
	for _, change := range c.changes() {
		change.Countersign = in.countersigns
		var q moderation.Question
		if d, q = s.judge(ctx, in.Caller, moderation.ManageRoles, Target{Change: &change}); !d.Allowed {
			return nil, d
		}
		asked = append(asked, q)
	}
	return asked, d
}

// judgeCountersign asks whether whoever approved the change may countersign it.
// One who may not is refused by a case of their own, and it goes on waiting.
func (s *Service) judgeCountersign(ctx context.Context, in Invocation, c roleChange) ([]moderation.Question, Answer) {
	if in.approval == nil {
		return nil, nil
	}
	own := in.approval.By
	own.countersigns = true
	asked, d := s.judgeRoles(ctx, own, c)
	if !d.Allowed {
		return nil, s.refuseRole(ctx, own, c, d.Missing, d.Says)
	}
	return asked, nil
}

// refuseRole writes a refused change down and answers it.
func (s *Service) refuseRole(ctx context.Context, in Invocation, c roleChange, missing moderation.Permission, says []moderation.Sentence) Answer {
	r := c.record(in, moderation.RecordRefused)
	r.Details.Code, r.Details.Permission, r.Words.Text = moderation.CodeForbidden, missing, s.plain(says)
	written, err := s.write(ctx, entry{record: r})
	if errors.Is(err, store.ErrKnownKey) {
		return s.answerCase(ctx, in.Caller, written)
	}
	if err != nil {
		return s.unstored(err)
	}
	s.metrics.ended(written)
	return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: says, Case: written.Number}
}

// facts are what sentences about the change may use.
func (c roleChange) facts() []any {
	facts := []any{"Preset", moderation.Literal(c.preset.Name)}
	if c.grant.Subject.ID != "" {
		facts = append(facts, "Subject", mentionOf(c.grant.Subject), "Kind", string(c.grant.Subject.Kind),
			"Scope", moderation.Literal(c.grant.Scope))
	}
	if c.grant.AuthID != "" {
		facts = append(facts, "AuthID", moderation.Literal(c.grant.AuthID))
	}
	if !c.grant.Until.IsZero() {
		facts = append(facts, "Until", moderation.Moment(c.grant.Until))
	}
	return facts
}
