package commands_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// onTwo puts a second provider beside the first, with rooms of the same names.
func onTwo(st *stage, c *commands.Config) {
	other, err := simulated.New(simulated.Config{Seed: 2})
	if err != nil {
		st.t.Fatal(err)
	}
	st.t.Cleanup(func() { _ = other.Close() })
	c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", st.sim), provider.NewClient("alt", "simulated", other))
}

// Who may ban for a day may neither lift nor shorten a ban of more than that,
// by no way there is.
func TestALongerBanStands(t *testing.T) {
	for _, length := range []string{"permanent", "3d"} {
		st := newStage(t)
		st.typed(owner, "ban standup chaos "+length)
		banned := st.lastCase()
		for name, answer := range map[string]commands.Answer{
			"lift":    st.typed(moderator, "unban standup chaos"),
			"undo":    st.typed(moderator, "undo 1"),
			"button":  st.pressed(moderator, "unban", commands.Args{commands.ArgRoom: "sim:standup", commands.ArgPerson: "chaos"}),
			"shorten": st.typed(moderator, "ban standup chaos 1h"),
		} {
			if n, ok := answer.(commands.Notice); !ok || n.Tone != commands.Refusal || n.Case == 0 {
				t.Errorf("%s, %s: %s", length, name, said(t, answer))
			}
		}
		page, ok := st.typed(moderator, "bans").(commands.MeasurePage)
		if !ok || len(page.Rows) != 1 || len(page.Rows[0].Offers) != 0 || !page.Rows[0].Measure.Until.Equal(banned.Until) {
			t.Errorf("%s: %+v", length, page)
		}
		st.typed(owner, "ban standup chaos 1h")
		if said := said(t, st.typed(moderator, "unban standup chaos")); !strings.Contains(said, "may come back") {
			t.Errorf("%s, shortened by the owner: %s", length, said)
		}
		st.typed(owner, "ban standup chaos "+length)
		if said := said(t, st.typed(owner, "unban standup chaos")); !strings.Contains(said, "may come back") {
			t.Errorf("%s: the owner: %s", length, said)
		}
	}
}

// crowded is a provider of many rooms each of which takes a while to read; one of
// them has ended since it was listed.
type crowded struct{ *simulated.Driver }

const crowd = 120

func (d crowded) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	if room.Name == "crowd-7" {
		return provider.ParticipantPage{}, moderation.Errorf(moderation.CodeNotFound, "the room has ended")
	}
	time.Sleep(200 * time.Millisecond)
	return d.Driver.Participants(ctx, room, q)
}

// A ban everywhere finds someone among many rooms, of which some end meanwhile.
func TestABanOfManyRooms(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		for i := range crowd {
			st.sim.Open(simulated.RoomPlan{Name: fmt.Sprintf("crowd-%d", i)})
		}
		st.sim.Join("crowd-100", "mallory", "M")
		if a, ok := st.typed(owner, "ban sim:* M 1h").(commands.CaseAnswer); !ok || a.Case.Participant != "mallory" {
			t.Fatalf("answer %+v", a)
		}
		if _, there := st.person("crowd-100", "mallory"); there {
			t.Error("mallory is still there")
		}
	}, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", crowded{st.sim}))
	})
}

// A ban whose lifting is taken back ends when it would have ended.
func TestUndoOfALiftedBan(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "ban standup chaos 3d")
		until := st.lastCase().Until
		pass(time.Hour)
		st.typed(owner, "unban standup chaos")
		if lifted := st.lastCase(); lifted.Inverts != 1 {
			t.Errorf("the lifting: %+v", lifted)
		}
		if got := said(t, st.typed(owner, "undo 2")); !strings.Contains(got, "is banned") {
			t.Fatal(got)
		}
		if off := st.lastCase().Until.Sub(until); off.Abs() > 2*time.Second {
			t.Errorf("ends %s later than it did", off)
		}
	})
}

// What a moderator has let pass, a moderator may take back, however long it waited.
func TestARequestedBanIsLifted(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(viewer, "request standup chaos ban spam")
		pass(20 * time.Minute)
		st.pressed(moderator, "approve", commands.Args{commands.ArgCase: "1"})
		c := st.cases()[0]
		if c.Outcome != moderation.Succeeded {
			t.Fatalf("case %+v", c)
		}
		if m := st.measures(); len(m) != 1 || c.Until.IsZero() || !c.Until.Equal(m[0].Until) {
			t.Errorf("the case says until %s, and it holds %+v", c.Until, m)
		}
		if got := said(t, st.typed(moderator, "undo 1")); !strings.Contains(got, "may come back") {
			t.Error(got)
		}
	})
}

