package commands

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

// place is a room with the client of its provider.
type place struct {
	client *provider.Client
	room   moderation.Room
	// unasked names the providers that could not be asked whether they have a room
	// of that name, too, where the word named none.
	unasked []string
}

// caveat says that the room may not be the only one of its name, where it may not.
func (p place) caveat() []moderation.Sentence {
	if len(p.unasked) == 0 {
		return nil
	}
	return []moderation.Sentence{moderation.Say("room.unasked", "Providers", p.unasked)}
}

// arg writes the place as buttons and dialogs carry it: provider:ROOMID.
func (p place) arg() string { return p.room.Provider + ":" + p.room.ID }

// readDeadline bounds what is read from providers for one answer.
const readDeadline = 8 * time.Second

// search is what came of looking for a room.
type search struct {
	word    string
	clients []*provider.Client // where it was looked for
	seen    []place            // found, and the caller may list it
	hidden  []place            // found, and the caller may not
	down    []failed           // could not be asked
}

// failed is a provider that did not answer.
type failed struct {
	client *provider.Client
	err    error
}

// search looks for a room by provider:room or by room alone, id or name.
func (s *Service) search(ctx context.Context, c Caller, word string) search {
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	clients, name := s.providersOf(word)
	found := search{word: word, clients: clients}
	type answer struct {
		rooms []moderation.Room
		err   error
	}
	answers := make([]answer, len(found.clients))
	var asked sync.WaitGroup
	for i, client := range found.clients {
		asked.Go(func() { answers[i].rooms, answers[i].err = roomsNamed(ctx, client, name) })
	}
	asked.Wait()
	for i, client := range found.clients {
		if err := answers[i].err; err != nil {
			found.down = append(found.down, failed{client, err})
		}
		for _, room := range answers[i].rooms {
			p := place{client: client, room: room}
			if s.may(ctx, c, moderation.ListRooms, Target{Room: room}).Allowed {
				found.seen = append(found.seen, p)
			} else {
				found.hidden = append(found.hidden, p)
			}
		}
	}
	return found
}

// providersOf takes the provider off a word for a room: all of them where it
// names none.
func (s *Service) providersOf(word string) (clients []*provider.Client, room string) {
	if before, after, ok := strings.Cut(word, ":"); ok {
		if client, ok := s.Providers.Get(before); ok {
			return []*provider.Client{client}, after
		}
	}
	return s.Providers.All(), word
}

// roomsNamed returns the room of an id or name, or all that share the name;
// none where the provider has none.
func roomsNamed(ctx context.Context, client *provider.Client, name string) ([]moderation.Room, error) {
	room, err := client.Room(ctx, name)
	switch code := codeOf(err); code {
	case "":
		room.Provider = client.Name()
		return []moderation.Room{room}, nil
	case moderation.CodeNotFound, moderation.CodeInvalid:
		return nil, nil
	case moderation.CodeAmbiguous:
		return sameName(ctx, client, name)
	default:
		return nil, err
	}
}

func sameName(ctx context.Context, client *provider.Client, name string) ([]moderation.Room, error) {
	var same []moderation.Room
	q := provider.RoomQuery{Search: name}
	for {
		page, err := client.Rooms(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, room := range page.Rooms {
			if room.Name == name {
				room.Provider = client.Name()
				same = append(same, room)
			}
		}
		if page.Next == "" || len(same) >= maxCandidates {
			return same, nil
		}
		q.Cursor = page.Next
	}
}

// maxCandidates bounds how many choices an ambiguous word gets.
const maxCandidates = 25

// place resolves the room of an invocation. Where it cannot, the answer says
// why; a room that the caller may not list is answered as one that does not
// exist, and record, which may be nil, is asked to write the attempt down.
func (s *Service) place(ctx context.Context, in Invocation, record func(p place, says []moderation.Sentence) error) (place, Answer) {
	found := s.search(ctx, in.viewer(), in.Args[ArgRoom])
	switch {
	case len(found.seen) == 1:
		only := found.seen[0]
		for _, f := range found.down {
			only.unasked = append(only.unasked, f.client.Name())
		}
		return only, nil
	case len(found.seen) > 1:
		if p, ok := s.roomOfChosen(ctx, in, found); ok {
			return p, nil
		}
		return place{}, s.whichRoom(in, found)
	}
	kept := s.keptOut(ctx, in.viewer())
	if record != nil {
		if err := s.recordHidden(ctx, found, func(p place) error { return record(p, kept.Says) }); err != nil {
			return place{}, s.unstored(err)
		}
	}
	if !kept.Allowed {
		return place{}, Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: kept.Says}
	}
	return place{}, s.noRoom(ctx, in, found)
}

