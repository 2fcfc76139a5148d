package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// Block ids of a dialog's fields: f:ARGUMENT, and f:ARGUMENT~ for the field that
// overrides it where it is filled (a reason in one's own words). A field's
// action id is the same without the prefix.
const (
	fieldPrefix = "f:"
	ownWords    = "~"
	// inputRunes is what Slack takes as a text field's first value.
	inputRunes = 3000
)

// durations and bans are offered where something may end by itself.
var (
	durations = []string{"5m", "10m", "30m", "1h", "1d", "1w"}
	permanent = "permanent"
)

// reasons counts the presets bot.reason.1 and on.
const reasons = 6

// fields draws the inputs of one argument.
func (r *renderer) fields(p *page, command string, arg commands.Arg, have, shown string) {
	name := arg.Name
	switch {
	case name == commands.ArgPerson && (command == "ban" || command == "unban"):
		// Whom it is about need not be there to be found by typeahead.
		r.search(p, optional(arg), have, shown)
		r.write(p, commands.Arg{Name: name + ownWords}, "", false)
	case name == commands.ArgRoom || name == commands.ArgPerson || name == commands.ArgCoach:
		r.search(p, arg, have, shown)
	case name == commands.ArgExcept:
		r.searchMany(p, arg)
	case name == commands.ArgFor:
		r.duration(p, command, arg, have)
	case name == commands.ArgReason:
		r.reason(p, arg, have)
	case name == commands.ArgTell:
		r.tick(p, arg, have)
	case name == commands.ArgVerdict:
		r.choose(p, arg, []string{"right", "wrong", "unclear"}, have, "bot.verdict.")
	case name == commands.ArgSubject:
		r.whom(p, arg, have)
	case name == commands.ArgPreset && have == "":
		var names []string
		for _, preset := range moderation.BuiltIn() {
			names = append(names, preset.Name)
		}
		r.choose(p, optional(arg), names, have, "bot.presetname.")
		r.write(p, commands.Arg{Name: name + ownWords}, "", false)
	case command == "role" && name == commands.ArgText:
		r.permissions(p, arg, have)
	case name == commands.ArgAction:
		var names []string
		for _, a := range moderation.Actions() {
			names = append(names, string(a))
		}
		if len(arg.Values) > 0 {
			names = arg.Values
		}
		r.choose(p, arg, names, have, "bot.action.")
	case len(arg.Values) > 0:
		r.choose(p, arg, arg.Values, have, "bot.value.")
	default:
		r.write(p, arg, have, name == commands.ArgText || name == commands.ArgOptions)
	}
}

func optional(a commands.Arg) commands.Arg {
	a.Required = false
	return a
}

// input adds one field. Its label and hint are sentences by argument, for the
// command where it has its own.
func (r *renderer) input(p *page, arg commands.Arg, element slack.BlockElement) *slack.InputBlock {
	label := "bot.field." + arg.Name
	text := arg.Usage
	if r.words.Has(label) {
		text = r.plain(label)
	}
	b := slack.NewInputBlock(fieldPrefix+arg.Name, plainCut(text, inputLabel), nil, element)
	if hint := "bot.hint." + arg.Name; r.words.Has(hint) {
		b.Hint = plainCut(r.plain(hint), inputLabel)
	}
	b.Optional = !arg.Required
	p.add(b)
	return b
}

// search draws a select with typeahead. A choice of the room tells the dialog,
// so that the people offered are of that room.
func (r *renderer) search(p *page, arg commands.Arg, have, shown string) {
	least := 0
	s := &slack.SelectBlockElement{
		Type: slack.OptTypeExternal, ActionID: arg.Name, MinQueryLength: &least,
		Placeholder: plainCut(r.plain("bot.placeholder."+arg.Name), placeholderRunes),
	}
	if o, ok := option(have, cmp.Or(shown, have), ""); ok {
		s.InitialOption = o
	}
	b := r.input(p, arg, s)
	b.DispatchAction = arg.Name == commands.ArgRoom
}

func (r *renderer) searchMany(p *page, arg commands.Arg) {
	least := 0
	r.input(p, arg, &slack.MultiSelectBlockElement{
		Type: slack.MultiOptTypeExternal, ActionID: arg.Name, MinQueryLength: &least,
		Placeholder: plainCut(r.plain("bot.placeholder.person"), placeholderRunes),
	})
}

// choose draws a select of known words.
func (r *renderer) choose(p *page, arg commands.Arg, values []string, have, prefix string) {
	if have != "" && !slices.Contains(values, have) {
		values = append([]string{have}, values...)
	}
	s := &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: arg.Name, Placeholder: plainCut(r.plain("bot.placeholder.any"), placeholderRunes)}
	for _, v := range values[:min(len(values), selectCount)] {
		text := v
		if r.words.Has(prefix + v) {
			text = r.plain(prefix + v)
		}
		o, ok := option(v, text, "")
		if !ok {
			continue
		}
		s.Options = append(s.Options, o)
		if v == have {
			s.InitialOption = o
		}
	}
	if len(s.Options) == 0 {
		r.write(p, arg, have, false)
		return
	}
	r.input(p, arg, s)
}

// tick draws one box to tick.
func (r *renderer) tick(p *page, arg commands.Arg, have string) {
	const ticked = "true"
	o, _ := option(ticked, r.plain("bot.tick."+arg.Name), "")
	e := slack.NewCheckboxGroupsBlockElement(arg.Name, o)
	if have == ticked {
		e.InitialOptions = []*slack.OptionBlockObject{o}
	}
	r.input(p, optional(arg), e)
}

