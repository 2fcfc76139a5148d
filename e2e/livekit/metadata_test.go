package livekit_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// What a room and the people in it are described by is set from Slack; whose a
// room is, is not.
func TestMetadata(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	s.live.CreateRoom(t, "plans", `{"auth_id": "acme", "topic": "old"}`)
	ann := s.join("plans", "Ann", livekittest.Metadata(`{"role": "guest"}`))
	shown := func(text string) func(livekittest.Event) bool {
		return func(e livekittest.Event) bool { return e.Kind == livekittest.RoomMetadata && e.Text == text }
	}

	s.Types(slack.Olive, "/room-set", `plans user-ann name="Ann Lee" metadata='{"role": "host"}'`, "Ann", "changed as asked")
	livekittest.Until(t, "Ann is told her metadata", func() bool { return ann.Metadata() == `{"role": "host"}` && ann.Name() == "Ann Lee" })
	s.Audited(rig.Case{Action: "set", Outcome: "succeeded", Actor: slack.Olive, Room: "plans", Participant: "user-ann"})

	s.Types(slack.Olive, "/room-set", `plans room_metadata='{"auth_id": "acme", "topic": "new"}'`, "`live:plans` is changed as asked")
	ann.Await(t, "the room's metadata", shown(`{"auth_id": "acme", "topic": "new"}`))
	s.Audited(rig.Case{Action: "set", Outcome: "succeeded", Actor: slack.Olive, Room: "plans"})

	// Both are shown where the room is listed; whose the room is, to who may set that.
	s.Types(slack.Olive, "/room-list", "plans", `{"auth_id": "acme", "topic": "new"}`, `{"role": "host"}`)
	if seen := s.typed("list live:plans", `{"topic":"new"}`, `{"role": "host"}`).Plain(); strings.Contains(seen, "acme") {
		t.Errorf("a moderator is shown whose the room is: %s", seen)
	}
	s.Types(slack.Olive, "/room-watch", "plans", "plans")
	board := s.Shown(slack.Mo, "a board", func(m slack.Message) bool { return m.To == "" && slack.Contains("Ann Lee", "plans")(m) })
	if strings.Contains(board.Plain(), "acme") || strings.Contains(board.Plain(), "topic") {
		t.Errorf("the board shows metadata: %s", board.Plain())
	}

	s.gate.Forget()
	for words, says := range map[string]string{
		`plans room_metadata='{"auth_id": "other"}'`:                "says whose it is",
		`plans room_metadata='{"topic": "new"}'`:                    "says whose it is",
		`plans room_metadata=nonsense`:                              "says whose it is",
		`plans room_metadata=`:                                      "says whose it is",
		`plans user-ann name=x room_metadata='{"auth_id": "acme"}'`: "one after the other",
		`plans user-ann colour=red`:                                 "no option here",
		`plans room_colour=red`:                                     "no such setting of the room",
		`plans user-ann name=`:                                      "needs a value",
		`plans nobody name=x`:                                       "nobody",
		`nowhere room_metadata={}`:                                  "nowhere",
	} {
		s.Types(slack.Olive, "/room-set", words, says)
	}
	// A word for someone asks for whom.
	if _, err := s.Slack.As(slack.Olive).Command(s.Ctx, "/room-set", "plans name=x", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	s.Dialog(slack.Olive, "plans", "name=x")
	s.Slack.As(slack.Olive).Dismiss()
	// It takes a permission of its own.
	s.typed(`set plans room_metadata='{"auth_id": "acme"}'`, "configure_participant")
	s.gate.Unchanged(t, "words that cannot be")
	s.there(ann)
}
