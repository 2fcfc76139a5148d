package livekit_test

import (
	"slices"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// Whom a mute of all did not reach is named to the caller and in the case.
func TestPartialMuteOfAll(t *testing.T) {
	const mic = lk.TrackSource_MICROPHONE
	s := newShift(t, livekittest.Start(t))
	ines, otto, ann := s.join("forum", "Ines"), s.join("forum", "Otto"), s.join("forum", "Ann")
	s.gate.FailOf("user-otto", "UpdateParticipant", 503, `{"code":"unavailable","msg":"twirp error unknown: no response from servers"}`)
	s.typed("mute-all forum", "2", "Otto")
	taken(t, ines, mic)
	taken(t, ann, mic)
	if !mayPublish(otto, mic) {
		t.Error("Otto is muted all the same")
	}
	c := s.Audited(rig.Case{Action: "mute_all", Outcome: "partial", Actor: slack.Mo, Room: "forum"})
	shown := slices.ContainsFunc(s.Slack.Messages(slack.Audit), func(m slack.Message) bool {
		return slack.Contains("muted everyone", "not all were reached", "Otto", "did not answer")(m)
	})
	if !shown {
		t.Errorf("case %d does not name whom it did not reach", c.Case)
	}
	s.gate.Heal()
	s.there(ines, otto, ann)
}

// Agents, recorders and streams are shown as what they are and put out by name.
func TestKickByNameWhoIsNoPerson(t *testing.T) {
	s := newShift(t, livekittest.Start(t))
	s.join("lab", "Ann")
	for _, one := range []struct {
		name, shown string
		kind        lk.ParticipantInfo_Kind
	}{
		{"Helper", "agent", lk.ParticipantInfo_AGENT}, {"Taper", "recorder", lk.ParticipantInfo_EGRESS}, {"Feed", "stream", lk.ParticipantInfo_INGRESS},
	} {
		g := s.join("lab", one.name, livekittest.OfKind(one.kind, nil))
		s.typed("list live:lab", one.name, one.shown)
		s.typed("kick lab "+one.name, one.name+" is out")
		g.AwaitOut(t)
		s.did("kick", "lab", g.Identity)
	}
}
