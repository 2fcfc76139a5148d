package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var coachCommand = &Command{
	Name:     "coach",
	Args:     []Arg{roomArg, {Name: ArgCoach, Usage: "COACH", Required: true}, personArg, reasonArg},
	Summary:  moderation.Say("help.coach"),
	Examples: []string{"/room-coach calls:support lead agent-7"},
	Needs:    moderation.CoachPermission,
	Action:   moderation.ActionCoach,
	run:      runCoach,
}

var uncoachCommand = &Command{
	Name:     "uncoach",
	Args:     []Arg{roomArg, {Name: ArgCoach, Usage: "COACH", Required: true}, reasonArg},
	Summary:  moderation.Say("help.uncoach"),
	Examples: []string{"/room-uncoach calls:support lead"},
	Needs:    moderation.CoachPermission,
	Action:   moderation.ActionUncoach,
	run: func(ctx context.Context, s *Service, in Invocation) Answer {
		in.Args = in.Args.with(ArgPerson, in.Args[ArgCoach])
		a, answer := s.aimLift(ctx, in, moderation.ActionUncoach, "")
		if answer != nil {
			return asCoach(answer)
		}
		a.shows = a.person.Coaching == ""
		return s.carryOut(ctx, a)
	},
}

// aimCoach aims at the coach: it is the coach who is changed.
func (s *Service) aimCoach(ctx context.Context, in Invocation, action moderation.Action) (*attempt, Answer) {
	in.Args = in.Args.with(ArgPerson, in.Args[ArgCoach])
	a, answer := s.aim(ctx, in, action, "")
	return a, asCoach(answer)
}

// asCoach turns an answer about the person into one about the coach.
func asCoach(answer Answer) Answer {
	switch answer := answer.(type) {
	case Candidates:
		if answer.Arg == ArgPerson {
			answer.Arg = ArgCoach
		}
		return answer
	case Missing:
		if fault, ok := answer.Faults[ArgPerson]; ok {
			delete(answer.Faults, ArgPerson)
			answer.Faults[ArgCoach] = fault
		}
		return answer
	default:
		return answer
	}
}

func runCoach(ctx context.Context, s *Service, in Invocation) Answer {
	listener := in.Args[ArgPerson]
	a, answer := s.aimCoach(ctx, in, moderation.ActionCoach)
	if answer != nil {
		return restoreListener(answer, listener)
	}
	in.Args = in.Args.with(ArgRoom, a.place.arg()).with(ArgCoach, a.person.ID)
	reading, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	found, err := people(reading, a.place, listener)
	switch {
	case err != nil:
		return s.unread(a.place, err)
	case len(found) > 1:
		return s.whichPerson(in, a.place, found)
	case len(found) == 0:
		return s.noPerson(ctx, in, ArgPerson, a.place)
	case found[0].ID == a.person.ID:
		return fault(in, ArgPerson, moderation.Fault(moderation.CodeInvalid, "coach.oneself", "Person", s.nameOf(*a.person)))
	}
	a.order.Listener = found[0]
	a.same = found[0].ID
	a.shows = a.person.Coaching == found[0].ID
	a.in.Args = in.Args
	return s.carryOut(ctx, a)
}

// restoreListener puts the listener back into the words of a question about the coach.
func restoreListener(answer Answer, listener string) Answer {
	switch answer := answer.(type) {
	case Candidates:
		answer.Args = answer.Args.with(ArgPerson, listener)
		return answer
	case Missing:
		answer.Args = answer.Args.with(ArgPerson, listener)
		return answer
	default:
		return answer
	}
}
