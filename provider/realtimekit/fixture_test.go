package realtimekit_test

import (
	"net/http/httptest"
	"testing"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/described"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// app is a stand-in and a driver that speaks to it.
type app struct {
	*realtimekittest.Server
	providertest.Subject
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
	return &app{Server: standIn, Subject: providertest.Subject{Driver: driver}, url: server.URL}
}

// sent returns what was sent that changes something since the last call.
func (a *app) sent() []realtimekittest.Request { return standin.Writes(a.Requests()) }

func says(effect provider.Effect, key string) bool {
	for _, s := range effect.Says {
		if s.Key == key {
			return true
		}
	}
	return false
}
