// Package commands is what a moderator can do: a table of commands, and the
// Service that parses, resolves, authorizes, writes down, carries out and
// answers them. It knows no Slack wire type and no driver: bot and api turn
// deliveries into an Invocation and an Answer into what their readers see.
package commands

import (
	"context"
	"errors"

	"github.com/roomwarden/roomwarden/moderation"
)

// Caller is who asks, and from where.
type Caller struct {
	Actor   moderation.Actor
	Channel string // the Slack channel in which the command was typed
}

// Source says how an invocation came about. It is kept in the case.
type Source string

// The sources.
const (
	FromSlash  Source = "slash"
	FromButton Source = "button"
	FromDialog Source = "dialog"
	FromAPI    Source = "api"
	FromCLI    Source = "cli"
	FromSystem Source = "system" // roomwarden itself
)

// Invocation is one thing asked: a typed command with its Text, or a pressed
// button or submitted dialog with its Args. All of them go through Service.Do.
type Invocation struct {
	Caller  Caller
	Source  Source
	Command string // the name in the table: kick, room-less
	Text    string // what was typed after the command; used where Args is nil
	Args    Args   // the words by name, already apart
	// Key makes the work unique: the same key is done once.
	Key string
	// Confirmed is set once the caller has answered a Confirm with yes.
	Confirmed bool
	// Progress is told of long work; may be nil.
	Progress func(done, total int)

	undoes     uint64 // the case that this takes back
	approvedBy string // who let a request or a second signature pass
	// approval is set where another person has approved this; its records go on
	// with the case that waited.
	approval     *approval
	countersigns bool // asked as the second of two
}

// Args holds a command's words by the name of its argument.
type Args map[string]string

// The names of arguments.
const (
	ArgRoom    = "room"   // provider:room by name or id
	ArgPerson  = "person" // identity, connection id, label or display name
	ArgMedia   = "media"
	ArgFor     = "for"
	ArgReason  = "reason"
	ArgText    = "text"
	ArgURL     = "url"
	ArgExcept  = "except"  // identities, one a line
	ArgOptions = "options" // key=value words, one a line
	ArgCase    = "case"
	ArgSubject = "subject"
	ArgPreset  = "preset"
	ArgScope   = "scope"
	ArgAuthID  = "auth_id"
	ArgAction  = "action"
	ArgVerb    = "verb" // of role: list, grant, ...
	ArgNumber  = "number"
	ArgLabel   = "label"
	ArgCoach   = "coach"
	ArgVerdict = "verdict"
	ArgOutcome = "outcome"
	ArgActor   = "actor"
	ArgSince   = "since"
	ArgUntil   = "until"
	ArgCursor  = "cursor"
	ArgSearch  = "search"
	ArgTell    = "tell" // true: the person is told before
)

// Directory tells who people are. Bot implements it from Slack's Web API with
// caches of at most 60 s. An error means "not known", and not known is refused.
type Directory interface {
	// User returns what is known of a Slack user.
	User(ctx context.Context, id string) (Person, error)
	// InGroup reports whether a user is in a user group.
	InGroup(ctx context.Context, group, user string) (bool, error)
	// InChannel reports whether a user is a member of a channel.
	InChannel(ctx context.Context, channel, user string) (bool, error)
}

// ErrWithheld is in the chain of a Directory's error where Slack does not let
// the app read what was asked for, and will not until the app is changed.
var ErrWithheld = errors.New("slack does not let the app read this")

// Person is a Slack user as far as permissions care.
type Person struct {
	Guest   bool // restricted or ultra restricted
	Deleted bool
	Bot     bool
	// External is set for people of other workspaces (Slack Connect, Grid).
	External bool
}
