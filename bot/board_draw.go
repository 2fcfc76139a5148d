package bot

import (
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
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
		p.board = true
		text = r.roomPage(p, view)
	} else {
		text = r.say("bot.board."+string(state), "Room", ref, "Actor", actor(b.Actor.String()), "At", moment(changedAt))
		p.section(text, nil)
	}
	p.note(r.say("bot.board.foot", "Actor", actor(b.Actor.String()), "At", moment(changedAt), "State", string(state)))
	return message{Text: fit(text, messageRunes), Blocks: p.blocks}
}

// boardRefresh is the action id of the button that draws a board anew.
const boardRefresh = "board-refresh"

// boardPager stands under a board: a page or a search is for whoever asks for it.
func (r *renderer) boardPager(p *page, view commands.RoomPage) {
	room := view.Room.Provider + ":" + view.Room.ID
	refresh := slack.NewButtonBlockElement(boardRefresh, words.Cut(room, buttonValue), plainCut(r.plain("label.refresh"), buttonRunes))
	at := place{room: view.Room.Name}
	var more []commands.Offer
	if view.Next != "" {
		more = append(more, commands.Offer{Command: "list", Label: moderation.Say("label.next"), Args: commands.Args{commands.ArgRoom: room, commands.ArgCursor: view.Next}})
	}
	more = append(more, commands.Offer{Command: "list", Label: moderation.Say("label.search"), Args: commands.Args{commands.ArgRoom: room}, Dialog: true},
		commands.Offer{Command: "unwatch", Args: commands.Args{commands.ArgRoom: room}, Label: moderation.Say("label.unwatch")})
	elements := []slack.BlockElement{refresh}
	for _, o := range more {
		elements = r.addButton(elements, o, at)
	}
	p.actions(distinct(elements)...)
}

// moment returns t as a sentence shows it, nothing for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return moderation.Moment(t)
}
