package twilio_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
)

// soon is how long a test waits for what should happen at once.
const soon = 60 * time.Second

// shift is the built program between the stand-ins for Slack and for Twilio.
type shift struct {
	*twiliotest.Server
	t     *testing.T
	ctx   context.Context
	slack *slack.Server
	bot   *rig.Bot
}

func newShift(t *testing.T) *shift {
	t.Helper()
	twilio := twiliotest.New(twiliotest.Config{WritesPerSecond: 20, ReadsPerSecond: 80})
	api := httptest.NewServer(described.Handler(twilio, func(err error) { t.Errorf("not as described: %v", err) }))
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
		twilio.Close()
	})
	s := rig.Slack(t, slack.Options{})
	b := rig.Install(t, s, fmt.Sprintf(`http: {listen: "127.0.0.1:0", public_url: "https://rw.example.org"}
providers:
  - {name: calls, type: twilio-voice, account_sid: %[1]s, auth_token: %[2]q, base_url: %[5]q, caller_id: "+15005550006"}
  - {name: video, type: twilio-video, account_sid: %[1]s, api_key: %[3]s, api_secret: %[4]s, auth_token: %[2]q, base_url: %[5]q}`,
		twiliotest.AccountSID, twiliotest.AuthToken, twiliotest.APIKey, twiliotest.APISecret, api.URL))
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	t.Cleanup(cancel)
	b.Start(ctx)
	t.Cleanup(func() {
		if status := b.Stop(); status != 0 {
			t.Errorf("exit status %d", status)
		}
		for _, v := range s.Violations() {
			t.Errorf("Slack would refuse: %+v", v)
		}
		if log := b.Log(); numbers.MatchString(log) || strings.Contains(log, twiliotest.AuthToken) || strings.Contains(log, twiliotest.APISecret) {
			t.Errorf("a number or a secret is in the log:\n%s", log)
		}
		if t.Failed() {
			t.Logf("the program says:\n%s", b.Log())
		}
	})
	return &shift{Server: twilio, t: t, ctx: ctx, slack: s, bot: b}
}

var numbers = regexp.MustCompile(`\+1617555\d{4}|\+1555867\d{4}`)

// typed types a command and waits for an answer that shows text.
func (s *shift) typed(command, shows string) slack.Message {
	s.t.Helper()
	reply, err := s.slack.As(slack.Olive).Command(s.ctx, "/room", command, slack.Moderation)
	if err != nil {
		s.t.Fatalf("/room %s: %v", command, err)
	}
	return s.shown(func(m slack.Message) bool {
		for _, of := range reply.Messages() {
			if of.TS == m.TS {
				return strings.Contains(screen(m), shows)
			}
		}
		return false
	}, "/room "+command+" shows "+shows)
}

// shown waits for a message that fits in the moderators' channel.
func (s *shift) shown(fits func(slack.Message) bool, what string) slack.Message {
	s.t.Helper()
	m, err := s.slack.As(slack.Olive).AwaitMessage(s.ctx, slack.Moderation, fits)
	if err != nil {
		for _, m := range s.slack.As(slack.Olive).Sees(slack.Moderation) {
			s.t.Logf("seen: %s", screen(m))
		}
		s.t.Fatalf("never: %s: %v", what, err)
	}
	return m
}

// press presses a button in a row and returns what was asked before.
func (s *shift) press(on slack.Screen, what string, near ...string) *slack.Reply {
	s.t.Helper()
	reply, err := s.slack.As(slack.Olive).Press(s.ctx, on, what, near...)
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	return reply
}

// modal waits for a dialog that shows text.
func (s *shift) modal(shows string) slack.View {
	s.t.Helper()
	var top slack.View
	err := s.slack.Await(s.ctx, func() bool {
		open := s.slack.As(slack.Olive).Modals()
		if len(open) == 0 {
			return false
		}
		top = open[len(open)-1]
		return strings.Contains(screen(top), shows)
	})
	if err != nil {
		s.t.Fatalf("no dialog shows %q: %s", shows, screen(s.slack.As(slack.Olive).Modals()))
	}
	return top
}

// audited waits for the audit channel to tell of an action.
func (s *shift) audited(action, outcome string) {
	s.t.Helper()
	_, err := s.slack.As(slack.Olive).AwaitMessage(s.ctx, slack.Audit, func(m slack.Message) bool {
		text := string(m.Metadata)
		return strings.Contains(text, fmt.Sprintf(`"action":%q`, action)) && strings.Contains(text, fmt.Sprintf(`"outcome":%q`, outcome))
	})
	if err != nil {
		s.t.Fatalf("no case of a %s that %s", action, outcome)
	}
}

// sent returns the form of the last request that changed something at a path
// that ends so, and forgets the requests.
func (s *shift) sent(method, end string) url.Values {
	s.t.Helper()
	all := s.Requests()
	for i := len(all) - 1; i >= 0; i-- {
		if r := all[i]; r.Method == method && strings.HasSuffix(r.Path, end) {
			return r.Form
		}
	}
	s.t.Fatalf("no %s of …%s among %d requests", method, end, len(all))
	return nil
}

// unchanged fails the test where a request changed something since it was last asked.
func (s *shift) unchanged(what string) {
	s.t.Helper()
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			s.t.Errorf("%s: sent %s %s %v", what, r.Method, r.Path, r.Form)
		}
	}
}

func screen(on any) string {
	raw, err := json.Marshal(on)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
