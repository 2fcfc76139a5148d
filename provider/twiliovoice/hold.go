package twiliovoice

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

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
	return d.update(ctx, o, params)
}

// Unhold lets a call back into the conference.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetHold(false))
}
