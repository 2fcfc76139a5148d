package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/store"
)

// tenanted is a driver whose rooms have the metadata of the test.
type tenanted struct {
	*simulated.Driver
	metadata map[string]string
}

func (d tenanted) Room(ctx context.Context, idOrName string) (moderation.Room, error) {
	room, err := d.Driver.Room(ctx, idOrName)
	room.Metadata = d.metadata[room.Name]
	return room, err
}

func (d tenanted) Rooms(ctx context.Context, q provider.RoomQuery) (provider.RoomPage, error) {
	page, err := d.Driver.Rooms(ctx, q)
	for i := range page.Rooms {
		page.Rooms[i].Metadata = d.metadata[page.Rooms[i].Name]
	}
	return page, err
}

// A button is on the screen, and then something changes: the press is refused,
// nothing reaches the provider, and there is a case.
func TestChangesWhileAButtonIsOnScreen(t *testing.T) {
	type scene struct {
		*stage
		members  map[string][]string
		users    map[string]commands.Person
		metadata map[string]string
	}
	for name, change := range map[string]func(s scene){
		"the grant is revoked": func(s scene) { s.typed(owner, "role revoke S0MODS moderator sim:*") },
		"the grant ends":       func(s scene) { s.expire("S0MODS") },
		"the group is left":    func(s scene) { s.members["S0MODS"] = nil },
		"the room's tenant":    func(s scene) { s.metadata["standup"] = `{"auth_id":"other"}` },
		"the room has none":    func(s scene) { delete(s.metadata, "standup") },
		"a preset is narrowed": func(s scene) {
			s.typed(owner, "role revoke S0MODS moderator sim:* auth_id=acme")
			s.typed(owner, "role grant S0MODS viewer sim:* auth_id=acme")
		},
		"they are deactivated": func(s scene) { s.users[ann] = commands.Person{Deleted: true} },
		"they become a guest":  func(s scene) { s.users[ann] = commands.Person{Guest: true} },
		"slack goes away":      func(s scene) { delete(s.members, "S0MODS") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene{
				members: map[string][]string{"S0MODS": {ann}}, users: map[string]commands.Person{},
				metadata: map[string]string{"standup": `{"auth_id":"acme"}`},
			}
			s.stage = newStage(t, func(st *stage, c *commands.Config) {
				c.Directory = people{groups: s.members, users: s.users}
				c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", tenanted{st.sim, s.metadata}))
			})
			grant := "role grant S0MODS moderator sim:* auth_id=acme"
			if strings.Contains(name, "grant") {
				grant = "role grant S0MODS moderator sim:*"
			}
			s.typed(owner, grant)
			page, ok := s.typed(ann, "list standup").(commands.RoomPage)
			if !ok {
				t.Fatal("no list")
			}
			var button *commands.Offer
			for _, row := range page.People {
				if row.Participant.Identity == "chaos" {
					button = &row.Offers[0]
				}
			}
			if button == nil || button.Command != "kick" {
				t.Fatalf("no button: %+v", page.People)
			}
			change(s)
			before := len(s.cases())
			answer := s.pressed(ann, button.Command, button.Args)
			if n, ok := answer.(commands.Notice); !ok || n.Tone == commands.Done {
				t.Errorf("answered %+v", answer)
			}
			if _, there := s.person("standup", "chaos"); !there {
				t.Error("Chaos is out")
			}
			cases := s.cases()[before:]
			if len(cases) != 1 || cases[0].Outcome != moderation.Refused || cases[0].Actor != ann || cases[0].Action != moderation.ActionKick {
				t.Errorf("cases %+v", cases)
			}
		})
	}
}

// expire makes the grants of a subject end a moment ago.
func (st *stage) expire(subject string) {
	st.t.Helper()
	err := st.store.Update(context.Background(), func(tx store.Tx) error {
		all, err := store.Grants.All(tx, "")
		for _, g := range all {
			if g.Until = time.Now(); err == nil && g.Subject.ID == subject {
				err = store.Grants.Put(tx, g.Key(), g)
			}
		}
		return err
	})
	if err != nil {
		st.t.Fatal(err)
	}
}

