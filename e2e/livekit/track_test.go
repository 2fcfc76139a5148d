package livekit_test

import (
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// "Mutes or unmutes a participant's published track": one, by its sid.
func TestMuteOneTrack(t *testing.T) {
	const mic, camera = lk.TrackSource_MICROPHONE, lk.TrackSource_CAMERA
	s := newShift(t, livekittest.StartWith(t, livekittest.Options{RemoteUnmute: true}))
	ines, otto := s.join("studio", "Ines", livekittest.Camera()), s.join("studio", "Otto")
	changed := func(kind livekittest.EventKind, source lk.TrackSource) func(livekittest.Event) bool {
		return func(e livekittest.Event) bool { return e.Kind == kind && e.Of == "user-ines" && e.Source == source }
	}

	s.typed("mute studio user-ines track_sid="+ines.TrackSID(mic)+" a dog barks", "Track", ines.TrackSID(mic), "of Ines", "is muted", "can unmute that track at any moment")
	ines.Await(t, "her microphone muted", changed(livekittest.Muted, mic))
	s.did("mute", "studio", "user-ines")
	if !mayPublish(ines, mic) || ines.TrackSID(mic) == "" {
		t.Error("the right to speak went with the track")
	}
	s.typed("unmute studio user-ines track_sid="+ines.TrackSID(mic), "no longer muted")
	ines.Await(t, "her microphone unmuted", changed(livekittest.Unmuted, mic))

	// The medium is the track's own, also for what the caller must be allowed.
	s.typed("mute studio user-ines track_sid="+ines.TrackSID(camera), "is muted")
	ines.Await(t, "her camera muted", changed(livekittest.Muted, camera))
	s.Types(slack.Olive, "/room-role", "define ears list_rooms disable_participant_audio", "ears")
	s.Types(slack.Olive, "/room-role", "grant <@"+slack.Vera+"> ears live:*", "ears")
	s.gate.Forget()
	s.Types(slack.Vera, "/room-unmute", "studio user-ines track_sid="+ines.TrackSID(camera), "disable_participant_video")
	s.Audited(rig.Case{Action: "unmute", Outcome: "refused", Actor: slack.Vera, Room: "studio", Participant: "user-ines"})
	s.gate.Unchanged(t, "a track of a medium that one may not mute")

	// The answer of the server would be OK for each of these, without a track.
	for _, wrong := range []struct{ words, says string }{
		{"track_sid=TR_nothing", "TR_nothing`, so nothing was done"},
		{"track_sid=" + otto.TrackSID(mic), otto.TrackSID(mic) + "`, so nothing was done"},
		{"video track_sid=" + ines.TrackSID(mic), "is audio, not video"},
		{"track_sid=", "needs a value"},
		{"track=" + ines.TrackSID(mic), "no option here"},
	} {
		for _, command := range []string{"mute", "unmute"} {
			s.typed(command+" studio user-ines "+wrong.words, wrong.says)
		}
	}
	s.typed("mute studio user-ines track_sid=?", ines.TrackSID(mic)+" (microphone)", ines.TrackSID(camera)+" (camera)")
	s.typed("mute studio user-ines 10m track_sid="+ines.TrackSID(mic), "cannot have a time")
	s.gate.Unchanged(t, "tracks that are not hers")

	// Taking it back is of the track too, and nothing goes on standing.
	question := s.caseOf("mute", "user-ines", ines.TrackSID(camera))
	if _, err := s.Slack.As(slack.Mo).Press(s.Ctx, question, "Undo"); err != nil {
		t.Fatal(err)
	}
	ines.Await(t, "her camera unmuted", changed(livekittest.Unmuted, camera))
	ines.Leave()
	s.returns(ines)
	s.typed("list live:studio", "Ines", "Otto")
	if !mayPublish(ines, mic) || !mayPublish(ines, camera) {
		t.Error("the mute of a track goes on after a return")
	}
	s.there(ines, otto)
}

// caseOf waits for the message of a case that shows a text.
func (s *shift) caseOf(action, participant, text string) slack.Message {
	s.t.Helper()
	var found slack.Message
	err := s.Slack.Await(s.Ctx, func() bool {
		for i, c := range s.Cases() {
			m := s.Slack.Messages(slack.Audit)[i]
			if c.Action == action && c.Participant == participant && c.Outcome == "succeeded" && slack.Contains(text)(m) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		s.t.Fatalf("no case of %s of %s shows %q", action, participant, text)
	}
	return found
}
