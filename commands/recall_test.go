package commands_test

import (
	"context"
	"slices"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// forgetful is a provider that does not show who is pinned.
type forgetful struct {
	plain
	told chan []provider.Order
}

func (f forgetful) Pin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return f.sim.Pin(ctx, o)
}

func (f forgetful) Unpin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return f.sim.Unpin(ctx, o)
}

func (f forgetful) Capabilities(r moderation.Room) moderation.CapabilitySet {
	set := f.plain.Capabilities(r)
	set[moderation.CanPin] = moderation.Support{Level: moderation.ClientSide}
	return set
}

func (f forgetful) Recall(pins []provider.Order) { f.told <- pins }

// A provider that does not show who is pinned is told at start.
func TestTellsAtStartWhoIsPinned(t *testing.T) {
	f := forgetful{told: make(chan []provider.Order, 1)}
	st := newStage(t, func(st *stage, c *commands.Config) {
		f.plain = plain{st.sim, st.sim}
		c.Providers = provider.NewSet(provider.NewClient("sim", "plain", f))
	})
	if n, ok := st.typed(owner, "unpin standup").(commands.Notice); !ok || n.Says[0].Key != "pin.none_of_ours" {
		t.Errorf("%+v", n)
	}
	for _, line := range []string{"pin standup chaos", "unpin standup chaos", "pin town-hall emil", "pin standup ada", "pin standup ben", "mute standup ben"} {
		if a, ok := st.typed(owner, line).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Fatalf("%s: %+v", line, a)
		}
	}
	st.typed(viewer, "pin standup ada")
	defer st.run()()
	var got []string
	for _, o := range <-f.told {
		if there, in := st.person(o.Room.Name, o.Participant.Identity); !in || there.ID != o.Participant.ID {
			t.Errorf("%+v is not %+v", o.Participant, there)
		}
		got = append(got, string(o.Action)+" "+o.Room.Name+" "+o.Participant.Identity)
	}
	if want := []string{"pin standup ben", "pin town-hall emil"}; !slices.Equal(got, want) {
		t.Errorf("told %q", got)
	}
}
