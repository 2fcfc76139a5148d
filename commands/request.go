package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// requestable lists what can be asked of a moderator about a person.
var requestable = []moderation.Action{
	moderation.ActionKick, moderation.ActionMute, moderation.ActionUnmute, moderation.ActionBan, moderation.ActionUnban,
	moderation.ActionPin, moderation.ActionUnpin, moderation.ActionHold, moderation.ActionUnhold,
}

// openRequests bounds how many requests of one person wait at a time.
const openRequests = 5

var requestCommand = &Command{
	Name: "request",
	Args: []Arg{roomArg, personArg, {Name: ArgAction, Usage: "ACTION", Required: true, Values: func() (words []string) {
		for _, a := range requestable {
			words = append(words, string(a))
		}
		return words
	}()}, reasonArg},
	Summary:  moderation.Say("help.request"),
	Examples: []string{"/room-request live:standup chaos kick shouting"},
	Notes:    []moderation.Sentence{moderation.Say("help.request_how")},
	run:      runRequest,
}

// runRequest asks a moderator to do something. The room and the person are as
// they were typed where the caller may not see them: whoever approves sees
// whether they are there, and the caller does not learn it.
func runRequest(ctx context.Context, s *Service, in Invocation) Answer {
	if known, ok := s.answerKnown(ctx, in); ok {
		return known
	}
	if d := s.admits(ctx, in.Caller); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	action := moderation.Action(in.Args[ArgAction])
	if !slices.Contains(requestable, action) {
		return fault(in, ArgAction, moderation.Fault(moderation.CodeInvalid, "request.action", "Word", moderation.Literal(action)))
	}
	a := &attempt{in: in, action: action, reason: in.Args[ArgReason], who: in.Args[ArgPerson]}
	if action == moderation.ActionMute || action == moderation.ActionUnmute {
		a.media = moderation.Audio
	}
	args := Args{ArgRoom: in.Args[ArgRoom], ArgPerson: in.Args[ArgPerson], ArgReason: in.Args[ArgReason]}
	if answer := s.aimRequest(ctx, a, args); answer != nil {
		return answer
	}
	if answer := s.requestedBefore(ctx, a); answer != nil {
		return answer
	}
	w := waiting{
		Request: true, Caller: in.Caller, Command: commandOf(action), Args: args, Until: time.Now().Add(requestWithin).UTC(),
	}
	return s.answerWaiting(ctx, in, s.record(a, moderation.RecordIntended), w, []moderation.Sentence{
		moderation.Say("request.asked", "What", s.what(a), "Until", moderation.Moment(w.Until)),
	})
}

// aimRequest finds the room and the person where the caller may list the room,
// and keeps the words as they are where not.
func (s *Service) aimRequest(ctx context.Context, a *attempt, args Args) Answer {
	found := s.search(ctx, a.in.Caller, args[ArgRoom])
	switch len(found.seen) {
	case 0:
		provider, name, ok := strings.Cut(args[ArgRoom], ":")
		if _, known := s.Providers.Get(provider); !ok || !known {
			provider, name = "", args[ArgRoom]
		}
		a.place.room = moderation.Room{Provider: provider, Name: name}
		return nil
	case 1:
		a.place = found.seen[0]
	default:
		return s.whichRoom(a.in, found)
	}
	args[ArgRoom] = a.place.arg()
	ctx, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	all, err := people(ctx, a.place, a.who)
	if err != nil {
		return s.unread(a.place, err)
	}
	if len(all) > 1 {
		return s.whichPerson(a.in, a.place, all)
	}
	if len(all) == 1 {
		a.person = &all[0]
		args[ArgPerson] = lasting(all[0])
	}
	return nil
}

// requestedBefore answers one who has asked for the same already, or for too
// much at a time.
func (s *Service) requestedBefore(ctx context.Context, a *attempt) Answer {
	var same uint64
	open := 0
	err := s.view(ctx, func(tx store.Tx) error {
		same, open = 0, 0
		all, err := waitings.All(tx, "")
		for _, w := range all {
			if !w.Request || w.Caller.Actor.String() != a.in.Caller.Actor.String() {
				continue
			}
			open++
			c, err := tx.Case(w.Case)
			if err != nil {
				return err
			}
			r := s.record(a, moderation.RecordIntended)
			if c.Action == r.Action && c.Provider == r.Provider && c.Room == r.Room && c.Participant == r.Words.Participant {
				same = w.Case
			}
		}
		return err
	})
	switch {
	case err != nil:
		return s.unreadable(err)
	case same != 0:
		return Notice{Tone: Info, Code: moderation.CodeConflict, Case: same, Says: []moderation.Sentence{
			moderation.Say("request.asked_before", "Case", same),
		}}
	case open >= openRequests:
		return failure(moderation.Fault(moderation.CodeBusy, "request.too_many", "Most", openRequests))
	}
	return nil
}
