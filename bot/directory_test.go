package bot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"testing"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
)

// TestDirectoryUser holds who counts as of another workspace, and which
// failures say that Slack never tells the app.
func TestDirectoryUser(t *testing.T) {
	t.Parallel()
	const ours = `{"ok":true,"team_id":"T1","user_id":"UBOT"}`
	tests := []struct {
		name, self, user   string
		external, withheld bool
	}{
		{name: "of our workspace", self: ours, user: `{"ok":true,"user":{"id":"U1","team_id":"T1"}}`},
		{name: "of another", self: ours, user: `{"ok":true,"user":{"id":"U1","team_id":"T2"}}`, external: true},
		{name: "a stranger", self: ours, user: `{"ok":true,"user":{"id":"U1","team_id":"T1","is_stranger":true}}`, external: true},
		{name: "no workspace named", self: ours, user: `{"ok":true,"user":{"id":"U1"}}`},
		{name: "our own workspace not named", self: `{"ok":true}`, user: `{"ok":true,"user":{"id":"U1","team_id":"T1"}}`},
		{
			name: "of our enterprise", self: `{"ok":true,"team_id":"T1","enterprise_id":"E1"}`,
			user: `{"ok":true,"user":{"id":"U1","team_id":"T2","enterprise_user":{"enterprise_id":"E1"}}}`,
		},
		{name: "scope missing", self: ours, user: `{"ok":false,"error":"missing_scope","needed":"users:read"}`, withheld: true},
		{name: "not found", self: ours, user: `{"ok":false,"error":"user_not_found"}`},
		{name: "Slack out of order", self: ours, user: `{"ok":false,"error":"internal_error"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			says := map[string]string{"auth.test": test.self, "users.info": test.user}
			slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprint(w, says[path.Base(r.URL.Path)])
			}))
			defer slack.Close()
			people := bot.NewDirectory(bot.Config{APIURL: slack.URL + "/api/", BotToken: "xoxb-1"})
			person, err := people.User(t.Context(), "U1")
			if person.External != test.external {
				t.Errorf("external %v, want %v", person.External, test.external)
			}
			if errors.Is(err, commands.ErrWithheld) != test.withheld {
				t.Errorf("withheld %v, want %v: %v", !test.withheld, test.withheld, err)
			}
		})
	}
}

// A reading that its caller has left ends with the bot, and none begins after it.
func TestNoReadingOutlivesTheBot(t *testing.T) {
	t.Parallel()
	asked, left := make(chan struct{}), make(chan struct{})
	slack := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		close(asked)
		<-r.Context().Done()
		close(left)
	}))
	defer slack.Close()
	people := bot.NewDirectory(bot.Config{APIURL: slack.URL + "/api/", BotToken: "xoxb-1"})
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, err := people.User(ctx, "U1")
		answered <- err
	}()
	<-asked
	leave()
	if err := <-answered; err == nil {
		t.Error("known")
	}
	bot.CloseDirectory(people)
	<-left
	if _, err := people.User(t.Context(), "U2"); err == nil {
		t.Error("known afterwards")
	}
}
