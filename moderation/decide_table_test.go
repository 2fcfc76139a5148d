package moderation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// who is one way of asking: a sort of caller, whom the grant is for, and what
// is known of the one's membership in the other.
type who struct {
	name          string
	asker         moderation.Asker
	subject       moderation.Subject
	allowExternal bool
}

var (
	aUser    = moderation.Subject{Kind: moderation.UserSubject, ID: "U1"}
	aGroup   = moderation.Subject{Kind: moderation.GroupSubject, ID: "S1"}
	aChannel = moderation.Subject{Kind: moderation.ChannelSubject, ID: "C1"}
	aToken   = moderation.Subject{Kind: moderation.TokenSubject, ID: "U1"}
)

func callers() []who {
	standing := func(s moderation.Standing) moderation.Asker {
		a := user("U1")
		a.Standing = s
		return a
	}
	in, unread := user("U1"), user("U1")
	in.In = []moderation.Subject{aGroup, aChannel}
	unread.Unread = []moderation.Subject{aGroup, aChannel}
	token := moderation.Asker{Actor: moderation.Actor{Kind: moderation.APIToken, ID: "U1"}}
	return []who{
		{name: "member", asker: user("U1"), subject: aUser},
		{name: "another member", asker: user("U2"), subject: aUser},
		{name: "owner by configuration", asker: user("U9"), subject: aUser},
		{name: "nobody", asker: user(""), subject: moderation.Subject{Kind: moderation.UserSubject}},
		{name: "in the group", asker: in, subject: aGroup},
		{name: "not in the group", asker: user("U1"), subject: aGroup},
		{name: "group unread", asker: unread, subject: aGroup},
		{name: "in the channel", asker: in, subject: aChannel},
		{name: "not in the channel", asker: user("U1"), subject: aChannel},
		{name: "channel unread", asker: unread, subject: aChannel},
		{name: "guest", asker: standing(moderation.Guest), subject: aUser},
		{name: "guest, allowed", asker: standing(moderation.Guest), subject: aUser, allowExternal: true},
		{name: "external", asker: standing(moderation.External), subject: aUser},
		{name: "external, allowed", asker: standing(moderation.External), subject: aUser, allowExternal: true},
		{name: "bot", asker: standing(moderation.BotUser), subject: aUser, allowExternal: true},
		{name: "deleted", asker: standing(moderation.Deleted), subject: aUser, allowExternal: true},
		{name: "unread", asker: standing(""), subject: aUser, allowExternal: true},
		{name: "withheld", asker: standing(moderation.Withheld), subject: aUser, allowExternal: true},
		{name: "owner by configuration, withheld", asker: moderation.Asker{
			Actor: user("U9").Actor, Standing: moderation.Withheld,
		}, subject: aUser},
		{name: "token", asker: token, subject: aToken},
		{name: "token of a user's name", asker: token, subject: aUser},
		{name: "user of a token's name", asker: user("U1"), subject: aToken},
		{name: "command line", asker: moderation.Asker{Actor: moderation.SystemActor}, subject: aUser},
		{name: "no kind", asker: moderation.Asker{Actor: moderation.Actor{ID: "U1"}}, subject: aUser},
	}
}

func ownPresets() []moderation.Preset {
	return []moderation.Preset{
		{Name: "greeter", Permissions: []moderation.Permission{moderation.ListRooms, moderation.AnnounceTo}},
		{Name: "blind", Permissions: []moderation.Permission{moderation.KickPermission, moderation.ReadAudit}},
		{Name: "lead", MaxBan: time.Hour, Permissions: []moderation.Permission{
			moderation.ListRooms, moderation.WatchRoom, moderation.BanPermission, moderation.ManageRoles,
		}},
		{Name: "everything", Permissions: moderation.Permissions(), Rank: 9},
		{Name: "owner", Permissions: nil},
	}
}

