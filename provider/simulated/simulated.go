// Package simulated is a provider without a service: rooms in memory, with
// people who talk, mute themselves, leave and come back under a new connection.
// It has every capability, so that the demo shows the whole product, and faults
// on demand, so that tests meet what real providers do. Everything it does by
// itself follows from its seed; it reads the clock with package time alone, so
// that testing/synctest can turn it.
package simulated

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Activity says what people do by themselves.
type Activity string

// The activities.
const (
	Off  Activity = "off"  // they stay as they are
	Calm Activity = "calm" // they talk and mute themselves; nobody comes or goes
	Busy Activity = "busy" // they leave and come back too
)

// Config describes a simulation. The zero value is the two rooms of the demo,
// four people each, who stay as they are.
type Config struct {
	Rooms    []RoomPlan
	Seed     uint64
	Activity Activity
	// Comeback is how long someone who was kicked stays away; zero: for good.
	Comeback time.Duration
	// Reopen is how long a room that was ended stays gone before its people come
	// back to it under new connections; zero: for good. A lock keeps it shut.
	Reopen time.Duration
	Faults []Fault
	// Journal is a file to which every effect is appended, one JSON object a
	// line, before it is answered. A simulation that finds one goes on from there.
	Journal string
}

// RoomPlan is a room as it starts.
type RoomPlan struct {
	Name   string
	People int
	AuthID string // the tenant in the room's metadata; empty: none
}

// Rooms returns the two rooms of the demo.
func Rooms() []RoomPlan {
	return []RoomPlan{{Name: "standup", People: 4}, {Name: "town-hall", People: 4}}
}

// Driver is one simulation. It is safe for concurrent use.
type Driver struct {
	mu       sync.Mutex
	config   Config
	rooms    []*room
	ended    map[string]*room // by name, to reopen
	faults   []*faulting
	due      []task
	dice     dice
	watchers map[chan Change]struct{}
	journal  io.WriteCloser
	broken   error // why the journal could not be written

	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}
}

// New starts a simulation; Close ends it.
func New(c Config) (*Driver, error) {
	if len(c.Rooms) == 0 {
		c.Rooms = Rooms()
	}
	d := &Driver{
		config: c, ended: make(map[string]*room), dice: newDice(c.Seed), watchers: make(map[chan Change]struct{}),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	now := time.Now()
	for _, plan := range c.Rooms {
		d.rooms = append(d.rooms, d.furnish(plan, now))
	}
	for _, f := range c.Faults {
		d.faults = append(d.faults, &faulting{Fault: f, left: f.Times})
	}
	if c.Journal != "" {
		if err := d.openJournal(c.Journal); err != nil {
			return nil, err
		}
	}
	if c.Activity == Calm || c.Activity == Busy {
		d.after(tick, d.act)
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	go d.run(ctx)
	return d, nil
}

// Check answers at once.
func (d *Driver) Check(ctx context.Context) error {
	_, err := answer(ctx, d, "check", func() (struct{}, error) { return struct{}{}, nil })
	return err
}

// Close ends the simulation and waits for it.
func (d *Driver) Close() error {
	d.stop()
	<-d.done
	d.mu.Lock()
	defer d.mu.Unlock()
	for w := range d.watchers {
		close(w)
		delete(d.watchers, w)
	}
	if d.journal == nil {
		return nil
	}
	err := d.journal.Close()
	d.journal = nil
	return err
}

var (
	errNoRoom   = moderation.Errorf(moderation.CodeNotFound, "no such room")
	errNoPerson = moderation.Errorf(moderation.CodeNotFound, "no such participant")
)

// Rooms lists the live rooms by name.
func (d *Driver) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	return answer(ctx, d, "rooms", func() (provider.RoomPage, error) {
		all := make([]moderation.Room, 0, len(d.rooms))
		for _, r := range d.rooms {
			all = append(all, r.show())
		}
		return provider.PageRooms(all, q)
	})
}

// Room finds a live room by id or name.
func (d *Driver) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	return answer(ctx, d, "room", func() (moderation.Room, error) {
		r := d.room(idOrName)
		if r == nil {
			return moderation.Room{}, errNoRoom
		}
		return r.show(), nil
	})
}

// Participants lists who is in the room, in the order in which they came.
func (d *Driver) Participants(ctx context.Context, in moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	return answer(ctx, d, "participants", func() (provider.ParticipantPage, error) {
		r := d.room(in.ID)
		if r == nil {
			return provider.ParticipantPage{}, errNoRoom
		}
		return provider.PageParticipants(r.present(time.Now()), q)
	})
}

// Participant finds someone present by connection id, else by identity, label or number.
func (d *Driver) Participant(ctx context.Context, in moderation.Room, idOrIdentity string) (moderation.Participant, error) {
	return answer(ctx, d, "participant", func() (moderation.Participant, error) {
		r := d.room(in.ID)
		if r == nil {
			return moderation.Participant{}, errNoRoom
		}
		return provider.Find(r.present(time.Now()), idOrIdentity)
	})
}
