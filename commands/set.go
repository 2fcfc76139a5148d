package commands

import (
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var setCommand = &Command{
	Name:    "set",
	Args:    []Arg{roomArg, personArg, {Name: ArgOptions, Usage: "key=value…", Required: true}},
	Summary: moderation.Say("help.set"),
	Examples: []string{
		"/room-set calls:support agent-7 beep_on_exit=true end_conference_on_exit=false",
		`/room-set live:standup room_metadata='{"topic": "Plans"}'`,
	},
	Notes:   []moderation.Sentence{moderation.Say("help.set_options"), moderation.Say("help.set_room")},
	Needs:   moderation.Configure,
	Action:  moderation.ActionSet,
	forRoom: setsRoom,
	run:     runSet,
}

// setsRoom reports whether all options are the room's own.
func setsRoom(args Args) bool {
	options, err := args.options()
	if err != nil || len(options) == 0 {
		return false
	}
	for name := range options {
		if !strings.HasPrefix(name, provider.RoomOption) {
			return false
		}
	}
	return true
}

func runSet(ctx context.Context, s *Service, in Invocation) Answer {
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	if setsRoom(in.Args) {
		in.Args = in.Args.with(ArgPerson, "")
	}
	a, answer := s.aim(ctx, in, moderation.ActionSet, "")
	if answer != nil {
		return answer
	}
	a.order.Options, a.details.Options = options, options
	a.same = in.Args[ArgOptions]
	return s.carryOut(ctx, a)
}
