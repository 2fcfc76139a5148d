package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// grantRows bounds the grants of one message.
const grantRows = 35

func (r *renderer) grantPage(p *page, a commands.GrantPage) string {
	text := r.say("bot.grants.title", "Count", len(a.Grants))
	p.section(text, nil)
	var owners []string
	for _, o := range a.Owners[:min(len(a.Owners), 20)] {
		owners = append(owners, mrkdwn{}.User(o))
	}
	if len(owners) > 0 {
		p.section(r.say("bot.grants.owners")+" "+strings.Join(owners, ", "), nil)
	}
	for i, g := range a.Grants {
		if i == grantRows {
			p.note(r.say("bot.grants.more", "Count", len(a.Grants)-grantRows))
			break
		}
		p.section(r.grantLine(g), r.revoke(g))
	}
	p.section(r.presets(a.Presets), nil)
	return text
}

func (r *renderer) grantLine(g moderation.Grant) string {
	line := r.say("bot.grant", "Subject", subject(g.Subject.ID), "Preset", moderation.Literal(g.Preset), "Scope", moderation.Literal(g.Scope))
	if g.AuthID != "" {
		line = join("  ·  ", line, r.say("bot.grant.auth_id", "AuthID", moderation.Literal(g.AuthID)))
	}
	if !g.Until.IsZero() {
		line = join("  ·  ", line, r.say("bot.grant.until", "Until", moderation.Moment(g.Until)))
	}
	return join("\n", line, r.say("bot.grant.by", "By", actor(g.GrantedBy), "At", moderation.Moment(g.GrantedAt), "Reason", g.Reason, "Case", g.Case))
}

// revoke draws the button that takes a grant away, or nil where it does not fit.
func (r *renderer) revoke(g moderation.Grant) *slack.ButtonBlockElement {
	o := commands.Offer{
		Command: "role",
		Args: commands.Args{
			commands.ArgVerb: "revoke", commands.ArgSubject: g.Subject.ID, commands.ArgPreset: g.Preset,
			commands.ArgScope: g.Scope, commands.ArgAuthID: g.AuthID,
		},
		Label: moderation.Say("label.revoke"), Danger: true,
		Ask: moderation.Say("ask.revoke", "Preset", g.Preset, "Subject", g.Subject.ID),
	}
	return r.button(o, place{})
}

// presets lists each preset with what it allows.
func (r *renderer) presets(all []moderation.Preset) string {
	const shown = 20
	var lines []string
	for _, p := range all[:min(len(all), shown)] {
		var allowed []string
		for _, a := range p.Permissions {
			allowed = append(allowed, mrkdwn{}.Literal(string(a)))
		}
		lines = append(lines, r.say("bot.preset", "Name", moderation.Literal(p.Name))+" "+strings.Join(allowed, " "))
	}
	if left := len(all) - shown; left > 0 {
		lines = append(lines, r.say("bot.more", "Count", left))
	}
	return strings.Join(lines, "\n")
}

func (r *renderer) helpPage(p *page, a commands.HelpPage) string {
	if a.One && len(a.Commands) == 1 {
		return r.helpOne(p, a.Commands[0])
	}
	text := r.say("bot.help.title", "Count", len(a.Commands))
	p.section(text, nil)
	if len(a.Commands) == 0 {
		p.section(r.say("bot.help.nothing"), nil)
	}
	var lines []string
	used := 0
	flush := func() {
		p.section(strings.Join(lines, "\n"), nil)
		lines, used = nil, 0
	}
	for _, c := range a.Commands {
		line := r.words.Say(mrkdwn{}, moderation.Say("bot.help.line", "Usage", moderation.Literal(c.Usage), "Summary", c.Summary))
		if used += len(line) + 1; used > sectionRunes {
			flush()
			used = len(line) + 1
		}
		lines = append(lines, line)
	}
	flush()
	p.note(r.say("bot.help.foot"))
	return text
}

func (r *renderer) helpOne(p *page, c commands.CommandHelp) string {
	text := r.words.Say(mrkdwn{}, moderation.Say("bot.help.line", "Usage", moderation.Literal(c.Usage), "Summary", c.Summary))
	p.section(text, nil)
	p.section(r.lines(c.Notes), nil)
	var examples []string
	for _, e := range c.Examples {
		examples = append(examples, mrkdwn{}.Literal(e))
	}
	if len(examples) > 0 {
		p.section(r.say("bot.help.examples")+"\n"+strings.Join(examples, "\n"), nil)
	}
	if c.Needs != "" {
		p.note(r.say("bot.help.needs", "Permission", moderation.Literal(c.Needs)))
	}
	return text
}
