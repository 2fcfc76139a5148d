package commands

import (
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// Command is one command as data: help, manifest, docs, dialogs and the
// permission check all come from it.
type Command struct {
	Name    string // kick; typed as /room-kick or /room kick
	Args    []Arg
	Summary moderation.Sentence
	// Example is one line as it would be typed.
	Examples []string
	// Notes say what else one should know of the command, for its own help.
	Notes []moderation.Sentence
	// Needs is the permission, "" where none or where it depends on the words.
	Needs moderation.Permission
	// Action is what a case of this command records; "" for those that only look.
	Action moderation.Action
	// Hidden commands are reached by buttons alone and are not in the manifest.
	Hidden bool
	// parse takes the words of a command whose grammar is its own; nil: in the
	// order of Args.
	parse func(c *Command, words []Word) (Args, error)
	// forRoom reports whether the words are about the room alone, so that no person
	// is missing; nil: never.
	forRoom func(args Args) bool
	run     func(ctx context.Context, s *Service, in Invocation) Answer
}

// Arg is one word of a command.
type Arg struct {
	Name     string // ArgRoom, ...
	Usage    string // as in the usage line: ROOM, [reason]
	Required bool
	Rest     bool // takes everything that is left
	// Values closes the set, as media does.
	Values []string
}

// Usage returns the line that help shows: /room-kick ROOM PERSON [reason].
func (c *Command) Usage() string {
	return strings.TrimSpace("/room-" + c.Name + " " + c.Hint())
}

// Hint returns the words of the usage line: what Slack shows beside the command.
func (c *Command) Hint() string {
	var words []string
	for _, arg := range c.Args {
		if arg.Usage != "" {
			words = append(words, arg.Usage)
		}
	}
	return strings.Join(words, " ")
}

// Arg returns the argument of a name, and whether the command takes it.
func (c *Command) Arg(name string) (Arg, bool) {
	for _, arg := range c.Args {
		if arg.Name == name {
			return arg, true
		}
	}
	return Arg{}, false
}

// The arguments that many commands share.
var (
	roomArg    = Arg{Name: ArgRoom, Usage: "ROOM", Required: true}
	personArg  = Arg{Name: ArgPerson, Usage: "PERSON", Required: true}
	reasonArg  = Arg{Name: ArgReason, Usage: "[reason]", Rest: true}
	forArg     = Arg{Name: ArgFor, Usage: "[FOR]"}
	optionsArg = Arg{Name: ArgOptions, Usage: "[key=value…]"}
	caseArg    = Arg{Name: ArgCase, Usage: "N", Required: true}
	mediaArg   = Arg{Name: ArgMedia, Usage: "[audio|video|screen]", Values: []string{
		string(moderation.Audio), string(moderation.Video), string(moderation.Screen),
	}}
)
