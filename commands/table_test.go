package commands_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// The commands that there must be, with what they need.
func TestTable(t *testing.T) {
	want := map[string]moderation.Permission{
		"list": "list_rooms", "kick": "kick_participant", "mute": "disable_participant_audio",
		"unmute": "disable_participant_audio", "mute-all": "disable_participant_audio", "end": "end_room",
		"ban": "ban_participant", "unban": "ban_participant", "bans": "ban_participant", "lock": "lock_room",
		"unlock": "lock_room", "pin": "pin_participant", "unpin": "pin_participant", "hold": "hold_participant",
		"unhold": "hold_participant", "set": "configure_participant", "announce": "announce",
		"coach": "coach_participant", "uncoach": "coach_participant", "dial": "dial_participant",
		"watch": "watch_room", "unwatch": "watch_room", "role": "", "audit": "read_audit", "case": "read_audit",
		"note": "write_note", "undo": "", "review": "review_audit", "request": "", "help": "",
	}
	for _, c := range commands.Table() {
		if c.Hidden {
			continue
		}
		needs, ok := want[c.Name]
		if !ok {
			t.Errorf("%s is not one of those", c.Name)
		}
		if c.Needs != needs && c.Name != "role" {
			t.Errorf("%s needs %q, want %q", c.Name, c.Needs, needs)
		}
		delete(want, c.Name)
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	if n := len(commands.Table()) + 1; n > 50 {
		t.Errorf("%d slash commands: Slack takes 50", n)
	}
}

// Every example of the help is a line that parses and lacks nothing.
func TestExamplesParse(t *testing.T) {
	for _, c := range commands.Table() {
		for _, example := range c.Examples {
			name, text, _ := strings.Cut(strings.TrimPrefix(example, "/room-"), " ")
			if name != c.Name {
				t.Errorf("%s has the example %q", c.Name, example)
			}
			args, err := c.Parse(text)
			if err != nil {
				t.Errorf("%q: %v", example, err)
			}
			for _, arg := range c.Args {
				ofRoom := arg.Name == commands.ArgPerson && strings.HasPrefix(args[commands.ArgOptions], "room_")
				if arg.Required && args[arg.Name] == "" && !ofRoom {
					t.Errorf("%q lacks %s", example, arg.Name)
				}
			}
		}
	}
}

// What sentences are made of an action's word is there for every action that
// has a command.
func TestActionsHaveWords(t *testing.T) {
	p := words.MustLoad("en")
	for _, c := range commands.Table() {
		if c.Action == "" || c.Action == moderation.ActionGrant || c.Action == moderation.ActionRevoke {
			continue
		}
		for _, key := range []string{"what." + string(c.Action), "done." + string(c.Action), "label." + c.Name} {
			if !p.Has(key) {
				t.Errorf("no sentence %s", key)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	says := moderation.Say("help.kick")
	room := commands.Arg{Name: "room", Usage: "ROOM", Required: true}
	reason := commands.Arg{Name: "reason", Usage: "[reason]", Rest: true}
	for name, table := range map[string][]*commands.Command{
		"two of one name":             {{Name: "a", Summary: says}, {Name: "a", Summary: says}},
		"the umbrella's name":         {{Name: "room", Summary: says}},
		"upper case":                  {{Name: "Kick", Summary: says}},
		"two words":                   {{Name: "mute all", Summary: says}},
		"no summary":                  {{Name: "a"}},
		"an argument twice":           {{Name: "a", Summary: says, Args: []commands.Arg{room, room}}},
		"something after the rest":    {{Name: "a", Summary: says, Args: []commands.Arg{reason, room}}},
		"required after one that may": {{Name: "a", Summary: says, Args: []commands.Arg{{Name: "x", Usage: "[x]"}, room}}},
	} {
		if commands.Build(table...) == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := commands.Build(commands.Table()...); err != nil {
		t.Error(err)
	}
}

func TestUmbrella(t *testing.T) {
	st := newStage(t)
	ask := func(command, text string) commands.Answer {
		return st.Do(t.Context(), commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: command, Text: text})
	}
	for _, test := range [][2]string{
		{"room", "list"}, {"/room", "list standup"}, {"room-list", ""}, {"room", "kick standup Chaos"}, {"room", ""}, {"", "help"},
	} {
		if n, ok := ask(test[0], test[1]).(commands.Notice); ok {
			t.Errorf("%v: %s", test, said(t, n))
		}
	}
	if got := said(t, ask("room", "kikc standup chaos")); !strings.Contains(got, "/room-kick") {
		t.Errorf("a typing mistake got %q", got)
	}
}
