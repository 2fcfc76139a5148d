package bot_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	standin "github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// table holds every command, each of which has a dialog.
var table = commands.Table()

// inLimits fails where Slack would refuse a message, or where it holds live
// markup that is not ours.
func inLimits(t testing.TB, drawn any) {
	t.Helper()
	raw, err := json.Marshal(drawn)
	if err != nil {
		t.Fatal(err)
	}
	var kind struct {
		Type    string          `json:"type"`
		Options json.RawMessage `json:"options"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		t.Fatal(err)
	}
	var found []standin.Violation
	switch {
	case kind.Type != "":
		found = standin.CheckView(drawn)
	case kind.Options != nil:
		found = standin.CheckOptions(drawn)
	default:
		found = standin.CheckMessage(drawn)
	}
	for _, v := range found {
		t.Error(v)
	}
	for _, text := range mrkdwnOf(t, drawn) {
		if live := markupIn(text); live != "" {
			t.Errorf("live markup %q in %q", live, text)
		}
	}
}

var (
	ours     = regexp.MustCompile(`<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[0-9TZ:-]+)>`)
	codeSpan = regexp.MustCompile("`[^`]*`")
	// An underscore between letters is Slack's to leave alone.
	boomed = regexp.MustCompile(`\*boom\*|(?:^|[^0-9A-Za-z])_y_(?:[^0-9A-Za-z]|$)|~z~|:tada:|` + "`x`")
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
func mrkdwnOf(t testing.TB, v any) []string {
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

// failing reports through a rapid check, so that it is shrunk and shown.
type failing struct {
	testing.TB
	check *rapid.T
}

func (f failing) Error(args ...any)                 { f.check.Error(args...) }
func (f failing) Errorf(format string, args ...any) { f.check.Errorf(format, args...) }
func (f failing) Fatal(args ...any)                 { f.check.Fatal(args...) }
func (f failing) Helper()                           {}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// What was refused does not end by itself, and whom an action did not reach is
// named as people may see them.
func TestCaseTellsWhatIsSo(t *testing.T) {
	r := bot.NewRenderer(words.MustLoad("en"), commands.Table())
	c := moderation.Case{
		Number: 1, Action: moderation.ActionBan, Outcome: moderation.Refused, Actor: "U0MODER00", Provider: "sim", Room: "standup",
		At: time.Now(), Details: moderation.Details{Until: time.Now().Add(time.Hour)},
	}
	shown := func() string {
		text, err := json.Marshal(r.CaseMessage(c).Blocks)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if strings.Contains(shown(), "Ends by itself") {
		t.Errorf("a refusal: %s", shown())
	}
	c.Details, c.Permanent = moderation.Details{}, true
	if strings.Contains(shown(), "Without an end") {
		t.Errorf("a refusal: %s", shown())
	}
	c.Outcome, c.Action = moderation.Partial, moderation.ActionMuteAll
	c.Unreached = []moderation.Unreached{{Identity: "+16175551212", Name: "+1 617 ••• 1212"}}
	if strings.Contains(shown(), "6175551212") {
		t.Errorf("a number: %s", shown())
	}
}
