package realtimekit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/described"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// soon is how long a test waits for what should happen at once.
const soon = 60 * time.Second

// shift is the built program between the stand-ins for Slack and for
// RealtimeKit. The provider meet has the bridge where chromium is set; plain
// has a preset for stopping video.
type shift struct {
	*realtimekittest.Server
	t     *testing.T
	ctx   context.Context
	edge  *edge.Edge
	slack *slack.Server
	bot   *rig.Bot
}

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
	s := rig.Slack(t, slack.Options{})
	b := rig.Install(t, s, fmt.Sprintf(`providers:
  - {name: meet, type: realtimekit, account_id: %[1]q, app_id: %[2]q, api_token: %[3]q, base_url: %[4]q, bridge: {chromium: %[5]q, base_uri: %[6]q, certificate: %[7]q}}
  - {name: plain, type: realtimekit, account_id: %[1]q, app_id: %[2]q, api_token: %[3]q, base_url: %[4]q, no_video_preset: no-video}`,
		realtimekittest.AccountID, realtimekittest.AppID, realtimekittest.APIToken, api.URL, chromium, clients.Base, clients.Certificate))
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
		if log := b.Log(); strings.Contains(log, realtimekittest.APIToken) || strings.Contains(log, "eyJ") {
			t.Errorf("a secret is in the log:\n%s", log)
		}
		if t.Failed() {
			t.Logf("the program says:\n%s", b.Log())
		}
	})
	return &shift{Server: kit, t: t, ctx: ctx, edge: clients, slack: s, bot: b}
}

// typed types a command and waits for an answer that shows all texts.
func (s *shift) typed(who, command string, shows ...string) slack.Message {
	s.t.Helper()
	reply, err := s.slack.As(who).Command(s.ctx, "/room", command, slack.Moderation)
	if err != nil {
		s.t.Fatalf("/room %s: %v", command, err)
	}
	m, err := reply.Await(s.ctx, func(m slack.Message) bool {
		for _, text := range shows {
			if !strings.Contains(screen(m), text) {
				return false
			}
		}
		return true
	})
	if err != nil {
		s.t.Fatalf("/room %s never shows %q but %s", command, shows, reply)
	}
	return m
}

// yes types a command that asks first, answers with yes and waits for the outcome.
func (s *shift) yes(command, asks, button, action string) {
	s.t.Helper()
	m := s.typed(slack.Olive, command, asks)
	s.unchanged("a question about " + command)
	if _, err := s.slack.As(slack.Olive).Press(s.ctx, m, button); err != nil {
		s.t.Fatalf("%s: %v: %s", button, err, screen(m))
	}
	s.audited(action, "succeeded")
}

// audited waits for the audit channel to tell of an action, the last of its kind.
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

// writes returns what changed something since it was last asked, without the
// bridge's own coming in.
func (s *shift) writes() []string {
	var all []string
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/participants") {
			all = append(all, r.Method+" "+r.Path[strings.LastIndex(r.Path, "/")+1:]+" "+r.Body)
		}
	}
	return all
}

// wrote fails the test where not this one request changed something.
func (s *shift) wrote(want string) {
	s.t.Helper()
	if got := s.writes(); len(got) != 1 || got[0] != want {
		s.t.Errorf("sent %q, want %q", got, want)
	}
}

func (s *shift) unchanged(what string) {
	s.t.Helper()
	if got := s.writes(); len(got) != 0 {
		s.t.Errorf("%s: sent %q", what, got)
	}
}

// meets waits until something holds in the meeting.
func (s *shift) meets(what string, so func() bool) {
	s.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-s.ctx.Done():
			s.t.Fatalf("never: %s", what)
		case <-again.C:
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
