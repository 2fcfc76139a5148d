package twiliovideo

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Coach makes everyone but the listener stop getting the participant's sound.
// Whoever alone heard the participant before stops before the listener begins.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.everyoneWith(ctx, o)
	if err != nil {
		return provider.Effect{}, err
	}
	whisper := whisperRule(o.Participant)
	effect, err := d.add(ctx, o, others(people, o.Participant.ID, o.Listener.ID), whisper)
	if err != nil {
		return effect, err
	}
	err = d.edit(ctx, o.Room, o.Listener, func(_ moderation.Participant, rules []rule) []rule {
		return without(rules, whisper)
	})
	effect.Restore = d.Remember(o)
	effect.Says = append(effect.Says, moderation.Say("twilio-video.coach.how",
		"Coach", o.Participant.DisplayName(), "Person", o.Listener.DisplayName()))
	return effect, d.whyNot(provider.Order{Room: o.Room, Participant: o.Listener}, err)
}

// Uncoach takes back what Coach added; an undo lets whoever alone heard the
// participant before do so again, if that one is still there.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	was, err := unpack(o.Restore)
	if err != nil {
		return provider.Effect{}, err
	}
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	if earlier := indexOf(people, was.Coaching); o.Undoes && earlier >= 0 {
		o.Listener = people[earlier]
		effect, err := d.Coach(ctx, o)
		effect.Says, effect.Done = nil, moderation.Say("provider.stays.coaching", "Earlier", o.Listener.DisplayName())
		return effect, err
	}
	return d.spread(ctx, o, others(people, o.Participant.ID), func(_ moderation.Participant, rules []rule) []rule {
		return without(rules, whisperRule(o.Participant))
	})
}
