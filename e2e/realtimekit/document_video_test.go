package realtimekit_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// "Disable video of participants when you need to moderate a session", "pin a
// participant to highlight them", "unpin a participant when you need to undo the
// highlight": through the client, which the API cannot do.
func TestDisableVideoAndPin(t *testing.T) {
	s := newShift(t, needs.Chromium(t))
	hall := s.AddMeeting("hall", "mia", "CHAOS", "ada")
	first := s.Present(hall)
	pinned := func(who string) {
		t.Helper()
		s.Until(who+" is pinned, nobody else", func() bool { return s.edge.Pinned(hall) == first[who].ID })
	}

	// "Call disableVideo() on the target participant": "the target participant's
	// videoEnabled becomes false", and they stay in.
	list := s.typed(slack.Olive, "list meet:hall", "mia", "CHAOS", "ada")
	s.Presses(slack.Olive, list, "Stop video", "CHAOS")
	s.audited("mute", "succeeded")
	if p := s.Peer(first["CHAOS"]); p.Video || !p.Present || !s.Peer(first["mia"]).Video {
		t.Errorf("CHAOS is %+v", p)
	}
	s.unchanged("the bridge's work")

	// "Call pin() on the target participant": "the target participant's isPinned
	// becomes true", and the list shows it.
	s.Presses(slack.Olive, list, "Pin", "mia")
	s.audited("pin", "succeeded")
	pinned("mia")
	s.turns(list, "mia's row shows the pin", func(m slack.Message) bool { return has(m, "Unpin", "mia") && has(m, "Pin", "ada") })
	// "If there was an existing pinned participant before, then the SDK emits an
	// unpinned event for that participant."
	s.typed(slack.Olive, "pin meet:hall ada", "✅")
	pinned("ada")
	list = s.typed(slack.Olive, "list meet:hall", "pinned")
	s.buttons(list, "ada", []string{"Unpin"}, []string{"Pin"})
	s.buttons(list, "mia", []string{"Pin"}, []string{"Unpin"})
	// "Call unpin() on the target participant": "isPinned becomes false", back to
	// "a standard grid or active speaker view".
	s.Presses(slack.Olive, list, "Unpin", "ada")
	s.audited("unpin", "succeeded")
	s.Until("nobody is pinned", func() bool { return s.edge.Pinned(hall) == "" })
	s.turns(list, "no row shows a pin", func(m slack.Message) bool { return has(m, "Pin", "ada") })
	s.typed(slack.Olive, "unpin meet:hall", "Nobody is pinned")

	// "disableAllVideo()": "each participant's videoEnabled becomes false".
	s.typed(slack.Olive, "mute-all meet:hall video", "✅", "can turn the camera on again")
	for who, p := range first {
		if state := s.Peer(p); state.Video || !state.Present {
			t.Errorf("%s is %+v", who, state)
		}
	}

	// Who is pinned is known after a restart, although the API does not show it.
	s.typed(slack.Olive, "pin meet:hall mia", "✅")
	pinned("mia")
	if status := s.Bot.Stop(); status != 0 {
		t.Fatalf("exit status %d", status)
	}
	s.Bot.Start(s.Ctx)
	s.buttons(s.typed(slack.Olive, "list meet:hall", "pinned"), "mia", []string{"Unpin"}, nil)
	s.typed(slack.Olive, "unpin meet:hall", "mia is no longer pinned")
	s.Until("nobody is pinned", func() bool { return s.edge.Pinned(hall) == "" })
	s.unchanged("the bridge's work")

	// A participant who is kicked "is removed from other participant maps they were
	// in (for example, meeting.participants.pinned)".
	s.typed(slack.Olive, "pin meet:hall CHAOS", "✅")
	pinned("CHAOS")
	s.typed(slack.Olive, "kick meet:hall CHAOS", "✅")
	s.Join(hall, "CHAOS")
	s.buttons(s.typed(slack.Olive, "list meet:hall", "CHAOS"), "CHAOS", []string{"Pin"}, []string{"Unpin"})
}

// "If the local participant does not have the required permission, pin() throws a
// ClientError with code 1201": the one who acts in the meeting is the bridge, so
// its preset needs the permission too.
func TestPermissionsOfTheBridge(t *testing.T) {
	s := newShift(t, needs.Chromium(t))
	for name, c := range map[string]struct {
		preset     realtimekittest.Preset
		permission string
		commands   map[string]string // and the action
	}{
		"no-video": {
			realtimekittest.Preset{Pin: true},
			"disable_participant_video",
			map[string]string{"mute meet:no-video mia video": "mute", "mute-all meet:no-video video": "mute_all"},
		},
		"no-pin": {
			realtimekittest.Preset{DisableVideo: true},
			"pin_participant",
			map[string]string{"pin meet:no-pin mia": "pin", "unpin meet:no-pin mia": "unpin"},
		},
	} {
		c.preset.Name, c.preset.Hidden, c.preset.NoVideo, c.preset.NoAudio = "roomwarden-bridge", true, true, true
		s.AddPreset(c.preset)
		mia := s.Present(s.AddMeeting(name, "mia"))["mia"]
		for command, action := range c.commands {
			s.typed(slack.Olive, command, "1201", c.permission, "bridge's preset")
			s.Audited(rig.Case{Action: action, Outcome: "failed", Room: name})
			if p := s.Peer(mia); !p.Video || s.edge.Pinned(name) != "" {
				t.Errorf("%s: mia is %+v", command, p)
			}
		}
	}
}
