package livekit_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit/livekittest"
)

// failingFor answers every change of one participant with an error and passes
// everything else on to the server.
func failingFor(t *testing.T, server *livekittest.Server, identity string) string {
	t.Helper()
	target, err := url.Parse(strings.Replace(server.URL, "ws://", "http://", 1))
	if err != nil {
		t.Fatal(err)
	}
	onward := &http.Transport{}
	proxy := &httputil.ReverseProxy{
		Transport: onward,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
	}
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var update lk.UpdateParticipantRequest
		if strings.HasSuffix(r.URL.Path, "/UpdateParticipant") && proto.Unmarshal(body, &update) == nil && update.GetIdentity() == identity {
			http.Error(w, "the node is gone", http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		between.Close()
		onward.CloseIdleConnections()
	})
	return between.URL
}

func TestWhomAMuteOfAllDidNotReachIsNamed(t *testing.T) {
	t.Parallel()
	server := livekittest.Start(t)
	name := roomName(t)
	for _, identity := range []string{"ada", "ben", "cy"} {
		livekittest.Join(t, server, name, identity, livekittest.Named(strings.ToUpper(identity)), livekittest.Microphone())
	}
	d := sit(t, server, name)
	half := provider.NewClient("live", "livekit", open(t, failingFor(t, server, "ben"), nil))
	all := provider.Order{Action: moderation.ActionMuteAll, Room: d.room}
	effect, err := half.Act(t.Context(), all)
	want := moderation.Unreached{Identity: "ben", Name: "BEN", Why: "provider.why.outcome_unknown"}
	if err != nil || effect.Reached != 2 || len(effect.Unreached) != 1 || effect.Unreached[0] != want {
		t.Errorf("%+v, %v", effect, err)
	}
	livekittest.Until(t, "a look shows that some were reached", func() bool {
		outcome, err := d.Look(t.Context(), all)
		return err == nil && outcome == moderation.Partial
	})
	all.Except = []string{"ada", "cy"}
	if effect, err := half.Act(t.Context(), all); moderation.CodeOf(err) != moderation.CodeOutcomeUnknown || len(effect.Unreached) != 1 {
		t.Errorf("nobody was reached: %+v, %v", effect, err)
	}
}
