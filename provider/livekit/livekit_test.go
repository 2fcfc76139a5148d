package livekit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// desk is a driver in front of a room.
type desk struct {
	*provider.Client
	room moderation.Room
}

func sit(t *testing.T, server *livekittest.Server, name string) *desk {
	t.Helper()
	d := &desk{Client: provider.NewClient("live", "livekit", open(t, server.URL, nil))}
	room, err := d.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	d.room = room
	return d
}

// who returns someone as the server shows them now.
func (d *desk) who(t *testing.T, identity string) moderation.Participant {
	t.Helper()
	p, err := d.Participant(t.Context(), d.room, identity)
	if err != nil {
		t.Fatalf("%s: %v", identity, err)
	}
	return p
}

// await waits until the server shows someone as they should be.
func (d *desk) await(t *testing.T, identity, what string, so func(moderation.Participant) bool) moderation.Participant {
	t.Helper()
	var p moderation.Participant
	livekittest.Until(t, identity+" "+what, func() bool {
		p = d.who(t, identity)
		return so(p)
	})
	return p
}

// blocked tells whether exactly these media are blocked.
func blocked(media ...moderation.Media) func(moderation.Participant) bool {
	return func(p moderation.Participant) bool { return slices.Equal(p.Blocked, media) }
}

// act carries an order out on someone, or on the room.
func (d *desk) act(t *testing.T, a moderation.Action, identity string, change func(*provider.Order)) provider.Effect {
	t.Helper()
	o := provider.Order{Action: a, Room: d.room}
	if identity != "" {
		o.Participant = d.who(t, identity)
	}
	if change != nil {
		change(&o)
	}
	effect, err := d.Act(t.Context(), o)
	if err != nil {
		t.Fatalf("%s %s: %v", a, identity, err)
	}
	return effect
}

func media(m moderation.Media) func(*provider.Order) {
	return func(o *provider.Order) { o.Media = m }
}

func says(e provider.Effect) string {
	keys := []string{}
	for _, s := range e.Says {
		keys = append(keys, s.Key)
	}
	return strings.Join(keys, " ")
}

