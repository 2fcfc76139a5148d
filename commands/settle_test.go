package commands_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

// An answer that was lost is settled by a look at the room: at once where the
// room shows it, after a while where it does not.
func TestUnknownIsSettled(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "kick", Times: 1, Lost: true})
		a, ok := st.typed(owner, "kick standup chaos").(commands.CaseAnswer)
		if !ok || a.Tone != commands.Done || !strings.Contains(said(t, a), "A look at the room") {
			t.Errorf("answer %+v", a)
		}
	})
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "kick", Times: 1, Hang: true})
		began := time.Now()
		a, ok := st.typed(owner, "kick standup chaos").(commands.CaseAnswer)
		if !ok || a.Tone != commands.Waiting || a.Case.Outcome != moderation.Unknown {
			t.Fatalf("answer %+v", a)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the caller waited %v", took)
		}
		pass(10 * time.Second)
		if c := st.cases()[0]; c.Outcome != moderation.Failed {
			t.Errorf("settled as %s: %s", c.Outcome, c.Text)
		}
	})
	// An order that hung may be carried out after all.
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "kick", Times: 1, Hang: true})
		st.typed(owner, "kick standup chaos")
		pass(1500 * time.Millisecond)
		st.sim.Leave("standup", "chaos")
		pass(10 * time.Second)
		if c := st.cases()[0]; c.Outcome != moderation.Succeeded {
			t.Errorf("settled as %s: %s", c.Outcome, c.Text)
		}
	})
}

// A mute whose answer was lost, or that only a start after a crash finds done,
// gives back what was there before it and no more.
func TestWhatAMuteTookOutlivesItsAnswer(t *testing.T) {
	for name, fault := range map[string]simulated.Fault{
		"lost": {Op: "mute", Times: 1, Lost: true}, "late": {Op: "mute", Times: 1, Lost: true, Delay: 5 * time.Second},
	} {
		running(t, simulated.Config{}, func(t *testing.T, st *stage) {
			before, _ := st.person("standup", "ben")
			if sends, muted := before.Sends(moderation.Audio); !sends || !muted {
				t.Fatalf("Ben speaks: %+v", before)
			}
			st.sim.Spoil(fault)
			if name == "late" { // as a crash does: nothing is known but the intent
				st.sim.Spoil(simulated.Fault{Op: "participant", Times: 2, Code: moderation.CodeUnavailable})
			}
			st.typed(owner, "mute standup ben")
			pass(20 * time.Second)
			if c := st.cases()[0]; c.Outcome != moderation.Succeeded {
				t.Fatalf("%s: settled as %s: %s", name, c.Outcome, c.Text)
			}
			st.typed(owner, "unmute standup ben")
			if after, _ := st.person("standup", "ben"); after.IsBlocked(moderation.Audio) || !after.Tracks[0].Muted {
				t.Errorf("%s: given back too much or too little: %+v", name, after)
			}
		})
	}
}

// What replaces a measure holds as it was asked for, also where only a look tells
// that it was done; where it was not, the one before it still holds.
func TestReplacedMeasureOutlivesALostAnswer(t *testing.T) {
	for _, test := range []struct {
		op, before, after string
		holds             func(m commands.Measure) bool
	}{
		{"pin", "pin standup ben", "pin standup ada", func(m commands.Measure) bool { return m.Identity == "ada" && m.Name == "Ada" }},
		{"coach", "coach standup ada ben", "coach standup ada chaos", func(m commands.Measure) bool { return m.Listener == "chaos" }},
		{"mute_all", "mute-all standup except ada", "mute-all standup", func(m commands.Measure) bool { return len(m.Except) == 0 && len(m.Inside) == 4 }},
	} {
		for _, done := range []bool{true, false} {
			running(t, simulated.Config{}, func(t *testing.T, st *stage) {
				st.typed(owner, test.before)
				st.sim.Spoil(simulated.Fault{Op: test.op, Times: 1, Hang: true})
				st.typed(owner, test.after)
				if done { // it was on its way all the same
					st.replay(t)
				}
				pass(5 * time.Minute)
				all := st.measures()
				switch c := st.cases()[1]; {
				case len(all) != 1 || c.Outcome.Open():
					t.Errorf("%s, done %v: %s, measures %+v", test.op, done, c.Outcome, all)
				case c.Outcome == moderation.Failed:
					if done || all[0].Case != 1 || test.holds(all[0]) {
						t.Errorf("%s, done %v: failed, and there stands %+v", test.op, done, all[0])
					}
				case all[0].Case != 2 || !test.holds(all[0]):
					t.Errorf("%s, done %v: %s, and there stands %+v", test.op, done, c.Outcome, all[0])
				case test.op == "pin" && st.cases()[0].UndoneCase != 2:
					t.Errorf("the pin that was replaced: %+v", st.cases()[0])
				}
			})
		}
	}
}

