package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// How much of each list the App Home shows: the rest is a command away.
const (
	homeRooms    = 8
	homeMeasures = 8
	homeReviews  = 5
	homeMine     = 5
	homeGrants   = 10
)

// home draws the App Home: what is live, what stands, what waits, and what its
// reader may do.
func (r *renderer) home(h commands.HomePage) slack.HomeTabViewRequest {
	p := newPage(viewBlocks)
	r.homeSteps(p, h.Steps)
	r.homeRooms(p, h)
	r.homeMeasures(p, h.Measures)
	r.homeCases(p, "bot.home.review", h.Review, homeReviews, []string{"review"})
	r.homeCases(p, "bot.home.mine", h.Mine, homeMine, nil)
	r.homeRights(p, h)
	p.note(r.say("bot.as_of", "At", moderation.Moment(h.AsOf)))
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: p.blocks}, CallbackID: "home"}
}

// homeSteps is the card of first steps: it is gone once everything is set up.
func (r *renderer) homeSteps(p *page, steps []commands.Step) {
	var lines []string
	open := false
	for _, s := range steps[:min(len(steps), homeGrants)] {
		key := "bot.home.step.open"
		if s.Done {
			key = "bot.home.step.done"
		}
		open = open || !s.Done
		lines = append(lines, r.words.Say(mrkdwn{}, moderation.Say(key, "Step", s.Says)))
	}
	if !open {
		return
	}
	p.header(r.plain("bot.home.steps"))
	p.section(join("\n", lines...), nil)
	p.divider()
}

func (r *renderer) homeRooms(p *page, h commands.HomePage) {
	p.header(r.plain("bot.home.rooms"))
	p.note(r.providers(slices.DeleteFunc(slices.Clone(h.Down), func(s commands.ProviderState) bool { return !s.Down })))
	if len(h.Rooms) == 0 {
		p.section(r.say("bot.rooms.none"), nil)
	}
	for _, row := range h.Rooms[:min(len(h.Rooms), homeRooms)] {
		p.section(join("\n", r.roomLine(row.Room, row.Present, h.AsOf), r.peopleLine(row.People, row.Present)), r.openList(row.Room))
	}
	if h.More || len(h.Rooms) > homeRooms {
		p.note(r.say("bot.home.rooms.more"))
	}
	p.actions(r.refreshHome())
}

// openList draws the button that shows a room's people: there is no message to
// change in the App Home, so that it opens a dialog.
func (r *renderer) openList(room moderation.Room) *slack.ButtonBlockElement {
	return r.button(commands.Offer{
		Command: "list", Args: commands.Args{commands.ArgRoom: room.Provider + ":" + room.ID}, Label: moderation.Say("label.people"),
	}, place{})
}

func (r *renderer) refreshHome() slack.BlockElement {
	return slack.NewButtonBlockElement(homeRefresh, "", plainCut(r.plain("label.refresh"), buttonRunes))
}

// homeRefresh is the action id of the button that draws the App Home anew.
const homeRefresh = "home-refresh"

func (r *renderer) homeMeasures(p *page, all []commands.HomeMeasure) {
	p.header(r.plain("bot.home.measures"))
	if len(all) == 0 {
		p.section(r.say("bot.home.measures.none"), nil)
	}
	for _, m := range all[:min(len(all), homeMeasures)] {
		line := r.measureLine(m.Kind, m.Media, m.Name, m.Room)
		line = join("  ·  ", line, r.say("bot.home.measure.by", "Actor", actor(m.Actor), "Case", m.Case, "Until", moment(m.Until)))
		var beside *slack.ButtonBlockElement
		if len(m.Offers) > 0 {
			beside = r.button(m.Offers[0], place{person: m.Name, room: m.Room.Name, number: m.Case})
		}
		p.section(line, beside)
	}
	if left := len(all) - homeMeasures; left > 0 {
		p.note(r.say("bot.home.measures.more", "Count", left))
	}
}

// measureLine says what stands and for whom.
func (r *renderer) measureLine(kind moderation.Action, media moderation.Media, name string, room moderation.RoomRef) string {
	room.Name = cutName(room.Name)
	return r.say(r.actionKey("bot.stands.", kind, media), "Person", nonEmpty(cutName(name)), "Room", room, "Action", string(kind))
}

// measureRows bounds the measures of one message.
const measureRows = 40

func (r *renderer) measurePage(p *page, a commands.MeasurePage) string {
	text := r.say("bot.measures.title", "Count", len(a.Rows), "Room", a.Room)
	p.section(text, nil)
	for i, row := range a.Rows {
		if i == measureRows {
			p.note(r.say("bot.more", "Count", len(a.Rows)-measureRows))
			break
		}
		m := row.Measure
		line := r.measureLine(m.Kind, m.Media, m.Name, moderation.RoomRef{Provider: m.Provider, Name: m.Room})
		if m.Returns > 0 {
			line = join("  ·  ", line, r.say("bot.measure.returns", "Count", m.Returns, "At", moment(m.ReturnedAt)))
		}
		line = join("\n", line, r.say("bot.home.measure.by", "Actor", actor(m.Actor), "Case", m.Case, "Until", moment(m.Until)))
		var beside *slack.ButtonBlockElement
		if len(row.Offers) > 0 {
			beside = r.button(row.Offers[0], place{person: m.Name, room: m.Room, number: m.Case})
		}
		p.section(line, beside)
	}
	return text
}

// homeCases lists cases, with the offers of theirs that belong there.
func (r *renderer) homeCases(p *page, key string, all []moderation.Case, limit int, commandsShown []string) {
	if len(all) == 0 {
		return
	}
	p.header(r.plain(key))
	for _, c := range all[:min(len(all), limit)] {
		var beside *slack.ButtonBlockElement
		for _, o := range r.caseOffers(c) {
			if beside == nil && (commandsShown == nil && o.Command == "undo" || slices.Contains(commandsShown, o.Command)) {
				beside = r.button(o, casePlace(c))
			}
		}
		p.section(join("\n", r.headline(mrkdwn{}, c), r.say("bot.case.line", "Case", c.Number, "At", moderation.Moment(c.At))), beside)
	}
	if left := len(all) - limit; left > 0 {
		p.note(r.say("bot.more", "Count", left))
	}
}

// homeRights says what the reader may do and why.
func (r *renderer) homeRights(p *page, h commands.HomePage) {
	p.header(r.plain("bot.home.rights"))
	if h.Owner {
		p.section(r.say("bot.home.owner"), nil)
	}
	for _, g := range h.Grants[:min(len(h.Grants), homeGrants)] {
		p.section(r.say("bot.home.grant", "Subject", subject(g.Subject.ID), "Preset", moderation.Literal(g.Preset),
			"Scope", moderation.Literal(g.Scope), "By", actor(g.GrantedBy), "Until", moment(g.Until)), nil)
	}
	if len(h.Permissions) == 0 {
		p.section(r.say("bot.help.nothing"), nil)
		return
	}
	var allowed []string
	for _, a := range h.Permissions {
		allowed = append(allowed, mrkdwn{}.Literal(string(a)))
	}
	p.note(r.say("bot.home.permissions") + " " + join(" ", allowed...))
}
