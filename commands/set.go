package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var setCommand = &Command{
	Name:     "set",
	Args:     []Arg{roomArg, personArg, {Name: ArgOptions, Usage: "key=value…", Required: true}},
	Summary:  moderation.Say("help.set"),
	Examples: []string{"/room-set calls:support agent-7 beep_on_exit=true end_conference_on_exit=false"},
	Notes:    []moderation.Sentence{moderation.Say("help.set_options")},
	Needs:    moderation.Configure,
	Action:   moderation.ActionSet,
	run:      runSet,
}

func runSet(ctx context.Context, s *Service, in Invocation) Answer {
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	a, answer := s.aim(ctx, in, moderation.ActionSet, "")
	if answer != nil {
		return answer
	}
	a.order.Options, a.details.Options = options, options
	a.same = in.Args[ArgOptions]
	return s.carryOut(ctx, a)
}
