package words_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/words"
)

var gap = regexp.MustCompile(`\.([A-Z][A-Za-z]*)`)

// gaps returns the arguments that a sentence takes.
func gaps(template string) []string {
	var names []string
	for _, found := range gap.FindAllStringSubmatch(template, -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Every language says what English says, with the same facts in it.
func TestLanguagesSayTheSame(t *testing.T) {
	if all := words.Languages(); !slices.Contains(all, "en") || !slices.Contains(all, "de") {
		t.Fatalf("languages: %v", all)
	}
	english := words.MustLoad("en")
	for _, language := range words.Languages() {
		p, err := words.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		if lacking := p.Lacking(); len(lacking) > 0 {
			t.Logf("%s lacks %s", language, strings.Join(lacking, ", "))
		}
		for _, key := range p.Keys() {
			if !english.Has(key) {
				t.Errorf("%s has %s, which English has not", language, key)
				continue
			}
			want, got := gaps(english.Template(key)), gaps(p.Template(key))
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s tells %v where English tells %v", language, key, got, want)
			}
		}
	}
	if _, err := words.Load("xx"); err == nil {
		t.Error("a language that is not there was loaded")
	}
}
