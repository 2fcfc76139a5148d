package api_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/api"
)

func TestReach(t *testing.T) {
	server, _ := serve(t)
	if err := api.Reach(t.Context(), server.URL); err != nil {
		t.Errorf("a server of ours: %v", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := api.Stand(listener)
	if err := api.Reach(t.Context(), "http://"+listener.Addr().String()); err != nil {
		t.Errorf("who stands in for one: %v", err)
	}
	stop()
	for what, answer := range map[string]http.HandlerFunc{
		"another program": http.NotFound,
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, server.URL+r.URL.Path, http.StatusMovedPermanently)
		},
	} {
		other := httptest.NewServer(answer)
		if err := api.Reach(t.Context(), other.URL); err == nil || !strings.Contains(err.Error(), "something else answers") {
			t.Errorf("%s: %v", what, err)
		}
		other.Close()
		if err := api.Reach(t.Context(), other.URL); err == nil || strings.Contains(err.Error(), "/webhooks/") {
			t.Errorf("nobody: %v", err)
		}
	}
}
