package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

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
	clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
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
		room, err := st.sim.Room(t.Context(), "town-hall")
		if err != nil {
			t.Fatal(err)
		}
		var rest []string
		page, err := st.sim.Participants(t.Context(), room, provider.ParticipantQuery{})
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
	}, careful, func(_ *stage, c *commands.Config) {
		c.Rules.EndOver, c.Rules.BrakeRemovals, c.Rules.BrakePer = -1, 3, time.Minute
	})
}