// replay does at the provider what hung on its way: the last case's order.
func (st *stage) replay(t *testing.T) {
	t.Helper()
	room, err := st.sim.Room(t.Context(), "standup")
	if err != nil {
		t.Fatal(err)
	}
	c := st.lastCase()
	order := orderFor(c, room)
	switch c.Action {
	case moderation.ActionPin:
		_, err = st.sim.Pin(t.Context(), order)
	case moderation.ActionCoach:
		order.Listener, _ = st.person("standup", "chaos")
		_, err = st.sim.Coach(t.Context(), order)
	default:
		_, err = st.sim.MuteAll(t.Context(), order)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// measures returns everything that stands.
func (st *stage) measures() (all []commands.Measure) {
	st.t.Helper()
	err := st.store.View(context.Background(), func(tx store.Tx) (err error) {
		all, err = commands.Measures.All(tx, "")
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return all
}

// Settings that show in the room are settled by a look at it.
func TestSettingsAreSettled(t *testing.T) {
	for _, test := range []struct {
		fault simulated.Fault
		words string
		want  moderation.Outcome
	}{
		{simulated.Fault{Op: "set", Times: 1, Lost: true}, "end_conference_on_exit=true", moderation.Succeeded},
		{simulated.Fault{Op: "set", Times: 1, Hang: true}, "end_conference_on_exit=true", moderation.Failed},
		{simulated.Fault{Op: "set", Times: 1, Hang: true}, "end_conference_on_exit=true beep_on_exit=true", moderation.Failed},
		{simulated.Fault{Op: "set", Times: 1, Lost: true}, "beep_on_exit=true", moderation.Unknown},
	} {
		running(t, simulated.Config{}, func(t *testing.T, st *stage) {
			st.sim.Spoil(test.fault)
			st.typed(owner, "set standup ben "+test.words)
			pass(20 * time.Second)
			if c := st.cases()[0]; c.Outcome != test.want {
				t.Errorf("%s, %+v: %s", test.words, test.fault, c.Outcome)
			} else if c.Outcome == moderation.Unknown && !strings.Contains(c.Text, "Ask for the same again") {
				t.Errorf("nobody is told what to do next: %s", c.Text)
			}
		})
	}
}

// A room that cannot be looked at is looked at again, and at last given up.
func TestUnknownStays(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "kick", Times: 1, Hang: true})
		st.typed(owner, "kick standup chaos")
		st.sim.Leave("standup", "chaos")
		st.sim.Spoil(simulated.Fault{Op: "participant", Code: moderation.CodeUnavailable})
		pass(time.Hour)
		if c := st.cases()[0]; c.Outcome != moderation.Unknown {
			t.Fatalf("case %+v", c)
		}
		st.sim.Heal()
		pass(6 * time.Minute)
		if c := st.cases()[0]; c.Outcome != moderation.Succeeded {
			t.Errorf("settled as %s: %s", c.Outcome, c.Text)
		}
	})
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "announce", Times: 1, Lost: true})
		st.typed(owner, "announce standup hello everyone")
		pass(time.Hour)
		if c := st.cases()[0]; c.Outcome != moderation.Unknown || !strings.Contains(c.Text, "could not be told") {
			t.Errorf("case %+v", c)
		}
	})
}

// A caller who leaves does not take the outcome along.
func TestCallerLeaves(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "kick", Times: 1, Delay: 5 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a, ok := st.Do(ctx, commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "kick", Text: "standup chaos"}).(commands.CaseAnswer)
		if !ok || a.Tone != commands.Waiting {
			t.Fatalf("answer %+v", a)
		}
		pass(5 * time.Second)
		if c := st.cases()[0]; c.Outcome != moderation.Succeeded {
			t.Errorf("case %+v", c)
		}
	})
}

