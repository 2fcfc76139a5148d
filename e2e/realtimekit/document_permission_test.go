package realtimekit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// "Check that the local participant has permission …: disable the control in your
// UI." "If the local participant does not have the required permission, … throws a
// ClientError with code 1201." Vera lacks one permission in each meeting.
func TestEachPermissionMissing(t *testing.T) {
	controls := []struct {
		permission string
		person     string   // the button beside someone
		room       string   // the button of the meeting
		commands   []string // without the room
		actions    []string
	}{
		{"disable_participant_audio", "Mute", "Mute all", []string{"mute ROOM CHAOS", "mute-all ROOM"}, []string{"mute", "mute_all"}},
		{"disable_participant_video", "Stop video", "Stop all video", []string{"mute ROOM CHAOS video", "mute-all ROOM video", "unmute ROOM CHAOS video"}, []string{"mute", "mute_all", "unmute"}},
		{"pin_participant", "Pin", "", []string{"pin ROOM CHAOS", "unpin ROOM CHAOS"}, []string{"pin", "unpin"}},
		{"kick_participant", "Kick", "", []string{"kick ROOM CHAOS"}, []string{"kick"}},
		{"end_room", "", "End", []string{"end ROOM"}, []string{"end"}},
		{"lock_room", "", "Lock", []string{"lock ROOM", "unlock ROOM"}, []string{"lock", "unlock"}},
	}
	s := newShift(t, noBrowser)
	for _, c := range controls {
		title := "no-" + c.permission
		s.AddMeeting(title, "mia", "CHAOS")
		words := []string{"role", "define", title, "list_rooms"}
		for _, other := range controls {
			if other.permission != c.permission {
				words = append(words, other.permission)
			}
		}
		s.runs(words...)
		s.runs("role", "grant", slack.Vera, title, "meet:"+title)
	}
	for _, c := range controls {
		title := "no-" + c.permission
		list := s.typed(slack.Vera, "list meet:"+title, "mia", "CHAOS")
		for _, other := range controls {
			may := other.permission != c.permission
			if other.person != "" && has(list, other.person, "CHAOS") != may {
				t.Errorf("without %s the button %s is there: %v", c.permission, other.person, !may)
			}
			if other.room != "" && has(list, other.room, "") != may {
				t.Errorf("without %s the button %s is there: %v", c.permission, other.room, !may)
			}
		}
		for i, command := range c.commands {
			s.typed(slack.Vera, strings.ReplaceAll(command, "ROOM", "meet:"+title), c.permission, "1201", "meet:"+title)
			s.Audited(rig.Case{Action: c.actions[i], Outcome: "refused", Room: title, Actor: slack.Vera})
		}
	}
	s.unchanged("what was refused")

	// Whoever has no role does not learn that there is such a room.
	s.AddMeeting("hall", "mia", "CHAOS")
	for _, command := range []string{"kick ROOM CHAOS", "list ROOM", "pin ROOM CHAOS"} {
		hidden := s.typed(slack.Nora, strings.ReplaceAll(command, "ROOM", "meet:hall"), "meet:hall").Plain()
		absent := s.typed(slack.Nora, strings.ReplaceAll(command, "ROOM", "meet:mall"), "meet:mall").Plain()
		if hidden != strings.ReplaceAll(absent, "meet:mall", "meet:hall") {
			t.Errorf("hidden %q, absent %q", hidden, absent)
		}
	}
	s.unchanged("someone without any role")
	if refused := slices.ContainsFunc(s.Cases(), func(c rig.Case) bool { return c.Action == "kick" && c.Actor == slack.Nora && c.Room == "hall" }); !refused {
		t.Error("the attempt is no case")
	}
}
