package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/roomwarden/roomwarden/moderation"
)

// program is the command line: one field a subcommand, one file each.
type program struct {
	Config string `help:"Read the configuration from this file; roomwarden.yaml where none is named." placeholder:"FILE" env:"ROOMWARDEN_CONFIG"`

	Run      runCommand      `cmd:"" help:"Run the bot."`
	Demo     demoCommand     `cmd:"" help:"Try everything without an account: a workspace in the browser, simulated rooms, the real bot."`
	Manifest manifestCommand `cmd:"" help:"Print the Slack app's manifest."`
	Cfg      configCommand   `cmd:"" name:"config" help:"Check or print the configuration."`
	Role     roleCommand     `cmd:"" help:"Look at and change who may do what, as /room-role does."`
	Audit    auditCommand    `cmd:"" help:"Read, check and export the audit record."`
	Doctor   doctorCommand   `cmd:"" help:"Check tokens, scopes, channels, the clock, providers and the store, each fault with its remedy."`
	Health   healthCommand   `cmd:"" help:"Ask the running bot whether it is ready."`
	Version  versionCommand  `cmd:"" help:"Say which version this is."`
}

// actions lists the words of --action, none among them.
func actions() string {
	var words strings.Builder
	for _, a := range moderation.Actions() {
		words.WriteString("," + string(a))
	}
	return words.String()
}

// run runs a command line and returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	var p program
	c := newConsole(ctx, s)
	parser, err := kong.New(&p,
		kong.Name("roomwarden"),
		kong.Description("Live rooms, looked after from Slack."),
		kong.Writers(s.out, s.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(c),
		kong.Vars{"actions": actions()},
	)
	if err != nil {
		return c.fail(err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return c.fail(usage(err))
	}
	c.config, c.named = cmp.Or(p.Config, "roomwarden.yaml"), p.Config != ""
	return c.fail(command.Run())
}
