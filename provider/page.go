package provider

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// place is where something stands in a list. A cursor is the place of the last
// item before: it holds when others come and go.
type place struct {
	At   int64  `json:"at,omitempty"`
	Name string `json:"name"`
	ID   string `json:"id"`
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.At, q.At), cmp.Compare(p.Name, q.Name), cmp.Compare(p.ID, q.ID))
}

func (p place) cursor() (string, error) {
	text, err := json.Marshal(p)
	return base64.RawURLEncoding.EncodeToString(text), err
}

// parsePlace reads a cursor; nil for "".
func parsePlace(cursor string) (*place, error) {
	if cursor == "" {
		return nil, nil
	}
	var p place
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(text, &p) != nil {
		return nil, moderation.Errorf(moderation.CodeInvalid, "a page token that no list gave out")
	}
	return &p, nil
}

// PageRooms cuts the page that q asks for out of all rooms, by name. It is for
// drivers whose provider has no pages of its own.
func PageRooms(all []moderation.Room, q RoomQuery) (RoomPage, error) {
	rooms, next, err := cut(all, q.Cursor, q.Limit, q.Selects, func(r moderation.Room) place {
		return place{Name: r.Name, ID: r.ID}
	})
	return RoomPage{Rooms: rooms, Next: next}, err
}

// PageParticipants cuts the page that q asks for out of all participants, in
// the order in which they came in. It is for drivers whose provider has no
// pages of its own.
func PageParticipants(all []moderation.Participant, q ParticipantQuery) (ParticipantPage, error) {
	people := 0
	selects := func(p moderation.Participant) bool {
		selected := q.Selects(p)
		if selected && p.Kind.Human() {
			people++
		}
		return selected
	}
	page, next, err := cut(all, q.Cursor, q.Limit, selects, func(p moderation.Participant) place {
		return place{At: p.JoinedAt.UnixMicro(), Name: p.Identity, ID: p.ID}
	})
	return ParticipantPage{Participants: page, Next: next, Total: people}, err
}

// People counts the humans among participants: agents, recorders and streams
// are in a room and are nobody.
func People(among []moderation.Participant) int {
	people := 0
	for i := range among {
		if among[i].Kind.Human() {
			people++
		}
	}
	return people
}

// cut returns at most limit of the items that are selected and stand after the
// cursor, in order, and the cursor of the next page. It asks once of each item
// whether it is selected.
func cut[T any](all []T, cursor string, limit int, selects func(T) bool, at func(T) place) (page []T, next string, err error) {
	after, err := parsePlace(cursor)
	if err != nil {
		return nil, "", err
	}
	type placed struct {
		place
		index int
	}
	order := make([]placed, 0, len(all))
	for i, item := range all {
		if !selects(item) {
			continue
		}
		if p := at(item); after == nil || p.compare(*after) > 0 {
			order = append(order, placed{p, i})
		}
	}
	byPlace := func(a, b placed) int { return a.compare(b.place) }
	if !slices.IsSortedFunc(order, byPlace) {
		slices.SortFunc(order, byPlace)
	}
	if limit > 0 && len(order) > limit {
		order = order[:limit]
		if next, err = order[limit-1].cursor(); err != nil {
			return nil, "", err
		}
	}
	page = make([]T, len(order))
	for i, o := range order {
		page[i] = all[o.index]
	}
	return page, next, nil
}

// Selects reports whether the room is one that q asks for.
func (q RoomQuery) Selects(r moderation.Room) bool { return contains(q.Search, r.Name, r.ID) }

// Selects reports whether the participant is one that q asks for.
func (q ParticipantQuery) Selects(p moderation.Participant) bool {
	is := func(want *bool, have bool) bool { return want == nil || *want == have }
	return contains(q.Search, p.Name, p.Identity, p.Number, p.ID) &&
		is(q.Muted, Silenced(p, moderation.Audio)) && is(q.OnHold, p.OnHold) && is(q.Coaching, p.Coaching != "")
}

func contains(part string, in ...string) bool {
	if part == "" {
		return true
	}
	part = strings.ToLower(part)
	return slices.ContainsFunc(in, func(s string) bool { return strings.Contains(strings.ToLower(s), part) })
}

// Find returns the participant of all with this connection id, else the one
// with this identity or number: CodeNotFound where there is none,
// CodeAmbiguous where several share what is no connection id.
func Find(all []moderation.Participant, idOrIdentity string) (moderation.Participant, error) {
	var found []moderation.Participant
	for _, p := range all {
		if idOrIdentity != "" && p.ID == idOrIdentity {
			return p, nil
		}
		if idOrIdentity != "" && (p.Identity == idOrIdentity || p.Number == idOrIdentity) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return moderation.Participant{}, moderation.Errorf(moderation.CodeNotFound, "no such participant")
	case 1:
		return found[0], nil
	default:
		return moderation.Participant{}, moderation.Errorf(moderation.CodeAmbiguous, "%d participants of one name", len(found))
	}
}

// Lister lists participants by page: a Client or a Driver.
type Lister interface {
	Participants(ctx context.Context, room moderation.Room, q ParticipantQuery) (ParticipantPage, error)
}

// EachParticipant hands everyone in the room to f, page after page, until f
// returns false.
func EachParticipant(ctx context.Context, from Lister, room moderation.Room, f func(moderation.Participant) bool) error {
	var q ParticipantQuery
	for {
		page, err := from.Participants(ctx, room, q)
		if err != nil {
			return err
		}
		for _, p := range page.Participants {
			if !f(p) {
				return nil
			}
		}
		if page.Next == "" {
			return nil
		}
		q.Cursor = page.Next
	}
}
