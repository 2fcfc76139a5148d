package twiliovideo_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// The tests in this file walk through Twilio's article on removing someone from
// a video call. What is quoted in comments is the article's.

// "I've joined the video chat with two different identities — mia and CHAOS."
// "You will see a list of the remote participants."
func TestShowsWhoIsThere(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", "mia", "CHAOS")
		a.Connect(sid, "passer-by")
		a.Disconnect(a.Present(sid)["passer-by"])
		room := a.MustRoom(t, "daily")
		if room.ID != sid || room.Ref().String() != "video:daily" {
			t.Errorf("room %+v", room)
		}
		page, err := a.Participants(t.Context(), room, provider.ParticipantQuery{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range page.Participants {
			got = append(got, p.Identity)
			if sends, muted := p.Sends(moderation.Audio); !sends || muted || p.ID != a.Present(sid)[p.Identity] {
				t.Errorf("%+v", p)
			}
			if sends, _ := p.Sends(moderation.Video); !sends {
				t.Errorf("%s sends no video", p.Identity)
			}
		}
		if diff := cmp.Diff([]string{"mia", "CHAOS"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// "This function will take a participant's sid and a video room's sid and then
// remove that participant from the video room."
func TestRemovesAParticipant(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", "mia", "CHAOS")
		room := a.MustRoom(t, "daily")
		chaos := a.MustPerson(t, room, "CHAOS")
		a.Requests()
		a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: chaos})
		sent := standin.Writes(a.Requests())
		if len(sent) != 1 || sent[0].Path != "/v1/Rooms/"+sid+"/Participants/"+chaos.ID || sent[0].Form.Get("Status") != "disconnected" {
			t.Errorf("sent %+v", sent)
		}
		// "CHAOS has been removed from the chat and is now disconnected."
		if _, there := a.Present(sid)["CHAOS"]; there {
			t.Error("CHAOS is still there")
		}
		_, err := a.Participant(t.Context(), room, "CHAOS")
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.nobody")
		_, err = a.Participant(t.Context(), room, chaos.ID)
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.nobody")
		if _, there := a.Present(sid)["mia"]; !there {
			t.Error("mia is gone too")
		}
		effect := a.MustAct(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: chaos})
		if len(effect.Says) != 1 || effect.Says[0].Key != "twilio-video.kick.gone" {
			t.Errorf("says %v", effect.Says)
		}
	})
}

// "Missing one of: sid, participantIdentity"
func TestSaysWhatIsMissing(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", "mia")
		room := a.MustRoom(t, "daily")
		a.Requests()
		for _, o := range []provider.Order{{Room: room}, {Participant: moderation.Participant{ID: "PA1"}}, {}} {
			o.Action = moderation.ActionKick
			_, err := a.Act(t, o)
			providertest.WantCode(t, err, moderation.CodeInvalid, "twilio-video.kick.missing")
		}
		if sent := a.Requests(); len(sent) != 0 {
			t.Errorf("sent %v", sent)
		}
	})
}

// "Unable to remove participant"
func TestSaysThatSomeoneCouldNotBeRemoved(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", "mia", "CHAOS")
		room := a.MustRoom(t, "daily")
		chaos := a.MustPerson(t, room, "CHAOS")
		a.Fail(twiliotest.Fault{Method: "POST", Path: chaos.ID, Status: 400, Code: 53200, Message: "Participant cannot be changed"})
		_, err := a.Act(t, provider.Order{Action: moderation.ActionKick, Room: room, Participant: chaos})
		providertest.WantCode(t, err, moderation.CodeRejected, "twilio-video.kick.failed")
		a.MustPerson(t, room, "CHAOS")
	})
}

func TestListsRoomsByPageAndName(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		for i := range 60 {
			a.AddRoom("room-" + strconv.Itoa(i))
		}
		over := a.MustRoom(t, "room-7")
		a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: over})
		a.AddRoom("a/b ?#%", "mia")

		seen := map[string]bool{}
		for q := (provider.RoomQuery{Limit: 25}); ; {
			page, err := a.Rooms(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rooms {
				seen[r.Name] = true
			}
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
		}
		if len(seen) != 60 || seen["room-7"] {
			t.Errorf("%d rooms seen, room-7 %v", len(seen), seen["room-7"])
		}
		page, err := a.Rooms(t.Context(), provider.RoomQuery{Search: "ROOM-5", Limit: 3})
		if err != nil || len(page.Rooms) != 3 || page.Next == "" {
			t.Fatalf("%+v %v", page, err)
		}
		rest, err := a.Rooms(t.Context(), provider.RoomQuery{Search: "ROOM-5", Limit: 30, Cursor: page.Next})
		if err != nil || len(rest.Rooms) != 8 || rest.Next != "" {
			t.Errorf("%d more rooms, next %q, %v", len(rest.Rooms), rest.Next, err)
		}
		if room := a.MustRoom(t, "a/b ?#%"); room.Name != "a/b ?#%" {
			t.Errorf("room %+v", room)
		}
		for _, name := range []string{"room-7", over.ID, "RM00000000000000000000000000000000", "nothing", "", ".", "..", "../Rooms", strings.Repeat("x", 300)} {
			_, err := a.Room(t.Context(), name)
			providertest.WantCode(t, err, moderation.CodeNotFound, "")
		}
	})
}

func TestEndsARoom(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", "mia", "CHAOS")
		room := a.MustRoom(t, "daily")
		a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: room})
		if a.Live(sid) || len(a.Present(sid)) != 0 {
			t.Error("the room goes on")
		}
		effect := a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: room})
		if len(effect.Says) != 1 || effect.Says[0].Key != "twilio-video.end.over" {
			t.Errorf("says %v", effect.Says)
		}
		_, err := a.Act(t, provider.Order{Action: moderation.ActionMute, Room: room, Participant: moderation.Participant{ID: "PA1", Identity: "mia"}})
		providertest.WantCode(t, err, moderation.CodeNotFound, "twilio-video.nobody")
	})
}
