package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

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
	revoked, err := s.caseOf(ctx, in.undoes)
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
