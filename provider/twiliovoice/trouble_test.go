package twiliovoice_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// What is typed wrongly, or no longer fits, gets an answer of its own and
// changes nothing.
func TestBadInput(t *testing.T) {
	a := newAccount(t, support())
	room, customer, _ := two(t, a)
	a.AddConference("ended", twiliotest.Caller{Label: "x", Number: "client:x"})
	ended := a.MustRoom(t, "ended")
	x := a.MustPerson(t, ended, "x")
	a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: ended})
	a.Requests()

	list := func(cursor string) error {
		_, err := a.Participants(t.Context(), room, provider.ParticipantQuery{Limit: 1, Cursor: cursor})
		return err
	}
	act := func(o provider.Order) error {
		if o.Room.ID == "" {
			o.Room = room
		}
		_, err := a.Act(t, o)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		code moderation.Code
		says string
	}{
		"a wrong SID": {
			act(provider.Order{Action: moderation.ActionDial, Number: "client:x", Options: map[string]string{"call_sid_to_coach": "CA12"}}),
			moderation.CodeInvalid, "twilio-voice.option.bad",
		},
		"a number that is none": {act(provider.Order{Action: moderation.ActionDial, Number: "0800-HELP"}), moderation.CodeInvalid, "twilio-voice.dial.bad_number"},
		"601 s": {
			act(provider.Order{Action: moderation.ActionDial, Number: "client:x", Options: map[string]string{"timeout": "601"}}),
			moderation.CodeInvalid, "twilio-voice.option.bad",
		},
		"a name calls a number": {
			act(provider.Order{Action: moderation.ActionDial, Number: "+16175551212", Options: map[string]string{"from": "client:joe"}}),
			moderation.CodeInvalid, "twilio-voice.dial.number_calls_number",
		},
		"an unknown label": {
			act(provider.Order{Action: moderation.ActionMute, Participant: moderation.Participant{Identity: "nobody"}}),
			moderation.CodeNotFound, "twilio-voice.nobody",
		},
		"a conference that ended": {act(provider.Order{Action: moderation.ActionMute, Room: ended, Participant: x}), moderation.CodeNotFound, "twilio-voice.nobody"},
		"an announcement in it":   {act(provider.Order{Action: moderation.ActionAnnounce, Room: ended, URL: "https://example.com"}), moderation.CodeNotFound, "twilio-voice.conference_over"},
		"no conference's id":      {act(provider.Order{Action: moderation.ActionEnd, Room: moderation.Room{ID: "../Calls", Name: "x"}}), moderation.CodeNotFound, "twilio-voice.no_conference"},
		"a page token of nowhere": {list("f=0&s=1&t=PACA0&n=1"), moderation.CodeInvalid, "twilio.page_gone"},
		"no page token":           {list("f=0&s=1&t=%20"), moderation.CodeInvalid, "twilio.page_gone"},
		"a page of another list":  {list("f=7&s=1"), moderation.CodeInvalid, "twilio.page_gone"},
		"music that is no address": {
			act(provider.Order{Action: moderation.ActionHold, Participant: customer, URL: "file:///etc/passwd"}), moderation.CodeInvalid, "twilio-voice.option.bad",
		},
		"music by another method": {
			act(provider.Order{Action: moderation.ActionHold, Participant: customer, URL: "https://example.com", Method: "PUT"}),
			moderation.CodeInvalid, "twilio-voice.option.bad",
		},
		"nothing to announce":   {act(provider.Order{Action: moderation.ActionAnnounce}), moderation.CodeInvalid, "twilio-voice.announce.nothing"},
		"too long a text":       {act(provider.Order{Action: moderation.ActionAnnounce, Text: strings.Repeat("ä", 4097)}), moderation.CodeInvalid, "twilio-voice.announce.long"},
		"a coach of themselves": {act(provider.Order{Action: moderation.ActionCoach, Participant: customer, Listener: customer}), moderation.CodeInvalid, "twilio-voice.coach.self"},
		"nothing to set":        {act(provider.Order{Action: moderation.ActionSet, Participant: customer}), moderation.CodeInvalid, "twilio-voice.set.nothing"},
		"what cannot be set": {
			act(provider.Order{Action: moderation.ActionSet, Participant: customer, Options: map[string]string{"muted": "true"}}),
			moderation.CodeInvalid, "twilio-voice.option.unknown",
		},
	} {
		t.Run(name, func(t *testing.T) { providertest.WantCode(t, c.err, c.code, c.says) })
	}
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet && r.Status < 400 {
			t.Errorf("changed something: %+v", r)
		}
	}
}

func TestExpiredCredentials(t *testing.T) {
	a := newAccount(t, support(), func(s *provider.Settings) { s.Values["auth_token"] = "expired" })
	a.AddConference("support")
	providertest.WantCode(t, a.Check(t.Context()), moderation.CodeUnauthenticated, "twilio.unauthenticated")
}

