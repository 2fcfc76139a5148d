package twiliovoice

import (
	"context"
	"slices"
	"sync"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// mutesAtOnce bounds how many calls of a bulk mute run at the same time.
const mutesAtOnce = 8

// Mute silences a call. Who is on it cannot take that back.
func (d *Driver) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	effect, err := d.setMuted(ctx, o, true)
	return d.leaving(o, effect, err)
}

// Unmute lets a call be heard again; an undo leaves one muted that was so before.
func (d *Driver) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	was, err := undoing(o)
	switch {
	case err != nil:
		return provider.Effect{}, err
	case was.Muted:
		return provider.Effect{Done: moderation.Say("provider.stays.muted")}, nil
	}
	return d.setMuted(ctx, o, false)
}

func (d *Driver) setMuted(ctx context.Context, o provider.Order, muted bool) (provider.Effect, error) {
	if err := audioOnly(o); err != nil {
		return provider.Effect{}, err
	}
	return d.update(ctx, o, new(api.UpdateParticipantParams).SetMuted(muted))
}

// audioOnly refuses to mute what a call does not have.
func audioOnly(o provider.Order) error {
	if o.Media != "" && o.Media != moderation.Audio {
		return moderation.Fault(moderation.CodeUnsupported, "twilio-voice.no_video")
	}
	return nil
}

// MuteAll silences every call but those of Except, one request each.
func (d *Driver) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if err := audioOnly(o); err != nil {
		return provider.Effect{}, err
	}
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	people = slices.DeleteFunc(people, func(p moderation.Participant) bool { return !bulk(p, o.Except) })
	var effect provider.Effect
	if o.AllowUnmute {
		effect.Says = append(effect.Says, moderation.Say("twilio-voice.mute_all.no_self_unmute"))
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(mutesAtOnce)
	for _, p := range people {
		group.Go(func() error {
			var err error
			if !p.IsBlocked(moderation.Audio) {
				_, err = d.Mute(ctx, provider.Order{Action: moderation.ActionMute, Room: o.Room, Participant: p, Media: moderation.Audio})
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				effect.Unreached = append(effect.Unreached, unreached(p, err))
				return nil
			}
			effect.Reached++
			return nil
		})
	}
	_ = group.Wait()
	return effect, nil
}

// update changes one participant.
func (d *Driver) update(ctx context.Context, o provider.Order, params *api.UpdateParticipantParams) (provider.Effect, error) {
	conference, call, err := d.target(o)
	if err != nil {
		return provider.Effect{}, err
	}
	_, err = twiliorest.Wrote(d.api(ctx).UpdateParticipant(conference, call, params))
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return provider.Effect{}, nobody(o.Room, o.Participant.DisplayName()).Because(err)
	}
	return provider.Effect{}, err
}

// bulk reports whether an order for all is for p.
func bulk(p moderation.Participant, except []string) bool {
	return p.Kind.Human() && !gone(p) && !slices.Contains(except, p.Identity) && !slices.Contains(except, p.ID)
}

func unreached(p moderation.Participant, err error) moderation.Unreached {
	return moderation.Unreached{Identity: p.Identity, Name: p.DisplayName(), Why: twiliorest.Why(err)}
}

// gone reports whether the call is over, though still listed.
func gone(p moderation.Participant) bool {
	return p.Presence == moderation.Complete || p.Presence == moderation.FailedCall
}
