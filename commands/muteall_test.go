package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// silent fails the test where someone may not be silent, or may be.
func (st *stage) silent(what, who string, want bool) {
	st.t.Helper()
	if p, there := st.person("standup", who); !there || p.IsBlocked(moderation.Audio) != want {
		st.t.Errorf("%s: %s is there: %v, blocked from %v", what, who, there, p.Blocked)
	}
}

// returns lets someone leave and come back, and the room be looked after.
func (st *stage) returns(who, name string) {
	st.t.Helper()
	st.sim.Leave("standup", who)
	pass(6 * time.Second)
	st.sim.Join("standup", who, name)
	pass(6 * time.Second)
}

// A mute of one that ends by itself leaves them in the mute of all.
func TestMuteEndsWithinAMuteOfAll(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos 10m")
		st.typed(owner, "mute-all standup except ada")
		st.silent("everyone is muted", "ben", true)
		pass(10*time.Minute + 6*time.Second)
		if !st.cases()[0].Expired {
			t.Fatal("the mute did not end")
		}
		st.silent("the mute of one has ended", "chaos", true)
		st.typed(owner, "unmute standup chaos")
		st.silent("an unmute", "chaos", false)
		pass(6 * time.Second)
		st.silent("a while after the unmute", "chaos", false)
	})
}

// One unmute takes someone out of their own mute and that of all, for good.
func TestUnmuteEndsBothMutes(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos")
		st.typed(owner, "mute-all standup")
		st.typed(owner, "unmute standup chaos")
		st.returns("chaos", "Chaos")
		st.silent("back after the unmute", "chaos", false)
		// Everyone is muted once more at once: somebody was let through.
		st.typed(owner, "mute-all standup")
		st.silent("muted with everyone again", "chaos", true)
	})
}

// To undo a mute of one is no unmute: they stay muted with everyone.
func TestUndoLeavesTheMuteOfAll(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos")
		st.typed(owner, "mute-all standup")
		if got := said(t, st.typed(owner, "undo 1")); !strings.Contains(got, "Chaos in sim:standup stays muted with everyone") {
			t.Errorf("said %q", got)
		}
		st.silent("undone", "chaos", true)
		st.returns("chaos", "Chaos")
		st.silent("back", "chaos", true)
		if got := said(t, st.typed(owner, "unmute standup chaos")); !strings.Contains(got, "may speak again") {
			t.Errorf("said %q", got)
		}
		st.silent("unmuted", "chaos", false)
	})
}

// A second mute of all goes on for whom the first held and who is away; not for
// whom it was lifted.
func TestMuteOfAllAfterAnother(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute-all standup")
		st.typed(owner, "unmute standup ada")
		st.sim.Leave("standup", "ada")
		st.sim.Leave("standup", "chaos")
		pass(time.Minute)
		st.typed(owner, "mute-all standup")
		st.sim.Join("standup", "ada", "Ada")
		st.sim.Join("standup", "chaos", "Chaos")
		pass(6 * time.Second)
		st.silent("held by the first", "chaos", true)
		st.silent("let through", "ada", false)
		st.silent("there all the time", "ben", true)
	})
}
