package commands

import (
	"context"
	"maps"
	"slices"
	"sync"
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

// patrol looks after the rooms of one provider that carry measures. It alone
// knows, and only in memory, whom it has met: after a restart all are met
// again, which changes nothing for those who are as they should be.
type patrol struct {
	s       *Service
	client  *provider.Client
	met     map[string]map[string]sight // room id to connections
	put     map[string]time.Time        // connections that were put out, and when
	missing map[string]time.Time        // since when a measure's room is gone
}

// Hint tells that a provider spoke of a room: where it carries measures it is
// looked at now. It never blocks; a hint too many waits for the next round.
func (s *Service) Hint(providerName, roomID string) {
	select {
	case s.work.hints <- moderation.RoomRef{Provider: providerName, Name: roomID}:
	default:
	}
}

// keepOrder holds the measures that stand, provider by provider, so that one
// that hangs holds up no other: all of them in rounds, and between the rounds
// those of the rooms that providers speak of.
func (s *Service) keepOrder(ctx context.Context) {
	patrols := map[string]*patrol{}
	for _, client := range s.Providers.All() {
		patrols[client.Name()] = &patrol{
			s: s, client: client, met: map[string]map[string]sight{},
			put: map[string]time.Time{}, missing: map[string]time.Time{},
		}
	}
	round := time.NewTimer(patrolEvery)
	defer round.Stop()
	s.patrolAll(ctx, patrols, nil)
	for {
		select {
		case <-ctx.Done():
			return
		case room := <-s.work.hints:
			s.patrolAll(ctx, patrols, s.work.hinted(room))
		case <-round.C:
			s.patrolAll(ctx, patrols, nil)
			round.Reset(patrolEvery)
		}
	}
}

// patrolAll looks once at every room that carries measures, or at those alone of
// which there were hints, by provider.
func (s *Service) patrolAll(ctx context.Context, patrols map[string]*patrol, hints map[string][]string) {
	var all []Measure
	err := s.view(ctx, func(tx store.Tx) (err error) {
		all, err = Measures.All(tx, "")
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("measures could not be read", "error", err)
		}
		return
	}
	byProvider := map[string][]Measure{}
	for _, m := range all {
		byProvider[m.Provider] = append(byProvider[m.Provider], m)
	}
	var walking sync.WaitGroup
	for name, p := range patrols {
		measures, rooms := byProvider[name], hints[name]
		if hints != nil && (len(measures) == 0 || len(rooms) == 0) {
			continue
		}
		walking.Go(func() {
			defer s.survive("a patrol")
			var err error
			if hints == nil {
				err = p.walk(ctx, measures)
			} else {
				err = p.follow(ctx, measures, rooms)
			}
			if err != nil && ctx.Err() == nil {
				s.Log.Warn("a provider's rooms could not be looked after", "provider", name, "error", err)
			}
		})
	}
	walking.Wait()
}

// walk looks at every room of the provider that carries measures, and forgets
// the others.
func (p *patrol) walk(ctx context.Context, measures []Measure) error {
	ctx, cancel := context.WithTimeout(ctx, 4*readDeadline)
	defer cancel()
	rooms, err := p.rooms(ctx, measures)
	if err != nil {
		return err
	}
	live := map[string]bool{}
	for _, room := range rooms {
		live[room.ID] = true
		p.visit(ctx, room, measures)
	}
	maps.DeleteFunc(p.met, func(id string, _ map[string]sight) bool { return !live[id] })
	return p.forget(ctx, rooms, measures)
}

// follow looks at the rooms of which there were hints.
func (p *patrol) follow(ctx context.Context, measures []Measure, rooms []string) error {
	ctx, cancel := context.WithTimeout(ctx, 4*readDeadline)
	defer cancel()
	for _, name := range rooms {
		found, err := roomsNamed(ctx, p.client, name)
		if err != nil {
			return err
		}
		for _, room := range found {
			p.visit(ctx, room, measures)
		}
	}
	return nil
}

// visit looks at one room, where it carries measures.
func (p *patrol) visit(ctx context.Context, room moderation.Room, measures []Measure) {
	maps.DeleteFunc(p.put, func(_ string, at time.Time) bool { return time.Since(at) > echo })
	var here []Measure
	for _, m := range measures {
		if m.holdsIn(room) {
			here = append(here, m)
		}
	}
	if len(here) == 0 {
		return
	}
	if err := p.look(ctx, place{client: p.client, room: room}, here); err != nil {
		p.s.Log.Warn("a room could not be looked after", "provider", room.Provider, "error", err)
	}
}

// holdsIn reports whether the measure holds in a room: by its id, or, in a new
// session, by its name.
func (m Measure) holdsIn(room moderation.Room) bool {
	return m.Provider == room.Provider && (m.Room == EveryRoom || m.RoomID == room.ID || m.Room == room.Name)
}

// rooms reads the live rooms that carry measures: one by one, or all of them
// where a measure holds everywhere.
func (p *patrol) rooms(ctx context.Context, measures []Measure) ([]moderation.Room, error) {
	wanted := map[string]string{} // name to id
	everywhere := false
	for _, m := range measures {
		everywhere = everywhere || m.Room == EveryRoom
		wanted[m.Room] = m.RoomID
	}
	if everywhere {
		return allRooms(ctx, p.client)
	}
	var rooms []moderation.Room
	for name, id := range wanted {
		for _, word := range []string{id, name} {
			found, err := roomsNamed(ctx, p.client, word)
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

// look sees who is in a room and brings its measures to those who came in.
func (p *patrol) look(ctx context.Context, at place, measures []Measure) error {
	known, present := p.met[at.room.ID], map[string]sight{}
	var newcomers []moderation.Participant
	err := everyone(ctx, at, "", func(one moderation.Participant) bool {
		now := sightOf(one, measures)
		before, met := known[one.ID]
		if _, out := against(one, measures); out || !met || before != now {
			newcomers = append(newcomers, one)
		}
		present[one.ID] = now
		return true
	})
	if err != nil {
		return err
	}
	for _, one := range newcomers {
		_, met := known[one.ID]
		if err := p.meet(ctx, at, one, measures, met); err != nil {
			delete(present, one.ID) // tried again at the next look
			p.s.Log.Warn("a measure could not be brought into force", "provider", at.room.Provider, "error", err)
		}
	}
	p.met[at.room.ID] = present
	return nil
}

// sight is what the measures of a room go by in someone besides the connection:
// how far they have come in, and of the coach of a whisper, what they send.
type sight string

func sightOf(one moderation.Participant, measures []Measure) sight {
	var seen sight
	if one.Presence != moderation.Connected {
		seen = sight(one.Presence)
	}
	for _, m := range measures {
		if m.Kind != moderation.ActionCoach || m.Identity != one.Identity {
			continue
		}
		for _, t := range one.Tracks {
			seen += sight(" " + t.ID)
		}
	}
	return seen
}

// meet brings the measures of a room to someone who is new there, who was met and
// looks otherwise now, or who must not be there.
func (p *patrol) meet(ctx context.Context, at place, one moderation.Participant, measures []Measure, met bool) error {
	if m, out := against(one, measures); out {
		if _, justNow := p.put[one.ID]; justNow {
			return nil // the room does not show it yet
		}
		p.put[one.ID] = time.Now()
		return p.s.putOutAgain(ctx, at, one, m)
	}
	var standing []provider.Order
	var of []Measure
	for _, m := range measures {
		if o, ok := m.order(at.room, one); ok && m.concerns(one, met) {
			standing, of = append(standing, o), append(of, m)
		}
	}
	if len(standing) == 0 {
		return nil
	}
	return p.s.greet(ctx, at, one, standing, of)
}

// concerns reports whether a measure must be brought to someone who is seen for
// the first time: who was there before it, or was given it by the action
// itself, has it already unless the room shows otherwise. No room shows who hears
// a coach: a whisper is brought to the coach at every new sight, and to whoever
// was not wholly in at the first.
func (m Measure) concerns(one moderation.Participant, met bool) bool {
	switch {
	case m.Kind == moderation.ActionCoach:
		return m.Identity == one.Identity || met || one.JoinedAt.After(m.At)
	case m.Connection == one.ID:
		return false
	case one.JoinedAt.IsZero() || one.JoinedAt.After(m.At):
		return true
	case m.Kind == moderation.ActionMuteAll:
		return slices.Contains(m.Inside, one.Identity) && !holdsAlready(m, one)
	default:
		return m.Identity == one.Identity && !holdsAlready(m, one)
	}
}
