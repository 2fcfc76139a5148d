package bot

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// peopleRows bounds the people of one message: each takes two blocks.
const peopleRows = 20

// nameRunes bounds a name in a row, where several stand side by side.
const nameRunes = 80

// cutName shortens a name to what a row has place for.
func cutName(s string) string { return words.Cut(words.Visible(s), nameRunes) }

func (r *renderer) roomPage(p *page, a commands.RoomPage) string {
	text := r.roomLine(a.Room, a.Total, a.AsOf)
	p.section(text, nil)
	if !p.board { // a channel reads it
		p.note(r.metadata(a.Metadata))
	}
	p.section(r.lines(a.Says), nil)
	if a.Search != "" {
		p.note(r.say("bot.people.search", "Search", a.Search))
	}
	if len(a.People) == 0 {
		p.section(r.say("bot.people.none", "Search", a.Search), nil)
	}
	list := commands.Args{
		commands.ArgRoom: a.Room.Provider + ":" + a.Room.ID, commands.ArgSearch: a.Search, commands.ArgCursor: a.Cursor,
	}
	if p.board {
		list = nil // a board changes by itself
	}
	for i, row := range a.People {
		if i == peopleRows {
			p.note(r.say("bot.people.more", "Count", len(a.People)-peopleRows))
			break
		}
		r.personRow(p, a.Room, row, list, a.AsOf)
	}
	r.pick(p, a, list)
	p.section(r.gone(a.Gone), nil)
	p.actions(r.row(withoutRefresh(a.Offers, p.board), 4, place{room: a.Room.Name, list: list})...)
	if p.board {
		r.boardPager(p, a)
		return text
	}
	r.pager(p, list, a.Room.Ref().String(), a.Cursor != "", a.Back, a.Next)
	p.note(r.say("bot.as_of", "At", moderation.Moment(a.AsOf)))
	return text
}

// pickAction is the action id of the select in which several people are chosen.
const pickAction = "pick"

// pickFrom is how many people there must be for a choice of several to be worth its place.
const pickFrom = 3

// pick lets several people be chosen and dealt with at once, as far as the
// reader may deal with them one by one.
func (r *renderer) pick(p *page, a commands.RoomPage, list commands.Args) {
	var options []*slack.OptionBlockObject
	offered := make(map[string]commands.Offer)
	for _, row := range a.People[:min(len(a.People), peopleRows)] {
		if len(row.Offers) == 0 {
			continue
		}
		if o, ok := option(row.Participant.ID, cmp.Or(row.Shown, row.Participant.DisplayName()), ""); ok {
			options = append(options, o)
		}
		for _, o := range row.Offers {
			if !o.Dialog {
				offered[topic(o.Command, o.Args)] = o
			}
		}
	}
	if len(options) < pickFrom {
		return
	}
	var elements []slack.BlockElement
	for _, command := range []string{"kick", "mute_audio", "mute"} {
		o, ok := offered[command]
		if !ok {
			continue
		}
		delete(offered, "mute")
		o.Args = maps.Clone(o.Args)
		delete(o.Args, commands.ArgPerson)
		o.Label, o.Ask = moderation.Say("bot.pick."+o.Command), moderation.Say("bot.pick.ask."+o.Command, "Room", a.Room.Name)
		if b := r.button(o, place{room: a.Room.Name, list: list}); b != nil {
			b.ActionID = "each:" + o.Command
			elements = append(elements, b)
		}
	}
	if len(elements) == 0 {
		return
	}
	p.add(&slack.SectionBlock{
		Type: slack.MBTSection, BlockID: p.id("s"), Text: markup(r.say("bot.pick.title")),
		Accessory: slack.NewAccessory(slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic,
			plainCut(r.plain("bot.pick.several"), placeholderRunes), pickAction, options...)),
	})
	p.actions(elements...)
}

// withoutRefresh drops the offers that the pager draws, and of a board the one
// that sets it up.
func withoutRefresh(offers []commands.Offer, board bool) []commands.Offer {
	var kept []commands.Offer
	for _, o := range offers {
		if o.Command == "list" || board && o.Command == "watch" {
			continue
		}
		kept = append(kept, o)
	}
	return kept
}

