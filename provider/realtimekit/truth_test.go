package realtimekit_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

// One who is there under two user ids is out, and mute, under both.
func TestOneIdentityOfTwoUsers(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia", "ada")
	first := a.Present(id)["mia"]
	a.Unenrol(id, "mia")
	a.Enrol(id, "mia", "guest")
	a.Join(id, "mia")
	second := a.Present(id)["mia"]
	room := a.MustRoom(t, "standup")
	a.MustAct(t, provider.Order{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "mia")})
	if first.ID == second.ID || !a.Peer(first).Muted || !a.Peer(second).Muted {
		t.Errorf("%+v, %+v", a.Peer(first), a.Peer(second))
	}
	effect := a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: a.MustPerson(t, room, first.ID)})
	if !says(effect, "realtimekit.several_devices") {
		t.Errorf("says %v", effect.Says)
	}
	if present := a.Present(id); len(present) != 1 || present["ada"].ID == "" {
		t.Errorf("still there: %v", present)
	}
}

// Whom Cloudflare does not know and yet lists is not said to have left.
func TestKickOfOneWhoIsListedStill(t *testing.T) {
	d := oddly(t, "", answers{"POST /meetings/m1/active-session/kick": {`404 {"success":false}`}})
	order := provider.Order{Action: moderation.ActionKick, Room: moderation.Room{ID: "m1"}, Participant: moderation.Participant{ID: "p1"}}
	_, err := provider.NewClient("meet", "realtimekit", d).Act(t.Context(), order)
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.kick.still_listed")
}

// An account or app that Cloudflare does not know, and a token that it cannot
// read, are told from a meeting that is not there.
func TestTellsWrongSettings(t *testing.T) {
	for text, key := range map[string]string{
		`404 {"success":false,"errors":[{"code":7003,"message":"Could not route"}]}`:         "realtimekit.no_app",
		`400 {"success":false,"errors":[{"code":6003,"message":"Invalid request headers"}]}`: "realtimekit.unauthenticated",
		`200 {"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`:   "realtimekit.unauthenticated",
		`401 {}`: "realtimekit.unauthenticated",
	} {
		d := oddly(t, "", answers{"GET /sessions": {text}})
		providertest.WantCode(t, d.Check(t.Context()), moderation.CodeUnauthenticated, key)
		_, err := d.Room(t.Context(), "hall")
		providertest.WantCode(t, err, moderation.CodeUnauthenticated, key)
	}
}

// noVideo are the answers of a meeting with a preset for stopping video, in
// which mia's row has no user id.
func noVideo(patch string) answers {
	return answers{
		"GET /presets":                          {`{"success":true,"data":[{"id":"x1","name":"no-video"}]}`, `{"data":[]}`},
		"GET /presets/x1":                       {`{"success":true,"data":{"id":"x1","permissions":{"media":{"video":{"can_produce":"NOT_ALLOWED"}}}}}`},
		"GET /sessions/s1/participants":         {`{"data":{"participants":[{"id":"p1","user_id":null,"custom_participant_id":"mia"}]}}`},
		"GET /meetings/m1/participants":         {`{"data":[{"id":"u1","custom_participant_id":"mia","preset_name":"guest"}]}`},
		"GET /meetings/m1/participants/u1":      {`{"data":{"id":"u1","preset_name":"guest"}}`},
		"PATCH /meetings/m1/participants/u1":    {patch},
		"POST /meetings/m1/active-session/kick": {`{"success":true}`},
	}
}

// A row need not have a user id: the enrolment has it. A preset that is gone
// since it was checked is named.
func TestStopsVideoWithoutUserID(t *testing.T) {
	order := provider.Order{
		Action: moderation.ActionMute, Media: moderation.Video, Room: moderation.Room{ID: "m1"},
		Participant: moderation.Participant{ID: "p1", Identity: "mia"},
	}
	client := func(patch string) *provider.Client {
		return provider.NewClient("meet", "realtimekit", oddly(t, "", noVideo(patch)), provider.WithLimits(provider.Limits{Tries: 1}))
	}
	if effect, err := client(`{"success":true}`).Act(t.Context(), order); err != nil || !says(effect, "realtimekit.video.rejoin") {
		t.Errorf("%+v, %v", effect, err)
	}
	_, err := client(`404 {"success":false}`).Act(t.Context(), order)
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.preset.missing")
}

// A change of a preset whose answer was lost is taken back, as nobody is put out.
func TestGivesBackALostPreset(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia")
	room := a.MustRoom(t, "standup")
	a.Fail(realtimekittest.Fault{Method: http.MethodPatch, Path: "/participants/", Act: true, Status: http.StatusBadGateway, Times: 1})
	_, err := a.Act(t, provider.Order{Action: moderation.ActionMute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia")})
	providertest.WantCode(t, err, moderation.CodeOutcomeUnknown, "")
	if preset := a.PresetOf(id, "mia"); preset != "guest" {
		t.Errorf("mia has %s", preset)
	}
}

// They were put out, only the answer was lost: their new preset holds.
func TestKeepsThePresetOfWhoIsOut(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	id := a.AddMeeting("standup", "mia", "ada")
	room := a.MustRoom(t, "standup")
	a.Fail(realtimekittest.Fault{Method: http.MethodPost, Path: "/kick", Act: true, Status: http.StatusBadGateway, Times: 1})
	a.MustAct(t, provider.Order{Action: moderation.ActionMute, Media: moderation.Video, Room: room, Participant: a.MustPerson(t, room, "mia")})
	if preset := a.PresetOf(id, "mia"); preset != "no-video" {
		t.Errorf("mia has %s", preset)
	}
}

// What became of a mute of video is told also where the case knows no more of
// the person than who they are.
func TestLooksByIdentityAlone(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	a.AddMeeting("standup", "mia")
	room := a.MustRoom(t, "standup")
	mia := a.MustPerson(t, room, "mia")
	order := provider.Order{
		Action: moderation.ActionMute, Media: moderation.Video, Room: moderation.Room{ID: room.ID, Name: room.Name},
		Participant: moderation.Participant{ID: mia.ID, Identity: mia.Identity, Name: mia.Name},
	}
	look := func(want moderation.Outcome) {
		t.Helper()
		if got, err := provider.NewClient("meet", "realtimekit", a.Driver).Look(t.Context(), order); err != nil || got != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
	look(moderation.Failed)
	full := order
	full.Participant = mia
	a.MustAct(t, full)
	look(moderation.Succeeded)
	order.Participant.Identity = "nobody"
	look(moderation.Unknown)
}

// Unpinning one leaves another's pin in the list.
func TestUnpinsOneAlone(t *testing.T) {
	a := newApp(t, realtimekittest.Config{})
	realtimekit.WithStage(a.Driver, &stage{})
	a.AddMeeting("standup", "mia", "ada")
	room := a.MustRoom(t, "standup")
	a.MustAct(t, provider.Order{Action: moderation.ActionPin, Room: room, Participant: a.MustPerson(t, room, "mia")})
	a.MustAct(t, provider.Order{Action: moderation.ActionUnpin, Room: room, Participant: a.MustPerson(t, room, "ada")})
	if got := a.pinned(t, room); !slices.Equal(got, []string{"mia"}) {
		t.Errorf("pinned: %v", got)
	}
}
