package commands

import (
	"context"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

var holdCommand = &Command{
	Name: "hold",
	Args: []Arg{
		roomArg, personArg,
		{Name: ArgURL, Usage: "[music URL]"},
		{Name: ArgOptions, Usage: "[method=GET|POST]"},
		tellArg,
		reasonArg,
	},
	Summary:  moderation.Say("help.hold"),
	Examples: []string{"/room-hold calls:support agent-7", "/room-hold calls:support agent-7 https://example.org/music.xml method=GET"},
	Notes:    []moderation.Sentence{moderation.Say("help.hold_how"), moderation.Say("help.tell")},
	Needs:    moderation.HoldPermission,
	Action:   moderation.ActionHold,
	run:      runHold,
}

var unholdCommand = &Command{
	Name:     "unhold",
	Args:     []Arg{roomArg, personArg, reasonArg},
	Summary:  moderation.Say("help.unhold"),
	Examples: []string{"/room-unhold calls:support agent-7"},
	Needs:    moderation.HoldPermission,
	Action:   moderation.ActionUnhold,
	run: func(ctx context.Context, s *Service, in Invocation) Answer {
		a, answer := s.aimLift(ctx, in, moderation.ActionUnhold, "")
		if answer != nil {
			return answer
		}
		a.shows = !a.person.OnHold
		return s.carryOut(ctx, a)
	},
}

func runHold(ctx context.Context, s *Service, in Invocation) Answer {
	method, err := in.Args.method()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	a, answer := s.aim(ctx, in, moderation.ActionHold, "")
	if answer != nil {
		return answer
	}
	a.order.URL, a.order.Method = in.Args[ArgURL], method
	a.details.Options, _ = in.Args.options()
	a.shows = a.person.OnHold
	return s.carryOut(ctx, a)
}

// method reads the option method, the only one that hold and announce take.
func (a Args) method() (string, error) {
	options, err := a.options()
	if err != nil {
		return "", err
	}
	for name, value := range options {
		if name != "method" {
			return "", moderation.Fault(moderation.CodeInvalid, "parse.option_unknown",
				"Option", moderation.Literal(name), "Options", moderation.Literal("method"))
		}
		value = strings.ToUpper(value)
		if value != "GET" && value != "POST" {
			return "", moderation.Fault(moderation.CodeInvalid, "parse.values",
				"Word", moderation.Literal("method="+value), "Values", "GET, POST")
		}
		return value, nil
	}
	return "", nil
}
