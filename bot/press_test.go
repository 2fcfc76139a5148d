package bot_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

func TestWishesComeBackAsTheyWere(t *testing.T) {
	names := rapid.SampledFrom([]string{commands.ArgRoom, commands.ArgPerson, commands.ArgMedia, commands.ArgReason, commands.ArgOptions, "auth_id"})
	args := rapid.MapOf(names, rapid.StringN(1, 40, -1))
	rapid.Check(t, func(t *rapid.T) {
		w := bot.Wish{
			Command: rapid.StringMatching(`[a-z][a-z-]{0,12}`).Draw(t, "command"), Args: commands.Args(args.Draw(t, "args")),
			Dialog: rapid.Bool().Draw(t, "dialog"), Confirmed: rapid.Bool().Draw(t, "confirmed"),
		}
		if rapid.Bool().Draw(t, "listed") {
			w.List = commands.Args(args.Draw(t, "list"))
			if rapid.Bool().Draw(t, "same room") && w.Args[commands.ArgRoom] != "" {
				w.List[commands.ArgRoom] = w.Args[commands.ArgRoom]
			}
		}
		if shown := commands.Args(args.Draw(t, "shown")); len(shown) > 0 {
			w.Shown = shown
		}
		text, ok := w.Encode(100_000)
		if !ok {
			t.Fatal("does not fit")
		}
		got, err := bot.DecodeWish(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if d := cmp.Diff(w, got); d != "" {
			t.Fatalf("%q (-want +got):\n%s", text, d)
		}
		if fits, ok := w.EncodeFit(150); ok && len([]rune(fits)) > 150 {
			t.Fatalf("%q is longer than asked for", fits)
		}
	})
}

func FuzzDecodeWish(f *testing.F) {
	for _, seed := range []string{"1:kick?p=PA_1&r=sim:RM_1&@r=", "1dy:note?c=3", "2:kick", "", "1:kick?%", "1:x?=&@=%4"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := bot.DecodeWish(text)
		if err == nil && w.Command == "" {
			t.Errorf("%q names no command", text)
		}
	})
}

// payload is a block_actions payload as Slack sends it, with what we do not
// know in it.
func payload(t *testing.T, actions []any, more map[string]any) []byte {
	t.Helper()
	p := map[string]any{
		"type": "block_actions", "trigger_id": "T1", "response_url": "https://hooks.example/1",
		"user": map[string]any{"id": "U0MOD0000", "name": "mo", "team_id": "T0TEAM000"}, "team": map[string]any{"id": "T0OTHER00"},
		"channel":   map[string]any{"id": "C0MODS000", "name": "mods"},
		"container": map[string]any{"type": "message", "message_ts": "1700000000.000100", "channel_id": "C0MODS000", "is_ephemeral": true},
		"message": map[string]any{
			"blocks":   []any{map[string]any{"type": "hologram", "cells": 7}, 3, "x"},
			"metadata": []any{"odd"},
		},
		"actions": actions, "is_enterprise_install": "false", "state": map[string]any{"values": map[string]any{}},
	}
	maps.Copy(p, more)
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func action(id, value string) map[string]any {
	return map[string]any{
		"type": "button", "action_id": id, "block_id": "a4", "value": value, "action_ts": "1700000001.250000",
		"text": map[string]any{"type": "plain_text", "text": "Kick"}, "style": 3,
	}
}

func TestPressesAreRead(t *testing.T) {
	r := newRenderer()
	press, err := r.ReadPress(payload(t, []any{action("do:kick", "1:kick?p=PA_1&r=sim:RM_1&@r=&@n=20")}, nil))
	if err != nil {
		t.Fatal(err)
	}
	caller := commands.Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: "U0MOD0000"}, Channel: "C0MODS000"}
	want := commands.Invocation{
		Caller: caller, Source: commands.FromButton, Command: "kick",
		Args: commands.Args{commands.ArgPerson: "PA_1", commands.ArgRoom: "sim:RM_1"},
		Key:  "press/1700000000.000100/a4/do:kick/1700000001.250000/U0MOD0000",
	}
	if d := cmp.Diff(want, press.Invocation, cmp.AllowUnexported(commands.Invocation{})); d != "" {
		t.Errorf("invocation (-want +got):\n%s", d)
	}
	list := commands.Args{commands.ArgRoom: "sim:RM_1", commands.ArgCursor: "20"}
	if press.List == nil || !cmp.Equal(list, press.List.Args) || press.List.Command != "list" {
		t.Errorf("list = %+v, want one of %v", press.List, list)
	}
	if press.ResponseURL != "https://hooks.example/1" || press.TriggerID != "T1" {
		t.Errorf("press = %+v", press)
	}
}

