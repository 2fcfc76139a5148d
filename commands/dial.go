package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

var dialCommand = &Command{
	Name:     "dial",
	Args:     []Arg{roomArg, {Name: ArgNumber, Usage: "NUMBER", Required: true}, {Name: ArgLabel, Usage: "[label]"}, optionsArg},
	Summary:  moderation.Say("help.dial"),
	Examples: []string{"/room-dial calls:support +16175551212 customer timeout=30 record=true"},
	Notes:    []moderation.Sentence{moderation.Say("help.dial_costs"), moderation.Say("help.set_options")},
	Needs:    moderation.DialPermission,
	Action:   moderation.ActionDial,
	run:      runDial,
}

func runDial(ctx context.Context, s *Service, in Invocation) Answer {
	options, err := in.Args.options()
	if err != nil {
		return fault(in, ArgOptions, err)
	}
	a := &attempt{in: in, action: moderation.ActionDial, same: in.Args[ArgNumber]}
	if answer := s.aimAt(ctx, a, false); answer != nil {
		return answer
	}
	a.who = in.Args[ArgNumber]
	a.order.Number, a.order.Label = in.Args[ArgNumber], in.Args[ArgLabel]
	a.order.Options = options
	a.details.Options = provider.WithoutPrivate(a.place.client.Options(a.action), options)
	return s.carryOut(ctx, a)
}
