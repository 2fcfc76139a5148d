package commands_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

// clocked runs f on a clock that the test turns; nothing else runs.
func clocked(t *testing.T, config simulated.Config, f func(t *testing.T, st *stage), options ...stageOption) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		sim, err := simulated.New(config)
		if err != nil {
			t.Fatal(err)
		}
		f(t, newStageOn(t, path, sim, options...))
	})
}

// running is clocked, beside Service.Run.
func running(t *testing.T, config simulated.Config, f func(t *testing.T, st *stage), options ...stageOption) {
	t.Helper()
	clocked(t, config, func(t *testing.T, st *stage) {
		defer st.run()()
		f(t, st)
	}, options...)
}

// run starts Service.Run and returns what stops it.
func (st *stage) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- st.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			st.t.Error(err)
		}
	}
}

// pass lets time pass, and what is due then be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func notes(c moderation.Case) string {
	var all []string
	for _, n := range c.Notes {
		all = append(all, n.Text)
	}
	return strings.Join(all, "|")
}

// A mute with a time ends by itself, across a restart, and its case says so.
func TestMuteEndsByItself(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		a, ok := st.typed(owner, "mute standup chaos 10m loud").(commands.CaseAnswer)
		if !ok || a.Case.Until.IsZero() {
			t.Fatalf("answer %+v", a)
		}
		pass(9 * time.Minute)
		if p, _ := st.person("standup", "chaos"); !p.IsBlocked(moderation.Audio) {
			t.Error("the mute ended early")
		}
		pass(time.Minute + time.Second)
		if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
			t.Error("the mute did not end")
		}
		if c := st.cases()[0]; !c.Expired {
			t.Errorf("case %+v", c)
		}
		if n := len(st.cases()); n != 1 {
			t.Errorf("%d cases", n)
		}
	})
}

// A mute that was lifted or lengthened before does not end at its first time.
func TestMuteLengthened(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos 10m")
		pass(time.Minute)
		if a, ok := st.typed(owner, "mute standup chaos 1h").(commands.CaseAnswer); !ok {
			t.Fatalf("answer %+v", a)
		}
		pass(30 * time.Minute)
		if p, _ := st.person("standup", "chaos"); !p.IsBlocked(moderation.Audio) {
			t.Error("the mute ended at its first time")
		}
		pass(31 * time.Minute)
		if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
			t.Error("the mute did not end")
		}
		if first, second := st.cases()[0], st.cases()[1]; first.Expired || !second.Expired {
			t.Errorf("cases %+v and %+v", first, second)
		}
	})
}

// A while after a kick the case says whether it lasted.
func TestVerified(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "kick standup chaos")
		st.typed(owner, "mute standup ben")
		pass(11 * time.Second)
		if got := notes(st.cases()[0]); !strings.Contains(got, "still gone after 10 s") {
			t.Errorf("notes %q", got)
		}
		if got := notes(st.cases()[1]); !strings.Contains(got, "still so after 10 s") {
			t.Errorf("notes %q", got)
		}
	})
	running(t, simulated.Config{Comeback: 4 * time.Second}, func(t *testing.T, st *stage) {
		st.typed(owner, "kick standup chaos")
		pass(11 * time.Second)
		if got := notes(st.cases()[0]); !strings.Contains(got, "Came back after 4 s") {
			t.Errorf("notes %q", got)
		}
		// Who came back is somebody to kick again.
		if a, ok := st.typed(owner, "kick standup chaos").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Errorf("again: %+v", a)
		}
	})
}

// Who is banned is put out at every return, and the returns do not flood the audit.
func TestBanHolds(t *testing.T) {
	running(t, simulated.Config{Comeback: 3 * time.Second}, func(t *testing.T, st *stage) {
		st.typed(owner, "ban standup chaos 1h spam")
		for range 20 {
			pass(9 * time.Second) // back after 3 s, and out again within 5
		}
		var kicks int
		for _, c := range st.cases() {
			if c.Action == moderation.ActionKick && c.Actor == "system" && strings.Contains(c.Reason, "case 1") {
				kicks++
			}
		}
		if kicks < 2 || kicks > 4 {
			t.Errorf("%d cases in three minutes, want one a minute", kicks)
		}
		pass(time.Hour)
		if _, there := st.person("standup", "chaos"); !there {
			t.Error("Chaos is kept out after the ban's end")
		}
		if c := st.cases()[0]; !c.Expired {
			t.Errorf("case %+v", c)
		}
	})
}

