package twiliovideo_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/providertest"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

var four = []string{"mia", "chaos", "ada", "bob"}

func TestMutesByTheRulesOfTheOthers(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		before := a.hears(sid)
		effect := a.MustAct(t, provider.Order{
			Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio,
		})
		if diff := cmp.Diff(everyone(four, "mia>chaos", "ada>chaos", "bob>chaos"), a.hears(sid)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(everyone(four), a.gets(sid, "video")); diff != "" {
			t.Errorf("the picture changed too: %s", diff)
		}
		want := []twiliotest.Rule{{Type: "include", All: true}, {Type: "exclude", Publisher: "chaos", Kind: "audio"}}
		if diff := cmp.Diff(want, a.Rules(a.Present(sid)["ada"])); diff != "" {
			t.Error(diff)
		}
		if effect.Reached != 3 || len(effect.Says) != 1 || effect.Says[0].Key != "twilio-video.mute.how" {
			t.Errorf("effect %+v", effect)
		}
		muted := a.MustPerson(t, room, "chaos")
		if diff := cmp.Diff([]moderation.Media{moderation.Audio}, muted.Blocked); diff != "" {
			t.Error(diff)
		}
		if who := a.MustPerson(t, room, "mia"); len(who.Blocked) > 0 {
			t.Errorf("mia is shown as %+v", who)
		}
		// It holds when the person comes back, because the rules name the identity.
		a.Disconnect(muted.ID)
		a.Connect(sid, "chaos")
		if a.hears(sid)["mia>chaos"] {
			t.Error("chaos is heard again after a new connection")
		}
		a.MustAct(t, provider.Order{
			Action: moderation.ActionUnmute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio, Restore: effect.Restore,
		})
		if diff := cmp.Diff(before, a.hears(sid)); diff != "" {
			t.Error(diff)
		}
		if rules := a.Rules(a.Present(sid)["ada"]); !cmp.Equal(rules, twiliotest.IncludeAll()) {
			t.Errorf("left behind: %v", rules)
		}
	})
}

// An unmute takes back what the mute added and nothing that was there before.
func TestUnmuteLeavesTheAppsOwnRules(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		own := []twiliotest.Rule{{Type: "include", All: true}, {Type: "exclude", Publisher: "chaos", Kind: "audio"}, {Type: "exclude", Publisher: "bob"}}
		a.SetRules(a.Present(sid)["ada"], own...)
		order := provider.Order{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio}
		order.Restore = a.MustAct(t, order).Restore
		order.Action = moderation.ActionUnmute
		a.MustAct(t, order)
		if diff := cmp.Diff(own, a.Rules(a.Present(sid)["ada"])); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(everyone(four, "ada>chaos", "ada>bob"), a.hears(sid)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMutingTwiceWritesOnce(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		order := provider.Order{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Video}
		a.MustAct(t, order)
		a.Requests()
		a.MustAct(t, order)
		if sent := standin.Writes(a.Requests()); len(sent) != 0 {
			t.Errorf("sent %v", sent)
		}
	})
}

