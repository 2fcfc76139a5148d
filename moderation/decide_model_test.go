package moderation_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/moderation"
)

// TestDecideModel draws policies of many grants and questions of every form and
// holds policy and oracle against each other.
func TestDecideModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		p, o := moderation.NewPolicy(c), oracle{c}
		for range 20 {
			q := drawQuestion(t)
			got, want := p.Decide(q), o.decide(q)
			if (verdict{got.Allowed, got.Hidden}) != want {
				t.Fatalf("allowed %v, hidden %v, want %+v\nquestion %+v\npolicy %+v\nreasons %v",
					got.Allowed, got.Hidden, want, q, c, got.Chain)
			}
			if complaint := honest(got, q.Explain); complaint != "" {
				t.Fatalf("%s\nquestion %+v\npolicy %+v\ndecision %+v", complaint, q, c, got)
			}
			if q.Room.Provider != "" {
				q.Permission, q.Participant, q.Everyone, q.Within, q.Change = moderation.ListRooms, nil, nil, nil, nil
				if list := p.Lists(q.Asker, q.Room, q.At); list != p.Decide(q).Allowed {
					t.Fatalf("Lists says %v, Decide the opposite: %+v", list, q)
				}
			}
		}
	})
}

// TestMembershipsAskedAreEnough holds that the subjects of Shared decide: what
// is known of other groups and channels changes no answer.
func TestMembershipsAskedAreEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := moderation.NewPolicy(drawConfig(t))
		q := drawQuestion(t)
		whole := p.Decide(q)
		asked := make(map[moderation.Subject]bool)
		for _, s := range p.Shared(q) {
			if asked[s] {
				t.Fatalf("%v is named twice", s)
			}
			asked[s] = true
		}
		keep := func(all []moderation.Subject) (kept []moderation.Subject) {
			for _, s := range all {
				if asked[s] {
					kept = append(kept, s)
				}
			}
			return kept
		}
		q.Asker.In, q.Asker.Unread = keep(q.Asker.In), keep(q.Asker.Unread)
		part := p.Decide(q)
		if part.Allowed != whole.Allowed || part.Hidden != whole.Hidden || part.Unread != whole.Unread {
			t.Fatalf("with the asked ones alone %+v, with all %+v: %+v", part, whole, q)
		}
	})
}

// TestCoversIsSound tries every short name on pairs of patterns: what an inner
// scope reaches, the scope that covers it reaches too.
func TestCoversIsSound(t *testing.T) {
	names := []string{""}
	for start, length := 0, 0; length < 5; length++ {
		end := len(names)
		for ; start < end; start++ {
			names = append(names, names[start]+"a", names[start]+"b")
		}
	}
	pattern := rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 1, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		outer, inner := "p:"+pattern.Draw(t, "outer"), "p:"+pattern.Draw(t, "inner")
		big, err := moderation.ParseScope(outer)
		if err != nil {
			t.Fatal(err)
		}
		small, err := moderation.ParseScope(inner)
		if err != nil {
			t.Fatal(err)
		}
		covers := big.Covers(small)
		for _, name := range names {
			room := moderation.RoomRef{Provider: "p", Name: name}
			if got := wildcard(outer).MatchString(room.String()); got != big.Reaches(room) {
				t.Fatalf("%s reaches %q: %v", outer, name, !got)
			}
			if covers && small.Reaches(room) && !big.Reaches(room) {
				t.Fatalf("%s covers %s, but not %q in it", outer, inner, name)
			}
		}
	})
}

func oneOf[T any](t *rapid.T, name string, of ...T) T { return rapid.SampledFrom(of).Draw(t, name) }

