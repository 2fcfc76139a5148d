package provider

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// PageRooms cuts the page that q asks for out of all rooms, by name. It is for
// drivers whose provider has no pages of its own.
func PageRooms(all []moderation.Room, q RoomQuery) (RoomPage, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(r moderation.Room) bool { return !q.Selects(r) })
	key := func(r moderation.Room) string { return r.Name + "\x00" + r.ID }
	slices.SortFunc(all, func(a, b moderation.Room) int { return cmp.Compare(key(a), key(b)) })
	rooms, next, err := cut(all, q.Cursor, q.Limit, key)
	return RoomPage{Rooms: rooms, Next: next}, err
}

// PageParticipants cuts the page that q asks for out of all participants, in
// the order in which they came in. It is for drivers whose provider has no
// pages of its own.
func PageParticipants(all []moderation.Participant, q ParticipantQuery) (ParticipantPage, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(p moderation.Participant) bool { return !q.Selects(p) })
	key := func(p moderation.Participant) string {
		return fmt.Sprintf("%020d\x00%s\x00%s", max(p.JoinedAt.UnixMicro(), 0), p.Identity, p.ID)
	}
	keys := make(map[string]string, len(all))
	for _, p := range all {
		keys[p.ID] = key(p)
	}
	slices.SortFunc(all, func(a, b moderation.Participant) int { return cmp.Compare(keys[a.ID], keys[b.ID]) })
	people, next, err := cut(all, q.Cursor, q.Limit, key)
	return ParticipantPage{Participants: people, Next: next, Total: len(all)}, err
}

// cut returns at most limit of the sorted items after the cursor, which is the
// key of the last item before: it holds when others come and go.
func cut[T any](sorted []T, cursor string, limit int, key func(T) string) (page []T, next string, err error) {
	if cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return nil, "", moderation.Errorf(moderation.CodeInvalid, "a page token that no list gave out")
		}
		start, found := slices.BinarySearchFunc(sorted, string(after), func(item T, k string) int {
			return cmp.Compare(key(item), k)
		})
		if found {
			start++
		}
		sorted = sorted[start:]
	}
	if limit > 0 && len(sorted) > limit {
		sorted = sorted[:limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(key(sorted[limit-1])))
	}
	return sorted, next, nil
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
