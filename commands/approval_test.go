package commands_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

const (
	super1 = "U0SUPER1"
	super2 = "U0SUPER2"
)

// careful wants two people for all that can want them.
func careful(_ *stage, c *commands.Config) {
	c.Rules.EndOver, c.Rules.PermanentBans, c.Rules.AdminGrants = 2, true, true
	c.RequestsChannel = "C0MODS"
}

func carefulStage(t *testing.T, options ...stageOption) *stage {
	t.Helper()
	st := newStage(t, append([]stageOption{careful}, options...)...)
	st.grant(super1, moderation.Supervisor, "sim:*")
	st.grant(super2, moderation.Supervisor, "sim:*")
	return st
}

func (st *stage) confirmed(user, line string) commands.Answer {
	st.t.Helper()
	name, text, _ := strings.Cut(line, " ")
	return st.Do(st.t.Context(), commands.Invocation{
		Caller: by(user), Source: commands.FromSlash, Command: name, Text: text, Key: st.key(), Confirmed: true,
	})
}

func (st *stage) answers(user, command string, number uint64) commands.Answer {
	st.t.Helper()
	return st.pressed(user, command, commands.Args{commands.ArgCase: strconv.FormatUint(number, 10)})
}

// posts returns in which channels the case is told.
func (st *stage) posts(number uint64) (channels []string) {
	st.t.Helper()
	for _, channel := range []string{"C0AUDIT", "C0MODS"} {
		err := st.store.View(context.Background(), func(tx store.Tx) error {
			p, err := tx.Post(channel, number)
			if err == nil && p.Want > 0 {
				channels = append(channels, channel)
			}
			return nil
		})
		if err != nil {
			st.t.Fatal(err)
		}
	}
	return channels
}

// The end of a full room asks, then waits, and happens once another person who
// may end it says yes.
func TestTwoPeopleEndARoom(t *testing.T) {
	st := carefulStage(t)
	if _, ok := st.typed(super1, "end standup over").(commands.Confirm); !ok {
		t.Fatal("did not ask first")
	}
	answer, ok := st.confirmed(super1, "end standup over").(commands.CaseAnswer)
	if !ok || answer.Tone != commands.Waiting || !answer.Case.Awaits {
		t.Fatalf("does not wait: %+v", answer)
	}
	number := answer.Case.Number
	if got := st.posts(number); len(got) != 2 {
		t.Errorf("told in %v", got)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Fatal("the room was ended")
	}
	if got := said(t, st.answers(super1, "approve", number)); !strings.Contains(got, "another person") {
		t.Errorf("by the same person: %s", got)
	}
	notAllowed(t, st.answers(moderator, "approve", number))
	if c := st.lastCase(); c.Actor != moderator || c.Action != moderation.ActionEnd || c.Permission != moderation.EndRoom {
		t.Errorf("the refused approval: %+v", c)
	}
	if got := said(t, st.answers(nobody, "approve", number)); strings.Contains(got, "standup is") {
		t.Errorf("by nobody: %s", got)
	}
	st.answers(super2, "approve", number)
	c := st.cases()[number-1]
	if c.Outcome != moderation.Succeeded || c.Awaits || c.Actor != super1 || c.ApprovedBy != super2 {
		t.Errorf("case %+v", c)
	}
	if _, err := st.sim.Room(t.Context(), "standup"); moderation.CodeOf(err) != moderation.CodeNotFound {
		t.Errorf("the room is there: %v", err)
	}
	if got := said(t, st.answers(super2, "approve", number)); !strings.Contains(got, "does not wait any more") {
		t.Errorf("again: %s", got)
	}
}

// A small room, a ban with an end and a grant of less than admin need nobody.
func TestOnePersonIsEnough(t *testing.T) {
	st := carefulStage(t, func(_ *stage, c *commands.Config) { c.Rules.EndOver = 4 })
	for _, line := range []string{"ban standup chaos 1w", "end standup"} {
		st.confirmed(super1, line)
		if c := st.lastCase(); c.Outcome != moderation.Succeeded {
			t.Errorf("%s: %+v", line, c)
		}
	}
	st.typed(owner, "role grant U0ANN supervisor")
	if c := st.lastCase(); c.Outcome != moderation.Succeeded {
		t.Errorf("grant: %+v", c)
	}
}

// Both are asked again when the second presses: rights that are gone by then
// refuse, and end it.
func TestRightsGoneWhileItWaits(t *testing.T) {
	st := carefulStage(t)
	st.confirmed(super1, "ban standup chaos permanent")
	number := st.lastCase().Number
	st.typed(owner, "role revoke "+super1+" supervisor sim:*")
	st.grant(super1, moderation.Moderator, "sim:*")
	st.answers(super2, "approve", number)
	c := st.cases()[number-1]
	if c.Outcome != moderation.Refused || c.Permission != moderation.BanPermission || c.Awaits {
		t.Errorf("case %+v", c)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos is out")
	}
}

