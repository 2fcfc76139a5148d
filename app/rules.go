package app

import (
	"slices"
	"strings"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
)

// slackOf is the configuration's part of what a bot is made of.
func slackOf(c *config.Config) bot.Config {
	return bot.Config{
		AppToken: c.Slack.AppToken.Reveal(), BotToken: c.Slack.BotToken.Reveal(), APIURL: c.Slack.APIURL,
		Connections: c.Slack.Connections, AuditRate: c.Slack.AuditRate, Owners: c.Owners, Reasons: c.Moderation.Reasons,
	}
}

// distinct returns all without what stands before, in order.
func distinct(all []string) []string {
	var once []string
	for _, s := range all {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// rules turns the configuration into what permissions go by.
func rules(c *config.Config) commands.Rules {
	r := commands.Rules{
		Owners: c.Owners, AllowExternal: c.Slack.AllowExternal, ReviewOwn: c.Moderation.ReviewOwn,
		NumbersMasked: c.Privacy.Numbers != "full", EndOver: int(c.Moderation.TwoPeople.EndOver),
		PermanentBans: c.Moderation.TwoPeople.Ban == "permanent", AdminGrants: c.Moderation.TwoPeople.Grant == "admin",
		BrakeRemovals: c.Moderation.Brake.Removals, BrakePer: c.Moderation.Brake.Per,
	}
	for _, p := range c.Protect {
		r.Protect = append(r.Protect, commands.Protection{
			Match: p.Match, Metadata: p.Metadata, Attributes: p.Attributes, User: p.User, Preset: p.Preset,
		})
	}
	for _, t := range c.HTTP.APITokens {
		r.Tokens = append(r.Tokens, commands.Token{Name: t.Name, Preset: t.Role, Scope: t.Scope, AuthID: t.AuthID})
	}
	return r
}

// auditChannels returns the channels in which a case is told: the audit channel
// and those of the routes that match its action, or its provider and room.
func auditChannels(c *config.Config) func(moderation.Case) []string {
	return func(told moderation.Case) []string {
		channels := []string{c.Slack.AuditChannel}
		for _, r := range c.Slack.AuditRoutes {
			if routed(r.Match, told) && !slices.Contains(channels, r.Channel) {
				channels = append(channels, r.Channel)
			}
		}
		return channels
	}
}

func routed(match string, c moderation.Case) bool {
	provider, room, scoped := strings.Cut(match, ":")
	switch {
	case match == "*":
		return true
	case !scoped:
		return match == string(c.Action)
	default:
		return moderation.Glob(provider, c.Provider) && (moderation.Glob(room, c.Room) || moderation.Glob(room, c.RoomID))
	}
}
