package commands

import (
	"cmp"
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// measureNamed finds the measure that the words of an invocation mean: of the
// room, by name or id, and of the person, by identity or name. An identity goes
// before a name that is the same.
func (s *Service) measureNamed(ctx context.Context, in Invocation, kind moderation.Action, media moderation.Media) (found Measure, there bool, err error) {
	room, person := in.Args[ArgRoom], in.Args[ArgPerson]
	err = s.view(ctx, func(tx store.Tx) error {
		found, there = Measure{}, false
		all, err := Measures.All(tx, "")
		exact := false
		for _, m := range all {
			if m.Kind != kind || m.Media != media || !m.inRoom(room) {
				continue
			}
			is := person == "" || m.Identity == person || m.Connection == person
			if is || !exact && strings.EqualFold(m.Name, person) {
				found, there, exact = m, true, exact || is
			}
		}
		return err
	})
	return found, there, err
}

// inRoom reports whether a word names the measure's room.
func (m Measure) inRoom(word string) bool {
	for _, name := range []string{m.Room, m.RoomID} {
		if word == name || word == m.Provider+":"+name {
			return true
		}
	}
	return false
}

// target is what the measure is about, with how long it was put up for: who may
// not ban for so long may not lift such a ban either.
func (m Measure) target() Target {
	t := Target{Room: moderation.Room{Provider: m.Provider, ID: m.RoomID, Name: m.Room}}
	if m.Room == EveryRoom {
		t = Target{Within: &moderation.Extent{Scope: m.Provider + ":" + EveryRoom}}
	}
	if m.Kind == moderation.ActionBan {
		t.Permanent = m.Until.IsZero()
		if !t.Permanent {
			t.BanFor = cmp.Or(m.For, m.Until.Sub(m.At))
		}
	}
	return t
}

// severalRooms asks which room is meant by a word without a provider to which
// several answer: rooms that are live, and rooms that carry a measure of a kind
// and may be live no more; of both those alone that the caller may list.
func (s *Service) severalRooms(ctx context.Context, in Invocation, kind moderation.Action) Answer {
	clients, name := s.providersOf(in.Args[ArgRoom])
	if len(clients) < 2 {
		return nil
	}
	var measured []Measure
	err := s.view(ctx, func(tx store.Tx) (err error) {
		measured, err = Measures.All(tx, "")
		return err
	})
	if err != nil {
		return s.unreadable(err)
	}
	found := s.search(ctx, in.viewer(), in.Args[ArgRoom])
	known := map[moderation.RoomRef]bool{}
	for _, p := range found.seen {
		known[p.room.Ref()] = true
	}
	who := s.authority(ctx, in.viewer())
	for _, m := range measured {
		room := moderation.Room{Provider: m.Provider, ID: m.Room, Name: m.Room}
		client, ok := s.Providers.Get(m.Provider)
		if m.Kind != kind || !m.inRoom(name) || known[room.Ref()] || !ok || !who.lists(room) {
			continue
		}
		known[room.Ref()] = true
		found.seen = append(found.seen, place{client, room})
	}
	if len(found.seen) < 2 {
		return nil
	}
	return s.whichRoom(in, found)
}
