package app

import (
	"context"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// nobody is the directory where there is no link to Slack: everyone is unknown.
type nobody struct{}

func (nobody) User(context.Context, string) (commands.Person, error) {
	return commands.Person{}, unknown()
}

func (nobody) InGroup(context.Context, string, string) (bool, error) { return false, unknown() }

func (nobody) InChannel(context.Context, string, string) (bool, error) { return false, unknown() }

func unknown() error {
	return moderation.Fault(moderation.CodeUnavailable, "app.no_slack")
}
