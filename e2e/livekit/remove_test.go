package livekit_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// "Remove LiveKit participant", in its order.
func TestRemoveParticipant(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	otto, alice := s.join("conversation-room-123", "Otto"), s.join("conversation-room-123", "Alice")

	// "Removes a participant from a LiveKit room, forcibly disconnecting them."
	// "Verify participant exists in the room": it is looked up, then removed.
	s.gate.Forget()
	// "Note: This does not invalidate the participant's token": the answer says so.
	s.typed("kick conversation-room-123 user-alice loud", "Alice", "conversation-room-123", "token they hold still opens this room")
	if reason := alice.AwaitOut(t); reason != "removed by server" {
		t.Errorf("Alice is told %q", reason)
	}
	s.did("kick", "conversation-room-123", "user-alice")
	if s.gate.Count("GetParticipant") == 0 || s.gate.Count("RemoveParticipant") != 1 {
		t.Errorf("looked up %d times, removed %d times", s.gate.Count("GetParticipant"), s.gate.Count("RemoveParticipant"))
	}
	s.there(otto)

	// It was true: the old token opens the room. A new connection is a new act.
	s.returns(alice)
	list := s.typed("list live:conversation-room-123", "Alice", "Otto")
	reply, err := s.Slack.As(slack.Mo).Press(s.Ctx, list, "Kick", "Alice")
	if err != nil {
		t.Fatal(err)
	}
	if reply.Asked == nil {
		t.Error("the button does not ask first")
	}
	alice.AwaitOut(t)
	s.slackShows("Alice is gone from the list", func(m slack.Message) bool {
		_, gone := slack.Find(m, "Kick", "Alice")
		_, otto := slack.Find(m, "Kick", "Otto")
		return m.TS == list.TS && gone != nil && otto == nil
	})
	s.there(otto)

	// "404 Not Found: Room/participant not found", before the 3 s that the server
	// would take: nothing goes to a node that is not there.
	s.gate.Forget()
	for _, command := range []string{
		"kick conversation-room-123 nobody", "mute conversation-room-123 nobody", "unmute conversation-room-123 nobody",
		"hold conversation-room-123 nobody", "pin conversation-room-123 nobody",
	} {
		s.typed(command, "nobody", "conversation-room-123", "Nothing was done")
	}
	for _, command := range []string{
		"kick nowhere user-otto", "mute nowhere user-otto", "mute-all nowhere", "announce nowhere hello", "lock nowhere",
	} {
		s.typed(command, "no room", "nowhere", "Nothing was done")
	}
	s.gate.Unchanged(t, "what does not exist")

	// "400 Bad Request: Empty room name or participant identity."
	for _, words := range []string{"", "conversation-room-123", `"" user-otto`, `conversation-room-123 ""`, `" " " "`} {
		s.asksOrSays("/room-kick", words)
	}
	s.gate.Unchanged(t, "empty words")
	s.there(otto)
}

// asksOrSays types a command that lacks a word, which gets a dialog or an answer
// that nothing was done.
func (s *shift) asksOrSays(command, words string) {
	s.t.Helper()
	reply, err := s.Slack.As(slack.Mo).Command(s.Ctx, command, words, slack.Moderation)
	if err != nil {
		s.t.Fatalf("%s %s: %v", command, words, err)
	}
	err = s.Slack.Await(s.Ctx, func() bool {
		if len(reply.Views()) > 0 {
			return true
		}
		for _, m := range reply.Messages() {
			if strings.Contains(m.Plain(), "Nothing was done") {
				return true
			}
		}
		return false
	})
	if err != nil {
		s.t.Fatalf("%s %s: neither asked nor said:\n%s", command, words, reply)
	}
	if len(reply.Views()) > 0 {
		s.Slack.As(slack.Mo).Dismiss()
	}
}

// slackShows waits for a message that Mo sees.
func (s *shift) slackShows(what string, fits func(slack.Message) bool) {
	s.t.Helper()
	if _, err := s.Slack.As(slack.Mo).AwaitMessage(s.Ctx, slack.Moderation, fits); err != nil {
		s.t.Fatalf("never: %s: %v", what, err)
	}
}

