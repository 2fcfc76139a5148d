package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// The doctor names what is wrong, each with its remedy, also beside a running bot.
func TestDoctor(t *testing.T) {
	const sound = "http: {listen: \"\"}\nproviders: [{name: sim, type: simulated}]"
	without := func(scopes ...string) []string {
		return slices.DeleteFunc(slices.Clone(slack.ProductScopes), func(s string) bool { return slices.Contains(scopes, s) })
	}
	for _, test := range []struct {
		name   string
		scopes []string
		change func(s *slack.Server, b *rig.Bot)
		rest   string
		status int
		want   []string
	}{
		{"all is well", nil, nil, sound, 0, []string{"ok     The bot token", "ok     sim answers"}},
		{"beside a running bot", nil, func(_ *slack.Server, b *rig.Bot) { b.Start(t.Context()) }, sound, 0, []string{"ok     The audit record"}},
		{"a scope is missing", without("usergroups:read"), nil, sound, 3, []string{"FAULT  The scope usergroups:read is missing", "Add usergroups:read"}},
		{"not invited", nil, func(s *slack.Server, _ *rig.Bot) { _ = s.Remove(slack.Audit, slack.BotUser) }, sound, 3, []string{"FAULT", slack.Audit, "/invite"}},
		{"another token", nil, func(_ *slack.Server, b *rig.Bot) { b.Override("SLACK_BOT_TOKEN=xoxb-other") }, sound, 3, []string{"FAULT", "bot token"}},
		{"a provider is down", nil, nil, "http: {listen: \"\"}\nproviders: [{name: live, type: livekit, url: \"ws://127.0.0.1:9\", api_key: k, api_secret: ssssssssssssssssssssssssssssssss}]", 3, []string{"FAULT  live cannot be used"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace := rig.Slack(t, slack.Options{Scopes: test.scopes})
			b := rig.Install(t, workspace, test.rest)
			if test.change != nil {
				test.change(workspace, b)
			}
			out, errs, status := b.Run(t.Context(), "doctor")
			if status != test.status {
				t.Errorf("exit status %d\n%s%s", status, out, errs)
			}
			for _, want := range test.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s%s", want, out, errs)
				}
			}
		})
	}
}
