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
	// before is the preset that a definition replaces.
	before *moderation.Preset
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

// heavy reports whether the change gives the rights of an admin, for which the
// configuration may want two people.
func (c roleChange) heavy() bool {
	admin, _ := builtIn(moderation.Admin)
	return c.action == moderation.ActionGrant &&
		(c.preset.Weight() >= admin.Rank && c.preset.Has(moderation.ManageRoles) || c.preset.Rank >= admin.Rank)
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
		r.Case, r.Details.Key = in.approval.Case, ""
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
	var c moderation.Case
	err := s.view(ctx, func(tx store.Tx) (err error) {
		c, err = tx.Case(t.Case)
		return err
	})
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

// grantRole gives a preset to someone.
func (s *Service) grantRole(ctx context.Context, in Invocation) Answer {
	c, answer := s.readGrant(ctx, in, moderation.ActionGrant)
	if answer != nil {
		return answer
	}
	if c.grant.Scope == "" {
		if room, ok := s.meantRoom(ctx, in); ok {
			return failure(moderation.Fault(moderation.CodeInvalid, "role.scope_meant",
				"Word", moderation.Literal(in.Args[ArgReason]), "Scope", moderation.Literal(room)))
		}
		c.grant.Scope = moderation.Everywhere
	}
	span, err := in.Args.span()
	if err != nil {
		return fault(in, ArgFor, err)
	}
	now := time.Now().UTC()
	if span.For > 0 {
		c.grant.Until = now.Add(span.For)
	}
	c.grant.GrantedBy, c.grant.GrantedAt, c.grant.Reason = in.Caller.Actor.String(), now, in.Args[ArgReason]
	if in.undoes != 0 {
		if answer := s.regrant(ctx, in, &c.grant); answer != nil {
			return answer
		}
	}
	c.check = func(tx store.Tx) error {
		before, there, err := store.Grants.Get(tx, c.grant.Key())
		if err != nil || !there || !before.Live(now) || !before.Until.Equal(c.grant.Until) {
			return err
		}
		return moderation.Fault(moderation.CodeConflict, "role.granted_before", c.facts()...)
	}
	c.done = moderation.Say("role.granted", c.facts()...)
	return s.change(ctx, in, c)
}

// regrant gives a grant whose revocation is taken back the end that it had.
func (s *Service) regrant(ctx context.Context, in Invocation, g *moderation.Grant) Answer {
	var revoked moderation.Case
	err := s.view(ctx, func(tx store.Tx) (err error) {
		revoked, err = tx.Case(in.undoes)
		return err
	})
	if err != nil {
		return s.unreadable(err)
	}
	g.Until = revoked.Until
	if !g.Live(time.Now()) {
		return undoFault(revoked, "undo.expired")
	}
	return nil
}

// revokeRole takes a preset from someone.
func (s *Service) revokeRole(ctx context.Context, in Invocation) Answer {
	c, answer := s.readGrant(ctx, in, moderation.ActionRevoke)
	if answer != nil {
		return answer
	}
	if c.grant.Scope == "" {
		c.grant.Scope = moderation.Everywhere
	}
	held, others, err := s.grantOf(ctx, c.grant)
	switch {
	case err != nil:
		return s.unreadable(err)
	case held == nil:
		if _, d := s.judgeRoles(ctx, in, c); !d.Allowed {
			return s.refuseRole(ctx, in, c, d.Missing, d.Says)
		}
		return s.noGrant(ctx, in, c, others)
	}
	c.grant = *held
	c.check = func(tx store.Tx) error { return s.lastOwner(tx, c.grant) }
	c.done = moderation.Say("role.revoked", c.facts()...)
	return s.change(ctx, in, c)
}

// grantOf returns the grant as the store has it, nil where it has none, and the
// other grants of its subject.
func (s *Service) grantOf(ctx context.Context, g moderation.Grant) (held *moderation.Grant, others []moderation.Grant, err error) {
	err = s.view(ctx, func(tx store.Tx) error {
		held, others = nil, nil
		all, err := store.Grants.All(tx, "")
		for _, one := range all {
			switch {
			case one.Key() == g.Key():
				held = &one
			case one.Subject == g.Subject:
				others = append(others, one)
			}
		}
		return err
	})
	return held, others, err
}

// noGrant answers that there is nothing to take, and what there is, as far as
// the caller may know of it.
func (s *Service) noGrant(ctx context.Context, in Invocation, c roleChange, others []moderation.Grant) Answer {
	notice := Notice{Tone: Failure, Code: moderation.CodeNotFound, Says: []moderation.Sentence{moderation.Say("role.no_grant", c.facts()...)}}
	if c.grant.Preset == moderation.Owner && s.isOwner(c.grant.Subject) {
		notice.Says = append(notice.Says, moderation.Say("role.owner_by_configuration", c.facts()...))
	}
	who := s.authority(ctx, in.Caller)
	for _, g := range others {
		if who.may(moderation.ManageRoles, Target{Within: &moderation.Extent{Scope: g.Scope, AuthID: g.AuthID}}).Allowed {
			notice.Says = append(notice.Says, moderation.Say("role.holds",
				roleChange{grant: g, preset: moderation.Preset{Name: g.Preset}}.facts()...))
		}
	}
	return notice
}

func (s *Service) isOwner(subject moderation.Subject) bool {
	for _, id := range s.Rules.Owners {
		if subject.Kind == moderation.UserSubject && subject.ID == id {
			return true
		}
	}
	return false
}

// lastOwner keeps the last owner from being removed.
func (s *Service) lastOwner(tx store.Tx, g moderation.Grant) error {
	if g.Preset != moderation.Owner || len(s.Rules.Owners) > 0 {
		return nil
	}
	all, err := store.Grants.All(tx, "")
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Preset == moderation.Owner && other.Scope == moderation.Everywhere && other.AuthID == "" &&
			other.Until.IsZero() && other.Subject.Kind == moderation.UserSubject && other.Key() != g.Key() {
			return nil
		}
	}
	return moderation.Fault(moderation.CodeConflict, "role.last_owner", "Subject", mentionOf(g.Subject))
}

