package twiliovideo

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Diagnose says what of the configuration leaves something out. Whether Twilio
// takes the credentials is what Check says.
func (d *Driver) Diagnose(context.Context) []provider.Finding {
	all := []provider.Finding{{OK: true, Says: moderation.Say("twilio-video.doctor.account", "Provider", d.name)}}
	if d.authToken == "" {
		all = append(all, provider.Finding{
			OK: true, Says: moderation.Say("twilio-video.doctor.no_auth_token", "Provider", d.name),
			Remedy: moderation.Say("twilio-video.doctor.set_auth_token"),
		})
	}
	return all
}
