package commands_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

// docs/commands.md is made from the table: go test ./commands -run TestDocs -update
func TestDocs(t *testing.T) {
	const path = "../docs/commands.md"
	want := reference(words.MustLoad("en"))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says: go test ./commands -run TestDocs -update", path)
	}
}

// reference is every command with its words, as a page.
func reference(p *words.Printer) string {
	say := func(s moderation.Sentence) string { return p.Say(words.Plain{}, s) }
	var out strings.Builder
	fmt.Fprint(&out, "# Commands\n\n<!-- Made from the command table: go test ./commands -run TestDocs -update -->\n\n"+
		"Each is typed as `/room-NAME …` or `/room NAME …`. Words are split as a shell does: quotes keep blanks, a\n"+
		"backslash takes the next character as it is. What stands after the known words is the reason.\n"+
		say(moderation.Say("help.room"))+"\n"+say(moderation.Say("help.for"))+"\n")
	for _, c := range commands.Table() {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&out, "\n## %s\n\n`%s`\n\n%s.", c.Name, c.Usage(), say(c.Summary))
		for _, note := range c.Notes {
			fmt.Fprintf(&out, " %s", say(note))
		}
		fmt.Fprintln(&out)
		if c.Needs != "" {
			fmt.Fprintf(&out, "\nNeeds `%s`.", c.Needs)
			if c.Action != "" {
				fmt.Fprintf(&out, " Its case says `%s`.", c.Action)
			}
			fmt.Fprintln(&out)
		}
		fmt.Fprint(&out, "\n```\n"+strings.Join(c.Examples, "\n")+"\n```\n")
	}
	return out.String()
}
