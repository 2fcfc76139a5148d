package twiliovoice_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// two starts a conference of a customer and an agent.
func two(t testing.TB, a *account) (room moderation.Room, customer, agent moderation.Participant) {
	t.Helper()
	a.AddConference("support",
		twiliotest.Caller{Label: "customer", Number: "+16175551212"}, twiliotest.Caller{Label: "agent", Number: "client:agent"})
	room = a.MustRoom(t, "support")
	customer, agent = a.MustPerson(t, room, "customer"), a.MustPerson(t, room, "agent")
	a.Requests()
	return room, customer, agent
}

func wantForm(t testing.TB, a *account, want map[string][]string) {
	t.Helper()
	if diff := cmp.Diff(want, map[string][]string(a.sent(t).Form)); diff != "" {
		t.Error(diff)
	}
}

// "Updates the status of a participant in an active conference."
func TestUpdatesAParticipant(t *testing.T) {
	a := newAccount(t, support())
	room, customer, agent := two(t, a)
	for _, c := range []struct {
		name  string
		order provider.Order
		want  map[string][]string
		shows func(moderation.Participant) bool
	}{
		{
			"mute",
			provider.Order{Action: moderation.ActionMute, Media: moderation.Audio},
			map[string][]string{"Muted": {"true"}},
			func(p moderation.Participant) bool { return p.IsBlocked(moderation.Audio) },
		},
		{
			"unmute",
			provider.Order{Action: moderation.ActionUnmute},
			map[string][]string{"Muted": {"false"}},
			func(p moderation.Participant) bool { return !p.IsBlocked(moderation.Audio) },
		},
		{
			"hold",
			provider.Order{Action: moderation.ActionHold},
			map[string][]string{"Hold": {"true"}},
			func(p moderation.Participant) bool { return p.OnHold },
		},
		{
			"hold with music",
			provider.Order{Action: moderation.ActionHold, URL: "http://www.myapp.com/hold_music", Method: "POST"},
			map[string][]string{"Hold": {"true"}, "HoldUrl": {"http://www.myapp.com/hold_music"}, "HoldMethod": {"POST"}},
			nil,
		},
		{
			"unhold",
			provider.Order{Action: moderation.ActionUnhold},
			map[string][]string{"Hold": {"false"}},
			func(p moderation.Participant) bool { return !p.OnHold },
		},
		{
			"announce an address",
			provider.Order{Action: moderation.ActionAnnounce, URL: "http://www.myapp.com/announce", Method: "GET"},
			map[string][]string{"AnnounceUrl": {"http://www.myapp.com/announce"}, "AnnounceMethod": {"GET"}},
			nil,
		},
		{
			"coach",
			provider.Order{Action: moderation.ActionCoach, Listener: agent},
			map[string][]string{"Coaching": {"true"}, "CallSidToCoach": {agent.ID}},
			func(p moderation.Participant) bool { return p.Coaching == agent.ID },
		},
		{
			"uncoach",
			provider.Order{Action: moderation.ActionUncoach},
			map[string][]string{"Coaching": {"false"}},
			func(p moderation.Participant) bool { return p.Coaching == "" },
		},
		{
			"set",
			provider.Order{Action: moderation.ActionSet, Options: map[string]string{
				"wait_url": "https://example.com/wait", "wait_method": "GET", "beep_on_exit": "true", "end_conference_on_exit": "true",
			}},
			map[string][]string{
				"WaitUrl": {"https://example.com/wait"}, "WaitMethod": {"GET"}, "BeepOnExit": {"true"}, "EndConferenceOnExit": {"true"},
			},
			func(p moderation.Participant) bool { return p.EndsRoom },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.order.Room, c.order.Participant = room, customer
			a.MustAct(t, c.order)
			wantForm(t, a, c.want)
			if p := a.MustPerson(t, room, "customer"); c.shows != nil && !c.shows(p) {
				t.Errorf("shown as %+v", p)
			}
			a.Requests()
		})
	}
	state := a.Call(customer.ID)
	if state.HoldMethod != http.MethodGet && state.HoldURL != "" || !state.BeepsOut || state.WaitMethod != http.MethodGet {
		t.Errorf("Twilio has %+v", state)
	}
}

// A text becomes TwiML that we host, because Twilio fetches what it plays.
func TestSaysAText(t *testing.T) {
	a := newAccount(t, support())
	room, customer, _ := two(t, a)
	text := `Back in 5 minutes & <b>sorry</b> "all"`
	a.MustAct(t, provider.Order{Action: moderation.ActionAnnounce, Room: room, Text: text})
	a.MustAct(t, provider.Order{Action: moderation.ActionAnnounce, Room: room, Participant: customer, Text: "just you"})
	if diff := cmp.Diff([]twiliotest.Announcement{{URL: publicURL + "/hosted/1", Method: "POST"}}, a.Announced(room.ID)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]twiliotest.Announcement{{URL: publicURL + "/hosted/2", Method: "POST"}}, a.Call(customer.ID).Announced); diff != "" {
		t.Error(diff)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		"<Response><Say>Back in 5 minutes &amp; &lt;b&gt;sorry&lt;/b&gt; &#34;all&#34;</Say></Response>\n"
	if diff := cmp.Diff(want, a.hosted.bodies[0]); diff != "" {
		t.Error(diff)
	}
}

