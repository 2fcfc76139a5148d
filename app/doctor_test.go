package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

// A provider that cannot even be opened is one fault among the findings, in the
// words that say what is wrong; what comes after it is looked at all the same.
func TestTheDoctorLooksAtEveryProvider(t *testing.T) {
	types := app.Types
	t.Cleanup(func() { app.Types = types })
	app.Types = append(slices.Clone(types), provider.Type{
		Name: "broken", Open: func(context.Context, provider.Settings) (provider.Driver, error) {
			return nil, moderation.Fault(moderation.CodeUnauthenticated, "realtimekit.no_app")
		},
	})
	c := &config.Config{
		Slack:     config.Slack{AppToken: "xapp-1", BotToken: "xoxb-1", APIURL: "http://127.0.0.1:1/api/", AuditChannel: "C0AUDIT00"},
		Store:     config.Store{Scheme: "bolt", Path: filepath.Join(t.TempDir(), "test.db")},
		Providers: []config.Provider{{Name: "first", Type: "broken"}, {Name: "second", Type: "simulated"}},
	}
	said := words.MustLoad("en")
	var faults, good []string
	err := app.Examine(t.Context(), c, func(f moderation.Finding) {
		text := said.Say(words.Plain{}, f.Says)
		if f.OK {
			good = append(good, text)
		} else {
			faults = append(faults, text+" "+said.Say(words.Plain{}, f.Remedy))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	has := func(all []string, part string) bool {
		return slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, part) })
	}
	if !has(faults, "first cannot be used. Cloudflare knows no such") || !has(good, "second answers") || !has(good, "http.public_url is empty") {
		t.Errorf("faults %q, good %q", faults, good)
	}
}

// The doctor calls the public address as a provider would.
func TestTheDoctorCallsBack(t *testing.T) {
	ours := httptest.NewServer(api.New(api.Config{Metrics: prometheus.NewRegistry(), Providers: provider.NewSet()}).Handler())
	defer ours.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	taken := strings.TrimPrefix(ours.URL, "http://")
	for what, test := range map[string]struct {
		http config.HTTP
		want string
	}{
		"beside a running bot": {config.HTTP{Listen: taken, PublicURL: ours.URL}, "doctor.callbacks"},
		"where no bot runs":    {config.HTTP{Listen: "127.0.0.1:0", PublicURL: other.URL}, "doctor.callbacks_astray"},
		"to another program":   {config.HTTP{Listen: taken, PublicURL: other.URL}, "doctor.callbacks_astray"},
		"no address of ours":   {config.HTTP{Listen: "127.0.0.1:99999", PublicURL: ours.URL}, "doctor.callbacks_astray"},
		"nothing listens":      {config.HTTP{PublicURL: ours.URL}, "doctor.callbacks_off"},
		"nothing to call":      {config.HTTP{Listen: taken}, "doctor.no_callbacks"},
	} {
		c := &config.Config{
			Slack: config.Slack{AppToken: "xapp-1", BotToken: "xoxb-1", APIURL: "http://127.0.0.1:1/api/", AuditChannel: "C0AUDIT00"},
			Store: config.Store{Scheme: "bolt", Path: filepath.Join(t.TempDir(), "test.db")},
			HTTP:  test.http,
		}
		var last moderation.Finding
		if err := app.Examine(t.Context(), c, func(f moderation.Finding) { last = f }); err != nil {
			t.Fatal(err)
		}
		if last.Says.Key != test.want {
			t.Errorf("%s: %s", what, words.MustLoad("en").Say(words.Plain{}, last.Says))
		}
	}
}
