package bridge_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// The official client on both ends: what the bridge does, the guest's own
// client shows.
func TestTwoClients(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, nil)
	mia := s.guest(t, "mia")
	peer := s.rest.Present(s.meeting)["mia"].ID

	if got := s.do(t, bridge.DisableVideo, "mia"); !slices.Equal(got, []string{peer}) {
		t.Errorf("for %v, want %s", got, peer)
	}
	mia.await(t, "without video", func(l look) bool { return !l.Video && l.Audio && l.Left == "" })
	s.do(t, bridge.Pin, "mia")
	mia.await(t, "pinned", func(l look) bool { return l.Pinned })
	s.do(t, bridge.Unpin, "mia")
	mia.await(t, "unpinned", func(l look) bool { return !l.Pinned })

	// Unpinning by pinning another, and everyone's cameras at once.
	ada := s.guest(t, "ada")
	s.do(t, bridge.Pin, "mia")
	mia.await(t, "pinned again", func(l look) bool { return l.Pinned })
	s.do(t, bridge.Pin, "ada")
	ada.await(t, "pinned", func(l look) bool { return l.Pinned })
	mia.await(t, "unpinned by the other pin", func(l look) bool { return !l.Pinned })
	s.do(t, bridge.DisableAllVideo)
	ada.await(t, "without video", func(l look) bool { return !l.Video && l.Audio && l.Left == "" })
}

// The bytes of each control are those that the SDK sends to Cloudflare.
func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia"})
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
	got := s.sent()
	if len(got) != len(want) {
		t.Fatalf("%d controls were sent, want %d", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Event != w.Event || string(got[i].Payload) != string(w.Payload) {
			t.Errorf("sent %x %x, want %x %x", got[i].Event, got[i].Payload, w.Event, w.Payload)
		}
	}
}

// Nobody's picture is asked for: the bridge looks at no one, and a meeting's
// videos would be its largest cost.
func TestReceivesNoPicture(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia", "ada", "kim"})
	s.do(t, bridge.Pin, "ada")
	s.awaitFrame(t, edge.Consume, 1) // sound: the SDK asks for that of all
	for _, f := range s.edge.Frames() {
		if f.Meeting == s.meeting && f.Event == edge.Consume && bytes.Contains(f.Payload, []byte("video-")) {
			t.Errorf("asked for %q", f.Payload)
		}
	}
}

// Someone on two devices loses both cameras; a pin is for the device that is
// meant, or for one of them.
func TestSeveralDevices(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia", "ada"})
	second := s.rest.Join(s.meeting, "mia")
	if got := s.do(t, bridge.DisableVideo, "mia"); len(got) != 2 || len(s.sent()) != 2 {
		t.Errorf("stopped %v with %d frames, want both devices", got, len(s.sent()))
	}
	to := s.targets("mia")
	to[0].Peer = second
	if _, err := s.bridge.Do(t.Context(), s.meeting, bridge.Pin, to...); err != nil {
		t.Fatal(err)
	}
	if got := s.edge.Pinned(s.meeting); got != second {
		t.Errorf("%s is pinned, want %s", got, second)
	}
	s.do(t, bridge.Unpin, "mia")
	if got := s.edge.Pinned(s.meeting); got != "" {
		t.Errorf("%s is still pinned", got)
	}
}

// Whoever is not in the meeting is not found, and nothing is sent.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia"})
	_, err := s.try(t, bridge.Pin, "nobody")
	providertest.WantCode(t, err, moderation.CodeNotFound, "realtimekit.no_person")
	if n := len(s.sent()); n != 0 {
		t.Errorf("%d controls were sent", n)
	}
}

// Several controls at once, in one meeting and in two: all are done, and each
// meeting is joined once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia", "ada"})
	o := s.another(t, "kim")
	var all sync.WaitGroup
	at := func(where *studio, control bridge.Control, who ...string) {
		all.Go(func() {
			if _, err := where.try(t, control, who...); err != nil {
				t.Errorf("%s %v: %v", control, who, err)
			}
		})
	}
	at(s, bridge.Pin, "mia")
	at(s, bridge.DisableVideo, "ada")
	at(s, bridge.DisableAllVideo)
	at(o, bridge.Pin, "kim")
	at(o, bridge.DisableAllVideo)
	all.Wait()
	if s.joins() != 1 || o.joins() != 1 || len(s.sent()) != 3 || len(o.sent()) != 2 {
		t.Errorf("joined %d and %d times, sent %d and %d controls", s.joins(), o.joins(), len(s.sent()), len(o.sent()))
	}
}