// A word for a room to which two answer asks which, also where only one of them
// carries what is to be lifted.
func TestLiftingAsksWhichRoom(t *testing.T) {
	st := newStage(t, onTwo)
	st.typed(owner, "ban sim:standup chaos 1h")
	st.typed(owner, "lock alt:standup")
	for _, line := range []string{"unban standup chaos", "unlock standup"} {
		c, ok := st.typed(owner, line).(commands.Candidates)
		if !ok || len(c.Options) != 2 || c.Arg != commands.ArgRoom {
			t.Errorf("%s: %+v", line, c)
		}
	}
	if got := said(t, st.typed(owner, "unlock alt:standup")); !strings.Contains(got, "open again") {
		t.Error(got)
	}
}

// A lock on a room that the caller may not list does not stand for the room of
// that name that they may.
func TestLiftingSeesNoHiddenRoom(t *testing.T) {
	st := newStage(t, onTwo)
	st.grant("U0LOCAL", moderation.Moderator, "sim:*")
	st.typed(owner, "lock alt:standup")
	if got := said(t, st.typed("U0LOCAL", "unlock standup")); !strings.Contains(got, "sim:standup") || strings.Contains(got, "There is no room") {
		t.Error(got)
	}
	if got := said(t, st.typed("U0LOCAL", "unlock alt:standup")); !strings.Contains(got, "There is no room alt:standup") {
		t.Error(got)
	}
}

// A ban of one of two who share a name is lifted for the one who is chosen; whom
// it is about is told to none who may not lift it.
func TestLiftingAsksWhoIsMeant(t *testing.T) {
	st := newStage(t)
	st.sim.Join("standup", "chaos-2", "Chaos")
	st.typed(owner, "ban standup chaos 1h")
	st.typed(owner, "ban standup chaos-2 1h")
	if n, ok := st.typed(viewer, "unban standup Chaos").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("a viewer: %+v", n)
	}
	c, ok := st.typed(owner, "unban standup Chaos").(commands.Candidates)
	if !ok || len(c.Options) != 2 || c.Arg != commands.ArgPerson {
		t.Fatalf("%+v", c)
	}
	c.Args[c.Arg] = "chaos-2"
	st.pressed(owner, c.Command, c.Args)
	if m := st.measures(); len(m) != 1 || m[0].Identity != "chaos" {
		t.Errorf("there stands %+v", m)
	}
}

// A pin that another has replaced is not taken back, and takes nothing with it.
func TestReplacedPin(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "pin standup ben")
	st.typed(owner, "pin standup ada")
	if first := st.cases()[0]; first.UndoneCase != 2 {
		t.Errorf("the first pin: %+v", first)
	}
	st.typed(owner, "unpin standup ben")
	if second := st.cases()[1]; second.UndoneBy != "" {
		t.Errorf("the second pin is undone: %+v", second)
	}
	if ada, _ := st.person("standup", "ada"); !ada.Pinned {
		t.Error("Ada is not pinned")
	}
	st.typed(owner, "pin standup ben")
	if ben, _ := st.person("standup", "ben"); !ben.Pinned {
		t.Error("Ben is not pinned again")
	}
}

// What has ended by itself does not stand against doing it again at once.
func TestAgainAfterItsEnd(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos 2s")
		pass(3 * time.Second)
		if page, ok := st.typed(owner, "list standup").(commands.RoomPage); !ok || page.People[2].Last != nil {
			t.Errorf("shown as muted: %+v", page.People[2].Last)
		}
		if got := said(t, st.typed(owner, "mute standup chaos 2s")); !strings.Contains(got, "is muted until") {
			t.Error(got)
		}
	})
}

