package bot_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
)

// table stands in for the commands whose dialogs are drawn.
var table = []*commands.Command{
	{Name: "kick", Summary: say("error.not_found"), Args: []commands.Arg{
		{Name: commands.ArgRoom, Usage: "ROOM", Required: true}, {Name: commands.ArgPerson, Usage: "PERSON", Required: true},
		{Name: commands.ArgReason, Usage: "[reason]", Rest: true},
	}},
}

// inLimits fails where Slack would refuse a message, or where it holds live
// markup that is not ours.
func inLimits(t *testing.T, message any) {
	t.Helper()
	for _, text := range mrkdwnOf(t, message) {
		if live := markupIn(text); live != "" {
			t.Errorf("live markup %q in %q", live, text)
		}
	}
}

var (
	ours     = regexp.MustCompile(`<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[0-9TZ:-]+)>`)
	codeSpan = regexp.MustCompile("`[^`]*`")
	boomed   = regexp.MustCompile(`\*boom\*|_y_|~z~|:tada:|` + "`x`")
)

// markupIn returns what Slack would act upon besides our own markup.
func markupIn(text string) string {
	rest := ours.ReplaceAllString(text, "")
	if i := strings.IndexAny(rest, "<>"); i >= 0 {
		return rest[i:min(len(rest), i+20)]
	}
	if strings.ContainsAny(rest, "\u202e\u2069") {
		return "bidi"
	}
	return boomed.FindString(codeSpan.ReplaceAllString(rest, "``"))
}

// mrkdwnOf collects every text that Slack reads as mrkdwn.
func mrkdwnOf(t *testing.T, v any) []string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	var texts []string
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case map[string]any:
			if n["type"] == "mrkdwn" {
				texts = append(texts, n["text"].(string))
			}
			for key, child := range n {
				if key != "metadata" && key != "event_payload" {
					walk(child)
				}
			}
		case []any:
			for _, child := range n {
				walk(child)
			}
		}
	}
	walk(tree)
	if m, ok := tree.(map[string]any); ok {
		if text, ok := m["text"].(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
