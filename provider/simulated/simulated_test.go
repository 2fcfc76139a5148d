package simulated_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/internal/leaks"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func start(t *testing.T, c simulated.Config) *simulated.Driver {
	t.Helper()
	d, err := simulated.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// order makes an order for someone in a room, as they stand now.
func order(t *testing.T, d *simulated.Driver, a moderation.Action, in, who string) provider.Order {
	t.Helper()
	room, err := d.Room(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	o := provider.Order{Action: a, Room: room}
	if who != "" {
		if o.Participant, err = d.Participant(t.Context(), room, who); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// names lists the people of a room by identity.
func names(t *testing.T, d *simulated.Driver, in string) []string {
	t.Helper()
	room, err := d.Room(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Participants(t.Context(), room, provider.ParticipantQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range page.Participants {
		all = append(all, p.Identity)
	}
	return all
}

func TestStartsWithEightPeopleInTwoRooms(t *testing.T) {
	d := start(t, simulated.Config{})
	chaos := 0
	for _, name := range []string{"standup", "town-hall"} {
		if n := names(t, d, name); len(n) != 4 {
			t.Errorf("%s has %v, want four people", name, n)
		}
		stage, _ := d.Stage(t.Context())
		for _, r := range stage.Rooms {
			for _, p := range r.People {
				if p.Name == "Chaos" && r.Name == name {
					chaos++
				}
			}
		}
	}
	if chaos != 1 {
		t.Errorf("%d people are called Chaos, want one", chaos)
	}
}

func TestCalmPeopleStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := start(t, simulated.Config{Activity: simulated.Calm, Seed: 7})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, changes := d.Stage(ctx)
		time.Sleep(5 * time.Minute)
		if n := names(t, d, "standup"); len(n) != 4 {
			t.Errorf("after five minutes standup has %v", n)
		}
		seen := map[simulated.ChangeKind]int{}
		for len(changes) > 0 {
			seen[(<-changes).Kind]++
		}
		if seen[simulated.Talked] == 0 || seen[simulated.MutedSelf] == 0 || len(seen) != 2 {
			t.Errorf("people did %v, want talking and muting themselves alone", seen)
		}
	})
}

func TestBusyPeopleComeBackUnderNewConnections(t *testing.T) {
	d := start(t, simulated.Config{Activity: simulated.Busy, Seed: 3})
	before := map[string]string{}
	stage, changes := d.Stage(t.Context())
	for _, r := range stage.Rooms {
		for _, p := range r.People {
			before[p.Identity] = p.ID
		}
	}
	for range 200 {
		d.Step()
	}
	joined := 0
	for len(changes) > 0 {
		if c := <-changes; c.Kind == simulated.Joined {
			joined++
			if before[c.Identity] == c.ID {
				t.Errorf("%s came back under the connection %s", c.Identity, c.ID)
			}
		}
	}
	if joined == 0 {
		t.Error("nobody came back in 200 steps")
	}
}

func TestTheSameSeedIsTheSameStory(t *testing.T) {
	story := func() (said []simulated.Change) {
		d := start(t, simulated.Config{Activity: simulated.Busy, Seed: 42})
		_, changes := d.Stage(t.Context())
		for range 50 {
			d.Step()
		}
		for len(changes) > 0 {
			c := <-changes
			c.At = time.Time{}
			said = append(said, c)
		}
		return said
	}
	if diff := cmp.Diff(story(), story()); diff != "" {
		t.Error(diff)
	}
}

func TestComebackAndReopen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := start(t, simulated.Config{Comeback: 4 * time.Second, Reopen: time.Minute})
		kick := order(t, d, moderation.ActionKick, "standup", "chaos")
		if _, err := d.Kick(t.Context(), kick); err != nil {
			t.Fatal(err)
		}
		if n := names(t, d, "standup"); len(n) != 3 {
			t.Fatalf("after the kick standup has %v", n)
		}
		time.Sleep(4*time.Second + time.Millisecond)
		back := order(t, d, moderation.ActionKick, "standup", "chaos")
		if back.Participant.ID == kick.Participant.ID {
			t.Error("Chaos came back under the old connection")
		}
		effect, err := d.Kick(t.Context(), kick)
		if err != nil || len(effect.Says) != 1 || len(names(t, d, "standup")) != 4 {
			t.Errorf("a second kick of the old connection: %v, %v", effect, err)
		}

		if _, err := d.End(t.Context(), order(t, d, moderation.ActionEnd, "town-hall", "")); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Room(t.Context(), "town-hall"); moderation.CodeOf(err) != moderation.CodeNotFound {
			t.Errorf("the ended room: %v", err)
		}
		time.Sleep(time.Minute + time.Millisecond)
		if n := names(t, d, "town-hall"); len(n) != 4 {
			t.Errorf("reopened with %v", n)
		}
	})
}

