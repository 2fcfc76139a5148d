package commands_test

import (
	"context"
	"errors"
	"strings"
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

// broken is a store that takes no writes.
type broken struct{ store.Store }

func (broken) Update(context.Context, func(store.Tx) error) error { return errors.New("disk full") }

// Where the store does not take the intent, nothing is done and the caller is told.
func TestStoreFails(t *testing.T) {
	st := newStage(t)
	st.Store = broken{st.Store}
	for _, line := range []string{"kick standup chaos", "kick nowhere chaos", "ban standup chaos", "note 1 x"} {
		n, ok := st.typed(owner, line).(commands.Notice)
		if !ok || n.Tone != commands.Failure {
			t.Errorf("%s: %+v", line, n)
		}
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed without a record")
	}
}

// halfway mutes some and not others.
type halfway struct{ *simulated.Driver }

func (h halfway) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	effect, err := h.Driver.MuteAll(ctx, o)
	effect.Unreached = []moderation.Unreached{{Identity: "ben", Name: "Ben", Why: "20 rules are there already"}}
	return effect, err
}

func TestPartial(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "halfway", halfway{st.sim}))
	})
	a, ok := st.typed(owner, "mute-all standup except Ada, dita quiet please").(commands.CaseAnswer)
	if !ok || a.Case.Outcome != moderation.Partial || len(a.Case.Unreached) != 1 || a.Case.Reason != "quiet please" {
		t.Fatalf("answer %+v", a)
	}
	if text := said(t, a); !strings.Contains(text, "Ben") {
		t.Errorf("%q does not name who was not reached", text)
	}
}

// Work that came too old is a case that says it was not run.
func TestNotRun(t *testing.T) {
	st := newStage(t)
	in := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "kick", Text: "standup chaos", Key: "old"}
	n, ok := st.NotRun(t.Context(), in).(commands.Notice)
	if !ok || n.Case == 0 {
		t.Fatalf("answer %+v", n)
	}
	if c := st.lastCase(); c.Outcome != moderation.Failed || c.Room != "standup" || c.Participant != "chaos" || c.Text == "" {
		t.Errorf("case %+v", c)
	}
	if _, ok := st.Do(t.Context(), in).(commands.CaseAnswer); !ok || len(st.cases()) != 1 {
		t.Error("the same key acted after it was given up")
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed all the same")
	}
	st.NotRun(t.Context(), commands.Invocation{Caller: by(owner), Command: "kick", Text: "nowhere chaos"})
	if len(st.cases()) != 1 {
		t.Error("a room that does not exist made a case")
	}
}

// breaking is a driver that fails where no call to it is under way.
type breaking struct{ *simulated.Driver }

func (breaking) CheckOrder(provider.Order) error { panic("a fault of the program") }

// Where the program fails before anything is sent, the caller is told and there
// is a case, once.
func TestPanicBeforeTheIntent(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "breaking", breaking{st.sim}))
	})
	in := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "kick", Text: "standup chaos loud", Key: "key"}
	n, ok := st.Do(t.Context(), in).(commands.Notice)
	if !ok || n.Code != moderation.CodeInternal || n.Tone != commands.Failure || n.Case != 1 {
		t.Fatalf("answer %+v", n)
	}
	c := st.lastCase()
	if c.Outcome != moderation.Failed || c.Code != moderation.CodeInternal || c.Participant != "chaos" || c.Reason != "loud" {
		t.Errorf("case %+v", c)
	}
	st.Do(t.Context(), in)
	if n := len(st.cases()); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// A provider that is down is named, and the others go on.
