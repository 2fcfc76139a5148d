package realtimekit_test

import (
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/internal/needs"
)

// "You can mute audio or video, pin a participant, or remove participants from
// the session": the document in its order.
func TestDocumentOnHostControls(t *testing.T) {
	s := newShift(t, needs.Chromium(t))
	hall := s.AddMeeting("hall", "mia", "CHAOS", "ada")
	first := s.Present(hall)

	// "To perform actions on a specific participant, you first need to retrieve
	// their participant object. Remote participants are available in
	// meeting.participants."
	list := s.typed(slack.Olive, "list meet:hall", "mia", "CHAOS", "ada")
	for _, button := range []string{"Kick", "Mute", "Pin", "Stop video"} {
		if _, err := slack.Find(list, button, "CHAOS"); err != nil {
			t.Errorf("no button %s beside CHAOS: %v", button, err)
		}
	}
	s.unchanged("a list")

	// "disableAudio() on the target participant": "audioEnabled is false".
	s.typed(slack.Olive, "mute meet:hall CHAOS", "✅")
	s.wrote(fmt.Sprintf(`POST mute {"participant_ids":[%q],"custom_participant_ids":[]}`, s.UserID(hall, "CHAOS")))
	if !s.Peer(first["CHAOS"]).Muted || s.Peer(first["mia"]).Muted {
		t.Error("it is not CHAOS alone who is muted")
	}
	// The document has no way to unmute another.
	s.typed(slack.Olive, "unmute meet:hall CHAOS", "no unmute for others")
	s.unchanged("an unmute")

	// "disableAllAudio()", with the right to unmute oneself and without.
	s.typed(slack.Olive, "mute-all meet:hall allow_unmute=true", "✅")
	s.wrote(`POST mute-all {"allow_unmute":true}`)
	if !s.Peer(first["ada"]).Muted || !s.Unmute(first["ada"].ID) {
		t.Error("ada is not muted, or may not unmute herself")
	}
	s.typed(slack.Olive, "mute-all meet:hall", "✅")
	s.wrote(`POST mute-all {"allow_unmute":false}`)
	if s.Unmute(first["ada"].ID) {
		t.Error("ada may unmute herself")
	}
	s.audited("mute_all", "succeeded")

	// "disableVideo()": "the target participant's videoEnabled becomes false",
	// and they stay in.
	s.typed(slack.Olive, "mute meet:hall CHAOS video", "✅")
	if p := s.Peer(first["CHAOS"]); p.Video || !p.Present || !s.Peer(first["mia"]).Video {
		t.Errorf("CHAOS is %+v", p)
	}
	s.unchanged("the bridge's work")

	// "pin() … If there was an existing pinned participant before, then the SDK
	// emits an unpinned event for that participant."
	s.typed(slack.Olive, "pin meet:hall mia", "✅")
	s.meets("mia is pinned", func() bool { return s.edge.Pinned(hall) == first["mia"].ID })
	s.typed(slack.Olive, "pin meet:hall ada", "✅")
	s.meets("ada is pinned instead", func() bool { return s.edge.Pinned(hall) == first["ada"].ID })
	// "unpin() … return the session to a standard grid".
	s.typed(slack.Olive, "unpin meet:hall", "✅")
	s.meets("nobody is pinned", func() bool { return s.edge.Pinned(hall) == "" })

	// "disableAllVideo()": "each participant's videoEnabled becomes false".
	s.typed(slack.Olive, "mute-all meet:hall video", "✅")
	if s.Peer(first["mia"]).Video || s.Peer(first["ada"]).Video {
		t.Error("someone still sends video")
	}
	s.Requests()

	// "kick() … The kicked participant is removed from participants.joined. On
	// the removed participant's side roomLeft with state set to kicked."
	s.typed(slack.Olive, "kick meet:hall CHAOS", "✅")
	s.wrote(fmt.Sprintf(`POST kick {"custom_participant_ids":[],"participant_ids":[%q]}`, s.UserID(hall, "CHAOS")))
	if p := s.Peer(first["CHAOS"]); p.Present || !p.Kicked || p.Ended {
		t.Errorf("CHAOS is %+v", p)
	}
	s.typed(slack.Olive, "kick meet:hall nobody", "nobody")

	// "kickAll() … This ends the session for everyone … state set to ended."
	s.yes("end meet:hall", "for everyone", "End", "end")
	s.wrote(`POST kick-all `)
	if p := s.Peer(first["mia"]); p.Present || !p.Ended {
		t.Errorf("mia is %+v", p)
	}
	s.typed(slack.Olive, "list meet:hall", "hall")
}

