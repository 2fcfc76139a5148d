package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// A refusal changes nothing, says what is missing, and is a case.
func TestRefused(t *testing.T) {
	st := newStage(t)
	n, ok := st.typed(viewer, "kick standup chaos").(commands.Notice)
	if !ok || n.Tone != commands.Refusal || n.Code != moderation.CodeForbidden || n.Case == 0 {
		t.Fatalf("answer %+v", n)
	}
	text := said(t, n)
	for _, want := range []string{"1201", "kick_participant", "sim:standup"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	c := st.lastCase()
	if c.Outcome != moderation.Refused || c.Permission != moderation.KickPermission || c.Participant != "chaos" || c.ParticipantName != "Chaos" {
		t.Errorf("case %+v", c)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed all the same")
	}
}

// plain is a provider that lists, kicks and mutes, and nothing more.
type plain struct {
	provider.Driver
	sim *simulated.Driver
}

func (p plain) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return p.sim.Kick(ctx, o)
}

func (p plain) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return p.sim.Mute(ctx, o)
}

func (p plain) Unmute(context.Context, provider.Order) (provider.Effect, error) {
	return provider.Effect{}, moderation.Errorf(moderation.CodeUnsupported, "no unmute")
}

func (p plain) Capabilities(moderation.Room) moderation.CapabilitySet {
	native := moderation.Support{Level: moderation.Native}
	return moderation.CapabilitySet{
		moderation.CanListRooms: native, moderation.CanListParticipants: native, moderation.CanKick: native,
		moderation.CanMuteAudio: native, moderation.CanBan: {Level: moderation.Emulated}, moderation.CanLock: {Level: moderation.Emulated},
	}
}

// onPlain puts a plain provider before the simulated rooms.
func onPlain(st *stage, c *commands.Config) {
	c.Providers = provider.NewSet(provider.NewClient("sim", "plain", plain{st.sim, st.sim}))
}

// Permission is asked before capability; both refusals are cases.
func TestPermissionBeforeCapability(t *testing.T) {
	st := newStage(t, onPlain)
	for _, line := range []string{"hold standup chaos", "mute standup chaos 10m", "pin standup chaos"} {
		if n, ok := st.typed(viewer, line).(commands.Notice); !ok || n.Code != moderation.CodeForbidden {
			t.Errorf("%s as a viewer: %+v", line, n)
		}
		if n, ok := st.typed(owner, line).(commands.Notice); !ok || n.Code != moderation.CodeUnsupported || n.Tone != commands.Refusal {
			t.Errorf("%s as the owner: %+v", line, n)
		}
		if c := st.lastCase(); c.Outcome != moderation.Refused || c.Code != moderation.CodeUnsupported {
			t.Errorf("%s: case %+v", line, c)
		}
	}
}

// A room that the caller may not list is answered as one that does not exist,
// and is a case all the same.
func TestHiddenRoom(t *testing.T) {
	st := newStage(t)
	st.grant("U0LOCAL", moderation.Moderator, "sim:standup")
	if a, ok := st.typed("U0LOCAL", "kick standup ben").(commands.CaseAnswer); !ok || a.Tone != commands.Done {
		t.Fatalf("in the own room: %+v", a)
	}
	before := len(st.cases())
	for _, line := range []string{"kick %s emil", "ban sim:%s emil", "lock %s", "unlock %s", "mute-all %s", "end %s", "list %s", "unban %s emil"} {
		hidden := said(t, st.typed("U0LOCAL", strings.ReplaceAll(line, "%s", "town-hall")))
		absent := said(t, st.typed("U0LOCAL", strings.ReplaceAll(line, "%s", "town-mall")))
		if strings.ReplaceAll(absent, "town-mall", "town-hall") != hidden {
			t.Errorf("%s: hidden %q, absent %q", line, hidden, absent)
		}
	}
	made := st.cases()[before:]
	if len(made) != 7 {
		t.Errorf("%d cases, want 7: one for each attempt on the hidden room", len(made))
	}
	for _, c := range made {
		if c.Outcome != moderation.Refused || c.Room != "town-hall" || c.Code != moderation.CodeNotFound {
			t.Errorf("case %+v", c)
		}
	}
	if got := st.SuggestRooms(t.Context(), by("U0LOCAL"), "", 10); len(got) != 1 {
		t.Errorf("suggested %v", got)
	}
	if got := st.SuggestPeople(t.Context(), by("U0LOCAL"), "sim:town-hall", "", 10); len(got) != 0 {
		t.Errorf("suggested %v", got)
	}
}

// The same key is the same work.
func TestSameKey(t *testing.T) {
	st := newStage(t)
	in := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "kick", Text: "standup chaos", Key: "k1"}
	first := st.Do(t.Context(), in)
	st.sim.Join("standup", "chaos", "Chaos")
	second, ok := st.Do(t.Context(), in).(commands.CaseAnswer)
	if !ok || len(st.cases()) != 1 || said(t, first) != said(t, second) {
		t.Errorf("first %q, second %+v", said(t, first), second)
	}
	if _, there := st.person("standup", "chaos"); !there {
		t.Error("Chaos was removed a second time")
	}
	note := commands.Invocation{Caller: by(owner), Source: commands.FromSlash, Command: "note", Text: "1 once", Key: "k2"}
	st.Do(t.Context(), note)
	st.Do(t.Context(), note)
	if n := len(st.lastCase().Notes); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// Undo does the opposite once, and says so in both cases.
func TestUndo(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "mute standup chaos")
	if p, _ := st.person("standup", "chaos"); !p.IsBlocked(moderation.Audio) {
		t.Fatal("not muted")
	}
	a, ok := st.typed(owner, "undo 1").(commands.CaseAnswer)
	if !ok || a.Case.Action != moderation.ActionUnmute || a.Case.Inverts != 1 {
		t.Fatalf("answer %+v", a)
	}
	if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
		t.Error("still muted")
	}
	if c := st.cases()[0]; c.UndoneBy != owner || c.UndoneCase != 2 {
		t.Errorf("case %+v", c)
	}
	if n, ok := st.typed(owner, "undo 1").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("again: %+v", n)
	}
	st.typed(owner, "kick standup chaos")
	if n, ok := st.typed(owner, "undo 3").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("a kick: %+v", n)
	}
	st.typed(owner, "mute standup ben")
	if n, ok := st.typed(viewer, "undo 4").(commands.Notice); !ok || n.Code != moderation.CodeForbidden {
		t.Errorf("by a viewer: %+v", n)
	}
	// A mute that is lifted by hand is no less undone.
	st.typed(owner, "unmute standup ben")
	if c := st.cases()[3]; c.UndoneBy != owner {
		t.Errorf("case %+v", c)
	}
}