// A room of another tenant is not there, in the very words of one that is not.
func TestOtherTenant(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", tenanted{st.sim, map[string]string{
			"standup": `{"auth_id":"acme"}`, "town-hall": `{"auth_id":"other"}`,
		}}))
		c.Rules.Tokens = []commands.Token{{Name: "ci", Preset: moderation.Admin, Scope: "*", AuthID: "acme"}}
	})
	st.typed(owner, "role grant U0ANN admin * auth_id=acme")
	token := commands.Caller{Actor: moderation.Actor{Kind: moderation.APIToken, ID: "ci"}}
	for _, caller := range []commands.Caller{by(ann), token} {
		ask := func(line string) commands.Answer {
			name, text, _ := strings.Cut(line, " ")
			return st.Do(t.Context(), commands.Invocation{Caller: caller, Source: commands.FromAPI, Command: name, Text: text, Key: st.key(), Confirmed: true})
		}
		for _, line := range []string{"list %s", "kick %s chaos", "end %s", "mute-all %s", "ban %s chaos", "watch %s"} {
			other := said(t, ask(fmt.Sprintf(line, "sim:town-hall")))
			none := said(t, ask(fmt.Sprintf(line, "sim:town-hull")))
			if other != strings.ReplaceAll(none, "town-hull", "town-hall") {
				t.Errorf("%s tells another tenant's room from none:\n%s\n%s", line, other, none)
			}
		}
		rooms, ok := ask("list").(commands.RoomsPage)
		if !ok || len(rooms.Rooms) != 1 || rooms.Rooms[0].Room.Name != "standup" {
			t.Errorf("lists %+v", rooms.Rooms)
		}
	}
	if got := said(t, st.Do(t.Context(), commands.Invocation{Caller: token, Source: commands.FromAPI, Command: "kick", Text: "standup chaos"})); got != "Chaos is out of sim:standup." {
		t.Errorf("its own room: %s", got)
	}
}

// failing is a store that cannot be read, or not written, while it is told so.
type failing struct {
	store.Store
	views  *int // reads that are still answered; negative: all
	writes *bool
}

var errDisk = errors.New("the disk is away")

func (f failing) View(ctx context.Context, do func(store.Tx) error) error {
	if *f.views == 0 {
		return errDisk
	}
	*f.views--
	return f.Store.View(ctx, do)
}

func (f failing) Update(ctx context.Context, do func(store.Tx) error) error {
	if *f.writes {
		return errDisk
	}
	return f.Store.Update(ctx, do)
}

// What decides cannot be read: nothing is done, the answer says why, and the
// attempt is written down where the store takes it.
func TestFactsFail(t *testing.T) {
	views, writes := -1, false
	broken := people{}
	recorded := &recorder{}
	st := newStage(t, func(st *stage, c *commands.Config) {
		recorded.Driver = st.sim
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", recorded))
		c.Store = failing{c.Store, &views, &writes}
		c.Directory = &broken
	})
	for name, c := range map[string]struct {
		fail     func()
		want     string
		recorded bool
	}{
		"slack":                {func() { broken.broken = true }, "Slack could not tell who you are", true},
		"the store's decision": {func() { views = 1 }, "permissions could not be read", true},
		"the store's reads":    {func() { views = 0 }, "store cannot be read", false},
		"the store":            {func() { views, writes = 0, true }, "", false},
	} {
		for _, user := range []string{owner, moderator} {
			before := len(st.cases())
			c.fail()
			answer := st.typed(user, "kick sim:standup chaos")
			c.fail()
			none := st.typed(user, "kick sim:nostand chaos")
			views, writes, broken.broken = -1, false, false
			if n, ok := answer.(commands.Notice); !ok || n.Tone == commands.Done || !strings.Contains(said(t, n), c.want) {
				t.Errorf("%s: %s", name, said(t, answer))
			}
			if got := strings.ReplaceAll(said(t, none), "nostand", "standup"); got != said(t, answer) {
				t.Errorf("%s: a room that is not there is told apart:\n%s\n%s", name, said(t, answer), got)
			}
			cases := st.cases()[before:]
			if c.recorded && (len(cases) != 1 || cases[0].Outcome != moderation.Refused || !strings.Contains(cases[0].Text, c.want)) {
				t.Errorf("%s: cases %+v", name, cases)
			}
			if !c.recorded && len(cases) != 0 {
				t.Errorf("%s: cases %+v", name, cases)
			}
		}
	}
	if calls := recorded.take(); len(calls) > 0 {
		t.Errorf("the provider was asked to %v", calls)
	}
}

