package app

import (
	"context"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// nobody is the directory of the command line, which has no link to Slack and
// acts as the system alone. For explain it takes every user for a plain member
// of the workspace; in which groups and channels they are is not known.
type nobody struct{}

func (nobody) User(context.Context, string) (commands.Person, error) {
	return commands.Person{}, nil
}

func (nobody) InGroup(context.Context, string, string) (bool, error) { return false, unknown() }

func (nobody) InChannel(context.Context, string, string) (bool, error) { return false, unknown() }

func unknown() error {
	return moderation.Fault(moderation.CodeUnavailable, "app.no_slack")
}
