package realtimekit_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// Pages that are smaller than asked for are read to the end, and who left is in none.
func TestReadsEveryPage(t *testing.T) {
	a := newApp(t, realtimekittest.Config{PageSize: 10})
	for i := range 30 {
		a.AddMeeting(fmt.Sprintf("room-%02d", i), "someone")
	}
	big := a.AddMeeting("big")
	for i := range 45 {
		name := fmt.Sprintf("guest%02d", i)
		a.Enrol(big, name, "guest")
		if peer := a.Join(big, name); i%3 == 0 {
			a.Leave(peer)
		}
	}
	page, err := a.Rooms(t.Context(), provider.RoomQuery{})
	if err != nil || len(page.Rooms) != 31 {
		t.Errorf("%d rooms, %v", len(page.Rooms), err)
	}
	people, err := a.Participants(t.Context(), a.MustRoom(t, "big"), provider.ParticipantQuery{})
	if err != nil || len(people.Participants) != 30 || people.Total != 30 {
		t.Errorf("%d people of %d, %v", len(people.Participants), people.Total, err)
	}
}

// A meeting goes by its title where that is unique among those that are live.
func TestTitlesOfTwo(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	one, two := a.AddMeeting("standup", "mia"), a.AddMeeting("standup", "ada")
	a.AddMeeting("", "kim")
	_, err := a.Room(t.Context(), "standup")
	providertest.WantCode(t, err, moderation.CodeAmbiguous, "realtimekit.two_rooms")
	for _, id := range []string{one, two} {
		if r := a.MustRoom(t, id); r.ID != id || r.Name != id {
			t.Errorf("%+v", r)
		}
	}
	a.Leave(a.Present(two)["ada"].ID)
	if r := a.MustRoom(t, "standup"); r.ID != one || r.Name != "standup" {
		t.Errorf("%+v", r)
	}
	for _, odd := range []string{"..", "../meetings", "a/b", two, strings.Repeat("x", 300)} {
		_, err := a.Participants(t.Context(), moderation.Room{ID: odd}, provider.ParticipantQuery{})
		providertest.WantCode(t, err, moderation.CodeNotFound, "realtimekit.no_room")
	}
}

func TestShowsLocksAndRecordings(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia")
	a.SetRecording(id, true)
	room := a.MustRoom(t, "standup")
	if !room.Recording || room.Locked {
		t.Errorf("%+v", room)
	}
	if listed := a.listed(t); listed != room {
		t.Errorf("the list has %+v", listed)
	}
	a.MustAct(t, provider.Order{Action: moderation.ActionLock, Room: room})
	a.SetRecording(id, false)
	if room = a.MustRoom(t, "standup"); room.Recording || !room.Locked || a.Join(id, "mia") != "" {
		t.Errorf("%+v", room)
	}
	if listed := a.listed(t); listed != room {
		t.Errorf("the list has %+v", listed)
	}
}

// listed returns the only room as a list shows it.
func (a *app) listed(t *testing.T) moderation.Room {
	t.Helper()
	client := provider.NewClient("meet", "realtimekit", a.Driver)
	page, err := client.Rooms(t.Context(), provider.RoomQuery{})
	if err != nil || len(page.Rooms) != 1 {
		t.Fatalf("%+v, %v", page.Rooms, err)
	}
	return client.Complete(t.Context(), page.Rooms[0])
}

// A kick takes the user's id and reaches all devices; the answer says so.
func TestKicksAllDevices(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia", "ada")
	second := a.Join(id, "mia")
	room := a.MustRoom(t, "standup")
	for _, word := range []string{"mia", a.UserID(id, "mia"), second} {
		if p := a.MustPerson(t, room, word); p.ID != second {
			t.Errorf("%s is %+v", word, p)
		}
	}
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: a.MustPerson(t, room, "mia")})
	if !says(effect, "realtimekit.several_devices") {
		t.Errorf("says %v", effect.Says)
	}
	if _, there := a.Present(id)["mia"]; there {
		t.Error("mia is still there")
	}
	if p := a.MustPerson(t, room, a.UserID(id, "ada")); p.Identity != "ada" {
		t.Errorf("by user id: %+v", p)
	}
}

