package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// The verbs of the role command. Export is List of everything, and Apply takes
// the text of a file: both are for the command line.
const (
	verbList    = "list"
	verbGrant   = "grant"
	verbRevoke  = "revoke"
	verbDefine  = "define"
	verbDelete  = "delete"
	verbExplain = "explain"
	verbUnbrake = "unbrake"
	verbApply   = "apply"
)

var roleCommand = &Command{
	Name: "role",
	Args: []Arg{
		{
			Name: ArgVerb, Usage: "list|grant|revoke|define|delete|explain|unbrake",
			Values: []string{verbList, verbGrant, verbRevoke, verbDefine, verbDelete, verbExplain, verbUnbrake, verbApply},
		},
		{Name: ArgSubject, Usage: "…"},
		{Name: ArgPreset},
		{Name: ArgScope},
		{Name: ArgFor},
		{Name: ArgAuthID},
		{Name: ArgAction},
		{Name: ArgRoom},
		{Name: ArgText, Rest: true},
		{Name: ArgReason, Rest: true},
		{Name: ArgOptions},
	},
	Summary: moderation.Say("help.role"),
	Examples: []string{
		"/room-role list",
		"/room-role grant @ann moderator live:* for 4h covering for Ben",
		"/room-role revoke @ann moderator live:*",
		"/room-role define greeter list_rooms announce",
		"/room-role explain @ann kick live:standup",
	},
	Notes: []moderation.Sentence{
		moderation.Say("help.role_grant"), moderation.Say("help.role_scope"), moderation.Say("help.role_define"),
	},
	Needs: moderation.ManageRoles,
	parse: parseRole,
	run:   runRole,
}

func runRole(ctx context.Context, s *Service, in Invocation) Answer {
	switch in.Args[ArgVerb] {
	case verbGrant:
		return s.grantRole(ctx, in)
	case verbRevoke:
		return s.revokeRole(ctx, in)
	case verbDefine:
		return s.definePreset(ctx, in)
	case verbDelete:
		return s.deletePreset(ctx, in)
	case verbExplain:
		return s.explain(ctx, in)
	case verbUnbrake:
		return s.unbrake(ctx, in)
	case verbApply:
		return s.applyRoles(ctx, in)
	default:
		return s.listRoles(ctx, in)
	}
}

// needs answers that words are missing, where some are.
func (in Invocation) needs(names ...string) Answer {
	missing := slices.DeleteFunc(names, func(name string) bool { return in.Args[name] != "" })
	if len(missing) == 0 {
		return nil
	}
	return Missing{Command: in.Command, Args: in.Args, Missing: missing}
}

// listRoles shows the grants and presets that the caller could change, one
// subject's alone where one is named.
func (s *Service) listRoles(ctx context.Context, in Invocation) Answer {
	who := s.authority(ctx, in.Caller)
	if d := who.may(moderation.ManageRoles, Target{}); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	var only moderation.Subject
	if word := in.Args[ArgSubject]; word != "" {
		var err error
		if only, err = parseSubject(word); err != nil {
			return fault(in, ArgSubject, err)
		}
	}
	page := GrantPage{Presets: moderation.BuiltIn(), Owners: s.Rules.Owners}
	var grants []moderation.Grant
	var presets []moderation.Preset
	err := s.view(ctx, func(tx store.Tx) (err error) {
		if grants, err = store.Grants.All(tx, ""); err != nil {
			return err
		}
		presets, err = store.Presets.All(tx, "")
		return err
	})
	if err != nil {
		return s.unreadable(err)
	}
	page.Presets = append(page.Presets, presets...)
	now := time.Now()
	for _, g := range grants {
		mine := who.may(moderation.ManageRoles, Target{Within: &moderation.Extent{Scope: g.Scope, AuthID: g.AuthID}}).Allowed
		if mine && g.Live(now) && (only.ID == "" || g.Subject == only) {
			page.Grants = append(page.Grants, g)
		}
	}
	slices.SortStableFunc(page.Grants, func(a, b moderation.Grant) int {
		return strings.Compare(a.Subject.ID+" "+a.Scope, b.Subject.ID+" "+b.Scope)
	})
	return page
}