func TestTwoPeopleMakeAnAdmin(t *testing.T) {
	st := carefulStage(t)
	st.grant(admin, moderation.Admin, "*")
	st.typed(owner, "role grant U0ANN admin sim:*")
	st.confirmed(owner, "role grant U0ANN admin sim:*")
	c := st.lastCase()
	if !c.Awaits || c.Action != moderation.ActionGrant || st.granted(ann, "admin", "sim:*") {
		t.Fatalf("does not wait: %+v", c)
	}
	notAllowed(t, st.answers(super1, "approve", c.Number))
	if got := st.cases()[c.Number-1]; !got.Awaits {
		t.Fatalf("a refused approval ended it: %+v", got)
	}
	st.answers(admin, "approve", c.Number)
	c = st.cases()[c.Number-1]
	if c.Outcome != moderation.Succeeded || c.ApprovedBy != admin || c.Actor != owner || !st.granted(ann, "admin", "sim:*") {
		t.Errorf("case %+v", c)
	}
	// The command line needs no second person: it is how the first admins are made.
	st.cli("role grant U0BEN admin")
	if !st.granted("U0BEN", "admin", "*") {
		t.Errorf("case %+v", st.lastCase())
	}
}

// Nor does one person make admins of those who hold a preset by defining it anew.
func TestTwoPeopleMakeAdminsOfAPreset(t *testing.T) {
	st := carefulStage(t)
	st.grant("U0OTHER", moderation.Owner, "*")
	st.typed(owner, "role define helper list_rooms")
	if n, ok := st.typed(owner, "role define spare admin").(commands.CaseAnswer); !ok || n.Tone != commands.Done {
		t.Errorf("of a preset that nobody holds: %+v", n)
	}
	st.typed(owner, "role grant U0ANN helper")
	if q, ok := st.typed(owner, "role define helper admin").(commands.Confirm); !ok {
		t.Fatalf("did not ask: %+v", q)
	}
	answer, ok := st.confirmed(owner, "role define helper admin").(commands.CaseAnswer)
	if !ok || answer.Tone != commands.Waiting {
		t.Fatalf("does not wait: %+v", answer)
	}
	if n, ok := st.typed(ann, "role list").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("has the rights already: %+v", n)
	}
	st.answers("U0OTHER", "approve", answer.Case.Number)
	if page, ok := st.typed(ann, "role list").(commands.GrantPage); !ok {
		t.Errorf("approved, and refused: %+v", page)
	}
	if c := st.lastCase(); c.Number != answer.Case.Number || c.Outcome != moderation.Succeeded || c.ApprovedBy != "U0OTHER" {
		t.Errorf("case %+v", c)
	}
}

func TestDeny(t *testing.T) {
	st := carefulStage(t)
	st.confirmed(super1, "ban standup chaos permanent")
	number := st.lastCase().Number
	if a, ok := st.answers(viewer, "deny", number).(commands.Notice); !ok || a.Tone != commands.Refusal {
		t.Errorf("a viewer denies: %+v", a)
	}
	if a, ok := st.answers(nobody, "deny", number).(commands.Notice); !ok || a.Code != moderation.CodeNotFound {
		t.Errorf("nobody denies: %+v", a)
	}
	st.answers(super2, "deny", number)
	if c := st.cases()[number-1]; c.Outcome != moderation.Refused || !strings.Contains(c.Text, "Denied by <@U0SUPER2>") {
		t.Errorf("case %+v", c)
	}
	st.confirmed(super1, "ban standup chaos permanent")
	number = st.lastCase().Number
	st.answers(super1, "deny", number)
	if c := st.cases()[number-1]; c.Outcome != moderation.Refused || !strings.Contains(c.Text, "Taken back") {
		t.Errorf("case %+v", c)
	}
	if got := said(t, st.answers(super2, "approve", number)); !strings.Contains(got, "does not wait") {
		t.Errorf("approved after all: %s", got)
	}
}

// What waits survives a restart, is not settled by it, and lapses in time.
func TestWaitingSurvivesARestart(t *testing.T) {
	clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.grant(super1, moderation.Supervisor, "sim:*")
		st.grant(super2, moderation.Supervisor, "sim:*")
		st.confirmed(super1, "ban standup chaos permanent")
		st.confirmed(super1, "end standup")
		stop := st.run()
		pass(5 * time.Minute)
		for _, c := range st.cases() {
			if !c.Awaits {
				t.Errorf("settled: %+v", c)
			}
		}
		stop()
		st.Service = commands.New(st.Config)
		stop = st.run()
		defer stop()
		st.answers(super2, "approve", 1)
		pass(6 * time.Minute)
		if c := st.cases()[0]; c.Outcome != moderation.Succeeded || c.ApprovedBy != super2 || !c.Permanent {
			t.Errorf("approved: %+v", c)
		}
		if c := st.cases()[1]; c.Outcome != moderation.Refused || !strings.Contains(c.Text, "in time") || c.Awaits {
			t.Errorf("lapsed: %+v", c)
		}
		if got := said(t, st.answers(super2, "approve", 2)); !strings.Contains(got, "does not wait") {
			t.Errorf("approved too late: %s", got)
		}
	}, careful)
}
