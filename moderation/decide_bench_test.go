package moderation_test

import (
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
)

// tenThousand is a policy of 10,000 grants: to users, and a tenth of them to
// fifty groups, over many rooms and tenants.
func tenThousand() *moderation.Policy {
	c := moderation.PolicyConfig{
		Owners:      []string{"U9"},
		Protections: []moderation.Protection{{Match: "host-*", Preset: moderation.Admin}},
	}
	for i := range 10_000 {
		g := toUser(fmt.Sprintf("U%d", i), moderation.Moderator, fmt.Sprintf("live:team-%d-*", i%100))
		if i%10 == 0 {
			g.Subject = moderation.Subject{Kind: moderation.GroupSubject, ID: fmt.Sprintf("S%d", i%50)}
		}
		if i%3 == 0 {
			g.AuthID = fmt.Sprintf("tenant-%d", i%7)
		}
		c.Grants = append(c.Grants, g)
	}
	return moderation.NewPolicy(c)
}

func BenchmarkDecide(b *testing.B) {
	p := tenThousand()
	room := moderation.Room{Provider: "live", ID: "1", Name: "team-1-standup", Metadata: `{"auth_id":"tenant-1"}`}
	anna := &moderation.Participant{Identity: "anna"}
	inGroup := user("U1")
	inGroup.In = []moderation.Subject{{Kind: moderation.GroupSubject, ID: "S0"}}
	for _, c := range []struct {
		name string
		q    moderation.Question
	}{
		{"allowed", moderation.Question{Asker: user("U1"), Permission: moderation.KickPermission}},
		{"refused", moderation.Question{Asker: user("U1"), Permission: moderation.EndRoom}},
		{"hidden", moderation.Question{Asker: user("U2"), Permission: moderation.KickPermission}},
		{"group", moderation.Question{Asker: inGroup, Permission: moderation.EndRoom}},
		{"shared", moderation.Question{Asker: user("U1"), Permission: moderation.KickPermission}},
	} {
		c.q.Room, c.q.Participant, c.q.At = room, anna, now
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c.name == "shared" {
					p.Shared(c.q)
					continue
				}
				p.Decide(c.q)
			}
		})
	}
}

func BenchmarkListThousandRooms(b *testing.B) {
	p := moderation.NewPolicy(moderation.PolicyConfig{Grants: []moderation.Grant{
		{Subject: aUser, Preset: moderation.Moderator, Scope: "live:team-*", AuthID: "acme"},
	}})
	rooms := make([]moderation.Room, 1000)
	for i := range rooms {
		rooms[i] = moderation.Room{
			Provider: "live", ID: fmt.Sprint(i), Name: fmt.Sprintf("team-%d", i),
			Metadata: fmt.Sprintf(`{"auth_id":%q,"title":"Weekly","plan":{"seats":%d}}`, []string{"acme", "other"}[i%2], i),
		}
	}
	asker := user("U1")
	b.ReportAllocs()
	for b.Loop() {
		for _, room := range rooms {
			p.Lists(asker, room, now)
		}
	}
}
