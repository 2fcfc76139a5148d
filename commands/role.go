package commands

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
)

var roleCommand = &Command{
	Name: "role",
	Args: []Arg{{
		Name: ArgVerb, Usage: "list|grant|revoke|define|delete|explain|unbrake", Required: true,
		Values: []string{"list", "grant", "revoke", "define", "delete", "explain", "unbrake"},
	}, {Name: ArgText, Usage: "…", Rest: true}},
	Summary:  moderation.Say("help.role"),
	Examples: []string{"/room-role list", "/room-role grant @ann moderator live:* for 4h", "/room-role explain @ann kick live:standup"},
	Needs:    moderation.ManageRoles,
	run: func(context.Context, *Service, Invocation) Answer {
		return failure(moderation.Errorf(moderation.CodeUnsupported, "roles are given on the command line"))
	},
}
