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

// panel is a room in which people may do different things.
func (s *shift) panel(room string) (guests []*livekittest.Guest, had []*lk.ParticipantPermission) {
	s.t.Helper()
	const mic, camera = lk.TrackSource_MICROPHONE, lk.TrackSource_CAMERA
	guests = []*livekittest.Guest{
		s.join(room, "Anyone"),
		s.join(room, "Talker", livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublishSources([]lk.TrackSource{mic}) })),
		livekittest.Join(s.t, s.live, room, "user-model", livekittest.Named("Model"), livekittest.With(camera),
			livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublishSources([]lk.TrackSource{camera}) })),
		livekittest.Join(s.t, s.live, room, "user-listener", livekittest.Named("Listener"),
			livekittest.Granted(func(v *auth.VideoGrant) { v.SetCanPublish(false) })),
	}
	for _, g := range guests {
		had = append(had, g.Permissions())
	}
	return guests, had
}

// unmutesEach unmutes one after the other, and waits until each has what they had.
func (s *shift) unmutesEach(room string, guests []*livekittest.Guest, had []*lk.ParticipantPermission) {
	s.t.Helper()
	for i, g := range guests {
		says := "had no right to send audio before"
		if mayIn(had[i], lk.TrackSource_MICROPHONE) {
			says = "may speak again"
		}
		s.typed("unmute "+room+" "+g.Identity, says)
		s.did("unmute", room, g.Identity)
		livekittest.Until(s.t, g.Identity+" has what they had", func() bool { return proto.Equal(g.Permissions(), had[i]) })
	}
}

// After a mute of all an unmute gives each back what they had, and nothing to
// those who could not speak before.
func TestUnmuteAfterAMuteOfAll(t *testing.T) {
	const mic = lk.TrackSource_MICROPHONE
	s := newShift(t, livekittest.Start(t))
	guests, had := s.panel("panel")
	s.typed("mute-all panel", "Everyone", "muted")
	for _, g := range guests[:2] {
		taken(t, g, mic)
	}
	s.unmutesEach("panel", guests, had)
	if err := guests[1].Publish(mic); err != nil {
		t.Errorf("who was unmuted cannot speak: %v", err)
	}

	// Muted alone and then with everyone: one unmute ends both.
	s.typed("mute panel user-talker", "is muted")
	s.typed("mute-all panel except user-anyone", "Everyone", "muted")
	livekittest.Until(t, "Talker may not speak", func() bool { return !mayPublish(guests[1], mic) })
	s.unmutesEach("panel", guests[1:2], had[1:2])
	s.there(guests...)
}

// Also where the program was killed after the server had muted everyone and
// before it could say so.
func TestUnmuteAfterAMuteOfAllAndAKill(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	guests, had := s.panel("jury")
	s.gate.Forget()
	done := s.gate.Hold("UpdateParticipant", rig.AfterServer)
	if _, err := s.Slack.As(slack.Mo).Command(s.Ctx, "/room-mute-all", "jury", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-s.Ctx.Done():
		t.Fatal("nobody was muted")
	}
	for _, g := range guests[:2] {
		livekittest.Until(t, g.Identity+" is muted", func() bool { return !mayPublish(g, lk.TrackSource_MICROPHONE) })
	}
	s.Bot.Kill()
	s.gate.Heal()
	s.Bot.Start(s.Ctx)
	s.Audited(rig.Case{Action: "mute_all", Outcome: "succeeded", Actor: slack.Mo, Room: "jury"})
	s.unmutesEach("jury", guests, had)
	s.there(guests...)
}
