package twiliovoice

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Coach makes the listener the only one who hears the participant.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	effect, err := d.coach(ctx, o, o.Listener.ID)
	return d.leaving(o, effect, err)
}

func (d *Driver) coach(ctx context.Context, o provider.Order, listener string) (provider.Effect, error) {
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetCoaching(true).SetCallSidToCoach(listener))
}

// Uncoach lets everyone hear the participant again; an undo lets whom they
// coached before hear them again, if that one is still there.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	was, err := undoing(o)
	if err != nil {
		return provider.Effect{}, err
	}
	if was.Coaching != "" {
		listener, err := d.fetch(ctx, o.Room, was.Coaching)
		switch {
		case err == nil:
			effect, err := d.coach(ctx, o, was.Coaching)
			effect.Done = moderation.Say("provider.stays.coaching", "Earlier", listener.DisplayName())
			return effect, err
		case moderation.CodeOf(err) != moderation.CodeNotFound:
			return provider.Effect{}, err
		}
	}
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetCoaching(false))
}
