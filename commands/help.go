package commands

import (
	"cmp"
	"context"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/words"
)

// argTopic is the command that help is asked of.
const argTopic = "topic"

var helpCommand = &Command{
	Name:     "help",
	Args:     []Arg{{Name: argTopic, Usage: "[command]"}},
	Summary:  moderation.Say("help.help"),
	Examples: []string{"/room-help", "/room-help kick"},
	run:      runHelp,
}

// runHelp lists what the caller may do, or tells all about one command.
func runHelp(ctx context.Context, s *Service, in Invocation) Answer {
	who := s.authority(ctx, in.Caller)
	may := func(c *Command) bool { return !c.Hidden && s.usable(ctx, in.Caller, who, c) }
	if topic := in.Args[argTopic]; topic != "" {
		c, ok := Lookup(topic)
		if !ok {
			return failure(unknownCommand(topic))
		}
		if !may(c) {
			d := who.may(cmp.Or(c.Needs, moderation.AudioControl), Target{})
			return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
		}
		return HelpPage{Commands: []CommandHelp{s.describe(c)}, One: true}
	}
	var page HelpPage
	for _, c := range table {
		if may(c) {
			page.Commands = append(page.Commands, CommandHelp{Usage: c.Usage(), Summary: c.Summary, Needs: c.Needs})
		}
	}
	return page
}

// usable reports whether a command is of use to someone: where it needs no one
// permission, whether they may do anything that it does.
func (s *Service) usable(ctx context.Context, c Caller, who authority, command *Command) bool {
	any := func(all ...moderation.Permission) bool {
		return slices.ContainsFunc(all, func(p moderation.Permission) bool { return who.may(p, Target{}).Allowed })
	}
	switch {
	case command.Name == "help":
		return true
	case command.Name == "undo":
		return any(undoPermissions()...)
	case command.Needs == "":
		return s.admits(ctx, c).Allowed
	case command.Action == moderation.ActionMute || command.Action == moderation.ActionUnmute || command.Action == moderation.ActionMuteAll:
		return any(command.Needs, moderation.VideoControl)
	default:
		return any(command.Needs)
	}
}

// undoPermissions are those of whatever can be taken back.
func undoPermissions() (all []moderation.Permission) {
	for _, action := range moderation.Actions() {
		if inverse, ok := moderation.Inverse(action); ok {
			all = append(all, moderation.PermissionFor(inverse, moderation.Audio), moderation.PermissionFor(inverse, moderation.Video))
		}
	}
	return all
}

// describe is the whole text of one command.
func (s *Service) describe(c *Command) CommandHelp {
	text := CommandHelp{Usage: c.Usage(), Summary: c.Summary, Examples: c.Examples, Needs: c.Needs, Notes: slices.Clone(c.Notes)}
	if _, takes := c.Arg(ArgFor); takes {
		text.Notes = append(text.Notes, moderation.Say("help.for"))
	}
	if _, takes := c.Arg(ArgRoom); takes && c.Name != "audit" {
		text.Notes = append(text.Notes, moderation.Say("help.room"))
	}
	if _, takes := c.Arg(ArgOptions); takes {
		for _, client := range s.Providers.All() {
			text.Notes = append(text.Notes, optionNotes(client, c.Action)...)
		}
	}
	return text
}

func optionNotes(client *provider.Client, action moderation.Action) []moderation.Sentence {
	var notes []moderation.Sentence
	for _, o := range client.Options(action) {
		notes = append(notes, moderation.Say("help.option", "Provider", moderation.Literal(client.Name()),
			"Option", moderation.Literal(o.Name), "Usage", words.Cut(o.Usage, 200), "Values", o.Values))
	}
	return notes
}
