package livekit_test

import (
	"slices"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// taken waits until the server has taken a guest's tracks of a source.
func taken(t *testing.T, g *livekittest.Guest, source lk.TrackSource) {
	t.Helper()
	g.Await(t, "its "+source.String()+" taken", func(e livekittest.Event) bool {
		return e.Kind == livekittest.Unpublished && e.Of == g.Identity && e.Source == source
	})
}

func mayPublish(g *livekittest.Guest, source lk.TrackSource) bool {
	return mayIn(g.Permissions(), source)
}

func mayIn(p *lk.ParticipantPermission, source lk.TrackSource) bool {
	return p.GetCanPublish() && (len(p.GetCanPublishSources()) == 0 || slices.Contains(p.GetCanPublishSources(), source))
}

// "Mutes or unmutes a participant's published track."
func TestMuteParticipant(t *testing.T) {
	const mic, camera, screen = lk.TrackSource_MICROPHONE, lk.TrackSource_CAMERA, lk.TrackSource_SCREEN_SHARE
	s := newShift(t, livekittest.Start(t))
	ines, otto := s.join("clinic", "Ines", livekittest.Camera()), s.join("clinic", "Otto")
	mute := livekittest.Join(t, s.live, "clinic", "user-mute", livekittest.Named("Mute"))

	s.typed("mute clinic user-ines", "Ines in", "is muted")
	taken(t, ines, mic)
	otto.AwaitHears(t, "user-ines") // her camera
	s.did("mute", "clinic", "user-ines")
	if p := ines.Permissions(); mayPublish(ines, mic) || !mayPublish(ines, camera) || !mayPublish(ines, screen) || !p.GetCanSubscribe() || !p.GetCanPublishData() {
		t.Errorf("more or less than the microphone was taken: %v", p)
	}
	// A return with the old token undoes it at the server, and is muted again.
	ines.Leave()
	s.knocks(ines)
	livekittest.Until(t, "Ines is muted again after her return", func() bool { return ines.Permissions() != nil && !mayPublish(ines, mic) })
	s.typed("unmute clinic user-ines", "may speak again", "have to turn it on themselves")
	livekittest.Until(t, "Ines may speak", func() bool { return mayPublish(ines, mic) })
	if err := ines.Publish(mic); err != nil {
		t.Errorf("Ines cannot speak after her unmute: %v", err)
	}

	// With a time it ends by itself.
	s.typed("mute clinic user-otto 2s coughs", "Otto in", "is muted", "until")
	taken(t, otto, mic)
	livekittest.Until(t, "Otto may speak again by himself", func() bool { return mayPublish(otto, mic) })

	// The camera and the screen alone.
	if err := ines.Publish(camera); err != nil {
		t.Fatal(err)
	}
	if err := ines.Publish(screen); err != nil {
		t.Fatal(err)
	}
	s.typed("mute clinic user-ines video", "video of Ines", "is off")
	taken(t, ines, camera)
	s.typed("mute clinic user-ines screen", "screen of Ines", "is off")
	taken(t, ines, screen)
	livekittest.Until(t, "camera and screen are taken", func() bool { return !mayPublish(ines, camera) && !mayPublish(ines, screen) })
	if !mayPublish(ines, mic) || ines.TrackSID(mic) == "" {
		t.Error("the microphone went with the camera or the screen")
	}

	// Truthful where there is no track; the server would have answered OK.
	s.typed("mute clinic user-mute", "not sending audio", "cannot start now")
	s.typed("mute clinic user-mute video", "not sending video", "cannot start now")
	livekittest.Until(t, "Mute may neither speak nor show", func() bool { return !mayPublish(mute, mic) && !mayPublish(mute, camera) })
	s.there(ines, otto, mute)
}

// A track that is only muted is unmuted where the server allows that, and the
// answer says why it is not where it does not.
func TestRemoteUnmute(t *testing.T) {
	for _, test := range []struct {
		name    string
		allowed bool
		says    string
	}{
		{"on", true, "may speak again"},
		{"off", false, "this server does not let others do it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			live := livekittest.Start(t)
			if test.allowed {
				live = livekittest.StartWith(t, livekittest.Options{RemoteUnmute: true})
			}
			s := newShift(t, live)
			ines := s.join("unmute", "Ines")
			s.typed("mute-all unmute allow_unmute=true", "Everyone", "muted")
			ines.Await(t, "her track muted", func(e livekittest.Event) bool { return e.Kind == livekittest.Muted && e.Of == "user-ines" })
			if !mayPublish(ines, lk.TrackSource_MICROPHONE) {
				t.Error("she may not unmute herself, though that was allowed")
			}
			s.typed("unmute unmute user-ines", test.says)
			if test.allowed {
				ines.Await(t, "her track unmuted", func(e livekittest.Event) bool { return e.Kind == livekittest.Unmuted && e.Of == "user-ines" })
			} else if e, is := ines.Saw(func(e livekittest.Event) bool { return e.Kind == livekittest.Unmuted }); is {
				t.Errorf("it was unmuted all the same: %+v", e)
			}
		})
	}
}

// Everyone is muted, callers by phone too; agents and recorders are shown as what
// they are and left alone.
func TestMuteAll(t *testing.T) {
	const mic = lk.TrackSource_MICROPHONE
	s := newShift(t, livekittest.Start(t))
	ines, otto := s.join("hall", "Ines"), s.join("hall", "Otto")
	caller := s.join("hall", "Caller", livekittest.OfKind(lk.ParticipantInfo_SIP, map[string]string{"sip.phoneNumber": "+16175551212"}))
	agent := s.join("hall", "Helper", livekittest.OfKind(lk.ParticipantInfo_AGENT, nil))
	egress := s.join("hall", "Taper", livekittest.OfKind(lk.ParticipantInfo_EGRESS, nil))
	ingress := s.join("hall", "Stream", livekittest.OfKind(lk.ParticipantInfo_INGRESS, nil))

	s.typed("list live:hall", "Helper", "agent", "Taper", "recorder", "Caller", "phone", "Stream")
	s.typed("mute-all live:hall except user-otto", "Everyone", "2 people")
	taken(t, ines, mic)
	taken(t, caller, mic)
	s.did("mute_all", "hall", "")
	for _, spared := range []*livekittest.Guest{otto, agent, egress, ingress} {
		if !mayPublish(spared, mic) || spared.TrackSID(mic) == "" {
			t.Errorf("%s is muted", spared.Identity)
		}
	}
	if mayPublish(ines, mic) {
		t.Error("Ines may unmute herself")
	}
	s.there(ines, otto, caller, agent, egress, ingress)
}
