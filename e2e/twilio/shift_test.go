package twilio_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliotest/described"
)

// shift is the built program between the stand-ins for Slack and for Twilio.
// Olive, an owner, works in it.
type shift struct {
	*rig.Shift
	*twiliotest.Server
	t *testing.T
}

// hidden is what the log may not hold: numbers of the tests' callers, and secrets.
var hidden = regexp.MustCompile(`\+1617555\d{4}|\+1555867\d{4}|` + twiliotest.AuthToken + `|` + twiliotest.APISecret)

func newShift(t *testing.T) *shift {
	t.Helper()
	return newShiftWith(t, twiliotest.Config{WritesPerSecond: 20, ReadsPerSecond: 80})
}

func newShiftWith(t *testing.T, c twiliotest.Config) *shift {
	t.Helper()
	twilio := twiliotest.New(c)
	api := httptest.NewServer(described.Handler(twilio, func(err error) { t.Errorf("not as described: %v", err) }))
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
		twilio.Close()
	})
	return &shift{t: t, Server: twilio, Shift: rig.Begin(t, slack.Options{}, hidden,
		fmt.Sprintf(`http: {listen: "127.0.0.1:0", public_url: "https://rw.example.org"}
providers:
  - {name: calls, type: twilio-voice, account_sid: %[1]s, auth_token: %[2]q, base_url: %[5]q, caller_id: "+15005550006"}
  - {name: video, type: twilio-video, account_sid: %[1]s, api_key: %[3]s, api_secret: %[4]s, auth_token: %[2]q, base_url: %[5]q}`,
			twiliotest.AccountSID, twiliotest.AuthToken, twiliotest.APIKey, twiliotest.APISecret, api.URL))}
}

// typed lets Olive type a /room command and waits for an answer that shows text.
func (s *shift) typed(command, shows string) slack.Message {
	s.t.Helper()
	return s.Types(slack.Olive, "/room", command, shows)
}

// audited waits for a case of an action with an outcome.
func (s *shift) audited(action, outcome string) {
	s.t.Helper()
	s.Audited(rig.Case{Action: action, Outcome: outcome})
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
	for _, r := range standin.Writes(s.Requests()) {
		s.t.Errorf("%s: sent %s %s %v", what, r.Method, r.Path, r.Form)
	}
}
