package commands_test

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
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
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		sim, err := simulated.New(simulated.Config{})
		if err != nil {
			t.Fatal(err)
		}
		st := newStageOn(t, path, sim, careful)
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
	})
}

// Someone without the permission asks; whoever has it decides, and both are in
// the record.
func TestRequest(t *testing.T) {
	st := carefulStage(t)
	answer, ok := st.typed(viewer, "request standup chaos kick shouting").(commands.CaseAnswer)
	if !ok || !answer.Case.Awaits || !answer.Case.Requested || answer.Case.Participant != "chaos" || answer.Case.Reason != "shouting" {
		t.Fatalf("answer %+v", answer)
	}
	number := answer.Case.Number
	if got := st.posts(number); len(got) != 2 {
		t.Errorf("told in %v", got)
	}
	if got := said(t, st.typed(viewer, "request standup chaos kick")); !strings.Contains(got, "already") {
		t.Errorf("twice: %s", got)
	}
	if got := said(t, st.answers(viewer, "approve", number)); !strings.Contains(got, "yourself") {
		t.Errorf("by oneself: %s", got)
	}
	st.answers(nobody, "approve", number)
	if c, own := st.cases()[number-1], st.lastCase(); !c.Awaits || own.Number == number || own.Outcome != moderation.Refused || own.Actor != nobody {
		t.Errorf("by one who sees no room: %+v\nown %+v", c, own)
	}
	st.answers(moderator, "approve", number)
	c := st.cases()[number-1]
	if c.Outcome != moderation.Succeeded || c.Actor != viewer || c.ApprovedBy != moderator {
		t.Errorf("case %+v", c)
	}
	if _, there := st.person("standup", "chaos"); there {
		t.Error("Chaos is there")
	}
}

// One who may not see a room learns nothing of it by asking.
func TestRequestTellsNothing(t *testing.T) {
	st := carefulStage(t)
	answers := make([]string, 0, 2)
	for _, room := range []string{"sim:standup", "sim:nostand"} {
		a := st.typed(nobody, "request "+room+" chaos kick")
		text, _, _ := strings.Cut(said(t, a), " until ")
		answers = append(answers, strings.ReplaceAll(text, "nostand", "standup"))
	}
	if answers[0] != answers[1] || !strings.Contains(answers[0], "asked for this") {
		t.Errorf("told apart:\n%s\n%s", answers[0], answers[1])
	}
	st.answers(moderator, "approve", 1)
	if c := st.cases()[0]; c.Outcome != moderation.Succeeded || c.Participant != "chaos" {
		t.Errorf("case %+v", c)
	}
	if got := said(t, st.answers(moderator, "approve", 2)); !strings.Contains(got, "no room") {
		t.Errorf("a room that is not there: %s", got)
	}
	if c := st.cases()[1]; !c.Awaits {
		t.Errorf("case %+v", c)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	st := carefulStage(t, func(_ *stage, c *commands.Config) {
		c.Directory = people{users: map[string]commands.Person{"U0GUEST": {Guest: true}}}
	})
	for _, who := range []string{"a", "b", "c", "d", "e"} {
		st.typed(nobody, "request sim:standup "+who+" kick")
	}
	if got := said(t, st.typed(nobody, "request sim:standup f kick")); !strings.Contains(got, "5 of your requests") {
		t.Errorf("said %s", got)
	}
	if got := said(t, st.typed("U0GUEST", "request sim:standup chaos kick")); !strings.Contains(got, "Guests") {
		t.Errorf("a guest: %s", got)
	}
	if n := len(st.cases()); n != 5 {
		t.Errorf("%d cases", n)
	}
}

// Ten pass, the eleventh is refused, also after the minute and a restart, until
// another person who manages roles lifts it.
func TestBrake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		sim, err := simulated.New(simulated.Config{})
		if err != nil {
			t.Fatal(err)
		}
		st := newStageOn(t, path, sim, careful, func(_ *stage, c *commands.Config) {
			c.Rules.EndOver, c.Rules.BrakeRemovals, c.Rules.BrakePer = -1, 3, time.Minute
		})
		st.grant(admin, moderation.Admin, "*")
		kick := func(who string) moderation.Case {
			st.typed(admin, "kick "+who)
			return st.lastCase()
		}
		for _, who := range []string{"standup chaos", "town-hall chaos"} {
			if c := kick(who); c.Outcome != moderation.Succeeded {
				t.Fatalf("%s: %+v", who, c)
			}
		}
		time.Sleep(61 * time.Second)
		room, err := sim.Room(t.Context(), "town-hall")
		if err != nil {
			t.Fatal(err)
		}
		var rest []string
		page, err := sim.Participants(t.Context(), room, provider.ParticipantQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Participants {
			rest = append(rest, p.Identity)
		}
		if len(rest) < 3 {
			t.Fatalf("only %v are left", rest)
		}
		for _, who := range rest[:2] {
			if c := kick("town-hall " + who); c.Outcome != moderation.Succeeded {
				t.Fatalf("%s: %+v", who, c)
			}
		}
		st.confirmed(admin, "end standup")
		if c := st.lastCase(); c.Outcome != moderation.Succeeded {
			t.Fatalf("the third: %+v", c)
		}
		refused := kick("town-hall " + rest[2])
		if refused.Outcome != moderation.Refused || !strings.Contains(refused.Text, "unbrake U0ADMIN") {
			t.Fatalf("the fourth: %+v", refused)
		}
		if got := st.posts(refused.Number); len(got) != 2 {
			t.Errorf("told in %v", got)
		}
		st.typed(admin, "mute town-hall "+rest[2])
		if c := st.lastCase(); c.Outcome != moderation.Succeeded {
			t.Errorf("a mute is stopped too: %+v", c)
		}
		time.Sleep(time.Hour)
		st.Service = commands.New(st.Config)
		if c := kick("town-hall " + rest[2]); c.Outcome != moderation.Refused {
			t.Errorf("after an hour and a restart: %+v", c)
		}
		if got := said(t, st.typed(admin, "role unbrake U0ADMIN")); !strings.Contains(got, "Another person") {
			t.Errorf("by oneself: %s", got)
		}
		if a := st.typed(moderator, "role unbrake U0ADMIN").(commands.Notice); a.Tone != commands.Refusal {
			t.Errorf("by a moderator: %+v", a)
		}
		st.typed(owner, "role unbrake <@U0ADMIN|boss>")
		if c := st.cases()[refused.Number-1]; !strings.Contains(notes(c), "<@U0OWNER> lets <@U0ADMIN>") {
			t.Errorf("not noted: %+v", c)
		}
		if c := kick("town-hall " + rest[2]); c.Outcome != moderation.Succeeded {
			t.Errorf("lifted: %+v", c)
		}
	})
}
