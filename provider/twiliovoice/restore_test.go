package twiliovoice_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/internal/standin"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
)

// An undo leaves someone as they were before the order; who asks for the
// opposite by hand gets it whatever was before.
func TestUndoGivesBackWhatWas(t *testing.T) {
	for name, c := range map[string]struct {
		before          *provider.Order // what an app has done
		action, inverse moderation.Action
		stays           string
	}{
		"a mute":                {nil, moderation.ActionMute, moderation.ActionUnmute, ""},
		"a mute of a muted":     {&provider.Order{Action: moderation.ActionMute}, moderation.ActionMute, moderation.ActionUnmute, "provider.stays.muted"},
		"a hold":                {nil, moderation.ActionHold, moderation.ActionUnhold, ""},
		"a hold of one on hold": {&provider.Order{Action: moderation.ActionHold}, moderation.ActionHold, moderation.ActionUnhold, "provider.stays.on_hold"},
		"a whisper":             {nil, moderation.ActionCoach, moderation.ActionUncoach, ""},
		"another whisper":       {&provider.Order{Action: moderation.ActionCoach}, moderation.ActionCoach, moderation.ActionUncoach, "provider.stays.coaching"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, support())
			room, customer, agent := two(t, a)
			another := a.Join(room.ID, twiliotest.Caller{Label: "third", Number: "+16175551219"})
			if c.before != nil {
				o := *c.before
				o.Room, o.Participant, o.Listener = room, customer, a.MustPerson(t, room, another)
				a.MustAct(t, o)
			}
			before := a.MustPerson(t, room, customer.ID)
			order := provider.Order{Action: c.action, Room: room, Participant: before, Listener: agent}
			remembered := a.Driver.(provider.Rememberer).Remember(order)
			order.Restore = a.MustAct(t, order).Restore
			if string(order.Restore) != string(remembered) || len(remembered) == 0 {
				t.Errorf("remembered %s, left %s", remembered, order.Restore)
			}
			order.Action, order.Undoes = c.inverse, true
			if effect := a.MustAct(t, order); effect.Done.Key != c.stays {
				t.Errorf("says %+v", effect)
			}
			if outcome, err := a.Driver.(provider.Looker).Look(t.Context(), order); outcome != moderation.Succeeded || err != nil {
				t.Errorf("a look says %s, %v", outcome, err)
			}
			after := a.MustPerson(t, room, customer.ID)
			if after.IsBlocked(moderation.Audio) != before.IsBlocked(moderation.Audio) || after.OnHold != before.OnHold || after.Coaching != before.Coaching {
				t.Errorf("was %+v, is %+v", before, after)
			}
			a.Requests()
			order.Undoes = false
			a.MustAct(t, order)
			if sent := standin.Writes(a.Requests()); len(sent) != 1 {
				t.Errorf("by hand: sent %v", sent)
			}
			after = a.MustPerson(t, room, customer.ID)
			if after.IsBlocked(moderation.Audio) || after.OnHold || after.Coaching != "" {
				t.Errorf("by hand: is %+v", after)
			}
		})
	}
}

// Of whom a coach was heard before and who has left nobody can hear them again.
func TestUndoOfAWhisperWithoutTheOneBefore(t *testing.T) {
	a := newAccount(t, support())
	room, customer, agent := two(t, a)
	another := a.Join(room.ID, twiliotest.Caller{Label: "third", Number: "+16175551219"})
	order := provider.Order{Action: moderation.ActionCoach, Room: room, Participant: customer, Listener: a.MustPerson(t, room, another)}
	a.MustAct(t, order)
	order.Participant, order.Listener = a.MustPerson(t, room, customer.ID), agent
	order.Restore = a.MustAct(t, order).Restore
	a.Leave(another)
	order.Action, order.Undoes = moderation.ActionUncoach, true
	if effect := a.MustAct(t, order); !effect.Done.IsZero() {
		t.Errorf("says %+v", effect)
	}
	if p := a.MustPerson(t, room, customer.ID); p.Coaching != "" {
		t.Errorf("is %+v", p)
	}
}
