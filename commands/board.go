package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// BoardState says what a board has to show.
type BoardState string

// The states of a board.
const (
	BoardLive      BoardState = "live"
	BoardEnded     BoardState = "ended"     // there is no such room now
	BoardDown      BoardState = "down"      // the provider does not answer
	BoardForbidden BoardState = "forbidden" // who set it up may no longer watch
	BoardStopped   BoardState = "stopped"   // by unwatch
)

// LookAtBoard reads the first page of a board's room as whoever set the board
// up may see it. A room that ended and began again under its name is the same
// room to a board.
func (s *Service) LookAtBoard(ctx context.Context, b Board) (RoomPage, BoardState) {
	if b.Closed {
		return RoomPage{}, BoardStopped
	}
	client, ok := s.Providers.Get(b.Provider)
	if !ok {
		return RoomPage{}, BoardEnded
	}
	room, err := boardRoom(ctx, client, b)
	switch codeOf(err) {
	case "":
	case moderation.CodeNotFound, moderation.CodeAmbiguous:
		return RoomPage{}, BoardEnded
	default:
		return RoomPage{}, BoardDown
	}
	c := Caller{Actor: b.Actor, Channel: b.Channel}
	if d := s.may(ctx, c, moderation.WatchRoom, Target{Room: room}); !d.Allowed {
		if d.Unread {
			return RoomPage{}, BoardDown
		}
		return RoomPage{}, BoardForbidden
	}
	page, err := s.roomPage(ctx, c, room, "", "")
	if err != nil {
		return RoomPage{}, BoardDown
	}
	return page, BoardLive
}

func boardRoom(ctx context.Context, client *provider.Client, b Board) (moderation.Room, error) {
	room, err := client.Room(ctx, b.RoomID)
	if codeOf(err) == moderation.CodeNotFound && b.Room != b.RoomID {
		room, err = client.Room(ctx, b.Room)
	}
	room.Provider = client.Name()
	return room, err
}
