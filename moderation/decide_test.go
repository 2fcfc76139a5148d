package moderation_test

import (
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

var now = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

func user(id string) moderation.Asker {
	return moderation.Asker{
		Actor:    moderation.Actor{Kind: moderation.SlackUser, ID: id},
		Standing: moderation.Member,
	}
}

func toUser(id, preset, scope string) moderation.Grant {
	return moderation.Grant{
		Subject: moderation.Subject{Kind: moderation.UserSubject, ID: id}, Preset: preset, Scope: scope,
		GrantedBy: "U0OWNER00", GrantedAt: now.Add(-time.Hour),
	}
}

var standup = moderation.Room{Provider: "live", ID: "RM_1", Name: "standup"}

func TestNothingIsAllowedWithoutAGrant(t *testing.T) {
	p := moderation.NewPolicy(moderation.PolicyConfig{})
	for _, permission := range moderation.Permissions() {
		d := p.Decide(moderation.Question{Asker: user("U1"), Permission: permission, Room: standup, At: now})
		if d.Allowed || !d.Hidden {
			t.Errorf("%s: %+v", permission, d)
		}
		if d := p.Decide(moderation.Question{Asker: user("U1"), Permission: permission, At: now}); d.Allowed {
			t.Errorf("%s anywhere: %+v", permission, d)
		}
	}
}

func TestViewerSeesAndIsRefused(t *testing.T) {
	p := moderation.NewPolicy(moderation.PolicyConfig{
		Owners: []string{"U0OWNER00"},
		Grants: []moderation.Grant{toUser("U1", moderation.Viewer, "live:*")},
	})
	q := moderation.Question{Asker: user("U1"), Permission: moderation.ListRooms, Room: standup, At: now}
	if d := p.Decide(q); !d.Allowed {
		t.Fatalf("a viewer may not list: %+v", d)
	}
	q.Permission = moderation.KickPermission
	d := p.Decide(q)
	if d.Allowed || d.Hidden || d.Missing != moderation.KickPermission {
		t.Fatalf("a viewer may kick: %+v", d)
	}
	if d.Says[0].Args["Number"] != moderation.RefusedNumber || d.Says[0].Args["Room"] != standup.Ref() {
		t.Errorf("the refusal says too little: %+v", d.Says[0])
	}
	who, _ := d.Says[1].Args["Who"].([]moderation.Sentence)
	if len(who) != 1 || who[0].Args["Who"] != moderation.UserID("U0OWNER00") {
		t.Errorf("the refusal names nobody who can help: %+v", d.Says[1])
	}
	q.Room.Provider = "video"
	if d := p.Decide(q); !d.Hidden {
		t.Errorf("a room out of scope is seen: %+v", d)
	}
}
