package twilio_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// "How to Remove a Participant From a Twilio Video Call", in its order.
func TestArticleOnRemovingSomeone(t *testing.T) {
	s := newShift(t)
	room := s.AddRoom("daily", "mia", "CHAOS")
	chaos := s.Present(room)["CHAOS"]

	// "You will see a list of the remote participants, each with a Remove button
	// next to their name."
	list := s.typed("list video:daily", "CHAOS")
	for _, who := range []string{"mia", "CHAOS"} {
		if _, err := slack.Find(list, "Kick", who); err != nil {
			t.Errorf("no button beside %s: %v", who, err)
		}
	}

	// "If you click the button next to a name, this person will be removed from
	// the chat." "message: Successfully removed participant"
	s.Requests()
	reply := s.Presses(slack.Olive, list, "Kick", "CHAOS")
	if reply.Asked == nil || !strings.Contains(reply.Asked.Text.String(), "CHAOS") {
		t.Errorf("asked before: %+v", reply.Asked)
	}
	s.audited("kick", "succeeded")
	form := s.sent("POST", "/Rooms/"+room+"/Participants/"+chaos)
	if form.Get("Status") != "disconnected" || len(form) != 1 {
		t.Errorf("sent %v", form)
	}
	if _, there := s.Present(room)["CHAOS"]; there {
		t.Error("CHAOS is still there")
	}
	// "You can see CHAOS has been removed": the row has no button any more.
	s.Shown(slack.Olive, "the row of CHAOS is gone and that of mia is not", func(m slack.Message) bool {
		_, gone := slack.Find(m, "Kick", "CHAOS")
		_, mia := slack.Find(m, "Kick", "mia")
		return m.TS == list.TS && gone != nil && mia == nil
	})

	// "Missing one of: sid, participantIdentity": a dialog asks for the words.
	if _, err := s.Slack.As(slack.Olive).Command(s.Ctx, "/room-kick", "video:daily", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	s.Dialog(slack.Olive, "video:daily")
	s.unchanged("a missing word")
	s.Slack.As(slack.Olive).Dismiss()

	// "Unable to remove participant"
	mia := s.Present(room)["mia"]
	s.Fail(twiliotest.Fault{Method: "POST", Path: mia, Status: 400, Code: 53200, Message: "Participant cannot be changed"})
	s.typed("kick video:daily mia", "could not be removed")
	s.audited("kick", "failed")
	if _, there := s.Present(room)["mia"]; !there {
		t.Error("mia is gone all the same")
	}
	s.Heal()

	s.typed("kick video:daily nobody", "nobody")
	s.typed("kick video:weekly mia", "weekly")
}

// What the article leaves to the SDKs works by rules.
func TestMutesAndHoldsByRules(t *testing.T) {
	s := newShift(t)
	room := s.AddRoom("daily", "mia", "CHAOS", "ada")
	s.typed("mute video:daily CHAOS", "they are not told")
	if s.Receives(s.Present(room)["mia"], s.Present(room)["CHAOS"], "audio") {
		t.Error("mia hears CHAOS")
	}
	s.typed("unmute video:daily CHAOS", "✅")
	if rules := s.Rules(s.Present(room)["mia"]); len(rules) != 1 {
		t.Errorf("left behind: %v", rules)
	}
	full := twiliotest.IncludeAll()
	for range 19 {
		full = append(full, twiliotest.Rule{Type: "exclude", Publisher: "someone"})
	}
	s.SetRules(s.Present(room)["ada"], full...)
	s.typed("mute video:daily CHAOS", "ada")
	s.audited("mute", "partial")
	for _, impossible := range []string{"announce video:daily hello", "dial video:daily +15558675310", "pin video:daily mia", "mute video:daily mia screen"} {
		s.Requests()
		s.typed(impossible, "Twilio")
		s.unchanged(impossible)
	}
}
