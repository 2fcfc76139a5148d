package commands

import (
	"cmp"
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/words"
)

// measuresNamed finds the measures that the words of an invocation can mean: of
// the room, by name or id, and of the person, by identity or name. An identity
// goes before a name that is the same; several mean that the name is not enough.
func (s *Service) measuresNamed(ctx context.Context, room, person string, kind moderation.Action, media moderation.Media) (found []Measure, err error) {
	err = s.view(ctx, func(tx store.Tx) error {
		found = nil
		var alike []Measure
		all, err := Measures.All(tx, "")
		for _, m := range all {
			switch {
			case m.Kind != kind || m.Media != media || !m.inRoom(room):
			case person == "" || m.Identity == person || m.Connection == person:
				found = append(found, m)
			case strings.EqualFold(m.Name, person):
				alike = append(alike, m)
			}
		}
		if len(found) == 0 {
			found = alike
		}
		return err
	})
	return found, err
}

// whichMeasure asks which of several people was meant who are not there, by what
// tells them apart.
func (s *Service) whichMeasure(in Invocation, room moderation.Room, all []Measure) Answer {
	choice := Candidates{
		Says: moderation.Say("person.ambiguous", "Person", words.Cut(in.Args[ArgPerson], 80), "Room", room.Ref(), "Count", len(all)),
		Args: in.Args.with(ArgRoom, room.Ref().String()), Command: in.Command, Arg: ArgPerson,
	}
	for _, m := range all[:min(len(all), maxCandidates)] {
		hint := []any{"Identity", s.shown(m.Identity), "Case", m.Case}
		if !m.Until.IsZero() {
			hint = append(hint, "Until", moderation.Moment(m.Until))
		}
		choice.Options = append(choice.Options, Candidate{Value: m.Identity, Label: s.shown(m.Name), Hint: moderation.Say("person.hint_standing", hint...)})
	}
	return choice
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

// oneRoom tells which room is meant by a word without a provider: of the rooms
// that are live, and those that carry a measure of a kind and may be live no
// more, the one that the caller may list. Where several answer it asks which; a
// word that names none comes back as it is.
func (s *Service) oneRoom(ctx context.Context, in Invocation, kind moderation.Action) (word string, answer Answer) {
	word = in.Args[ArgRoom]
	clients, name := s.providersOf(word)
	if len(clients) < 2 {
		return word, nil
	}
	var measured []Measure
	err := s.view(ctx, func(tx store.Tx) (err error) {
		measured, err = Measures.All(tx, "")
		return err
	})
	if err != nil {
		return word, s.unreadable(err)
	}
	found := s.search(ctx, in.viewer(), word)
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
		found.seen = append(found.seen, place{client: client, room: room})
	}
	switch len(found.seen) {
	case 0:
		return word, nil
	case 1:
		return found.seen[0].room.Ref().String(), nil
	default:
		return word, s.whichRoom(in, found)
	}
}
