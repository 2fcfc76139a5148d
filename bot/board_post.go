package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/store"
)

// boardEvent is the metadata event type of a board's message.
const boardEvent = "roomwarden_board"

// boardMetadata tells a board's message from every other, also from that of an
// earlier board of the same room.
func boardMetadata(b commands.Board) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: boardEvent, EventPayload: map[string]any{
		"provider": b.Provider, "room_id": b.RoomID, "at": b.At.UTC().Format(time.RFC3339Nano),
	}}
}

// isBoard reports whether a message is the board's.
func isBoard(b commands.Board, m slack.Message) bool {
	want := boardMetadata(b)
	if m.Metadata.EventType != want.EventType {
		return false
	}
	for name, value := range want.EventPayload {
		if m.Metadata.EventPayload[name] != value {
			return false
		}
	}
	return true
}

// deliver sends the message and keeps where Slack put it. Before it is first
// posted the board is marked uncertain in the store; where that mark is found,
// an earlier try may have come through, and the channel is searched before
// another is sent.
func (b *boards) deliver(ctx context.Context, w *watch, m message) error {
	ctx, cancel := context.WithTimeout(ctx, boardLook)
	defer cancel()
	content := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...), slack.MsgOptionMetadata(boardMetadata(w.board)),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if w.board.PostedAs == "" && w.board.Uncertain {
		if err := b.find(ctx, w); err != nil {
			return err
		}
	}
	if w.board.PostedAs != "" {
		_, _, _, err := b.slack.UpdateMessageContext(ctx, w.board.PostedIn, w.board.PostedAs, content...)
		return err
	}
	w.board.Uncertain = true
	if err := b.keepPosted(ctx, w); err != nil {
		return err
	}
	channel, ts, err := b.slack.PostMessageContext(ctx, w.board.Channel, content...)
	if err != nil {
		if judge(err) == undone {
			w.board.Uncertain = false
			err = errors.Join(err, b.keepPosted(ctx, w))
		}
		return err
	}
	w.board.PostedIn, w.board.PostedAs, w.board.Uncertain = channel, ts, false
	return b.keepPosted(ctx, w)
}

// find looks for the message of an earlier try. Without the scope to read the
// channel the board may be posted twice, but it is posted.
func (b *boards) find(ctx context.Context, w *watch) error {
	found, err := findMessage(ctx, b.slack, w.board.Channel, w.board.At, func(m slack.Message) bool {
		if !isBoard(w.board, m) {
			return false
		}
		w.board.PostedIn, w.board.PostedAs, w.board.Uncertain = w.board.Channel, m.Timestamp, false
		return true
	})
	switch {
	case errors.Is(err, errUnseen):
		b.log.Warn("whether a board was posted before cannot be seen; it may be there twice",
			"channel", w.board.Channel, "room", w.board.Room, "error", err)
		return nil
	case err != nil:
		return fmt.Errorf("look for a board's message: %w", err)
	case found:
		return b.keepPosted(ctx, w)
	}
	return nil
}

// keepPosted writes into the store where the board's message is, as far as that
// is known. It is not given up for the program's end.
func (b *boards) keepPosted(ctx context.Context, w *watch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), boardLook)
	defer cancel()
	return b.store.Update(ctx, func(tx store.Tx) error {
		board, there, err := commands.Boards.Get(tx, w.key)
		if err != nil || !there {
			return err
		}
		board.PostedIn, board.PostedAs, board.Uncertain = w.board.PostedIn, w.board.PostedAs, w.board.Uncertain
		return commands.Boards.Put(tx, w.key, board)
	})
}
