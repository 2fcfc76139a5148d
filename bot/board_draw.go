package bot

import (
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// boardMessage draws a board: a room as its whole channel sees it. Nothing in it
// changes by the mere passing of time, so that a quiet room makes no updates;
// changedAt is when what it shows last changed.
func (r *renderer) boardMessage(b commands.Board, view commands.RoomPage, state commands.BoardState, changedAt time.Time) message {
	p := newPage(messageBlocks)
	ref := moderation.RoomRef{Provider: b.Provider, Name: cutName(b.Room)}
	var text string
	if state == commands.BoardLive {
		view.AsOf, view.Search, view.Cursor, view.Back = time.Time{}, "", "", ""
		text = r.roomPage(p, view)
	} else {
		text = r.say("bot.board."+string(state), "Room", ref, "Actor", actor(b.Actor.String()), "At", moment(changedAt))
		p.section(text, nil)
	}
	p.note(r.say("bot.board.foot", "Actor", actor(b.Actor.String()), "At", moment(changedAt), "State", string(state)))
	return message{Text: fit(text, messageRunes), Blocks: p.blocks}
}

// moment returns t as a sentence shows it, nothing for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return moderation.Moment(t)
}