// write draws a text field.
func (r *renderer) write(p *page, arg commands.Arg, have string, lines bool) {
	e := slack.NewPlainTextInputBlockElement(nil, arg.Name)
	e.Multiline = lines
	e.InitialValue = words.Cut(have, inputRunes)
	e.MaxLength = inputRunes
	if key := "bot.placeholder." + arg.Name; r.words.Has(key) {
		e.Placeholder = plainCut(r.plain(key), placeholderRunes)
	}
	r.input(p, arg, e)
}

// duration draws the presets and a field for any other length.
func (r *renderer) duration(p *page, command string, arg commands.Arg, have string) {
	values := slices.Clone(durations)
	if command == "ban" {
		values = append(values, permanent)
	}
	r.choose(p, optional(arg), values, have, "bot.for.")
	r.write(p, commands.Arg{Name: arg.Name + ownWords}, "", false)
}

// reason draws the presets and a field for one's own words.
func (r *renderer) reason(p *page, arg commands.Arg, have string) {
	s := &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: arg.Name, Placeholder: plainCut(r.plain("bot.placeholder.any"), placeholderRunes)}
	for _, text := range r.reasons {
		if o, ok := option(text, text, ""); ok && len(s.Options) < selectCount {
			s.Options = append(s.Options, o)
		}
	}
	if len(s.Options) > 0 {
		r.input(p, optional(arg), s)
	}
	r.write(p, commands.Arg{Name: arg.Name + ownWords}, have, true)
}

// permissions draws a choice of several permissions.
func (r *renderer) permissions(p *page, arg commands.Arg, have string) {
	s := &slack.MultiSelectBlockElement{
		Type: slack.MultiOptTypeStatic, ActionID: arg.Name, Placeholder: plainCut(r.plain("bot.placeholder.any"), placeholderRunes),
	}
	chosen := strings.Fields(have)
	for _, permission := range moderation.Permissions() {
		o, ok := option(string(permission), string(permission), "")
		if !ok {
			continue
		}
		s.Options = append(s.Options, o)
		if slices.Contains(chosen, o.Value) {
			s.InitialOptions = append(s.InitialOptions, o)
		}
	}
	r.input(p, commands.Arg{Name: arg.Name, Usage: r.plain("bot.field.permissions"), Required: arg.Required}, s).Label = plainCut(r.plain("bot.field.permissions"), inputLabel)
}

// whom draws a choice of a user and a field for the id of a group or channel.
func (r *renderer) whom(p *page, arg commands.Arg, have string) {
	s := &slack.SelectBlockElement{Type: slack.OptTypeUser, ActionID: arg.Name, Placeholder: plainCut(r.plain("bot.placeholder.any"), placeholderRunes)}
	id := strings.Trim(have, "<@>")
	if userID.MatchString(id) {
		s.InitialUser = id
		have = ""
	}
	r.input(p, optional(arg), s)
	r.write(p, commands.Arg{Name: arg.Name + ownWords}, have, false)
}

// readFields reads a submission's fields into args and says what cannot be right.
func (r *renderer) readFields(command string, values map[string]map[string]blockAction, args commands.Args) map[string]string {
	faults := make(map[string]string)
	for block, actions := range values {
		name, isField := strings.CutPrefix(block, fieldPrefix)
		if !isField {
			continue
		}
		text := strings.TrimSpace(actions[name].text())
		if base, own := strings.CutSuffix(name, ownWords); own {
			if text == "" {
				continue
			}
			name = base
		} else if other := values[block+ownWords][name+ownWords].text(); strings.TrimSpace(other) != "" {
			continue
		}
		if name == commands.ArgFor && text != "" && !isDuration(text) {
			faults[block] = r.plain("bot.fault.for")
			continue
		}
		if text == "" {
			delete(args, name)
			continue
		}
		args[name] = text
	}
	if len(faults) > 0 {
		return faults
	}
	return r.lacking(command, values, args)
}

// lacking names the required words for which two fields stand, neither filled:
// Slack itself asks for the others.
func (r *renderer) lacking(command string, values map[string]map[string]blockAction, args commands.Args) map[string]string {
	c := r.table[command]
	if c == nil {
		return nil
	}
	faults := make(map[string]string)
	for _, a := range c.Args {
		if _, drawn := values[fieldPrefix+a.Name]; drawn && a.Required && args[a.Name] == "" {
			faults[fieldPrefix+a.Name] = r.plain("bot.fault.required")
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// isDuration reports whether s is a length of time as commands take it.
func isDuration(s string) bool {
	if s == permanent {
		return true
	}
	unit, size := utf8.DecodeLastRuneInString(s)
	digits := s[:len(s)-size]
	if digits == "" || len(digits) > 6 || !strings.ContainsRune("smhdw", unit) {
		return false
	}
	return strings.Trim(digits, "0123456789") == "" && strings.Trim(digits, "0") != ""
}

// reasonPresets returns the reasons of the language.
func reasonPresets(w *words.Printer) []string {
	var all []string
	for i := range reasons {
		key := "bot.reason." + string(rune('1'+i))
		if w.Has(key) {
			all = append(all, w.Say(plain{}, moderation.Say(key)))
		}
	}
	return all
}
