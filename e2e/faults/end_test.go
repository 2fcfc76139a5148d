package faults_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

const providers = "http: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]"

func TestLastingErrorsEndRunWithTheRemedy(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(s *slack.Server)
		says  string
	}{
		"switched off":     {func(s *slack.Server) { s.Refuse(slack.LinkDisabled) }, "Socket Mode is switched off"},
		"a token of ruin":  {func(s *slack.Server) { s.Inject(slack.Fault{Method: "apps.connections.open", Error: "invalid_auth"}) }, "slack.app_token"},
		"a missing scope":  {func(s *slack.Server) { s.Inject(slack.Fault{Method: "apps.connections.open", Error: "missing_scope"}) }, "connections:write"},
		"a bot token gone": {func(s *slack.Server) { s.Inject(slack.Fault{Method: "auth.test", Error: "token_revoked"}) }, "slack.bot_token"},
		"not Slack":        {func(s *slack.Server) { s.Inject(slack.Fault{Method: "apps.connections.open", Status: 404}) }, "slack.api_url"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rig.Slack(t, slack.Options{})
			test.spoil(s)
			b := rig.Install(t, s, providers)
			b.Launch()
			if status := b.Wait(); status != 1 {
				t.Errorf("exit status %d", status)
			}
			if !strings.Contains(b.Log(), test.says) {
				t.Errorf("no remedy in:\n%s", b.Log())
			}
		})
	}
}

// One stop in three is enough: a busy machine may hold up the others.
func TestStoppingTakesTenSecondsAtMost(t *testing.T) {
	t.Parallel()
	s := rig.Slack(t, slack.Options{})
	b := rig.Install(t, s, "http: {listen: \"\"}\nproviders: [{name: sim, type: simulated, faults: kick=hang}]")
	quickest := time.Hour
	for _, who := range []string{"ada", "ben", "chaos"} {
		if quickest = min(quickest, stopAtWork(t, s, b, who)); quickest <= 10*time.Second {
			return
		}
	}
	t.Errorf("stopped after %s at the best", quickest)
}

// stopAtWork stops a program whose provider does not answer, and returns how
// long that took. The next start settles what was under way and answers.
func stopAtWork(t *testing.T, s *slack.Server, b *rig.Bot, who string) time.Duration {
	t.Helper()
	b.Start(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	reply, err := s.As(slack.Olive).Command(ctx, "/room-kick", "standup "+who, slack.Moderation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.Await(ctx, slack.Contains("Working")); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	if status := b.Stop(); status != 0 {
		t.Errorf("exit status %d\n%s", status, b.Log())
	}
	took := time.Since(asked)
	b.Start(t.Context())
	settled, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if _, err := rig.AwaitCase(settled, s, rig.Case{Action: "kick", Participant: who, Outcome: "failed"}); err != nil {
		t.Fatalf("%v\n%s", err, b.Log())
	}
	if status := b.Stop(); status != 0 {
		t.Errorf("exit status %d\n%s", status, b.Log())
	}
	return took
}

func TestAStormOfTheRealProgramIsSmall(t *testing.T) {
	if size(t) < 100 {
		t.Skip("takes a minute: ROOMWARDEN_FAULTS=100 runs it")
	}
	t.Parallel()
	s := rig.Slack(t, slack.Options{})
	s.Refuse(slack.RefreshRequested)
	b := rig.Install(t, s, providers)
	b.Launch()
	began := time.Now()
	rest(time.Minute)
	opens := 0
	for _, at := range s.Opens() {
		if at.Sub(began) < time.Minute {
			opens++
		}
	}
	t.Logf("%d opens", opens)
	if opens > 40 {
		t.Errorf("%d opens in the first minute of a storm", opens)
	}
	if status := b.Stop(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
