package bridge_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/realtimekit/bridge"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/realtimekittest/edge"
)

// What the preset does not allow is refused with 1201, and nothing is sent.
// Given the permission, the next control works.
func TestPresetWithoutRights(t *testing.T) {
	t.Parallel()
	s := newStudio(t, realtimekittest.Preset{Hidden: true}, []string{"mia"})
	for control, who := range map[bridge.Control][]string{
		bridge.DisableVideo: {"mia"}, bridge.DisableAllVideo: nil, bridge.Pin: {"mia"}, bridge.Unpin: {"mia"},
	} {
		_, err := s.try(t, control, who...)
		providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.forbidden")
	}
	if n := len(s.sent()); n != 0 {
		t.Errorf("%d controls were sent", n)
	}
	s.rest.AddPreset(realtimekittest.Preset{Name: t.Name(), Hidden: true, Pin: true})
	s.do(t, bridge.Pin, "mia")
}

// A server that refuses a control is heard (1200); of a refused pin the SDK says
// nothing, and what it shows tells.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia", "ada"})
	for _, event := range controls {
		s.edge.Refuse(s.meeting, event, "not here")
	}
	_, err := s.try(t, bridge.DisableVideo, "mia")
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.refused")
	_, err = s.try(t, bridge.DisableAllVideo)
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.refused")
	_, err = s.try(t, bridge.Pin, "mia")
	providertest.WantCode(t, err, moderation.CodeRejected, "realtimekit.bridge.pin_refused")
	for _, event := range controls {
		s.edge.Refuse(s.meeting, event, "")
	}
	s.do(t, bridge.Pin, "mia")

	// Of several people one is refused: it is not said that nothing was done.
	s.edge.RefuseAbout(s.meeting, s.rest.Present(s.meeting)["ada"].ID)
	_, err = s.try(t, bridge.DisableVideo, "mia", "ada")
	if len(s.sent()) != 6 {
		t.Errorf("%d controls were sent", len(s.sent()))
	}
	providertest.WantCode(t, err, moderation.CodeOutcomeUnknown, "realtimekit.bridge.part")
}

// A control that nobody answers is given up in our own time, and nobody knows
// what became of it. The next one works.
func TestServerIsSilent(t *testing.T) {
	t.Parallel()
	withoutHaste(t, moderator, []string{"mia"}, func(s *studio) error {
		s.edge.Ignore(s.meeting, edge.HostControlPeer)
		_, err := s.try(t, bridge.DisableVideo, "mia")
		if err := isFault(err, moderation.CodeOutcomeUnknown, "realtimekit.bridge.cut"); err != nil {
			return err
		}
		_, err = s.try(t, bridge.Pin, "mia")
		return err
	})
}

// Out of the meeting in whatever way, the bridge is in it again for the next
// control.
func TestComesBack(t *testing.T) {
	for name, out := range map[string]func(*edge.Edge, string, string){
		"put out": (*edge.Edge).Kick, "the session ended": (*edge.Edge).End, "the websocket dropped": (*edge.Edge).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStudio(t, moderator, []string{"mia"})
			s.do(t, bridge.Pin, "mia")
			out(s.edge, s.meeting, bridge.Identity)
			s.do(t, bridge.Unpin, "mia")
			if got := s.edge.Pinned(s.meeting); got != "" || len(s.sent()) != 2 {
				t.Errorf("%q is pinned after %d controls", got, len(s.sent()))
			}
			s.do(t, bridge.Pin, "mia")
		})
	}
}

// A bridge that is never let stay says so.
func TestPutOutAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, []string{"mia"})
	s.edge.KickAtOnce(s.meeting, bridge.Identity)
	_, err := s.try(t, bridge.DisableVideo, "nobody")
	providertest.WantCode(t, err, moderation.CodeUnavailable, "realtimekit.bridge.put_out")
}

// The bridge leaves a meeting in which nobody asked for anything for a while,
// as each minute is billed.
func TestLeavesWhenIdle(t *testing.T) {
	t.Parallel()
	s := newStudio(t, moderator, nil, func(c *bridge.Config) { c.Idle = 100 * time.Millisecond })
	s.do(t, bridge.DisableAllVideo)
	s.awaitGone(t)
}

// In as many meetings as it may be, the bridge leaves the one in which it had
// nothing to do for the longest for another one, and says so where it is at work
// in all.
func TestMostMeetings(t *testing.T) {
	t.Parallel()
	first := newStudio(t, moderator, nil, func(c *bridge.Config) { c.Most, c.Act = 2, patience })
	second, third := first.another(t), first.another(t)
	first.do(t, bridge.DisableAllVideo)
	second.do(t, bridge.DisableAllVideo)
	third.do(t, bridge.DisableAllVideo)
	first.awaitGone(t)

	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	var all sync.WaitGroup
	var cut [2]error
	for i, s := range []*studio{second, third} {
		s.edge.Ignore(s.meeting, edge.HostControlPeers)
		all.Go(func() { _, cut[i] = s.bridge.Do(ctx, s.meeting, bridge.DisableAllVideo) })
	}
	second.awaitSent(t, 2)
	third.awaitSent(t, 2)
	_, err := first.try(t, bridge.DisableAllVideo)
	providertest.WantCode(t, err, moderation.CodeBusy, "realtimekit.bridge.busy")
	giveUp()
	all.Wait()
	for _, err := range cut {
		providertest.WantCode(t, err, moderation.CodeOutcomeUnknown, "realtimekit.bridge.cut")
	}
	first.do(t, bridge.DisableAllVideo)
}
