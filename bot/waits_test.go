package bot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// slowRooms are simulated rooms where a kick and a lock take until the test lets
// one go on.
type slowRooms struct {
	*simulated.Driver
	goOn chan struct{}
}

func (d slowRooms) wait(ctx context.Context) {
	select {
	case <-d.goOn:
	case <-ctx.Done():
	}
}

func (d slowRooms) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	d.wait(ctx)
	return d.Driver.Kick(ctx, o)
}

func (d slowRooms) Lock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	d.wait(ctx)
	return d.Driver.Lock(ctx, o)
}

// newSlowStage is newStage with slow rooms, and what lets one action go on.
func newSlowStage(t *testing.T) (st *stage, goOn func()) {
	t.Helper()
	let := make(chan struct{}, 2)
	st = newStage(t, stageOptions{driver: func(sim *simulated.Driver) provider.Driver { return slowRooms{sim, let} }})
	return st, func() { let <- struct{}{} }
}

func TestSlowWorkIsSaidToGoOn(t *testing.T) {
	st, goOn := newSlowStage(t)
	reply, err := st.types(slack.Olive, "kick standup Chaos")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(reply, "Working")
	goOn()
	st.expect(reply, "Chaos is out")
}

// A list that was pressed says itself that work goes on, and then no more.
func TestSlowWorkShowsInTheList(t *testing.T) {
	st, goOn := newSlowStage(t)
	for _, where := range []string{"list standup", "list"} {
		reply, err := st.types(slack.Olive, where)
		if err != nil {
			t.Fatal(err)
		}
		list := st.expect(reply, "standup")
		button, near := "Kick", "Chaos"
		if where == "list" {
			button, near = "Lock", "town-hall"
		}
		if _, err := st.slack.As(slack.Olive).Press(st.ctx, list, button, near); err != nil {
			t.Fatal(err)
		}
		shows := func(what string, so func(string) bool) {
			t.Helper()
			st.await(what, func() bool {
				for _, m := range st.slack.As(slack.Olive).Sees(slack.Moderation) {
					if m.TS == list.TS {
						return so(m.Plain())
					}
				}
				return false
			})
		}
		shows("working", func(text string) bool { return strings.Contains(text, "Working") })
		goOn()
		shows("done", func(text string) bool { return !strings.Contains(text, "Working") })
		for _, m := range st.slack.As(slack.Olive).Sees(slack.Moderation) {
			if strings.Contains(m.Plain(), "Working") {
				t.Errorf("left: %s", m.Plain())
			}
		}
	}
}

// Who waits for another's work in the same room is told that work goes on.
func TestWhoWaitsIsTold(t *testing.T) {
	st, goOn := newSlowStage(t)
	first, err := st.types(slack.Olive, "kick standup chaos")
	if err != nil {
		t.Fatal(err)
	}
	second, err := st.types(slack.Olive, "kick standup ben")
	if err != nil {
		t.Fatal(err)
	}
	st.expect(first, "Working")
	st.expect(second, "Working")
	goOn()
	st.expect(first, "Chaos is out of")
	goOn()
	st.expect(second, "Ben is out of")
	if one, other := len(first.Messages()), len(second.Messages()); one != other {
		t.Errorf("answered by %d messages and by %d", one, other)
	}
	st.clean()
}
