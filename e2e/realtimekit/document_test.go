package realtimekit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// noBrowser stands where a bridge is configured that is not needed.
const noBrowser = "/nowhere/chromium"

// "Use RealtimeKit host controls to manage other participants in a live session.
// You can mute audio or video, pin a participant, or remove participants from the
// session."
func TestManageOtherParticipants(t *testing.T) {
	s := newShift(t, noBrowser)
	hall := s.AddMeeting("hall", "mia", "CHAOS")
	s.SetRecording(hall, true)
	s.AddMeeting("over", "kim")
	s.Leave(s.Present(s.AddMeeting("left", "jo"))["jo"].ID)

	// "These actions require specific host control permissions … Before you show
	// UI controls or call these methods, verify that the local participant has the
	// necessary permissions": who may do nothing sees nobody's buttons.
	s.runs("role", "grant", slack.Vera, "viewer")
	seen := s.typed(slack.Vera, "list meet:hall", "mia", "CHAOS")
	s.buttons(seen, "", nil, []string{"Kick", "Mute", "Stop video", "Pin", "Mute all", "Stop all video", "End", "Lock"})

	// "To perform actions on a specific participant, you first need to retrieve
	// their participant object. Remote participants are available in
	// meeting.participants."
	rooms := s.typed(slack.Olive, "list", "hall", "over", "recording")
	if text := rooms.Plain(); strings.Contains(text, "left") {
		t.Errorf("a meeting without a live session is listed: %s", text)
	}
	list := s.typed(slack.Olive, "list meet:hall", "mia", "CHAOS", "recording")
	for _, who := range []string{"mia", "CHAOS"} {
		s.buttons(list, who, []string{"Kick", "Mute", "Stop video", "Pin"}, []string{"Unpin", "Unmute"})
	}
	s.buttons(list, "", []string{"Mute all", "Stop all video", "End", "Lock"}, nil)

	// What a provider cannot do has no button and says why, and how to get it.
	plain := s.typed(slack.Olive, "list plain:hall", "mia", "CHAOS")
	s.buttons(plain, "CHAOS", []string{"Kick", "Mute", "Stop video"}, []string{"Pin", "Unmute", "Hold"})
	s.typed(slack.Olive, "pin plain:hall mia", "through its client alone", "bridge.chromium")
	s.typed(slack.Olive, "unpin plain:hall mia", "bridge.chromium")

	// "No remote participants are currently joined."
	s.typed(slack.Olive, "kick meet:hall nobody", "nobody")
	s.typed(slack.Olive, "kick meet:left jo", "left")
	s.unchanged("lists, and what cannot be done")
}

// "Mute audio of participants when you need to manage background noise, moderate
// a classroom or webinar, or prevent interruptions during a session."
func TestMuteAudio(t *testing.T) {
	s := newShift(t, "")
	hall := s.AddMeeting("hall", "mia", "CHAOS", "ada")
	first := s.Present(hall)

	// "Call disableAudio() on the target participant": "audioEnabled becomes false".
	list := s.typed(slack.Olive, "list meet:hall", "mia", "CHAOS", "ada")
	s.Presses(slack.Olive, list, "Mute", "CHAOS")
	s.audited("mute", "succeeded")
	s.wrote(fmt.Sprintf(`POST mute {"participant_ids":[%q],"custom_participant_ids":[]}`, s.UserID(hall, "CHAOS")))
	if !s.Peer(first["CHAOS"]).Muted || s.Peer(first["mia"]).Muted {
		t.Error("it is not CHAOS alone who is muted")
	}
	// "Handle the result by listening for updates … Update UI for the participant."
	s.turns(list, "the row of CHAOS tells of the mute", func(m slack.Message) bool { return strings.Contains(m.Plain(), "muted by <@"+slack.Olive) })
	s.typed(slack.Olive, "mute meet:hall mia", "✅", "can turn the microphone on again")
	s.wrote(fmt.Sprintf(`POST mute {"participant_ids":[%q],"custom_participant_ids":[]}`, s.UserID(hall, "mia")))
	if !s.Unmute(first["mia"].ID) {
		t.Error("mia may not unmute herself")
	}
	// The document has no way to unmute another.
	s.typed(slack.Olive, "unmute meet:hall CHAOS", "no unmute for others")
	s.unchanged("an unmute")
	for _, m := range s.Slack.Messages(slack.Audit) {
		s.buttons(m, "", []string{"Mark reviewed"}, []string{"Undo"})
	}

	// All but one, which the document does not have: those who are named are muted.
	s.typed(slack.Olive, "mute-all meet:hall except mia", "✅", "only where nobody is spared")
	if sent := s.writes(); len(sent) != 1 || !strings.HasPrefix(sent[0], "POST mute {") || strings.Contains(sent[0], s.UserID(hall, "mia")) {
		t.Errorf("sent %q", sent)
	}

	// "disableAllAudio()": "each participant's audioEnabled becomes false", with
	// the right to unmute oneself and without.
	s.typed(slack.Olive, "mute-all meet:hall allow_unmute=true", "✅")
	s.wrote(`POST mute-all {"allow_unmute":true}`)
	for who, p := range first {
		if !s.Peer(p).Muted || !s.Unmute(p.ID) {
			t.Errorf("%s is not muted, or may not unmute themselves", who)
		}
	}
	s.Presses(slack.Olive, list, "Mute all")
	s.audited("mute_all", "succeeded")
	s.Until("nobody may unmute themselves", func() bool { return s.Peer(first["ada"]).Muted })
	s.wrote(`POST mute-all {"allow_unmute":false}`)
	for who, p := range first {
		if s.Unmute(p.ID) {
			t.Errorf("%s may unmute themselves", who)
		}
	}
}
