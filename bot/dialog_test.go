package bot_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

func TestEveryCommandHasADialog(t *testing.T) {
	r := newRenderer()
	for _, c := range table {
		t.Run(c.Name, func(t *testing.T) {
			view := r.Dialog(commands.Missing{Command: c.Name}, bot.Origin{Channel: "C0MODS000", ResponseURL: "https://hooks.example/1"})
			inLimits(t, view)
			golden(t, "dialog_"+c.Name, view)
		})
	}
}

func TestADialogOffersTheConfiguredReasons(t *testing.T) {
	r := newRenderer().Offering([]string{"House rule 3", "Late"})
	view := r.Dialog(commands.Missing{Command: "kick"}, bot.Origin{})
	inLimits(t, view)
	var offered []string
	for _, b := range view.Blocks.BlockSet {
		input, ok := b.(*slack.InputBlock)
		if !ok || input.BlockID != "f:reason" {
			continue
		}
		for _, o := range input.Element.(*slack.SelectBlockElement).Options {
			offered = append(offered, o.Text.Text)
		}
	}
	if got := strings.Join(offered, ", "); got != "House rule 3, Late" {
		t.Fatalf("offered %q", got)
	}
}

// The box stands only where the people of the chosen room can be told, and what
// was ticked before does not outlive it.
func TestADialogOffersToTellThePersonWhereThatCanBe(t *testing.T) {
	r := newRenderer().WithGuide(&fakeGuide{})
	for _, command := range []string{"kick", "mute", "hold", "ban"} {
		for room, can := range map[string]bool{"": false, "sim:RM_1": true, "video:RM_1": false} {
			view := r.Dialog(commands.Missing{Command: command, Args: commands.Args{commands.ArgRoom: room, commands.ArgTell: "true"}}, bot.Origin{})
			inLimits(t, view)
			offered := slices.ContainsFunc(view.Blocks.BlockSet, func(b slack.Block) bool { return b.ID() == "f:tell" })
			if offered != can {
				t.Errorf("%s in %q: offered %v", command, room, offered)
			}
			if can {
				golden(t, "dialog_"+command+"_tell", view)
			}
			for _, ticked := range []bool{true, false} {
				values := map[string]any{}
				if can {
					chosen := []any{}
					if ticked {
						chosen = append(chosen, map[string]any{"value": "true"})
					}
					values["f:tell"] = map[string]any{"tell": map[string]any{"type": "checkboxes", "selected_options": chosen}}
				}
				press, err := r.ReadSubmission(submission(t, view.PrivateMetadata, values))
				if err != nil {
					t.Fatal(err)
				}
				if got := press.Invocation.Args[commands.ArgTell] == "true"; got != (can && ticked) {
					t.Errorf("%s in %q, ticked %v: told %v", command, room, ticked, got)
				}
			}
		}
	}
}

func TestNoAnswerIsWithoutWords(t *testing.T) {
	r := newRenderer()
	for _, a := range []commands.Answer{
		nil,
		commands.Notice{},
		commands.CaseAnswer{},
		commands.RoomsPage{},
		commands.RoomPage{},
		commands.CasePage{},
		commands.CaseHistory{},
		commands.MeasurePage{},
		commands.Candidates{},
		commands.Missing{},
		commands.Confirm{},
		commands.GrantPage{},
		commands.Explanation{},
		commands.HelpPage{},
	} {
		m := r.Answer(a)
		if strings.TrimSpace(m.Text) == "" || len(m.Blocks) == 0 {
			t.Errorf("%T: text %q, %d blocks", a, m.Text, len(m.Blocks))
		}
	}
}

func TestARoleDialogAsksForTheWordsOfItsVerb(t *testing.T) {
	r := newRenderer()
	for _, verb := range []string{"list", "grant", "revoke", "define", "delete", "explain", "unbrake"} {
		view := r.Dialog(commands.Missing{Command: "role", Args: commands.Args{commands.ArgVerb: verb}, Missing: []string{commands.ArgSubject, commands.ArgText}}, bot.Origin{})
		inLimits(t, view)
		golden(t, "dialog_role_"+verb, view)
		press, err := r.ReadSubmission(submission(t, view.PrivateMetadata, map[string]any{
			"f:subject": map[string]any{"subject": map[string]any{"type": "users_select", "selected_user": "U0MOD0000"}},
			"f:text": map[string]any{"text": map[string]any{"type": "multi_static_select", "selected_options": []any{
				map[string]any{"value": "list_rooms"}, map[string]any{"value": "announce"},
			}}},
		}))
		if err != nil || press.Invocation.Args[commands.ArgVerb] != verb || press.Invocation.Args[commands.ArgText] != "list_rooms\nannounce" {
			t.Errorf("%s: %+v, %v", verb, press.Invocation, err)
		}
	}
}

