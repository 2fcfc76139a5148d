package livekit_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// "Access is authorized via metadata.auth_id check."
func TestTenants(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	s.Types(slack.Olive, "/room-role", "grant <@"+slack.Vera+"> moderator live:* auth_id=acme", "moderator")
	rooms := []struct{ name, metadata string }{
		{"tenant-a", `{"auth_id": "other"}`},
		{"tenant-b", `{}`},
		{"tenant-c", ``},
		{"tenant-d", `auth_id=acme`},
		{"tenant-e", `["acme"]`},
		{"tenant-f", `{"auth_id": ["acme"]}`},
		{"tenant-g", `{"auth_id": "ACME"}`},
		{"tenant-h", `{"auth_id": "acme "}`},
		{"tenant-i", `{"auth_id": null}`},
		{"tenant-j", `{"AUTH_ID": "acme"}`},
	}
	for _, r := range rooms {
		s.live.CreateRoom(t, r.name, r.metadata)
	}
	var guests []*livekittest.Guest
	for _, r := range rooms[:4] {
		guests = append(guests, s.join(r.name, "Ann"))
	}
	s.live.CreateRoom(t, "tenant-0", `{"plan": 7, "auth_id": "acme"}`)
	ours := s.join("tenant-0", "Ann")

	// "When auth.id is present: Requires room.metadata.auth_id == auth.id";
	// "404 Not Found: Room/participant not found or access denied (masked)".
	nothing := s.Types(slack.Vera, "/room-kick", "live:tenant-z user-ann", "tenant-z").Plain()
	s.gate.Forget()
	for i, r := range rooms {
		masked := s.Types(slack.Vera, "/room-kick", "live:"+r.name+" user-ann", r.name).Plain()
		if got := strings.ReplaceAll(masked, r.name, "tenant-z"); got != nothing {
			t.Errorf("metadata %s: the room that exists is answered\n%s\nand the one that does not\n%s", r.metadata, got, nothing)
		}
		want := rig.Case{Action: "kick", Outcome: "refused", Actor: slack.Vera, Room: r.name, ParticipantName: "user-ann"}
		if i < len(guests) { // she is there
			want.Participant, want.ParticipantName = "user-ann", "Ann"
		}
		s.Audited(want)
	}
	for _, command := range []string{"list", "lock", "mute-all", "end"} {
		missing := s.Types(slack.Vera, "/room-"+command, "live:tenant-z", "tenant-z").Plain()
		masked := s.Types(slack.Vera, "/room-"+command, "live:tenant-a", "tenant-a").Plain()
		if got := strings.ReplaceAll(masked, "tenant-a", "tenant-z"); got != missing {
			t.Errorf("%s: the room that exists is answered\n%s\nand the one that does not\n%s", command, got, missing)
		}
	}
	s.gate.Unchanged(t, "rooms of others")
	s.there(guests...)
	for _, c := range s.Cases() {
		if c.Room == "tenant-z" {
			t.Errorf("a case of a room that does not exist: %+v", c)
		}
	}
	if list := s.Types(slack.Vera, "/room-list", "", "tenant-0").Plain(); strings.Contains(list, "tenant-a") {
		t.Errorf("Vera sees rooms of others: %s", list)
	}

	s.Types(slack.Vera, "/room-kick", "live:tenant-0 user-ann", "Ann is out")
	ours.AwaitOut(t)
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Actor: slack.Vera, Room: "tenant-0", Participant: "user-ann"})

	// "When auth.id is absent: Access is allowed (backward-compatible mode)".
	for i, r := range rooms[:4] {
		s.typed("kick live:"+r.name+" user-ann", "Ann is out")
		guests[i].AwaitOut(t)
		s.did("kick", r.name, "user-ann")
	}
}
