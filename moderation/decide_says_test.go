package moderation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/moderation"
)

func keys(all []moderation.Sentence) (keys []string) {
	for _, s := range all {
		keys = append(keys, s.Key)
	}
	return keys
}

func TestDecideSaysWhatStoodInTheWay(t *testing.T) {
	group := moderation.Subject{Kind: moderation.GroupSubject, ID: "S1"}
	p := moderation.NewPolicy(moderation.PolicyConfig{
		Owners: []string{"U9"},
		Grants: []moderation.Grant{
			toUser("U1", moderation.Moderator, "live:*"),
			{Subject: group, Preset: moderation.Supervisor, Scope: "live:*"},
		},
		Protections: []moderation.Protection{{Match: "host-*", Preset: moderation.Admin}},
	})
	unread := user("U1")
	unread.Unread = []moderation.Subject{group}
	host := &moderation.Participant{Identity: "host-1", Name: "Anna"}
	for name, c := range map[string]struct {
		q      moderation.Question
		says   []string
		unread bool
	}{
		"lacking": {
			moderation.Question{Asker: user("U1"), Permission: moderation.EndRoom},
			[]string{"permission.refused", "permission.ask"},
			false,
		},
		"unread": {
			moderation.Question{Asker: unread, Permission: moderation.EndRoom},
			[]string{"permission.shared_unread", "permission.refused", "permission.ask"},
			true,
		},
		"unread, and it could only show the room": {
			moderation.Question{Asker: unread, Permission: moderation.ManageRoles},
			[]string{"permission.refused", "permission.ask"},
			false,
		},
		"protected": {
			moderation.Question{Asker: user("U1"), Permission: moderation.KickPermission, Participant: host},
			[]string{"permission.not_so_far", "permission.protected", "permission.ask"},
			false,
		},
		"longest ban": {
			moderation.Question{Asker: user("U1"), Permission: moderation.BanPermission, BanFor: 24 * time.Hour},
			[]string{"permission.chain.allows"},
			false,
		},
		"too long a ban": {
			moderation.Question{Asker: user("U1"), Permission: moderation.BanPermission, BanFor: 24*time.Hour + 1},
			[]string{"permission.not_so_far", "permission.ban_bound", "permission.ask"},
			false,
		},
		"permanent ban": {
			moderation.Question{Asker: user("U1"), Permission: moderation.BanPermission, Permanent: true},
			[]string{"permission.not_so_far", "permission.ban_bound", "permission.ask"},
			false,
		},
	} {
		c.q.Room, c.q.At = standup, now
		d := p.Decide(c.q)
		if diff := cmp.Diff(c.says, keys(d.Says)); diff != "" || d.Unread != c.unread {
			t.Errorf("%s: unread %v, says (-want +got)\n%s", name, d.Unread, diff)
		}
	}
}

