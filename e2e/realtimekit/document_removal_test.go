package realtimekit_test

import (
	"fmt"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// "Remove participants from the session when you need to moderate disruptive
// behavior or enforce session rules."
func TestRemoveParticipants(t *testing.T) {
	s := newShift(t, "")
	hall := s.AddMeeting("hall", "mia", "CHAOS", "ada")
	first := s.Present(hall)

	// "Call kick() on the target participant": "the kicked participant is removed
	// from meeting.participants.joined … Remove the participant tile from the UI."
	list := s.typed(slack.Olive, "list meet:hall", "mia", "CHAOS", "ada")
	asked := s.Presses(slack.Olive, list, "Kick", "CHAOS").Asked
	if asked == nil {
		t.Error("nothing was asked before")
	}
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Participant: "CHAOS", Room: "hall"})
	s.wrote(fmt.Sprintf(`POST kick {"custom_participant_ids":[],"participant_ids":[%q]}`, s.UserID(hall, "CHAOS")))
	s.turns(list, "the row of CHAOS is gone, that of mia is not", func(m slack.Message) bool { return !has(m, "Kick", "CHAOS") && has(m, "Kick", "mia") })
	// "On the removed participant's side … roomLeft event with state set to kicked."
	if p := s.Peer(first["CHAOS"]); p.Present || !p.Kicked || p.Ended {
		t.Errorf("CHAOS is %+v", p)
	}
	// A kick is no ban: whoever comes in again is a new connection.
	s.Join(hall, "CHAOS")
	s.typed(slack.Olive, "kick meet:hall CHAOS spam", "✅")
	s.wrote(fmt.Sprintf(`POST kick {"custom_participant_ids":[],"participant_ids":[%q]}`, s.UserID(hall, "CHAOS")))
	// On several devices: the call takes the user's id, so nobody has to choose one.
	s.Join(hall, "CHAOS")
	s.Join(hall, "CHAOS")
	s.Rename(hall, "CHAOS", "Mr Chaos")
	s.typed(slack.Olive, `kick meet:hall "Mr Chaos"`, "✅", "was in on 2 devices")
	s.wrote(fmt.Sprintf(`POST kick {"custom_participant_ids":[],"participant_ids":[%q]}`, s.UserID(hall, "CHAOS")))
	// A ban puts them out again, and says what it cannot do.
	s.typed(slack.Olive, "ban meet:hall CHAOS 1h", "✅", "Your own service")
	s.Join(hall, "CHAOS")
	s.Until("CHAOS is put out", func() bool { _, there := s.Present(hall)["CHAOS"]; return !there })
	s.Audited(rig.Case{Action: "kick", Outcome: "succeeded", Actor: "system", Room: "hall", Participant: "CHAOS"})
	s.Requests()

	// "This removes everyone from the session … This ends the session for
	// everyone": "meeting.self emits roomLeft with state set to ended."
	s.yes("end meet:hall", "for everyone", "End", "end")
	s.wrote(`POST kick-all `)
	for _, who := range []string{"mia", "ada"} {
		if p := s.Peer(first[who]); p.Present || !p.Ended {
			t.Errorf("%s is %+v", who, p)
		}
	}
	s.typed(slack.Olive, "list meet:hall", "hall")
	s.typed(slack.Olive, "kick meet:hall mia", "hall")
	s.unchanged("a meeting that is over")
}

// A meeting that is locked lets nobody new in, and shows it.
func TestLock(t *testing.T) {
	s := newShift(t, "")
	hall := s.AddMeeting("hall", "mia")
	list := s.typed(slack.Olive, "list meet:hall", "mia")
	s.Presses(slack.Olive, list, "Lock")
	s.audited("lock", "succeeded")
	s.wrote(`PATCH ` + hall + ` {"status":"INACTIVE"}`)
	if s.Enrol(hall, "kim", "guest") == "" || s.Join(hall, "kim") != "" || !s.Inactive(hall) {
		t.Error("kim came in")
	}
	s.turns(list, "the list shows the lock", func(m slack.Message) bool { return has(m, "Unlock", "") })
	s.typed(slack.Olive, "list", "hall", "locked")
	s.typed(slack.Olive, "unlock meet:hall", "✅")
	s.wrote(`PATCH ` + hall + ` {"status":"ACTIVE"}`)
	if s.Join(hall, "kim") == "" {
		t.Error("kim cannot come in")
	}
}

// What the document leaves to the client works by a preset where there is no bridge.
func TestStopsVideoByPreset(t *testing.T) {
	s := newShift(t, "")
	hall := s.AddMeeting("hall", "mia", "CHAOS")
	first := s.Present(hall)
	s.typed(slack.Olive, "mute meet:hall mia video", "no_video_preset")
	s.typed(slack.Olive, "mute-all meet:hall video", "no_video_preset")
	s.unchanged("what is impossible")

	s.yes("mute plain:hall CHAOS video", "is put out of", "Stop video", "mute")
	if p := s.Peer(first["CHAOS"]); !p.Kicked || s.PresetOf(hall, "CHAOS") != "no-video" {
		t.Errorf("CHAOS is %+v with the preset %s", p, s.PresetOf(hall, "CHAOS"))
	}
	s.Join(hall, "CHAOS")
	if s.Peer(s.Present(hall)["CHAOS"]).Video {
		t.Error("CHAOS came in again with video")
	}
	s.typed(slack.Olive, "list plain:hall", "CHAOS", "video taken away")
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

	s.yes("mute-all plain:hall video", "is put out of", "Stop all video", "mute_all")
	for _, who := range []string{"mia", "CHAOS"} {
		if s.PresetOf(hall, who) != "no-video" {
			t.Errorf("%s has the preset %s", who, s.PresetOf(hall, who))
		}
	}
	if sent := s.writes(); len(sent) != 3 {
		t.Errorf("sent %q", sent)
	}
}
