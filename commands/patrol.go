package commands

import (
	"context"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

const (
	// patrolEvery is how often rooms that carry measures are looked at.
	patrolEvery = 5 * time.Second
	// forgetAfter is how long a room must be gone before what held in its
	// session alone is forgotten.
	forgetAfter = 2 * time.Minute
)

// patrol looks after the rooms that carry measures. It alone knows, and only in
// memory, whom it has greeted: after a restart all are greeted again, which
// changes nothing for those who are as they should be.
type patrol struct {
	s       *Service
	greeted map[moderation.RoomRef]map[string]bool // by connection
	missing map[string]time.Time                   // since when a measure's room is gone
}

// Hint tells that a provider spoke of a room: where it carries measures it is
// looked at now. It never blocks.
func (s *Service) Hint(providerName, roomID string) {
	select {
	case s.work.hints <- moderation.RoomRef{Provider: providerName, Name: roomID}:
	default: // a patrol is due already
	}
}

// keepOrder holds the measures that stand.
func (s *Service) keepOrder(ctx context.Context) {
	p := patrol{s: s, greeted: map[moderation.RoomRef]map[string]bool{}, missing: map[string]time.Time{}}
	for {
		if err := p.round(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("measures could not be held", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.work.hints:
		case <-time.After(patrolEvery):
		}
	}
}

// round looks once at every room that carries measures.
func (p *patrol) round(ctx context.Context) error {
	var all []Measure
	err := p.s.view(ctx, func(tx store.Tx) (err error) {
		all, err = Measures.All(tx, "")
		return err
	})
	if err != nil || len(all) == 0 {
		return err
	}
	byProvider := map[string][]Measure{}
	for _, m := range all {
		byProvider[m.Provider] = append(byProvider[m.Provider], m)
	}
	for name, measures := range byProvider {
		if client, ok := p.s.Providers.Get(name); ok {
			if err := p.patrolProvider(ctx, client, measures); err != nil {
				p.s.Log.Warn("a provider's rooms could not be looked after", "provider", name, "error", err)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func (p *patrol) patrolProvider(ctx context.Context, client *provider.Client, measures []Measure) error {
	ctx, cancel := context.WithTimeout(ctx, 4*readDeadline)
	defer cancel()
	rooms, err := p.rooms(ctx, client, measures)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		var here []Measure
		for _, m := range measures {
			if m.holdsIn(room) {
				here = append(here, m)
			}
		}
		if len(here) == 0 {
			continue
		}
		if err := p.patrolRoom(ctx, place{client, room}, here); err != nil {
			p.s.Log.Warn("a room could not be looked after", "provider", room.Provider, "error", err)
		}
	}
	return p.forget(ctx, rooms, measures)
}

// holdsIn reports whether the measure holds in a room: by its id, or, in a new
// session, by its name.
func (m Measure) holdsIn(room moderation.Room) bool {
	return m.Provider == room.Provider && (m.Room == EveryRoom || m.RoomID == room.ID || m.Room == room.Name)
}

// rooms reads the live rooms that carry measures: one by one, or all of them
// where a measure holds everywhere.
func (p *patrol) rooms(ctx context.Context, client *provider.Client, measures []Measure) ([]moderation.Room, error) {
	wanted := map[string]string{} // name to id
	everywhere := false
	for _, m := range measures {
		everywhere = everywhere || m.Room == EveryRoom
		wanted[m.Room] = m.RoomID
	}
	var rooms []moderation.Room
	if everywhere {
		q := provider.RoomQuery{Limit: roomsAtOnce}
		for {
			page, err := client.Rooms(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, room := range page.Rooms {
				room.Provider = client.Name()
				rooms = append(rooms, room)
			}
			if page.Next == "" {
				return rooms, nil
			}
			q.Cursor = page.Next
		}
	}
	for name, id := range wanted {
		for _, word := range []string{id, name} {
			found, err := roomsNamed(ctx, client, word)
			if err != nil {
				return nil, err
			}
			if len(found) > 0 {
				rooms = append(rooms, found...)
				break
			}
			if id == name {
				break
			}
		}
	}
	return rooms, nil
}

// patrolRoom looks who is in a room and brings its measures to those who came in.
func (p *patrol) patrolRoom(ctx context.Context, at place, measures []Measure) error {
	ref := moderation.RoomRef{Provider: at.room.Provider, Name: at.room.ID}
	known := p.greeted[ref]
	present := map[string]bool{}
	var newcomers []moderation.Participant
	err := everyone(ctx, at, "", func(one moderation.Participant) bool {
		present[one.ID] = true
		if !known[one.ID] {
			newcomers = append(newcomers, one)
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, one := range newcomers {
		// Who could not be dealt with is a newcomer again at the next look.
		if err := p.meet(ctx, at, one, measures); err != nil {
			delete(present, one.ID)
			p.s.Log.Warn("a measure could not be brought into force", "provider", at.room.Provider, "error", err)
		}
	}
	p.greeted[ref] = present
	return nil
}

// meet brings the measures of a room to someone who is new there.
func (p *patrol) meet(ctx context.Context, at place, one moderation.Participant, measures []Measure) error {
	if m, ok := against(one, measures); ok {
		if err := p.s.putOutAgain(ctx, at, one, m); err != nil {
			return err
		}
		// Whoever is seen again under the same connection was not put out.
		return errStillThere
	}
	var standing []provider.Order
	for _, m := range measures {
		before := !one.JoinedAt.IsZero() && one.JoinedAt.Before(m.At)
		if m.Connection == one.ID || before && m.Identity != one.Identity || before && m.Identity == one.Identity && holdsAlready(m, one) {
			continue
		}
		if o, ok := m.order(at.room); ok {
			standing = append(standing, o)
		}
	}
	if len(standing) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, actDeadline)
	defer cancel()
	effect, err := at.client.Greet(ctx, provider.Order{Room: at.room, Participant: one}, standing)
	if err != nil || len(effect.Restore) == 0 {
		return err
	}
	return p.s.keepRestore(ctx, one, measures, effect.Restore)
}
