package bot

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

const (
	caseRows    = 20
	recordLines = 30
	// quotedRunes bounds what one person wrote: a reason, a note.
	quotedRunes = 500
	// toldRunes bounds what a record told: several sentences.
	toldRunes = 1000
)

// actor returns who acted in the way a sentence shows it: Case.Actor is a bare
// Slack user id, api:NAME or system.
func actor(s string) any {
	switch {
	case s == string(moderation.System) || s == "":
		return moderation.Say("bot.actor.system")
	case userID.MatchString(s):
		return moderation.UserID(s)
	default:
		return moderation.Literal(s)
	}
}

// casePlace is where the buttons of a case stand.
func casePlace(c moderation.Case) place {
	return place{person: caseName(c), room: c.Room, number: c.Number}
}

// caseName returns whom a case is about.
func caseName(c moderation.Case) string {
	return cmp.Or(c.ParticipantName, c.Participant, c.ParticipantID)
}

// actionWord says an action in a word: removed, muted.
func (r *renderer) actionWord(a moderation.Action, m moderation.Media) moderation.Sentence {
	return moderation.Say(r.actionKey("bot.word.", a, m))
}

// actionKey finds an action's sentence of a kind, for its medium where there is one.
func (r *renderer) actionKey(prefix string, a moderation.Action, m moderation.Media) string {
	if key := prefix + string(a) + "_" + string(m); m != "" && r.words.Has(key) {
		return key
	}
	if key := prefix + string(a); r.words.Has(key) {
		return key
	}
	return prefix + "any"
}

// headline says in one line what a case is about and how far it has come.
func (r *renderer) headline(style words.Style, c moderation.Case) string {
	args := []any{
		"Person", r.someone(c), "Room", roomArg(c), "Action", string(c.Action),
		"Subject", subject(c.Subject), "Preset", moderation.Literal(c.Preset), "Scope", moderation.Literal(c.Scope),
		"Reached", c.Reached,
	}
	kind := "bot.do."
	if c.Outcome == moderation.Succeeded || c.Outcome == moderation.Partial {
		kind = "bot.did."
	}
	what := moderation.Say(r.actionKey(kind, c.Action, c.Media), args...)
	state := string(c.Outcome)
	if c.Awaits {
		state = "awaits"
	}
	return r.words.Say(style, moderation.Say("bot.headline."+state, "Actor", actor(c.Actor), "What", what))
}

// someone names whom a case is about; a redacted one names nobody.
func (r *renderer) someone(c moderation.Case) any {
	if name := strings.TrimSpace(cutName(caseName(c))); name != "" {
		return name
	}
	return moderation.Say("bot.someone")
}

// roomArg returns the room of a case, or that it has none.
func roomArg(c moderation.Case) any {
	if c.Room == "" {
		return moderation.Say("bot.no_room")
	}
	return moderation.RoomRef{Provider: c.Provider, Name: cutName(c.Room)}
}

// subject returns whom a grant is for in the way a sentence shows it.
func subject(id string) any {
	switch {
	case userID.MatchString(id):
		return moderation.UserID(id)
	case groupID.MatchString(id):
		return moderation.GroupID(id)
	case channelID.MatchString(id):
		return moderation.ChannelID(id)
	default:
		return moderation.Literal(id)
	}
}

// story tells what is known of a case below its headline, one thing a line.
func (r *renderer) story(style words.Style, c moderation.Case) string {
	var lines []string
	add := func(key string, pairs ...any) {
		lines = append(lines, r.words.Say(style, moderation.Say(key, pairs...)))
	}
	if c.Redacted {
		add("bot.case.redacted")
	}
	if c.Reason != "" {
		add("bot.case.reason", "Reason", quoted(c.Reason))
	}
	if c.Text != "" {
		lines = append(lines, asTold(style, c.Text))
	}
	if c.Outcome == moderation.Refused && c.Permission != "" {
		add("bot.case.permission", "Permission", moderation.Literal(c.Permission))
	}
	switch idle := c.Outcome == moderation.Refused || c.Outcome == moderation.Failed; {
	case idle: // what was not done does not end
	case c.Permanent:
		add("bot.case.permanent")
	case !c.Until.IsZero():
		add("bot.case.until", "Until", moderation.Moment(c.Until))
	}
	if c.Awaits {
		add("bot.case.awaits", "Until", moment(c.AwaitsUntil), "Requested", c.Requested)
	}
	if c.ApprovedBy != "" {
		add("bot.case.approved", "By", actor(c.ApprovedBy))
	}
	if c.Inverts > 0 {
		add("bot.case.inverts", "Case", c.Inverts)
	}
	if s := r.unreached(style, c.Unreached); s != "" {
		add("bot.case.unreached", "Count", len(c.Unreached))
		lines = append(lines, s)
	}
	if c.UndoneBy != "" {
		add("bot.case.undone", "By", actor(c.UndoneBy), "Case", c.UndoneCase)
	}
	if c.Expired {
		add("bot.case.expired")
	}
	const notes = 5
	for _, n := range c.Notes[max(0, len(c.Notes)-notes):] {
		add("bot.case.note", "By", actor(n.Actor), "At", moderation.Moment(n.At), "Text", quoted(n.Text))
	}
	if v := c.Review; v != nil {
		add("bot.case.review", "By", actor(v.Actor), "At", moderation.Moment(v.At), "Verdict", r.verdict(v.Verdict), "Text", quoted(v.Text))
	}
	return strings.Join(lines, "\n")
}