func TestMenusHoldWishes(t *testing.T) {
	menu := map[string]any{"type": "overflow", "action_id": "more", "block_id": "a4", "selected_option": map[string]any{"value": "1d:announce?p=PA_1&r=sim:RM_1"}}
	press, err := newRenderer().ReadPress(payload(t, []any{menu}, nil))
	if err != nil || !press.Dialog || press.Invocation.Command != "announce" {
		t.Errorf("press = %+v, %v", press, err)
	}
}

func TestWhatOthersReadIsNotReplaced(t *testing.T) {
	public := map[string]any{"container": map[string]any{"message_ts": "1.2", "channel_id": "C0MODS000"}}
	for value, replaced := range map[string]bool{
		"1:kick?p=PA_1&r=sim:RM_1":     false, // of a board
		"1:undo?c=3":                   false, // of a case
		"1:kick?p=PA_1&r=sim:RM_1&@r=": true,  // of a list
		"1y:end?r=sim:RM_1":            true,  // of a question
	} {
		press, err := newRenderer().ReadPress(payload(t, []any{action("do:kick", value)}, public))
		if err != nil || press.Ephemeral != replaced {
			t.Errorf("%s: press = %+v, %v", value, press, err)
		}
	}
	press, err := newRenderer().ReadPress(payload(t, []any{action("board-refresh", "sim:RM_1")}, nil))
	if err != nil || press.Board != "sim:RM_1" {
		t.Errorf("press = %+v, %v", press, err)
	}
}

func TestSelectsThatHoldAValueAskForNothing(t *testing.T) {
	pick := map[string]any{"type": "multi_static_select", "action_id": "pick", "block_id": "a4", "selected_options": []any{map[string]any{"value": "PA_1"}}}
	for _, actions := range [][]any{{pick}, {}} {
		press, err := newRenderer().ReadPress(payload(t, actions, nil))
		if err != nil || !press.Link {
			t.Errorf("press = %+v, %v", press, err)
		}
	}
}

func TestSeveralPeopleAreDealtWithOneByOne(t *testing.T) {
	state := func(ids ...string) map[string]any {
		var options []any
		for _, id := range ids {
			options = append(options, map[string]any{"value": id})
		}
		return map[string]any{"state": map[string]any{"values": map[string]any{"a9": map[string]any{"pick": map[string]any{"type": "multi_static_select", "selected_options": options}}}}}
	}
	act := []any{action("each:kick", "1:kick?r=sim:RM_1&@r=")}
	press, err := newRenderer().ReadPress(payload(t, act, state("PA_1", "PA_2")))
	if err != nil || len(press.Each) != 2 {
		t.Fatalf("press = %+v, %v", press, err)
	}
	if press.Each[0].Key == press.Each[1].Key || press.Each[1].Args[commands.ArgPerson] != "PA_2" || press.Each[1].Args[commands.ArgRoom] != "sim:RM_1" {
		t.Errorf("each = %+v", press.Each)
	}
	if _, err := newRenderer().ReadPress(payload(t, act, state())); moderation.CodeOf(err) != moderation.CodeInvalid {
		t.Errorf("nobody chosen: %v", err)
	}
}

func TestButtonsOfAnotherVersionAreSaidToBe(t *testing.T) {
	press, err := newRenderer().ReadPress(payload(t, []any{action("do:kick", `{"cmd":"kick"}`)}, nil))
	if moderation.CodeOf(err) != moderation.CodeInvalid || press.Invocation.Caller.Actor.ID != "U0MOD0000" || press.ResponseURL == "" {
		t.Errorf("press = %+v, %v: want a fault that can be answered", press, err)
	}
}

// submission is a view_submission payload for a dialog as it was drawn.
func submission(t *testing.T, metadata string, values map[string]any) []byte {
	t.Helper()
	return payload(t, nil, map[string]any{"type": "view_submission", "view": map[string]any{
		"id": "V1", "hash": "h1", "type": "modal", "private_metadata": metadata, "callback_id": "dialog:x",
		"state": map[string]any{"values": values},
	}})
}

func chosen(name, value string) map[string]any {
	return map[string]any{name: map[string]any{"type": "external_select", "selected_option": map[string]any{"value": value}}}
}

