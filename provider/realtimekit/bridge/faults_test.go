package bridge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// controls are the events that act on others.
var controls = []edge.Event{edge.HostControlPeer, edge.HostControlPeers, edge.PinPeer}

func (s *studio) sentControls() (n int) {
	for _, f := range s.edge.Frames() {
		if slices.Contains(controls, f.Event) {
			n++
		}
	}
	return n
}

// What the preset does not allow is refused with 1201, and nothing is sent.
func TestPresetWithoutRights(t *testing.T) {
	s := newStudio(t, realtimekittest.Preset{Name: "bridge", Hidden: true})
	s.guest(t, "mia")
	for control, who := range map[bridge.Control][]string{
		bridge.DisableVideo: {"mia"}, bridge.DisableAllVideo: nil, bridge.Pin: {"mia"}, bridge.Unpin: {"mia"},
	} {
		_, err := s.try(t, control, who...)
		providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.forbidden")
	}
	if n := s.sentControls(); n != 0 {
		t.Errorf("%d controls were sent", n)
	}
}

// A server that refuses a control is heard; of a refused pin the SDK says nothing.
func TestServerRefuses(t *testing.T) {
	s := newStudio(t, moderator)
	s.guest(t, "mia")
	for _, event := range controls {
		s.edge.Refuse(event, "not here")
	}
	_, err := s.try(t, bridge.DisableVideo, "mia")
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.refused")
	_, err = s.try(t, bridge.Pin, "mia")
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.pin_refused")
	for _, event := range controls {
		s.edge.Refuse(event, "")
	}
	s.do(t, bridge.Pin, "mia")
	// Put out, the bridge joins anew when it is needed again.
	s.edge.Kick(s.meeting, bridge.Identity)
	s.do(t, bridge.Unpin, "mia")
	s.do(t, bridge.Pin, "mia")
}

func TestDoesNotGetIn(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(*studio)
		change  func(*bridge.Config)
		key     string
	}{
		"a token that is not taken": {
			change: func(c *bridge.Config) {
				c.Token = func(context.Context, string) (string, error) {
					return "eyJhbGciOiJub25lIn0.eyJtZWV0aW5nSWQiOiJub3doZXJlIn0.x", nil
				}
			},
			key: "realtimekit.bridge.not_let_in",
		},
		"no way to the media server": {
			arrange: func(s *studio) { s.edge.Refuse(edge.CreateTransport, "no capacity") },
			change:  func(c *bridge.Config) { c.Join = 4 * time.Second },
			key:     "realtimekit.bridge.no_join",
		},
		"no browser": {
			change: func(c *bridge.Config) { c.Chromium = "/nowhere/chromium" },
			key:    "realtimekit.bridge.no_browser",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, moderator, c.change)
			if c.arrange != nil {
				c.arrange(s)
			}
			_, err := s.try(t, bridge.DisableAllVideo)
			providertest.WantCode(t, err, moderation.CodeUnavailable, c.key)
		})
	}
}

// The bridge leaves a meeting in which nobody asked for anything for a while,
// as each minute is billed.
func TestLeavesWhenIdle(t *testing.T) {
	s := newStudio(t, moderator, func(c *bridge.Config) { c.Idle = 100 * time.Millisecond })
	s.do(t, bridge.DisableAllVideo)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.edge.AwaitGone(ctx, bridge.Identity); err != nil {
		t.Fatal(err)
	}
}

// The bytes of each control are those that the SDK sends to Cloudflare.
func TestGoldenFrames(t *testing.T) {
	s := newStudio(t, moderator)
	s.guest(t, "mia")
	peer := s.rest.Present(s.meeting)["mia"].ID
	s.do(t, bridge.DisableVideo, "mia")
	s.do(t, bridge.Pin, "mia")
	s.do(t, bridge.Unpin, "mia")
	s.do(t, bridge.DisableAllVideo)
	named := append([]byte{0x0a, byte(len(peer))}, peer...)
	want := []edge.Frame{
		{Event: edge.HostControlPeer, Payload: append(slices.Clone(named), 0x18, 1)},
		{Event: edge.PinPeer, Payload: named},
		{Event: edge.PinPeer, Payload: nil},
		{Event: edge.HostControlPeers, Payload: []byte{0x10, 1}},
	}
	var got []edge.Frame
	for _, f := range s.edge.Frames() {
		if slices.Contains(controls, f.Event) {
			got = append(got, f)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d controls were sent, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Event != w.Event || string(got[i].Payload) != string(w.Payload) {
			t.Errorf("sent %x %x, want %x %x", got[i].Event, got[i].Payload, w.Event, w.Payload)
		}
	}
}
