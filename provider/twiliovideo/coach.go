package twiliovideo

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Coach makes everyone but the listener stop getting the participant's sound.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.everyoneWith(ctx, o)
	if err != nil {
		return provider.Effect{}, err
	}
	effect, err := d.add(ctx, o, others(people, o.Participant.ID, o.Listener.ID), whisperRule(o.Participant))
	if err == nil {
		effect.Says = append(effect.Says, moderation.Say("twilio-video.coach.how",
			"Coach", o.Participant.DisplayName(), "Person", o.Listener.DisplayName()))
	}
	return effect, err
}

// Uncoach takes back what Coach added.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	return d.spread(ctx, o, others(people, o.Participant.ID), func(_ moderation.Participant, rules []rule) []rule {
		return without(rules, whisperRule(o.Participant))
	})
}
