package bot_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/words"
)

// The limits are those of Slack's manifest reference.
func TestManifestIsWithinSlacksLimits(t *testing.T) {
	m := bot.Manifest(commands.Table(), words.MustLoad("en"))
	if n := len(m.Features.SlashCommands); n > 50 || n < 30 {
		t.Errorf("%d slash commands", n)
	}
	if n := len([]rune(m.Display.LongDescription)); n < 174 || n > 4000 {
		t.Errorf("the long description has %d letters", n)
	}
	if n := len([]rune(m.Display.Description)); n > 140 {
		t.Errorf("the description has %d letters", n)
	}
	name := regexp.MustCompile(`^/[a-z0-9-]{1,31}$`)
	seen := map[string]bool{}
	for _, c := range m.Features.SlashCommands {
		if !name.MatchString(c.Command) || seen[c.Command] || c.Description == "" || strings.Contains(c.Description, ".say") {
			t.Errorf("a command that Slack would refuse: %+v", c)
		}
		seen[c.Command] = true
		if strings.Contains(c.UsageHint, "  ") {
			t.Errorf("%s: a word of the usage is empty: %q", c.Command, c.UsageHint)
		}
		if !c.ShouldEscape {
			t.Errorf("%s: mentions would arrive without their ids", c.Command)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"socket_mode_enabled":true`) || strings.Contains(string(text), "request_url") {
		t.Errorf("the manifest wants a public address: %s", text)
	}
}
