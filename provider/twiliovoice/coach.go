package twiliovoice

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/provider"
)

// Coach makes the listener the only one who hears the participant.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetCoaching(true).SetCallSidToCoach(o.Listener.ID))
}

// Uncoach lets everyone hear the participant again.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetCoaching(false))
}
