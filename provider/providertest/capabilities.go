package providertest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

var english = words.MustLoad("en")

// checkWords fails the test for a sentence that is in no word list.
func checkWords(t *testing.T, all ...moderation.Sentence) {
	t.Helper()
	for _, s := range all {
		if !english.Has(s.Key) {
			t.Errorf("there are no words for %q", s.Key)
		}
	}
}

func checkErrorWords(t *testing.T, err error) {
	t.Helper()
	var e *moderation.Error
	if errors.As(err, &e) && !e.Says.IsZero() {
		checkWords(t, e.Says)
	}
}

// methods tells which action's method a capability needs.
var methods = map[moderation.Capability]moderation.Action{
	moderation.CanKick: moderation.ActionKick, moderation.CanEnd: moderation.ActionEnd,
	moderation.CanMuteAudio: moderation.ActionMute, moderation.CanMuteVideo: moderation.ActionMute,
	moderation.CanMuteScreen: moderation.ActionMute, moderation.CanMuteAllAudio: moderation.ActionMuteAll,
	moderation.CanMuteAllVideo: moderation.ActionMuteAll, moderation.CanUnmuteAudio: moderation.ActionUnmute,
	moderation.CanUnmuteVideo: moderation.ActionUnmute, moderation.CanUnmuteScreen: moderation.ActionUnmute,
	moderation.CanHold: moderation.ActionHold, moderation.CanAnnounce: moderation.ActionAnnounce,
	moderation.CanAnnounceOne: moderation.ActionAnnounce, moderation.CanCoach: moderation.ActionCoach,
	moderation.CanDial: moderation.ActionDial, moderation.CanConfigure: moderation.ActionSet,
	moderation.CanPin: moderation.ActionPin, moderation.CanLock: moderation.ActionLock,
}

// testCapabilities holds that what a driver says, what it has methods for and
// what the documentation shows are the same, and prints its column of the matrix.
func (h Harness) testCapabilities(t *testing.T) {
	s := h.open(t, 1)
	set := s.client.Capabilities(s.room)
	var column strings.Builder
	for _, c := range moderation.Capabilities() {
		support := set[c]
		if support.Level == "" {
			support.Level = moderation.Impossible
		}
		fmt.Fprintf(&column, "%-18s %s\n", c, support.Level)
		want := h.Matrix[c]
		if want == "" {
			want = moderation.Impossible
		}
		if support.Level != want {
			t.Errorf("%s: the driver says %q, the matrix %q", c, support.Level, want)
		}
		h.checkSupport(t, c, support)
	}
	t.Logf("the column of the matrix:\n%s", column.String())
}

func (h Harness) checkSupport(t *testing.T, c moderation.Capability, s moderation.Support) {
	t.Helper()
	switch s.Level {
	case moderation.Emulated, moderation.ClientSide, moderation.Impossible:
		if s.Says.IsZero() {
			t.Errorf("%s is %q and does not say how or why", c, s.Level)
			return
		}
		checkWords(t, s.Says)
	case moderation.Native, moderation.Looped:
		if !s.Says.IsZero() {
			checkWords(t, s.Says)
		}
	default:
		t.Errorf("%s: the level %q is none", c, s.Level)
	}
	action, needs := methods[c]
	kept := c == moderation.CanLock && s.Level == moderation.Emulated // by whoever watches the room
	if needs && s.Available() && !kept && !provider.Implements(h.Driver, action) {
		t.Errorf("%s is %q and the driver has no method for %s", c, s.Level, action)
	}
}