// What an earlier run left open is settled at the start, whether the provider
// had been reached or not.
func TestSettledAtStart(t *testing.T) {
	for name, test := range map[string]struct {
		done bool
		want moderation.Outcome
	}{
		"before the provider was asked": {false, moderation.Failed},
		"after the provider had done":   {true, moderation.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
				for _, r := range []moderation.Record{
					st.intended("kick", "standup", "chaos", ""), st.intended("mute", "standup", "dita", moderation.Audio),
					st.intended("ban", "standup", "ben", ""), st.intended("end", "town-hall", "", ""),
				} {
					st.append(r)
				}
				if test.done {
					st.carriedOut(t)
				}
				time.Sleep(time.Second)
				again := &stage{Service: commands.New(st.Config), t: t, store: st.store, sim: st.sim}
				stop := again.run()
				pass(time.Second)
				for i, c := range st.cases() {
					want := test.want
					if c.Action == moderation.ActionBan {
						want = moderation.Succeeded // the ban stands since its intent
					}
					if i < 4 && c.Outcome != want {
						t.Errorf("%s settled as %s: %s", c.Action, c.Outcome, c.Text)
					}
				}
				stop()
			})
		})
	}
}

// What was sent to a provider that has gone from the configuration since is not
// called undone; it is settled when the provider is there again.
func TestUnknownWhileItsProviderIsGone(t *testing.T) {
	clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.append(st.intended("kick", "standup", "chaos", ""))
		st.carriedOut(t)
		for _, run := range []struct {
			providers *provider.Set
			lasts     time.Duration
			want      moderation.Outcome
		}{
			{provider.NewSet(), time.Minute, moderation.Unknown},
			{st.Providers, 10 * time.Minute, moderation.Succeeded},
		} {
			time.Sleep(time.Second)
			config := st.Config
			config.Providers = run.providers
			again := &stage{Service: commands.New(config), t: t, store: st.store, sim: st.sim}
			stop := again.run()
			pass(run.lasts)
			stop()
			if c := st.cases()[0]; c.Outcome != run.want {
				t.Errorf("settled as %s: %s", c.Outcome, c.Text)
			}
		}
	})
}

// intended is the record that a crash leaves.
func (st *stage) intended(action moderation.Action, room, who string, m moderation.Media) moderation.Record {
	st.t.Helper()
	r, err := st.sim.Room(context.Background(), room)
	if err != nil {
		st.t.Fatal(err)
	}
	record := moderation.Record{
		Kind: moderation.RecordIntended, At: time.Now().UTC(), Actor: owner, Action: action, Provider: "sim",
		Room: r.Name, RoomID: r.ID, Details: moderation.Details{Key: string(action), Media: m},
	}
	if p, ok := st.person(room, who); ok {
		record.Words = moderation.Words{Participant: p.Identity, ParticipantID: p.ID, ParticipantName: p.Name}
	}
	return record
}

func (st *stage) append(r moderation.Record) {
	st.t.Helper()
	err := st.store.Update(context.Background(), func(tx store.Tx) error {
		_, _, err := tx.AppendRecord(r)
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
}

// carriedOut does at the provider what the intents say.
func (st *stage) carriedOut(t *testing.T) {
	t.Helper()
	client, _ := st.Providers.Get("sim")
	for _, c := range st.cases() {
		room := moderation.Room{Provider: "sim", ID: c.RoomID, Name: c.Room}
		order := orderFor(c, room)
		if c.Action == moderation.ActionBan {
			order.Action = moderation.ActionKick
		}
		if _, err := client.Act(t.Context(), order); err != nil {
			t.Fatal(err)
		}
	}
}

// A provider that hangs while it is read gets a clear answer in time, and makes no case.
func TestReadHangs(t *testing.T) {
	for _, op := range []string{"room", "participant", "participants"} {
		running(t, simulated.Config{}, func(t *testing.T, st *stage) {
			st.sim.Spoil(simulated.Fault{Op: op, Hang: true})
			for _, line := range []string{"kick standup chaos", "list standup", "mute-all standup"} {
				began := time.Now()
				n, ok := st.typed(owner, line).(commands.Notice)
				if took := time.Since(began); ok && (n.Code != moderation.CodeUnavailable || took > 15*time.Second) {
					t.Errorf("%s, %s hangs: %s after %v", line, op, said(t, n), took)
				}
			}
			for _, c := range st.cases() {
				if c.Action == moderation.ActionKick && c.Outcome != moderation.Succeeded {
					t.Errorf("%s hangs: case %+v", op, c)
				}
			}
			began := time.Now()
			st.typed(owner, "list")
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("the list took %v", took)
			}
		})
	}
}

// An outcome that stays unknown keeps nobody from trying again.
func TestUnknownHoldsNobodyUp(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.sim.Spoil(simulated.Fault{Op: "announce", Times: 1, Lost: true})
		st.typed(owner, "announce standup hello everyone")
		if n, ok := st.typed(moderator, "announce standup hello everyone").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
			t.Errorf("at once: %+v", n)
		}
		pass(11 * time.Minute)
		if a, ok := st.typed(moderator, "announce standup hello everyone").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Errorf("later: %+v", a)
		}
	})
}