// A request that is approved is told of the person and room that it came to,
// shows as done only once it is, and can be taken back.
func TestApprovedRequestKnowsItsRoom(t *testing.T) {
	st := newStage(t)
	st.typed(nobody, "request sim:standup ada mute talks")
	if page, ok := st.typed(owner, "list standup").(commands.RoomPage); !ok || page.People[0].Last != nil {
		t.Errorf("asked for, and shown as done: %+v", page.People[0].Last)
	}
	st.pressed(moderator, "approve", commands.Args{commands.ArgCase: "1"})
	c := st.lastCase()
	if c.RoomID == "" || c.ParticipantName != "Ada" || c.ParticipantID == "" {
		t.Errorf("case %+v", c)
	}
	if got := said(t, st.typed(moderator, "undo 1")); !strings.Contains(got, "may speak again") {
		t.Error(got)
	}
}

// The case of a press on a hidden room names the person, not the connection that
// the button carries; what is told of a case takes the right to undo it.
func TestHiddenPress(t *testing.T) {
	st := newStage(t)
	chaos, _ := st.person("standup", "chaos")
	room, err := st.sim.Room(t.Context(), "standup")
	if err != nil {
		t.Fatal(err)
	}
	st.pressed(nobody, "kick", commands.Args{commands.ArgRoom: "sim:" + room.ID, commands.ArgPerson: chaos.ID})
	if c := st.lastCase(); c.Outcome != moderation.Refused || c.Participant != "chaos" || c.ParticipantID != chaos.ID {
		t.Errorf("case %+v", c)
	}
	n, ok := st.typed(viewer, "undo 1").(commands.Notice)
	if !ok || n.Tone != commands.Refusal || strings.Contains(said(t, n), "changed nothing") {
		t.Errorf("told %s", said(t, n))
	}
}

// A word that was typed for someone in a hidden room is their identity in the case
// where it names them, and none where it names nobody.
func TestHiddenWord(t *testing.T) {
	st := newStage(t)
	st.grant("U0LOCAL", moderation.Moderator, "sim:standup")
	for word, want := range map[string]string{"emil": "emil", "Emil": "emil", "EMIL": "emil", "nosuch": ""} {
		st.typed("U0LOCAL", "kick town-hall "+word)
		if c := st.lastCase(); c.Room != "town-hall" || c.Participant != want || c.ParticipantName == "" {
			t.Errorf("%s: %q, shown as %q", word, c.Participant, c.ParticipantName)
		}
	}
}

// A dialled call is known by its label from then on.
func TestDialledLabel(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "dial standup +16175551212 customer")
	if c := st.lastCase(); c.Participant != "customer" || c.ParticipantID == "" {
		t.Errorf("case %+v", c)
	}
}

// What stands is taken back from the home in one press.
func TestHomeLiftsWhatStands(t *testing.T) {
	st := newStage(t)
	for _, line := range []string{"coach standup ada dita", "hold standup ben", "mute standup chaos", "pin standup dita", "lock standup", "ban town-hall emil"} {
		st.typed(owner, line)
	}
	home := st.Home(t.Context(), by(owner))
	if len(home.Measures) != 6 {
		t.Fatalf("%d stand", len(home.Measures))
	}
	for _, m := range home.Measures {
		for _, o := range m.Offers {
			if a, ok := st.pressed(owner, o.Command, o.Args).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
				t.Errorf("%s: %+v", o.Command, a)
			}
		}
	}
	if home = st.Home(t.Context(), by(owner)); len(home.Measures) != 0 {
		t.Errorf("still: %+v", home.Measures)
	}
}

// In a dialog whose room's name two rooms have, the people of both are offered,
// and whom one chooses says which room was meant.
func TestChosenPersonTellsTheRoom(t *testing.T) {
	st := newStage(t, onTwo)
	offered := st.SuggestPeople(t.Context(), by(owner), "standup", "chaos", 100)
	if len(offered) != 2 || !strings.Contains(offered[1].Label, "alt:standup") {
		t.Fatalf("offered %+v", offered)
	}
	submit := func(person string) commands.Answer {
		return st.Do(t.Context(), commands.Invocation{
			Caller: by(owner), Source: commands.FromDialog, Command: "kick", Key: st.key(),
			Args: commands.Args{commands.ArgRoom: "standup", commands.ArgPerson: person},
		})
	}
	if _, asks := submit("chaos").(commands.Candidates); !asks {
		t.Error("an identity that both have was taken for one")
	}
	if a, ok := submit(offered[1].Value).(commands.CaseAnswer); !ok || a.Case.Provider != "alt" {
		t.Errorf("answer %+v", a)
	}
}
