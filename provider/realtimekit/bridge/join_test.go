package bridge_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// Each refusal of the details says what to do.
func TestDoesNotGetIn(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia"})
	for status, key := range map[int]string{
		http.StatusUnauthorized: "realtimekit.bridge.not_let_in", http.StatusForbidden: "realtimekit.bridge.not_let_in",
		http.StatusNotFound: "realtimekit.bridge.not_let_in", http.StatusInternalServerError: "realtimekit.bridge.no_join",
	} {
		s.edge.RefuseDetails(s.meeting, status)
		_, err := s.try(t, bridge.Pin, "mia")
		providertest.WantCode(t, err, moderation.CodeUnavailable, key)
	}
	if n := len(s.sent()); n != 0 {
		t.Errorf("%d controls were sent", n)
	}
	s.edge.RefuseDetails(s.meeting, 0)
	s.do(t, bridge.Pin, "mia")
}

// A join that hangs is given up in our own time, and what it waited for is said.
func TestJoinHangs(t *testing.T) {
	t.Parallel()
	sharedHouse(t)
	cases := []struct {
		what    string
		arrange func(s *studio)
		key     string
	}{
		{"the room does not answer", func(s *studio) { s.edge.Ignore(s.meeting, edge.RoomJoin) }, "realtimekit.bridge.no_join"},
		{"the transport is refused", func(s *studio) { s.edge.Refuse(s.meeting, edge.CreateTransport, "full") }, "realtimekit.bridge.no_media"},
		{"the transport is unanswered", func(s *studio) { s.edge.Ignore(s.meeting, edge.CreateTransport) }, "realtimekit.bridge.no_media"},
		{"no packet gets through", func(s *studio) { s.edge.Isolate(s.meeting) }, "realtimekit.bridge.no_media"},
	}
	var all sync.WaitGroup
	for _, c := range cases {
		all.Go(func() { // at once, as they wait
			withoutHaste(t, moderator, []string{"mia"}, func(s *studio) error {
				c.arrange(s)
				_, err := s.try(t, bridge.DisableAllVideo)
				if n := len(s.sent()); n != 0 {
					t.Errorf("%s: %d controls were sent", c.what, n)
				}
				t.Logf("%s: %v", c.what, err)
				return isFault(err, moderation.CodeUnavailable, c.key)
			})
		})
	}
	all.Wait()
}

// A meeting in which the bridge could not be enrolled says why, and no browser
// is asked.
func TestNoToken(t *testing.T) {
	t.Parallel()
	want := moderation.Fault(moderation.CodeRejected, "realtimekit.preset.missing")
	b := bridge.New(bridge.Config{
		Chromium: "/nowhere/chromium",
		Token:    func(context.Context, string) (string, error) { return "", want },
	})
	_, err := b.Do(t.Context(), "meeting", bridge.DisableAllVideo)
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.preset.missing")
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// A preset of livestreams, whose holder is off the stage, does not keep the
// client from acting: doctor asks for another all the same, as nobody knows what
// Cloudflare's server makes of it.
func TestLivestreamPreset(t *testing.T) {
	t.Parallel()
	preset := moderator
	preset.ViewType = "LIVESTREAM"
	s := newStudio(t, preset, []string{"mia"})
	s.do(t, bridge.Pin, "mia")
	s.do(t, bridge.DisableVideo, "mia")
}

// Close gives up what is under way, a join and a control, whatever time they have.
func TestCloseWhileAtWork(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, nil, func(c *bridge.Config) { c.Join, c.Act = time.Hour, time.Hour })
	o := s.another(t)
	var all sync.WaitGroup
	var join, control error
	s.edge.Ignore(s.meeting, edge.RoomJoin)
	all.Go(func() { _, join = s.bridge.Do(context.Background(), s.meeting, bridge.DisableAllVideo) })
	o.edge.Ignore(o.meeting, edge.HostControlPeers)
	all.Go(func() { _, control = o.bridge.Do(context.Background(), o.meeting, bridge.DisableAllVideo) })
	s.awaitFrame(t, edge.RoomJoin, 1)
	o.awaitSent(t, 1)
	if err := s.bridge.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	providertest.WantCode(t, join, moderation.CodeUnavailable, "realtimekit.bridge.no_join")
	providertest.WantCode(t, control, moderation.CodeOutcomeUnknown, "realtimekit.bridge.cut")
	_, err := s.try(t, bridge.DisableAllVideo)
	providertest.WantCode(t, err, moderation.CodeUnavailable, "")
}

// Whoever asked no longer waits: nothing more is tried.
func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, nil)
	s.edge.Ignore(s.meeting, edge.RoomJoin)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := s.bridge.Do(ctx, s.meeting, bridge.DisableAllVideo)
		done <- err
	}()
	s.awaitFrame(t, edge.RoomJoin, 1)
	cancel()
	providertest.WantCode(t, <-done, moderation.CodeUnavailable, "realtimekit.bridge.no_join")
	s.awaitGone(t)
}
