package twiliovoice_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// The tests in this file walk through Twilio's document of the conference
// participant, in its order. What is quoted in comments is the document's.

// "A participant who is either connecting to, or actively connected to, a
// conference that is not in completed status."
func TestListsLiveConferencesAlone(t *testing.T) {
	a := newAccount(t, support())
	running := a.AddConference("support", twiliotest.Caller{Label: "customer", Number: "+16175551212"})
	waiting := a.AddWaitingConference("tomorrow")
	over := a.AddConference("over", twiliotest.Caller{Label: "last", Number: "+16175551213"})
	ended := a.MustRoom(t, "over")
	a.Leave(a.MustPerson(t, ended, "last").ID)
	if a.Live(over) {
		t.Fatal("a conference that everybody has left is live")
	}

	page, err := a.Rooms(t.Context(), provider.RoomQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range page.Rooms {
		got = append(got, r.ID+" "+r.Name)
	}
	if diff := cmp.Diff([]string{running + " support", waiting + " tomorrow"}, got); diff != "" {
		t.Error(diff)
	}
	_, err = a.Room(t.Context(), over)
	providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.conference_over")
	_, err = a.Room(t.Context(), "over")
	providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.no_conference")
	_, err = a.Participants(t.Context(), ended, provider.ParticipantQuery{})
	providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.conference_over")
}

// "The status of the participant's call in a session."
func TestShowsEveryStatus(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support")
	room := a.MustRoom(t, sid)
	for i, status := range []moderation.Presence{moderation.Queued, moderation.Connecting, moderation.Ringing, moderation.Connected} {
		call := a.Join(sid, twiliotest.Caller{Number: "+1617555000" + strconv.Itoa(i), Status: string(status)})
		if got := a.MustPerson(t, room, call).Presence; got != status {
			t.Errorf("presence %q, want %q", got, status)
		}
	}
	for _, status := range []moderation.Presence{moderation.Complete, moderation.FailedCall} {
		call := a.Join(sid, twiliotest.Caller{Number: "+16175550009", Status: string(status)})
		_, err := a.Participant(t.Context(), room, call)
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.nobody")
	}
	page, err := a.Participants(t.Context(), room, provider.ParticipantQuery{})
	if err != nil || len(page.Participants) != 6 {
		t.Errorf("%d people, %v", len(page.Participants), err)
	}
}

// Who someone is outlives the call: the label, "if one was given", else the
// number of the call, else the client's address. The call's SID never is.
func TestIdentityOutlivesTheCall(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support",
		twiliotest.Caller{Label: "customer", Number: "+16175551212"},
		twiliotest.Caller{Number: "+16175551213"},
		twiliotest.Caller{Number: "+16175551214", Outbound: true},
		twiliotest.Caller{Number: "client:alice?team=red"},
		twiliotest.Caller{Number: "sip:bob@example.com"},
	)
	page, err := a.Participants(t.Context(), a.MustRoom(t, sid), provider.ParticipantQuery{})
	if err != nil {
		t.Fatal(err)
	}
	type shown struct {
		Identity, Name, Number string
		Kind                   moderation.Kind
	}
	var got []shown
	for _, p := range page.Participants {
		got = append(got, shown{p.Identity, p.Name, p.Number, p.Kind})
	}
	want := []shown{
		{"customer", "customer", "+16175551212", moderation.Phone},
		{"+16175551213", "", "+16175551213", moderation.Phone},
		{"+16175551214", "", "+16175551214", moderation.Phone},
		{"client:alice", "alice", "", moderation.Person},
		{"sip:bob@example.com", "", "", moderation.Phone},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if page.Total != 5 {
		t.Errorf("total %d", page.Total)
	}
}

// "Creates a Participant resource … initiates an outbound call and adds a new
// participant to the active Conference."
func TestCreatesAParticipant(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support")
	effect := a.MustAct(t, provider.Order{
		Action: moderation.ActionDial, Room: a.MustRoom(t, sid), Number: "+15558675310", Label: "customer",
		Options: map[string]string{
			"beep": "onEnter", "early_media": "true", "from": "+15017122661", "record": "true",
			"status_callback": "https://myapp.com/events", "status_callback_event": "ringing",
		},
	})
	p := effect.Participant
	if p.Identity != "customer" || p.Presence != moderation.Queued || p.Number != "+15558675310" || p.ID == "" {
		t.Errorf("called in %+v", p)
	}
	want := map[string][]string{
		"Beep": {"onEnter"}, "EarlyMedia": {"true"}, "From": {"+15017122661"}, "Label": {"customer"}, "Record": {"true"},
		"StatusCallback": {"https://myapp.com/events"}, "StatusCallbackEvent": {"ringing"}, "To": {"+15558675310"},
	}
	if diff := cmp.Diff(want, map[string][]string(a.sent(t).Form)); diff != "" {
		t.Error(diff)
	}
	if a.Call(p.ID).ConferenceSID != sid {
		t.Error("the call went into another conference")
	}
}

// "If an active conference does not exist with your FriendlyName, we create a
// new conference with that name and add the participant."
func TestCreatesAConference(t *testing.T) {
	a := newAccount(t, support())
	a.MustAct(t, provider.Order{Action: moderation.ActionDial, Room: moderation.Room{Name: "standup"}, Number: "client:joe"})
	if room := a.MustRoom(t, "standup"); room.Name != "standup" {
		t.Errorf("room %+v", room)
	}
	// "Please do not use personally identifiable information … when assigning a FriendlyName."
	for _, name := range []string{"+16175551212", "call with 617-555-1212", "mia@example.org"} {
		_, err := a.Act(t, provider.Order{Action: moderation.ActionDial, Room: moderation.Room{Name: name}, Number: "client:joe"})
		providertest.WantCode(t, err, moderation.CodeInvalid, "twilio-voice.dial.personal_name")
	}
}

// Every parameter of the document, with each value that it names.
func TestTakesEveryOptionOfTheDocument(t *testing.T) {
	booleans := []string{"true", "false"}
	methods := []string{"GET", "POST"}
	addresses := []string{"https://example.com/x?y=1", "http://example.com/"}
	callSID, carrier := "CA"+"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "BY"+"0123456789abcdefABCDEF0123456789"
	valid := map[string][]string{
		"from": {"+16175551212"}, "status_callback": addresses, "status_callback_method": methods,
		"status_callback_event": {"initiated", "initiated ringing answered completed", "ringing,answered"},
		"label":                 {"customer", "my label", "a/b?c#d%e"}, "timeout": {"5", "60", "600"}, "record": booleans, "muted": booleans,
		"beep": {"true", "false", "onEnter", "onExit"}, "start_conference_on_enter": booleans, "end_conference_on_exit": booleans,
		"wait_url": addresses, "wait_method": methods, "early_media": booleans, "max_participants": {"2", "250"},
		"conference_record": {"true", "false", "record-from-start", "do-not-record"}, "conference_trim": {"trim-silence", "do-not-trim"},
		"conference_status_callback": addresses, "conference_status_callback_method": methods,
		"conference_status_callback_event": {"start end join leave mute hold modify speaker announcement"},
		"recording_channels":               {"mono", "dual"}, "recording_status_callback": addresses, "recording_status_callback_method": methods,
		"region":                               {"us1", "ie1", "de1", "sg1", "br1", "au1", "jp1"},
		"conference_recording_status_callback": addresses, "conference_recording_status_callback_method": methods,
		"recording_status_callback_event":            {"started in-progress paused resumed stopped completed failed absent"},
		"conference_recording_status_callback_event": {"in-progress completed failed absent"},
		"coaching": {"false"}, "jitter_buffer_size": {"off", "small", "medium", "large"}, "byoc": {carrier}, "caller_id": {"+16175551212"},
		"call_reason": {"about your order"}, "recording_track": {"inbound", "outbound", "both"}, "time_limit": {"1", "14400"},
		"machine_detection": {"Enable", "DetectMessageEnd"}, "machine_detection_timeout": {"30"},
		"machine_detection_speech_threshold": {"1000", "6000"}, "machine_detection_speech_end_threshold": {"500", "5000"},
		"machine_detection_silence_timeout": {"2000", "10000"}, "amd_status_callback": addresses, "amd_status_callback_method": methods,
		"trim": {"trim-silence", "do-not-trim"}, "call_token": {"a-token"},
	}
	invalid := map[string][]string{
		"from": {"", "+0617", "a b"}, "status_callback": {"ftp://example.com", "example.com", "https://", "https://u:p@example.com"},
		"status_callback_event": {"", "ring", "ringing rang"}, "label": {"", callSID, "..", "a\nb"},
		"timeout": {"4", "601", "-5", "60s", "5.5", "", "060"}, "record": {"yes", "TRUE", ""}, "beep": {"onenter"},
		"wait_url": {"javascript://x", "//example.com"}, "wait_method": {"get", "PUT"}, "max_participants": {"1", "251"},
		"conference_record": {"record"}, "recording_channels": {"stereo"}, "region": {"us2"}, "call_sid_to_coach": {"CA123", "customer"},
		"byoc": {"BY123", callSID}, "jitter_buffer_size": {"huge"}, "machine_detection_speech_threshold": {"999", "6001"},
		"machine_detection_speech_end_threshold": {"499", "5001"}, "machine_detection_silence_timeout": {"1999", "10001"},
		"time_limit": {"0", "-1"}, "trim": {"yes"}, "caller_id": {"a b"},
	}
	a := newAccount(t, support())
	room := a.MustRoom(t, a.AddConference("support"))
	dial := func(name, value string) error {
		if name == "max_participants" {
			room = a.MustRoom(t, a.AddConference("small"))
		}
		_, err := a.Act(t, provider.Order{
			Action: moderation.ActionDial, Room: room, Number: "+15558675310", Options: map[string]string{name: value},
		})
		return err
	}
	for name, values := range valid {
		for _, value := range values {
			if err := dial(name, value); err != nil {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
	}
	a.Requests()
	for name, values := range invalid {
		for _, value := range values {
			providertest.WantCode(t, dial(name, value), moderation.CodeInvalid, "twilio-voice.option.bad")
		}
	}
	providertest.WantCode(t, dial("volume", "11"), moderation.CodeInvalid, "twilio-voice.option.unknown")
	providertest.WantCode(t, dial("coaching", "true"), moderation.CodeInvalid, "twilio-voice.dial.coach_whom")
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("a bad option was sent: %v", r)
		}
	}

	listed := map[string]bool{"call_sid_to_coach": true}
	for name := range valid {
		listed[name] = true
	}
	var offered []string
	for _, o := range a.Driver.(provider.OptionLister).Options(moderation.ActionDial) {
		offered = append(offered, o.Name)
	}
	slices.Sort(offered)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(listed)), offered); diff != "" {
		t.Error(diff)
	}
}

