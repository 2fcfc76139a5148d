package e2e_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
)

// TestReadyNotesAChannelThatTakesNothing asks /-/ready of the built program: a
// channel without the app is noted and leaves the program ready.
func TestReadyNotesAChannelThatTakesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	workspace := rig.Slack(t, slack.Options{})
	bot := rig.Install(t, workspace, "http: {listen: \"127.0.0.1:0\"}\nproviders: [{name: sim, type: simulated}]")
	bot.Start(ctx)
	address := bot.Listens(ctx)
	defer http.DefaultClient.CloseIdleConnections()
	until := func(status int, want string) {
		t.Helper()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/-/ready", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err == nil && answer.StatusCode == status && string(text) == want+"\n" {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				t.Fatalf("%d %s, want %d %s", answer.StatusCode, text, status, want)
			}
		}
	}
	until(200, `{"ready":true}`)
	if err := workspace.Remove(slack.Audit, slack.BotUser); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.As(slack.Olive).Command(ctx, "/room-kick", "standup Chaos", slack.Moderation); err != nil {
		t.Fatal(err)
	}
	until(200, `{"ready":true,"notes":{"audit":"channel `+slack.Audit+`: channel_not_found"}}`)
	if err := workspace.Invite(slack.Audit, slack.BotUser); err != nil {
		t.Fatal(err)
	}
	until(200, `{"ready":true}`)
	workspace.Refuse("too_many_websockets")
	for _, socket := range workspace.Sockets() {
		socket.Cut()
	}
	until(503, `{"ready":false,"wrong":{"slack":"Slack ended the connection: too_many_websockets"}}`)
	if status := bot.Stop(); status != 0 {
		t.Errorf("exit status %d\n%s", status, bot.Log())
	}
}
