package twilio_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// Twilio's document of the conference participant, in its order.
func TestDocumentOfTheParticipant(t *testing.T) {
	s := newShift(t)
	sid := s.AddConference("support",
		twiliotest.Caller{Label: "agent", Number: "client:agent"}, twiliotest.Caller{Number: "+16175551212"})

	// "Create a participant": an outbound call into the conference.
	s.typed("dial calls:support +15558675310 customer beep=onEnter early_media=true from=+15017122661 record=true"+
		" status_callback=https://myapp.com/events status_callback_event=ringing", "✅")
	s.audited("dial", "succeeded")
	out, _, _ := s.Bot.Run(s.Ctx, "audit", "export", "--format", "jsonl")
	if !strings.Contains(out, `"beep":"onEnter"`) || !strings.Contains(out, `"from":"•••"`) {
		t.Errorf("the record has %s", out)
	}
	want := map[string][]string{
		"Beep": {"onEnter"}, "EarlyMedia": {"true"}, "From": {"+15017122661"}, "Label": {"customer"}, "Record": {"true"},
		"StatusCallback": {"https://myapp.com/events"}, "StatusCallbackEvent": {"ringing"}, "To": {"+15558675310"},
	}
	if diff := cmp.Diff(want, map[string][]string(s.sent("POST", "/Conferences/"+sid+"/Participants.json"))); diff != "" {
		t.Error(diff)
	}

	// "Read multiple participants": by label, else by number, masked; their status in words.
	list := s.typed("list calls:support", "customer")
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if !strings.Contains(text, "+1 617 ••• 1212") || strings.Contains(text, "6175551212") {
		t.Errorf("the number is not masked: %s", text)
	}
	if !strings.Contains(text, "queued") {
		t.Errorf("nobody is told that the call is queued: %s", text)
	}

	customer := s.sidOf(t, sid, "customer")
	s.SetStatus(customer, "connected")
	path := "/Participants/" + customer + ".json"

	// "Update": by label and by the call's SID.
	s.Requests()
	for _, c := range []struct {
		typed string
		form  map[string][]string
	}{
		{"mute calls:support customer", map[string][]string{"Muted": {"true"}}},
		{"unmute calls:support " + customer, map[string][]string{"Muted": {"false"}}},
		{"hold calls:support customer http://www.myapp.com/hold_music", map[string][]string{"Hold": {"true"}, "HoldUrl": {"http://www.myapp.com/hold_music"}}},
		{"unhold calls:support customer", map[string][]string{"Hold": {"false"}}},
		{"announce calls:support customer http://www.myapp.com/announce", map[string][]string{"AnnounceUrl": {"http://www.myapp.com/announce"}}},
		{"set calls:support customer wait_url=https://example.com/wait wait_method=GET beep_on_exit=true", map[string][]string{
			"WaitUrl": {"https://example.com/wait"}, "WaitMethod": {"GET"}, "BeepOnExit": {"true"},
		}},
		{"coach calls:support customer agent", map[string][]string{"Coaching": {"true"}, "CallSidToCoach": {s.sidOf(t, sid, "agent")}}},
		{"uncoach calls:support customer", map[string][]string{"Coaching": {"false"}}},
	} {
		s.typed(c.typed, "✅")
		if diff := cmp.Diff(c.form, map[string][]string(s.sent("POST", path))); diff != "" {
			t.Errorf("%s: %s", c.typed, diff)
		}
	}
	s.typed(`announce calls:support "We are back in five minutes."`, "✅")
	if form := s.sent("POST", "/Conferences/"+sid+".json"); !strings.HasPrefix(form.Get("AnnounceUrl"), "https://rw.example.org/") {
		t.Errorf("announced %v", form)
	}

	// "Delete": with the button, and by label.
	list = s.typed("list calls:support", "customer")
	s.Presses(slack.Olive, list, "Kick", "customer")
	s.audited("kick", "succeeded")
	s.sent("DELETE", path)
	if s.Call(customer).Present {
		t.Error("the customer is still there")
	}
	s.Shown(slack.Olive, "the row is gone", func(m slack.Message) bool {
		_, gone := slack.Find(m, "Kick", "customer")
		return m.TS == list.TS && gone != nil
	})

	s.typed("kick calls:support +16175551212", "✅")
	s.typed("kick calls:support nobody", "nobody")
}

// What would end the conference, or cannot be, is said before anything is sent.
func TestAsksAndRefusesBeforeItSends(t *testing.T) {
	s := newShift(t)
	s.AddConference("support", twiliotest.Caller{Label: "host", Number: "+16175551213", EndsConference: true},
		twiliotest.Caller{Label: "guest", Number: "+16175551214"}, twiliotest.Caller{Number: "+16175551215"})
	s.typed("list calls:support", "host")
	s.Requests()
	for typed, shows := range map[string]string{
		"kick calls:support host":                               "support",
		"end calls:support":                                     "support",
		"dial calls:support 12345":                              "nothing to call",
		"dial calls:support +15558675310 timeout=601":           "5 to 600",
		"dial calls:support +15558675310 volume=11":             "no option",
		"dial calls:support +15558675310 byoc=BY12":             "32 hexadecimal digits",
		"dial calls:support +15558675310 coaching=true":         "call_sid_to_coach",
		"dial calls:support +15558675310 wait_url=ftp://x.y":    "http",
		"hold calls:support guest ftp://example.com/x":          "http",
		"set calls:support guest colour=red":                    "no option",
		"mute calls:support guest video":                        "no video",
		"pin calls:support guest":                               "pin",
		"mute calls:support stranger":                           "stranger",
		"kick calls:support CA00000000000000000000000000000000": "CA0000",
	} {
		s.typed(typed, shows)
		s.unchanged(typed)
	}

	// Someone who hung up between the list and the press is named by their masked number.
	s.Fail(twiliotest.Fault{Method: "DELETE", Status: 404, Code: 20404, Message: "The requested resource was not found"})
	if text := s.typed("kick calls:support +16175551215", "had already left").Plain(); strings.Contains(text, "6175551215") {
		t.Errorf("the number is not masked: %s", text)
	}
}

func (s *shift) sidOf(t *testing.T, conference, label string) string {
	t.Helper()
	sid := s.CallOf(conference, label)
	if sid == "" {
		t.Fatalf("nobody called %s is in the conference", label)
	}
	return sid
}
