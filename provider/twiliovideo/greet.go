package twiliovideo

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Greet gives a newcomer, who begins with getting everything, the rules of what
// stands in the room. What stands against the newcomer needs no more where it
// names the identity; a hold needs the newcomer's own rules again.
func (d *Driver) Greet(ctx context.Context, o provider.Order, standing []provider.Order) ([]json.RawMessage, error) {
	newcomer := o.Participant
	err := d.edit(ctx, o.Room, newcomer, func(_ moderation.Participant, rules []rule) []rule {
		for _, s := range standing {
			rules = greetWith(rules, newcomer, s)
		}
		return rules
	})
	if left(err) {
		return nil, nil
	}
	return nil, d.whyNot(o, err)
}

func greetWith(rules []rule, newcomer moderation.Participant, s provider.Order) []rule {
	add := func(r rule) []rule {
		if effective(rules, r) {
			return rules
		}
		return append(slices.Clone(rules), r)
	}
	themselves := s.Participant.Identity == newcomer.Identity
	kind, err := kindOf(s.Media)
	switch {
	case err != nil:
		return rules
	case s.Action == moderation.ActionMute && !themselves:
		return add(muteRule(s.Participant, kind))
	case s.Action == moderation.ActionMuteAll:
		return muteAllEdit(s, kind)(newcomer, rules)
	case s.Action == moderation.ActionHold && themselves:
		return add(nothing)
	case s.Action == moderation.ActionHold:
		return add(holdRule(s.Participant))
	case s.Action == moderation.ActionCoach && !themselves && s.Listener.Identity != newcomer.Identity:
		return add(whisperRule(s.Participant))
	default:
		return rules
	}
}
