package commands_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// greeter is a provider to which standing measures have to be brought; it notes
// to whom, and what each of them leaves to give back.
type greeter struct {
	*simulated.Driver

	mu       sync.Mutex
	met      []string // whisper of ada: ben
	restored map[moderation.Action]string
}

func (g *greeter) Greet(_ context.Context, o provider.Order, standing []provider.Order) ([]json.RawMessage, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var restore []json.RawMessage
	for _, s := range standing {
		g.met = append(g.met, string(s.Action)+" of "+s.Participant.Identity+": "+o.Participant.Identity)
		restore = append(restore, json.RawMessage(`"`+string(s.Action)+" of "+o.Participant.ID+`"`))
	}
	return restore, nil
}

func (g *greeter) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return g.note(o), nil
}

func (g *greeter) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return g.note(o), nil
}

func (g *greeter) note(o provider.Order) provider.Effect {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.restored[o.Action] = string(o.Restore)
	return provider.Effect{}
}

// since returns who was met since it was asked before.
func (g *greeter) since() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	met := g.met
	g.met = nil
	return met
}

// greeting runs f with such a provider beside Service.Run, on a clock that the test turns.
func greeting(t *testing.T, f func(t *testing.T, st *stage, g *greeter)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		sim, err := simulated.New(simulated.Config{})
		if err != nil {
			t.Fatal(err)
		}
		g := &greeter{Driver: sim, restored: map[moderation.Action]string{}}
		st := newStageOn(t, path, sim, func(_ *stage, c *commands.Config) {
			c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", g))
		})
		defer st.run()()
		f(t, st, g)
	})
}

// A whisper is brought to the coach once more at the first look, and to whoever
// comes in; while nobody does, nothing is sent.
func TestWhisperIsBroughtToWhoComesIn(t *testing.T) {
	greeting(t, func(t *testing.T, st *stage, g *greeter) {
		st.typed(owner, "coach standup ada chaos")
		for _, step := range []struct {
			what string
			do   func()
			want []string
		}{
			{"the first look", func() {}, []string{"coach of ada: ada"}},
			{"nobody", func() { pass(time.Minute) }, nil},
			{"a newcomer", func() { st.sim.Join("standup", "new", "New") }, []string{"coach of ada: new"}},
			{"the coach", func() { st.sim.Leave("standup", "ada"); st.sim.Join("standup", "ada", "Ada") }, []string{"coach of ada: ada"}},
			{"the end", func() { st.typed(owner, "uncoach standup ada"); st.sim.Join("standup", "last", "Last") }, nil},
		} {
			step.do()
			pass(6 * time.Second)
			if got := g.since(); !slices.Equal(got, step.want) {
				t.Errorf("%s: met %v, want %v", step.what, got, step.want)
			}
		}
	})
}

// Each measure that is brought to someone who came back keeps what it took itself.
func TestEachMeasureKeepsItsOwnWayBack(t *testing.T) {
	greeting(t, func(t *testing.T, st *stage, g *greeter) {
		st.typed(owner, "mute standup chaos")
		st.typed(owner, "hold standup chaos")
		pass(6 * time.Second)
		st.sim.Leave("standup", "chaos")
		back, _ := st.sim.Join("standup", "chaos", "Chaos")
		pass(6 * time.Second)
		st.typed(owner, "unmute standup chaos")
		st.typed(owner, "unhold standup chaos")
		want := map[moderation.Action]string{
			moderation.ActionUnmute: `"mute of ` + back.ID + `"`, moderation.ActionUnhold: `"hold of ` + back.ID + `"`,
		}
		for action, restore := range want {
			if g.restored[action] != restore {
				t.Errorf("%s gives back %s, want %s", action, g.restored[action], restore)
			}
		}
	})
}