// Twilio's numbers have a sentence where the status alone says too little.
func TestSaysWhyACallWasRefused(t *testing.T) {
	a := newAccount(t, support())
	room, _, _ := two(t, a)
	dial := func(number string, options map[string]string) error {
		_, err := a.Act(t, provider.Order{Action: moderation.ActionDial, Room: room, Number: number, Options: options})
		return err
	}
	providertest.WantCode(t, dial("+15005550001", nil), moderation.CodeRejected, "twilio.bad_to")
	providertest.WantCode(t, dial("+15005550002", nil), moderation.CodeRejected, "twilio.not_reachable")
	providertest.WantCode(t, dial("+15005550003", nil), moderation.CodeRejected, "twilio.no_geo_permission")
	providertest.WantCode(t, dial("+15005550004", nil), moderation.CodeRejected, "twilio.rejected")
	providertest.WantCode(t, dial("+15558675310", map[string]string{"from": "+15005550001"}), moderation.CodeRejected, "twilio.bad_from")
	providertest.WantCode(t, dial("+15558675310", map[string]string{"max_participants": "2"}), moderation.CodeConflict, "twilio.conference_full")
}

// A write whose answer was lost is looked for before anything else is done.
func TestLooksForWhatBecameOfALostCall(t *testing.T) {
	a := newAccount(t, support())
	room, customer, _ := two(t, a)
	kick := provider.Order{Action: moderation.ActionKick, Room: room, Participant: customer}
	client := provider.NewClient("calls", "twilio-voice", a.Driver)
	a.Fail(twiliotest.Fault{Method: "DELETE", Times: 1, Cut: true, Act: true})
	_, err := a.Act(t, kick)
	providertest.WantCode(t, err, moderation.CodeOutcomeUnknown, "")
	if outcome, err := client.Look(t.Context(), kick); outcome != moderation.Succeeded {
		t.Errorf("a look says %s, %v", outcome, err)
	}
	if sent := a.Requests(); len(sent) == 0 || sent[0].Method != http.MethodDelete || len(sent) > 1 && sent[1].Method == http.MethodDelete {
		t.Errorf("sent %v", sent)
	}
}

func TestCallbacks(t *testing.T) {
	a := newAccount(t, support())
	room, _, _ := two(t, a)
	form := url.Values{"ConferenceSid": {room.ID}, "StatusCallbackEvent": {"participant-join"}, "FriendlyName": {"support ü"}}
	const path = "/webhooks/calls?from=twilio"
	signature := twiliotest.Sign(twiliotest.AuthToken, publicURL+path, form)
	for name, c := range map[string]struct {
		form      url.Values
		signature string
		rooms     int
		code      moderation.Code
	}{
		"signed":         {form, signature, 1, ""},
		"forged":         {url.Values{"ConferenceSid": {room.ID}}, signature, 0, moderation.CodeUnauthenticated},
		"by another":     {form, twiliotest.Sign("another", publicURL+path, form), 0, moderation.CodeUnauthenticated},
		"not signed":     {form, "", 0, moderation.CodeUnauthenticated},
		"of a call only": {url.Values{"CallSid": {"CA1"}}, twiliotest.Sign(twiliotest.AuthToken, publicURL+path, url.Values{"CallSid": {"CA1"}}), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body := c.form.Encode()
			r := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(body))
			r.Header.Set("X-Twilio-Signature", c.signature)
			r.Header.Set("I-Twilio-Idempotency-Token", "delivery-1")
			hints, err := a.Driver.(provider.Webhooker).Webhook(r, []byte(body))
			providertest.WantCode(t, err, c.code, "")
			if len(hints) != c.rooms || c.rooms == 1 && (hints[0].RoomID != room.ID || hints[0].ID != "delivery-1") {
				t.Errorf("hints %+v", hints)
			}
		})
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, c := range []struct {
		field, value string
		ok           bool
	}{
		{"account_sid", twiliotest.AccountSID, true},
		{"account_sid", "AC123", false},
		{"account_sid", "SK" + strings.Repeat("0", 32), false},
		{"base_url", "", true},
		{"base_url", "http://127.0.0.1:1", true},
		{"base_url", "api.twilio.com", false},
		{"base_url", "ftp://x", false},
		{"caller_id", "", true},
		{"caller_id", "+15005550006", true},
		{"caller_id", "client:desk", true},
		{"caller_id", "0800 1", false},
	} {
		for _, f := range twiliovoice.Type.Fields {
			if f.Name == c.field && (f.Check(c.value) == "") != c.ok {
				t.Errorf("%s: %q says %q", c.field, c.value, f.Check(c.value))
			}
		}
	}
}

func TestDoctorSaysWhatIsLeftOut(t *testing.T) {
	all := newAccount(t, support()).Driver.(provider.Doctor).Diagnose(t.Context())
	if len(all) != 1 || !all[0].OK {
		t.Errorf("found %+v", all)
	}
	less := newAccount(t, support(), func(s *provider.Settings) { s.Host, s.Values["caller_id"] = nil, "" })
	if found := less.Driver.(provider.Doctor).Diagnose(t.Context()); len(found) != 3 || found[1].Remedy.IsZero() || found[2].Remedy.IsZero() {
		t.Errorf("found %+v", found)
	}
}
