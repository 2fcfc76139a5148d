package commands_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"blanks alone", " \t\n\u00a0 ", nil},
		{"words", "live:standup  chaos\tshouting ", []string{"live:standup", "chaos", "shouting"}},
		{"double quotes", `standup "Ann Lee" x`, []string{"standup", "Ann Lee", "x"}},
		{"single quotes", `standup 'Ann "Q" Lee'`, []string{"standup", `Ann "Q" Lee`}},
		{"typographic double quotes", "standup “Ann Lee” „Bo Ho“ «C D»", []string{"standup", "Ann Lee", "Bo Ho", "C D"}},
		{"typographic single quotes", "‘Ann Lee’ ‚Bo Ho‘", []string{"Ann Lee", "Bo Ho"}},
		{"a pair of two kinds", "“Ann Lee\" x", []string{"Ann Lee", "x"}},
		{"quotes inside a word", `text="two words"`, []string{"text=two words"}},
		{"an empty word", `"" x ''`, []string{"", "x", ""}},
		{"backslash", `Ann\ Lee don\'t \\ "a\"b"`, []string{"Ann Lee", "don't", `\`, `a"b`}},
		{"backslash in single quotes", `'a\b'`, []string{`a\b`}},
		{"backslash at the end", `a\`, []string{`a\`}},
		{"markup stays", "<!channel> *boom* `x`", []string{"<!channel>", "*boom*", "`x`"}},
		{"bytes that are no text", "a\xffb", []string{"a\uFFFDb"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			words, err := commands.Split(test.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range words {
				got = append(got, w.Text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an open double quote":        `kick "Ann`,
		"an open single quote":        "don't",
		"an open typographic quote":   "it’s",
		"a quote closed by the other": `"Ann'`,
		"a quote escaped at its end":  `"Ann\"`,
		"10,000 characters":           strings.Repeat("ä", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			if words, err := commands.Split(text); moderation.CodeOf(err) != moderation.CodeInvalid {
				t.Errorf("got %v and %v", words, err)
			}
		})
	}
}

// Whatever is typed splits or is refused, and what was split can be written so
// that it splits into the same words.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", `standup "Ann Lee" x`, `don\'t “a ‘b’” \`, "a\xff b", "„x“ 'y'", "a=\"b c\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := commands.Split(text)
		if err != nil {
			return
		}
		quoted := make([]string, len(words))
		for i, w := range words {
			if !utf8.ValidString(w.Text) {
				t.Fatalf("%q is no text", w.Text)
			}
			quoted[i] = commands.Quote(w.Text)
		}
		again, err := commands.Split(strings.Join(quoted, " "))
		if utf8.RuneCountInString(strings.Join(quoted, " ")) > commands.MaxTyped {
			return
		}
		if err != nil || len(again) != len(words) {
			t.Fatalf("%v became %v: %v", words, again, err)
		}
		for i := range words {
			if again[i].Text != words[i].Text {
				t.Fatalf("%q became %q", words[i].Text, again[i].Text)
			}
		}
	})
}
