package realtimekit_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/described"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// app is a stand-in and a driver that speaks to it.
type app struct {
	*realtimekittest.Server
	provider.Driver
	url string
}

func settings(address string) provider.Settings {
	return provider.Settings{Name: "meet", Values: map[string]string{
		"account_id": realtimekittest.AccountID, "app_id": realtimekittest.AppID, "api_token": realtimekittest.APIToken,
		"base_url": address, "no_video_preset": "no-video",
	}}
}

// newApp starts a stand-in whose every request and answer is held to
// Cloudflare's description.
func newApp(t testing.TB, config realtimekittest.Config, change ...func(*provider.Settings)) *app {
	t.Helper()
	standIn := realtimekittest.New(config)
	server := httptest.NewServer(described.Handler(standIn, func(err error) { t.Errorf("not as described: %v", err) }))
	s := settings(server.URL)
	for _, f := range change {
		f(&s)
	}
	driver, err := realtimekit.Unmetered(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
		server.CloseClientConnections()
		server.Close()
	})
	return &app{Server: standIn, Driver: driver, url: server.URL}
}

// act carries an order out as the client does.
func (a *app) act(t testing.TB, o provider.Order) (provider.Effect, error) {
	t.Helper()
	return provider.NewClient("meet", "realtimekit", a.Driver).Act(t.Context(), o)
}

// mustAct is act for orders that are taken.
func (a *app) mustAct(t testing.TB, o provider.Order) provider.Effect {
	t.Helper()
	effect, err := a.act(t, o)
	if err != nil {
		t.Fatalf("%s: %v", o.Action, err)
	}
	return effect
}

func (a *app) room(t testing.TB, name string) moderation.Room {
	t.Helper()
	room, err := a.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func (a *app) person(t testing.TB, room moderation.Room, who string) moderation.Participant {
	t.Helper()
	p, err := a.Participant(t.Context(), room, who)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sent returns what was sent that changes something since the last call.
func (a *app) sent() []realtimekittest.Request {
	var writes []realtimekittest.Request
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet {
			writes = append(writes, r)
		}
	}
	return writes
}

func wantCode(t testing.TB, err error, code moderation.Code, key string) {
	t.Helper()
	if moderation.CodeOf(err) != code {
		t.Fatalf("code %q, want %q: %v", moderation.CodeOf(err), code, err)
	}
	var e *moderation.Error
	if key != "" && (!errors.As(err, &e) || e.Says.Key != key) {
		t.Fatalf("says %v, want %s", err, key)
	}
}

func says(effect provider.Effect, key string) bool {
	for _, s := range effect.Says {
		if s.Key == key {
			return true
		}
	}
	return false
}
