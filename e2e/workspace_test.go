package e2e_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// scene is a workspace, an installed bot and a LiveKit server that the bot
// reaches through a gate.
type scene struct {
	t     *testing.T
	ctx   context.Context
	slack *slack.Server
	bot   *rig.Bot
	live  *livekittest.Server
	gate  *rig.Gate
}

// newScene starts everything but the bot. Mo is a moderator and Vera a viewer,
// by the command line, before the bot ever ran.
func newScene(t *testing.T, more ...string) *scene {
	t.Helper()
	live := livekittest.Start(t)
	s := &scene{t: t, ctx: t.Context(), slack: rig.Slack(t, slack.Options{}), live: live, gate: rig.NewGate(t, live.URL)}
	s.bot = rig.Install(t, s.slack, fmt.Sprintf(`http: {listen: ""}
providers:
  - {name: live, type: livekit, url: "%s", api_key: %s, api_secret: %s}
%s`, s.gate.URL, live.Key, live.Secret, strings.Join(more, "\n")))
	s.roomwarden("role", "grant", slack.Mo, "moderator", "live:*")
	s.roomwarden("role", "grant", slack.Milan, "moderator", "live:*")
	s.roomwarden("role", "grant", slack.Vera, "viewer", "live:*")
	return s
}

// roomwarden runs a command of the program, which must succeed.
func (s *scene) roomwarden(args ...string) string {
	s.t.Helper()
	out, errs, status := s.bot.Run(s.ctx, args...)
	if status != 0 {
		s.t.Fatalf("roomwarden %s: exit status %d\n%s%s", strings.Join(args, " "), status, out, errs)
	}
	return out
}

func (s *scene) patience() context.Context {
	ctx, cancel := context.WithTimeout(s.ctx, rig.Soon/3)
	s.t.Cleanup(cancel)
	return ctx
}

// types lets someone type a command and waits for an answer that shows all of want.
func (s *scene) types(user, command, text string, want ...string) slack.Message {
	s.t.Helper()
	ctx := s.patience()
	reply, err := s.slack.As(user).Command(ctx, command, text, slack.Moderation)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", command, text, err, s.bot.Log())
	}
	m, err := reply.Await(ctx, slack.Contains(want...))
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", command, text, err, s.bot.Log())
	}
	return m
}

// audit waits for the message of a case in the audit channel that carries this
// action on this participant with this outcome, and returns its metadata.
func (s *scene) audit(action, participant, outcome string) rig.Case {
	s.t.Helper()
	c, err := rig.AwaitCase(s.patience(), s.slack, rig.Case{Action: action, Participant: participant, Outcome: outcome})
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.bot.Log())
	}
	return c
}

// cases returns what the messages in the audit channel carry.
func (s *scene) cases() []rig.Case {
	s.t.Helper()
	all, err := rig.Cases(s.slack)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// token is what a LiveKit token begins with; ids may hold its first letters too.
var token = regexp.MustCompile(`eyJ[\w-]+\.`)

// settled stops the bot, and checks that the chain closes, that the audit channel has
// each case once, and that Slack had nothing to complain of.
func (s *scene) settled() {
	s.t.Helper()
	if status := s.bot.Stop(); status != 0 {
		s.t.Errorf("exit status %d\n%s", status, s.bot.Log())
	}
	s.roomwarden("audit", "verify")
	seen := map[uint64]bool{}
	for _, c := range s.cases() {
		if seen[c.Case] {
			s.t.Errorf("case %d is told twice", c.Case)
		}
		seen[c.Case] = true
	}
	for _, v := range s.slack.Violations() {
		s.t.Errorf("Slack would have refused: %+v", v)
	}
	if log := s.bot.Log(); strings.Contains(log, s.live.Secret+`"`) || strings.Contains(log, "xoxb-") || strings.Contains(log, "xapp-") || token.MatchString(log) {
		s.t.Errorf("the log holds a secret:\n%s", log)
	}
}
