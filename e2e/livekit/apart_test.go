package livekit_test

import (
	"testing"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// A whisper stands: for what the coach starts later, for who comes later, and
// when the coach or the one who is coached leaves and comes back.
func TestWhisperStands(t *testing.T) {
	calls := newCallbacks(t)
	s := newShift(t, livekittest.StartWith(t, livekittest.Options{WebhookURL: calls.url}))
	calls.connect(s)
	lena, otto, ines := s.join("desk", "Lena"), s.join("desk", "Otto"), s.join("desk", "Ines")
	tape := s.join("desk", "Tape", livekittest.OfKind(lk.ParticipantInfo_EGRESS, nil))
	ines.AwaitHears(t, "user-lena")
	tape.AwaitHears(t, "user-lena")
	apart := func(what string, others ...*livekittest.Guest) {
		t.Helper()
		livekittest.Until(t, what+" has been told to the server", func() bool { return s.gate.Count("UpdateSubscriptions") >= len(others) })
		for _, g := range others {
			g.AwaitHearsNot(t, "user-lena")
		}
		otto.AwaitHears(t, "user-lena")
		s.gate.Forget()
	}

	s.Types(slack.Olive, "/room-coach", "desk user-lena user-otto", "Lena", "heard by Otto alone", "nobody is told")
	apart("the whisper", ines, tape)
	s.Audited(rig.Case{Action: "coach", Outcome: "succeeded", Actor: slack.Olive, Room: "desk", Participant: "user-lena"})
	ines.AwaitHears(t, "user-otto")

	if err := lena.Publish(lk.TrackSource_CAMERA); err != nil {
		t.Fatal(err)
	}
	apart("the camera that was started later", ines, tape)
	nora := s.join("desk", "Nora")
	apart("who came later", nora)

	otto.Leave()
	s.returns(otto)
	otto.AwaitHears(t, "user-lena")
	ines.AwaitHearsNot(t, "user-lena")

	s.gate.Forget()
	lena.Leave()
	s.returns(lena)
	apart("the coach who came back", ines, tape, nora)
	s.typed("list live:desk", "Lena", "coaching")

	s.Types(slack.Olive, "/room-uncoach", "desk user-lena", "Lena", "heard by everyone again")
	for _, g := range []*livekittest.Guest{ines, otto, nora, tape} {
		g.AwaitHears(t, "user-lena")
	}
	late := s.join("desk", "Late")
	late.AwaitHears(t, "user-lena")
	s.there(lena, otto, ines, nora, tape, late)
}

// The end of a hold gives back just what was taken, also by a program that has
// been started anew; and what was muted meanwhile stays muted.
func TestHoldGivesBackWhatItTook(t *testing.T) {
	const mic = lk.TrackSource_MICROPHONE
	s := newShift(t, livekittest.Start(t))
	talker := func(v *auth.VideoGrant) { v.SetCanPublishSources([]lk.TrackSource{mic}) }
	guests := []*livekittest.Guest{
		s.join("lobby", "Anyone"),
		s.join("lobby", "Talker", livekittest.Granted(talker)),
		livekittest.Join(t, s.live, "lobby", "user-listener", livekittest.Named("Listener"),
			livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublish(false); v.SetCanUpdateOwnMetadata(true) })),
	}
	muted := s.join("lobby", "Muted", livekittest.Granted(talker))
	var before []*lk.ParticipantPermission
	for _, g := range guests {
		before = append(before, g.Permissions())
	}
	for _, g := range append(guests, muted) {
		s.typed("hold lobby "+g.Identity, "on hold")
		livekittest.Until(t, g.Identity+" is on hold", func() bool { return !g.Permissions().GetCanSubscribe() && !g.Permissions().GetCanPublish() })
	}
	if status := s.Bot.Stop(); status != 0 {
		t.Fatalf("exit status %d", status)
	}
	s.Bot.Start(s.Ctx)
	s.typed("mute lobby user-muted", "is muted")
	for i, g := range guests {
		s.typed("unhold lobby "+g.Identity, "is back")
		livekittest.Until(t, g.Identity+" has what it had", func() bool { return proto.Equal(g.Permissions(), before[i]) })
	}
	s.typed("list live:lobby", "Muted", "muted by a moderator", "on hold")
	s.typed("unhold lobby user-muted", "is back")
	livekittest.Until(t, "who was muted on hold hears", func() bool { return muted.Permissions().GetCanSubscribe() })
	if p := muted.Permissions(); p.GetCanPublish() {
		t.Errorf("who was muted on hold may publish: %v", p)
	}
	s.typed("unmute lobby user-muted", "may speak again")
	livekittest.Until(t, "who was muted may speak, and nothing else", func() bool {
		return mayPublish(muted, mic) && !mayPublish(muted, lk.TrackSource_CAMERA)
	})
	if err := muted.Publish(mic); err != nil {
		t.Error(err)
	}
	s.there(append(guests, muted)...)
}

// Also where the program was killed after the server had done it and before it
// could say so.
func TestHoldGivesBackWhatItTookBeforeAKill(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	g := livekittest.Join(t, s.live, "porch", "user-listener", livekittest.Named("Listener"),
		livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublish(false) }))
	before := g.Permissions()
	done := s.gate.Hold("UpdateParticipant", rig.AfterServer)
	if _, err := s.Slack.As(slack.Mo).Command(s.Ctx, "/room-hold", "porch user-listener", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-s.Ctx.Done():
		t.Fatal("nobody was put on hold")
	}
	s.Bot.Kill()
	s.gate.Heal()
	s.Bot.Start(s.Ctx)
	s.Audited(rig.Case{Action: "hold", Outcome: "succeeded", Actor: slack.Mo, Room: "porch", Participant: "user-listener"})
	livekittest.Until(t, "the listener is on hold", func() bool { return !g.Permissions().GetCanSubscribe() })
	s.typed("unhold porch user-listener", "is back")
	livekittest.Until(t, "the listener has what they had", func() bool { return proto.Equal(g.Permissions(), before) })
	s.there(g)
}
