package livekit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	lksdk "github.com/livekit/server-sdk-go/v2"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// shift is the built program between the stand-in for Slack and a LiveKit
// server. Mo, a moderator there, works in it.
type shift struct {
	*rig.Shift
	t    *testing.T
	live *livekittest.Server
	gate *rig.Gate
}

// newShift starts the program with the provider live, and more providers in YAML.
func newShift(t *testing.T, live *livekittest.Server, more ...string) *shift {
	t.Helper()
	s := &shift{t: t, live: live, gate: rig.NewGate(t, live.URL)}
	// No token and no secret of the server's may stand in the log.
	secret := regexp.MustCompile(`eyJ[\w-]+\.|` + regexp.QuoteMeta(live.Secret+`"`))
	s.Shift = rig.Begin(t, slack.Options{PostRate: -1}, secret, fmt.Sprintf(`http: {listen: "127.0.0.1:0"}
providers:
  - {name: live, type: livekit, url: "%s", api_key: %s, api_secret: %s}
%s`, s.gate.URL, live.Key, live.Secret, strings.Join(more, "\n")))
	s.Types(slack.Olive, "/room-role", "grant <@"+slack.Mo+"> moderator live:*", "moderator")
	return s
}

// join brings a guest with a microphone into a room.
func (s *shift) join(room, name string, options ...livekittest.Option) *livekittest.Guest {
	s.t.Helper()
	options = append([]livekittest.Option{livekittest.Named(name), livekittest.Microphone()}, options...)
	return livekittest.Join(s.t, s.live, room, "user-"+strings.ToLower(name), options...)
}

// typed lets Mo type a /room command and waits for an answer that shows all of want.
func (s *shift) typed(command string, want ...string) slack.Message {
	s.t.Helper()
	return s.Types(slack.Mo, "/room", command, want...)
}

// did waits for a case of Mo's that succeeded.
func (s *shift) did(action, room, participant string) {
	s.t.Helper()
	s.Audited(rig.Case{Action: action, Outcome: "succeeded", Actor: slack.Mo, Room: room, Participant: participant})
}

// there fails the test where a guest has been put out.
func (s *shift) there(guests ...*livekittest.Guest) {
	s.t.Helper()
	for _, g := range guests {
		if e, out := g.Saw(isPutOut); out {
			s.t.Errorf("%s is out of %q: %s", g.Identity, g.Room, e.Text)
		}
	}
}

func isPutOut(e livekittest.Event) bool {
	return e.Kind == livekittest.Disconnected && e.Text != string(lksdk.LeaveRequested)
}

// returns brings a guest in again with the old token. How earlier stays ended,
// also those in which the guest never quite came in, is past then.
func (s *shift) returns(g *livekittest.Guest) {
	s.t.Helper()
	for past := true; past; {
		_, past = g.Saw(isPutOut)
	}
	if err := g.Return(); err != nil {
		s.t.Fatalf("%s cannot return with the old token: %v", g.Identity, err)
	}
}

// knocks brings a guest in again with the old token who may not publish there
// any more what they published. On a busy machine a join may fail.
func (s *shift) knocks(g *livekittest.Guest) {
	s.t.Helper()
	err := g.Knock(rig.Soon / 10)
	for err != nil && s.Ctx.Err() == nil {
		err = g.Knock(rig.Soon / 10)
	}
	if err != nil {
		s.t.Fatalf("%s cannot return with the old token: %v", g.Identity, err)
	}
}
