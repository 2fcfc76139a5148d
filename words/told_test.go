package words_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// What a record tells mentions those whom we name, and nobody whom a name pretends to be.
func TestToldMentionsCannotBeForged(t *testing.T) {
	p := words.MustLoad("en")
	said := p.Say(words.Told{}, moderation.Say("permission.giver", "Who", moderation.UserID("U0OWNER00")))
	if !strings.Contains(said, "<@U0OWNER00>") {
		t.Errorf("the owner is not named so that Slack can draw it: %s", said)
	}
	for _, name := range []string{"<@U0OWNER00>", "<!channel>", "<!subteam^S0MODS000>", "<#C0AUDIT00>", "<\u2063@U0OWNER00>"} {
		said := p.Say(words.Told{}, moderation.Say("permission.giver", "Who", name))
		if strings.Contains(said, "<@") || strings.Contains(said, "<!") || strings.Contains(said, "<#") {
			t.Errorf("%q is told as %q", name, said)
		}
	}
}
