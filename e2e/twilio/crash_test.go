package twilio_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// killed types a command of whose changes Twilio answers so many, carries out
// the rest or not, and does not answer them; then it kills the program. It
// returns the number of the case once the next start has settled it.
func (s *shift) killed(typed string, answered int, carriesOut bool, want rig.Case) uint64 {
	s.t.Helper()
	s.Requests()
	s.Fail(twiliotest.Fault{Method: http.MethodPost, Skip: answered, Act: carriesOut, Hang: true})
	if _, err := s.Slack.As(slack.Olive).Command(s.Ctx, "/room", typed, slack.Moderation); err != nil {
		s.t.Fatal(err)
	}
	sent := 0
	s.Until(typed+" is under way", func() bool {
		sent += len(standin.Writes(s.Requests()))
		return sent > answered
	})
	s.Bot.Kill()
	s.Heal()
	s.Bot.Start(s.Ctx)
	return s.Audited(want).Case
}

// undone takes a case back and waits for the answer.
func (s *shift) undone(number uint64, shows string) {
	s.t.Helper()
	s.typed(fmt.Sprintf("undo %d", number), shows)
}

// A mute, a hold and a whisper whose answers are lost in a crash: the next start
// settles them, and an undo gives back what was before, no more and no less.
func TestUndoAfterACrashOnTheTelephone(t *testing.T) {
	for _, c := range []struct {
		action, who, typed, shows string
	}{
		{"mute", "quiet", "mute calls:support quiet", "stays muted"},
		{"hold", "guest", "hold calls:support guest", "is back in"},
		{"coach", "lead", "coach calls:support lead agent", "heard by everyone again"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			s := newShift(t)
			sid := s.AddConference("support",
				twiliotest.Caller{Label: "agent", Number: "client:agent"}, twiliotest.Caller{Label: "lead", Number: "client:lead"},
				twiliotest.Caller{Label: "guest", Number: "+16175551212"},
				twiliotest.Caller{Label: "quiet", Number: "+16175551213", Muted: true})
			call := s.sidOf(t, sid, c.who)
			before := s.Call(call)
			number := s.killed(c.typed, 0, true, rig.Case{Action: c.action, Participant: c.who, Outcome: "succeeded"})
			s.undone(number, c.shows)
			after := s.Call(call)
			after.HoldMethod = before.HoldMethod // Twilio's default, once asked
			if diff := cmp.Diff(before, after); diff != "" {
				t.Error(diff)
			}
			if heard := s.Hears(s.sidOf(t, sid, "agent"), call); heard == before.Muted {
				t.Errorf("heard by the agent: %v", heard)
			}
		})
	}
}

// The same by rules: killed when some of the others have theirs. An app of its
// own keeps chaos's sound from mia, and lets bob get nothing.
func TestUndoAfterACrashOfRules(t *testing.T) {
	for _, c := range []struct {
		action, who, typed, shows string
	}{
		{"mute", "chaos", "mute video:daily chaos", "may speak again"},
		{"hold", "bob", "hold video:daily bob", "is back in"},
		{"coach", "mia", "coach video:daily mia chaos", "heard by everyone again"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			s := newShift(t)
			room := s.AddRoom("daily", "mia", "chaos", "ada", "bob", "eve")
			muted := twiliotest.Rule{Type: "exclude", Publisher: "chaos", Kind: "audio"}
			s.SetRules(s.Present(room)["mia"], append(twiliotest.IncludeAll(), muted)...)
			s.SetRules(s.Present(room)["bob"], twiliotest.Rule{Type: "exclude", All: true})
			rules := func() map[string][]twiliotest.Rule {
				all := map[string][]twiliotest.Rule{}
				for who, sid := range s.Present(room) {
					all[who] = s.Rules(sid)
				}
				return all
			}
			before := rules()
			number := s.killed(c.typed, 2, false, rig.Case{Action: c.action, Participant: c.who, Outcome: "partial"})
			s.undone(number, c.shows)
			if diff := cmp.Diff(before, rules()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