// Groups and channels are asked about where a grant to them could decide, and
// not otherwise.
func TestGroupsAreAskedWhereTheyMatter(t *testing.T) {
	var asked []string
	st := newStage(t, func(_ *stage, c *commands.Config) {
		c.Directory = people{
			groups: map[string][]string{"S0MODS": {ann}, "S0ENDERS": nil}, channels: map[string][]string{"C0STAGE": {ann}}, asked: &asked, lock: &sync.Mutex{},
		}
	})
	st.typed(owner, "role grant S0MODS moderator sim:standup")
	st.typed(owner, "role grant S0ENDERS supervisor sim:town-hall")
	st.typed(owner, "role grant C0STAGE viewer sim:town-hall")
	asked = nil
	st.typed(moderator, "kick sim:standup chaos")
	st.typed(ann, "kick sim:standup ben")
	for _, group := range asked {
		if group != "S0MODS" {
			t.Errorf("asked about %s for a room that it does not reach", group)
		}
	}
	if c := st.lastCase(); c.Outcome != moderation.Succeeded {
		t.Errorf("case %+v", c)
	}
	if got := said(t, st.typed(ann, "kick sim:town-hall chaos")); !strings.Contains(got, "kick_participant") || !strings.Contains(got, "1201") {
		t.Errorf("a viewer through a channel: %s", got)
	}
}

// Someone who is not there is protected as if they were.
func TestProtectedThoughAbsent(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) {
		c.Rules.Protect = []commands.Protection{{Match: "host-*", Preset: moderation.Admin}, {Match: "chaos", Preset: moderation.Supervisor}}
	})
	for _, line := range []string{"ban standup host-anna 1h", "ban sim:* host-anna 1h", "kick standup chaos", "mute standup Chaos", "ban standup chaos 1h"} {
		notAllowed(t, st.typed(moderator, line))
	}
	st.typed(owner, "ban standup host-anna 1h")
	if c := st.lastCase(); c.Outcome != moderation.Succeeded {
		t.Errorf("case %+v", c)
	}
}

// Listing a thousand rooms for a caller of one tenant.
func BenchmarkListThousandRooms(b *testing.B) {
	rooms := make(thousand, 1000)
	for i := range rooms {
		rooms[i] = moderation.Room{ID: fmt.Sprint(i), Name: fmt.Sprintf("team-%d", i), Metadata: fmt.Sprintf(`{"auth_id":%q}`, []string{"acme", "other"}[i%2])}
	}
	sim, err := simulated.New(simulated.Config{})
	if err != nil {
		b.Fatal(err)
	}
	st := newStageOn(b, b.TempDir()+"/bench.db", sim, func(_ *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "simulated", many{sim, rooms}))
		c.Directory = people{}
	})
	g := moderation.Grant{Subject: moderation.Subject{Kind: moderation.UserSubject, ID: ann}, Preset: "viewer", Scope: "sim:*", AuthID: "acme"}
	if err := st.store.Update(b.Context(), func(tx store.Tx) error { return store.Grants.Put(tx, g.Key(), g) }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got := st.SuggestRooms(b.Context(), by(ann), "", 1000); len(got) != 500 {
			b.Fatalf("%d rooms", len(got))
		}
	}
}

type thousand []moderation.Room

type many struct {
	*simulated.Driver
	rooms thousand
}

func (m many) Rooms(context.Context, provider.RoomQuery) (provider.RoomPage, error) {
	return provider.RoomPage{Rooms: append([]moderation.Room(nil), m.rooms...)}, nil
}
