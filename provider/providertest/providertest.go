// Package providertest is the suite that every driver passes: against a
// simulation, a stand-in, or the real service with real participants. What the
// people in the room see for themselves counts, not what the driver says of it.
package providertest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/internal/eventually"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Harness is what a driver's test brings.
type Harness struct {
	// Driver is what is tested. The suite does not close it.
	Driver provider.Driver
	// NewRoom opens a room with this many people in it, who send a microphone
	// and, where the provider has video, a camera. It ends with the test.
	NewRoom func(t *testing.T, people int) Room
	// NewCrowd opens a room with very many people in it, who send a microphone and
	// listen to nobody; nil: the suite has no crowd.
	NewCrowd func(t *testing.T) Room
	// Matrix is what the driver must be able to do, as docs/providers.md shows
	// it; a capability that is not in it is impossible.
	Matrix map[moderation.Capability]moderation.Level
	// Number is one that can be called, where the driver dials.
	Number string
	// Parallel lets the tests run side by side: NewRoom is then called from
	// several goroutines.
	Parallel bool

	// Wired makes a driver whose requests go to another address; nil: the driver
	// sends none, and the suite of faults is left out.
	Wired func(t *testing.T, address string) provider.Driver
	// Target is where those requests go in the end: http://…
	Target string
	// Writes reports whether a request changes anything; nil: all but GET.
	Writes func(r *http.Request) bool
	// Secrets must be in no error, whatever the provider answers.
	Secrets []string
}

// Room is an open room of the harness.
type Room interface {
	Name() string // as people type it
	Guests() []Guest
}

// Guest is someone in the room, as they see it for themselves. Each Await
// returns once it is so, and fails the test where it does not come to be. A
// harness embeds NoGuest for what its provider does not have.
type Guest interface {
	Identity() string
	Leave(t testing.TB)
	Return(t testing.TB)                          // under a new connection
	AwaitOut(t testing.TB)                        // put out of the room
	AwaitSilent(t testing.TB, m moderation.Media) // nobody gets it from them
	AwaitFree(t testing.TB, m moderation.Media)   // they may send it again
	AwaitApart(t testing.TB)                      // on hold
	AwaitTogether(t testing.TB)                   // no longer
	AwaitAnnouncement(t testing.TB, text string)
	AwaitPinned(t testing.TB, identity string) // "": nobody
	AwaitHears(t testing.TB, identity string)
	AwaitHearsNot(t testing.TB, identity string)
}

// NoGuest fails the test for whatever a provider does not have.
type NoGuest struct{}

func absent(t testing.TB) {
	t.Helper()
	t.Fatal("the driver claims what its harness does not have")
}

// AwaitSilent fails the test, as all of these do.
func (NoGuest) AwaitSilent(t testing.TB, _ moderation.Media) { absent(t) }

// AwaitFree fails the test.
func (NoGuest) AwaitFree(t testing.TB, _ moderation.Media) { absent(t) }

// AwaitApart fails the test.
func (NoGuest) AwaitApart(t testing.TB) { absent(t) }

// AwaitTogether fails the test.
func (NoGuest) AwaitTogether(t testing.TB) { absent(t) }

// AwaitAnnouncement fails the test.
func (NoGuest) AwaitAnnouncement(t testing.TB, _ string) { absent(t) }

// AwaitPinned fails the test.
func (NoGuest) AwaitPinned(t testing.TB, _ string) { absent(t) }

// AwaitHears fails the test.
func (NoGuest) AwaitHears(t testing.TB, _ string) { absent(t) }

// AwaitHearsNot fails the test.
func (NoGuest) AwaitHearsNot(t testing.TB, _ string) { absent(t) }

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, part := range []struct {
		name string
		test func(*testing.T)
	}{
		{"Capabilities", h.testCapabilities},
		{"Rooms", h.testRooms},
		{"Participants", h.testParticipants},
		{"Identity", h.testIdentity},
		{"Kick", h.testKick},
		{"Mute", h.testMute},
		{"MuteAll", h.testMuteAll},
		{"End", h.testEnd},
		{"Crowd", h.testCrowd},
		{"Lock", h.testLock},
		{"Pin", h.testPin},
		{"Hold", h.testHold},
		{"Coach", h.testCoach},
		{"Announce", h.testAnnounce},
		{"Dial", h.testDial},
		{"Words", h.testWords},
		{"Deadline", h.testDeadline},
		{"Faults", h.testFaults},
	} {
		t.Run(part.name, func(t *testing.T) {
			if h.Parallel && part.name != "Crowd" { // which nothing else should slow down
				t.Parallel()
			}
			part.test(t)
		})
	}
}

// scene is an open room with what the tests of it need.
type scene struct {
	Room
	client *provider.Client
	room   moderation.Room
}

// open opens a room and finds it through the driver.
func (h Harness) open(t *testing.T, people int) *scene {
	t.Helper()
	return h.enter(t, h.NewRoom(t, people))
}

// enter finds an open room through the driver.
func (h Harness) enter(t *testing.T, r Room) *scene {
	t.Helper()
	s := &scene{Room: r, client: provider.NewClient("tested", "tested", h.Driver)}
	s.until(t, "the room is listed with everyone in it", func() bool {
		room, err := s.client.Room(t.Context(), s.Name())
		if err != nil {
			return false
		}
		s.room = room
		there := 0
		err = provider.EachParticipant(t.Context(), s.client, room, func(moderation.Participant) bool {
			there++
			return true
		})
		return err == nil && there == len(s.Guests())
	})
	return s
}

// needs skips a test of what the driver cannot do in the room.
func (s *scene) needs(t *testing.T, c moderation.Capability) {
	t.Helper()
	if !s.client.Capabilities(s.room)[c].Available() {
		t.Skipf("it has no %s", c)
	}
}

// who returns a participant as the driver sees them now.
func (s *scene) who(t *testing.T, identity string) moderation.Participant {
	t.Helper()
	p, err := s.client.Participant(t.Context(), s.room, identity)
	if err != nil {
		t.Fatalf("%s: %v", identity, err)
	}
	return p
}

// order makes an order for the room or, where identity is not empty, for one in it.
func (s *scene) order(t *testing.T, a moderation.Action, identity string) provider.Order {
	t.Helper()
	o := provider.Order{Action: a, Room: s.room}
	if identity != "" {
		o.Participant = s.who(t, identity)
	}
	return o
}

// act carries an order out, which must succeed, and show when looked at.
func (s *scene) act(t *testing.T, o provider.Order) provider.Effect {
	t.Helper()
	effect, err := s.client.Act(t.Context(), o)
	if err != nil {
		t.Fatalf("%s: %v", o.Action, err)
	}
	checkWords(t, effect.Says...)
	return effect
}

// shows waits until a look at the room says what became of an order.
func (s *scene) shows(t *testing.T, o provider.Order, want moderation.Outcome) {
	t.Helper()
	var got moderation.Outcome
	s.until(t, "a look shows that "+string(o.Action)+" "+string(want), func() bool {
		var err error
		got, err = s.client.Look(t.Context(), o)
		return err == nil && got == want
	})
}

// until waits until something holds that a provider shows a moment late.
func (s *scene) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	eventually.Until(ctx, t, what, holds)
}

// wantCode fails the test where err is not an error of ours with this code.
func wantCode(t *testing.T, what string, err error, want moderation.Code) {
	t.Helper()
	if got := moderation.CodeOf(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}
