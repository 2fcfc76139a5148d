package bot

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// roomRows bounds the rooms of one message: each may take two blocks.
const roomRows = 20

// namedPeople bounds the people named in a room's line of the list.
const namedPeople = 6

func (r *renderer) roomsPage(p *page, a commands.RoomsPage) string {
	text := r.say("bot.rooms.title", "Count", len(a.Rooms), "Search", a.Search, "More", a.Next != "")
	p.section("*"+text+"*", nil)
	p.note(r.providers(a.Providers))
	p.section(r.lines(a.Says), nil)
	if len(a.Rooms) == 0 {
		p.section(r.say("bot.rooms.none", "Search", a.Search), nil)
	}
	list := commands.Args{commands.ArgSearch: a.Search, commands.ArgCursor: a.Cursor}
	for i, row := range a.Rooms {
		if i == roomRows {
			p.note(r.say("bot.more", "Count", len(a.Rooms)-roomRows))
			break
		}
		r.roomRow(p, row, list, a.AsOf)
	}
	r.pager(p, list, "", a.Previous, a.Back, a.Next)
	p.note(r.say("bot.as_of", "At", moderation.Moment(a.AsOf)))
	return text
}

// providers says which providers answer; silence where there is but one and it does.
func (r *renderer) providers(all []commands.ProviderState) string {
	if len(all) == 1 && !all[0].Down {
		return ""
	}
	var parts []string
	for _, s := range all {
		key := "bot.provider.up"
		if s.Down {
			key = "bot.provider.down"
		}
		parts = append(parts, r.say(key, "Name", moderation.Literal(s.Name), "Type", s.Type, "Code", string(s.Code)))
	}
	return join("  ·  ", parts...)
}

func (r *renderer) roomRow(p *page, row commands.RoomRow, list commands.Args, asOf time.Time) {
	line := join("\n", r.roomLine(row.Room, row.Present, asOf), r.peopleLine(row.People, row.Present))
	at := place{room: row.Room.Name, list: list}
	show, more := splitShow(row)
	p.section(line, r.button(show, place{}))
	p.actions(r.row(more, 2, at)...)
}

// splitShow finds the offer that shows the people of a room, which stands
// beside its line, and returns the others.
func splitShow(row commands.RoomRow) (show commands.Offer, more []commands.Offer) {
	show = commands.Offer{
		Command: "list", Args: commands.Args{commands.ArgRoom: row.Room.Provider + ":" + row.Room.ID},
		Label: moderation.Say("label.people"),
	}
	for _, o := range row.Offers {
		if o.Command == "list" {
			show.Args = o.Args
			continue
		}
		more = append(more, o)
	}
	return show, more
}

// roomLine says what a room is like in one line.
func (r *renderer) roomLine(room moderation.Room, present int, asOf time.Time) string {
	parts := []string{r.say("bot.room.name", "Name", nonEmpty(room.Name), "Ref", room.Ref())}
	if present >= 0 {
		parts = append(parts, r.say("bot.room.people", "Count", present))
	}
	switch lasted := since(room.CreatedAt, asOf); {
	case lasted != "":
		parts = append(parts, r.say("bot.room.since", "For", lasted))
	case asOf.IsZero() && !room.CreatedAt.IsZero():
		parts = append(parts, r.say("bot.room.began", "At", moderation.Moment(room.CreatedAt)))
	}
	if room.Recording {
		parts = append(parts, r.say("bot.room.recording"))
	}
	if room.Locked {
		parts = append(parts, r.say("bot.room.locked"))
	}
	return join("  ·  ", parts...)
}

// peopleLine names the first few people with what they send.
func (r *renderer) peopleLine(people []moderation.Participant, present int) string {
	var parts []string
	for _, someone := range people[:min(len(people), namedPeople)] {
		if someone.Kind.Human() {
			present--
		}
		parts = append(parts, join(" ", mrkdwn{}.Text(cutName(someone.DisplayName())), r.sends(someone)))
	}
	if present > 0 && len(parts) > 0 {
		parts = append(parts, r.say("bot.more", "Count", present))
	}
	return strings.Join(parts, ", ")
}

// pager adds Previous, Next and Refresh for a list that list shows.
func (r *renderer) pager(p *page, args commands.Args, room string, previous bool, back, next string) {
	turn := func(id, key, cursor string) slack.BlockElement {
		turned := commands.Args{}
		for name, value := range args {
			turned[name] = value
		}
		turned[commands.ArgCursor] = cursor
		value, ok := wish{Command: "list", Args: turned}.encode(buttonValue)
		if !ok {
			return nil
		}
		return slack.NewButtonBlockElement(id, value, plainCut(r.plain(key), buttonRunes))
	}
	var elements []slack.BlockElement
	add := func(e slack.BlockElement) {
		if e != nil {
			elements = append(elements, e)
		}
	}
	if previous {
		add(turn("page:previous", "label.previous", back))
	}
	if next != "" {
		add(turn("page:next", "label.next", next))
	}
	add(turn("page:refresh", "label.refresh", args[commands.ArgCursor]))
	search := wish{
		Command: "list", Dialog: true, Args: commands.Args{commands.ArgRoom: args[commands.ArgRoom]},
		Shown: commands.Args{commands.ArgRoom: words.Cut(room, optionRunes)},
	}
	if value, ok := search.encodeFit(buttonValue); ok {
		add(slack.NewButtonBlockElement("page:search", value, plainCut(r.plain("label.search"), buttonRunes)))
	}
	if args[commands.ArgRoom] != "" {
		if value, ok := (wish{Command: "list"}).encode(buttonValue); ok {
			add(slack.NewButtonBlockElement("page:rooms", value, plainCut(r.plain("label.rooms"), buttonRunes)))
		}
	}
	p.actions(elements...)
}
