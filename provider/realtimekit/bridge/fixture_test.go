package bridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/internal/eventually"
	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/internal/needs"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(closeGuests(), closeShared(), leaks.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// The SDK is the one of @cloudflare/realtimekit 2.0.2 on npm, dist/browser.js.
func TestSDKIsTheOnePublished(t *testing.T) {
	raw, err := os.ReadFile("sdk.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	if got := hex.EncodeToString(sum[:]); got != "e3bcd6ba788c8b67db6f0ec6f811c3da28af969f8f90db646cd7d5a7013ccd2f" {
		t.Errorf("sdk.js is %s", got)
	}
}

// house is the stand-in, one for all tests: each has a meeting of its own.
type house struct {
	rest   *realtimekittest.Server
	edge   *edge.Edge
	bridge *bridge.Bridge
}

// patience bounds the waits for what happens at once: it is for what hangs, not
// for a busy machine.
const patience = 2 * time.Minute

// shared is the house of most tests. hasty has another bridge to the same
// stand-in, which gives up soon.
var shared, hasty struct {
	house
	start sync.Once
	err   error
}

// config is how a bridge finds the stand-in, with time enough on a busy machine.
func (h *house) config(chromium string) bridge.Config {
	return bridge.Config{
		Chromium: chromium, BaseURI: h.edge.Base, Certificate: h.edge.Certificate,
		Start: 45 * time.Second, Open: 45 * time.Second, Join: 45 * time.Second, Act: 10 * time.Second,
		Token: func(_ context.Context, meeting string) (string, error) {
			return h.rest.Token(meeting, bridge.Identity), nil
		},
	}
}

func sharedHouse(t testing.TB) *house {
	t.Helper()
	path := needs.Chromium(t)
	shared.start.Do(func() {
		shared.rest = realtimekittest.New(realtimekittest.Config{})
		if shared.edge, shared.err = edge.Start(shared.rest); shared.err == nil {
			shared.bridge = bridge.New(shared.config(path))
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return &shared.house
}

// withoutHaste runs a scenario with the hasty bridge, and where that had too
// little time for it, on a busy machine, with the shared one.
func withoutHaste(t testing.TB, preset realtimekittest.Preset, people []string, scenario func(s *studio) error) {
	t.Helper()
	early := scenario(newStudio(t, preset, people).hurry(t))
	if early == nil {
		return
	}
	t.Logf("once more, with more time: %v", early)
	if err := scenario(newStudio(t, preset, people)); err != nil {
		t.Error(err)
	}
}

// isFault returns an error where err is not a fault of a code with a sentence.
func isFault(err error, code moderation.Code, key string) error {
	var fault *moderation.Error
	if !errors.As(err, &fault) || fault.Code != code || fault.Says.Key != key {
		return fmt.Errorf("%w, want %s %s", err, code, key)
	}
	return nil
}

// hurry puts the hasty bridge in the place of the shared one.
func (s *studio) hurry(t testing.TB) *studio {
	t.Helper()
	path := needs.Chromium(t)
	hasty.start.Do(func() {
		hasty.rest, hasty.edge = s.rest, s.edge
		config := hasty.config(path)
		config.Join, config.Act = 10*time.Second, 2*time.Second
		hasty.bridge = bridge.New(config)
	})
	s.house = &hasty.house
	return s
}

func closeShared() error {
	var all []error
	for _, b := range []*bridge.Bridge{shared.bridge, hasty.bridge} {
		if b != nil {
			all = append(all, b.Close())
		}
	}
	if shared.edge != nil {
		all = append(all, shared.edge.Close())
	}
	return errors.Join(all...)
}

// studio is a meeting at the stand-in, with a bridge to it.
type studio struct {
	*house
	meeting string
}

var moderator = realtimekittest.Preset{Hidden: true, DisableVideo: true, Pin: true, NoVideo: true, NoAudio: true}

// newStudio makes a meeting, with people in it who have no client of their own.
// The bridge is the shared one, or one of the test's own where something of it
// is changed.
func newStudio(t testing.TB, preset realtimekittest.Preset, people []string, change ...func(*bridge.Config)) *studio {
	t.Helper()
	h := sharedHouse(t)
	preset.Name = t.Name()
	h.rest.AddPreset(preset)
	s := &studio{house: h, meeting: h.rest.AddMeeting("town hall", people...)}
	h.rest.Enrol(s.meeting, bridge.Identity, preset.Name)
	if len(change) > 0 {
		config := h.config(needs.Chromium(t))
		for _, f := range change {
			f(&config)
		}
		s.house = &house{rest: h.rest, edge: h.edge, bridge: bridge.New(config)}
		t.Cleanup(func() {
			if err := s.bridge.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return s
}

// another is a further meeting of the same bridge.
func (s *studio) another(t testing.TB, people ...string) *studio {
	t.Helper()
	o := &studio{house: s.house, meeting: s.rest.AddMeeting("annexe", people...)}
	o.rest.Enrol(o.meeting, bridge.Identity, t.Name())
	return o
}

func (s *studio) do(t testing.TB, control bridge.Control, who ...string) []string {
	t.Helper()
	peers, err := s.try(t, control, who...)
	if err != nil {
		t.Fatalf("%s %v: %v", control, who, err)
	}
	return peers
}

func (s *studio) try(t testing.TB, control bridge.Control, who ...string) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	return s.bridge.Do(ctx, s.meeting, control, s.targets(who...)...)
}

func (s *studio) targets(who ...string) (all []bridge.Target) {
	for _, w := range who {
		all = append(all, bridge.Target{User: s.rest.UserID(s.meeting, w), Custom: w})
	}
	return all
}

// controls are the events that act on others.
var controls = []edge.Event{edge.HostControlPeer, edge.HostControlPeers, edge.PinPeer}

// sent returns the frames in which the bridge acted on others.
func (s *studio) sent() (all []edge.Frame) {
	for _, f := range s.edge.Frames() {
		if f.Meeting == s.meeting && slices.Contains(controls, f.Event) {
			all = append(all, f)
		}
	}
	return all
}

// joins counts how often the bridge joined the meeting.
func (s *studio) joins() (n int) {
	peers := map[string]bool{}
	for _, f := range s.edge.Frames() {
		if f.Meeting == s.meeting && f.Event == edge.SelfJoinComplete {
			peers[f.Peer] = true
		}
	}
	return len(peers)
}

// awaitGone waits until the bridge has left the meeting.
func (s *studio) awaitGone(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.edge.AwaitGone(ctx, s.meeting, bridge.Identity); err != nil {
		t.Fatal(err)
	}
}

// awaitSent waits until the bridge has sent n controls.
func (s *studio) awaitSent(t testing.TB, n int) {
	t.Helper()
	s.await(t, fmt.Sprintf("%d controls", n), func() bool { return len(s.sent()) >= n })
}

// awaitFrame waits until n messages about an event came from the meeting.
func (s *studio) awaitFrame(t testing.TB, event edge.Event, n int) {
	t.Helper()
	s.await(t, fmt.Sprintf("%d × %#x", n, event), func() bool {
		got := 0
		for _, f := range s.edge.Frames() {
			if f.Meeting == s.meeting && f.Event == event {
				got++
			}
		}
		return got >= n
	})
}

func (s *studio) await(t testing.TB, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually.Until(ctx, t, what, so)
}
