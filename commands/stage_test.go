package commands_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

// The people of the tests: an owner, and three with a preset each.
const (
	owner     = "U0OWNER"
	moderator = "U0MODER"
	viewer    = "U0VIEWER"
	nobody    = "U0NOBODY"
)

// stage is a service over a store on disk and simulated rooms.
type stage struct {
	*commands.Service
	t     testing.TB
	store store.Store
	sim   *simulated.Driver
	keys  atomic.Int64
}

type stageOption func(st *stage, c *commands.Config)

func newStage(t *testing.T, options ...stageOption) *stage {
	t.Helper()
	sim, err := simulated.New(simulated.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return newStageOn(t, filepath.Join(t.TempDir(), "test.db"), sim, options...)
}

func newStageOn(t testing.TB, path string, sim *simulated.Driver, options ...stageOption) *stage {
	t.Helper()
	db, err := bolt.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	set := provider.NewSet(provider.NewClient("sim", "simulated", sim))
	t.Cleanup(func() {
		if err := set.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	config := commands.Config{
		Store: db, Providers: set, Words: words.MustLoad("en"), Directory: directory{},
		Rules:         commands.Rules{Owners: []string{owner}, EndOver: -1},
		AuditChannels: func(moderation.Case) []string { return []string{"C0AUDIT"} },
	}
	st := &stage{t: t, store: db, sim: sim}
	for _, o := range options {
		o(st, &config)
	}
	st.Service = commands.New(config)
	st.grant(moderator, moderation.Moderator, "*")
	st.grant(viewer, moderation.Viewer, "*")
	return st
}

func (st *stage) grant(user, preset, scope string) {
	st.t.Helper()
	g := moderation.Grant{Subject: moderation.Subject{Kind: moderation.UserSubject, ID: user}, Preset: preset, Scope: scope}
	err := st.store.Update(context.Background(), func(tx store.Tx) error { return store.Grants.Put(tx, g.Key(), g) })
	if err != nil {
		st.t.Fatal(err)
	}
}

// directory knows everyone as a member.
type directory struct{}

func (directory) User(_ context.Context, id string) (commands.Person, error) {
	return commands.Person{}, nil
}
func (directory) InGroup(context.Context, string, string) (bool, error)   { return false, nil }
func (directory) InChannel(context.Context, string, string) (bool, error) { return false, nil }

func by(user string) commands.Caller {
	return commands.Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: user}, Channel: "C0HERE"}
}

// typed types a command: kick standup chaos.
func (st *stage) typed(user, line string) commands.Answer {
	st.t.Helper()
	name, text, _ := strings.Cut(line, " ")
	return st.Do(st.t.Context(), commands.Invocation{
		Caller: by(user), Source: commands.FromSlash, Command: name, Text: text, Key: st.key(),
	})
}

// pressed presses a button.
func (st *stage) pressed(user, command string, args commands.Args) commands.Answer {
	st.t.Helper()
	return st.Do(st.t.Context(), commands.Invocation{
		Caller: by(user), Source: commands.FromButton, Command: command, Args: args, Key: st.key(), Confirmed: true,
	})
}

func (st *stage) key() string { return fmt.Sprintf("key-%d", st.keys.Add(1)) }

// said renders an answer's sentences.
func said(t *testing.T, a commands.Answer) string {
	t.Helper()
	p := words.MustLoad("en")
	switch a := a.(type) {
	case commands.Notice:
		return p.SayAll(words.Plain{}, a.Says)
	case commands.CaseAnswer:
		return p.SayAll(words.Plain{}, a.Says)
	case commands.Confirm:
		return p.SayAll(words.Plain{}, a.Says)
	case commands.Candidates:
		return p.Say(words.Plain{}, a.Says)
	default:
		return fmt.Sprintf("%T", a)
	}
}

// cases returns every case, oldest first.
func (st *stage) cases() []moderation.Case {
	st.t.Helper()
	var all []moderation.Case
	err := st.store.View(context.Background(), func(tx store.Tx) (err error) {
		all, err = tx.Cases(store.CaseQuery{Limit: 1000})
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

func (st *stage) lastCase() moderation.Case {
	st.t.Helper()
	all := st.cases()
	if len(all) == 0 {
		st.t.Fatal("there is no case")
	}
	return all[len(all)-1]
}

// person reads someone of a simulated room.
func (st *stage) person(room, who string) (moderation.Participant, bool) {
	st.t.Helper()
	r, err := st.sim.Room(context.Background(), room)
	if err != nil {
		st.t.Fatal(err)
	}
	p, err := st.sim.Participant(context.Background(), r, who)
	return p, err == nil
}

// A kick that is typed removes the person, and its case says so.
func TestKick(t *testing.T) {
	st := newStage(t)
	if got := said(t, st.typed(moderator, "kick standup chaos shouting")); got != "Chaos is out of sim:standup." {
		t.Errorf("said %q", got)
	}
	if _, there := st.person("standup", "chaos"); there {
		t.Error("Chaos is still there")
	}
	c := st.lastCase()
	if c.Outcome != moderation.Succeeded || c.Participant != "chaos" || c.Reason != "shouting" || c.Actor != moderator {
		t.Errorf("case %+v", c)
	}
}
