package commands

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// suggestDeadline is how long a suggestion may take: the dialog waits for it.
const suggestDeadline = 2 * time.Second

// SuggestRooms returns at most limit rooms whose name matches what was typed,
// of those that the caller may list.
func (s *Service) SuggestRooms(ctx context.Context, c Caller, typed string, limit int) []Candidate {
	ctx, cancel := context.WithTimeout(ctx, suggestDeadline)
	defer cancel()
	clients, name := s.providersOf(strings.TrimSpace(typed))
	found := make([][]moderation.Room, len(clients))
	var asked sync.WaitGroup
	for i, client := range clients {
		asked.Go(func() {
			page, err := client.Rooms(ctx, provider.RoomQuery{Search: name, Limit: 4 * limit})
			if err != nil {
				return // nothing to suggest from a provider that does not answer
			}
			for _, room := range page.Rooms {
				room.Provider = client.Name()
				found[i] = append(found[i], room)
			}
		})
	}
	asked.Wait()
	listed, _ := s.mayList(ctx, c, slices.Concat(found...))
	var out []Candidate
	for _, room := range listed[:min(len(listed), limit)] {
		out = append(out, roomCandidate(room))
	}
	return out
}

// SuggestPeople returns at most limit people of the room who match what was
// typed; none where the caller may not list the room. Of several rooms of that
// name it offers those of each, with the room: whom one chooses says which was meant.
func (s *Service) SuggestPeople(ctx context.Context, c Caller, room, typed string, limit int) []Candidate {
	ctx, cancel := context.WithTimeout(ctx, suggestDeadline)
	defer cancel()
	found := s.search(ctx, c, room)
	var out []Candidate
	for _, p := range found.seen {
		err := everyone(ctx, p, strings.TrimSpace(typed), func(one moderation.Participant) bool {
			c := s.personCandidate(one)
			if len(found.seen) > 1 {
				c.Label += " (" + p.room.Ref().String() + ")"
			}
			out = append(out, c)
			return len(out) < limit
		})
		if err != nil {
			s.Log.Warn("people could not be suggested", "error", err)
		}
		if len(out) >= limit {
			break
		}
	}
	return out
}
