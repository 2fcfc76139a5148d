package e2e_test

import (
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// A moderator lists a room of real people, kicks one by button and mutes
// another; a viewer is refused; the audit channel tells it all.
func TestMainJob(t *testing.T) {
	s := newScene(t)
	ines := livekittest.Join(t, s.live, "standup", "user-ines", livekittest.Named("Ines"), livekittest.Microphone())
	livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"), livekittest.Microphone())
	chaos := livekittest.Join(t, s.live, "standup", "user-chaos", livekittest.Named("Chaos"), livekittest.Microphone())
	s.bot.Start(s.ctx)

	s.types(slack.Mo, "/room-list", "", "standup", "Ines", "Otto", "Chaos")
	room := s.types(slack.Mo, "/room-list", "live:standup", "Ines", "Otto", "Chaos")

	reply, err := s.slack.As(slack.Mo).Press(s.patience(), room, "Kick", "Chaos")
	if err != nil {
		t.Fatal(err)
	}
	if reply.Asked == nil || !strings.Contains(reply.Asked.Text.String(), "Chaos") || !strings.Contains(reply.Asked.Text.String(), "standup") {
		t.Errorf("the press did not ask for this person in this room: %+v", reply.Asked)
	}
	if reason := chaos.AwaitOut(t); reason != "removed by server" {
		t.Errorf("Chaos was told %q", reason)
	}
	redrawn, err := reply.Await(s.patience(), func(m slack.Message) bool {
		_, err := slack.Find(m, "Kick", "Chaos")
		return err != nil && slack.Contains("Chaos", "<@"+slack.Mo+">", "Ines", "Otto")(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	kicked := s.audit("kick", "user-chaos", "succeeded")
	want := rig.Case{
		Case: kicked.Case, Seq: kicked.Seq, Hash: kicked.Hash, Action: "kick", Outcome: "succeeded", Actor: slack.Mo,
		Provider: "live", Room: "standup", Participant: "user-chaos", ParticipantName: "Chaos", At: kicked.At,
	}
	if kicked != want || len(kicked.Hash) != 64 || kicked.Seq < 2 {
		t.Errorf("the record in the channel is %+v", kicked)
	}

	if _, err := s.slack.As(slack.Mo).Press(s.patience(), redrawn, "Mute", "Ines"); err != nil {
		t.Fatal(err)
	}
	ines.Await(t, "her microphone taken", func(e livekittest.Event) bool {
		return (e.Kind == livekittest.Muted || e.Kind == livekittest.Unpublished) && e.Of == "user-ines"
	})
	s.audit("mute", "user-ines", "succeeded")
	if permissions := ines.Permissions(); permissions == nil || !permissions.CanSubscribe || !permissions.CanPublishData {
		t.Errorf("muting took more than the microphone: %v", permissions)
	}

	s.types(slack.Vera, "/room-kick", "standup Otto because I can", "kick_participant", "standup", "1201", slack.Olive)
	refused := s.audit("kick", "user-otto", "refused")
	if refused.Actor != slack.Vera || refused.Reason != "because I can" {
		t.Errorf("the refusal in the channel is %+v", refused)
	}
	s.types(slack.Mo, "/room-list", "standup", "Otto")

	s.types(slack.Mo, "/room-unmute", "standup Ines", "Ines")
	s.audit("unmute", "user-ines", "succeeded")
	if err := ines.Publish(livekit.TrackSource_MICROPHONE); err != nil {
		t.Errorf("Ines cannot publish after her unmute: %v", err)
	}

	question := s.types(slack.Olive, "/room-end", "standup that is enough", "standup")
	if _, err := s.slack.As(slack.Olive).Press(s.patience(), question, "End"); err != nil {
		t.Fatal(err)
	}
	ines.AwaitOut(t)
	s.audit("end", "", "succeeded")
	s.settled()
}

// Two moderators press the same button, and one of them twice: the person is
// removed once, and the others are told by whom.
func TestPressesOfTwoModerators(t *testing.T) {
	s := newScene(t)
	chaos := livekittest.Join(t, s.live, "standup", "user-chaos", livekittest.Named("Chaos"), livekittest.Microphone())
	livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
	s.bot.Start(s.ctx)
	first := s.types(slack.Mo, "/room-list", "standup", "Chaos")
	second := s.types(slack.Milan, "/room-list", "standup", "Chaos")
	if _, err := s.slack.As(slack.Mo).Press(s.patience(), first, "Kick", "Chaos"); err != nil {
		t.Fatal(err)
	}
	chaos.AwaitOut(t)
	reply, err := s.slack.As(slack.Milan).Press(s.patience(), second, "Kick", "Chaos")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.Await(s.patience(), slack.Contains("<@"+slack.Mo+">")); err != nil {
		t.Errorf("Milan is not told who did it: %v", err)
	}
	if _, err := s.slack.As(slack.Mo).Press(s.patience(), first, "Kick", "Chaos"); err != nil {
		t.Fatal(err)
	}
	s.types(slack.Mo, "/room-list", "standup", "Otto")
	s.settled()
	count := 0
	for _, c := range s.cases() {
		if c.Action == "kick" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d cases for one removal: %+v", count, s.cases())
	}
}