// A token joins with its own rights, whatever the connection before had lost.
func TestStandingMeasuresMeetWhoComesBack(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	coach := livekittest.Join(t, server, name, "coach", livekittest.Microphone())
	learner := livekittest.Join(t, server, name, "learner")
	g := livekittest.Join(t, server, name, "alice", livekittest.Microphone())
	learner.AwaitHears(t, "coach")
	d := sit(t, server, name)
	mute := provider.Order{Action: moderation.ActionMute, Room: d.room, Participant: d.who(t, "alice")}
	coaching := provider.Order{
		Action: moderation.ActionCoach, Room: d.room, Participant: d.who(t, "coach"), Listener: d.who(t, "learner"),
	}
	others := provider.Order{Action: moderation.ActionMute, Room: d.room, Participant: d.who(t, "learner")}
	for _, o := range []provider.Order{mute, coaching} {
		if _, err := d.Act(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	g.Leave()
	if err := g.Return(); err != nil {
		t.Fatal(err)
	}
	back := d.who(t, "alice")
	if len(back.Blocked) != 0 || back.ID == mute.Participant.ID {
		t.Fatalf("the old token should join with its own rights: %+v", back)
	}
	newcomer := provider.Order{Room: d.room, Participant: back}
	if _, err := d.Greet(t.Context(), newcomer, []provider.Order{mute, coaching, others}); err != nil {
		t.Fatal(err)
	}
	d.await(t, "alice", "is blocked again", blocked(moderation.Audio))
	if p := d.who(t, "learner"); p.IsBlocked(moderation.Audio) {
		t.Errorf("a greeting reached someone else: %+v", p)
	}
	g.AwaitHearsNot(t, "coach")
	learner.AwaitHears(t, "coach")
	_ = coach
	everyone := provider.Order{Action: moderation.ActionMuteAll, Room: d.room, Media: moderation.Video}
	if _, err := d.Greet(t.Context(), newcomer, []provider.Order{everyone}); err != nil {
		t.Fatal(err)
	}
	d.await(t, "alice", "meets the mute of all", blocked(moderation.Audio, moderation.Video))
}

func TestKindsAreShownAndSpared(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	for identity, kind := range map[string]lk.ParticipantInfo_Kind{
		"person": lk.ParticipantInfo_STANDARD, "caller": lk.ParticipantInfo_SIP, "bot": lk.ParticipantInfo_AGENT,
		"tape": lk.ParticipantInfo_EGRESS, "stream": lk.ParticipantInfo_INGRESS,
	} {
		attributes := map[string]string{}
		if kind == lk.ParticipantInfo_SIP {
			attributes = map[string]string{"sip.phoneNumber": "+16175551212", "sip.callStatus": "active"}
		}
		livekittest.Join(t, server, name, identity, livekittest.OfKind(kind, attributes), livekittest.Microphone())
	}
	d := sit(t, server, name)
	kinds := map[string]moderation.Kind{}
	err := provider.EachParticipant(t.Context(), d, d.room, func(p moderation.Participant) bool {
		kinds[p.Identity] = p.Kind
		if p.Kind == moderation.Phone && p.Number != "+16175551212" {
			t.Errorf("the caller's number is %q", p.Number)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]moderation.Kind{
		"person": moderation.Person, "caller": moderation.Phone, "bot": moderation.Agent,
		"tape": moderation.Recorder, "stream": moderation.Ingress,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	var last int
	effect := d.act(t, moderation.ActionMuteAll, "", func(o *provider.Order) {
		o.Progress = func(done, total int) { last = 10*done + total }
	})
	if effect.Reached != 2 || last != 22 {
		t.Errorf("reached %+v, told %d", effect, last)
	}
	for identity, kind := range kinds {
		d.await(t, identity, "is muted where it should be", func(p moderation.Participant) bool {
			return p.IsBlocked(moderation.Audio) == kind.Human()
		})
	}
}

func TestRoomsAsTheServerNamesThem(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t) + " Ümlaut / #1 "
	server.CreateRoom(t, name, `{"auth_id":"tenant-1"}`)
	livekittest.Join(t, server, name, "alice", livekittest.Metadata(`{"role":"host"}`))
	d := sit(t, server, name)
	if tenant, ok := d.room.AuthID(); d.room.Name != name || !ok || tenant != "tenant-1" || d.room.Participants != 1 || d.room.CreatedAt.IsZero() {
		t.Errorf("%+v", d.room)
	}
	if p := d.who(t, "alice"); p.Metadata != `{"role":"host"}` || p.JoinedAt.IsZero() {
		t.Errorf("%+v", p)
	}
	if _, err := d.Room(t.Context(), strings.ToUpper(name)); moderation.CodeOf(err) != moderation.CodeNotFound {
		t.Errorf("another spelling: %v", err)
	}
	effect := d.act(t, moderation.ActionSet, "alice", func(o *provider.Order) {
		o.Options = map[string]string{"name": "Alice A.", "metadata": `{"role":"guest"}`}
	})
	d.await(t, "alice", "is called otherwise", func(p moderation.Participant) bool {
		return p.Name == "Alice A." && p.Metadata == `{"role":"guest"}` && len(effect.Says) == 0
	})
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	for name, values := range map[string]map[string]string{
		"secret": {"api_secret": "another-secret-altogether"}, "key": {"api_key": "nobody"},
	} {
		d := provider.NewClient("live", "livekit", open(t, server.URL, values))
		err := d.Probe(t.Context())
		if moderation.CodeOf(err) != moderation.CodeUnauthenticated || !d.State().Down {
			t.Errorf("a wrong %s: %v, %+v", name, err, d.State())
		}
		if strings.Contains(err.Error(), "eyJ") || strings.Contains(err.Error(), values["api_secret"]) && values["api_secret"] != "" {
			t.Errorf("a secret is in %v", err)
		}
	}
}

func TestDialWithoutASIPService(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	livekittest.Join(t, server, name, "alice")
	d := provider.NewClient("live", "livekit", open(t, server.URL, map[string]string{"sip_trunk": "ST_none"}))
	if level := d.Capabilities(moderation.Room{})[moderation.CanDial].Level; level != moderation.Native {
		t.Errorf("with a trunk dialling is %q", level)
	}
	_, err := d.Act(t.Context(), provider.Order{
		Action: moderation.ActionDial, Room: moderation.Room{ID: name, Name: name}, Number: "+16175551212", Label: "reporter",
	})
	if moderation.CodeOf(err) != moderation.CodeRejected {
		t.Errorf("a call without a SIP service: %v", err)
	}
}
