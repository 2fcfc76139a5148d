package bridge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// Of someone's devices the one is pinned that was meant, and who comes in later
// is told who is pinned.
func TestTellsWhoIsPinned(t *testing.T) {
	s := newStudio(t, moderator)
	s.rest.Enrol(s.meeting, "mia", "guest")
	first, second := s.rest.Join(s.meeting, "mia"), s.rest.Join(s.meeting, "mia")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, peer := range []string{second, first} {
		target := bridge.Target{User: s.rest.UserID(s.meeting, "mia"), Peer: peer}
		got, err := s.bridge.Do(ctx, s.meeting, bridge.Pin, target)
		if err != nil || !slices.Equal(got, []string{peer}) || s.edge.Pinned(s.meeting) != peer {
			t.Errorf("pinned %v, %v; the meeting shows %s, not %s", got, err, s.edge.Pinned(s.meeting), peer)
		}
	}
	later := bridge.New(s.config)
	defer func() {
		if err := later.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.bridge.Close(); err != nil {
		t.Error(err)
	}
	if got, err := later.Do(ctx, s.meeting, bridge.Pinned); err != nil || !slices.Equal(got, []string{first}) {
		t.Errorf("told of %v, %v", got, err)
	}
	if got, err := later.Do(ctx, s.meeting, bridge.Unpin, bridge.Target{Custom: "mia"}); err != nil || s.edge.Pinned(s.meeting) != "" {
		t.Errorf("unpinned %v, %v", got, err)
	}
	if got, err := later.Do(ctx, s.meeting, bridge.Pinned); err != nil || len(got) != 0 {
		t.Errorf("told of %v, %v", got, err)
	}
}