func (r *renderer) personRow(p *page, room moderation.Room, row commands.PersonRow, list commands.Args, asOf time.Time) {
	lines := []string{r.personLine(row, asOf), r.last(row.Last)}
	if !p.board {
		lines = append(lines, r.metadata(row.Metadata))
	}
	p.section(join("\n", lines...), nil)
	at := place{person: row.Participant.DisplayName(), room: room.Name, list: list}
	p.actions(r.row(row.Offers, 2, at)...)
}

// metadata shows what describes a room or someone in it.
func (r *renderer) metadata(text string) string {
	if text == "" {
		return ""
	}
	return r.say("bot.metadata", "Text", moderation.Literal(text))
}

// personLine says who someone is and what they send, in one line.
func (r *renderer) personLine(row commands.PersonRow, asOf time.Time) string {
	someone := row.Participant
	shown := cutName(cmp.Or(row.Shown, someone.DisplayName()))
	parts := []string{r.say("bot.person.name", "Name", nonEmpty(shown))}
	if someone.Identity != "" && someone.Identity != shown && someone.Identity != someone.Number && someone.Name != "" {
		parts[0] += " " + mrkdwn{}.Literal(cutName(someone.Identity))
	}
	parts = append(parts, r.kind(someone.Kind), r.presence(someone.Presence), r.sends(someone))
	state := func(is bool, key string) {
		if is {
			parts = append(parts, r.say(key))
		}
	}
	state(someone.OnHold, "bot.person.hold")
	state(someone.Pinned, "bot.person.pinned")
	state(someone.Coaching != "", "bot.person.coaching")
	state(someone.EndsRoom, "bot.person.ends_room")
	switch lasted := since(someone.JoinedAt, asOf); {
	case lasted != "":
		parts = append(parts, r.say("bot.person.since", "For", lasted))
	case asOf.IsZero() && !someone.JoinedAt.IsZero():
		parts = append(parts, r.say("bot.person.joined", "At", moderation.Moment(someone.JoinedAt)))
	}
	return join("  ·  ", parts...)
}

func (r *renderer) kind(k moderation.Kind) string {
	if k == "" || k == moderation.Person {
		return ""
	}
	return r.say("bot.kind." + string(k))
}

func (r *renderer) presence(p moderation.Presence) string {
	if p == "" || p == moderation.Connected {
		return ""
	}
	return r.say("bot.presence." + string(p))
}

// sends draws microphone, camera and screen: sent, muted, or taken away.
func (r *renderer) sends(someone moderation.Participant) string {
	var parts []string
	for _, m := range []moderation.Media{moderation.Audio, moderation.Video, moderation.Screen} {
		sends, muted := someone.Sends(m)
		switch {
		case someone.IsBlocked(m):
			parts = append(parts, r.say("bot.media."+string(m)+".blocked"))
		case sends && muted:
			parts = append(parts, r.say("bot.media."+string(m)+".muted"))
		case sends:
			parts = append(parts, r.say("bot.media."+string(m)+".on"))
		}
	}
	return strings.Join(parts, " ")
}

// last says who did what to someone, and when.
func (r *renderer) last(c *commands.CaseBrief) string {
	if c == nil {
		return ""
	}
	return r.say("bot.last", "Action", r.actionWord(c.Action, c.Media), "Actor", actor(c.Actor),
		"At", moderation.Moment(c.At), "Case", c.Case, "Outcome", string(c.Outcome))
}

// gone names who was put out a moment ago, and by whom.
func (r *renderer) gone(rows []commands.GoneRow) string {
	const shown = 10
	var lines []string
	for _, g := range rows[:min(len(rows), shown)] {
		lines = append(lines, r.say("bot.gone", "Name", nonEmpty(cutName(g.Name)), "Action", r.actionWord(g.Case.Action, g.Case.Media),
			"Actor", actor(g.Case.Actor), "At", moderation.Moment(g.Case.At), "Case", g.Case.Case, "Outcome", string(g.Case.Outcome)))
	}
	if left := len(rows) - shown; left > 0 {
		lines = append(lines, r.say("bot.more", "Count", left))
	}
	return strings.Join(lines, "\n")
}
