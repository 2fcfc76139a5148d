package commands

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var listCommand = &Command{
	Name:     "list",
	Args:     []Arg{{Name: ArgRoom, Usage: "[ROOM]"}},
	Summary:  moderation.Say("help.list"),
	Examples: []string{"/room-list", "/room-list live:standup"},
	Needs:    moderation.ListRooms,
	run: func(ctx context.Context, s *Service, in Invocation) Answer {
		if in.Args[ArgRoom] != "" {
			return s.listPeople(ctx, in)
		}
		return s.listRooms(ctx, in)
	},
}

const (
	roomsPerPage  = 10  // of a list, with the first few people of each
	roomsAtOnce   = 100 // asked of a provider
	peopleOfARoom = 8   // shown in the list of rooms
)

// listing is a page of rooms in the making.
type listing struct {
	s      *Service
	who    authority
	search string
	page   RoomsPage
	next   string
}

func (s *Service) listRooms(ctx context.Context, in Invocation) Answer {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	l := listing{s: s, who: s.authority(ctx, in.Caller), search: in.Args[ArgSearch]}
	_, d := s.mayList(ctx, in.Caller, nil)
	if !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	from := readTrail(in.Args[ArgCursor])
	l.page = RoomsPage{
		AsOf: time.Now().UTC(), Search: l.search, Cursor: from.String(),
		Previous: len(from) > 0, Back: from.back().String(),
	}
	l.fill(ctx, readPosition(from.here()))
	if d.Unread { // some rooms may be missing
		l.page.Says = d.Says
	}
	if l.next != "" {
		l.page.Next = from.to(l.next).String()
	}
	l.details(ctx)
	for i := range l.page.Rooms {
		l.page.Rooms[i].Room.Locked = l.page.Rooms[i].Room.Locked || s.locked(ctx, l.page.Rooms[i].Room)
		l.page.Rooms[i].Offers = s.roomOffers(l.who, l.page.Rooms[i].Room)
	}
	return l.page
}

// fill asks every provider for its first rooms at once, and goes on with those
// that have more until the page is full.
func (l *listing) fill(ctx context.Context, at position) {
	clients := l.s.Providers.All()
	type first struct {
		page provider.RoomPage
		err  error
	}
	firsts := make([]first, len(clients))
	var asked sync.WaitGroup
	for i, client := range clients {
		q := provider.RoomQuery{Limit: roomsAtOnce, Search: l.search}
		if i == at.client {
			q.Cursor = at.cursor
		}
		asked.Go(func() { firsts[i].page, firsts[i].err = client.Rooms(ctx, q) })
	}
	asked.Wait()
	for i, client := range clients {
		state := ProviderState{Name: client.Name(), Type: client.Type()}
		if err := firsts[i].err; err != nil {
			state.Down, state.Code = true, codeOf(err)
		}
		l.page.Providers = append(l.page.Providers, state)
		if i < at.client || firsts[i].err != nil || l.next != "" {
			continue
		}
		from := position{client: i}
		if i == at.client {
			from = at
		}
		l.take(ctx, client, from, firsts[i].page)
	}
}

// take adds a provider's rooms until the page is full or there are no more.
func (l *listing) take(ctx context.Context, client *provider.Client, from position, page provider.RoomPage) {
	for {
		for n, room := range page.Rooms {
			if n < from.skip {
				continue
			}
			room.Provider = client.Name()
			if !l.who.lists(room) {
				continue
			}
			if len(l.page.Rooms) == roomsPerPage {
				l.next = position{from.client, n, from.cursor}.String()
				return
			}
			l.page.Rooms = append(l.page.Rooms, RoomRow{Room: room, Present: room.Participants})
		}
		if page.Next == "" {
			return
		}
		from = position{client: from.client, cursor: page.Next}
		var err error
		page, err = client.Rooms(ctx, provider.RoomQuery{Limit: roomsAtOnce, Search: l.search, Cursor: page.Next})
		if err != nil {
			l.s.Log.Warn("a page of rooms could not be read", "provider", client.Name(), "error", err)
			return
		}
	}
}

// details reads of each room the first few people, and what the list does not
// show of it, all at the same time.
func (l *listing) details(ctx context.Context) {
	var asked sync.WaitGroup
	for i := range l.page.Rooms {
		row := &l.page.Rooms[i]
		client, ok := l.s.Providers.Get(row.Room.Provider)
		if !ok {
			continue
		}
		room := row.Room
		asked.Go(func() { row.Room = client.Complete(ctx, room) })
		asked.Go(func() { l.people(ctx, client, room, row) })
	}
	asked.Wait()
}

func (l *listing) people(ctx context.Context, client *provider.Client, room moderation.Room, row *RoomRow) {
	page, err := client.Participants(ctx, room, provider.ParticipantQuery{Limit: peopleOfARoom})
	if err != nil {
		return // the row says how many there are as far as the list of rooms told
	}
	row.People = page.Participants
	for n := range row.People {
		row.People[n] = l.s.masked(row.People[n])
	}
	switch {
	case page.Total >= 0:
		row.Present = page.Total
	case page.Next == "":
		row.Present = provider.People(page.Participants)
	}
}

// masked hides the middle of someone's number wherever it would be shown, where
// that is configured. The connection's id stays: buttons need it.
func (s *Service) masked(one moderation.Participant) moderation.Participant {
	one.Name, one.Identity, one.Number = s.shown(one.Name), s.shown(one.Identity), s.shown(one.Number)
	return one
}

// stalePage reports whether a provider does not know a page token any more.
func stalePage(err error) bool {
	var known *moderation.Error
	return errors.As(err, &known) && known.Code == moderation.CodeInvalid
}
