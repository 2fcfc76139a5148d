package bot

import (
	"cmp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// renderer draws answers, cases, dialogs and views as Block Kit. It holds no
// state and is safe for concurrent use.
type renderer struct {
	words   *words.Printer
	table   map[string]*commands.Command
	guide   guide
	reasons []string
}

// newRenderer makes a renderer for the commands of the table. g answers typeahead.
func newRenderer(w *words.Printer, table []*commands.Command, g guide) *renderer {
	r := &renderer{words: w, table: make(map[string]*commands.Command, len(table)), guide: g, reasons: reasonPresets(w)}
	for _, c := range table {
		r.table[c.Name] = c
	}
	return r
}

// offering makes dialogs offer these reasons; none leaves those of the language.
func (r *renderer) offering(reasons []string) *renderer {
	if len(reasons) > 0 {
		r.reasons = reasons
	}
	return r
}

// say renders a sentence of ours for one reader.
func (r *renderer) say(key string, pairs ...any) string {
	return r.words.Say(mrkdwn{}, moderation.Say(key, pairs...))
}

// plain renders a sentence of ours for a plain_text object.
func (r *renderer) plain(key string, pairs ...any) string {
	return r.words.Say(plain{}, moderation.Say(key, pairs...))
}

// answer draws an answer for its one reader. Text is always given: it is what
// notifications and screen readers say.
func (r *renderer) answer(a commands.Answer) message {
	p := newPage(messageBlocks)
	var text string
	switch a := a.(type) {
	case commands.Notice:
		text = r.notice(p, a)
	case commands.CaseAnswer:
		text = r.caseAnswer(p, a)
	case commands.RoomsPage:
		text = r.roomsPage(p, a)
	case commands.RoomPage:
		text = r.roomPage(p, a)
	case commands.CasePage:
		text = r.casePage(p, a)
	case commands.CaseHistory:
		text = r.caseHistory(p, a)
	case commands.MeasurePage:
		text = r.measurePage(p, a)
	case commands.Candidates:
		text = r.candidates(p, a)
	case commands.Missing:
		text = r.missing(p, a)
	case commands.Confirm:
		text = r.confirm(p, a)
	case commands.GrantPage:
		text = r.grantPage(p, a)
	case commands.Explanation:
		text = r.explanation(p, a)
	case commands.HelpPage:
		text = r.helpPage(p, a)
	default:
		text = r.notice(p, commands.Notice{Tone: commands.Failure, Says: []moderation.Sentence{moderation.Say("error.internal")}})
	}
	if strings.TrimSpace(text) == "" || len(p.blocks) == 0 {
		// Slack refuses a message without words, and then nobody hears anything.
		text = r.notice(p, commands.Notice{Tone: commands.Info})
	}
	return message{Text: fit(text, messageRunes), Blocks: p.blocks}
}

// toned puts the sign of a tone before a text.
func (r *renderer) toned(tone commands.Tone, text string) string {
	key := "bot.tone." + string(tone)
	if !r.words.Has(key) {
		return text
	}
	return join(" ", r.say(key), text)
}

// lines renders sentences for one reader, one a line.
func (r *renderer) lines(all []moderation.Sentence) string {
	said := make([]string, 0, len(all))
	for _, s := range all {
		if !s.IsZero() {
			said = append(said, r.words.Say(mrkdwn{}, s))
		}
	}
	return strings.Join(said, "\n")
}

func (r *renderer) notice(p *page, n commands.Notice) string {
	said := r.lines(n.Says)
	if said == "" {
		said = r.words.Say(mrkdwn{}, moderation.Say("error."+cmp.Or(string(n.Code), string(moderation.CodeInternal))))
	}
	text := r.toned(n.Tone, said)
	p.section(text, nil)
	if n.Case > 0 {
		p.note(r.say("bot.case.number", "Case", n.Case))
	}
	return text
}

func (r *renderer) caseAnswer(p *page, a commands.CaseAnswer) string {
	text := r.toned(a.Tone, r.lines(a.Says))
	p.section(text, nil)
	p.section(r.unreached(mrkdwn{}, a.Case.Unreached), nil)
	if a.Case.Number > 0 {
		p.note(r.say("bot.case.number", "Case", a.Case.Number))
	}
	p.actions(r.row(a.Offers, actionCount-1, casePlace(a.Case))...)
	return text
}

// unreached lists whom a bulk action did not reach, with why.
func (r *renderer) unreached(style words.Style, all []moderation.Unreached) string {
	const shown = 20
	var lines []string
	for _, u := range all[:min(len(all), shown)] {
		lines = append(lines, r.words.Say(style, moderation.Say("bot.unreached", "Name", cmp.Or(u.Name, u.Identity), "Why", u.Why)))
	}
	if left := len(all) - shown; left > 0 {
		lines = append(lines, r.say("bot.more", "Count", left))
	}
	return strings.Join(lines, "\n")
}

// candidateRows bounds the choices of one message.
const candidateRows = 20

func (r *renderer) candidates(p *page, c commands.Candidates) string {
	text := r.words.Say(mrkdwn{}, c.Says)
	p.section(text, nil)
	for i, o := range c.Options {
		if i == candidateRows {
			p.note(r.say("bot.candidates.more", "Count", len(c.Options)-candidateRows))
			break
		}
		args := commands.Args{}
		for name, value := range c.Args {
			args[name] = value
		}
		args[c.Arg] = o.Value
		line := join("\n", "*"+nonEmpty(mrkdwn{}.Text(o.Label))+"*", r.words.Say(mrkdwn{}, o.Hint))
		value, ok := wish{Command: c.Command, Args: args}.encode(buttonValue)
		if !ok {
			p.section(line, nil)
			continue
		}
		p.section(line, slack.NewButtonBlockElement("do:"+c.Command, value, plainCut(r.plain("label.choose"), buttonRunes)))
	}
	return text
}

// missing is drawn where no dialog could be opened: it says which words to type.
func (r *renderer) missing(p *page, m commands.Missing) string {
	var lines []string
	if c := r.table[m.Command]; c != nil {
		lines = append(lines, r.say("bot.missing.usage", "Usage", moderation.Literal(c.Usage())))
	} else {
		lines = append(lines, r.say("bot.missing"))
	}
	for _, name := range sortedKeys(m.Faults) {
		lines = append(lines, r.words.Say(mrkdwn{}, m.Faults[name]))
	}
	text := r.toned(commands.Failure, strings.Join(lines, "\n"))
	value, ok := wish{Command: m.Command, Args: m.Args, Dialog: true}.encode(buttonValue)
	if !ok {
		p.section(text, nil)
		return text
	}
	p.section(text, slack.NewButtonBlockElement("do:"+m.Command, value, plainCut(r.plain("bot.missing.open"), buttonRunes)))
	return text
}

func (r *renderer) confirm(p *page, c commands.Confirm) string {
	text := r.lines(c.Says)
	p.section(text, nil)
	value, ok := wish{Command: c.Command, Args: c.Args, Confirmed: true}.encode(buttonValue)
	if !ok {
		p.section(r.say("bot.confirm.long"), nil)
		return text
	}
	label := r.label(commands.Offer{Command: c.Command, Args: c.Args, Label: c.Label})
	yes := slack.NewButtonBlockElement("yes:"+topic(c.Command, c.Args), value, plainCut(label, buttonRunes))
	if c.Danger {
		yes.Style = slack.StyleDanger
	}
	p.actions(yes)
	return text
}

func (r *renderer) explanation(p *page, e commands.Explanation) string {
	tone := commands.Refusal
	if e.Allowed {
		tone = commands.Done
	}
	text := r.toned(tone, r.lines(e.Says))
	p.section(text, nil)
	return text
}

// nonEmpty keeps markup around a value from standing around nothing.
func nonEmpty(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}

// since writes how long something has lasted, to the minute.
func since(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	d := to.Sub(from)
	switch {
	case d < time.Minute:
		return words.Duration(d.Truncate(time.Second))
	case d < time.Hour:
		return words.Duration(d.Truncate(time.Minute))
	case d < 24*time.Hour:
		h := d.Truncate(time.Hour)
		if m := (d - h).Truncate(time.Minute); m > 0 {
			return words.Duration(h) + " " + words.Duration(m)
		}
		return words.Duration(h)
	default:
		return words.Duration(d.Truncate(24 * time.Hour))
	}
}
