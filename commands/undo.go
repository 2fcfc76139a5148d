package commands

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

var undoCommand = &Command{
	Name:     "undo",
	Args:     []Arg{caseArg},
	Summary:  moderation.Say("help.undo"),
	Examples: []string{"/room-undo 17"},
	Notes:    []moderation.Sentence{moderation.Say("help.undo_what")},
	run:      runUndo,
}

// runUndo takes a case back by the command that does the opposite, so that it
// is authorized, written down and answered as that is.
func runUndo(ctx context.Context, s *Service, in Invocation) Answer {
	if known, ok := s.answerKnown(ctx, in); ok {
		return known
	}
	c, answer := s.findCase(ctx, in)
	if answer != nil {
		return answer
	}
	inverse, possible := moderation.Inverse(c.Action)
	permission := moderation.PermissionFor(inverse, c.Media)
	if !possible {
		permission = moderation.PermissionFor(c.Action, c.Media)
	}
	_, able := s.Undoable(c)
	switch d := s.aboutCase(ctx, c, func(t Target) Decision { return s.may(ctx, in.Caller, permission, t) }); {
	case d.Hidden:
		return noCase(in)
	case !d.Allowed && !able: // else the command refuses, and makes a case of it
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	switch {
	case c.UndoneBy != "":
		return Notice{Tone: Info, Code: moderation.CodeConflict, Case: c.Number, Says: []moderation.Sentence{
			moderation.Say("undo.already", "Case", c.Number, "Actor", actorArg(c.UndoneBy), "By", c.UndoneCase),
		}}
	case c.Expired:
		return undoFault(c, "undo.expired")
	case !possible:
		return undoFault(c, "undo.impossible")
	case c.Outcome.Open():
		return undoFault(c, "undo.open")
	case c.Outcome != moderation.Succeeded && c.Outcome != moderation.Partial:
		return undoFault(c, "undo.nothing")
	case !able && c.Redacted:
		return undoFault(c, "undo.redacted")
	}
	opposite, args := s.opposing(c, inverse)
	if track := s.trackWords(c, inverse); track != "" {
		args[ArgOptions] = track
	}
	command, ok := Lookup(opposite)
	if !ok {
		return undoFault(c, "undo.impossible")
	}
	if inverse == moderation.ActionBan {
		if answer := s.banAgain(ctx, c, args); answer != nil {
			return answer
		}
	}
	in.Command, in.Args, in.undoes, in.Confirmed = command.Name, args, c.Number, true
	return command.run(ctx, s, in)
}

// banAgain gives a ban whose lifting is taken back the end that it had.
func (s *Service) banAgain(ctx context.Context, lifted moderation.Case, args Args) Answer {
	if lifted.Inverts == 0 {
		return nil
	}
	ban, err := s.caseOf(ctx, lifted.Inverts)
	if err != nil {
		return s.unreadable(err)
	}
	switch left := time.Until(ban.Until); {
	case ban.Permanent:
		args[ArgFor] = "permanent"
	case left <= time.Second:
		return undoFault(lifted, "undo.expired")
	default:
		args[ArgFor] = strconv.FormatInt(int64(left.Round(time.Second)/time.Second), 10) + "s"
	}
	return nil
}

func undoFault(c moderation.Case, key string) Answer {
	return Notice{Tone: Failure, Code: moderation.CodeConflict, Case: c.Number, Says: []moderation.Sentence{
		moderation.Say(key, "Case", c.Number, "Action", moderation.Literal(c.Action)),
	}}
}

// opposing returns the command and the words that take a case back.
func (s *Service) opposing(c moderation.Case, inverse moderation.Action) (string, Args) {
	reason := s.plain([]moderation.Sentence{moderation.Say("undo.reason", "Case", c.Number)})
	if inverse == moderation.ActionGrant || inverse == moderation.ActionRevoke {
		return roleCommand.Name, Args{
			ArgVerb: string(inverse), ArgSubject: c.Subject, ArgPreset: c.Preset, ArgScope: c.Scope,
			ArgAuthID: c.AuthID, ArgReason: reason,
		}
	}
	room := c.Provider + ":" + cmp.Or(c.RoomID, c.Room)
	args := Args{ArgRoom: room, ArgReason: reason}
	// The identity, not the connection: they may have left and come back.
	person := c.Participant
	if person == "" {
		person = c.ParticipantID
	}
	switch {
	case inverse == moderation.ActionUncoach:
		args[ArgCoach] = person
	case person != "":
		args[ArgPerson] = person
	}
	if c.Media != "" {
		args[ArgMedia] = string(c.Media)
	}
	return commandOf(inverse), args
}
