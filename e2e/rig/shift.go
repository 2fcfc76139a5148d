package rig

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/internal/eventually"
)

// Soon is how long a shift lasts at the most. Everything in it happens at once:
// this is for what hangs, not for a busy machine.
const Soon = 3 * time.Minute

// Shift is the built program at work between the stand-in for Slack and a
// service, with what a walk through a document types, presses and reads. What it
// waits for fails the test where it does not come.
type Shift struct {
	Ctx   context.Context //nolint:containedctx // a shift lasts as long as its context
	Slack *slack.Server
	Bot   *Bot

	t      testing.TB
	secret *regexp.Regexp
}

// Begin installs the program with rest of the configuration, as Install does,
// and starts it. At the test's end it is stopped; then its exit status, what
// Slack would have refused, what may not be in the log and whether moderators
// were told something technical are checked.
func Begin(t testing.TB, o slack.Options, secret *regexp.Regexp, rest string) *Shift {
	t.Helper()
	Binary(t) // what building takes is not the shift's
	ctx, cancel := context.WithTimeout(t.Context(), Soon)
	t.Cleanup(cancel)
	s := &Shift{Ctx: ctx, Slack: Slack(t, o), t: t, secret: secret}
	s.Bot = Install(t, s.Slack, rest)
	s.Bot.Start(ctx)
	t.Cleanup(s.end)
	return s
}

func (s *Shift) end() {
	if status := s.Bot.Stop(); status != 0 {
		s.t.Errorf("exit status %d", status)
	}
	for _, v := range s.Slack.Violations() {
		s.t.Errorf("Slack would refuse: %+v", v)
	}
	if found := s.secret.FindString(s.Bot.Log()); found != "" {
		s.t.Errorf("the log holds %q", found)
	}
	for _, m := range s.Slack.Messages(slack.Audit) {
		s.plainWords(m.Plain())
	}
	if s.t.Failed() {
		s.t.Logf("the program says:\n%s", s.Bot.Log())
	}
}

// technical is what nobody in Slack should have to read.
var technical = regexp.MustCompile(`(?i)twirp|rpc |dial tcp|connection refused|goroutine|status code|deadline exceeded|%!|<nil>|not_found|\*[a-z]+\.[A-Z]`)

func (s *Shift) plainWords(text string) {
	s.t.Helper()
	if found := technical.FindString(text); found != "" {
		s.t.Errorf("%q is shown in Slack: %s", found, text)
	}
}

// Types lets someone type a command and waits for an answer that shows all of want.
func (s *Shift) Types(user, command, text string, want ...string) slack.Message {
	s.t.Helper()
	reply, err := s.Slack.As(user).Command(s.Ctx, command, text, slack.Moderation)
	if err != nil {
		s.t.Fatalf("%s %s: %v", command, text, err)
	}
	m, err := reply.Await(s.Ctx, slack.Contains(want...))
	if err != nil {
		s.t.Fatalf("%s %s never shows %q but %s", command, text, want, reply)
	}
	s.plainWords(m.Plain())
	return m
}

// Presses lets someone press a button, in the row of near where there are
// several. What was asked before is answered with yes.
func (s *Shift) Presses(user string, on slack.Screen, button string, near ...string) *slack.Reply {
	s.t.Helper()
	reply, err := s.Slack.As(user).Press(s.Ctx, on, button, near...)
	if err != nil {
		s.t.Fatalf("%s: %v", button, err)
	}
	return reply
}

// Shown waits for a message that fits in what someone sees of the moderators' channel.
func (s *Shift) Shown(user, what string, fits func(slack.Message) bool) slack.Message {
	s.t.Helper()
	m, err := s.Slack.As(user).AwaitMessage(s.Ctx, slack.Moderation, fits)
	if err != nil {
		for _, m := range s.Slack.As(user).Sees(slack.Moderation) {
			s.t.Logf("seen: %s", m.Plain())
		}
		s.t.Fatalf("never: %s: %v", what, err)
	}
	return m
}

// Dialog waits until the topmost of someone's dialogs shows all of want.
func (s *Shift) Dialog(user string, want ...string) slack.View {
	s.t.Helper()
	var top slack.View
	err := s.Slack.Await(s.Ctx, func() bool {
		open := s.Slack.As(user).Modals()
		if len(open) == 0 {
			return false
		}
		top = open[len(open)-1]
		return slack.Shows(want...)(top)
	})
	if err != nil {
		s.t.Fatalf("no dialog shows %q but %q", want, top.Plain())
	}
	return top
}

// Until waits until something holds at the service, of which nothing tells.
func (s *Shift) Until(what string, holds func() bool) {
	s.t.Helper()
	eventually.Until(s.Ctx, s.t, what, holds)
}

// Audited waits until the audit channel has a case like want, and returns it.
func (s *Shift) Audited(want Case) Case {
	s.t.Helper()
	c, err := AwaitCase(s.Ctx, s.Slack, want)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// Cases returns what the messages in the audit channel carry.
func (s *Shift) Cases() []Case {
	s.t.Helper()
	all, err := Cases(s.Slack)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}
