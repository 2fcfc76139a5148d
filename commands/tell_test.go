package commands_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// listener notes what a provider was asked to do, in order.
type listener struct {
	*simulated.Driver
	deaf bool // announcements fail

	mu    sync.Mutex
	asked []string
}

func (l *listener) note(o provider.Order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(o.Action) + " " + o.Participant.Identity
	if o.Text != "" {
		text += ": " + o.Text
	}
	l.asked = append(l.asked, text)
}

func (l *listener) heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.asked = nil }()
	return strings.Join(l.asked, "\n")
}

func (l *listener) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	l.note(o)
	return l.Driver.Kick(ctx, o)
}

func (l *listener) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	l.note(o)
	return l.Driver.Mute(ctx, o)
}

func (l *listener) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	l.note(o)
	return l.Driver.Hold(ctx, o)
}

func (l *listener) Announce(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if l.deaf {
		return provider.Effect{}, moderation.Errorf(moderation.CodeUnavailable, "not now")
	}
	l.note(o)
	return l.Driver.Announce(ctx, o)
}

func newListeningStage(t *testing.T) (*stage, *listener) {
	l := &listener{}
	st := newStage(t, func(st *stage, c *commands.Config) {
		l.Driver = st.sim
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", l))
	})
	return st, l
}

func TestThePersonIsToldBefore(t *testing.T) {
	for line, want := range map[string]string{
		"kick standup chaos tell=true shouting":      "announce chaos: A moderator is removing you from this room. Reason: shouting\nkick chaos",
		"kick standup chaos shouting tell=true":      "announce chaos: A moderator is removing you from this room. Reason: shouting\nkick chaos",
		"mute standup chaos video tell=true":         "announce chaos: A moderator is switching off your camera.\nmute chaos",
		"hold standup chaos tell=true":               "announce chaos: A moderator is putting you on hold.\nhold chaos",
		"ban standup chaos permanent tell=true spam": "announce chaos: A moderator is removing you from this room; you cannot come back. Reason: spam\nkick chaos",
		"ban sim:* chaos permanent tell=true":        "announce chaos: A moderator is removing you from this room; you cannot come back.\nkick chaos",
		"kick standup chaos tell=false":              "kick chaos",
		"kick standup chaos 'tell=true'":             "kick chaos",
	} {
		st, l := newListeningStage(t)
		answer := said(t, st.typed(owner, line))
		if got := l.heard(); got != want {
			t.Errorf("%s: asked\n%s\nwant\n%s\n(answer %s)", line, got, want, answer)
		}
		c, told := st.lastCase(), strings.HasPrefix(want, "announce")
		if (c.Options["tell"] == "true") != told || strings.Contains(answer, "was told before") != told {
			t.Errorf("%s: options %v, answer %q", line, c.Options, answer)
		}
	}
}

func TestWhatCannotBeToldIsDoneAllTheSame(t *testing.T) {
	st, l := newListeningStage(t)
	l.deaf = true
	if got := said(t, st.typed(owner, "kick standup chaos tell=true")); !strings.Contains(got, "is out of") || !strings.Contains(got, "could not be told") {
		t.Errorf("said %q", got)
	}
	if c := st.lastCase(); c.Outcome != moderation.Succeeded || c.Options["tell"] != "true" || !strings.Contains(c.Text, "could not be told") {
		t.Errorf("case %+v", c)
	}
	if got := said(t, st.typed(owner, "ban standup ghost tell=true")); !strings.Contains(got, "not in the room, so they were not told") {
		t.Errorf("said %q", got)
	}

	st = newStage(t, onPlain)
	if st.CanTell("sim:standup") {
		t.Error("a provider that cannot speak is said to")
	}
	if got := said(t, st.typed(owner, "kick standup chaos tell=true")); !strings.Contains(got, "could not be told: sim cannot speak to one person") {
		t.Errorf("said %q", got)
	}
	if _, there := st.person("standup", "chaos"); there {
		t.Error("Chaos is still there")
	}
}

func TestTellIsCheckedBeforeAnythingIsSent(t *testing.T) {
	st, l := newListeningStage(t)
	if got := said(t, st.typed(owner, "kick standup chaos tell=maybe")); !strings.Contains(got, "tell=maybe") {
		t.Errorf("said %q", got)
	}
	if got := l.heard(); got != "" {
		t.Errorf("asked %s", got)
	}
	if !st.CanTell("sim:standup") || !st.CanTell("standup") {
		t.Error("the simulated provider is said not to speak")
	}
}
