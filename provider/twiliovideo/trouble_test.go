package twiliovideo_test

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
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
)

// What no longer fits gets an answer of its own and changes nothing.
func TestBadInput(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", "mia", "CHAOS")
		room := a.MustRoom(t, "daily")
		a.AddRoom("over", "mia")
		over := a.MustRoom(t, "over")
		mia := a.MustPerson(t, over, "mia")
		a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: over})
		a.Requests()
		_, err := a.Act(t, provider.Order{Action: moderation.ActionMute, Room: over, Participant: mia, Media: moderation.Audio})
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.nobody")
		_, err = a.Act(t, provider.Order{Action: moderation.ActionMute, Room: moderation.Room{ID: "RM1", Name: "x"}, Participant: mia})
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.room_over")
		_, err = a.Act(t, provider.Order{Action: moderation.ActionMute, Room: room, Participant: moderation.Participant{ID: "PA1", Identity: "nobody"}})
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.nobody")
		for _, cursor := range []string{"f=0&s=1&t=PAPA0&n=1", "f=2&s=1", "f=0&s=0", "f=0&s=1001", "%zz", "f=0&s=1&t=a+b", "f=0&s=1&k=-1"} {
			_, err := a.Participants(t.Context(), room, provider.ParticipantQuery{Cursor: cursor})
			providertest.WantCode(t, err, moderation.CodeInvalid, "twilio.page_gone")
		}
		for _, r := range a.Requests() {
			if r.Method != http.MethodGet {
				t.Errorf("sent %+v", r)
			}
		}
	})
}

// A page token that Twilio no longer takes is not the end of the list.
func TestSaysThatAPageIsGone(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("one")
		a.AddRoom("two")
		page, err := a.Rooms(t.Context(), provider.RoomQuery{Limit: 1})
		if err != nil || page.Next == "" {
			t.Fatal(page, err)
		}
		a.Fail(twiliotest.Fault{Path: "/Rooms", Status: 400, Code: 20001, Message: "Page token is invalid"})
		_, err = a.Rooms(t.Context(), provider.RoomQuery{Limit: 1, Cursor: page.Next})
		providertest.WantCode(t, err, moderation.CodeInvalid, "twilio.page_gone")
	})
}

func TestSeesRecordingsAndTracks(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", "mia")
		if a.MustRoom(t, sid).Recording {
			t.Error("shown as recorded")
		}
		listed := a.MustRoom(t, sid)
		a.Record(sid)
		if !a.MustRoom(t, sid).Recording || !provider.NewClient("video", "twilio-video", a.Driver).Complete(t.Context(), listed).Recording {
			t.Error("a recording is not seen")
		}
	})
}

func TestCallbacks(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		room := a.AddRoom("daily", "mia")
		const path = "/webhooks/video"
		for _, c := range []struct {
			method string
			form   url.Values
			token  string
			rooms  int
			code   moderation.Code
		}{
			{"POST", url.Values{"RoomSid": {room}, "StatusCallbackEvent": {"participant-connected"}}, twiliotest.AuthToken, 1, ""},
			{"POST", url.Values{"RoomSid": {"RM1"}}, twiliotest.AuthToken, 0, ""},
			{"POST", url.Values{"RoomSid": {room}}, "another", 0, moderation.CodeUnauthenticated},
			{"GET", url.Values{"RoomSid": {room}}, twiliotest.AuthToken, 1, ""},
		} {
			body, address, signed := c.form.Encode(), path, c.form
			if c.method == "GET" {
				body, address, signed = "", path+"?"+c.form.Encode(), nil
			}
			r := httptest.NewRequestWithContext(t.Context(), c.method, address, strings.NewReader(body))
			r.Header.Set("X-Twilio-Signature", twiliotest.Sign(c.token, publicURL+address, signed))
			hints, err := a.Driver.(provider.Webhooker).Webhook(r, []byte(body))
			providertest.WantCode(t, err, c.code, "")
			if len(hints) != c.rooms || c.rooms == 1 && hints[0].RoomID != room {
				t.Errorf("%s: hints %+v", c.method, hints)
			}
		}
	})
}

// What nobody was given is no mute: in a room that is no group room Twilio has no rules.
func TestNoRulesForAnybody(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		chaos := a.MustPerson(t, room, "chaos")
		a.Fail(twiliotest.Fault{Path: "SubscribeRules", Status: http.StatusNotFound, Code: 20404, Message: "The requested resource was not found"})
		for _, action := range []moderation.Action{moderation.ActionMute, moderation.ActionMuteAll, moderation.ActionCoach} {
			_, err := a.Act(t, provider.Order{Action: action, Room: room, Participant: chaos, Listener: a.MustPerson(t, room, "mia")})
			providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.no_rules")
		}
	})
}

// Twilio may give smaller pages than asked for: nobody's camera is overlooked.
func TestTracksOfAllPages(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", four...)
		narrow := inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			if q.Has("PageSize") {
				q.Set("PageSize", "1")
				r.URL.RawQuery = q.Encode()
			}
			a.ServeHTTP(w, r)
		})}
		driver, err := twiliovideo.Type.Open(t.Context(), provider.Settings{Name: "video", Transport: narrow, Values: map[string]string{
			"account_sid": twiliotest.AccountSID, "api_key": twiliotest.APIKey, "api_secret": twiliotest.APISecret,
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = driver.Close() }()
		subject := providertest.Subject{Driver: driver}
		chaos := subject.MustPerson(t, subject.MustRoom(t, "daily"), "chaos")
		if audio, _ := chaos.Sends(moderation.Audio); !audio {
			t.Errorf("no microphone: %+v", chaos.Tracks)
		}
		if video, _ := chaos.Sends(moderation.Video); !video {
			t.Errorf("no camera: %+v", chaos.Tracks)
		}
	})
}
