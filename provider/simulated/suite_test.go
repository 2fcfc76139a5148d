package simulated_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func TestSuite(t *testing.T) {
	d := start(t, simulated.Config{})
	matrix := map[moderation.Capability]moderation.Level{}
	for _, c := range moderation.Capabilities() {
		matrix[c] = moderation.Native
	}
	matrix[moderation.CanBan] = moderation.Emulated
	var rooms atomic.Int64
	providertest.Run(t, providertest.Harness{
		Driver: d,
		Matrix: matrix,
		Number: "+16175551212",
		NewRoom: func(t *testing.T, people int) providertest.Room {
			s := &stage{d: d, name: fmt.Sprintf("room-%d", rooms.Add(1))}
			d.Open(simulated.RoomPlan{Name: s.name, People: people})
			r := s.now(t)
			_, s.changes = d.Stage(t.Context())
			for _, p := range r.People {
				d.UnmuteSelf(s.name, p.Identity, moderation.Audio)
				s.guests = append(s.guests, &guest{stage: s, identity: p.Identity})
			}
			return s
		},
	})
}

// stage is a simulated room as its people see it.
type stage struct {
	d       *simulated.Driver
	name    string
	changes <-chan simulated.Change
	guests  []providertest.Guest
}

func (s *stage) Name() string                 { return s.name }
func (s *stage) Guests() []providertest.Guest { return s.guests }

// now returns the room as it stands; the zero room where it is gone.
func (s *stage) now(t testing.TB) simulated.StageRoom {
	all, _ := s.d.Stage(t.Context())
	i := slices.IndexFunc(all.Rooms, func(r simulated.StageRoom) bool { return r.Name == s.name })
	if i < 0 {
		return simulated.StageRoom{}
	}
	return all.Rooms[i]
}

type guest struct {
	stage    *stage
	identity string
}

func (g *guest) Identity() string { return g.identity }

func (g *guest) Leave(testing.TB) { g.stage.d.Leave(g.stage.name, g.identity) }

func (g *guest) Return(t testing.TB) {
	if _, in := g.stage.d.Join(g.stage.name, g.identity, g.identity); !in {
		t.Errorf("%s cannot come back", g.identity)
	}
}

// me returns the guest where it is in the room.
func (g *guest) me(t testing.TB) (simulated.StagePerson, bool) {
	people := g.stage.now(t).People
	i := slices.IndexFunc(people, func(p simulated.StagePerson) bool { return p.Identity == g.identity })
	if i < 0 {
		return simulated.StagePerson{}, false
	}
	return people[i], true
}

func (g *guest) holds(t testing.TB, what string, so bool) {
	t.Helper()
	if !so {
		t.Errorf("%s: not %s", g.identity, what)
	}
}

func (g *guest) AwaitOut(t testing.TB) {
	t.Helper()
	_, in := g.me(t)
	g.holds(t, "out", !in)
}

func (g *guest) AwaitSilent(t testing.TB, m moderation.Media) {
	t.Helper()
	g.holds(t, "silent", !g.stage.d.UnmuteSelf(g.stage.name, g.identity, m))
}

func (g *guest) AwaitFree(t testing.TB, m moderation.Media) {
	t.Helper()
	g.holds(t, "free", g.stage.d.UnmuteSelf(g.stage.name, g.identity, m))
}

func (g *guest) AwaitApart(t testing.TB) {
	t.Helper()
	other := g.stage.guests[1].Identity()
	r := g.stage.now(t)
	g.holds(t, "apart", !r.Hears(g.identity, other) && !r.Hears(other, g.identity))
}

func (g *guest) AwaitTogether(t testing.TB) {
	t.Helper()
	other := g.stage.guests[1].Identity()
	r := g.stage.now(t)
	g.holds(t, "together", r.Hears(g.identity, other) && r.Hears(other, g.identity))
}

func (g *guest) AwaitAnnouncement(t testing.TB, text string) {
	t.Helper()
	for len(g.stage.changes) > 0 {
		c := <-g.stage.changes
		if c.Text == text && (c.Identity == "" || c.Identity == g.identity) {
			return
		}
	}
	t.Errorf("%s did not hear %q", g.identity, text)
}

func (g *guest) AwaitPinned(t testing.TB, identity string) {
	t.Helper()
	pinned := ""
	for _, p := range g.stage.now(t).People {
		if p.Pinned {
			pinned += p.Identity
		}
	}
	g.holds(t, fmt.Sprintf("seeing %q pinned but %q", identity, pinned), pinned == identity)
}

func (g *guest) AwaitHears(t testing.TB, identity string) {
	t.Helper()
	g.holds(t, "hearing "+identity, g.stage.now(t).Hears(g.identity, identity))
}

func (g *guest) AwaitHearsNot(t testing.TB, identity string) {
	t.Helper()
	g.holds(t, "deaf to "+identity, !g.stage.now(t).Hears(g.identity, identity))
}
