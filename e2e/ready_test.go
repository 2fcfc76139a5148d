package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/e2e/rig"
	"github.com/roomwarden/roomwarden/internal/eventually"
)

// TestReadyNotesAChannelThatTakesNothing asks /-/ready of the built program: a
// channel without the app is noted and leaves the program ready.
func TestReadyNotesAChannelThatTakesNothing(t *testing.T) {
	workspace := rig.Slack(t, slack.Options{})
	bot := rig.Install(t, workspace, "http: {listen: \"127.0.0.1:0\"}\nproviders: [{name: sim, type: simulated}]")
	ctx, cancel := context.WithTimeout(t.Context(), rig.Soon)
	defer cancel()
	bot.Start(ctx)
	address := bot.Listens(ctx)
	defer http.DefaultClient.CloseIdleConnections()
	until := func(status int, want string) {
		t.Helper()
		var got string
		eventually.Until(ctx, t, fmt.Sprintf("%d %s", status, want), func() bool {
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/-/ready", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatalf("%v; before, it was %s", err, got)
			}
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			got = fmt.Sprintf("%d %s", answer.StatusCode, text)
			return err == nil && got == fmt.Sprintf("%d %s\n", status, want)
		})
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
