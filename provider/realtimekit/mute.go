package realtimekit

import (
	"context"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Mute turns someone's microphone off, or their camera.
func (d *Driver) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	all, err := d.present(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	switch medium(o) {
	case moderation.Audio:
		who, there := connection(all, o.Participant)
		if !there {
			return provider.Effect{}, errNoPerson
		}
		return d.muteAudio(ctx, o.Room, devices(all, who))
	case moderation.Video:
		if d.stage != nil {
			return d.darken(ctx, o, all)
		}
		return d.stopVideo(ctx, o, all)
	default:
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "realtimekit.can.no_screen")
	}
}

// Unmute gives someone the camera back whose preset a mute had changed. Nobody
// can turn another's microphone on.
func (d *Driver) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	switch medium(o) {
	case moderation.Audio:
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "realtimekit.can.no_unmute")
	case moderation.Video:
		return d.allowVideo(ctx, o)
	default:
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "realtimekit.can.no_screen")
	}
}

// MuteAll turns everyone's microphone off, or everyone's camera. RealtimeKit
// forbids people to unmute themselves only where nobody is spared.
func (d *Driver) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	all, err := d.present(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	people := slices.DeleteFunc(slices.Clone(all), func(p moderation.Participant) bool { return !p.Kind.Human() || o.Spares(p) })
	if medium(o) == moderation.Video && d.stage != nil {
		return d.darkenAll(ctx, o, people, len(people) == humans(all))
	}
	if medium(o) == moderation.Video {
		return d.stopVideoOfAll(ctx, o, people)
	}
	if len(people) < humans(all) {
		effect, err := d.muteAudio(ctx, o.Room, people)
		effect.Reached = len(people)
		if !o.AllowUnmute && err == nil {
			effect.Says = append(effect.Says, moderation.Say("realtimekit.mute_all.may_unmute"))
		}
		return effect, err
	}
	if err := d.api.muteAll(ctx, o.Room.ID, o.AllowUnmute); err != nil {
		return provider.Effect{}, err
	}
	d.muted.add(o.Room.ID, people)
	return provider.Effect{Reached: len(people)}, nil
}

func humans(all []moderation.Participant) int {
	n := 0
	for _, p := range all {
		if p.Kind.Human() {
			n++
		}
	}
	return n
}

// muteAudio turns the microphones of some people off, in one request.
func (d *Driver) muteAudio(ctx context.Context, room moderation.Room, people []moderation.Participant) (provider.Effect, error) {
	if len(people) == 0 {
		return provider.Effect{}, nil
	}
	if err := d.api.mute(ctx, room.ID, targets(people...)); err != nil {
		if is(err, moderation.CodeNotFound) {
			return provider.Effect{}, errNoPerson
		}
		return provider.Effect{}, err
	}
	d.muted.add(room.ID, people)
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("realtimekit.mute.may_unmute")}}, nil
}

// mute and muteAll are described in Cloudflare's API and not in its SDK.
func (a *api) mute(ctx context.Context, meeting string, who addressees) error {
	return a.post(ctx, "meetings/"+meeting+"/active-session/mute", who)
}

func (a *api) muteAll(ctx context.Context, meeting string, allowUnmute bool) error {
	err := a.post(ctx, "meetings/"+meeting+"/active-session/mute-all", map[string]bool{"allow_unmute": allowUnmute})
	if is(err, moderation.CodeNotFound) {
		return errNoRoom
	}
	return err
}

func medium(o provider.Order) moderation.Media {
	if o.Media == "" {
		return moderation.Audio
	}
	return o.Media
}
