package livekit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// soon is how long a test waits for what should happen at once.
const soon = 60 * time.Second

// shift is the built program between the stand-in for Slack and a LiveKit server.
type shift struct {
	t     *testing.T
	ctx   context.Context
	slack *slack.Server
	bot   *rig.Bot
	live  *livekittest.Server
	gate  *gate
}

// newShift starts the program with the provider live, and more providers in
// YAML. Mo is a moderator there.
func newShift(t *testing.T, live *livekittest.Server, more ...string) *shift {
	t.Helper()
	rig.Binary(t) // what building takes is not the program's
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	t.Cleanup(cancel)
	s := &shift{t: t, ctx: ctx, slack: rig.Slack(t, slack.Options{PostRate: -1}), live: live, gate: newGate(t, live.URL)}
	s.bot = rig.Install(t, s.slack, fmt.Sprintf(`http: {listen: "127.0.0.1:0"}
providers:
  - {name: live, type: livekit, url: "%s", api_key: %s, api_secret: %s}
%s`, s.gate.url, live.Key, live.Secret, strings.Join(more, "\n")))
	s.bot.Start(ctx)
	t.Cleanup(s.close)
	s.types(slack.Olive, "/room-role", "grant <@"+slack.Mo+"> moderator live:*", "moderator")
	return s
}

// close stops the program and checks what holds of every shift.
func (s *shift) close() {
	if status := s.bot.Stop(); status != 0 {
		s.t.Errorf("exit status %d", status)
	}
	for _, v := range s.slack.Violations() {
		s.t.Errorf("Slack would refuse: %+v", v)
	}
	if log := s.bot.Log(); strings.Contains(log, "eyJ") || strings.Contains(log, s.live.Secret+`"`) {
		s.t.Errorf("a token or a secret is in the log:\n%s", log)
	}
	for _, m := range s.slack.Messages(slack.Audit) {
		s.plainWords(m.Plain())
	}
	if s.t.Failed() {
		s.t.Logf("the program says:\n%s", s.bot.Log())
	}
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
	return s.types(slack.Mo, "/room", command, want...)
}

func (s *shift) types(user, command, text string, want ...string) slack.Message {
	s.t.Helper()
	reply, err := s.slack.As(user).Command(s.ctx, command, text, slack.Moderation)
	if err != nil {
		s.t.Fatalf("%s %s: %v", command, text, err)
	}
	m, err := reply.Await(s.ctx, slack.Contains(want...))
	if err != nil {
		s.t.Fatalf("%s %s: %v", command, text, err)
	}
	s.plainWords(m.Plain())
	return m
}

// technical is what nobody in Slack should have to read.
var technical = regexp.MustCompile(`(?i)twirp|rpc |dial tcp|connection refused|goroutine|status code|deadline exceeded|%!|<nil>|not_found|\*[a-z]+\.[A-Z]`)

func (s *shift) plainWords(text string) {
	s.t.Helper()
	if found := technical.FindString(text); found != "" {
		s.t.Errorf("%q is shown in Slack: %s", found, text)
	}
}

// caseMetadata is what the message of a case carries.
type caseMetadata struct {
	Action      string `json:"action"`
	Outcome     string `json:"outcome"`
	Actor       string `json:"actor"`
	Room        string `json:"room"`
	Participant string `json:"participant"`
}

// cases returns the cases of the audit channel.
func (s *shift) cases() []caseMetadata {
	s.t.Helper()
	var all []caseMetadata
	for _, m := range s.slack.Messages(slack.Audit) {
		var metadata struct {
			Payload caseMetadata `json:"event_payload"`
		}
		if err := json.Unmarshal(m.Metadata, &metadata); err != nil {
			s.t.Fatalf("no metadata: %s: %v", m.Plain(), err)
		}
		all = append(all, metadata.Payload)
	}
	return all
}

// audited waits until the audit channel has a case just so.
func (s *shift) audited(want caseMetadata) {
	s.t.Helper()
	err := s.slack.Await(s.ctx, func() bool {
		for _, c := range s.cases() {
			if c == want {
				return true
			}
		}
		return false
	})
	if err != nil {
		s.t.Fatalf("no case %+v among %+v", want, s.cases())
	}
}

// did waits for a case of Mo's that succeeded.
func (s *shift) did(action, room, participant string) {
	s.t.Helper()
	s.audited(caseMetadata{Action: action, Outcome: "succeeded", Actor: slack.Mo, Room: room, Participant: participant})
}

// there fails the test where a guest has been put out.
func (s *shift) there(guests ...*livekittest.Guest) {
	s.t.Helper()
	for _, g := range guests {
		if e, out := g.Saw(func(e livekittest.Event) bool {
			return e.Kind == livekittest.Disconnected && e.Text != string(lksdk.LeaveRequested)
		}); out {
			s.t.Errorf("%s is out of %q: %s", g.Identity, g.Room, e.Text)
		}
	}
}

// returns brings a guest in again with the old token.
func (s *shift) returns(g *livekittest.Guest) {
	s.t.Helper()
	if err := g.Return(); err != nil {
		s.t.Fatalf("%s cannot return with the old token: %v", g.Identity, err)
	}
}