// quoted shortens what someone wrote.
func quoted(s string) string { return words.Cut(words.Visible(s), quotedRunes) }

// drawn finds what words.Told wrote for Slack to draw: mentions and times.
var drawn = regexp.MustCompile(`<@([UW][A-Z0-9]+)>|<!subteam\^(S[A-Z0-9]+)>|<#([CGD][A-Z0-9]+)>|\b([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)`)

// asTold shows what a record told in plain words, with its people by name and
// its times as the reader's own.
func asTold(style words.Style, text string) string {
	text = words.Cut(words.Visible(text), toldRunes)
	var out strings.Builder
	for {
		at := drawn.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		out.WriteString(spaced(style, text[:at[0]]))
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return text[at[2*i]:at[2*i+1]]
		}
		switch user, team, channel := group(1), group(2), group(3); {
		case user != "":
			out.WriteString(style.User(user))
		case team != "":
			out.WriteString(style.Group(team))
		case channel != "":
			out.WriteString(style.Channel(channel))
		default:
			t, err := time.Parse(time.RFC3339, group(4))
			if err != nil {
				out.WriteString(style.Text(group(4)))
				break
			}
			out.WriteString(style.Moment(t))
		}
		text = text[at[1]:]
	}
	return out.String() + spaced(style, text)
}

// spaced is style.Text that keeps the blanks at the ends of a part of a text.
func spaced(style words.Style, part string) string {
	inner := strings.TrimSpace(part)
	if inner == "" {
		return part
	}
	before, after, _ := strings.Cut(part, inner)
	return before + style.Text(inner) + after
}

// verdict says a review's verdict: one of ours in its words, another as it is.
func (r *renderer) verdict(v string) any {
	if key := "bot.verdict." + v; r.words.Has(key) {
		return moderation.Say(key)
	}
	return v
}

func (r *renderer) casePage(p *page, a commands.CasePage) string {
	text := r.say("bot.cases.title", "Count", len(a.Cases))
	if len(a.Cases) == 0 {
		text = r.say("bot.cases.none")
	}
	p.section(text, nil)
	for i, c := range a.Cases {
		if i == caseRows {
			p.note(r.say("bot.more", "Count", len(a.Cases)-caseRows))
			break
		}
		line := join("\n", r.say("bot.case.line", "Case", c.Number, "At", moderation.Moment(c.At))+"  "+r.headline(mrkdwn{}, c), r.brief(c))
		value, ok := wish{Command: "case", Args: commands.Args{commands.ArgCase: strconv.FormatUint(c.Number, 10)}}.encode(buttonValue)
		if !ok {
			continue
		}
		p.section(line, slack.NewButtonBlockElement("do:case", value, plainCut(r.plain("label.case"), buttonRunes)))
	}
	if a.Next > 0 {
		args := maps.Clone(a.Args)
		if args == nil {
			args = commands.Args{}
		}
		args[commands.ArgCursor] = strconv.FormatUint(a.Next, 10)
		if value, ok := (wish{Command: "audit", Args: args}).encode(buttonValue); ok {
			p.actions(slack.NewButtonBlockElement("page:next", value, plainCut(r.plain("label.next"), buttonRunes)))
		}
	}
	return text
}

// brief says what matters of a case in a list: its reason and its review.
func (r *renderer) brief(c moderation.Case) string {
	var parts []string
	if c.Reason != "" {
		parts = append(parts, r.say("bot.case.reason", "Reason", c.Reason))
	}
	if c.Review != nil {
		parts = append(parts, r.say("bot.case.reviewed", "By", actor(c.Review.Actor)))
	}
	return join("  ·  ", parts...)
}

func (r *renderer) caseHistory(p *page, a commands.CaseHistory) string {
	text := r.headline(mrkdwn{}, a.Case)
	p.section(text, nil)
	p.section(r.story(mrkdwn{}, a.Case), nil)
	var lines []string
	for i, rec := range a.Records {
		if i == recordLines {
			lines = append(lines, r.say("bot.more", "Count", len(a.Records)-recordLines))
			break
		}
		lines = append(lines, r.say("bot.record", "Seq", rec.Seq, "At", moderation.Moment(rec.At),
			"Kind", moderation.Say("bot.kindof."+string(rec.Kind)), "Actor", actor(rec.Actor), "Hash", moderation.Literal(prefix(rec.Hash))))
	}
	p.section(strings.Join(lines, "\n"), nil)
	p.note(r.caseFoot(mrkdwn{}, a.Case))
	p.actions(r.row(a.Offers, actionCount-1, casePlace(a.Case))...)
	return text
}

// caseFoot is the small line under a case: its number, when, and its place in the chain.
func (r *renderer) caseFoot(style words.Style, c moderation.Case) string {
	return r.words.Say(style, moderation.Say("bot.case.foot", "Case", c.Number, "At", moderation.Moment(c.At),
		"Seq", c.Seq, "Hash", moderation.Literal(prefix(c.Hash)), "Source", moderation.Say(r.sourceKey(c.Source))))
}

func (r *renderer) sourceKey(source string) string {
	if key := "bot.source." + source; r.words.Has(key) {
		return key
	}
	return "bot.source.other"
}

// prefix returns as much of a hash as people compare.
func prefix(hash string) string { return hash[:min(len(hash), 12)] }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
