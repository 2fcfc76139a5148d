package commands_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

func offered(offers []commands.Offer) []string {
	var all []string
	for _, o := range offers {
		name := o.Command
		if m := o.Args[commands.ArgMedia]; m != "" {
			name += ":" + m
		}
		all = append(all, name)
	}
	return all
}

func (st *stage) row(user, room, identity string) commands.PersonRow {
	st.t.Helper()
	page, ok := st.typed(user, "list "+room).(commands.RoomPage)
	if !ok {
		st.t.Fatalf("list %s: %+v", room, page)
	}
	for _, row := range page.People {
		if row.Participant.Identity == identity {
			return row
		}
	}
	st.t.Fatalf("%s is not in the list of %s", identity, room)
	return commands.PersonRow{}
}

// A person's row offers what the reader may and the provider can, kick and
// mute first, and no more once it was done.
func TestOffers(t *testing.T) {
	st := newStage(t)
	if got := offered(st.row(moderator, "standup", "chaos").Offers); len(got) < 5 || got[0] != "kick" || got[1] != "mute:audio" ||
		slices.Contains(got, "coach") || slices.Contains(got, "set") {
		t.Errorf("a moderator is offered %v", got)
	}
	if got := offered(st.row(owner, "standup", "chaos").Offers); !slices.Contains(got, "coach") || !slices.Contains(got, "set") {
		t.Errorf("the owner is offered %v", got)
	}
	if got := offered(st.row(viewer, "standup", "chaos").Offers); len(got) != 0 {
		t.Errorf("a viewer is offered %v", got)
	}
	kick := st.row(moderator, "standup", "chaos").Offers[0]
	if !kick.Danger || kick.Ask.Args["Person"] != "Chaos" || kick.Ask.Args["Room"] != (moderation.RoomRef{Provider: "sim", Name: "standup"}) {
		t.Errorf("kick asks %+v", kick.Ask)
	}
	mute := st.row(moderator, "standup", "chaos").Offers[1]
	st.pressed(moderator, mute.Command, mute.Args)
	row := st.row(moderator, "standup", "chaos")
	if got := offered(row.Offers); got[1] != "unmute:audio" {
		t.Errorf("after the mute %v is offered", got)
	}
	if row.Last == nil || row.Last.Actor != moderator || row.Last.Action != moderation.ActionMute {
		t.Errorf("the row says %+v", row.Last)
	}
	st.pressed(moderator, kick.Command, kick.Args)
	page, _ := st.typed(moderator, "list standup").(commands.RoomPage)
	if len(page.People) != 3 || len(page.Gone) != 1 || page.Gone[0].Name != "Chaos" || page.Gone[0].Case.Actor != moderator {
		t.Errorf("after the kick %d people, gone %+v", len(page.People), page.Gone)
	}
}

// After an action undo is offered where it can be undone, review not to oneself.
func TestCaseOffers(t *testing.T) {
	st := newStage(t)
	a, _ := st.typed(owner, "mute standup chaos").(commands.CaseAnswer)
	if got := offered(a.Offers); !slices.Equal(got, []string{"undo", "note"}) {
		t.Errorf("after a mute: %v", got)
	}
	a, _ = st.typed(owner, "kick standup ben").(commands.CaseAnswer)
	if got := offered(a.Offers); !slices.Equal(got, []string{"note"}) {
		t.Errorf("after a kick: %v", got)
	}
	st.grant("U0ADMIN", moderation.Admin, "*")
	h, _ := st.typed("U0ADMIN", "case 1").(commands.CaseHistory)
	if got := offered(h.Offers); !slices.Equal(got, []string{"undo", "review", "note"}) {
		t.Errorf("to another admin: %v", got)
	}
}