func TestAsksForAnAddressWhereNothingCanBeHosted(t *testing.T) {
	a := newAccount(t, support(), func(s *provider.Settings) { s.Host, s.PublicURL = nil, "" })
	room, _, _ := two(t, a)
	_, err := a.Act(t, provider.Order{Action: moderation.ActionAnnounce, Room: room, Text: "hello"})
	providertest.WantCode(t, err, moderation.CodeInvalid, "twilio-voice.announce.no_host")
	a.MustAct(t, provider.Order{Action: moderation.ActionAnnounce, Room: room, URL: "https://example.com/hello.mp3"})
}

// "Returns HTTP 204 (No Content) with no body if the participant was
// successfully removed from the conference."
func TestRemovesAParticipant(t *testing.T) {
	a := newAccount(t, support())
	room, customer, agent := two(t, a)
	a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: customer})
	if r := a.sent(t); r.Method != http.MethodDelete || r.Status != 204 || !strings.HasSuffix(r.Path, "/Participants/"+customer.ID+".json") {
		t.Errorf("sent %+v", r)
	}
	_, err := a.Participant(t.Context(), room, "customer")
	providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.nobody")
	if !a.Live(room.ID) || !a.Call(agent.ID).Present {
		t.Error("the agent is gone too")
	}
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: customer})
	if len(effect.Says) != 1 || effect.Says[0].Key != "twilio-voice.kick.gone" {
		t.Errorf("says %v", effect.Says)
	}
}

// "If true, the conference ends and all other participants drop out when the
// participant leaves."
func TestSaysThatAKickEndedTheConference(t *testing.T) {
	a := newAccount(t, support())
	a.AddConference("support", twiliotest.Caller{Label: "host", Number: "+16175551212", EndsConference: true},
		twiliotest.Caller{Label: "guest", Number: "+16175551213"})
	room := a.MustRoom(t, "support")
	host := a.MustPerson(t, room, "host")
	if !host.EndsRoom {
		t.Fatal("nobody is told that the conference ends with the host")
	}
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: host})
	if len(effect.Says) != 1 || effect.Says[0].Key != "twilio-voice.kick.ended" || a.Live(room.ID) {
		t.Errorf("says %v, live %v", effect.Says, a.Live(room.ID))
	}
}

func TestEndsAConference(t *testing.T) {
	a := newAccount(t, support())
	room, _, agent := two(t, a)
	a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: room})
	wantForm(t, a, map[string][]string{"Status": {"completed"}})
	if a.Live(room.ID) || a.Call(agent.ID).Present {
		t.Error("the conference goes on")
	}
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: room})
	if len(effect.Says) != 1 || effect.Says[0].Key != "twilio-voice.end.over" {
		t.Errorf("says %v", effect.Says)
	}
	client := provider.NewClient("calls", "twilio-voice", a.Driver)
	if outcome, err := client.Look(t.Context(), provider.Order{Action: moderation.ActionEnd, Room: room}); outcome != moderation.Succeeded {
		t.Errorf("a look says %s, %v", outcome, err)
	}
}

func TestMutesEveryoneElse(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support",
		twiliotest.Caller{Label: "host", Number: "client:host"}, twiliotest.Caller{Number: "+16175551212"},
		twiliotest.Caller{Label: "quiet", Number: "+16175551213", Muted: true}, twiliotest.Caller{Label: "broken", Number: "+16175551214"})
	room := a.MustRoom(t, sid)
	broken := a.MustPerson(t, room, "broken")
	a.Fail(twiliotest.Fault{Method: "POST", Path: broken.ID, Status: 400, Code: 21220, Message: "Call is not in-progress."})
	effect := a.MustAct(t, provider.Order{
		Action: moderation.ActionMuteAll, Room: room, Media: moderation.Audio, Except: []string{"host"}, AllowUnmute: true,
	})
	if effect.Reached != 2 || len(effect.Unreached) != 1 || effect.Unreached[0].Identity != "broken" || len(effect.Says) != 1 {
		t.Errorf("effect %+v", effect)
	}
	for who, muted := range map[string]bool{"host": false, "+16175551212": true, "quiet": true, "broken": false} {
		if p := a.MustPerson(t, room, who); p.IsBlocked(moderation.Audio) != muted {
			t.Errorf("%s: muted is %v", who, !muted)
		}
	}
}

func TestRecordingIsSeen(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support", twiliotest.Caller{Label: "host", Number: "client:host"})
	if a.MustRoom(t, sid).Recording || a.MustRoom(t, "support").Recording {
		t.Error("a conference that is not recorded is shown as recorded")
	}
	listed := a.MustRoom(t, sid)
	a.Record(sid)
	if !a.MustRoom(t, sid).Recording || !a.MustRoom(t, "support").Recording {
		t.Error("a recording is not seen")
	}
	if !provider.NewClient("calls", "twilio-voice", a.Driver).Complete(t.Context(), listed).Recording {
		t.Error("a recording is not seen in a list")
	}
}

func TestRefusesVideoOfACall(t *testing.T) {
	a := newAccount(t, support())
	room, customer, _ := two(t, a)
	for _, action := range []moderation.Action{moderation.ActionMute, moderation.ActionUnmute, moderation.ActionMuteAll} {
		_, err := a.Act(t, provider.Order{Action: action, Room: room, Participant: customer, Media: moderation.Video})
		providertest.WantCode(t, err, moderation.CodeUnsupported, "twilio-voice.no_video")
	}
	if sent := a.Requests(); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}
