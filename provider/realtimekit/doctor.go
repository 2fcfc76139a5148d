package realtimekit

import (
	"context"
	"errors"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Diagnose checks the browser and the presets that the configuration names.
func (d *Driver) Diagnose(ctx context.Context) []provider.Finding {
	all := []provider.Finding{{OK: true, Says: moderation.Say("realtimekit.doctor.account", "Provider", d.name)}}
	if d.stage != nil {
		preset := finding(d.presets.bridge, d.checkBridge(ctx)) // before the browser, which may take all the time
		all = append(all, d.checkBrowser(ctx), preset)
	}
	if d.presets.noVideo == "" {
		says := moderation.Say("realtimekit.doctor.no_video", "Provider", d.name)
		if d.stage == nil {
			says = moderation.Say("realtimekit.doctor.neither", "Provider", d.name)
		}
		return append(all, provider.Finding{OK: true, Says: says, Remedy: moderation.Say("realtimekit.doctor.set_no_video")})
	}
	return append(all, finding(d.presets.noVideo, d.checkNoVideo(ctx)))
}

// checkBrowser starts the bridge's browser, without any meeting.
func (d *Driver) checkBrowser(ctx context.Context) provider.Finding {
	if err := d.stage.Check(ctx); err != nil {
		d.log.Warn("the bridge's browser does not start", "error", err)
		return provider.Finding{
			Says: moderation.Say("realtimekit.doctor.no_chromium", "Path", moderation.Literal(d.chromium)), Remedy: moderation.Say("realtimekit.doctor.set_chromium"),
		}
	}
	return provider.Finding{OK: true, Says: moderation.Say("realtimekit.doctor.chromium", "Path", moderation.Literal(d.chromium))}
}

// finding is what the check of a preset came to.
func finding(preset string, err error) provider.Finding {
	if err == nil {
		return provider.Finding{OK: true, Says: moderation.Say("realtimekit.doctor.preset", "Preset", moderation.Literal(preset))}
	}
	var fault *moderation.Error
	if errors.As(err, &fault) && !fault.Says.IsZero() {
		return provider.Finding{Says: fault.Says, Remedy: moderation.Say("realtimekit.doctor.mend_preset", "Preset", moderation.Literal(preset))}
	}
	return provider.Finding{Says: moderation.Say("realtimekit.doctor.unread_preset", "Preset", moderation.Literal(preset)), Remedy: moderation.Say("realtimekit.doctor.again")}
}