// "Returns a Participant resource … specified by the Conference SID and the
// Participant's Call SID or label."
func TestFetchesByCallSIDAndByLabel(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support", twiliotest.Caller{Label: "my label/?#%", Number: "+16175551212"})
	room := a.MustRoom(t, "support")
	byLabel := a.MustPerson(t, room, "my label/?#%")
	bySID := a.MustPerson(t, room, byLabel.ID)
	byNumber := a.MustPerson(t, room, "+16175551212")
	if diff := cmp.Diff(byLabel, bySID); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(byLabel, byNumber); diff != "" {
		t.Error(diff)
	}
	for _, who := range []string{"nobody", "CA00000000000000000000000000000000", "", ".", "..", "/", "%2e%2e"} {
		_, err := a.Participant(t.Context(), room, who)
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-voice.nobody")
	}
	a.Join(sid, twiliotest.Caller{Number: "+16175551212"})
	_, err := a.Participant(t.Context(), room, "+16175551212")
	providertest.WantCode(t, err, moderation.CodeAmbiguous, "twilio-voice.two_calls")
}

// "Whether to return only participants that are muted", "on hold", "who are
// coaching another call".
func TestListsWithEachFilter(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support",
		twiliotest.Caller{Label: "muted", Number: "+16175551201", Muted: true}, twiliotest.Caller{Label: "held", Number: "+16175551202"},
		twiliotest.Caller{Label: "coach", Number: "+16175551203"}, twiliotest.Caller{Label: "plain", Number: "+16175551204"})
	room := a.MustRoom(t, sid)
	a.MustAct(t, provider.Order{Action: moderation.ActionHold, Room: room, Participant: a.MustPerson(t, room, "held")})
	a.MustAct(t, provider.Order{
		Action: moderation.ActionCoach, Room: room, Participant: a.MustPerson(t, room, "coach"), Listener: a.MustPerson(t, room, "plain"),
	})
	yes, no := true, false
	for _, c := range []struct {
		q    provider.ParticipantQuery
		want []string
	}{
		{provider.ParticipantQuery{Muted: &yes}, []string{"muted"}},
		{provider.ParticipantQuery{Muted: &no}, []string{"held", "coach", "plain"}},
		{provider.ParticipantQuery{OnHold: &yes}, []string{"held"}},
		{provider.ParticipantQuery{Coaching: &yes}, []string{"coach"}},
		{provider.ParticipantQuery{Coaching: &no, Muted: &no, OnHold: &no}, []string{"plain"}},
		{provider.ParticipantQuery{Search: "LA"}, []string{"plain"}},
		{provider.ParticipantQuery{Search: "5551203"}, []string{"coach"}},
	} {
		page, err := a.Participants(t.Context(), room, c.q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, identities(page)); diff != "" {
			t.Errorf("%+v: %s", c.q, diff)
		}
	}
}

