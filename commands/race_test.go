package commands_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func orderFor(c moderation.Case, room moderation.Room) provider.Order {
	return provider.Order{
		Action: c.Action, Room: room, Media: c.Media,
		Participant: moderation.Participant{ID: c.ParticipantID, Identity: c.Participant},
	}
}

// counting counts what reaches the provider, and holds kicks up until all
// presses have come.
type counting struct {
	*simulated.Driver
	kicks, mutes atomic.Int64
	begun        chan struct{}
	once         sync.Once
	let          chan struct{}
}

func (c *counting) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	c.kicks.Add(1)
	c.once.Do(func() { close(c.begun) })
	select {
	case <-c.let:
	case <-ctx.Done():
	}
	return c.Driver.Kick(ctx, o)
}

func (c *counting) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	c.mutes.Add(1)
	return c.Driver.Mute(ctx, o)
}

// Many press the same button at once, some twice: the provider is asked once,
// there is one case, and everyone learns who did it.
func TestPressedTogether(t *testing.T) {
	driver := &counting{begun: make(chan struct{}), let: make(chan struct{})}
	st := newStage(t, func(st *stage, c *commands.Config) {
		driver.Driver = st.sim
		c.Providers = provider.NewSet(provider.NewClient("sim", "counting", driver))
	})
	chaos, _ := st.person("standup", "chaos")
	room, err := st.sim.Room(t.Context(), "standup")
	if err != nil {
		t.Fatal(err)
	}
	args := commands.Args{commands.ArgRoom: "sim:" + room.ID, commands.ArgPerson: chaos.ID}

	const presses = 24
	answers := make([]commands.Answer, presses)
	var pressing sync.WaitGroup
	for i := range presses {
		pressing.Go(func() {
			answers[i] = st.Do(t.Context(), commands.Invocation{
				Caller: by([]string{owner, moderator}[i%2]), Source: commands.FromButton, Command: "kick", Args: args,
				Key: fmt.Sprintf("press-%d", i/2), Confirmed: true,
			})
		})
	}
	<-driver.begun
	close(driver.let)
	pressing.Wait()

	done := 0
	for _, a := range answers {
		switch a := a.(type) {
		case commands.CaseAnswer:
			if a.Case.Outcome == moderation.Succeeded {
				done++
			}
		case commands.Notice:
			if a.Code != moderation.CodeConflict || a.Case != 1 {
				t.Errorf("answer %+v", a)
			}
		default:
			t.Errorf("answer %T", a)
		}
	}
	if n := driver.kicks.Load(); n != 1 || done < 1 || len(st.cases()) != 1 {
		t.Errorf("%d calls, %d done, %d cases", n, done, len(st.cases()))
	}
	if got, ok := st.pressed(moderator, "kick", args).(commands.Notice); !ok || got.Case != 1 {
		t.Errorf("a press afterwards: %+v", got)
	}
}

// A mute, its opposite and the mute again are three acts.
func TestMuteTurnedBack(t *testing.T) {
	st := newStage(t)
	for i, line := range []string{"mute standup chaos", "unmute standup chaos", "mute standup chaos", "unmute standup chaos"} {
		if a, ok := st.typed(owner, line).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Errorf("%d: %+v", i, a)
		}
	}
	if n, ok := st.typed(moderator, "unmute standup chaos").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("the same again: %+v", n)
	}
}

// A pin replaces the one before: the first may be pinned again at once, and the
// same press twice pins once.
func TestPinsInTurn(t *testing.T) {
	st := newStage(t)
	for _, line := range []string{"pin standup chaos", "pin standup ben", "pin standup chaos", "unpin standup chaos", "pin standup chaos"} {
		if a, ok := st.typed(moderator, line).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Fatalf("%s: %+v", line, a)
		}
	}
	if n, ok := st.typed(owner, "pin standup chaos").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("pinned twice: %+v", n)
	}
	if one, _ := st.person("standup", "chaos"); !one.Pinned {
		t.Error("Chaos is not pinned")
	}
	if one, _ := st.person("standup", "ben"); one.Pinned {
		t.Error("Ben is pinned too")
	}
}

// A mute of all but one and a mute of all are two acts, in either order.
func TestMutesOfDifferentPeople(t *testing.T) {
	st := newStage(t)
	for _, line := range []string{"mute-all standup except ada", "mute-all standup", "mute-all standup except ben", "mute-all standup allow_unmute=true"} {
		if a, ok := st.typed(moderator, line).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Fatalf("%s: %+v", line, a)
		}
		if n, ok := st.typed(owner, line).(commands.Notice); !ok || n.Code != moderation.CodeConflict {
			t.Errorf("%s again: %+v", line, n)
		}
	}
}