// Going on through a long list and back again shows everything once.
func TestPages(t *testing.T) {
	st := newStage(t, func(st *stage, _ *commands.Config) {})
	for i := range 40 {
		st.sim.Join("standup", fmt.Sprintf("guest-%02d", i), "")
	}
	seen := map[string]int{}
	args := commands.Args{commands.ArgRoom: "sim:standup"}
	var back string
	for pages := 0; ; pages++ {
		page, ok := st.pressed(owner, "list", args).(commands.RoomPage)
		if !ok || pages > 5 {
			t.Fatalf("page %d: %+v", pages, page)
		}
		for _, row := range page.People {
			seen[row.Participant.Identity]++
		}
		if page.Next == "" {
			back = page.Back
			break
		}
		args[commands.ArgCursor] = page.Next
	}
	if len(seen) != 44 {
		t.Errorf("%d people seen, want 44", len(seen))
	}
	for who, times := range seen {
		if times != 1 {
			t.Errorf("%s is there %d times", who, times)
		}
	}
	args[commands.ArgCursor] = back
	if page, ok := st.pressed(owner, "list", args).(commands.RoomPage); !ok || page.Next == "" || page.Back != "" {
		t.Errorf("back: %+v", page)
	}
	args[commands.ArgCursor] = "nonsense"
	if page, ok := st.pressed(owner, "list", args).(commands.RoomPage); !ok || len(page.Says) == 0 || len(page.People) == 0 {
		t.Errorf("a cursor that fits nothing: %+v", page)
	}
	found, ok := st.pressed(owner, "list", commands.Args{commands.ArgRoom: "sim:standup", commands.ArgSearch: "chao"}).(commands.RoomPage)
	if !ok || len(found.People) != 1 {
		t.Errorf("search: %+v", found)
	}
}

func TestRoomPages(t *testing.T) {
	var rooms []simulated.RoomPlan
	for i := range 27 {
		rooms = append(rooms, simulated.RoomPlan{Name: fmt.Sprintf("room-%02d", i), People: 2})
	}
	sim, err := simulated.New(simulated.Config{Rooms: rooms})
	if err != nil {
		t.Fatal(err)
	}
	st := newStageOn(t, t.TempDir()+"/test.db", sim)
	st.grant("U0ODD", moderation.Viewer, "sim:room-*1")
	count := func(user string) int {
		seen, args := map[string]bool{}, commands.Args{}
		for range 10 {
			page, ok := st.pressed(user, "list", args).(commands.RoomsPage)
			if !ok {
				t.Fatalf("list: %+v", page)
			}
			for _, row := range page.Rooms {
				if seen[row.Room.Name] {
					t.Errorf("%s is there twice", row.Room.Name)
				}
				if seen[row.Room.Name] = true; row.Present != 2 || len(row.People) != 2 {
					t.Errorf("%s: %d present, %d shown", row.Room.Name, row.Present, len(row.People))
				}
			}
			if page.Next == "" {
				break
			}
			args = commands.Args{commands.ArgCursor: page.Next}
		}
		return len(seen)
	}
	if n := count(owner); n != 27 {
		t.Errorf("the owner sees %d rooms", n)
	}
	if n := count("U0ODD"); n != 3 {
		t.Errorf("whoever may list three sees %d", n)
	}
	if n, ok := st.typed(nobody, "list").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("nobody: %+v", n)
	}
}

// Telephone numbers are shown masked, and can be named all the same.
func TestNumbersMasked(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) { c.Rules.NumbersMasked = true })
	a, ok := st.typed(owner, "dial standup +16175551212 timeout=30").(commands.CaseAnswer)
	if !ok || a.Tone != commands.Done {
		t.Fatalf("dial: %+v", a)
	}
	if got := said(t, a); got != "Calling +1 617 ••• 1212 into sim:standup." {
		t.Errorf("said %q", got)
	}
	if a.Case.Participant != "+16175551212" || a.Case.ParticipantName != "+1 617 ••• 1212" {
		t.Errorf("case of %q, %q", a.Case.Participant, a.Case.ParticipantName)
	}
	page, _ := st.typed(owner, "list standup").(commands.RoomPage)
	for _, row := range page.People {
		if row.Participant.Kind == moderation.Phone && (row.Shown != "+1 617 ••• 1212" || row.Participant.Number != "+1 617 ••• 1212") {
			t.Errorf("row %+v", row)
		}
	}
	if a, ok := st.typed(owner, `kick standup "+1 (617) 555-1212"`).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
		t.Errorf("kick by number: %+v", a)
	}
	for number, want := range map[string]string{
		"+16175551212": "+1 617 ••• 1212", "+491701234567": "+49 170 ••• 4567", "+4412345": "+44 ••• 45", "ann": "ann", "": "",
		"sip_+4915112345678": "sip_+49 151 ••• 5678", "Phone +15550100": "Phone +1 ••• 00", "+12": "+12", "1+1=2": "1+1=2",
	} {
		if got := commands.MaskNumber(number); got != want {
			t.Errorf("%s is shown as %s, want %s", number, got, want)
		}
	}
}

