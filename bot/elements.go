package bot

import (
	"cmp"
	"strconv"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// topic names an offer by its command and, where that matters, its medium: the
// end of the keys label.…, ask.… and of action ids.
func topic(command string, args commands.Args) string {
	if m := args[commands.ArgMedia]; m != "" {
		return command + "_" + m
	}
	return command
}

// label returns what stands on an offer's button.
func (r *renderer) label(o commands.Offer) string {
	if !o.Label.IsZero() {
		return r.words.Say(plain{}, o.Label)
	}
	for _, key := range []string{"label." + topic(o.Command, o.Args), "label." + o.Command} {
		if r.words.Has(key) {
			return r.words.Say(plain{}, moderation.Say(key))
		}
	}
	return words.Visible(o.Command)
}

// question returns what is asked before an offer is carried out, or nil. names
// fills in the question that a destructive offer without one gets.
func (r *renderer) question(o commands.Offer, at place) *slack.ConfirmationBlockObject {
	ask := o.Ask
	if ask.IsZero() {
		if !o.Danger || o.Dialog {
			return nil
		}
		ask = moderation.Sentence{Key: "ask." + topic(o.Command, o.Args), Args: at.names().Args}
		if !r.words.Has(ask.Key) {
			ask.Key = "ask." + o.Command
		}
		if !r.words.Has(ask.Key) {
			ask.Key = "bot.ask.any"
		}
	}
	label := r.label(o)
	q := &slack.ConfirmationBlockObject{
		Title:   plainCut(r.plain("bot.ask.title", "Label", label), confirmTitle),
		Text:    plainCut(r.words.Say(shortPlain{}, ask), confirmRunes),
		Confirm: plainCut(label, confirmButton),
		Deny:    plainCut(r.plain("label.cancel"), confirmButton),
	}
	if o.Danger {
		q.Style = slack.StyleDanger
	}
	return q
}

// place is where a button stands: whom and what its question names, and the
// list that is shown anew after the press.
type place struct {
	person, room string
	number       uint64 // of the case
	list         commands.Args
}

func (at place) names() moderation.Sentence {
	return moderation.Say("", "Person", at.person, "Room", at.room, "Case", at.number)
}

// wish returns what an offer's button carries.
func (at place) wish(o commands.Offer) wish {
	w := wish{Command: o.Command, Args: o.Args, Dialog: o.Dialog, List: at.list}
	if o.Dialog {
		whom := commands.ArgPerson
		if o.Args[commands.ArgCoach] != "" {
			whom = commands.ArgCoach
		}
		w.Shown = commands.Args{commands.ArgRoom: words.Cut(at.room, optionRunes), whom: words.Cut(at.person, optionRunes)}
	}
	return w
}

// button draws an offer; nil where its words do not fit.
func (r *renderer) button(o commands.Offer, at place) *slack.ButtonBlockElement {
	value, ok := at.wish(o).encodeFit(buttonValue)
	if !ok {
		return nil
	}
	b := slack.NewButtonBlockElement("do:"+topic(o.Command, o.Args), value, plainCut(r.label(o), buttonRunes))
	if o.Danger {
		b.Style = slack.StyleDanger
	}
	b.Confirm = r.question(o, at)
	return b
}

// row draws offers: the first few as buttons, the rest in a menu. A menu cannot
// ask before it acts, so that what is destructive opens its dialog from there.
func (r *renderer) row(offers []commands.Offer, buttons int, at place) []slack.BlockElement {
	var elements []slack.BlockElement
	var menu []*slack.OptionBlockObject
	var rest []commands.Offer
	for i, o := range offers {
		if i < buttons {
			elements = r.addButton(elements, o, at)
			continue
		}
		inMenu := o
		inMenu.Dialog = o.Dialog || o.Danger
		value, ok := at.wish(inMenu).encodeFit(optionValue)
		if !ok || len(menu) == selectCount {
			elements = r.addButton(elements, o, at)
			continue
		}
		rest = append(rest, o)
		menu = append(menu, slack.NewOptionBlockObject(value, plainCut(r.label(o), optionRunes), nil))
	}
	switch {
	case len(menu) == 0:
	case len(menu) == 1:
		elements = r.addButton(elements, rest[0], at)
	case len(menu) <= overflowCount:
		elements = append(elements, slack.NewOverflowBlockElement("more", menu...))
	default:
		elements = append(elements, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic,
			plainCut(r.plain("label.more"), buttonRunes), "more", menu...))
	}
	return distinct(elements)
}

// addButton adds an offer's button where it fits and there is room for a menu.
func (r *renderer) addButton(elements []slack.BlockElement, o commands.Offer, at place) []slack.BlockElement {
	if b := r.button(o, at); b != nil && len(elements) < actionCount-1 {
		return append(elements, b)
	}
	return elements
}

// distinct gives buttons of one block action ids of their own.
func distinct(elements []slack.BlockElement) []slack.BlockElement {
	seen := make(map[string]int)
	for _, e := range elements {
		b, ok := e.(*slack.ButtonBlockElement)
		if !ok {
			continue
		}
		b.ActionID = words.Cut(b.ActionID, idLength-8)
		seen[b.ActionID]++
		if n := seen[b.ActionID]; n > 1 {
			b.ActionID += "#" + strconv.Itoa(n)
		}
	}
	return elements
}

// shortPlain is plain for questions, where two long names must leave room for
// what is asked.
type shortPlain struct{ plain }

const questionRunes = 90

// Text cuts a value to what leaves room for the rest of a question.
func (s shortPlain) Text(text string) string {
	return s.plain.Text(words.Cut(words.Visible(text), questionRunes))
}

// Literal returns s like Text.
func (s shortPlain) Literal(text string) string { return s.Text(text) }

// option draws one choice of a select; ok is false where the value is too long.
func option(value, label, hint string) (o *slack.OptionBlockObject, ok bool) {
	if value == "" || utf8.RuneCountInString(value) > optionValue {
		return nil, false
	}
	o = slack.NewOptionBlockObject(value, plainCut(cmp.Or(plain{}.Text(label), value), optionRunes), nil)
	if hint != "" {
		o.Description = plainCut(hint, optionRunes)
	}
	return o, true
}
