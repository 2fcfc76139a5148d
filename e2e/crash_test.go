package e2e_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// The program is killed while LiveKit has the kick and has not answered. The
// next start looks at the room and settles the case.
func TestKilledBetweenIntentAndOutcome(t *testing.T) {
	for _, test := range []struct {
		name    string
		held    rig.Held
		outcome string
	}{
		{"the kick never reached LiveKit", rig.BeforeServer, "failed"},
		{"the kick was carried out", rig.AfterServer, "succeeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			chaos := livekittest.Join(t, s.live, "standup", "user-chaos", livekittest.Named("Chaos"))
			livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
			s.bot.Start(s.ctx)
			held := s.gate.Hold("RemoveParticipant", test.held)
			if _, err := s.slack.As(slack.Mo).Command(s.patience(), "/room-kick", "standup Chaos", slack.Moderation); err != nil {
				t.Fatal(err)
			}
			<-held
			s.bot.Kill()
			s.gate.Heal()
			if test.held == rig.AfterServer {
				chaos.AwaitOut(t)
			}
			s.bot.Start(s.ctx)
			s.audit("kick", "user-chaos", test.outcome)
			s.types(slack.Mo, "/room-list", "standup", "Otto")
			if n := s.countKicks(); n != 1 {
				t.Errorf("%d cases: %+v", n, s.cases())
			}
			s.settled()
		})
	}
}

func (s *scene) countKicks() (n int) {
	for _, c := range s.cases() {
		if c.Action == "kick" {
			n++
		}
	}
	return n
}

// The program is killed after the outcome is on disk and before Slack has taken
// the message, or has taken it and not said so.
func TestKilledBetweenOutcomeAndAuditPost(t *testing.T) {
	for name, taken := range map[string]bool{"before Slack has it": false, "before Slack has said so": true} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			chaos := livekittest.Join(t, s.live, "standup", "user-chaos", livekittest.Named("Chaos"))
			livekittest.Join(t, s.live, "standup", "user-otto", livekittest.Named("Otto"))
			s.bot.Start(s.ctx)
			s.types(slack.Mo, "/room-list", "standup", "Chaos")
			lost := s.slack.Inject(slack.Fault{Method: "chat.postMessage", Channel: slack.Audit, Effect: taken, Hang: true})
			s.types(slack.Mo, "/room-kick", "standup Chaos", "Chaos")
			chaos.AwaitOut(t)
			if err := s.slack.Await(s.patience(), func() bool { return lost.Hits() > 0 }); err != nil {
				t.Fatal(err)
			}
			s.bot.Kill()
			lost.Clear()
			s.bot.Start(s.ctx)
			s.audit("kick", "user-chaos", "succeeded")
			if n := s.countKicks(); n != 1 {
				t.Errorf("the case is told %d times: %+v", n, s.cases())
			}
			s.settled()
		})
	}
}
