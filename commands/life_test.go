package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// A refusal changes nothing, says what is missing, and is a case.

func TestRefused(t *testing.T) {
	st := newStage(t)
	n, ok := st.typed(viewer, "kick standup chaos").(commands.Notice)
	if !ok || n.Tone != commands.Refusal || n.Code != moderation.CodeForbidden || n.Case == 0 {
		t.Fatalf("answer %+v", n)
	}
	text := said(t, n)
	for _, want := range []string{"1201", "kick_participant", "sim:standup"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	c := st.lastCase()
	if c.Outcome != moderation.Refused || c.Permission != moderation.KickPermission || c.Participant != "chaos" || c.ParticipantName != "Chaos" {
		t.Errorf("case %+v", c)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed all the same")
	}
}

// plain is a provider that lists, kicks and mutes, and nothing more.

type plain struct {
	provider.Driver
	sim *simulated.Driver
}

func (p plain) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return p.sim.Kick(ctx, o)
}

func (p plain) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return p.sim.Mute(ctx, o)
}

func (p plain) Unmute(context.Context, provider.Order) (provider.Effect, error) {
	return provider.Effect{}, moderation.Errorf(moderation.CodeUnsupported, "no unmute")
}

func (p plain) Capabilities(moderation.Room) moderation.CapabilitySet {
	native := moderation.Support{Level: moderation.Native}
	return moderation.CapabilitySet{
		moderation.CanListRooms: native, moderation.CanListParticipants: native, moderation.CanKick: native,
		moderation.CanMuteAudio: native, moderation.CanBan: {Level: moderation.Emulated}, moderation.CanLock: {Level: moderation.Emulated},
	}
}

// onPlain puts a plain provider before the simulated rooms.

func onPlain(st *stage, c *commands.Config) {
	c.Providers = provider.NewSet(provider.NewClient("sim", "plain", plain{st.sim, st.sim}))
}

// Permission is asked before capability; both refusals are cases.

func TestPermissionBeforeCapability(t *testing.T) {
	st := newStage(t, onPlain)
	for _, line := range []string{"hold standup chaos", "mute standup chaos 10m", "pin standup chaos"} {
		if n, ok := st.typed(viewer, line).(commands.Notice); !ok || n.Code != moderation.CodeForbidden {
			t.Errorf("%s as a viewer: %+v", line, n)
		}
		if n, ok := st.typed(owner, line).(commands.Notice); !ok || n.Code != moderation.CodeUnsupported || n.Tone != commands.Refusal {
			t.Errorf("%s as the owner: %+v", line, n)
		}
		if c := st.lastCase(); c.Outcome != moderation.Refused || c.Code != moderation.CodeUnsupported {
			t.Errorf("%s: case %+v", line, c)
		}
	}
}

// A room that the caller may not list is answered as one that does not exist,

// and is a case all the same.

func TestHiddenRoom(t *testing.T) {
	st := newStage(t)
	st.grant("U0LOCAL", moderation.Moderator, "sim:standup")
	if a, ok := st.typed("U0LOCAL", "kick standup ben").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
		t.Fatalf("in the own room: %+v", a)
	}
	before := len(st.cases())
	for _, line := range []string{"kick %s emil", "ban sim:%s emil", "lock %s", "unlock %s", "mute-all %s", "end %s", "list %s", "unban %s emil"} {
		hidden := said(t, st.typed("U0LOCAL", strings.ReplaceAll(line, "%s", "town-hall")))
		absent := said(t, st.typed("U0LOCAL", strings.ReplaceAll(line, "%s", "town-mall")))
		if strings.ReplaceAll(absent, "town-mall", "town-hall") != hidden {
			t.Errorf("%s: hidden %q, absent %q", line, hidden, absent)
		}
	}
	made := st.cases()[before:]
	if len(made) != 7 {
		t.Errorf("%d cases, want 7: one for each attempt on the hidden room", len(made))
	}
	for _, c := range made {
		if c.Outcome != moderation.Refused || c.Room != "town-hall" || c.Code != moderation.CodeNotFound {
			t.Errorf("case %+v", c)
		}
	}
	if got := st.SuggestRooms(t.Context(), by("U0LOCAL"), "", 10); len(got) != 1 {
		t.Errorf("suggested %v", got)
	}
	if got := st.SuggestPeople(t.Context(), by("U0LOCAL"), "sim:town-hall", "", 10); len(got) != 0 {
		t.Errorf("suggested %v", got)
	}
}

