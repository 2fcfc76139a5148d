package bridge_test

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// With nothing set that is for tests: the names of Cloudflare's hosts lead to
// the stand-in, by what stands in the place of Chromium. The bridge asks the
// real hosts for what Cloudflare's client asks them, and none of those that take
// telemetry, which the same client without the bridge's page does.
func TestProductionConfiguration(t *testing.T) {
	t.Parallel()
	rest := realtimekittest.New(realtimekittest.Config{})
	e, err := edge.Start(rest)
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(e.Address)
	if err != nil {
		t.Fatal(err)
	}
	preset := moderator
	preset.Name = "roomwarden-bridge"
	rest.AddPreset(preset)
	s := &studio{meeting: rest.AddMeeting("town hall"), house: &house{rest: rest, edge: e}}
	rest.Enrol(s.meeting, bridge.Identity, preset.Name)
	config := s.config(script(t, fmt.Sprintf(`
for a in "$@"; do
  shift
  case $a in --host-resolver-rules=*) ;; *) set -- "$@" "$a" ;; esac
done
exec %q --host-resolver-rules="MAP *.realtime.cloudflare.com:443 127.0.0.1:%s, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" \
  --ignore-certificate-errors-spki-list=%s "$@"`, needs.Chromium(t), port, e.Certificate)))
	config.BaseURI, config.Certificate = "", ""
	s.bridge = bridge.New(config)
	t.Cleanup(func() {
		if err := s.bridge.Close(); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})

	mia := s.guest(t, "mia") // the client as it is, at the stand-in's own name
	s.do(t, bridge.Pin, "mia")
	mia.await(t, "pinned", func(l look) bool { return l.Pinned })
	s.do(t, bridge.DisableVideo, "mia")
	mia.await(t, "without video", func(l look) bool { return !l.Video })

	hosts := func(below string) []string {
		all := map[string]bool{}
		for _, a := range e.Asked() {
			if name, ok := strings.CutSuffix(a.Host, "."+below); ok {
				all[name] = true
			}
		}
		return slices.Sorted(maps.Keys(all))
	}
	telemetry := []string{"api", "da-collector", "location", "location-legacy", "socket-edge"}
	s.await(t, "telemetry of the guest's client", func() bool {
		got := hosts("rtk.localhost")
		return !slices.ContainsFunc(telemetry, func(h string) bool { return !slices.Contains(got, h) })
	})
	if got := hosts("realtime.cloudflare.com"); !slices.Equal(got, []string{"api", "socket-edge"}) {
		t.Errorf("the bridge asked %v", got)
	}
	var socket edge.Asked
	for _, a := range e.Asked() {
		if a.Host == "socket-edge.realtime.cloudflare.com" && a.Path == "/ws" {
			socket = a
		}
	}
	if q := socket.Query; q.Get("ping") != "false" || q.Get("capabilities") != "" || q.Get("roomID") != s.meeting {
		t.Errorf("the websocket was asked for with %v", q)
	}
}