func TestDecideSaysWhichGrantAllows(t *testing.T) {
	g := toUser("U1", moderation.Moderator, "live:*")
	g.AuthID, g.Until = "acme", now.Add(time.Minute)
	p := moderation.NewPolicy(moderation.PolicyConfig{Owners: []string{"U9"}, Grants: []moderation.Grant{g}})
	q := moderation.Question{Asker: user("U1"), Permission: moderation.KickPermission, Room: standup, At: now}
	q.Room.Metadata = `{"auth_id":"acme"}`
	want := map[string]any{
		"Permission": moderation.Literal("kick_participant"), "Preset": moderation.Literal("moderator"),
		"Scope": moderation.Literal("live:*"), "Subject": moderation.UserID("U1"), "Kind": "user",
		"AuthID": moderation.Literal("acme"), "By": moderation.UserID("U0OWNER00"),
		"At": moderation.Moment(g.GrantedAt), "Until": moderation.Moment(g.Until),
	}
	if diff := cmp.Diff(want, p.Decide(q).Says[0].Args, cmp.Comparer(sameMoment)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	g.GrantedBy, g.AuthID, g.Until = "api:ci", "", time.Time{}
	p = moderation.NewPolicy(moderation.PolicyConfig{Grants: []moderation.Grant{g}})
	args := p.Decide(q).Says[0].Args
	if args["By"] != moderation.Literal("api:ci") || args["AuthID"] != nil || args["Until"] != nil {
		t.Errorf("a grant by a program for ever to all tenants: %v", args)
	}
	p = moderation.NewPolicy(moderation.PolicyConfig{Owners: []string{"U9"}})
	q.Asker = moderation.Asker{Actor: moderation.SystemActor}
	q.Permission = moderation.ReadAudit
	args = p.Decide(q).Says[0].Args
	if args["By"] != nil || args["Subject"] != nil {
		t.Errorf("the command line holds a grant of the store: %v", args)
	}
}

func sameMoment(a, b moderation.Moment) bool { return time.Time(a).Equal(time.Time(b)) }

func TestDecideSaysWhoCanGive(t *testing.T) {
	admin := toUser("U3", moderation.Admin, "live:*")
	ended := toUser("U4", moderation.Admin, "*")
	ended.Until = now
	p := moderation.NewPolicy(moderation.PolicyConfig{
		Owners:  []string{"U9"},
		Tokens:  []moderation.Grant{{Subject: aToken, Preset: moderation.Owner, Scope: "*"}},
		Presets: ownPresets(),
		Grants: []moderation.Grant{
			admin, toUser("U3", moderation.Admin, "*"), ended, toUser("U5", moderation.Admin, "calls:*"),
			toUser("U6", "lead", "*"), toUser("U7", moderation.Supervisor, "*"),
		},
	})
	user := func(ids ...string) (all []moderation.Subject) {
		for _, id := range ids {
			all = append(all, moderation.Subject{Kind: moderation.UserSubject, ID: id})
		}
		return all
	}
	for permission, want := range map[moderation.Permission][]moderation.Subject{
		moderation.KickPermission: user("U9", "U3"),
		moderation.BanPermission:  user("U9", "U3", "U6"),
		moderation.ManageRoles:    user("U9"),
	} {
		got := p.Givers(moderation.Question{Permission: permission, Room: standup, At: now})
		if !slices.Equal(got, want) {
			t.Errorf("%s is given by %v, want %v", permission, got, want)
		}
	}
}

func TestDecideSaysAFewGiversAlone(t *testing.T) {
	c := moderation.PolicyConfig{Owners: []string{"U1", "U2", "U3", "U4", "U5", "U6", "U7"}}
	d := moderation.NewPolicy(c).Decide(moderation.Question{
		Asker: user("U8"), Permission: moderation.ManageRoles, At: now,
	})
	if who, _ := d.Says[1].Args["Who"].([]moderation.Sentence); len(who) != 5 || d.Says[1].Args["More"] != 2 {
		t.Errorf("says %v", d.Says[1].Args)
	}
}

func TestDecideSharedForAnyPermission(t *testing.T) {
	p := moderation.NewPolicy(moderation.PolicyConfig{
		Presets: ownPresets(),
		Grants: []moderation.Grant{
			{Subject: aGroup, Preset: "blind", Scope: "live:*"}, {Subject: aGroup, Preset: "blind", Scope: "*"},
		},
	})
	if got := p.Shared(moderation.Question{At: now}); !slices.Equal(got, []moderation.Subject{aGroup}) {
		t.Errorf("asks about %v", got)
	}
	if got := p.Shared(moderation.Question{Permission: moderation.ListRooms, Room: standup, At: now}); got != nil {
		t.Errorf("asks about %v, which changes nothing", got)
	}
}

func TestDecideProtections(t *testing.T) {
	anna := moderation.Participant{
		Identity: "anna", Metadata: `{"role":"host","live":true,"seat":3,"none":null}`,
		Attributes: map[string]string{"role": "host"},
	}
	for name, c := range map[string]struct {
		rule    moderation.Protection
		guarded bool
	}{
		"everyone":            {moderation.Protection{}, true},
		"identity":            {moderation.Protection{Match: "an*"}, true},
		"another identity":    {moderation.Protection{Match: "ben"}, false},
		"text":                {moderation.Protection{Metadata: map[string]string{"role": "host"}}, true},
		"another text":        {moderation.Protection{Metadata: map[string]string{"role": "guest"}}, false},
		"boolean":             {moderation.Protection{Metadata: map[string]string{"live": "true"}}, true},
		"number":              {moderation.Protection{Metadata: map[string]string{"seat": "3"}}, true},
		"null":                {moderation.Protection{Metadata: map[string]string{"none": "null"}}, true},
		"null is not empty":   {moderation.Protection{Metadata: map[string]string{"none": ""}}, false},
		"missing field":       {moderation.Protection{Metadata: map[string]string{"gone": ""}}, false},
		"attribute":           {moderation.Protection{Attributes: map[string]string{"role": "host"}}, true},
		"another attribute":   {moderation.Protection{Attributes: map[string]string{"role": "guest"}}, false},
		"missing attribute":   {moderation.Protection{Attributes: map[string]string{"gone": ""}}, false},
		"identity and text":   {moderation.Protection{Match: "anna", Metadata: map[string]string{"role": "host"}}, true},
		"one of two is wrong": {moderation.Protection{Match: "ben", Metadata: map[string]string{"role": "host"}}, false},
	} {
		c.rule.Preset = moderation.Admin
		p := moderation.NewPolicy(moderation.PolicyConfig{
			Grants:      []moderation.Grant{toUser("U1", moderation.Supervisor, "*")},
			Protections: []moderation.Protection{c.rule},
		})
		q := moderation.Question{Asker: user("U1"), Permission: moderation.KickPermission, Room: standup, At: now}
		q.Participant = &anna
		if d := p.Decide(q); d.Allowed == c.guarded {
			t.Errorf("%s: %v", name, d.Says)
		}
		q.Participant, q.Everyone, q.Permission = nil, []moderation.Participant{anna}, moderation.EndRoom
		if d := p.Decide(q); d.Allowed == c.guarded {
			t.Errorf("%s, among everyone: %v", name, d.Says)
		}
		if c.rule.Match != "" || c.rule.Metadata != nil || c.rule.Attributes != nil {
			q.Participant = &moderation.Participant{Identity: "zoe"}
			if d := p.Decide(q); d.Allowed == c.guarded {
				t.Errorf("%s, besides another: %v", name, d.Says)
			}
		}
	}
}

func TestPresetsStandWhereWhatTheyHavePutsThem(t *testing.T) {
	ban := []moderation.Permission{moderation.BanPermission}
	coach := []moderation.Permission{moderation.ListRooms, moderation.CoachPermission}
	moderators := moderation.BuiltIn()[1].Permissions
	for name, c := range map[string]struct {
		preset        moderation.Preset
		power, weight int
	}{
		"nothing":               {moderation.Preset{}, 0, 1},
		"viewer's":              {moderation.Preset{Permissions: moderation.BuiltIn()[0].Permissions}, 1, 1},
		"bans a day":            {moderation.Preset{Permissions: ban, MaxBan: 24 * time.Hour}, 0, 2},
		"bans a little longer":  {moderation.Preset{Permissions: ban, MaxBan: 24*time.Hour + 1}, 0, 3},
		"bans for ever":         {moderation.Preset{Permissions: ban}, 0, 3},
		"coach":                 {moderation.Preset{Permissions: coach}, 0, 3},
		"moderator for an hour": {moderation.Preset{Permissions: moderators, MaxBan: time.Hour}, 1, 2},
		"moderator for a day":   {moderation.Preset{Permissions: moderators, MaxBan: 24 * time.Hour}, 2, 2},
		"moderator for ever":    {moderation.Preset{Permissions: moderators}, 2, 3},
		"everything":            {moderation.Preset{Permissions: moderation.Permissions()}, 4, 4},
		"of a later version":    {moderation.Preset{Permissions: []moderation.Permission{"fly"}}, 0, 5},
	} {
		if got := c.preset.Power(); got != c.power {
			t.Errorf("%s: power %d, want %d", name, got, c.power)
		}
		if got := c.preset.Weight(); got != c.weight {
			t.Errorf("%s: weight %d, want %d", name, got, c.weight)
		}
	}
	for _, b := range moderation.BuiltIn() {
		if b.Power() != b.Rank || b.Weight() != b.Rank {
			t.Errorf("%s stands at %d and %d, not %d", b.Name, b.Power(), b.Weight(), b.Rank)
		}
	}
}

// TestDecideWhoGivesWhat tells the rules about roles one by one.
func TestDecideWhoGivesWhat(t *testing.T) {
	coach := moderation.Preset{Name: "coach", Permissions: []moderation.Permission{
		moderation.ListRooms, moderation.CoachPermission, moderation.ManageRoles,
	}}
	whisper := moderation.Preset{Name: "whisper", Permissions: coach.Permissions[:2]}
	built := moderation.BuiltIn()
	p := moderation.NewPolicy(moderation.PolicyConfig{
		Presets: []moderation.Preset{coach, whisper},
		Grants: []moderation.Grant{
			toUser("UOWNER", moderation.Owner, "*"), toUser("UADMIN", moderation.Admin, "live:*"),
			toUser("USUPER", moderation.Supervisor, "*"), toUser("UCOACH", "coach", "*"),
		},
	})
	for _, c := range []struct {
		who         string
		preset      moderation.Preset
		scope       string
		countersign bool
		want        bool
	}{
		{"UOWNER", built[4], "*", false, true},
		{"UOWNER", built[3], "live:*", false, true},
		{"UADMIN", built[4], "live:*", false, false},
		{"UADMIN", built[4], "live:*", true, false},
		{"UADMIN", built[3], "live:*", false, false},
		{"UADMIN", built[3], "live:*", true, true},
		{"UADMIN", built[3], "*", true, false},
		{"UADMIN", built[2], "live:*", false, true},
		{"UADMIN", built[2], "live:standup", false, true},
		{"UADMIN", built[2], "*", false, false},
		{"UADMIN", built[2], "calls:*", false, false},
		{"UADMIN", coach, "live:*", false, false},
		{"USUPER", built[0], "*", false, false},
		{"UCOACH", built[0], "*", false, false},
		{"UCOACH", whisper, "*", false, false},
	} {
		q := moderation.Question{Asker: user(c.who), Permission: moderation.ManageRoles, At: now}
		q.Change = &moderation.Change{
			Preset: c.preset, Extent: moderation.Extent{Scope: c.scope}, Countersign: c.countersign,
		}
		if d := p.Decide(q); d.Allowed != c.want {
			t.Errorf("%s gives %s in %s (countersign %v): %v %v", c.who, c.preset.Name, c.scope, c.countersign, d.Allowed, d.Says)
		}
	}
}

// TestDecideExplainsUnreadGroups holds that an explanation tells of one's own
// grants too where a group could not be read.
func TestDecideExplainsUnreadGroups(t *testing.T) {
	group := moderation.Subject{Kind: moderation.GroupSubject, ID: "S1"}
	p := moderation.NewPolicy(moderation.PolicyConfig{Grants: []moderation.Grant{
		toUser("U1", moderation.Moderator, "live:other"),
		{Subject: group, Preset: moderation.Supervisor, Scope: "live:*"},
	}})
	asker := user("U1")
	asker.Unread = []moderation.Subject{group}
	for _, wants := range []moderation.Permission{moderation.ListRooms, moderation.EndRoom} {
		d := p.Decide(moderation.Question{Asker: asker, Permission: wants, Room: standup, At: now, Explain: true})
		want := []string{"permission.chain.unread", "permission.chain.elsewhere"}
		if diff := cmp.Diff(want, keys(d.Chain)); diff != "" || !d.Unread {
			t.Errorf("%s: unread %v, chain (-want +got)\n%s", wants, d.Unread, diff)
		}
	}
}
