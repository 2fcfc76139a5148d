package twiliovoice

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Hold sets a call apart, with music where the order names some.
func (d *Driver) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	params := new(api.UpdateParticipantParams).SetHold(true)
	if o.URL != "" {
		params.SetHoldUrl(o.URL)
		if o.Method != "" {
			params.SetHoldMethod(o.Method)
		}
	}
	effect, err := d.update(ctx, o, params)
	return d.leaving(o, effect, err)
}

// Unhold lets a call back into the conference; an undo leaves one on hold that
// was so before, with the music that it has now.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	was, err := undoing(o)
	switch {
	case err != nil:
		return provider.Effect{}, err
	case was.OnHold:
		return provider.Effect{Done: moderation.Say("provider.stays.on_hold")}, nil
	}
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetHold(false))
}
