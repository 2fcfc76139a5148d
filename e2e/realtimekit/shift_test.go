package realtimekit_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/described"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// shift is the built program between the stand-ins for Slack and for
// RealtimeKit. The provider meet has the bridge where chromium is set; plain
// has a preset for stopping video.
type shift struct {
	*rig.Shift
	*realtimekittest.Server
	edge *edge.Edge
	t    *testing.T
}

// secret is what the log may not hold: the token of the API, and those of guests.
var secret = regexp.MustCompile(realtimekittest.APIToken + `|eyJ`)

func newShift(t *testing.T, chromium string) *shift {
	t.Helper()
	kit := realtimekittest.New(realtimekittest.Config{})
	kit.AddPreset(realtimekittest.Preset{Name: "roomwarden-bridge", Hidden: true, DisableVideo: true, Pin: true, NoVideo: true, NoAudio: true})
	clients, err := edge.Start(kit)
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(described.Handler(kit, func(err error) { t.Errorf("not as described: %v", err) }))
	t.Cleanup(func() {
		api.CloseClientConnections()
		api.Close()
		if err := clients.Close(); err != nil {
			t.Error(err)
		}
	})
	return &shift{t: t, Server: kit, edge: clients, Shift: rig.Begin(t, slack.Options{PostRate: -1}, secret, fmt.Sprintf(`http: {listen: ""}
providers:
  - {name: meet, type: realtimekit, account_id: %[1]q, app_id: %[2]q, api_token: %[3]q, base_url: %[4]q, bridge: {chromium: %[5]q, base_uri: %[6]q, certificate: %[7]q}}
  - {name: plain, type: realtimekit, account_id: %[1]q, app_id: %[2]q, api_token: %[3]q, base_url: %[4]q, no_video_preset: no-video}`,
		realtimekittest.AccountID, realtimekittest.AppID, realtimekittest.APIToken, api.URL, chromium, clients.Base, clients.Certificate))}
}

// typed lets someone type a /room command and waits for an answer that shows all texts.
func (s *shift) typed(who, command string, shows ...string) slack.Message {
	s.t.Helper()
	return s.Types(who, "/room", command, shows...)
}

// yes types a command that asks first, answers with yes and waits for the outcome.
func (s *shift) yes(command, asks, button, action string) {
	s.t.Helper()
	m := s.typed(slack.Olive, command, asks)
	s.unchanged("a question about " + command)
	s.Presses(slack.Olive, m, button)
	s.audited(action, "succeeded")
}

// audited waits for a case of an action with an outcome.
func (s *shift) audited(action, outcome string) {
	s.t.Helper()
	s.Audited(rig.Case{Action: action, Outcome: outcome})
}

// writes returns what changed something since it was last asked, without the
// bridge's own coming in.
func (s *shift) writes() []string {
	var all []string
	for _, r := range standin.Writes(s.Requests()) {
		if !strings.HasSuffix(r.Path, "/participants") {
			all = append(all, r.Method+" "+r.Path[strings.LastIndex(r.Path, "/")+1:]+" "+r.Body)
		}
	}
	return all
}

// wrote waits for a request that changed something, and fails the test where it
// is not this one. What it changes shows before it is recorded.
func (s *shift) wrote(want string) {
	s.t.Helper()
	var got []string
	s.Until("a request", func() bool { got = append(got, s.writes()...); return len(got) > 0 })
	if len(got) != 1 || got[0] != want {
		s.t.Errorf("sent %q, want %q", got, want)
	}
}

func (s *shift) unchanged(what string) {
	s.t.Helper()
	if got := s.writes(); len(got) != 0 {
		s.t.Errorf("%s: sent %q", what, got)
	}
}

// buttons fails the test where the row near someone, or the whole message where
// near is empty, lacks a button or has one too many.
func (s *shift) buttons(on slack.Screen, near string, has, lacks []string) {
	s.t.Helper()
	for _, b := range has {
		if _, err := slack.Find(on, b, near); err != nil {
			s.t.Errorf("no button %s: %v", b, err)
		}
	}
	for _, b := range lacks {
		if _, err := slack.Find(on, b, near); err == nil {
			s.t.Errorf("there is a button %s near %q", b, near)
		}
	}
}

// turns waits until a list that someone sees has changed as it should.
func (s *shift) turns(list slack.Message, what string, so func(slack.Message) bool) slack.Message {
	s.t.Helper()
	return s.Shown(slack.Olive, what, func(m slack.Message) bool { return m.TS == list.TS && so(m) })
}

// has reports whether there is a button near someone.
func has(on slack.Screen, button, near string) bool {
	_, err := slack.Find(on, button, near)
	return err == nil
}

// runs runs a command of the program's own.
func (s *shift) runs(args ...string) {
	s.t.Helper()
	if _, stderr, status := s.Bot.Run(s.Ctx, args...); status != 0 {
		s.t.Fatalf("%s: %s", strings.Join(args, " "), stderr)
	}
}
