package twiliovoice

import (
	"context"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/provider"
)

// settings are what Twilio lets one change of someone present, besides what
// has a command of its own.
var settings = []option[api.UpdateParticipantParams]{
	{name: "wait_url", usage: "music until the conference starts", check: address, set: func(p *api.UpdateParticipantParams, v string) { p.SetWaitUrl(v) }},
	{name: "wait_method", usage: "how the music is fetched", check: oneOf("GET", "POST"), set: func(p *api.UpdateParticipantParams, v string) { p.SetWaitMethod(v) }},
	{name: "beep_on_exit", usage: "a beep when they leave", check: boolean, set: func(p *api.UpdateParticipantParams, v string) { p.SetBeepOnExit(v == yes) }},
	{name: "end_conference_on_exit", usage: "the conference ends for all when they leave", check: boolean, set: func(p *api.UpdateParticipantParams, v string) { p.SetEndConferenceOnExit(v == yes) }},
}

// Configure changes what Options lists for the action set.
func (d *Driver) Configure(ctx context.Context, o provider.Order) (provider.Effect, error) {
	params := new(api.UpdateParticipantParams)
	apply(settings, params, o.Options)
	return d.update(ctx, o, params)
}
