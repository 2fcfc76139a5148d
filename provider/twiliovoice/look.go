package twiliovoice

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Look tells what became of an order. An undo is done, too, where what was
// before it is there.
func (d *Driver) Look(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	was, err := undoing(o)
	if err != nil {
		return moderation.Unknown, err
	}
	client := provider.NewClient(d.name, Type.Name, unlooked{d})
	if back, again := was.order(o); again {
		outcome, err := client.Observe(ctx, back)
		if err != nil || outcome == moderation.Succeeded {
			return outcome, err
		}
	}
	return client.Observe(ctx, o)
}

// unlooked is the driver without its Look.
type unlooked struct{ provider.Driver }

// order is the one whose effect an undo leaves in force.
func (b before) order(o provider.Order) (back provider.Order, again bool) {
	switch {
	case o.Action == moderation.ActionUnmute && b.Muted:
		o.Action = moderation.ActionMute
	case o.Action == moderation.ActionUnhold && b.OnHold:
		o.Action = moderation.ActionHold
	case o.Action == moderation.ActionUncoach && b.Coaching != "":
		o.Action, o.Listener = moderation.ActionCoach, moderation.Participant{ID: b.Coaching}
	default:
		return o, false
	}
	return o, true
}