// A ban holds for someone who was never there, and everywhere at a provider.
func TestBanBeforehand(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		if a, ok := st.typed(owner, "ban sim:* mallory permanent known").(commands.CaseAnswer); !ok || a.Case.Room != "*" {
			t.Fatalf("answer %+v", a)
		}
		st.sim.Join("town-hall", "mallory", "Nice Name")
		pass(6 * time.Second)
		if _, there := st.person("town-hall", "mallory"); there {
			t.Error("mallory got in")
		}
		if p, ok := st.typed(owner, "bans").(commands.MeasurePage); !ok || len(p.Rows) != 1 {
			t.Errorf("bans %+v", p)
		}
		if a, ok := st.typed(owner, "unban sim:* mallory").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Errorf("unban: %+v", a)
		}
		st.sim.Join("town-hall", "mallory", "Nice Name")
		pass(6 * time.Second)
		if _, there := st.person("town-hall", "mallory"); !there {
			t.Error("mallory is kept out without a ban")
		}
	})
}

// A hint from the provider is faster than the round.
func TestHint(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "ban standup mallory 1h")
		pass(6 * time.Second)
		room, err := st.sim.Room(t.Context(), "standup")
		if err != nil {
			t.Fatal(err)
		}
		st.sim.Join("standup", "mallory", "M")
		st.Hint("sim", room.ID)
		synctest.Wait()
		if _, there := st.person("standup", "mallory"); there {
			t.Error("mallory is still there")
		}
	})
}

// reading counts how often the people of each room are read.
type reading struct {
	*simulated.Driver
	rooms *sync.Map // name to *atomic.Int64
}

func (r reading) Participants(ctx context.Context, room moderation.Room, q provider.ParticipantQuery) (provider.ParticipantPage, error) {
	count, _ := r.rooms.LoadOrStore(room.Name, new(atomic.Int64))
	count.(*atomic.Int64).Add(1)
	return r.Driver.Participants(ctx, room, q)
}

// What a provider says of one room makes nobody look at another, and keeps the
// round from none.
func TestHintsAreOfTheirRoom(t *testing.T) {
	var rooms sync.Map
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "lock standup")
		pass(patrolRound)
		read := func() int64 {
			count, _ := rooms.Load("standup")
			return count.(*atomic.Int64).Load()
		}
		before := read()
		st.sim.Join("standup", "mallory", "M")
		const rounds, hints = 3, 50
		for range rounds * hints {
			st.Hint("sim", "town-hall")
			pass(patrolRound / hints)
		}
		if n := read() - before; n < rounds-1 || n > 3*rounds {
			t.Errorf("standup was read %d times in %d rounds", n, rounds)
		}
		if _, there := st.person("standup", "mallory"); there {
			t.Error("mallory is still there")
		}
	}, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", reading{st.sim, &rooms}))
	})
}

// patrolRound is how often rooms that carry measures are looked at.
const patrolRound = 5 * time.Second

// A panic in one piece of work that nobody asked for ends neither the program nor
// the others.
func TestPanicWhileSettling(t *testing.T) {
	clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.append(st.intended("kick", "standup", "chaos", ""))
		st.append(st.intended("mute", "standup", "dita", moderation.Audio))
		time.Sleep(time.Second)
		config := st.Config
		config.AuditChannels = func(c moderation.Case) []string {
			if c.Action == moderation.ActionKick {
				panic("a fault of the program")
			}
			return nil
		}
		again := &stage{Service: commands.New(config), t: t, store: st.store, sim: st.sim}
		stop := again.run()
		pass(time.Second)
		stop()
		if all := st.cases(); all[0].Outcome != moderation.Intended || all[1].Outcome != moderation.Failed {
			t.Errorf("settled as %s and %s", all[0].Outcome, all[1].Outcome)
		}
	})
}