// A refusal names whom a rule protects as they may be shown, also in its case.
func TestProtectedNumberMasked(t *testing.T) {
	st := newStage(t, func(_ *stage, c *commands.Config) {
		c.Rules.NumbersMasked = true
		c.Rules.Protect = []commands.Protection{{Match: "+1617*", Preset: moderation.Admin}}
	})
	st.grant("U0SUPER", moderation.Supervisor, "*")
	st.sim.Join("standup", "+16175551212", "")
	for _, line := range []string{"kick standup +16175551212", "end standup"} {
		got := said(t, st.typed("U0SUPER", line))
		if text := st.lastCase().Text; strings.Contains(got+text, "555") || !strings.Contains(got, "1212 is protected") {
			t.Errorf("%s: %q, in the case %q", line, got, text)
		}
	}
}

// A first word that names someone present is whom an announcement is for.
func TestAnnounce(t *testing.T) {
	st := newStage(t)
	for line, to := range map[string]string{
		"announce standup Chaos please stop":     "chaos",
		"announce standup hello everyone":        "",
		`announce standup "Chaos is leaving"`:    "",
		"announce standup https://e.org/bye.mp3": "",
	} {
		if a, ok := st.typed(owner, line).(commands.CaseAnswer); !ok || a.Case.Participant != to || a.Tone != commands.Done {
			t.Errorf("%s: to %q", line, a.Case.Participant)
		}
	}
	m, ok := st.typed(owner, "announce standup Chaos").(commands.Missing)
	if !ok || !slices.Equal(m.Missing, []string{commands.ArgText}) || m.Args[commands.ArgPerson] == "" {
		t.Errorf("without a text: %+v", m)
	}
}

// Holding, pinning and coaching are done and taken back.
func TestThereAndBack(t *testing.T) {
	st := newStage(t)
	for _, line := range []string{
		"hold standup chaos https://e.org/music.xml method=POST lunch", "unhold standup chaos", "pin standup chaos", "pin standup dita",
		"unpin standup", "coach standup ada chaos", "uncoach standup ada", "lock standup", "unlock standup", "mute standup chaos screen",
	} {
		if a, ok := st.typed(owner, line).(commands.CaseAnswer); !ok || a.Tone != commands.Done {
			t.Errorf("%s: %+v", line, a)
		}
	}
	if p, _ := st.person("standup", "dita"); p.Pinned {
		t.Error("dita is still pinned")
	}
	for _, c := range st.cases() {
		if c.UndoneBy == "" && slices.Contains([]moderation.Action{moderation.ActionHold, moderation.ActionCoach, moderation.ActionLock}, c.Action) {
			t.Errorf("%s is not marked as undone", c.Action)
		}
	}
	if n, ok := st.typed(owner, "unpin standup").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("nobody is pinned: %+v", n)
	}
}

// A board is asked for once for a room and channel.
func TestWatch(t *testing.T) {
	st := newStage(t)
	for line, want := range map[string]commands.Tone{"watch standup": commands.Done, "unwatch town-hall": commands.Info} {
		if n, ok := st.typed(viewer, line).(commands.Notice); !ok || n.Tone != want {
			t.Errorf("%s: %+v", line, n)
		}
	}
	if n, ok := st.typed(nobody, "unwatch standup").(commands.Notice); !ok || n.Tone != commands.Info {
		t.Errorf("nobody ended a board: %+v", n)
	}
	if n, ok := st.typed(viewer, "unwatch standup").(commands.Notice); !ok || n.Tone != commands.Done {
		t.Errorf("unwatch: %+v", n)
	}
}

// bare lists rooms without what costs requests of its own, as some providers do.
type bare struct{ plain }

func (b bare) Complete(_ context.Context, r moderation.Room) moderation.Room {
	r.Locked, r.Recording = r.Name == "standup", r.Name == "town-hall"
	return r
}

// The list of rooms shows which are locked and recorded, also where a provider
// tells that of one room at a time.
func TestListShowsLocksAndRecordings(t *testing.T) {
	st := newStage(t, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "plain", bare{plain{st.sim, st.sim}}))
	})
	page, ok := st.typed(owner, "list").(commands.RoomsPage)
	if !ok || len(page.Rooms) != 2 {
		t.Fatalf("%+v", page)
	}
	for _, row := range page.Rooms {
		standup := row.Room.Name == "standup"
		if row.Room.Locked != standup || row.Room.Recording == standup || slices.Contains(offered(row.Offers), "unlock") != standup {
			t.Errorf("%+v with %v", row.Room, offered(row.Offers))
		}
	}
}