func typed(name, text string) map[string]any {
	return map[string]any{name: map[string]any{"type": "plain_text_input", "value": text}}
}

func TestSubmissionsAreRead(t *testing.T) {
	r := newRenderer()
	opened := bot.Press{
		ChannelID: "C0MODS000", ResponseURL: "https://hooks.example/1", Invocation: commands.Invocation{Command: "ban", Args: commands.Args{commands.ArgRoom: "sim:RM_1", "odd": "kept"}},
		List: &commands.Invocation{Args: commands.Args{commands.ArgRoom: "sim:RM_1"}},
	}
	view := r.OfferDialog(opened)
	values := map[string]any{
		"f:room": chosen("room", "sim:RM_2"), "f:person": chosen("person", "PA_1"), "f:for": chosen("for", "1h"), "f:for~": typed("for~", " 90s "),
		"f:reason": chosen("reason", "Spam"), "f:reason~": typed("reason~", ""), "s9": typed("s9", "not ours"),
	}
	press, err := r.ReadSubmission(submission(t, view.PrivateMetadata, values))
	if err != nil || press.Faults != nil {
		t.Fatalf("%v, %v", err, press.Faults)
	}
	want := commands.Args{commands.ArgRoom: "sim:RM_2", commands.ArgPerson: "PA_1", commands.ArgFor: "90s", commands.ArgReason: "Spam", "odd": "kept"}
	if d := cmp.Diff(want, press.Invocation.Args); d != "" {
		t.Errorf("args (-want +got):\n%s", d)
	}
	if press.Invocation.Command != "ban" || press.Invocation.Source != commands.FromDialog || press.Invocation.Key != "dialog/V1/h1" {
		t.Errorf("invocation = %+v", press.Invocation)
	}
	if press.ResponseURL != opened.ResponseURL || press.ChannelID != "C0MODS000" || press.List == nil {
		t.Errorf("the way back is lost: %+v", press)
	}
}

func TestFieldsThatCannotBeRightAreNamed(t *testing.T) {
	r := newRenderer()
	view := r.Dialog(commands.Missing{Command: "ban"}, bot.Origin{})
	press, err := r.ReadSubmission(submission(t, view.PrivateMetadata, map[string]any{"f:room": chosen("room", "sim:RM_2"), "f:person": chosen("person", "PA_1"), "f:for~": typed("for~", "soon")}))
	if err != nil || press.Faults["f:for~"] == "" {
		t.Errorf("faults = %v, %v", press.Faults, err)
	}
	press, err = r.ReadSubmission(submission(t, view.PrivateMetadata, map[string]any{"f:room": chosen("room", "sim:RM_2"), "f:person": map[string]any{"person": map[string]any{"selected_option": nil}}}))
	if err != nil || press.Faults["f:person"] == "" {
		t.Errorf("faults = %v, %v", press.Faults, err)
	}
	if _, err := r.ReadSubmission(submission(t, "{}", nil)); moderation.CodeOf(err) != moderation.CodeInvalid {
		t.Errorf("metadata of another version: %v", err)
	}
}

func TestChoosingARoomTellsTheDialog(t *testing.T) {
	r := newRenderer()
	view := r.Dialog(commands.Missing{Command: "kick", Args: commands.Args{commands.ArgReason: "loud"}}, bot.Origin{Channel: "C1"})
	act := map[string]any{
		"type": "external_select", "action_id": "room", "block_id": "f:room",
		"selected_option": map[string]any{"value": "sim:RM_2", "text": map[string]any{"type": "plain_text", "text": "standup"}},
	}
	press, err := r.ReadPress(payload(t, []any{act}, map[string]any{"view": map[string]any{
		"id": "V1", "hash": "h1", "type": "modal", "private_metadata": view.PrivateMetadata,
		"state": map[string]any{"values": map[string]any{"f:reason~": typed("reason~", "too loud")}},
	}}))
	if err != nil || !press.Link || press.View == nil || press.ViewID != "V1" {
		t.Fatalf("press = %+v, %v", press, err)
	}
	golden(t, "dialog_kick_room_chosen", press.View)
	guide := &fakeGuide{}
	r.WithGuide(guide).Suggest(context.Background(), suggestion(t, press.View.PrivateMetadata, "f:person", nil))
	if guide.room != "sim:RM_2" {
		t.Errorf("people are offered of %q", guide.room)
	}
}