// What keeps presses from acting twice is forgotten when none can come any more.
func TestOldGuardsAreForgotten(t *testing.T) {
	clocked(t, simulated.Config{}, func(t *testing.T, st *stage) {
		kept := func() (count int) {
			for _, collection := range []string{"guards", "done"} {
				err := st.store.View(t.Context(), func(tx store.Tx) error {
					return tx.ScanDocuments(collection, "", "", func(string, []byte) (bool, error) { count++; return true, nil })
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			return count
		}
		st.typed(owner, "kick standup chaos")
		st.typed(owner, "note 1 loud")
		time.Sleep(23 * time.Hour)
		st.typed(owner, "kick standup ben")
		if n := kept(); n != 3 {
			t.Errorf("%d are kept at first", n)
		}
		time.Sleep(2 * time.Hour)
		stop := st.run()
		pass(2 * time.Minute)
		stop()
		if n := kept(); n != 1 {
			t.Errorf("%d are kept after a day", n)
		}
	})
}

// Where a provider has no lock, newcomers are put out again; who was inside
// may come back.
func TestLockKept(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		if a, ok := st.typed(owner, "lock standup").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Fatalf("answer %+v", a)
		}
		if n, ok := st.typed(moderator, "lock standup").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
			t.Errorf("again: %+v", n)
		}
		st.sim.Join("standup", "late", "Late")
		st.sim.Leave("standup", "ben")
		st.sim.Join("standup", "ben", "Ben")
		pass(6 * time.Second)
		room, err := st.sim.Room(t.Context(), "standup")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.sim.Participant(t.Context(), room, "late"); err == nil {
			t.Error("Late got in")
		}
		if _, err := st.sim.Participant(t.Context(), room, "ben"); err != nil {
			t.Error("Ben was put out, who had been inside")
		}
		if p, ok := st.typed(owner, "list standup").(commands.RoomPage); !ok || !p.Room.Locked {
			t.Errorf("list %+v", p)
		}
		st.typed(owner, "unlock standup")
		st.sim.Join("standup", "late", "Late")
		pass(6 * time.Second)
		if _, err := st.sim.Participant(t.Context(), room, "late"); err != nil {
			t.Error("Late is kept out of an open room")
		}
	}, onPlain)
}

// A mute goes on for who leaves and comes back.
func TestMuteMeetsReturn(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		st.typed(owner, "mute standup chaos")
		st.sim.Leave("standup", "chaos")
		st.sim.Join("standup", "chaos", "Chaos")
		pass(6 * time.Second)
		if p, _ := st.person("standup", "chaos"); !p.IsBlocked(moderation.Audio) {
			t.Error("a return undid the mute")
		}
		st.typed(owner, "unmute standup chaos")
		st.sim.Leave("standup", "chaos")
		st.sim.Join("standup", "chaos", "Chaos")
		pass(6 * time.Second)
		if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
			t.Error("a mute that was lifted came back")
		}
	})
}

// A mute of someone who has left can be lifted, and does not meet their return.
func TestLiftForAbsent(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		for _, lift := range []string{"unmute standup chaos", "undo 3"} {
			st.typed(owner, "mute standup chaos")
			st.sim.Leave("standup", "chaos")
			pass(15 * time.Second)
			if a, ok := st.typed(owner, lift).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
				t.Fatalf("%s: %+v", lift, a)
			}
			st.sim.Join("standup", "chaos", "Chaos")
			pass(6 * time.Second)
			if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
				t.Errorf("%s: muted at the return", lift)
			}
		}
		if n, ok := st.typed(owner, "unmute standup ghost").(commands.Notice); !ok || n.Code != moderation.CodeNotFound {
			t.Errorf("nobody: %+v", n)
		}
	})
}