func identities(page provider.ParticipantPage) []string {
	var all []string
	for _, p := range page.Participants {
		all = append(all, p.Identity)
	}
	return all
}

// "How many resources to return in each list page. The default is 50, and the
// maximum is 1000." "The page token. This is provided by the API."
func TestListsByPage(t *testing.T) {
	a := newAccount(t, support())
	sid := a.AddConference("support")
	for i := range 120 {
		a.Join(sid, twiliotest.Caller{Label: "p" + strconv.Itoa(i), Number: "client:x" + strconv.Itoa(i)})
	}
	room := a.MustRoom(t, sid)
	for _, size := range []int{0, 1, 7, 50, 119, 120, 1000, 5000} {
		q := provider.ParticipantQuery{Limit: size}
		if size == 1 {
			q.Search = "p11" // p11, p110 … p119
		}
		seen := map[string]bool{}
		for {
			page, err := a.Participants(t.Context(), room, q)
			if err != nil {
				t.Fatal(err)
			}
			if size > 0 && len(page.Participants) > size {
				t.Fatalf("a page of %d has %d", size, len(page.Participants))
			}
			for _, p := range page.Participants {
				seen[p.ID] = true
			}
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
		}
		if want := map[bool]int{true: 11, false: 120}[size == 1]; len(seen) != want {
			t.Errorf("pages of %d show %d, want %d", size, len(seen), want)
		}
	}
}
