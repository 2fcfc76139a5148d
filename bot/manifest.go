package bot

import (
	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// Scopes lists what the app asks of Slack, each for what it serves. Without
// those from channels:history on, everything works but finding its own messages
// again after a lost answer.
func Scopes() []string {
	return []string{
		"commands", "chat:write", "users:read", "usergroups:read", "channels:read", "groups:read", "im:write",
		"channels:history", "groups:history",
	}
}

// Events lists what the app wants to be told of.
func Events() []string {
	return []string{"app_home_opened", "user_change", "subteam_members_changed", "member_left_channel"}
}

// Manifest returns the Slack app's manifest, made from the command table: Socket
// Mode, so that no public address is needed, and mentions escaped, so that a
// mention arrives with its id.
func Manifest(table []*commands.Command, said *words.Printer) slack.Manifest {
	listed := []slack.ManifestSlashCommand{{
		Command: "/room", Description: said.Say(words.Plain{}, moderation.Say("manifest.umbrella")),
		UsageHint: "help | list | kick ROOM PERSON | …", ShouldEscape: true,
	}}
	for _, c := range table {
		if c.Hidden {
			continue
		}
		listed = append(listed, slack.ManifestSlashCommand{
			Command:      "/room-" + c.Name,
			Description:  words.Cut(said.Say(words.Plain{}, c.Summary), 2000),
			UsageHint:    words.Cut(c.Hint(), 1000),
			ShouldEscape: true,
		})
	}
	return slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1},
		Display: slack.Display{
			Name:            "roomwarden",
			Description:     said.Say(words.Plain{}, moderation.Say("manifest.description")),
			LongDescription: said.Say(words.Plain{}, moderation.Say("manifest.long")),
			BackgroundColor: "#1f3d3a",
		},
		Features: slack.Features{
			AppHome:       slack.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true, MessagesTabReadOnlyEnabled: true},
			BotUser:       slack.BotUser{DisplayName: "roomwarden", AlwaysOnline: true},
			SlashCommands: listed,
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: Scopes()}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{BotEvents: Events()},
			Interactivity:      &slack.Interactivity{IsEnabled: true},
			SocketModeEnabled:  true,
		},
	}
}