// The words of issue and life that can be wrong, each with a clear answer and

// nothing changed.

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

// The same key is the same work.

func TestSameKey(t *testing.T) {
	st := newStage(t)
	in := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "kick", Text: "standup chaos", Key: "k1"}
	first := st.Do(t.Context(), in)
	st.sim.Join("standup", "chaos", "Chaos")
	second, ok := st.Do(t.Context(), in).(commands.CaseAnswer)
	if !ok || len(st.cases()) != 1 || said(t, first) != said(t, second) {
		t.Errorf("first %q, second %+v", said(t, first), second)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed a second time")
	}
	note := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "note", Text: "1 once", Key: "k2"}
	st.Do(t.Context(), note)
	st.Do(t.Context(), note)
	if n := len(st.lastCase().Notes); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// broken is a store that takes no writes.

// Where the store does not take the intent, nothing is done and the caller is told.

// halfway mutes some and not others.

// Undo does the opposite once, and says so in both cases.

func TestUndo(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "mute standup chaos")
	if p, _ := st.person("standup", "chaos"); !p.IsBlocked(moderation.Audio) {
		t.Fatal("not muted")
	}
	a, ok := st.typed(owner, "undo 1").(commands.CaseAnswer)
	if !ok || a.Case.Action != moderation.ActionUnmute || a.Case.Inverts != 1 {
		t.Fatalf("answer %+v", a)
	}
	if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
		t.Error("still muted")
	}
	if c := st.cases()[0]; c.UndoneBy != owner || c.UndoneCase != 2 {
		t.Errorf("case %+v", c)
	}
	if n, ok := st.typed(owner, "undo 1").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("again: %+v", n)
	}
	st.typed(owner, "kick standup chaos")
	if n, ok := st.typed(owner, "undo 3").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("a kick: %+v", n)
	}
	st.typed(owner, "mute standup ben")
	if n, ok := st.typed(viewer, "undo 4").(commands.Notice); !ok || n.Code != moderation.CodeForbidden {
		t.Errorf("by a viewer: %+v", n)
	}
	// A mute that is lifted by hand is no less undone.
	st.typed(owner, "unmute standup ben")
	if c := st.cases()[3]; c.UndoneBy != owner {
		t.Errorf("case %+v", c)
	}
}

func TestReviewAndNote(t *testing.T) {
	st := newStage(t)
	st.grant("U0ADMIN", moderation.Admin, "*")
	st.typed(owner, "kick standup chaos")
	if n, ok := st.typed(owner, "review 1 right").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("one's own: %+v", n)
	}
	if a, ok := st.typed("U0ADMIN", "review 1 wrong it was a test").(commands.CaseAnswer); !ok || a.Case.Review == nil ||
		a.Case.Review.Verdict != "wrong" || a.Case.Review.Text != "it was a test" {
		t.Errorf("answer %+v", a)
	}
	if n, ok := st.typed("U0ADMIN", "review 1").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("again: %+v", n)
	}
	if a, ok := st.typed(moderator, "note 1 third time").(commands.CaseAnswer); !ok || len(a.Case.Notes) != 1 {
		t.Errorf("note: %+v", a)
	}
	if n, ok := st.typed(viewer, "note 1 x").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("a viewer's note: %+v", n)
	}
	if h, ok := st.typed("U0ADMIN", "case 1").(commands.CaseHistory); !ok || len(h.Records) != 4 {
		t.Errorf("history %+v", h)
	}
	if p, ok := st.typed(owner, "audit sim:standup actor=<@"+owner+"> action=kick since=1h").(commands.CasePage); !ok || len(p.Cases) != 1 {
		t.Errorf("audit %+v", p)
	}
	if p, ok := st.typed(owner, "audit outcome=refused").(commands.CasePage); !ok || len(p.Cases) != 0 {
		t.Errorf("audit %+v", p)
	}
}

// Work that came too old is a case that says it was not run.

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

// A provider that is down is named, and the others go on.

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

// lost is a directory that knows nobody just now.

// Where a group cannot be read, nothing is allowed by it, and that is said in

// the same words whether the room exists or not.

// late is a store that takes one write after its caller's time is up.

// An intent that became durable after its caller was told that nothing is done

// is closed, and nothing of it goes on standing.
