package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/words"
)

// hostile draws names that try to break out: markup, bidi, emoji, controls,
// mentions, and lengths that no place has room for.
func hostile() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"<!channel>", "<!here|x>", "<@U0OWNER00>", "<https://evil.example|log in>", "*b*", "_i_", "~s~", "`c`", "```", "&amp;", "&lt;!channel&gt;",
			"\n> quote", "\n• item", ":tada:", ":a:b:c:", "\u202e", "\u2066", "\u200b", "\x00", "\x1b[31m", "👩‍👩‍👧‍👦", "🏳️‍🌈", "e\u0301\u0301\u0301", "\xff\xfe", "%41", "=", "{{.Name}}", " ",
		}),
		rapid.StringN(0, 20, -1),
	)
	return rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		if rapid.IntRange(0, 4).Draw(t, "long") == 0 {
			s = strings.Repeat(s+"x", 10_000/(len(s)+1)+1)
		}
		return s
	})
}

func TestWhateverPeopleAreCalledEverythingStaysInLimits(t *testing.T) {
	speaking := make(map[string]*bot.Renderer)
	for _, language := range words.Languages() {
		speaking[language] = bot.NewRenderer(words.MustLoad(language), table)
	}
	rapid.Check(t, func(rt *rapid.T) {
		r := speaking[rapid.SampledFrom(sortedNames(speaking)).Draw(rt, "language")]
		s := sample{name: hostile().Draw(rt, "name")}
		check := func(drawn any) { inLimits(failing{t, rt}, drawn) }
		switch rapid.IntRange(0, 3).Draw(rt, "what") {
		case 0:
			answers := s.answers()
			a := answers[rapid.SampledFrom(sortedNames(answers)).Draw(rt, "answer")]
			check(asMessage(r.Answer(a)))
			check(r.ResultView(a, bot.Press{}))
		case 1:
			cases := s.cases()
			check(asMessage(r.CaseMessage(cases[rapid.SampledFrom(sortedNames(cases)).Draw(rt, "case")])))
		case 2:
			check(r.Home(s.homes()["full"]))
			check(asMessage(r.BoardMessage(board, s.roomPage(20), commands.BoardLive, noon)))
		default:
			check(r.Dialog(filled(rapid.SampledFrom(table).Draw(rt, "command"), s.name)))
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add(nasty, 20)
	f.Add("0_y_00", 20)
	f.Add(strings.Repeat("<@U1>", 60), 100)
	f.Fuzz(func(t *testing.T, name string, limit int) {
		text := bot.Escape(name) + " " + bot.Literal(name)
		if live := markupIn(text); live != "" {
			t.Errorf("live markup %q in %q", live, text)
		}
		if strings.ContainsAny(bot.Escape(name), "*~`<>") {
			t.Errorf("Slack would read marks in %q", bot.Escape(name))
		}
		if limit < 1 {
			return
		}
		short := bot.Fit(text, limit)
		if live := markupIn(short); live != "" || utf8.RuneCountInString(short) > limit {
			t.Errorf("cut to %d: %q", limit, short)
		}
	})
}

func TestNamesAreNeutralized(t *testing.T) {
	for in, want := range map[string]string{
		"Chaos":                  "Chaos",
		"<!channel> *boom* `x`":  "&lt;!channel&gt; ∗boom∗ ˋxˋ",
		"user_one_2":             "user_one_2",
		"_sly_":                  "ˍslyˍ",
		"a & b":                  "a &amp; b",
		"> quoted":               "› quoted",
		"• listed":               "› listed",
		":tada::tada: 12:30":     "∶tada:∶tada: 12:30",
		"T19:20:11Z :100: :+1:":  "T19:20:11Z ∶100: ∶+1:",
		":a:b:":                  "∶a∶b:",
		"line\nbreak\u202e.":     "line break.",
		"  ":                     "",
		strings.Repeat("é", 999): strings.Repeat("é", 239) + "…",
	} {
		if got := bot.Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFitCutsBetweenWholeThings(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"ab <@U0OWNER00> cd", 10, "ab…"},
		{"a &amp; b", 5, "a…"},
		{"a `code` b", 6, "a…"},
		{"äöüäöü", 4, "äöü…"},
	} {
		got := bot.Fit(c.in, c.limit)
		if got != c.want || utf8.RuneCountInString(got) > c.limit {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}
