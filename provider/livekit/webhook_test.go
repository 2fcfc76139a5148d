package livekit_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// delivery is a callback as it came in.
type delivery struct {
	request *http.Request
	body    []byte
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	deliveries := make(chan delivery, 100)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		deliveries <- delivery{r.Clone(t.Context()), body}
	}))
	defer listener.Close()
	server := livekittest.StartWith(t, livekittest.Options{WebhookURL: listener.URL})
	name := roomName(t)
	livekittest.Join(t, server, name, "alice", livekittest.Microphone())

	d := provider.NewClient("live", "livekit", open(t, server.URL, nil))
	stranger := provider.NewClient("live", "livekit", open(t, server.URL, map[string]string{"api_secret": "another-secret-altogether"}))
	seen := map[string]bool{}
	for len(seen) < 3 { // the room, the participant, the track
		got := <-deliveries
		for range 2 { // a genuine one may come again, and its id tells it
			hints, err := d.Webhook(got.request, got.body)
			if err != nil || len(hints) != 1 || hints[0].RoomID != name || hints[0].ID == "" {
				t.Fatalf("%+v, %v", hints, err)
			}
			seen[hints[0].ID] = true
		}
		forged := got.request.Clone(t.Context())
		forged.Header.Del("Authorization")
		for what, read := range map[string]func() ([]provider.Hint, error){
			"a changed body": func() ([]provider.Hint, error) { return d.Webhook(got.request, append(bytes.Clone(got.body), ' ')) },
			"another secret": func() ([]provider.Hint, error) { return stranger.Webhook(got.request, got.body) },
			"no signature":   func() ([]provider.Hint, error) { return d.Webhook(forged, got.body) },
		} {
			hints, err := read()
			if moderation.CodeOf(err) != moderation.CodeUnauthenticated || len(hints) != 0 {
				t.Errorf("%s: %+v, %v", what, hints, err)
			}
			if err != nil && strings.Contains(err.Error(), got.request.Header.Get("Authorization")) && got.request.Header.Get("Authorization") != "" {
				t.Errorf("%s: the token is in %v", what, err)
			}
		}
	}
}
