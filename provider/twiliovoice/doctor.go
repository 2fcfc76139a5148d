package twiliovoice

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Diagnose says what of the configuration leaves something out. Whether Twilio
// takes the credentials is what Check says.
func (d *Driver) Diagnose(context.Context) []provider.Finding {
	all := []provider.Finding{{OK: true, Says: moderation.Say("twilio-voice.doctor.account", "Provider", d.name)}}
	if d.host == nil {
		all = append(all, provider.Finding{
			OK: true, Says: moderation.Say("twilio-voice.doctor.no_host", "Provider", d.name),
			Remedy: moderation.Say("twilio-voice.doctor.set_public_url"),
		})
	}
	if d.callerID == "" {
		all = append(all, provider.Finding{
			OK: true, Says: moderation.Say("twilio-voice.doctor.no_caller", "Provider", d.name),
			Remedy: moderation.Say("twilio-voice.doctor.set_caller_id"),
		})
	}
	return all
}
