package bot

import (
	"cmp"
	"strings"
	"time"

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
	p.section(r.lines(mrkdwn{}, a.Says), nil)
	if a.Search != "" {
		p.note(r.say("bot.people.search", "Search", a.Search))
	}
	if len(a.People) == 0 {
		p.section(r.say("bot.people.none", "Search", a.Search), nil)
	}
	for i, row := range a.People {
		if i == peopleRows {
			p.note(r.say("bot.people.more", "Count", len(a.People)-peopleRows))
			break
		}
		r.personRow(p, a.Room, row, a.AsOf)
	}
	p.section(r.gone(a.Gone), nil)
	p.actions(r.row(withoutRefresh(a.Offers), 4, moderation.Say("", "Room", a.Room.Name))...)
	args := commands.Args{
		commands.ArgRoom: a.Room.Provider + ":" + a.Room.ID, commands.ArgSearch: a.Search, commands.ArgCursor: a.Cursor,
	}
	r.pager(p, args, a.Cursor != "", a.Back, a.Next)
	p.note(r.say("bot.as_of", "At", moderation.Moment(a.AsOf)))
	return text
}

// withoutRefresh drops the offers that the pager draws.
func withoutRefresh(offers []commands.Offer) []commands.Offer {
	var kept []commands.Offer
	for _, o := range offers {
		if o.Command != "list" {
			kept = append(kept, o)
		}
	}
	return kept
}

func (r *renderer) personRow(p *page, room moderation.Room, row commands.PersonRow, asOf time.Time) {
	p.section(join("\n", r.personLine(row, asOf), r.last(row.Last)), nil)
	names := moderation.Say("", "Person", row.Participant.DisplayName(), "Room", room.Name)
	p.actions(r.row(row.Offers, 2, names)...)
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
	if lasted := since(someone.JoinedAt, asOf); lasted != "" {
		parts = append(parts, r.say("bot.person.since", "For", lasted))
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
