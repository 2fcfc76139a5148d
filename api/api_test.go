package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// signed is a driver that takes callbacks signed with the word good.
type signed struct{ provider.Driver }

func (signed) Webhook(r *http.Request, body []byte) ([]provider.Hint, error) {
	if r.Header.Get("Signature") != "good" {
		return nil, moderation.Errorf(moderation.CodeUnauthenticated, "signature")
	}
	switch string(body) {
	case "":
		return nil, errors.New("empty")
	case "no key":
		return nil, moderation.Errorf(moderation.CodeUnavailable, "the key cannot be had")
	}
	return []provider.Hint{{ID: string(body), RoomID: "standup"}}, nil
}

type silent struct{ provider.Driver }

func serve(t *testing.T, ready ...api.Condition) (*httptest.Server, *[]string) {
	t.Helper()
	var hints []string
	s := api.New(api.Config{
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Ready: ready,
		Notes:     []api.Condition{{Name: "audit", Check: func(context.Context) string { return "channel C0AUDIT00: not_in_channel" }}},
		Providers: provider.NewSet(provider.NewClient("live", "signed", signed{}), provider.NewClient("mute", "silent", silent{})),
		Hint:      func(name, room string) { hints = append(hints, name+":"+room) },
	})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server, &hints
}

func ask(t *testing.T, method, url, body, signature string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Signature", signature)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestReady(t *testing.T) {
	wrong := "no link to Slack"
	server, _ := serve(t, api.Condition{Name: "slack", Check: func(context.Context) string { return wrong }})
	status, text := ask(t, "GET", server.URL+"/-/ready", "", "")
	var answer struct {
		Ready bool
		Wrong map[string]string
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != 503 || answer.Ready || answer.Wrong["slack"] != wrong {
		t.Fatalf("%d %s %v", status, text, err)
	}
	wrong = ""
	// What is noted leaves the program ready.
	status, text = ask(t, "GET", server.URL+"/-/ready", "", "")
	if want := `{"ready":true,"notes":{"audit":"channel C0AUDIT00: not_in_channel"}}` + "\n"; status != 200 || text != want {
		t.Fatalf("%d %s", status, text)
	}
	if status, _ = ask(t, "GET", server.URL+"/-/healthy", "", ""); status != 200 {
		t.Fatalf("healthy: %d", status)
	}
}

func TestWebhook(t *testing.T) {
	server, hints := serve(t)
	for _, step := range []struct {
		what, path, body, signature string
		status, hints               int
	}{
		{"a good one", "/webhooks/live", "1", "good", 204, 1},
		{"the same again", "/webhooks/live", "1", "good", 204, 1},
		{"another", "/webhooks/live", "2", "good", 204, 2},
		{"forged", "/webhooks/live", "3", "bad", 401, 2},
		{"malformed", "/webhooks/live", "", "good", 400, 2},
		{"too large", "/webhooks/live", strings.Repeat("x", 300<<10), "good", 413, 2},
		{"one that cannot be checked now", "/webhooks/live", "no key", "good", 503, 2},
		{"no such provider", "/webhooks/other", "1", "good", 404, 2},
		{"one that takes none", "/webhooks/mute", "1", "good", 404, 2},
	} {
		status, text := ask(t, "POST", server.URL+step.path, step.body, step.signature)
		if status != step.status || len(*hints) != step.hints {
			t.Errorf("%s: %d %q, %d hints", step.what, status, text, len(*hints))
		}
	}
	if _, text := ask(t, "GET", server.URL+"/metrics", "", ""); !strings.Contains(text, `roomwarden_webhooks_total{provider="live",result="forged"} 1`) {
		t.Errorf("the forged callback is not counted:\n%s", text)
	}
}

func TestTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		texts := api.NewTexts("https://rw.example.org")
		url, err := texts.Host("text/xml", []byte("<Response/>"), 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(url, "https://rw.example.org")
		get := func(method, path string) int {
			w := httptest.NewRecorder()
			texts.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			return w.Code
		}
		if len(path) < len("/texts/")+26 {
			t.Errorf("%s can be guessed", path)
		}
		if get("GET", path) != 200 || get("POST", path) != 200 || get("DELETE", path) != 405 || get("GET", "/texts/other") != 404 {
			t.Error("the text is not served as it should be")
		}
		time.Sleep(10*time.Minute + time.Second)
		if get("GET", path) != 404 {
			t.Error("the text is served after its time")
		}
	})
}

func TestListenFaults(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	for address, key := range map[string]string{
		taken.Listener.Addr().String(): "api.listen",
		"192.0.2.1:80":                 "api.listen_nowhere", // no machine has it
		"127.0.0.1:99999":              "api.listen_nowhere",
	} {
		s := api.New(api.Config{Listen: address, Metrics: prometheus.NewRegistry()})
		_, err := s.Open(t.Context())
		var fault *moderation.Error
		if !errors.As(err, &fault) || fault.Says.Key != key {
			t.Errorf("%s: %v, want %s", address, err, key)
		}
	}
}
