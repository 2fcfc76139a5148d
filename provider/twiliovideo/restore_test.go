package twiliovideo_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

var (
	chaosMuted   = twiliotest.Rule{Type: "exclude", Publisher: "chaos", Kind: "audio"}
	chaosOnHold  = twiliotest.Rule{Type: "exclude", Publisher: "chaos"}
	everyoneMute = twiliotest.Rule{Type: "exclude", Kind: "audio"}
	gotNothing   = twiliotest.Rule{Type: "exclude", All: true}
)

// An undo leaves each subscriber's rules as they were before the order, whether
// its answer came or was lost and only what was seen before it is known.
func TestUndoGivesBackTheRulesThatWere(t *testing.T) {
	with := func(rules ...twiliotest.Rule) []twiliotest.Rule { return append(twiliotest.IncludeAll(), rules...) }
	everyoneHas := func(rules ...twiliotest.Rule) map[string][]twiliotest.Rule {
		return map[string][]twiliotest.Rule{"mia": with(rules...), "ada": with(rules...), "bob": with(rules...)}
	}
	for name, c := range map[string]struct {
		action, inverse moderation.Action
		before          map[string][]twiliotest.Rule
		stays           string
	}{
		"a mute":                           {moderation.ActionMute, moderation.ActionUnmute, nil, ""},
		"a mute of one whom an app mutes":  {moderation.ActionMute, moderation.ActionUnmute, everyoneHas(chaosMuted), "provider.stays.muted"},
		"a mute that one had":              {moderation.ActionMute, moderation.ActionUnmute, map[string][]twiliotest.Rule{"mia": with(chaosMuted)}, ""},
		"a mute beside one of all":         {moderation.ActionMute, moderation.ActionUnmute, everyoneHas(everyoneMute), ""},
		"a hold":                           {moderation.ActionHold, moderation.ActionUnhold, nil, ""},
		"a hold of one who got nothing":    {moderation.ActionHold, moderation.ActionUnhold, map[string][]twiliotest.Rule{"chaos": {gotNothing}}, ""},
		"a hold of whom nobody got before": {moderation.ActionHold, moderation.ActionUnhold, everyoneHas(chaosOnHold), ""},
	} {
		for _, lost := range []bool{false, true} {
			withAccount(t, func(t *testing.T, a *account) {
				sid := a.AddRoom("daily", four...)
				for who, rules := range c.before {
					a.SetRules(a.Present(sid)[who], rules...)
				}
				before := a.allRules(sid)
				room := a.MustRoom(t, "daily")
				order := provider.Order{Action: c.action, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio}
				remembered := a.Driver.(provider.Rememberer).Remember(order)
				restore := a.MustAct(t, order).Restore
				if lost {
					restore = remembered
				}
				order.Action, order.Restore, order.Undoes = c.inverse, restore, true
				effect := a.MustAct(t, order)
				if diff := cmp.Diff(before, a.allRules(sid)); diff != "" {
					t.Errorf("%s, lost %v, restore %s: %s", name, lost, restore, diff)
				}
				if effect.Done.Key != c.stays {
					t.Errorf("%s, lost %v: says %q", name, lost, effect.Done.Key)
				}
			})
		}
	}
}

// allRules returns the rules of everyone present, by identity.
func (a *account) allRules(roomSID string) map[string][]twiliotest.Rule {
	all := map[string][]twiliotest.Rule{}
	for who, sid := range a.Present(roomSID) {
		all[who] = a.Rules(sid)
	}
	return all
}

// Who asks for an unmute means what an app muted too, where nothing of ours is
// to be taken back.
func TestUnmuteByHandEndsTheAppsMute(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		for who, subscriber := range a.Present(sid) {
			if who != "chaos" {
				a.SetRules(subscriber, append(twiliotest.IncludeAll(), chaosMuted)...)
			}
		}
		room := a.MustRoom(t, "daily")
		order := provider.Order{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio}
		order.Restore = a.MustAct(t, order).Restore
		order.Action = moderation.ActionUnmute
		a.MustAct(t, order)
		if diff := cmp.Diff(everyone(four), a.hears(sid)); diff != "" {
			t.Error(diff)
		}
	})
}

// A coach who turns to someone else is heard by that one, and by nobody else;
// an undo turns back to whoever heard the coach before.
func TestCoachTurnsToSomeoneElse(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		coach := func(listener string) (order provider.Order, restore, remembered json.RawMessage) {
			t.Helper()
			order = provider.Order{
				Action: moderation.ActionCoach, Room: room,
				Participant: a.MustPerson(t, room, "bob"), Listener: a.MustPerson(t, room, listener),
			}
			remembered = a.Driver.(provider.Rememberer).Remember(order)
			return order, a.MustAct(t, order).Restore, remembered
		}
		hear := func(who ...string) {
			t.Helper()
			want := everyone(four, "mia>bob", "chaos>bob", "ada>bob")
			for _, one := range who {
				want[one+">bob"] = true
			}
			if diff := cmp.Diff(want, a.hears(sid)); diff != "" {
				t.Error(diff)
			}
		}
		coach("mia")
		hear("mia")
		order, restore, remembered := coach("ada")
		hear("ada")
		if p := a.MustPerson(t, room, "bob"); p.Coaching != a.Present(sid)["ada"] {
			t.Errorf("bob is shown as coaching %q", p.Coaching)
		}
		if string(restore) != string(remembered) {
			t.Errorf("remembered %s, left %s", remembered, restore)
		}
		order.Action, order.Restore, order.Undoes = moderation.ActionUncoach, restore, true
		if effect := a.MustAct(t, order); effect.Done.Key != "provider.stays.coaching" {
			t.Errorf("says %+v", effect)
		}
		hear("mia")
		a.Disconnect(a.Present(sid)["mia"])
		a.MustAct(t, order)
		if a.hears(sid)["ada>bob"] != true || a.hears(sid)["chaos>bob"] != true {
			t.Errorf("the one before has left and the whisper goes on: %v", a.hears(sid))
		}
		a.Requests()
		order.Undoes = false
		a.MustAct(t, order)
		if sent := standin.Writes(a.Requests()); len(sent) != 0 {
			t.Errorf("sent %v", sent)
		}
	})
}