// roomOfChosen tells which of several rooms was meant by whom a dialog's reader
// chose: its typeahead offers the people of each, by their connections.
func (s *Service) roomOfChosen(ctx context.Context, in Invocation, found search) (meant place, ok bool) {
	chosen := cmp.Or(in.Args[ArgCoach], in.Args[ArgPerson])
	if in.Source != FromDialog || chosen == "" {
		return place{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	for _, p := range found.seen {
		one, err := p.client.Participant(ctx, p.room, chosen)
		if err != nil || one.ID != chosen {
			continue
		}
		if ok {
			return place{}, false
		}
		meant, ok = p, true
	}
	return meant, ok
}

// recordHidden writes down the attempt on a room that must not be seen. One on
// a room that does not exist costs the same time, so that the two look alike.
func (s *Service) recordHidden(ctx context.Context, found search, record func(place) error) error {
	if len(found.hidden) > 0 {
		return record(found.hidden[0])
	}
	// As for a person in a hidden room, a provider is asked once more.
	for _, client := range found.clients[:min(len(found.clients), 1)] {
		ctx, cancel := context.WithTimeout(ctx, unseenWithin)
		defer cancel()
		_, _ = client.Room(ctx, found.word) // what it answers does not matter
	}
	return s.recordNothing(ctx)
}

// noRoom says that there is no such room, and what is like it.
func (s *Service) noRoom(ctx context.Context, in Invocation, found search) Answer {
	shown := moderation.Literal(words.Cut(found.word, 80))
	notice := Notice{Tone: Failure, Code: moderation.CodeNotFound}
	for _, f := range found.down {
		notice.Code = moderation.CodeUnavailable
		notice.Says = append(notice.Says, moderation.Say("room.down",
			"Provider", moderation.Literal(f.client.Name()), "Why", faultOf(f.err)))
	}
	if len(found.down) == len(found.clients) && len(found.down) > 0 {
		return notice
	}
	notice.Says = append([]moderation.Sentence{moderation.Say("room.not_found", "Room", shown)}, notice.Says...)
	notice.Says = append(notice.Says, s.keptOut(ctx, in.viewer()).Says...)
	if near := s.roomsLike(ctx, in.viewer(), found); len(near) > 0 {
		notice.Says = append(notice.Says, moderation.Say("room.near", "Rooms", near))
	} else {
		notice.Says = append(notice.Says, moderation.Say("room.list", "Command", moderation.Literal("/room-list")))
	}
	if in.Source == FromDialog {
		return Missing{Command: in.Command, Args: in.Args, Faults: map[string]moderation.Sentence{ArgRoom: notice.Says[0]}}
	}
	return notice
}

// roomsLike names the rooms that are nearest to what was typed, of those that
// the caller may list.
func (s *Service) roomsLike(ctx context.Context, c Caller, found search) []string {
	ctx, cancel := context.WithTimeout(ctx, readDeadline/2)
	defer cancel()
	word := found.word
	if len(found.clients) == 1 {
		word = strings.TrimPrefix(word, found.clients[0].Name()+":")
	}
	shown := map[string]string{}
	var names []string
	who := s.authority(ctx, c)
	for _, client := range found.clients {
		page, err := client.Rooms(ctx, provider.RoomQuery{Limit: 200})
		if err != nil {
			continue
		}
		for _, room := range page.Rooms {
			room.Provider = client.Name()
			if who.lists(room) {
				names = append(names, room.Name)
				shown[room.Name] = words.Cut(room.Ref().String(), 80)
			}
		}
	}
	near := nearest(words.Cut(word, 80), names, 3)
	for i, name := range near {
		near[i] = shown[name]
	}
	return near
}

// whichRoom asks which of several rooms was meant.
func (s *Service) whichRoom(in Invocation, found search) Answer {
	choice := Candidates{
		Says:    moderation.Say("room.ambiguous", "Room", moderation.Literal(words.Cut(found.word, 80))),
		Command: in.Command, Args: in.Args, Arg: ArgRoom,
	}
	for _, p := range found.seen[:min(len(found.seen), maxCandidates)] {
		choice.Options = append(choice.Options, roomCandidate(p.room))
	}
	return choice
}

func roomCandidate(room moderation.Room) Candidate {
	hint := moderation.Say("room.hint", "People", room.Participants)
	if !room.CreatedAt.IsZero() {
		hint = moderation.Say("room.hint_since", "People", room.Participants, "Since", moderation.Moment(room.CreatedAt), "ID", room.ID)
	}
	return Candidate{Value: room.Provider + ":" + room.ID, Label: room.Ref().String(), Hint: hint}
}

// viewer is by whose rights the room of an invocation is found: of a request,
// those of whoever approved it.
func (in Invocation) viewer() Caller {
	if in.approval != nil && in.approval.Request {
		return in.approval.By.Caller
	}
	return in.Caller
}
