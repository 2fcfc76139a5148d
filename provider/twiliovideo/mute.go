package twiliovideo

import (
	"context"
	"slices"
	"sync"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Mute stops everyone else from getting someone's sound or picture.
func (d *Driver) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	kind, err := kindOf(o.Media)
	if err != nil {
		return provider.Effect{}, err
	}
	people, err := d.everyoneWith(ctx, o)
	if err != nil {
		return provider.Effect{}, err
	}
	effect, err := d.add(ctx, o, others(people, o.Participant.ID), muteRule(o.Participant, kind))
	if err == nil {
		effect.Says = append(effect.Says, moderation.Say("twilio-video.mute.how", "Person", o.Participant.DisplayName(), "Media", kind))
	}
	return effect, err
}

// add appends a rule to each subscriber's rules. Restore names who had it.
func (d *Driver) add(ctx context.Context, o provider.Order, subscribers []moderation.Participant, r rule) (provider.Effect, error) {
	var mu sync.Mutex
	var was restore
	effect, err := d.spread(ctx, o, subscribers, func(s moderation.Participant, rules []rule) []rule {
		if effective(rules, r) {
			mu.Lock()
			defer mu.Unlock()
			was.Had = append(was.Had, s.ID)
			return rules
		}
		return append(slices.Clone(rules), r)
	})
	effect.Restore = was.pack()
	return effect, err
}

// Unmute takes back what Mute added, and lets someone through a mute of all. It
// leaves alone what was there before, unless that is all and it is asked for by
// more than an undo.
func (d *Driver) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	kind, err := kindOf(o.Media)
	if err != nil {
		return provider.Effect{}, err
	}
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	subscribers := others(people, o.Participant.ID)
	was, nothing, err := before(o, subscribers)
	switch {
	case err != nil:
		return provider.Effect{}, err
	case nothing:
		return provider.Effect{Done: moderation.Say("provider.stays.muted")}, nil
	}
	ours := muteRule(o.Participant, kind)
	return d.spread(ctx, o, subscribers, func(s moderation.Participant, rules []rule) []rule {
		if was.had(s.ID) {
			return rules
		}
		rules = without(rules, ours)
		ofAll := was.All || len(o.Restore) == 0
		if ofAll && slices.Contains(rules, rule{Type: exclude, Kind: kind}) && silences(rules, o.Participant, kind) {
			rules = append(slices.Clone(rules), rule{Type: include, Publisher: o.Participant.Identity, Kind: kind})
		}
		return rules
	})
}

// MuteAll stops everyone from getting the others' sound or picture, but that
// of Except. It holds for who comes in too.
func (d *Driver) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	kind, err := kindOf(o.Media)
	if err != nil {
		return provider.Effect{}, err
	}
	people, err := d.everyone(ctx, o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	effect, err := d.spread(ctx, o, people, muteAllEdit(o, kind))
	if err != nil {
		return effect, err
	}
	// Whoever could not be reached still hears everyone, but all the others are muted.
	effect.Reached = len(slices.DeleteFunc(people, o.Spares))
	effect.Restore = restore{All: true}.pack()
	effect.Says = append(effect.Says, moderation.Say("twilio-video.mute_all.how", "Media", kind))
	if o.AllowUnmute {
		effect.Says = append(effect.Says, moderation.Say("twilio-video.mute_all.no_self_unmute"))
	}
	return effect, nil
}

func muteAllEdit(o provider.Order, kind string) edit {
	added := []rule{{Type: exclude, Kind: kind}}
	for _, e := range o.Except {
		added = append(added, rule{Type: include, Publisher: e, Kind: kind})
	}
	return func(_ moderation.Participant, rules []rule) []rule {
		if len(rules) >= len(added) && slices.Equal(rules[len(rules)-len(added):], added) {
			return rules
		}
		return append(slices.Clone(rules), added...)
	}
}