var (
	scopes = []string{"*", "live:*", "live:stand*", "live:standup", "live:s?andup", "calls:*", "live:other", "live", ""}

	presetNames = []string{
		"viewer", "moderator", "supervisor", "admin", "owner", "greeter", "blind", "lead", "everything", "gone",
	}

	tenants = []struct{ grant, metadata string }{
		{"", ""},
		{"", `{"auth_id":"acme"}`},
		{"acme", `{"auth_id":"acme"}`},
		{"acme", `{"auth_id":"other"}`},
		{"acme", `{"Auth_ID":"acme"}`},
		{"acme", `{"auth_id":7}`},
		{"acme", `null`},
		{"acme", ``},
	}

	protected = []struct {
		name   string
		rule   moderation.Protection
		target *moderation.Participant
	}{
		{"nobody", moderation.Protection{Match: "host-*", Preset: "supervisor"}, nil},
		{
			"not protected",
			moderation.Protection{Match: "host-*", Preset: "supervisor"},
			&moderation.Participant{Identity: "anna"},
		},
		{
			"by identity",
			moderation.Protection{Match: "host-*", Preset: "supervisor"},
			&moderation.Participant{Identity: "host-anna"},
		},
		{
			"by metadata",
			moderation.Protection{Metadata: map[string]string{"role": "host"}, Preset: "admin"},
			&moderation.Participant{Identity: "anna", Metadata: `{"role":"host"}`},
		},
		{
			"by attribute",
			moderation.Protection{Attributes: map[string]string{"role": "host"}, Preset: "owner"},
			&moderation.Participant{Identity: "anna", Attributes: map[string]string{"role": "host"}},
		},
		{
			"own identity",
			moderation.Protection{Match: "host-anna", User: "U1", Preset: "gone"},
			&moderation.Participant{Identity: "host-anna"},
		},
		{
			"own observer",
			moderation.Protection{Match: "host-*", Preset: "viewer"},
			&moderation.Participant{Identity: "rw", Kind: moderation.Observer},
		},
	}
)

// TestDecideTable asks every action of every preset, scope, subject, tenant,
// protection and caller, and holds each answer against the oracle's.
func TestDecideTable(t *testing.T) {
	permissions := needed()
	for _, w := range callers() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, preset := range presetNames {
				for _, scope := range scopes {
					for _, tenant := range tenants {
						for _, guard := range protected {
							c := configOf(w, preset, scope, tenant.grant, guard.rule)
							room := standup
							room.Metadata = tenant.metadata
							hold(t, c, permissions, moderation.Question{
								Asker: w.asker, Room: room, Participant: guard.target, At: now, Explain: true,
							})
						}
					}
				}
			}
		})
	}
}

// hold asks the question for each of the permissions of policy and oracle.
func hold(t *testing.T, c moderation.PolicyConfig, permissions []moderation.Permission, q moderation.Question) {
	t.Helper()
	p, o := moderation.NewPolicy(c), oracle{c}
	for i, permission := range permissions {
		q.Permission, q.Explain = permission, i%6 == 0
		got, want := p.Decide(q), o.decide(q)
		if (verdict{got.Allowed, got.Hidden}) != want {
			t.Fatalf("allowed %v, hidden %v, want %+v\nquestion %+v\npolicy %+v\nreasons %v",
				got.Allowed, got.Hidden, want, q, c, got.Chain)
		}
		if complaint := honest(got, q.Explain); complaint != "" {
			t.Fatalf("%s\nquestion %+v\npolicy %+v\ndecision %+v", complaint, q, c, got)
		}
	}
}

// needed is every permission that some action needs, and those that no action does.
func needed() []moderation.Permission {
	all := moderation.Permissions()
	for _, a := range moderation.Actions() {
		for _, m := range []moderation.Media{"", moderation.Audio, moderation.Video, moderation.Screen} {
			if p := moderation.PermissionFor(a, m); !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

func configOf(w who, preset, scope, authID string, rule moderation.Protection) moderation.PolicyConfig {
	c := moderation.PolicyConfig{
		Owners: []string{"U9"}, Presets: ownPresets(), AllowExternal: w.allowExternal,
		Protections: []moderation.Protection{rule},
	}
	g := moderation.Grant{Subject: w.subject, Preset: preset, Scope: scope, AuthID: authID, GrantedBy: "U9"}
	if w.asker.Actor.Kind == moderation.APIToken && w.subject.Kind == moderation.TokenSubject {
		c.Tokens = []moderation.Grant{g}
	} else {
		c.Grants = []moderation.Grant{g}
	}
	return c
}

// honest holds what every decision must be besides right.
func honest(d moderation.Decision, explained bool) string {
	switch {
	case len(d.Says) == 0 || d.Says[0].IsZero():
		return "nothing is said"
	case d.Allowed && d.Hidden:
		return "a hidden room is allowed"
	case !d.Allowed && d.Missing == "":
		return "no permission is named"
	case explained && len(d.Chain) == 0:
		return fmt.Sprintf("no reasons: %v", d.Says)
	}
	return ""
}
