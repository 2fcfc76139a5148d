package moderation_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"standup", "standup", true},
		{"standup", "Standup", false},
		{"standup", "standup2", false},
		{"standup", "a-standup", false},
		{"*", "", true},
		{"*", "a/b/c", true},
		{"team-*", "team-", true},
		{"team-*", "team", false},
		{"*-hall", "town-hall", true},
		{"*-hall", "town-hall-2", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"a**b", "ab", true},
		{"?", "", false},
		{"?", "é", true},
		{"?", "ab", false},
		{"??", "\xff\xfe", true},
		{"\xff", "\xfe", false},
		{"[a-z]", "b", false},
		{"[a-z]", "[a-z]", true},
		{`\*`, "*", false},
		{`\*`, `\x`, true},
		{"", "", true},
		{"", "a", false},
	} {
		if got := moderation.Glob(c.pattern, c.text); got != c.want {
			t.Errorf("Glob(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}

func TestParseScope(t *testing.T) {
	room := moderation.RoomRef{Provider: "live", Name: "standup"}
	for _, c := range []struct {
		text           string
		valid, reaches bool
	}{
		{"*", true, true},
		{"live:*", true, true},
		{"live:standup", true, true},
		{"live:stand?p", true, true},
		{"live:a:b", true, false},
		{"video:*", true, false},
		{"", false, false},
		{"live", false, false},
		{"live:", false, false},
		{":standup", false, false},
		{"*:standup", false, false},
		{"l?ve:standup", false, false},
		{"standup", false, false},
		{"**", false, false},
	} {
		scope, err := moderation.ParseScope(c.text)
		if (err == nil) != c.valid {
			t.Errorf("ParseScope(%q): %v", c.text, err)
		}
		if got := scope.Reaches(room); got != c.reaches {
			t.Errorf("%q reaches %s: %v", c.text, room, got)
		}
	}
}

func TestScopeCovers(t *testing.T) {
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"*", "*", true},
		{"*", "live:*", true},
		{"live:*", "*", false},
		{"live:*", "live:*", true},
		{"live:*", "video:*", false},
		{"live:*", "live:team-*", true},
		{"live:team-*", "live:*", false},
		{"live:team-*", "live:team-a", true},
		{"live:team-*", "live:team-?", true},
		{"live:team-?", "live:team-*", false},
		{"live:team-?", "live:team-a", true},
		{"live:team-a", "live:team-?", false},
		{"live:a*c", "live:a*b*c", true},
		{"live:a", "live:b", false},
	} {
		outer, err := moderation.ParseScope(c.outer)
		if err != nil {
			t.Fatal(err)
		}
		inner, err := moderation.ParseScope(c.inner)
		if err != nil {
			t.Fatal(err)
		}
		if got := outer.Covers(inner); got != c.want {
			t.Errorf("%s covers %s: %v", c.outer, c.inner, got)
		}
	}
}
