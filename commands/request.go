package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var requestCommand = &Command{
	Name:     "request",
	Args:     []Arg{roomArg, personArg, {Name: ArgAction, Usage: "ACTION", Required: true}, reasonArg},
	Summary:  moderation.Say("help.request"),
	Examples: []string{"/room-request live:standup chaos kick shouting"},
	run: func(context.Context, *Service, Invocation) Answer {
		return failure(moderation.Errorf(moderation.CodeUnsupported, "requests are not taken"))
	},
}
