package providertest

import (
	"errors"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Subject is a driver under test, with what a driver's own tests do most.
type Subject struct{ provider.Driver }

// Act carries an order out as the product does: checked first.
func (s Subject) Act(t testing.TB, o provider.Order) (provider.Effect, error) {
	t.Helper()
	c := provider.NewClient("tested", "tested", s.Driver)
	if err := c.CheckOrder(o); err != nil {
		return provider.Effect{}, err
	}
	return c.Act(t.Context(), o)
}

// MustAct is Act for orders that are taken.
func (s Subject) MustAct(t testing.TB, o provider.Order) provider.Effect {
	t.Helper()
	effect, err := s.Act(t, o)
	if err != nil {
		t.Fatalf("%s: %v", o.Action, err)
	}
	return effect
}

// MustRoom finds a room that is there.
func (s Subject) MustRoom(t testing.TB, name string) moderation.Room {
	t.Helper()
	room, err := s.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

// MustPerson finds someone who is in a room.
func (s Subject) MustPerson(t testing.TB, room moderation.Room, who string) moderation.Participant {
	t.Helper()
	p, err := s.Participant(t.Context(), room, who)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// WantCode fails the test where err is not one of ours with this code and, where
// key is not empty, with this sentence.
func WantCode(t testing.TB, err error, code moderation.Code, key string) {
	t.Helper()
	if got := moderation.CodeOf(err); got != code {
		t.Fatalf("code %q, want %q: %v", got, code, err)
	}
	var e *moderation.Error
	if key != "" && (!errors.As(err, &e) || e.Says.Key != key) {
		t.Fatalf("says %v, want %s", err, key)
	}
}

// Hall is a room of a harness: its name and who is in it.
type Hall struct {
	Title  string
	People []Guest
}

// Name returns the title.
func (h *Hall) Name() string { return h.Title }

// Guests returns the people.
func (h *Hall) Guests() []Guest { return h.People }
