package commands

import (
	"context"

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
	// Needs is the permission, "" where none or where it depends on the words.
	Needs moderation.Permission
	// Action is what a case of this command records; "" for those that only look.
	Action moderation.Action
	// Hidden commands are reached by buttons alone and are not in the manifest.
	Hidden bool
	run    func(ctx context.Context, s *Service, in Invocation) Answer
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