func TestMutesAllButSome(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia", "ada", "kim")
	room := a.MustRoom(t, "standup")
	a.Requests()
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionMuteAll, Room: room, Except: []string{"kim"}})
	if !says(effect, "realtimekit.mute_all.may_unmute") || effect.Reached != 2 || a.Peer(a.Present(id)["kim"]).Muted {
		t.Errorf("%+v", effect)
	}
	if sent := a.sent(); len(sent) != 1 || !strings.HasSuffix(sent[0].Path, "/mute") {
		t.Errorf("sent %+v", sent)
	}
	effect = a.MustAct(t, provider.Order{Action: moderation.ActionMuteAll, Room: room})
	if effect.Reached != 3 || a.Unmute(a.Present(id)["kim"].ID) {
		t.Errorf("%+v", effect)
	}
}

// The preset for stopping video is checked before anything is changed.
func TestChecksThePreset(t *testing.T) {
	for preset, key := range map[string]string{"guest": "realtimekit.preset.sends_video", "nowhere": "realtimekit.preset.missing"} {
		a := newApp(t, realtimekittest.Config{}, func(s *provider.Settings) { s.Values["no_video_preset"] = preset })
		a.AddMeeting("standup", "mia")
		room := a.MustRoom(t, "standup")
		_, err := a.Act(t, provider.Order{
			Action: moderation.ActionMute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia"),
		})
		providertest.WantCode(t, err, moderation.CodeRejected, key)
		if sent := a.sent(); len(sent) != 0 {
			t.Errorf("sent %+v", sent)
		}
		doctor, ok := a.Driver.(provider.Doctor)
		if !ok || !slices.ContainsFunc(doctor.Diagnose(t.Context()), func(f provider.Finding) bool { return !f.OK && f.Says.Key == key }) {
			t.Errorf("the doctor does not tell of %s", preset)
		}
	}
}

// Where the kick is refused, the preset is given back.
func TestGivesThePresetBack(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia")
	room := a.MustRoom(t, "standup")
	a.Fail(realtimekittest.Fault{Method: http.MethodPost, Path: "/kick", Status: 400, Code: 400, Message: "not now"})
	_, err := a.Act(t, provider.Order{Action: moderation.ActionMute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia")})
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.rejected")
	if preset := a.PresetOf(id, "mia"); preset != "guest" {
		t.Errorf("mia has %s", preset)
	}
	a.Heal()
	_, err = a.Act(t, provider.Order{Action: moderation.ActionUnmute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia")})
	providertest.WantCode(t, err, moderation.CodeConflict, "realtimekit.video.no_earlier_preset")
}

// What a mute will leave to give back is known before it, should its answer be lost.
func TestRemembersThePreset(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia")
	room := a.MustRoom(t, "standup")
	o := provider.Order{Action: moderation.ActionMute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia")}
	remembers, ok := a.Driver.(provider.Rememberer)
	if !ok {
		t.Fatal("the driver does not remember")
	}
	before := remembers.Remember(o)
	if effect := a.MustAct(t, o); string(effect.Restore) != string(before) {
		t.Errorf("remembered %s, left %s", before, effect.Restore)
	}
	o.Action, o.Restore = moderation.ActionUnmute, before
	a.MustAct(t, o)
	if preset := a.PresetOf(id, "mia"); preset != "guest" {
		t.Errorf("mia has %s", preset)
	}
	o.Action, o.Media = moderation.ActionMute, moderation.Audio
	if left := remembers.Remember(o); left != nil {
		t.Errorf("a mute of audio leaves %s", left)
	}
}

func TestWebhooks(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	hook, ok := a.Driver.(provider.Webhooker)
	if !ok {
		t.Fatal("no webhooks")
	}
	id := a.AddMeeting("standup")
	r, body, err := a.Webhook("https://rw.example.org/webhooks/meet", "meeting.participantJoined", id)
	if err != nil {
		t.Fatal(err)
	}
	hints, err := hook.Webhook(r, body)
	if err != nil || len(hints) != 1 || hints[0].RoomID != id || hints[0].ID == "" {
		t.Errorf("%+v, %v", hints, err)
	}
	_, err = hook.Webhook(r, []byte(strings.Replace(string(body), "Joined", "Left", 1)))
	providertest.WantCode(t, err, moderation.CodeUnauthenticated, "realtimekit.bad_signature")
	r.Header.Del("rtk-signature")
	_, err = hook.Webhook(r, body)
	providertest.WantCode(t, err, moderation.CodeUnauthenticated, "realtimekit.bad_signature")
	_, _ = io.Copy(io.Discard, r.Body) // nobody else reads it
}