// filled is a dialog with all of its words and faults.
func filled(c *commands.Command, text string) (commands.Missing, bot.Origin) {
	m := commands.Missing{Command: c.Name, Args: commands.Args{"odd": text}, Faults: map[string]moderation.Sentence{}}
	for _, a := range c.Args {
		m.Args[a.Name], m.Faults[a.Name] = text, say("bot.rooms.none", "Search", text)
	}
	return m, bot.Origin{
		Channel: "C1", ResponseURL: "https://hooks.example/" + text, List: commands.Args{commands.ArgSearch: text},
		Listed: true, Shown: commands.Args{commands.ArgRoom: text},
	}
}

func TestDialogsKeepWhatIsKnown(t *testing.T) {
	r := newRenderer()
	for _, c := range table {
		for name, text := range map[string]string{"nasty": nasty, "long": strings.Repeat("ö*", 5000)} {
			view := r.Dialog(filled(c, text))
			if len(view.PrivateMetadata) > 3000 || view.PrivateMetadata == "" {
				t.Errorf("%s %s: private_metadata has %d bytes", c.Name, name, len(view.PrivateMetadata))
			}
			inLimits(t, view)
			if name == "nasty" {
				golden(t, "dialog_"+c.Name+"_filled", view)
			}
		}
	}
}

func TestResultsAreShownInTheDialog(t *testing.T) {
	r := newRenderer()
	press := bot.Press{Invocation: commands.Invocation{Command: "kick"}}
	working := r.WorkingView(press)
	inLimits(t, working)
	golden(t, "dialog_working", working)
	answers := sample{name: nasty}.answers()
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		view := r.ResultView(answers[name], press)
		inLimits(t, view)
		if name == "case_done" || name == "missing" {
			golden(t, "dialog_result_"+name, view)
		}
	}
}

func TestEveryLanguageFits(t *testing.T) {
	for _, language := range words.Languages() {
		r := bot.NewRenderer(words.MustLoad(language), table)
		s := sample{name: "Chaos"}
		for _, a := range s.answers() {
			inLimits(t, asMessage(r.Answer(a)))
		}
		for _, c := range s.cases() {
			inLimits(t, asMessage(r.CaseMessage(c)))
		}
		for _, c := range table {
			view := r.Dialog(commands.Missing{Command: c.Name}, bot.Origin{})
			inLimits(t, view)
			if strings.HasSuffix(view.Title.Text, "…") {
				t.Errorf("%s: the title of %s is cut: %s", language, c.Name, view.Title.Text)
			}
		}
	}
}

// A dialog that asks again shows what was chosen as it was shown, and says at
// each word that was left out that it is needed.
func TestADialogThatAsksAgain(t *testing.T) {
	r := bot.NewRenderer(words.MustLoad("en"), commands.Table())
	option := func(value, text string) map[string]any {
		return map[string]any{"type": "external_select", "selected_option": map[string]any{
			"value": value, "text": map[string]any{"type": "plain_text", "text": text},
		}}
	}
	payload, err := json.Marshal(map[string]any{
		"type": "view_submission", "user": map[string]any{"id": "U1"},
		"view": map[string]any{
			"id": "V1", "hash": "h", "private_metadata": `{"v":1,"command":"set"}`,
			"state": map[string]any{"values": map[string]any{
				"f:room": map[string]any{"room": option("sim:RM_1", "sim:standup")}, "f:person": map[string]any{"person": option("PA_1", "Ben")},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	press, err := r.ReadSubmission(payload)
	if err != nil {
		t.Fatal(err)
	}
	if press.Shown["room"] != "sim:standup" || press.Shown["person"] != "Ben" || press.Invocation.Args["person"] != "PA_1" {
		t.Errorf("press %+v", press)
	}
	again, err := json.Marshal(r.ResultView(commands.Missing{Command: "role", Args: commands.Args{"verb": "grant", "preset": "viewer"}, Missing: []string{"subject"}}, press).Blocks)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(again), "This is needed."); n != 1 {
		t.Errorf("said %d times: %s", n, again)
	}
}
