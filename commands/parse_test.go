package commands_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

func command(t testing.TB, name string) *commands.Command {
	t.Helper()
	c, ok := commands.Lookup(name)
	if !ok {
		t.Fatalf("there is no command %q", name)
	}
	return c
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		line string
		want commands.Args
	}{
		{"kick", commands.Args{}},
		{"kick standup", commands.Args{"room": "standup"}},
		{`kick live:standup "Ann Lee" talks  too loud`, commands.Args{"room": "live:standup", "person": "Ann Lee", "reason": "talks too loud"}},
		{"kick standup chaos 10m break", commands.Args{"room": "standup", "person": "chaos", "reason": "10m break"}},
		{"mute standup chaos", commands.Args{"room": "standup", "person": "chaos"}},
		{"mute standup chaos video 10m off topic", commands.Args{"room": "standup", "person": "chaos", "media": "video", "for": "10m", "reason": "off topic"}},
		{"mute standup chaos 1W Audio", commands.Args{"room": "standup", "person": "chaos", "media": "audio", "for": "1w"}},
		{`mute standup chaos "video" was bad`, commands.Args{"room": "standup", "person": "chaos", "reason": "video was bad"}},
		{"mute standup chaos bad video", commands.Args{"room": "standup", "person": "chaos", "reason": "bad video"}},
		{
			"mute live:x ann track_sid=TR_1 audio 10m too loud",
			commands.Args{"room": "live:x", "person": "ann", "media": "audio", "for": "10m", "options": "track_sid=TR_1", "reason": "too loud"},
		},
		{"unmute live:x ann track_sid=TR_1", commands.Args{"room": "live:x", "person": "ann", "options": "track_sid=TR_1"}},
		{"ban live:* chaos permanent spam", commands.Args{"room": "live:*", "person": "chaos", "for": "permanent", "reason": "spam"}},
		{"mute-all town-hall", commands.Args{"room": "town-hall"}},
		{"mute-all town-hall video please", commands.Args{"room": "town-hall", "media": "video", "reason": "please"}},
		{
			`mute-all town-hall audio except "Ann Lee" bob allow_unmute=true quiet now`,
			commands.Args{"room": "town-hall", "media": "audio", "tail": "Ann Lee\nbob\nquiet\nnow", "options": "allow_unmute=true"},
		},
		{"mute-all town-hall all are loud except me", commands.Args{"room": "town-hall", "reason": "all are loud except me"}},
		{
			"hold calls:x ann https://e.org/m.xml method=GET lunch",
			commands.Args{"room": "calls:x", "person": "ann", "url": "https://e.org/m.xml", "options": "method=GET", "reason": "lunch"},
		},
		{"hold calls:x ann music <https://e.org/m.xml|e.org> lunch", commands.Args{"room": "calls:x", "person": "ann", "url": "https://e.org/m.xml", "reason": "lunch"}},
		{"hold calls:x ann music lessons", commands.Args{"room": "calls:x", "person": "ann", "reason": "music lessons"}},
		{
			"set calls:x ann wait_method=GET beep_on_exit=true",
			commands.Args{"room": "calls:x", "person": "ann", "options": "beep_on_exit=true\nwait_method=GET"},
		},
		{
			`dial calls:x +16175551212 customer timeout=30 label_x="two words"`,
			commands.Args{"room": "calls:x", "number": "+16175551212", "label": "customer", "options": "label_x=two words\ntimeout=30"},
		},
		{"announce x hello all", commands.Args{"room": "x", "text": "hello all", "first": "hello", "rest": "all"}},
		{`announce x "hello all"`, commands.Args{"room": "x", "text": "hello all"}},
		{`announce x "Ann Lee" hello`, commands.Args{"room": "x", "text": "Ann Lee hello", "first": "Ann Lee", "rest": "hello"}},
		{"announce x https://e.org/a.mp3 method=POST", commands.Args{"room": "x", "text": "https://e.org/a.mp3", "options": "method=POST"}},
		{"coach x lead agent now", commands.Args{"room": "x", "coach": "lead", "person": "agent", "reason": "now"}},
		{"audit live:standup actor=<@U1|ann> since=2d", commands.Args{"room": "live:standup", "actor": "<@U1|ann>", "since": "2d"}},
		{"kick <http://rooms.example.org|rooms.example.org> <mailto:ann@example.org|ann@example.org> she asked", commands.Args{"room": "rooms.example.org", "person": "ann@example.org", "reason": "she asked"}},
		{"kick standup <tel:+16175551212|+16175551212> as <@U1|ann> wrote in <#C1|general> to <!subteam^S1|@mods> and <@U2>", commands.Args{"room": "standup", "person": "+16175551212", "reason": "as @ann wrote in #general to @mods and <@U2>"}},
		{"kick standup chaos see <https://e.org/rules>, <http://e.org|e.org> and <mailto:a@e.org>", commands.Args{"room": "standup", "person": "chaos", "reason": "see https://e.org/rules, e.org and a@e.org"}},
		{"hold x ann <http://e.org/m.mp3|e.org/m.mp3>", commands.Args{"room": "x", "person": "ann", "url": "http://e.org/m.mp3"}},
		{"set x ann wait_url=<http://e.org/w|e.org/w>", commands.Args{"room": "x", "person": "ann", "options": "wait_url=http://e.org/w"}},
		{"announce x <https://e.org/a.mp3>", commands.Args{"room": "x", "text": "https://e.org/a.mp3"}},
		{"announce x ann <http://e.org/a.mp3|e.org/a.mp3>", commands.Args{"room": "x", "text": "ann e.org/a.mp3", "first": "ann", "rest": "http://e.org/a.mp3"}},
		{`announce x "read <https://e.org/a|e.org/a> now"`, commands.Args{"room": "x", "text": "read e.org/a now"}},
		{"role grant <@U1|ann> moderator live:* as <@U2|ben> asked", commands.Args{"verb": "grant", "subject": "<@U1|ann>", "preset": "moderator", "scope": "live:*", "reason": "as @ben asked"}},
		{"note 17 third time", commands.Args{"case": "17", "text": "third time"}},
	} {
		t.Run(test.line, func(t *testing.T) {
			name, text, _ := strings.Cut(test.line, " ")
			got, err := command(t, name).Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		`kick standup "Ann`,
		"mute standup chaos 10x", "mute standup chaos 0s", "mute standup chaos 99999999999w", "ban standup chaos 10min",
		"hold x ann ftp://e.org/x", "hold x ann http://", "hold x ann lunch ftp://e.org", "dial x +1617 ftp://e.org", "hold x ann music gopher://x",
		"set x ann wait_url=ftp://e.org", "mute x ann track_sid=1 track_sid=2", "set x ann a=1 a=2", "set x ann beep", "dial x +1617 label more",
		"announce x ftp://e.org/a", "announce x listen to file:///etc/passwd now",
		"mute-all x except", "list a b", "audit colour=red", "audit one two",
	} {
		t.Run(line, func(t *testing.T) {
			name, text, _ := strings.Cut(line, " ")
			if got, err := command(t, name).Parse(text); moderation.CodeOf(err) != moderation.CodeInvalid {
				t.Errorf("got %v and %v", got, err)
			}
		})
	}
}

func TestParseSpan(t *testing.T) {
	for word, want := range map[string]commands.Span{
		"90s": {For: 90 * time.Second}, "10m": {For: 10 * time.Minute}, "2h": {For: 2 * time.Hour},
		"3d": {For: 72 * time.Hour}, "1w": {For: 7 * 24 * time.Hour}, "permanent": {Permanent: true}, "Permanent": {Permanent: true},
	} {
		if got, looks, err := commands.ParseSpan(word); got != want || !looks || err != nil {
			t.Errorf("%s: %v, %v, %v", word, got, looks, err)
		}
	}
	for _, word := range []string{"", "m", "10", "ten", "1.5h", "-1h", "10 m", "h10", "1st", "2nd", "3rd", "10th"} {
		if _, looks, err := commands.ParseSpan(word); looks || err != nil {
			t.Errorf("%q looks like a time: %v", word, err)
		}
	}
}

// No line makes a parser panic, no argument is longer than the line, and what
// is required is either there or missing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "live:standup chaos 10m x", `x except "a b" c=d`, "x “y” https://e.org method=GET", "1 2 3"} {
		for i := range commands.Table() {
			f.Add(i, seed)
		}
	}
	f.Fuzz(func(t *testing.T, which int, text string) {
		table := commands.Table()
		c := table[((which%len(table))+len(table))%len(table)]
		args, err := c.Parse(text)
		if err != nil {
			if code := moderation.CodeOf(err); code != moderation.CodeInvalid {
				t.Fatalf("%s: %v", c.Name, err)
			}
			return
		}
		for name, value := range args {
			if len(value) > 3*len(text)+3 {
				t.Fatalf("%s of %s grew to %q", name, c.Name, value)
			}
		}
	})
}