// Two moderators at once: neither mute is lost.
func TestMutesAtOnceBothHold(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		var orders []provider.Order
		for _, who := range []string{"mia", "chaos"} {
			orders = append(orders, provider.Order{
				Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, who), Media: moderation.Audio,
			})
		}
		var both sync.WaitGroup
		for _, order := range orders {
			both.Go(func() { a.MustAct(t, order) })
		}
		both.Wait()
		want := everyone(four, "chaos>mia", "ada>mia", "bob>mia", "mia>chaos", "ada>chaos", "bob>chaos")
		if diff := cmp.Diff(want, a.hears(sid)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNewcomersGetTheRules(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		standing := []provider.Order{
			{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio},
			{Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "bob"), Media: moderation.Video},
			{Action: moderation.ActionHold, Room: room, Participant: a.MustPerson(t, room, "ada")},
		}
		for _, o := range standing {
			a.MustAct(t, o)
		}
		greet := func(who string) {
			t.Helper()
			a.Connect(sid, who)
			_, err := a.Driver.(provider.Greeter).Greet(t.Context(), provider.Order{Room: room, Participant: a.MustPerson(t, room, who)}, standing)
			if err != nil {
				t.Fatal(err)
			}
		}
		greet("new")
		for pair, kind := range map[string]string{"new>chaos": "audio", "new>bob": "video", "new>ada": "audio"} {
			if a.gets(sid, kind)[pair] {
				t.Errorf("%s gets %s", pair, kind)
			}
		}
		if !a.hears(sid)["new>mia"] || !a.hears(sid)["mia>new"] {
			t.Error("the newcomer is shut off")
		}
		// Whom a hold is for gets nothing after coming back either.
		greet("ada")
		for pair := range a.hears(sid) {
			if pair[:4] == "ada>" || pair[len(pair)-4:] == ">ada" {
				t.Errorf("on hold, and %s", pair)
			}
		}
		greet("chaos")
		if a.hears(sid)["mia>chaos"] || !a.hears(sid)["chaos>mia"] {
			t.Error("chaos is not muted, or shut off")
		}
	})
}

func TestMutesAll(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		order := provider.Order{Action: moderation.ActionMuteAll, Room: room, Media: moderation.Audio, Except: []string{"mia"}}
		effect := a.MustAct(t, order)
		onlyMia := map[string]bool{"chaos>mia": true, "ada>mia": true, "bob>mia": true}
		if diff := cmp.Diff(onlyMia, a.hears(sid)); diff != "" || effect.Reached != 3 {
			t.Errorf("%s effect %+v", diff, effect)
		}
		for who, blocked := range map[string]bool{"mia": false, "chaos": true, "ada": true} {
			if p := a.MustPerson(t, room, who); p.IsBlocked(moderation.Audio) != blocked {
				t.Errorf("%s: blocked is %v", who, !blocked)
			}
		}
		a.Connect(sid, "new")
		if a.hears(sid)["ada>new"] {
			t.Error("a newcomer is heard")
		}
		for _, who := range []string{"chaos", "ada"} {
			a.MustAct(t, provider.Order{Action: moderation.ActionUnmute, Room: room, Participant: a.MustPerson(t, room, who), Media: moderation.Audio})
			if !a.hears(sid)["bob>"+who] || !a.hears(sid)["mia>"+who] || a.hears(sid)["mia>bob"] {
				t.Errorf("after the unmute of %s: %v", who, a.hears(sid))
			}
		}
	})
}

func TestHoldsAndLetsBack(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		order := provider.Order{Action: moderation.ActionHold, Room: room, Participant: a.MustPerson(t, room, "chaos")}
		effect := a.MustAct(t, order)
		if diff := cmp.Diff(everyone([]string{"mia", "ada", "bob"}), a.hears(sid)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(everyone([]string{"mia", "ada", "bob"}), a.gets(sid, "video")); diff != "" {
			t.Error(diff)
		}
		if p := a.MustPerson(t, room, "chaos"); !p.OnHold {
			t.Errorf("shown as %+v", p)
		}
		if p := a.MustPerson(t, room, "mia"); p.OnHold {
			t.Errorf("shown as %+v", p)
		}
		order.Action, order.Restore = moderation.ActionUnhold, effect.Restore
		a.MustAct(t, order)
		if diff := cmp.Diff(everyone(four), a.hears(sid)); diff != "" {
			t.Error(diff)
		}
		if p := a.MustPerson(t, room, "chaos"); p.OnHold {
			t.Errorf("shown as %+v", p)
		}
	})
}

