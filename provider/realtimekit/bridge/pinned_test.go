package bridge_test

import (
	"context"
	"slices"
	"testing"

	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
)

// Of someone's devices the one is pinned that was meant, and who comes in later
// is told who is pinned.
func TestTellsWhoIsPinned(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia"})
	first, second := s.rest.Present(s.meeting)["mia"].ID, s.rest.Join(s.meeting, "mia")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, peer := range []string{second, first} {
		target := bridge.Target{User: s.rest.UserID(s.meeting, "mia"), Peer: peer}
		got, err := s.bridge.Do(ctx, s.meeting, bridge.Pin, target)
		if err != nil || !slices.Equal(got, []string{peer}) || s.edge.Pinned(s.meeting) != peer {
			t.Errorf("pinned %v, %v; the meeting shows %s, not %s", got, err, s.edge.Pinned(s.meeting), peer)
		}
	}
	s.edge.Kick(s.meeting, bridge.Identity)
	later := newStudio(t, moderator, nil, func(*bridge.Config) {}).bridge
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