// A case that its provider cannot take back has no button for it.
func TestUndoWhereItCanBe(t *testing.T) {
	r := newRenderer().WithGuide(&fakeGuide{})
	c := sample{name: "Chaos"}.kicked()
	for action, able := range map[moderation.Action]bool{moderation.ActionMute: false, moderation.ActionPin: true, moderation.ActionKick: false} {
		c.Action = action
		if got := strings.Contains(string(asJSON(t, r.CaseMessage(c).Blocks)), "undo"); got != able {
			t.Errorf("%s has the button: %v", action, got)
		}
	}
}

type fakeGuide struct {
	room  string
	found []commands.Candidate
}

// Undoable knows of a provider that cannot unmute.
func (g *fakeGuide) Undoable(c moderation.Case) (moderation.Action, bool) {
	inverse, ok := moderation.Inverse(c.Action)
	return inverse, ok && inverse != moderation.ActionUnmute
}

func (g *fakeGuide) CanTell(room string) bool { return strings.HasPrefix(room, "sim:") }

func (g *fakeGuide) SuggestRooms(context.Context, commands.Caller, string, int) []commands.Candidate {
	return g.found
}

func (g *fakeGuide) SuggestPeople(_ context.Context, _ commands.Caller, room, _ string, _ int) []commands.Candidate {
	g.room = room
	return g.found
}

func suggestion(t *testing.T, metadata, block string, values map[string]any) []byte {
	t.Helper()
	return payload(t, nil, map[string]any{
		"type": "block_suggestion", "block_id": block, "action_id": strings.TrimPrefix(block, "f:"), "value": "cha",
		"view": map[string]any{"id": "V1", "type": "modal", "private_metadata": metadata, "state": map[string]any{"values": values}},
	})
}

func TestTypeaheadAnswers(t *testing.T) {
	r := newRenderer()
	empty := string(asJSON(t, r.WithGuide(&fakeGuide{}).Suggest(context.Background(), suggestion(t, "", "f:person", map[string]any{"f:room": chosen("room", "sim:RM_1")}))))
	if strings.Join(strings.Fields(empty), "") != `{"options":[]}` {
		t.Errorf("an empty answer is %s", empty)
	}
	guide := &fakeGuide{}
	for range 300 {
		guide.found = append(guide.found, commands.Candidate{Value: "PA_1", Label: nasty, Hint: say("bot.person.since", "For", "9m")})
	}
	guide.found = append([]commands.Candidate{{Value: strings.Repeat("x", 151), Label: "long"}}, guide.found...)
	got := r.WithGuide(guide).Suggest(context.Background(), suggestion(t, "", "f:room", nil))
	inLimits(t, got)
	golden(t, "suggest_rooms", got)
	if s := asJSON(t, r.Suggest(context.Background(), []byte("no json"))); !strings.Contains(string(s), "[]") {
		t.Errorf("what cannot be read is answered with %s", s)
	}
}

func FuzzReadPress(f *testing.F) {
	f.Add([]byte(`{"type":"block_actions","actions":[{"action_id":"do:kick","value":"1:kick?r=a:b"}]}`))
	f.Add([]byte(`{"actions":[{"action_id":7,"selected_option":[]}],"view":{"type":"modal","private_metadata":"{}"}}`))
	f.Add([]byte(`{"view":{"private_metadata":"{\"v\":1,\"command\":\"kick\"}","state":{"values":{"f:room":{"v":{"value":null}}}}}}`))
	r := newRenderer()
	f.Fuzz(func(t *testing.T, payload []byte) {
		_, _ = r.ReadPress(payload)
		_, _ = r.ReadSubmission(payload)
		r.Suggest(context.Background(), payload)
	})
}

// TestPressesWithoutTheirTimeAreTwo holds that presses are told apart where
// nothing says when they were.
func TestPressesWithoutTheirTimeAreTwo(t *testing.T) {
	press := func(trigger string) string {
		a := action("do:kick", "1:kick?p=PA_1&r=sim:RM_1")
		delete(a, "action_ts")
		p, err := newRenderer().ReadPress(payload(t, []any{a}, map[string]any{"trigger_id": trigger}))
		if err != nil {
			t.Fatal(err)
		}
		return p.Invocation.Key
	}
	if one, again, other := press("T1"), press("T1"), press("T2"); one != again || one == other {
		t.Errorf("keys %q %q %q", one, again, other)
	}
}