func TestWhispers(t *testing.T) {
	for _, coach := range four {
		for _, listener := range four {
			if coach == listener {
				continue
			}
			t.Run(coach+" to "+listener, func(t *testing.T) {
				withAccount(t, func(t *testing.T, a *account) {
					sid := a.AddRoom("daily", four...)
					room := a.MustRoom(t, "daily")
					order := provider.Order{
						Action: moderation.ActionCoach, Room: room, Participant: a.MustPerson(t, room, coach), Listener: a.MustPerson(t, room, listener),
					}
					a.MustAct(t, order)
					for _, other := range four {
						if other != coach && a.hears(sid)[other+">"+coach] != (other == listener) {
							t.Errorf("%s hears the coach: %v", other, other != listener)
						}
					}
					p := a.MustPerson(t, room, coach)
					if p.Coaching != order.Listener.ID || len(p.Blocked) > 0 {
						t.Errorf("shown as %+v", p)
					}
					order.Action = moderation.ActionUncoach
					a.MustAct(t, order)
					if diff := cmp.Diff(everyone(four), a.hears(sid)); diff != "" {
						t.Error(diff)
					}
				})
			})
		}
	}
}

func TestNobodyCoachesThemselves(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		mia := a.MustPerson(t, room, "mia")
		_, err := a.Act(t, provider.Order{Action: moderation.ActionCoach, Room: room, Participant: mia, Listener: mia})
		providertest.WantCode(t, err, moderation.CodeInvalid, "twilio-video.coach.self")
	})
}

// full is a subscriber's 20 rules.
func full() []twiliotest.Rule {
	rules := twiliotest.IncludeAll()
	for i := range 19 {
		rules = append(rules, twiliotest.Rule{Type: "exclude", Publisher: fmt.Sprint("x", i), Kind: "audio"})
	}
	return rules
}

func TestNamesWhoseRulesAreUsedUp(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		sid := a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		a.SetRules(a.Present(sid)["ada"], full()...)
		var told [][2]int
		order := provider.Order{
			Action: moderation.ActionMute, Room: room, Participant: a.MustPerson(t, room, "chaos"), Media: moderation.Audio,
			Progress: func(done, total int) { told = append(told, [2]int{done, total}) },
		}
		effect := a.MustAct(t, order)
		want := []moderation.Unreached{{Identity: "ada", Name: "ada", Why: "twilio-video.why.rules_full"}}
		if diff := cmp.Diff(want, effect.Unreached); diff != "" || effect.Reached != 2 {
			t.Errorf("reached %d: %s", effect.Reached, diff)
		}
		if diff := cmp.Diff([][2]int{{1, 3}, {2, 3}, {3, 3}}, told); diff != "" {
			t.Error(diff)
		}
		for _, who := range []string{"mia", "bob"} {
			a.SetRules(a.Present(sid)[who], full()...)
		}
		_, err := a.Act(t, order)
		providertest.WantCode(t, err, moderation.CodeRejected, "twilio-video.rules_full")
		order.Action = moderation.ActionHold
		order.Participant = a.MustPerson(t, room, "ada")
		_, err = a.Act(t, order)
		providertest.WantCode(t, err, moderation.CodeRejected, "twilio-video.rules_full")
	})
}

func TestRefusesWhatTwilioCannotTellApart(t *testing.T) {
	withAccount(t, func(t *testing.T, a *account) {
		a.AddRoom("daily", four...)
		room := a.MustRoom(t, "daily")
		for _, action := range []moderation.Action{moderation.ActionMute, moderation.ActionUnmute, moderation.ActionMuteAll} {
			_, err := a.Act(t, provider.Order{Action: action, Room: room, Participant: moderation.Participant{ID: "PA1"}, Media: moderation.Screen})
			providertest.WantCode(t, err, moderation.CodeUnsupported, "twilio-video.can.no_screen")
		}
		_, err := a.Act(t, provider.Order{Action: moderation.ActionUnmute, Room: room, Restore: json.RawMessage(`{"had":1}`)})
		providertest.WantCode(t, err, moderation.CodeInternal, "")
	})
}