func TestProviderDown(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) {
		down, err := simulated.New(simulated.Config{Faults: []simulated.Fault{{Op: "*", Code: moderation.CodeUnavailable}}})
		if err != nil {
			t.Fatal(err)
		}
		limits := provider.WithLimits(provider.Limits{Tries: 1})
		client := provider.NewClient("live", "simulated", down, limits)
		t.Cleanup(func() { _ = client.Close() })
		c.Providers = provider.NewSet(append(c.Providers.All(), client)...)
	})
	page, ok := st.typed(owner, "list").(commands.RoomsPage)
	if !ok || len(page.Providers) != 2 || !page.Providers[1].Down || len(page.Rooms) != 2 {
		t.Fatalf("list %+v", page)
	}
	if got := said(t, st.typed(owner, "kick live:standup chaos")); !strings.Contains(got, "live cannot be asked") {
		t.Errorf("said %q", got)
	}
	if got := said(t, st.typed(owner, "kick nowhere chaos")); !strings.Contains(got, "live cannot be asked") || !strings.Contains(got, "no room nowhere") {
		t.Errorf("said %q", got)
	}
	// It may have a room of this name too: what is done says so.
	const unasked = "not asked for a room of that name: live."
	if a, ok := st.typed(owner, "kick standup chaos").(commands.CaseAnswer); !ok || a.Tone != commands.Done || !strings.Contains(said(t, a), unasked) {
		t.Errorf("answer %+v", a)
	}
	if p, ok := st.typed(owner, "list standup").(commands.RoomPage); !ok || len(p.Says) != 1 || p.Says[0].Key != "room.unasked" {
		t.Errorf("list %+v", p.Says)
	}
	if a, ok := st.typed(owner, "kick sim:standup ben").(commands.CaseAnswer); !ok || strings.Contains(said(t, a), unasked) {
		t.Errorf("answer %+v", a)
	}
}

// lost is a directory that knows nobody just now.
type lost struct{ directory }

func (lost) InGroup(context.Context, string, string) (bool, error) {
	return false, errors.New("no answer")
}

// Where a group cannot be read, nothing is allowed by it, and that is said in
// the same words whether the room exists or not.
func TestGroupUnread(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) { c.Directory = lost{} })
	g := moderation.Grant{Subject: moderation.Subject{Kind: moderation.GroupSubject, ID: "S0MODS"}, Preset: moderation.Moderator, Scope: "*"}
	err := st.store.Update(t.Context(), func(tx store.Tx) error { return store.Grants.Put(tx, g.Key(), g) })
	if err != nil {
		t.Fatal(err)
	}
	there := said(t, st.typed(nobody, "kick standup chaos"))
	absent := said(t, st.typed(nobody, "kick stand-in chaos"))
	if strings.ReplaceAll(absent, "stand-in", "standup") != there || !strings.Contains(there, "S0MODS") {
		t.Errorf("there %q, absent %q", there, absent)
	}
	if _, in := st.person("standup", "chaos"); !in {
		t.Error("an unread group allowed a kick")
	}
}

// late is a store whose next update, once it is told, comes too late.
type late struct {
	store.Store
	next *atomic.Bool
}

func (l late) Update(ctx context.Context, f func(store.Tx) error) error {
	err := l.Store.Update(ctx, f)
	if l.next.CompareAndSwap(true, false) {
		err = context.DeadlineExceeded
	}
	return err
}

// An intent that became durable after its caller was told that nothing is done
// is closed, and nothing of it goes on standing.
func TestIntentTooLate(t *testing.T) {
	var next atomic.Bool
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		synctest.Wait() // the service's own updates at start are none that the test is about
		next.Store(true)
		n, ok := st.typed(owner, "ban standup chaos 1h").(commands.Notice)
		if !ok || n.Tone != commands.Failure {
			t.Fatalf("answer %+v", n)
		}
		pass(10 * time.Second)
		if c := st.cases()[0]; c.Outcome != moderation.Failed {
			t.Errorf("case %+v", c)
		}
		if _, there := st.person("standup", "chaos"); !there {
			t.Error("Chaos was put out by a ban that nobody was told of")
		}
	}, func(_ *stage, c *commands.Config) { c.Store = late{c.Store, &next} })
}
