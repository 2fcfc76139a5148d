package commands

import (
	"context"
	"net/url"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

var watchCommand = &Command{
	Name:     "watch",
	Args:     []Arg{roomArg},
	Summary:  moderation.Say("help.watch"),
	Examples: []string{"/room-watch live:standup"},
	Needs:    moderation.WatchRoom,
	run:      runWatch,
}

var unwatchCommand = &Command{
	Name:     "unwatch",
	Args:     []Arg{roomArg},
	Summary:  moderation.Say("help.unwatch"),
	Examples: []string{"/room-unwatch live:standup"},
	Needs:    moderation.WatchRoom,
	run:      runUnwatch,
}

// Board is a message in a channel that shows a room and is kept current. There
// is one for a room and channel.
type Board struct {
	Channel  string           `json:"channel"`
	Provider string           `json:"provider"`
	Room     string           `json:"room"`
	RoomID   string           `json:"room_id"`
	Actor    moderation.Actor `json:"actor"` // who asked for it
	At       time.Time        `json:"at"`
	// PostedAs is the message's timestamp, once it is there; bot writes it.
	PostedIn string `json:"posted_in,omitempty"`
	PostedAs string `json:"posted_as,omitempty"`
	// Uncertain is set before the message is first posted and stays until it is
	// known what came of that: where it is found set, the message may be there.
	Uncertain bool `json:"uncertain,omitempty"`
	// Closed asks for the last word on the message; bot then deletes the board.
	Closed bool `json:"closed,omitempty"`
}

// Boards are by channel, provider and room.
const Boards store.Collection[Board] = "boards"

// Key returns the board's key in Boards.
func (b Board) Key() string {
	return url.PathEscape(b.Channel) + "/" + measurePrefix(b.Provider, b.RoomID)
}

func (s *Service) aimBoard(ctx context.Context, in Invocation) (Board, Answer) {
	if in.Caller.Channel == "" {
		return Board{}, failure(moderation.Fault(moderation.CodeInvalid, "watch.no_channel"))
	}
	p, answer := s.place(ctx, in, nil)
	if answer != nil {
		return Board{}, answer
	}
	if d := s.may(ctx, in.Caller, moderation.WatchRoom, Target{Room: p.room}); !d.Allowed {
		return Board{}, Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	return Board{
		Channel: in.Caller.Channel, Provider: p.room.Provider, Room: p.room.Name, RoomID: p.room.ID,
		Actor: in.Caller.Actor, At: time.Now().UTC(),
	}, nil
}

func runWatch(ctx context.Context, s *Service, in Invocation) Answer {
	board, answer := s.aimBoard(ctx, in)
	if answer != nil {
		return answer
	}
	var known bool
	err := s.update(ctx, func(tx store.Tx) error {
		var err error
		if known, err = watched(tx, board); err != nil || known {
			return err
		}
		before, there, err := Boards.Get(tx, board.Key())
		if err != nil {
			return err
		}
		if there { // it is being taken down: its message goes on
			board.PostedIn, board.PostedAs, board.Uncertain, board.At = before.PostedIn, before.PostedAs, before.Uncertain, before.At
		}
		return Boards.Put(tx, board.Key(), board)
	})
	if err != nil {
		return s.unstored(err)
	}
	key := "watch.done"
	if known {
		key = "watch.already"
	}
	return Notice{Tone: Done, Says: []moderation.Sentence{moderation.Say(key,
		"Room", moderation.RoomRef{Provider: board.Provider, Name: board.Room}, "Channel", moderation.ChannelID(board.Channel))}}
}

// watched reports whether the channel has a board of the room: one goes on when
// its room begins again under its name with another id.
func watched(tx store.Tx, board Board) (bool, error) {
	all, err := Boards.All(tx, url.PathEscape(board.Channel)+"/"+url.PathEscape(board.Provider)+"/")
	for _, b := range all {
		if !b.Closed && (b.RoomID == board.RoomID || b.Room == board.Room && b.Room != "") {
			return true, err
		}
	}
	return false, err
}

// runUnwatch also ends the board of a room that is not live any more.
func runUnwatch(ctx context.Context, s *Service, in Invocation) Answer {
	word := in.Args[ArgRoom]
	keys, err := s.ownBoards(ctx, in.Caller, word)
	if err != nil {
		return s.unreadable(err)
	}
	var closed []Board
	err = s.update(ctx, func(tx store.Tx) error {
		closed = nil
		for _, key := range keys {
			b, there, err := Boards.Get(tx, key)
			if err != nil {
				return err
			}
			if !there || b.Closed {
				continue
			}
			b.Closed = true
			if err := Boards.Put(tx, key, b); err != nil {
				return err
			}
			closed = append(closed, b)
		}
		return nil
	})
	if err != nil {
		return s.unstored(err)
	}
	if len(closed) == 0 {
		return Notice{Tone: Info, Code: moderation.CodeNotFound, Says: []moderation.Sentence{
			moderation.Say("watch.none", "Room", moderation.Literal(word), "Channel", moderation.ChannelID(in.Caller.Channel)),
		}}
	}
	return Notice{Tone: Done, Says: []moderation.Sentence{moderation.Say("watch.ended",
		"Room", moderation.RoomRef{Provider: closed[0].Provider, Name: closed[0].Room})}}
}

// ownBoards returns the keys of the boards of a room in the caller's channel
// that the caller may end. A tenant's rights follow from what the room says of
// itself, so that it is read where its name alone gives none.
func (s *Service) ownBoards(ctx context.Context, c Caller, word string) (keys []string, err error) {
	var all []Board
	err = s.view(ctx, func(tx store.Tx) (err error) {
		all, err = Boards.All(tx, url.PathEscape(c.Channel)+"/")
		return err
	})
	who := s.authority(ctx, c)
	for _, b := range all {
		m := Measure{Provider: b.Provider, Room: b.Room, RoomID: b.RoomID}
		if b.Closed || !m.inRoom(word) {
			continue
		}
		room := moderation.Room{Provider: b.Provider, ID: b.RoomID, Name: b.Room}
		may := who.may(moderation.WatchRoom, Target{Room: room}).Allowed
		if !may {
			live, ok := s.liveRoom(ctx, room)
			may = ok && who.may(moderation.WatchRoom, Target{Room: live}).Allowed
		}
		if may {
			keys = append(keys, b.Key())
		}
	}
	return keys, err
}
