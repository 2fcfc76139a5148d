package twiliovideo_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// What became of an order that goes by rules is told by everyone's rules: of all,
// of some, of none. Those who had theirs before it tell nothing.
func TestLooksAtEveryonesRules(t *testing.T) {
	orders := map[moderation.Action]moderation.Action{
		moderation.ActionMute: moderation.ActionUnmute, moderation.ActionHold: moderation.ActionUnhold,
		moderation.ActionCoach: moderation.ActionUncoach, moderation.ActionMuteAll: "",
	}
	for action, inverse := range orders {
		withAccount(t, func(t *testing.T, a *account) {
			sid := a.AddRoom("daily", four...)
			a.SetRules(a.Present(sid)["mia"], append(twiliotest.IncludeAll(), chaosMuted)...)
			room := a.MustRoom(t, "daily")
			order := provider.Order{
				Action: action, Room: room, Participant: a.MustPerson(t, room, "chaos"), Listener: a.MustPerson(t, room, "mia"), Media: moderation.Audio,
			}
			look := func(what string, o provider.Order, want moderation.Outcome) {
				t.Helper()
				if got, err := a.Driver.(provider.Looker).Look(t.Context(), o); got != want || err != nil {
					t.Errorf("%s: %s %s, %v", what, o.Action, got, err)
				}
			}
			before := a.allRules(sid)
			order.Restore = a.Driver.(provider.Rememberer).Remember(order)
			look("nothing sent", order, moderation.Failed)
			order.Restore = a.MustAct(t, order).Restore
			look("all done", order, moderation.Succeeded)
			after := a.allRules(sid)
			if inverse != "" {
				back := order
				back.Action, back.Undoes = inverse, true
				look("not taken back", back, moderation.Failed)
				a.SetRules(a.Present(sid)["bob"], before["bob"]...)
				look("taken back at bob", back, moderation.Partial)
				a.MustAct(t, back)
				look("taken back", back, moderation.Succeeded)
				for who, rules := range after {
					a.SetRules(a.Present(sid)[who], rules...)
				}
			}
			a.SetRules(a.Present(sid)["ada"], before["ada"]...)
			look("not done at ada", order, moderation.Partial)
			a.Disconnect(a.Present(sid)["ada"])
			look("who is missing has left", order, moderation.Succeeded)
			a.MustAct(t, provider.Order{Action: moderation.ActionEnd, Room: room})
			look("the room has ended", order, moderation.Failed)
		})
	}
}