func TestJournalGoesOnWhereItStopped(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	d, err := simulated.New(simulated.Config{Journal: journal})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		act func(context.Context, provider.Order) (provider.Effect, error)
		o   provider.Order
	}{
		{d.Kick, order(t, d, moderation.ActionKick, "standup", "chaos")},
		{d.Mute, order(t, d, moderation.ActionMute, "standup", "ada")},
		{d.Lock, order(t, d, moderation.ActionLock, "town-hall", "")},
	} {
		if _, err := step.act(t.Context(), step.o); err != nil {
			t.Fatal(err)
		}
	}
	dial := order(t, d, moderation.ActionDial, "standup", "")
	dial.Number, dial.Label = "+16175551212", "reporter"
	if _, err := d.Dial(t.Context(), dial); err != nil {
		t.Fatal(err)
	}
	d.Leave("standup", "dita")
	d.Join("standup", "dita", "Dita")
	before, _ := d.Stage(t.Context())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	after, _ := start(t, simulated.Config{Journal: journal}).Stage(t.Context())
	shape := func(s simulated.Stage) (all []string) {
		for _, r := range s.Rooms {
			for _, p := range r.People {
				all = append(all, r.Name+" "+p.Identity+" "+p.ID)
				if p.IsBlocked(moderation.Audio) {
					all = append(all, "blocked")
				}
			}
			if r.Locked {
				all = append(all, "locked")
			}
		}
		return all
	}
	if diff := cmp.Diff(shape(before), shape(after)); diff != "" {
		t.Error(diff)
	}
}

func TestFaults(t *testing.T) {
	faults, err := simulated.ParseFaults("kick=lost*1, mute=hang rooms=unavailable@50 *=slow:1ms*2")
	if err != nil || len(faults) != 4 || !faults[0].Lost || faults[0].Times != 1 || faults[2].Percent != 50 {
		t.Fatalf("%+v, %v", faults, err)
	}
	for _, bad := range []string{"kick", "kick=explode", "kick=slow:x", "=hang", "kick=hang*0", "kick=hang*x"} {
		if _, err := simulated.ParseFaults(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		d := start(t, simulated.Config{})
		d.Spoil(simulated.Fault{Op: "kick", Lost: true, Times: 1})
		_, err := d.Kick(t.Context(), order(t, d, moderation.ActionKick, "standup", "chaos"))
		if moderation.CodeOf(err) != moderation.CodeOutcomeUnknown || len(names(t, d, "standup")) != 3 {
			t.Errorf("a lost answer: %v, %v", err, names(t, d, "standup"))
		}
		d.Spoil(simulated.Fault{Op: "mute", Hang: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		o := order(t, d, moderation.ActionMute, "standup", "ada")
		if _, err := d.Mute(ctx, o); moderation.CodeOf(err) != moderation.CodeOutcomeUnknown {
			t.Errorf("a hang: %v", err)
		}
		d.Heal()
		if _, err := d.Mute(t.Context(), o); err != nil {
			t.Errorf("healed: %v", err)
		}
	})
}

func TestTypeReadsItsConfiguration(t *testing.T) {
	for name, bad := range map[string]string{
		"rooms": "standup", "tenants": "standup", "seed": "x", "activity": "wild", "comeback": "soon",
		"reopen": "-1s", "faults": "x",
	} {
		for _, f := range simulated.Type.Fields {
			if f.Name == name && f.Check(bad) == "" {
				t.Errorf("%s: %q passes", name, bad)
			}
		}
		if _, err := simulated.Type.Open(t.Context(), provider.Settings{Values: map[string]string{name: bad}}); err == nil {
			t.Errorf("%s: %q opens", name, bad)
		}
	}
	d, err := simulated.Type.Open(t.Context(), provider.Settings{Values: map[string]string{
		"rooms": "big=10000 standup=5", "tenants": "big=acme",
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	room, err := d.Room(t.Context(), "big")
	if err != nil {
		t.Fatal(err)
	}
	if tenant, ok := room.AuthID(); !ok || tenant != "acme" || room.Participants != 10000 {
		t.Errorf("%+v", room)
	}
	count := 0
	q := provider.ParticipantQuery{Limit: 999}
	for {
		page, err := d.Participants(t.Context(), room, q)
		if err != nil {
			t.Fatal(err)
		}
		count += len(page.Participants)
		if page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	if count != 10000 {
		t.Errorf("paged through %d people", count)
	}
}