func drawConfig(t *rapid.T) moderation.PolicyConfig {
	c := moderation.PolicyConfig{
		Presets:       ownPresets(),
		AllowExternal: rapid.Bool().Draw(t, "external"),
		Owners:        oneOf(t, "owners", nil, []string{"U9"}, []string{"U1", "U9"}),
	}
	for range rapid.IntRange(0, 6).Draw(t, "grants") {
		c.Grants = append(c.Grants, drawGrant(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "tokens") {
		g := drawGrant(t)
		g.Subject.Kind = moderation.TokenSubject
		c.Tokens = append(c.Tokens, g)
	}
	for range rapid.IntRange(0, 3).Draw(t, "protections") {
		c.Protections = append(c.Protections, moderation.Protection{
			Match:      oneOf(t, "match", "", "host-*", "anna", "?nna"),
			Metadata:   oneOf(t, "metadata", nil, map[string]string{"role": "host"}, map[string]string{"live": "true"}),
			Attributes: oneOf(t, "attributes", nil, map[string]string{"role": "host"}, map[string]string{"a": "", "b": "2"}),
			User:       oneOf(t, "linked", "", "", "U1"),
			Preset:     oneOf(t, "preset", presetNames...),
		})
	}
	return c
}

func drawGrant(t *rapid.T) moderation.Grant {
	return moderation.Grant{
		Subject: moderation.Subject{
			Kind: oneOf(t, "kind", moderation.UserSubject, moderation.UserSubject, moderation.GroupSubject,
				moderation.ChannelSubject, moderation.TokenSubject),
			ID: oneOf(t, "subject", "U1", "U1", "U2", "X1"),
		},
		Preset: oneOf(t, "preset", presetNames...),
		Scope:  oneOf(t, "scope", scopes...),
		AuthID: oneOf(t, "tenant", "", "", "acme", "other"),
		Until:  oneOf(t, "until", time.Time{}, now, now.Add(time.Second), now.Add(-time.Second)),
	}
}

func drawQuestion(t *rapid.T) moderation.Question {
	q := moderation.Question{
		Asker:       rapid.SampledFrom(callers()).Draw(t, "caller").asker,
		Permission:  oneOf(t, "permission", needed()...),
		Participant: drawSomeone(t),
		BanFor:      oneOf(t, "ban", 0, time.Hour, time.Hour+1, 24*time.Hour, 48*time.Hour),
		Permanent:   rapid.Bool().Draw(t, "permanent"),
		At:          now,
		Explain:     true,
	}
	if rapid.Bool().Draw(t, "shared") {
		q.Asker.In = drawShared(t, "in")
		q.Asker.Unread = drawShared(t, "unread")
	}
	if rapid.Bool().Draw(t, "room") {
		q.Room = moderation.Room{
			Provider: oneOf(t, "provider", "live", "live", "calls"), ID: "standup",
			Name: oneOf(t, "name", "standup", "standing", "other", "stand\nup"),
			Metadata: oneOf(t, "metadata", "", `{"auth_id":"acme"}`, `{"auth_id":"other"}`, `{"auth_id":""}`,
				`["acme"]`, `{"AUTH_ID":"acme"}`, `{"auth_id":"acme"} trailing`, `{"auth_id":["acme"]}`),
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "everyone") {
		if someone := drawSomeone(t); someone != nil {
			q.Everyone = append(q.Everyone, *someone)
		}
	}
	extent := func() moderation.Extent {
		return moderation.Extent{
			Scope:  oneOf(t, "extent", "*", "live:*", "live:stand*", "live:standup", "live:s?andup", "calls:*"),
			AuthID: oneOf(t, "extent's tenant", "", "acme", "other"),
		}
	}
	if rapid.Bool().Draw(t, "within") {
		e := extent()
		q.Within = &e
	}
	if rapid.Bool().Draw(t, "change") {
		q.Permission = moderation.ManageRoles
		known := append(moderation.BuiltIn(), ownPresets()[:3]...)
		q.Change = &moderation.Change{
			Preset: rapid.SampledFrom(known).Draw(t, "changed"), Extent: extent(),
			Countersign: rapid.Bool().Draw(t, "countersign"),
		}
	}
	return q
}

func drawShared(t *rapid.T, name string) (all []moderation.Subject) {
	for range rapid.IntRange(0, 2).Draw(t, name) {
		all = append(all, moderation.Subject{
			Kind: oneOf(t, "kind", moderation.GroupSubject, moderation.ChannelSubject, moderation.UserSubject),
			ID:   oneOf(t, "id", "U1", "U2", "X1"),
		})
	}
	return all
}

func drawSomeone(t *rapid.T) *moderation.Participant {
	if !rapid.Bool().Draw(t, "someone") {
		return nil
	}
	return &moderation.Participant{
		Identity:   oneOf(t, "identity", "anna", "host-anna", "host", ""),
		Kind:       oneOf(t, "kind", "", moderation.Person, moderation.Agent, moderation.Observer),
		Metadata:   oneOf(t, "metadata", "", `{"role":"host"}`, `{"role":"guest","live":true}`, `{"live":"true"}`, `null`),
		Attributes: oneOf(t, "attributes", nil, map[string]string{"role": "host"}, map[string]string{"a": "", "b": "2"}),
	}
}
