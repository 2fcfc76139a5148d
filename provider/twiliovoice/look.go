package twiliovoice

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Look tells from the conference whether an order came to its end. Nobody can
// tell whether an announcement was heard or what waiting music is set.
func (d *Driver) Look(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	switch o.Action {
	case moderation.ActionEnd:
		ended, err := d.ended(ctx, o.Room)
		if moderation.CodeOf(err) == moderation.CodeNotFound {
			return moderation.Succeeded, nil
		}
		return outcome(ended, err)
	case moderation.ActionMuteAll:
		return d.lookAtAll(ctx, o)
	case moderation.ActionDial:
		return d.lookForDialled(ctx, o)
	}
	p, err := d.fetch(ctx, o.Room, o.Participant.ID)
	absent := moderation.CodeOf(err) == moderation.CodeNotFound
	if err != nil && !absent {
		return moderation.Unknown, err
	}
	if o.Action == moderation.ActionKick {
		return outcome(absent || gone(p), nil)
	}
	if absent {
		return moderation.Unknown, nil
	}
	return lookAtOne(p, o)
}

func lookAtOne(p moderation.Participant, o provider.Order) (moderation.Outcome, error) {
	switch o.Action {
	case moderation.ActionMute:
		return outcome(p.IsBlocked(moderation.Audio), nil)
	case moderation.ActionUnmute:
		return outcome(!p.IsBlocked(moderation.Audio), nil)
	case moderation.ActionHold:
		return outcome(p.OnHold, nil)
	case moderation.ActionUnhold:
		return outcome(!p.OnHold, nil)
	case moderation.ActionCoach:
		return outcome(p.Coaching == o.Listener.ID, nil)
	case moderation.ActionUncoach:
		return outcome(p.Coaching == "", nil)
	case moderation.ActionSet:
		if wanted, ok := o.Options["end_conference_on_exit"]; ok {
			return outcome(p.EndsRoom == (wanted == yes), nil)
		}
	}
	return moderation.Unknown, nil
}

func (d *Driver) lookAtAll(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return moderation.Unknown, err
	}
	for _, p := range people {
		if bulk(p, o.Except) && !p.IsBlocked(moderation.Audio) {
			return moderation.Failed, nil
		}
	}
	return moderation.Succeeded, nil
}

// lookForDialled finds whom a dial called. Nobody there may also mean that the
// call was not taken, so that this is no proof.
func (d *Driver) lookForDialled(ctx context.Context, o provider.Order) (moderation.Outcome, error) {
	who := o.Label
	if who == "" {
		who = o.Number
	}
	_, err := d.Participant(ctx, o.Room, who)
	switch moderation.CodeOf(err) {
	case "", moderation.CodeAmbiguous:
		return moderation.Succeeded, nil
	case moderation.CodeNotFound:
		return moderation.Unknown, nil
	default:
		return moderation.Unknown, err
	}
}

func outcome(done bool, err error) (moderation.Outcome, error) {
	switch {
	case err != nil:
		return moderation.Unknown, err
	case done:
		return moderation.Succeeded, nil
	default:
		return moderation.Failed, nil
	}
}