// "Room names are used exactly as provided. No prefixing or modification is applied."
func TestExactRoomNames(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	// Each pair differs in what a careless program would not notice.
	for _, pair := range []struct{ room, other, word string }{
		{"Weekly", "weekly", "Weekly"},
		{"all hands", "all  hands", `"all hands"`},
		{" padded ", "padded", `"live: padded "`},
		{"ops/eu/west", "ops/eu", "ops/eu/west"},
		{"../ops", "ops", "../ops"},
		{"live:daily", "daily", "live:live:daily"},
		{"caf\u00e9", "cafe\u0301", "caf\u00e9"},
		{"it's%20*new*", "it's *new*", `"it's%20*new*"`},
		{"<!channel> & *all*", "<!channel> *all*", `"<!channel> & *all*"`},
		{"`_~team~_`", "team", "`_~team~_`"},
	} {
		target, bystander := s.join(pair.room, "Ann"), s.join(pair.other, "Ann")
		s.typed("kick "+pair.word+" user-ann", "Ann")
		target.AwaitOut(t)
		s.did("kick", pair.room, "user-ann")
		s.there(bystander)
		bystander.Leave()
	}
	only := s.join("retro", "Ann")
	s.gate.Forget()
	for _, word := range []string{"Retro", "retr", "retros", `"retro "`, `" retro"`, "live-retro", "live/retro", "retro/"} {
		s.typed("kick "+word+" user-ann", "no room", "Nothing was done")
	}
	s.gate.Unchanged(t, "names that are not the room's")
	s.there(only)
}

// "500 Internal Server Error: LiveKit not configured or removal failed", in words
// for someone in Slack.
func TestProviderTrouble(t *testing.T) {
	live := livekittest.Start(t)
	s := newShift(t, live,
		`  - {name: gone, type: livekit, url: "ws://127.0.0.1:9", api_key: k, api_secret: sssssssssssssssssssssssssssssssss}`,
		`  - {name: wrong, type: livekit, url: "`+live.URL+`", api_key: `+live.Key+`, api_secret: sssssssssssssssssssssssssssssssss}`)
	s.Types(slack.Olive, "/room-role", "grant <@"+slack.Mo+"> moderator *", "moderator")
	ann := s.join("trouble", "Ann")

	s.typed("kick gone:trouble user-ann", "gone", "cannot be reached")
	s.typed("kick wrong:trouble user-ann", "wrong", "does not take our credentials", "roomwarden doctor")
	s.typed("mute-all gone:trouble", "gone", "cannot be reached")
	s.there(ann)

	// Cloud's quota is used up.
	s.gate.Fail("RemoveParticipant", 429, `{"code":"resource_exhausted","msg":"requests exceeded"}`)
	s.typed("kick live:trouble user-ann", "Removing Ann", "did not work", "slow")
	s.gate.Heal()

	// Removal failed.
	s.gate.Fail("RemoveParticipant", 412, `{"code":"failed_precondition","msg":"twirp error unknown: no"}`)
	s.typed("kick live:trouble user-ann", "Removing Ann", "did not work", "refused")
	s.Audited(rig.Case{Action: "kick", Outcome: "failed", Actor: slack.Mo, Room: "trouble", Participant: "user-ann"})
	s.gate.Fail("RemoveParticipant", 500, `{"code":"internal","msg":"goroutine 1 [running]"}`)
	s.typed("kick live:trouble user-ann", "Removing Ann")
	s.there(ann)
	s.gate.Heal()
	s.gate.Fail("MutePublishedTrack", 503, `{"code":"unavailable","msg":"twirp error unknown: no response from servers"}`)
	s.gate.Fail("UpdateParticipant", 503, `{"code":"unavailable","msg":"twirp error unknown: no response from servers"}`)
	s.typed("mute live:trouble user-ann", "Muting Ann")
	s.gate.Heal()
	s.there(ann)
}