// What the document leaves to the client works by a preset where there is no bridge.
func TestStopsVideoByPreset(t *testing.T) {
	s := newShift(t, "")
	hall := s.AddMeeting("hall", "mia", "CHAOS")
	first := s.Present(hall)
	s.typed(slack.Olive, "pin plain:hall mia", "bridge.chromium")
	s.typed(slack.Olive, "mute meet:hall mia video", "no_video_preset")
	s.unchanged("what is impossible")

	s.yes("mute plain:hall CHAOS video", "is put out of", "Stop video", "mute")
	if p := s.Peer(first["CHAOS"]); !p.Kicked || s.PresetOf(hall, "CHAOS") != "no-video" {
		t.Errorf("CHAOS is %+v with the preset %s", p, s.PresetOf(hall, "CHAOS"))
	}
	s.Join(hall, "CHAOS")
	if s.Peer(s.Present(hall)["CHAOS"]).Video {
		t.Error("CHAOS came in again with video")
	}
	s.Requests()
	m := s.typed(slack.Olive, "unmute plain:hall CHAOS video", "is put out of")
	s.Presses(slack.Olive, m, "Allow video")
	s.audited("unmute", "succeeded")
	if s.PresetOf(hall, "CHAOS") != "guest" {
		t.Errorf("CHAOS has the preset %s", s.PresetOf(hall, "CHAOS"))
	}
	s.Join(hall, "CHAOS")
	if !s.Peer(s.Present(hall)["CHAOS"]).Video {
		t.Error("CHAOS has no video back")
	}
	s.Requests()

	s.typed(slack.Olive, "lock plain:hall", "✅")
	s.wrote(`PATCH ` + hall + ` {"status":"INACTIVE"}`)
	s.typed(slack.Olive, "unlock plain:hall", "✅")
	s.wrote(`PATCH ` + hall + ` {"status":"ACTIVE"}`)
}

// "Before you call these methods, verify that the local participant has the
// necessary permissions": "throws a ClientError with code 1201".
func TestEachPermissionMissing(t *testing.T) {
	s := newShift(t, "")
	s.AddMeeting("hall", "mia", "CHAOS")
	if _, stderr, status := s.Bot.Run(s.Ctx, "role", "grant", slack.Vera, "viewer"); status != 0 {
		t.Fatal(stderr)
	}
	for command, permission := range map[string]string{
		"mute plain:hall CHAOS":         "disable_participant_audio",
		"mute-all plain:hall":           "disable_participant_audio",
		"mute plain:hall CHAOS video":   "disable_participant_video",
		"mute-all plain:hall video":     "disable_participant_video",
		"unmute plain:hall CHAOS video": "disable_participant_video",
		"pin plain:hall mia":            "pin_participant",
		"unpin plain:hall mia":          "pin_participant",
		"kick plain:hall CHAOS":         "kick_participant",
		"end plain:hall":                "end_room",
		"lock plain:hall":               "lock_room",
	} {
		s.Requests()
		s.typed(slack.Vera, command, permission, "1201", "plain:hall")
		s.unchanged(command)
	}
	// Whoever has no role does not learn that there is such a room.
	s.typed(slack.Nora, "kick plain:hall CHAOS", "plain:hall")
	s.unchanged("someone without any role")
	s.audited("kick", "refused")
}