// readGrant reads the words that grant and revoke share.
func (s *Service) readGrant(ctx context.Context, in Invocation, action moderation.Action) (roleChange, Answer) {
	c := roleChange{action: action}
	if answer := in.needs(ArgSubject, ArgPreset); answer != nil {
		return c, answer
	}
	subject, err := parseSubject(in.Args[ArgSubject])
	if err != nil {
		return c, fault(in, ArgSubject, err)
	}
	scope := in.Args[ArgScope]
	if scope != "" {
		parsed, err := moderation.ParseScope(scope)
		if err != nil {
			return c, fault(in, ArgScope, err)
		}
		if err := s.knowsProvider(parsed); err != nil && action == moderation.ActionGrant {
			return c, fault(in, ArgScope, err)
		}
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return c, s.unreadable(err)
	}
	name := in.Args[ArgPreset]
	preset, known := policy.Preset(name)
	if !known {
		if action == moderation.ActionGrant {
			return c, fault(in, ArgPreset, moderation.Fault(moderation.CodeNotFound, "role.no_preset",
				"Preset", moderation.Literal(name), "Near", nearest(name, policy.PresetNames(), 3)))
		}
		preset = moderation.Preset{Name: name}
	}
	c.preset = preset
	c.grant = moderation.Grant{Subject: subject, Preset: preset.Name, Scope: scope, AuthID: in.Args[ArgAuthID]}
	return c, nil
}

// knowsProvider refuses a scope over a provider that is not configured: a
// misspelt one would never give anything.
func (s *Service) knowsProvider(scope moderation.Scope) error {
	if scope.Provider() == "" || s.Providers == nil || len(s.Providers.All()) == 0 {
		return nil
	}
	if _, ok := s.Providers.Get(scope.Provider()); ok {
		return nil
	}
	var names []string
	for _, client := range s.Providers.All() {
		names = append(names, client.Name())
	}
	return moderation.Fault(moderation.CodeNotFound, "role.no_provider",
		"Provider", moderation.Literal(scope.Provider()), "Names", names)
}

// meantRoom reports whether the first word of the reason is a room or a
// provider: then a scope was meant, and * would give far too much.
func (s *Service) meantRoom(ctx context.Context, in Invocation) (scope string, meant bool) {
	word, _ := cutWord(in.Args[ArgReason])
	if word == "" || in.undoes != 0 || s.Providers == nil {
		return "", false
	}
	if _, ok := s.Providers.Get(word); ok {
		return word + ":*", true
	}
	if found := s.search(ctx, in.Caller, word); len(found.seen) > 0 {
		return found.seen[0].room.Ref().String(), true
	}
	return "", false
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
