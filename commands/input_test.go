package commands_test

import (
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Words that can be wrong, each with a clear answer and nothing changed.
func TestBadInput(t *testing.T) {
	for line, want := range map[string]string{
		"kick nowhere chaos":                             "There is no room nowhere",
		"kick stand-up chaos":                            "sim:standup",
		"kick sim:nowhere chaos":                         "There is no room sim:nowhere",
		"kick other:standup chaos":                       "There is no room other:standup",
		"kick standup nobody-here":                       "Nobody in sim:standup answers to nobody-here",
		"kick standup chaoss":                            "chaos",
		"kick standup 'chaos":                            "never closed",
		`kick standup "chaos loud`:                       "never closed",
		"kick standup “chaos":                            "never closed",
		"kick standup " + strings.Repeat("x", 10_000):    "at most",
		strings.Repeat("y", 10_000) + " standup":         "There is no command",
		"kick " + strings.Repeat("z", 2000) + " chaos":   "at most 500",
		"mute standup chaos 10x":                         "10x is no time",
		"mute standup chaos 0s":                          "0s is no time",
		"hold standup chaos ftp://x.example":             "no http(s) address",
		"announce standup gopher://x":                    "no http(s) address",
		"set standup chaos end_conference_on_exit=maybe": "does not fit",
		"mute-all standup allow_unmute=perhaps":          "no option",
		"mute-all standup except nobody-here":            "Nobody in sim:standup",
		"case x":                                         "no number of a case",
		"case 999":                                       "There is no case 999",
		"undo 999":                                       "There is no case 999",
		"audit action=fly":                               "fly is not one of",
		"kick standup '' x":                              "commands.Missing",
		"kick":                                           "commands.Missing",
		"kick standup":                                   "commands.Missing",
		"announce standup":                               "commands.Missing",
		"coach standup ada ada":                          "cannot coach themselves",
		"frobnicate standup":                             "There is no command frobnicate",
	} {
		t.Run(line[:min(len(line), 40)], func(t *testing.T) {
			st := newStage(t)
			before, _ := st.sim.Stage(t.Context())
			got := said(t, st.typed(owner, line))
			if !strings.Contains(got, want) || len(got) > 600 {
				t.Errorf("said %.700q, want %q", got, want)
			}
			if n := len(st.cases()); n != 0 {
				t.Errorf("%d cases were made", n)
			}
			after, _ := st.sim.Stage(t.Context())
			if len(before.Rooms) != len(after.Rooms) || len(before.Rooms[0].People) != len(after.Rooms[0].People) {
				t.Error("something changed")
			}
		})
	}
}

// A name full of markup goes through as it is: whoever shows it escapes it.
func TestMarkupInNames(t *testing.T) {
	st := newStage(t)
	const name = "<!channel> *boom* `x`"
	st.sim.Join("standup", "evil", name)
	a, ok := st.typed(owner, `kick standup "<!channel> *boom* `+"`x`"+`" <@U1> said so`).(commands.CaseAnswer)
	if !ok || a.Case.ParticipantName != name || a.Case.Participant != "evil" || a.Case.Reason != "<@U1> said so" {
		t.Fatalf("answer %+v", a)
	}
	if got := a.Says[0].Args["Person"]; got != name {
		t.Errorf("the sentence has %q", got)
	}
}

// Several of one name are told apart, and choosing one acts on that one.
func TestAmbiguousPerson(t *testing.T) {
	st := newStage(t)
	st.sim.Join("standup", "twin-1", "Twin")
	second, _ := st.sim.Join("standup", "twin-2", "Twin")
	c, ok := st.typed(owner, "kick standup Twin both here").(commands.Candidates)
	if !ok || len(c.Options) != 2 || c.Arg != commands.ArgPerson {
		t.Fatalf("answer %+v", c)
	}
	if len(st.cases()) != 0 {
		t.Error("a question is no case")
	}
	c.Args[c.Arg] = second.ID
	if a, ok := st.pressed(owner, c.Command, c.Args).(commands.CaseAnswer); !ok || a.Case.Participant != "twin-2" || a.Case.Reason != "both here" {
		t.Errorf("answer %+v", a)
	}
	if _, there := st.person("standup", "twin-1"); !there {
		t.Error("the other one is gone too")
	}
}

// A typed announcement that names someone and says nothing asks for the text with
// the room and the person as they are called, not by their ids.
func TestAnnouncementAsksByNames(t *testing.T) {
	st := newStage(t)
	for _, line := range []string{"announce standup Ada", "announce sim:standup ada"} {
		m, ok := st.typed(owner, line).(commands.Missing)
		if !ok || len(m.Missing) != 1 || m.Missing[0] != commands.ArgText {
			t.Fatalf("%s: %+v", line, m)
		}
		if m.Args[commands.ArgRoom] != "sim:standup" || !strings.EqualFold(m.Args[commands.ArgPerson], "ada") {
			t.Errorf("%s: asks with %v", line, m.Args)
		}
	}
}

// What is typed acts at once, but for the end of a room and a kick that ends one.
func TestAsksFirst(t *testing.T) {
	st := newStage(t)
	if a := st.typed(owner, "set standup chaos end_conference_on_exit=true"); said(t, a) == "" {
		t.Fatal(a)
	}
	for _, line := range []string{"kick standup chaos loud", "end town-hall over"} {
		before := len(st.cases())
		q, ok := st.typed(owner, line).(commands.Confirm)
		if !ok || !q.Danger || len(q.Says) == 0 {
			t.Fatalf("%s: %+v", line, q)
		}
		if len(st.cases()) != before {
			t.Errorf("%s: a question is no case", line)
		}
		if a, ok := st.pressed(owner, q.Command, q.Args).(commands.CaseAnswer); !ok || a.Tone != commands.Done || a.Case.Reason == "" {
			t.Errorf("%s: %+v", line, a)
		}
	}
	if stage, _ := st.sim.Stage(t.Context()); len(stage.Rooms) != 0 {
		t.Errorf("rooms are left: %+v", stage.Rooms)
	}
}

// Help shows only what its reader may do.
func TestHelp(t *testing.T) {
	st := newStage(t)
	usages := func(user string) string {
		var all []string
		for _, c := range st.typed(user, "help").(commands.HelpPage).Commands {
			all = append(all, c.Usage)
		}
		return strings.Join(all, "\n")
	}
	if got := usages(viewer); strings.Contains(got, "/room-kick") || !strings.Contains(got, "/room-list") {
		t.Errorf("a viewer sees\n%s", got)
	}
	if got := usages(moderator); !strings.Contains(got, "/room-kick ROOM PERSON [reason]") || strings.Contains(got, "/room-end") {
		t.Errorf("a moderator sees\n%s", got)
	}
	if got := usages(nobody); strings.Contains(got, "/room-list") || !strings.Contains(got, "/room-request") {
		t.Errorf("nobody sees\n%s", got)
	}
	if got := usages(viewer); strings.Contains(got, "/room-undo") || !strings.Contains(usages(moderator), "/room-undo") {
		t.Errorf("a viewer sees\n%s", got)
	}
	if h, ok := st.typed(owner, "help kick").(commands.HelpPage); !ok || !h.One || len(h.Commands[0].Examples) == 0 || len(h.Commands[0].Notes) == 0 {
		t.Errorf("help of kick: %+v", h)
	}
	if n, ok := st.typed(viewer, "help kick").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("help of what one may not do: %+v", n)
	}
}

// A room's name that two providers have is asked about.
func TestAmbiguousRoom(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", st.sim), provider.NewClient("live", "simulated", st.sim))
	})
	c, ok := st.typed(owner, "kick standup chaos loud").(commands.Candidates)
	if !ok || len(c.Options) != 2 || c.Arg != commands.ArgRoom || c.Options[1].Label != "live:standup" {
		t.Fatalf("answer %+v", c)
	}
	c.Args[c.Arg] = c.Options[1].Value
	if a, ok := st.pressed(owner, c.Command, c.Args).(commands.CaseAnswer); !ok || a.Case.Provider != "live" || a.Case.Reason != "loud" {
		t.Errorf("answer %+v", a)
	}
	// Who may list one of them alone is not asked.
	st.grant("U0LIVE", moderation.Moderator, "live:*")
	if a, ok := st.typed("U0LIVE", "kick standup ben").(commands.CaseAnswer); !ok || a.Case.Provider != "live" {
		t.Errorf("answer %+v", a)
	}
}
